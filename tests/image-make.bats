# From simulated MeasurementSets to images.
load helper

setup_file() {
    export SCENE=$BATS_FILE_TMPDIR
    cd "$SCENE"
    ms-sim --antennas 12 --spws 2 --nchan 4 --length 3min --noise 0.05 one.ms > sim.json
    ms-sim --spws 1 --nchan 2 --noise 0.02 --start 2018/10/01/08:00:00 --field 'A,04h28m40.8,18d01m48' --source 2,20,-36 --source 0.5,-40,44 \
        --field 'B,04h40m00,18d01m48' --source 1 --scan A,900s --scan B,30s two.ms > /dev/null
}

setup() {
    need_program wsclean
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work"
}

@test "image-make: a clean image with cell and size from the data, to its schema; the set is not touched" {
    before=$(hash_tree "$SCENE/one.ms")
    image-make --niter 500 --nsigma 4 "$SCENE/one.ms" one > one.json
    valid image-make one.json
    assert_equal "$(hash_tree "$SCENE/one.ms")" "$before"
    run -0 ls
    assert_output "$(printf '%s\n' one-{dirty,image,model,psf,residual}.fits one.json)"
    run -0 jq -c '[.size_chosen, .cell_chosen, (.images | map(.kind)), .images[0].path,
        (.beam.minor_arcsec / .cell_arcsec | . > 4 and . < 7), (.peak_fit.value - 1 | fabs) < 0.1, .field_name, .spws]' one.json
    assert_output '[true,true,["image","residual","model","psf","dirty"],"one-image.fits",true,true,"demo",[0,1]]'
}

@test "image-make: sources are where they were put, within a pixel" {
    image-make --field A --niter 500 --nsigma 5 --imsize 256 --cell 1arcsec "$SCENE/two.ms" a > a.json
    # 2 Jy 20 arcsec east and 36 south of the centre: pixel 128 - 20, 128 - 36
    run -0 jq -c '[.peak.pixel, (.peak_fit.value - 2 | fabs) < 0.1, .size, .cell_arcsec, .size_chosen]' a.json
    assert_output '[[108,92],true,[256,256],1,false]'
    run -0 image-stats --box 148,152,188,192 --jq '.images[0] | [.peak.pixel, (.peak_fit.value - 0.5 | fabs) < 0.1]' a-image.fits
    assert_output '[[168,172],true]'
}

@test "image-make: two terms of the spectrum" {
    run -0 image-make --quiet --niter 100 --nsigma 4 --nterms 2 --jq '[(.images | map(.path) | any(. == "two-MFS-image.fits")), .peak.value > 0.9]' "$SCENE/one.ms" two
    assert_output '[true,true]'
}

@test "image-make: a single correlation is an image of I" {
    jq -n '{antennas: {layout: "vla", n: 9}, integration_s: 10, spws: [{name: "A", freq_hz: 3e9, width_hz: 1e7, nchan: 2, corrs: "RR"}],
        fields: [{name: "F", ra: "04h28m40.8", dec: "18d01m48", components: [{flux_jy: 1}]}], scans: [{field: "F", length_s: 60}]}' > scene.json
    ms-sim --quiet scene.json hand.ms > /dev/null
    run -0 image-make --quiet --jq '[.input.stokes, .peak.value > 0.9]' hand.ms hand
    assert_output '["RR",true]'
}

@test "image-make: fields with different phase centres are refused by name; one that is chosen is imaged" {
    run --separate-stderr -2 image-make "$SCENE/two.ms" x
    assert_equal "$stderr" "image-make: $SCENE/two.ms: fields 0 and 1 have different phase centres and cannot be imaged together: choose with --field among 0 A, 1 B"
    run -0 image-make --field B --imsize 128 --cell 1arcsec --jq '[.fields, .peak.pixel]' "$SCENE/two.ms" b
    assert_output '[[1],[64,64]]'
    run --separate-stderr -3 image-make --field C "$SCENE/two.ms" x
    assert_regex "$stderr" 'no field matches "C"; fields are 0 A, 1 B'
    run -0 ls
    refute_output --partial x
}

