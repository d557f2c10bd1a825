# Statistics of FITS images whose numbers are known. The images are made here, with nothing but python's struct and random.
load helper

setup() {
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work"
}

# make_fits NAME EXPRESSION [SIZE]: an image of SIZE x SIZE pixels of 0.5 arcsec; EXPRESSION gives a pixel from x, y and noise.
make_fits() {
    $PYTHON - "$1" "$2" "${3:-64}" << 'END'
import math, random, struct, sys
name, expression, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
random.seed(4)
card = lambda k, v: f'{k:<8}= {v:>20}'.ljust(80)
text = lambda k, v: f"{k:<8}= '{v:<8}'".ljust(80)
head = [card('SIMPLE', 'T'), card('BITPIX', -32), card('NAXIS', 2), card('NAXIS1', size), card('NAXIS2', size),
        text('CTYPE1', 'RA---SIN'), card('CRVAL1', 152.0), card('CRPIX1', size // 2 + 1.0), card('CDELT1', -0.5 / 3600),
        text('CTYPE2', 'DEC--SIN'), card('CRVAL2', 7.5), card('CRPIX2', size // 2 + 1.0), card('CDELT2', 0.5 / 3600),
        text('BUNIT', 'JY/BEAM'), card('BMAJ', 2 / 3600), card('BMIN', 2 / 3600), card('BPA', 0.0), 'END'.ljust(80)]
pixel = eval(compile('lambda x, y, noise: ' + expression, name, 'eval'), {'math': math, 'nan': math.nan})
data = b''.join(struct.pack('>f', pixel(x, y, random.gauss(0, 1))) for y in range(size) for x in range(size))
pad = lambda b, c: b + c * (-len(b) % 2880)
open(name, 'wb').write(pad(''.join(head).encode(), b' ') + pad(data, b'\0'))
END
}

GAUSSIAN='math.exp(-4 * math.log(2) * ((x - 20.25) ** 2 + (y - 40.5) ** 2) / 16)'

@test "image-stats: peak, place, noise, S/N and flux of a Gaussian in noise, to its schema" {
    make_fits a.fits "3 * $GAUSSIAN + 0.01 * noise"
    image-stats --circle 20.25,40.5,10 a.fits > a.json
    valid image-stats a.json
    run -0 jq -r '.images[0] | [.peak.pixel[0], .unit, .rms_method, .mask_pixels, .beam_pixels * 100 | tostring] | @tsv' a.json
    assert_output $'20\tJy/beam\tmad\t316\t1812.944'
    run -0 jq -e '.images[0] | (.peak_fit.pixel[0] - 20.25 | fabs) < 0.03 and (.peak_fit.pixel[1] - 40.5 | fabs) < 0.03
        and (.rms - 0.01 | fabs) < 0.0005 and (.flux - 3 | fabs) < 0.05 and (.snr - .peak.value / .rms | fabs) < 0.01
        and (.peak.ra_deg - (152 + 12 * 0.5 / 3600 / (7.5 * 3.14159265 / 180 | cos)) | fabs) < 1e-8' a.json
}

@test "image-stats: several images on one mask; a mask from a file is the same as the circle" {
    make_fits a.fits "$GAUSSIAN + 0.01 * noise"
    make_fits b.fits "2 * $GAUSSIAN + 0.01 * noise"
    make_fits mask.fits '1 if (x - 20) ** 2 + (y - 40) ** 2 <= 100 else 0'
    run -0 image-stats --mask mask.fits --jq '[.images[] | .mask_pixels, .rms, .flux]' a.fits b.fits
    from_file=$output
    run -0 image-stats --circle 20,40,10 --jq '[.images[] | .mask_pixels, .rms, .flux]' a.fits b.fits
    assert_equal "$output" "$from_file"
}

@test "image-stats: --box looks at a part only, --annulus is where the noise is" {
    make_fits a.fits 'x + 100 * y + (1000 if x == 5 and y == 6 else 0)'
    run -0 image-stats --box 10,10,20,30 --jq '.images[0] | [.pixels, .peak.value, .minimum.pixel]' a.fits
    assert_output '[231,3020,[10,10]]'
    make_fits b.fits '0.5 * noise if (x - 32) ** 2 + (y - 32) ** 2 < 400 else 3 * noise'
    run -0 image-stats --annulus 32,32,25,30 --jq '.images[0] | (.rms - 3 | fabs) < 0.2 and .rms_method == "mad"' b.fits
    assert_output true
}

@test "image-stats: blank pixels are counted and left out" {
    make_fits a.fits 'nan if x < 3 else 1 + x + y'
    run -0 image-stats --jq '.images[0] | [.blank_pixels, .pixels, .minimum.value]' a.fits
    assert_output '[192,3904,4]'
}

@test "image-stats: the near field, saved as a mask, and its noise" {
    make_fits a.fits "5 * $GAUSSIAN + (0.1 if (x - 20) ** 2 + (y - 40) ** 2 < 900 else 0.001) * noise"
    run -0 image-stats --circle 20,40,3 --save-near-field near.fits --jq '.images[0].near_field.rms > 2 * .images[0].rms * 0.5
        and .images[0].near_field.snr < 80 and .images[0].near_field.pixels > 500' a.fits
    assert_output true
    run -0 image-stats --mask near.fits --jq '.images[0].mask_pixels' a.fits
    near=$output
    run -0 image-stats --circle 20,40,3 -n --jq '.images[0].near_field.pixels' a.fits
    assert_equal "$output" "$near"
    run -5 image-stats --circle 20,40,3 --save-near-field near.fits a.fits
    run -2 image-stats --near-field a.fits
    assert_output --partial "give --mask or --circle"
}

@test "image-stats: text for people" {
    make_fits a.fits "3 * $GAUSSIAN + 0.01 * noise"
    run -0 image-stats --text --circle 20,40,8 a.fits
    assert_line --partial "64 x 64 pixels of 0.5 arcsec"
    assert_line --regexp '^  peak +[0-9.]+ Jy/beam at pixel \(20, 4[01]\), 10h08m00\.[0-9]+s \+07d30m0[34]\.[0-9]+s$'
    assert_line --regexp '^  flux +[0-9.]+ \+- [0-9.]+ Jy in 197 pixels$'
}

@test "image-stats: bad input: missing, a directory, no FITS, truncated, a table only, all blank, another mask's size, an empty mask" {
    make_fits a.fits '1.0 * x'
    make_fits blank.fits nan
    make_fits small.fits 1 32
    make_fits empty.fits 0
    mkdir dir.fits
    echo "hello" > text.fits
    head -c 10000 a.fits > cut.fits
    head -c 1000 a.fits > stump.fits
    before=$(hash_tree .)
    while IFS='|' read -r wanted arguments words; do
        # shellcheck disable=SC2086
        run --separate-stderr "-$wanted" image-stats $arguments
        assert_equal "$output" ""
        assert_equal "${#stderr_lines[@]}" 1
        assert_regex "$stderr" "^image-stats: .*$words"
    done << 'END'
3|missing.fits|missing.fits: cannot be read: No such file
3|dir.fits|dir.fits: is a directory, not a FITS file
3|text.fits|text.fits: not a FITS file
3|stump.fits|stump.fits: (not a FITS file|truncated|holds no image)
3|cut.fits|cut.fits: truncated: has 10000 bytes, its header announces
4|blank.fits|blank.fits: no valid pixel: 4096 blank ones
3|--mask small.fits a.fits|mask small.fits has 32 x 32 pixels, but a.fits has 64 x 64
4|--mask empty.fits a.fits|mask empty.fits is empty
3|--plane 3 a.fits|a.fits: no plane 3
4|--circle 200,200,3 a.fits|no pixel of its 64 x 64 is in the circle
4|--circle 200,200,3 --circle 300,200,3 a.fits|no pixel of its 64 x 64 is in the circle
2|--circle 200,200 a.fits|circle X,Y,RADIUS
2|--las 5 --near-field --circle 3,3,2 a.fits|--las
END
    assert_equal "$(hash_tree .)" "$before"
}

@test "image-stats: the position angle of the beam is that of an axis" {
    make_fits a.fits "$GAUSSIAN"
    for angle in -141.25:38.75 170.5:-9.5 -90:-90 12.5:12.5; do
        $PYTHON - "${angle%:*}" << 'END'
import sys
file = open("a.fits", "r+b")
at = file.read(2880).index(b"BPA     =")
file.seek(at)
file.write(f"{'BPA':<8}= {float(sys.argv[1]):>20}".encode())
END
        run -0 image-stats --jq '.images[0].beam.pa_deg' a.fits
        assert_output "${angle#*:}"
    done
}

@test "image-stats: positions have the digits that tell pixels" {
    make_fits a.fits "$GAUSSIAN"
    run -0 image-stats --jq '.images[0].peak | .ra, .dec' a.fits
    assert_output "$(printf '"%s"\n' 10h08m00.4035s +07d30m04.000s)"
    sed 's/-0.5 \/ 3600/-0.5e-6 \/ 3600/; s/, 0.5 \/ 3600/, 0.5e-6 \/ 3600/' <<< "$(declare -f make_fits)" > micro
    source micro
    make_fits b.fits "$GAUSSIAN"
    run -0 image-stats --jq '.images[0].peak | .ra, .dec' b.fits
    assert_output "$(printf '"%s"\n' 10h08m00.000000403s +07d30m00.00000400s)"
}

@test "image-stats: of several regions, one off the image is a warning" {
    make_fits a.fits "$GAUSSIAN + 0.01 * noise"
    here=$(image-stats --circle 20,20,5 --jq '.images[0] | .flux, .mask_pixels' a.fits)
    for order in "--circle 20,20,5 --circle 200,200,3" "--circle 200,200,3 --circle 20,20,5"; do
        # shellcheck disable=SC2086
        run -0 --separate-stderr image-stats $order --jq '.images[0] | .flux, .mask_pixels' a.fits
        assert_equal "$output" "$here"
        assert_equal "$stderr" "image-stats: warning: a.fits: no pixel of its 64 x 64 is in the circle 200,200,3"
    done
}