@test "image-make: two sets together give a lower noise, and must have the field under one id" {
    ms-sim --antennas 12 --spws 2 --nchan 4 --length 3min --noise 0.05 --seed 2 other.ms > /dev/null
    run -0 image-make --imsize 128 --cell 4arcsec --jq .rows "$SCENE/one.ms" other.ms both
    both=$output
    run -0 image-make --imsize 128 --cell 4arcsec --jq .rows "$SCENE/one.ms" one
    assert_equal "$both" $((2 * output))
    run --separate-stderr -3 image-make --field A,demo other.ms "$SCENE/two.ms" x
    run --separate-stderr -3 image-make --field 1 "$SCENE/two.ms" other.ms x
}

@test "image-make: the model goes to a MODEL_DATA that is tiled like DATA, only when asked to" {
    ms-sim --antennas 12 --nchan 4 --spws 2 --length 1min --noise 0.01 own.ms > /dev/null
    image-make --imsize 256 --cell 2arcsec --niter 100 own.ms none > /dev/null
    run -0 $PYTHON -c 'import casacore.tables as t; print("MODEL_DATA" in t.table("own.ms", ack=False).colnames())'
    assert_line False
    image-make --imsize 256 --cell 2arcsec --niter 1000 --nsigma 4 --savemodel modelcolumn own.ms model > /dev/null
    run -0 $PYTHON - << 'END'
import casacore.tables as t, numpy as n
ms = t.table("own.ms", ack=False)
d, m = ms.getcol("DATA"), ms.getcol("MODEL_DATA")
manager = {c: v["TYPE"] for v in ms.getdminfo().values() for c in v["COLUMNS"]}
print(manager["DATA"] == manager["MODEL_DATA"], d.shape == m.shape, abs(d - m).std() < 0.3 * abs(d).mean(), abs(m).mean() > 0.5)
END
    assert_line "True True True True"
    run -0 $PYTHON -c 'import casacore.tables as t; print(t.table("own.ms/HISTORY", ack=False).getcol("MESSAGE")[-1])'
    assert_line --partial "MODEL_DATA filled with the clean model"
    before=$(hash_tree own.ms/HISTORY)
    image-make --force --no-history --imsize 128 --cell 2arcsec --niter 10 --savemodel modelcolumn own.ms model > /dev/null
    assert_equal "$(hash_tree own.ms/HISTORY)" "$before"
    run --separate-stderr -2 image-make --savemodel modelcolumn own.ms x
    assert_regex "$stderr" "needs --niter above 0"
}

@test "image-make: windows with different numbers of channels are imaged, and get the model" {
    ms-sim --dry-run --antennas 8 --length 30s --jq '.scene | .spws[0].nchan = 2 | .spws[1].nchan = 6' x.ms > scene.json
    ms-sim scene.json mixed.ms > /dev/null
    before=$(hash_tree mixed.ms)
    run -0 image-make --imsize 128 --cell 4arcsec --niter 50 mixed.ms mixed
    assert_equal "$(hash_tree mixed.ms)" "$before"
    image-make --force --imsize 128 --cell 4arcsec --niter 50 --savemodel modelcolumn --uvrange '>200m' mixed.ms mixed > mixed.json
    run -0 jq -c '[.diverged, .spws, (.peak_fit.value - 1 | fabs) < 0.1]' mixed.json
    assert_output '[false,[0,1],true]'
    run -0 $PYTHON - << 'END'
import casacore.tables as t
ms = t.table("mixed.ms", ack=False)
for dd in 0, 1: # all baselines have it, also those left out of the image
    rows = t.taql(f"select from $ms where DATA_DESC_ID == {dd}")
    model, data = rows.getcol("MODEL_DATA"), rows.getcol("DATA")
    print(model.shape == data.shape, (abs(model) > 0.5).mean() > 0.99, abs(model - data).std() < 0.2)
END
    assert_output "$(printf 'True True True\nTrue True True')"
    run -0 ls
    refute_output --partial channels.ms
}

@test "image-make: sets in which the field and the windows have other ids, and in which one lacks a window" {
    A='A,04h28m40.8,18d01m48' B='B,04h40m00,18d01m48'
    ms-sim --antennas 14 --spws 2 --nchan 2 --noise 0.02 --start 2018/10/01/08:00:00 --field $A --source 2,20,-36 --field $B --source 1,30,0 \
        --scan A,60s --scan B,60s ab.ms > /dev/null
    ms-sim --antennas 10 --spws 1 --nchan 4 --noise 0.02 --start 2018/10/01/09:00:00 --field $B --source 1,30,0 --field $A --source 2,20,-36 \
        --scan A,60s --scan B,60s ba.ms > /dev/null
    common="--imsize 256 --cell 1arcsec --niter 200 --nsigma 4"
    image-make $common --field B --savemodel modelcolumn ab.ms ba.ms b > b.json
    run -0 jq -c '[.fields, .peak.pixel, .peak.ra[:9], (.peak_fit.value - 1 | fabs) < 0.05, .field_name]' b.json
    assert_output '[[1,0],[98,128],"04h40m02.",true,"B"]'
    # an id of the first set means the same place in the others
    run -0 image-make --force $common --field 1 --jq '[.rows, .fields]' ab.ms ba.ms b
    assert_output "[$(jq .rows b.json),[1,0]]"
    run -0 $PYTHON - << 'END'
import casacore.tables as t
for name, b in ("ab.ms", 1), ("ba.ms", 0):
    ms = t.table(name, ack=False)
    for field in b, 1 - b:
        rows = t.taql(f"select from $ms where FIELD_ID == {field}")
        print(abs(abs(rows.getcol("MODEL_DATA")).mean() - (field == b)) < 0.02)
END
    assert_output "$(printf 'True\nTrue\nTrue\nTrue')"
    run --separate-stderr -3 image-make $common --field A "$SCENE/two.ms" other.ms x
    # windows that are chosen by frequency have ids of their own in each set
    ms-sim --dry-run --antennas 10 --nchan 2 --spws 2 --start 2018/10/01/10:00:00 --field $B --source 9 --jq '.scene | .spws |= [.[1]]' x.ms > scene.json
    ms-sim scene.json second.ms > /dev/null
    run -0 image-make $common --field B --spw 3.019~3.021GHz --jq '[.spws, .rows, .peak.pixel]' ab.ms second.ms s
    rows=$(($(ms-info --jq '.fields[1].rows' ab.ms) / 2 + $(ms-info --jq .rows second.ms)))
    assert_output "[[1],$rows,[128,128]]" # second.ms has its source in the middle, and more of it
}

@test "image-make: images of parts of the time, also where the field was not observed in all of them" {
    image-make --field B --intervals 4 --imsize 128 --cell 1arcsec "$SCENE/two.ms" parts > parts.json
    valid image-make parts.json
    run -0 jq -c '[.images[] | select(.kind == "image") | .path], .peak.pixel, .diverged' parts.json
    assert_output "$(printf '%s\n' '["parts-t0000-image.fits","parts-t0001-image.fits","parts-t0002-image.fits","parts-t0003-image.fits"]' '[64,64]' false)"
    run -0 jq -r '.images[0].channel' parts.json
    assert_output t0000
    run --separate-stderr -5 image-make --field B --imsize 128 --cell 1arcsec --intervals 2 "$SCENE/two.ms" parts
    run --separate-stderr -2 image-make --field B --intervals 2 --nterms 2 "$SCENE/two.ms" x
    assert_regex "$stderr" "--intervals is at least 1"
}

@test "image-make: regions of the sky, typed or in a file of CASA, become a mask" {
    # 2 Jy 20 arcsec east and 36 south, 0.5 Jy 40 west and 44 north of 04h28m40.8 +18d01m48; cleaned is the fainter one alone
    circle='circle[[04h28m37.9952s, +18d02m32s], 6arcsec]'
    run -0 image-make --quiet --field A --niter 200 --nsigma 4 --imsize 256 --cell 1arcsec --mask "$circle" --jq '[.size, .input.mask, .rms_method]' "$SCENE/two.ms" a
    assert_output "[[256,256],\"$circle\",\"mad\"]"
    run -0 image-stats --circle 168,172,6 --jq '.images[0].flux' a-model.fits
    awk '{ exit !($1 > 0.2) }' <<< "$output" || fail "$output"
    run -0 image-stats --box 102,86,114,98 --jq '.images[0].peak.value' a-model.fits
    assert_output 0
    printf '#CRTFv0\nglobal coord=J2000\n%s color=red\n' "$circle" > faint.crtf
    image-make --quiet --field A --niter 200 --nsigma 4 --imsize 256 --cell 1arcsec --mask faint.crtf -j 1 "$SCENE/two.ms" b > /dev/null
    run -0 image-stats --box 102,86,114,98 --jq '.images[0].peak.value' b-model.fits
    assert_output 0
    run --separate-stderr -2 image-make --field A --mask 'circle[[1deg],5]' "$SCENE/two.ms" x
    assert_regex "$stderr" 'circle\[\[X,Y\],RADIUS\] is wanted'
    run --separate-stderr -4 image-make --dry-run --field A --imsize 256 --cell 1arcsec --mask 'circle[[1deg,2deg],5arcsec]' "$SCENE/two.ms" x
    assert_regex "$stderr" 'none of the 256 x 256 pixels of 1 arcsec is in circle'
    run -0 ls
    refute_output --partial x-
}

@test "image-make: a mask decides the grid, must fit, and must not be empty" {
    image-make --imsize 128 --cell 4arcsec "$SCENE/one.ms" first > /dev/null
    image-stats --circle 64,64,10 --save-near-field ring.fits first-image.fits > /dev/null
    run -0 image-make --niter 20 --mask ring.fits --jq '[.size, .cell_arcsec, .rms_method]' "$SCENE/one.ms" masked
    assert_output '[[128,128],4,"mad"]'
    $PYTHON - << 'END'
import struct # a mask with two axes, without sky: what a script would write
card = lambda k, v: f'{k:<8}= {v:>20}'.ljust(80)
head = ''.join([card('SIMPLE', 'T'), card('BITPIX', 16), card('NAXIS', 2), card('NAXIS1', 128), card('NAXIS2', 128), 'END'.ljust(80)])
data = b''.join(struct.pack('>h', 50 < x < 80 and 50 < y < 80) for y in range(128) for x in range(128))
open('plain.fits', 'wb').write(head.ljust(2880).encode() + data + bytes(-len(data) % 2880))
END
    run -0 image-make --niter 20 --cell 4arcsec --mask plain.fits --jq '[.size, .minor_iterations]' "$SCENE/one.ms" plain
    assert_output '[[128,128],20]'
    run --separate-stderr -3 image-make --niter 20 --imsize 256 --mask ring.fits "$SCENE/one.ms" x
    assert_regex "$stderr" "mask ring.fits has 128 x 128 pixels, but --imsize asks for 256 x 256"
    run --separate-stderr -4 image-make --niter 20 --mask masked-model.fits "$SCENE/one.ms" x
    assert_regex "$stderr" "mask masked-model.fits is empty"
    run --separate-stderr -3 image-make --niter 20 --mask scene.json "$SCENE/one.ms" x
}

@test "image-make: selections, weights and thresholds reach the imager in its own words" {
    run -0 image-make --dry-run --spw 1 --uvrange '100~900m' --weighting natural --niter 9 --threshold 2mJy --nsigma 3 \
        --uvtaper 8arcsec --usemask auto --deconvolver multiscale --scales 0,5,15 --stokes RR -j 1 \
        --jq '.input | [.spw, .min_uv_m, .max_uv_m, .weighting, .threshold_jy, .auto_threshold, .taper_arcsec, .auto_mask, .scales, .stokes, .jobs]' "$SCENE/one.ms" dry
    assert_output '[[1],100,900,"natural",0.002,3,8,5,[0,5,15],"RR",1]'
    run -0 ls
    assert_output ""
    run -0 image-make --imsize 64 --cell 4arcsec --spw 1 --uvrange '100~900m' --weighting natural --niter 9 --threshold 2mJy \
        --jq '.command | join(" ")' "$SCENE/one.ms" sel
    assert_output --partial "-reorder -temp-dir"
    assert_output --partial "-spws 1 -pol I -size 64 64 -scale 4asec -weight natural -minuvw-m 100 -maxuvw-m 900 -niter 9"
}

@test "image-make: a dry run tells the command line of the real one" {
    local wishes=(--imsize 64 --cell 4arcsec --niter 9 --nsigma 3 "$SCENE/one.ms" "my image")
    run -0 image-make --dry-run --jq '.command' "${wishes[@]}"
    told=$(jq -c 'del(.[3, 5])' <<< "$output") # the paths after -temp-dir and -name
    run -0 jq -r '.[0, 5]' <<< "$output"
    assert_output $'wsclean\nmy image'
    run -0 ls
    assert_output ""
    run -0 image-make --jq '.command' "${wishes[@]}"
    run -0 jq -c 'del(.[3, 5])' <<< "$output"
    assert_output "$told"
    run -0 script -qc "image-make --dry-run --imsize 64 --cell 4arcsec --niter 9 --nsigma 3 $SCENE/one.ms 'my image'" /dev/null
    assert_output --partial "command    wsclean -reorder -temp-dir . -name 'my image' "
}

@test "image-make: names with signs that mean something to others" {
    run -0 image-make --imsize 64 --jq '[.images[].path]' "$SCENE/one.ms" 'a*b?'
    assert_output '["a*b?-image.fits","a*b?-psf.fits","a*b?-dirty.fits"]'
    run -0 bash -c 'ls | grep -c "^a[*]b[?]-"'
    assert_output 3
    for name in 'run[1]' 'run(1)'; do
        run --separate-stderr -2 image-make --imsize 64 "$SCENE/one.ms" "$name"
        assert_regex "$stderr" "WSClean cannot write files with"
    done
    run -0 bash -c 'ls | grep -vc "^a[*]b[?]-" || true'
    assert_output 0
}

@test "image-make: a hidden set and hidden images" {
    cp -r "$SCENE/one.ms" .one.ms
    run -0 image-make --imsize 64 --jq '[.images[].path]' .one.ms .im
    assert_output '[".im-image.fits",".im-psf.fits",".im-dirty.fits"]'
    run -0 ls
    assert_output ""
}

@test "image-make: wrong wishes" {
    while IFS='|' read -r wanted arguments words; do
        # shellcheck disable=SC2086
        run --separate-stderr "-$wanted" image-make $arguments "$SCENE/one.ms" x
        assert_equal "${#stderr_lines[@]}" 1
        assert_regex "$stderr" "$words"
    done << 'END'
2|--spw 0:1~2|channels within a spectral window \(spw 0\) cannot be chosen
3|--spw 7|7
2|--imsize 33|even numbers of pixels
2|--imsize 64,64,64|even numbers of pixels
2|--cell 0.5Jy|--cell
2|--cell 0arcsec|--cell must be above 0
2|--threshold 5arcsec|--threshold
2|--uvrange 1~2klambda,>5klambda|one uvrange
2|--mgain 0|--gain and --mgain
2|--niter -3|0 or more, is wanted
2|--scales 0,x --deconvolver multiscale|--scales wants
2|--scales 0,5|scales are for the deconvolver multiscale
2|--deconvolver hogbon|hogbom
2|--mask m.fits --usemask auto|exclude each other
2|--task picture=wsclean|--task wants image=PLUGIN
6|--task image=nobody|no plugin has the name or task "nobody"
END
    run -3 image-make /nonexistent.ms x
    run -2 image-make "$SCENE/one.ms"
    run -0 ls
    assert_output ""
}

@test "image-make: columns, Stokes parameters and weights that cannot be are refused before the imager runs" {
    image_refused() { refused "$1" "$2" image-make "${@:3}" x; }
    image_refused 3 'one.ms: has no column MODEL_DATA (--datacolumn model)' --datacolumn model "$SCENE/one.ms"
    image_refused 3 'one.ms: has no column CORRECTED_DATA (--datacolumn corrected)' --datacolumn corrected "$SCENE/one.ms"
    image_refused 4 'do not give --stokes XX; they give I, V, RR, LL' --stokes XX "$SCENE/one.ms"
    image_refused 2 '--robust is from -2 (uniform) to 2 (natural), not 7' --robust 7 "$SCENE/one.ms"
    cp -r "$SCENE/one.ms" calibrated.ms
    setjy --fluxdensity 1 calibrated.ms > /dev/null
    gaincal --quiet calibrated.ms p.G > /dev/null
    applycal --quiet --gaintable p.G calibrated.ms > /dev/null
    image_refused 2 'calibrated.ms has CORRECTED_DATA and '"$SCENE"'/one.ms has not' calibrated.ms "$SCENE/one.ms"
    run -0 image-make --dry-run --datacolumn data --jq .input.datacolumn "$SCENE/one.ms" calibrated.ms x
    run -0 image-make --dry-run --datacolumn model --stokes V --jq '.input | .datacolumn, .stokes' calibrated.ms x
    assert_output "$(printf '"%s"\n' model V)"
    ms-split --correlation LL "$SCENE/one.ms" hand.ms > /dev/null
    image_refused 4 'do not give --stokes V; they give LL' --stokes V hand.ms
}

@test "image-make: images that exist are refused, and replaced with --force" {
    echo mine > one-psf.fits
    run --separate-stderr -5 image-make --imsize 64 --cell 4arcsec "$SCENE/one.ms" one
    assert_regex "$stderr" "one-psf.fits: exists"
    assert_equal "$(cat one-psf.fits)" mine
    run -0 ls
    assert_output one-psf.fits
    run --separate-stderr -5 image-make --force --imsize 64 --cell 4arcsec "$SCENE/one.ms" one
    assert_regex "$stderr" "one-psf.fits: is a file, which --force does not replace by a FITS file"
    printf 'SIMPLE  =' > one-psf.fits
    image-make --force --imsize 64 --cell 4arcsec "$SCENE/one.ms" one > /dev/null
    run -0 image-stats --jq '.images[0].peak.value' one-psf.fits
    assert_output --regexp '^(1|0\.9999[0-9]*|1\.0000[0-9]*)$'
    run --separate-stderr -5 image-make --imsize 64 --cell 4arcsec "$SCENE/one.ms" nowhere/one
}

@test "image-make: all data flagged is an error, with nothing left" {
    cp -r "$SCENE/one.ms" flagged.ms
    $PYTHON -c 'import casacore.tables as t; ms = t.table("flagged.ms", readonly=False, ack=False); f = ms.getcol("FLAG"); f[:] = True; ms.putcol("FLAG", f)'
    run --separate-stderr -4 image-make --imsize 64 --cell 4arcsec flagged.ms one
    assert_equal "$stderr" "image-make: wsclean: WSClean found no data to image: all that was selected is flagged or has no weight"
    run -0 ls
    assert_output flagged.ms
}

@test "image-make: without WSClean it says what to install" {
    tool=$(command -v image-make)
    run --separate-stderr -6 env PATH=/nonexistent "$tool" --imsize 64 --cell 4arcsec "$SCENE/one.ms" one
    assert_equal "$stderr" "image-make: wsclean: WSClean is not installed: there is no wsclean in PATH; apt-get install wsclean"
    run -0 ls
    assert_output ""
}

@test "image-make: WSClean's own words when it fails" {
    mkdir ../fake
    printf '%s\n' '#!/bin/sh' 'echo "+ >>> Table column CORRECTED_DATA is unknown"' 'exit 255' > ../fake/wsclean
    chmod +x ../fake/wsclean
    PATH=$PWD/../fake:$PATH run --separate-stderr -6 image-make --imsize 64 --cell 4arcsec "$SCENE/one.ms" one
    assert_equal "$stderr" "image-make: wsclean: WSClean ended with status 255: Table column CORRECTED_DATA is unknown"
    run -0 ls
    assert_output ""
}

@test "image-make: a full disk leaves nothing" {
    [ "$(id -u)" -eq 0 ] || skip "a small file system needs root"
    mkdir tiny
    mount -t tmpfs -o size=300k none tiny || skip "no tmpfs can be mounted here"
    run --separate-stderr image-make --imsize 256 --cell 2arcsec "$SCENE/one.ms" tiny/one
    found=$(ls tiny)
    umount tiny
    assert_equal "$status" 5
    assert_equal "${#stderr_lines[@]}" 1
    assert_equal "$found" ""
}

@test "image-make: an imager that dies costs one line and leaves nothing" {
    CALUTILS_PLUGINS=$CAL_BUILD/tests/plugins run --separate-stderr image-make -q "$SCENE/one.ms" one
    assert_equal "$status" 6
    assert_regex "$stderr" 'crashes_imaging.so\) died of SIGSEGV'
    assert_equal "${#stderr_lines[@]}" 1
    run -0 ls
    assert_output ""
}

@test "image-make: a signal in the middle ends WSClean and leaves nothing" {
    before=$(hash_tree "$SCENE/one.ms")
    image-make --imsize 2048 --cell 0.5arcsec --niter 1000000 --mgain 0.99 --threshold 0.00001mJy "$SCENE/one.ms" long &
    pid=$!
    for _ in $(seq 200); do
        compgen -G 'long-image.fits.partial/*psf.fits' > /dev/null && break
        sleep 0.05
    done
    compgen -G 'long-image.fits.partial/*psf.fits'
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    assert_equal "$status" 143
    run -0 ls
    assert_output ""
    run grep -lasE "long-image.fits.partial/" /proc/[0-9]*/cmdline
    assert_output ""
    assert_equal "$(hash_tree "$SCENE/one.ms")" "$before"
}

@test "image-make: the real EVLA set" {
    need_data day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz
    set=$(unpack "$DATA/day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz")
    run -0 image-make --niter 300 --nsigma 3 --jq '[.field_name, .size, .cell_arcsec, .rows]' "$set" evla
    assert_output '["J1008+0730",[240,240],0.33,1360]'
}

@test "image-make: a clean that diverges is said; the text names the column that was imaged" {
    ms-sim --array alma --antennas 5 --spws 1 --nchan 1 --length 30s --noise 0.001 few.ms > /dev/null
    run --separate-stderr -0 image-make --text --imsize 128 --cell 0.5arcsec --niter 40 --threshold 0.1mJy --gain 0.9 few.ms few
    assert_line --index 0 "demo (data), 128 x 128 pixels of 0.5 arcsec"
    assert_regex "$stderr" "^image-make: warning: the clean diverged: the residual reaches .* try a smaller --mgain"
    run --separate-stderr -0 image-make --text --niter 50 "$SCENE/one.ms" one
    assert_equal "$stderr" ""
}

@test "image-make: a clean that diverges beyond the range of numbers" {
    ms-sim --antennas 10 --spws 1 --nchan 4 --length 10s --noise 0.01 ten.ms > /dev/null
    run --separate-stderr -4 image-make --imsize 256 --niter 5000 --mgain 0.8 ten.ms none
    assert_regex "$stderr" "^image-make: .*the clean diverged until no pixel was a number; try a smaller mgain"
    [ ! -e none-image.fits ]
    run --separate-stderr -0 image-make --imsize 256 --niter 5000 --mgain 0.5 ten.ms zero # a residual of 0
    assert_regex "$stderr" "^image-make: warning: the clean diverged: the residual reaches .* the image .*e\+"
}

@test "image-make: snapshots of ten antennas converge without further options" {
    for array in alma vla; do
        ms-sim --array $array --antennas 10 --spws 1 --nchan 4 --length 10s --noise 0.01 $array.ms > /dev/null
        run --separate-stderr -0 image-make --imsize 256 --niter 500 --jq '.rms < 0.05 and .peak.value < 1.2' $array.ms $array
        assert_equal "$stderr" ""
        assert_output true
    done
}
