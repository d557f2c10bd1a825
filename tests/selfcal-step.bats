# Self-calibration, piece by piece: one is like another, killed ones go on, what must be refused is.
load helper

# One target of three points, 14 antennas with bad phases; two intervals.
setup_file() {
    command -v wsclean > /dev/null || return 0
    cd "$BATS_FILE_TMPDIR" || return 1
    ms-sim --quiet --antennas 14 --scale 60 --spws 1 --nchan 2 --width 32MHz --scans 2 --length 60s --gap 60s --noise 0.1 \
        --phase-rms 0.5rad --phase-walk 0.1rad --same-pols raw.ms > /dev/null || return 1
    selfcal-plan --imsize 128 --solints inf_EB,inf --set do_amp_selfcal=false raw.ms > plan.json || return 1
    selfcal-step --all --jobs 1 --timing timing.ndjson < plan.json > end.json
}

setup() {
    need_program wsclean
    END=$BATS_FILE_TMPDIR/end.json
    cd "$BATS_TEST_TMPDIR" || return
}

# A copy of the data and the plan, in which nothing is done yet.
begin() {
    cp -r "$BATS_FILE_TMPDIR/raw.ms" .
    cp "$BATS_FILE_TMPDIR/plan.json" .
}

# put FILTER FILE: edit a state in place
put() {
    jq "$1" "$2" > edited.json && mv edited.json "$2"
}

@test "selfcal-step: from a plan to the end, with every decision in words" {
    run -0 jq -c '.state, (.targets[0] | [.state.stage, .state.next, .state.SC_success, (.SNR_final > 4 * .SNR_orig)])' "$END"
    assert_output '{"stage":"done"}
["done",null,true,true]'
    run -0 jq -r '.targets[0].steps[] | [.step, .solint, .decision] | @text' "$END"
    assert_line --index 0 '["split",null,"1 working copy"]'
    assert_line --index 1 --regexp '"initial",null,"S/N [0-9.]+ before calibration"'
    assert_line --index 2 --regexp '"solint","inf_EB","inf_EB accepted: S/N [0-9.]+ to [0-9.]+; '
    assert_line --regexp '"final",null,"S/N [0-9.]+, [0-9.]+ before calibration"'
    run -0 jq -r '.targets[0].vis[0].gaintable_final[]' "$END"
    [ -d "$BATS_FILE_TMPDIR/${lines[0]}" ]

    # what was typed works by itself, and no time, duration or number of a process is in it
    run -0 jq -r '[.targets[0].steps[].commands[]] | map(split(" ")[0]) | unique | join(" ")' "$END"
    assert_output "applycal gaincal image-make ms-split"
    run -0 jq -r '.targets[0].steps[0].commands[0]' "$END"
    assert_output --regexp '^ms-split --force .*--datacolumn data .*raw.ms raw.demo.spw0.selfcal.ms$'
}

@test "selfcal-step: the schema describes plan, state and end" {
    begin
    selfcal-step --dry-run "$END" > still.json
    cmp still.json "$END"
    selfcal-step --dry-run plan.json > first.json
    valid selfcal-step "$END" first.json
    run -0 jq -c '[.schema, .targets[0].state.next, .targets[0].steps]' first.json
    assert_output '["calutils/selfcal-step/1","split",null]'
    put '.targets[0].steps[2].verdict.kind = "perhaps"' still.json
    run -1 valid selfcal-step still.json
    assert_output --partial "perhaps"
}

@test "selfcal-step: --timing counts the seconds of each piece" {
    run -0 jq -s 'length' "$BATS_FILE_TMPDIR/timing.ndjson"
    assert_output "$(jq '.targets[0].steps | length' "$END")"
    run -0 jq -sc '[all(.imager_s >= 0 and .solver_s >= 0 and .other_s >= 0), (map(.imager_s) | add) > 0, .[0].step, .[0].other_s > 0, .[2].solver_s > 0, .[-1].step]' \
        "$BATS_FILE_TMPDIR/timing.ndjson"
    assert_output '[true,true,"split",true,true,"final"]'
}

@test "selfcal-step: piece by piece, by a file or through pipes, the end is the same" {
    begin
    # to a certain piece, in a file that is replaced
    cp plan.json state.json
    selfcal-step --until inf --jobs 1 state.json > printed.json
    cmp state.json printed.json
    valid selfcal-step state.json
    run -0 selfcal-step --text --dry-run state.json
    assert_line --index 0 --regexp '^demo, 13cm \(S\): S/N [0-9.]+, next inf$'
    assert_equal "$(jq -c '[.state.stage, .targets[0].state.stage]' state.json)" '["working","solving"]'
    assert_line --regexp '^  inf_EB         accepted: S/N [0-9.]+ to '
    # one piece to stdout: the input is not touched
    cp state.json kept.json
    selfcal-step --jobs 1 < state.json > next.json
    cmp state.json kept.json
    assert_equal "$(jq '.targets[0].steps | length' next.json)" "$(($(jq '.targets[0].steps | length' state.json) + 1))"
    # one in a file, and then the rest
    selfcal-step --quiet --jobs 1 next.json > printed.json
    cmp next.json printed.json
    selfcal-step --all --jobs 1 next.json > /dev/null
    cmp next.json "$END"
    # nothing is left to do
    hash=$(hash_tree .)
    selfcal-step next.json > /dev/null
    selfcal-step --all next.json > /dev/null
    assert_equal "$(hash_tree .)" "$hash"
}

@test "selfcal-step: the same input again is not done again, but with --fresh" {
    begin
    selfcal-step --until inf_EB --jobs 1 --timing timing < plan.json > first.json
    selfcal-step --until inf_EB --jobs 1 --timing timing < plan.json > second.json
    cmp first.json second.json
    assert_equal "$(jq -r .step timing | xargs)" "split initial"
    selfcal-step --until inf_EB --jobs 1 --fresh --timing timing < plan.json > second.json
    cmp first.json second.json
    assert_equal "$(jq -r .step timing | xargs)" "split initial split initial"
    # also where what it tells of is gone
    rm -r ./*.selfcal.ms
    selfcal-step --until initial --timing timing < plan.json > /dev/null
    assert_equal "$(jq -r .step timing | tail -1)" "split"
}

@test "selfcal-step: two targets side by side; one is too faint and is left alone; all in another folder" {
    ms-sim --quiet --antennas 10 --scale 60 --spws 1 --nchan 1 --width 32MHz --noise 0.1 --phase-rms 0.5rad --same-pols \
        --field bright,10h00m00,20d00m00 --source 1 --field faint,10h10m00,20d00m00 --source 0.004 \
        --scan bright,30s --scan faint,30s raw.ms > /dev/null
    selfcal-plan --imsize 128 --solints inf_EB --set do_amp_selfcal=false --workdir work/here raw.ms > plan.json
    [ ! -e work ]
    selfcal-step --until inf_EB --jobs 2 < plan.json > side-by-side.json
    selfcal-step --all --jobs 2 < plan.json > two.json
    valid selfcal-step two.json
    assert_equal "$(jq -c '[.targets[] | [.target, .state.stage, .state.SC_success]]' two.json)" '[["bright","done",true],["faint","stopped",false]]'
    run -0 jq -r '.targets[1] | .state.Stop_Reason, .steps[-1].decision, (.vis[0].gaintable_final | length)' two.json
    assert_line --index 0 --regexp '^Estimated_SNR_too_low_for_solint inf_EB'
    assert_line --index 1 --regexp '^left alone: Estimated_SNR_too_low'
    assert_line --index 2 0
    run -0 ls -A
    assert_output "$(printf '%s\n' plan.json raw.ms side-by-side.json two.json work)"
    [ -d work/here/raw.bright.spw0.selfcal.ms ]
    rm -r work
    selfcal-step --until inf_EB --jobs 1 < plan.json > one.json
    cmp one.json side-by-side.json
}

@test "selfcal-step: blocks with other antennas, windows and a dead antenna, and one window missing in one of them" {
    names='["A1","A2","A3","A4","A5","A6","A7","A8","A9"]'
    scene='{antennas: {layout: "vla", n: 9, scale_m: 60, names: $names}, integration_s: 10, noise_jy: 0.02,
        fields: [{name: "a", ra: "10h00m00", dec: "20d00m00", components: [{flux_jy: 1}]}],
        errors: {phase_rms_rad: 0.5, phase_per_pol: false}, scans: [{field: "a", length_s: 40, intent: "OBSERVE_TARGET#UNSPECIFIED"}],
        spws: $spws | map({name: "w\(.)", freq_hz: (. * 1e9), width_hz: 32e6, nchan: 2})}'
    jq -n --argjson names "$names" --argjson spws '[3, 3.2]' "$scene + {reference_time: \"2018/10/01/09:40:00\", flag_rules: [{antenna: 3}]}" > one.json
    jq -n --argjson names "$(jq -c reverse <<< "$names")" --argjson spws '[3.2]' "$scene + {reference_time: \"2018/10/02/09:40:00\"}" > two.json
    ms-sim --quiet --seed 5 one.json one.ms > /dev/null
    ms-sim --quiet --seed 6 two.json two.ms > /dev/null
    selfcal-plan --imsize 128 --solints inf_EB --set do_amp_selfcal=false one.ms two.ms > plan.json
    selfcal-step --all --jobs 1 < plan.json > end.json
    valid selfcal-step end.json
    run -0 jq -c '.targets[0] | [.state.stage, (.vis | length), (.vis | map(.spws | map(.spw)))]' end.json
    assert_output '["done",2,[[0,1],[1]]]'
    # all blocks and windows agree on where the source is: nothing is lost of it
    run -0 jq -c '.targets[0] | [.steps[1].images.initial.fields[0].peak < 0.85, (.steps[-1].images.final.fields[0].peak | . > 0.97 and . < 1.03)]' end.json
    assert_output '[true,true]'
    # one solution for each antenna that has data: A4 is dead in the first block, and all are there in the second
    run -0 jq -c '[.targets[0].steps[2].solutions[] | .tried[] | select(.mode == "combinespwpol") | [.expected, .data_unflagged, .solved]]' end.json
    assert_output '[[9,8,8],[9,9,9]]'
}

# An imager of one's own that can be made to put a wrong model into MODEL_DATA: two sources that are not there.
wrong_imager() {
    cat > imager << 'EOF'
#!/bin/bash
# imager MS NAME DATACOLUMN NX CELL NITER THRESHOLD MASK SAVEMODEL
set -e
how=(--datacolumn "$3" --imsize "$4" --cell "${5}arcsec" --niter "$6" --mgain 0.6 --jobs 1 --force --no-history --savemodel "$9")
[ -z "$8" ] || how+=(--mask "$8")
[ -z "$7" ] || how+=(--threshold "${7}Jy")
image-make "${how[@]}" "$1" "$2" > /dev/null
[ ! -e wrong ] || [ "$9" = none ] ||
    setjy --no-history --fluxdensity 1 --offset 30,20 --fluxdensity 0.5 --offset=-50,10 "$1" > /dev/null
for kind in image psf residual model dirty; do
    [ ! -e "$2-$kind.fits" ] || chmod u+w "$2-$kind.fits"
done
EOF
    chmod +x imager
    cat > own.json << 'EOF'
{"schema": "calutils/selfcal-recipe/1", "name": "own", "about": "with an imager of one's own", "settings": {"do_amp_selfcal": false,
 "imager_command": "./imager {ms} {name} {datacolumn} {nx} {cell_arcsec} {niter} {threshold_jy} {mask} {savemodel}"}}
EOF
}

@test "selfcal-step: a wrong model at a late stage is refused, and CORRECTED_DATA stays as it was" {
    begin
    wrong_imager
    selfcal-plan --recipe own.json --imsize 128 --solints inf_EB,inf raw.ms > state.json
    selfcal-step --until inf --jobs 1 state.json > /dev/null
    cp -r raw.demo.spw0.selfcal.ms before.ms
    touch wrong
    run -0 selfcal-step --jobs 1 state.json --jq '.targets[0].steps[-1] | [.solint, .verdict.kind, (.verdict.snr_change < -0.02), .decision]'
    assert_output --partial '["inf","refused",true,"inf refused: S/N '
    ms-diff --columns CORRECTED_DATA,FLAG before.ms raw.demo.spw0.selfcal.ms
    run -0 jq -c '.targets[0] | .state.final_solint, (.vis[0].gaintable_solint_final), .solints[1].Pass' state.json
    assert_output '"inf_EB"
["inf_EB"]
false'
}

@test "selfcal-step: bad input: what, where, what to do; nothing is begun" {
    begin
    hash=$(hash_tree raw.ms)
    refused 2 "standard input" selfcal-step < /dev/null
    echo '{"schema": "calutils/ms-info/1"}' > other
    refused 2 'other: plan: schema: this is no calutils/selfcal-plan/1' selfcal-step other
    rm other
    refused 3 'gone.json' selfcal-step gone.json
    jq '.targets[0].state = {stage: "solving", next: "inf_EC"}' plan.json > "$BATS_FILE_TMPDIR/wrong.json"
    refused 2 'state.next: "inf_EC" is neither split, initial, final, cocal nor one of solints' selfcal-step - < "$BATS_FILE_TMPDIR/wrong.json"
    jq '.workdir = "plan.json/below"' plan.json > "$BATS_FILE_TMPDIR/wrong.json"
    refused 5 'plan.json/below: the folder cannot be made' selfcal-step - < "$BATS_FILE_TMPDIR/wrong.json"
    refused 2 '--until: no piece is called inf_EC' selfcal-step --until inf_EC plan.json
    refused 2 '--jobs -1: a whole number, 0 or more, is wanted' selfcal-step --jobs=-1 plan.json
    assert_equal "$(hash_tree raw.ms)" "$hash"
    [ ! -e raw.demo.spw0.selfcal.ms ]
    rm -r raw.ms
    refused 3 'targets[0].vis[0].original: there is no such MeasurementSet' selfcal-step plan.json
}

@test "selfcal-step: a state is told from another folder; decisions fit a terminal and name the pass" {
    begin
    mkdir elsewhere
    jq '.targets[0].steps |= map(if .solint == "inf" then .pass = 3 | .decision = "inf refused: " + ("a reason; " * 30) else . end)
        | .targets[0].solints[0].solint_snr = 1.5 | .targets[0].state |= (.Stop_Reason = "Estimated_SNR_too_low_for_solint inf_EB" | .SC_success = false)
        | .targets[0].steps[-1].decision = "left alone: Estimated_SNR_too_low_for_solint inf_EB"' "$END" > state.json
    cd elsewhere
    run -0 selfcal-step --dry-run --text ../state.json
    assert_line --regexp '^  inf \(3\) +refused: a reason; '
    assert_line --partial 'left alone: a solution of inf_EB would have an S/N of 1.5, and 2.95 is wanted'
    for line in "${lines[@]}"; do
        [ "${#line}" -le 100 ] || fail "too long: $line"
    done
    run -0 selfcal-plan --check ../plan.json
    refused 3 'its data are found from .., not from here' selfcal-step ../state.json
    run ls -A
    assert_output ''
    rm -r ../raw.ms
    refused 3 'there is no such MeasurementSet' selfcal-step --dry-run ../state.json
}

@test "selfcal-step: members of another kind than they are read as are told, with their places" {
    begin
    while IFS='|' read -r place value; do
        jq ".$place = $value" plan.json > other.json
        refused 2 "$place" selfcal-step --dry-run other.json
        refused 2 "$place" selfcal-step other.json
        run -1 selfcal-plan --check other.json --jq .ok
        assert_output false
    done << 'END'
targets[0].state|3
targets[0].state|[]
targets[0].steps|"x"
targets[0].vislist|3
targets[0].vislist|null
targets[0].vis[0].fields|true
targets[0].vis[0].split|[]
END
    jq '.targets[0].state = null' plan.json > none.json
    run -0 selfcal-step --dry-run --jq .targets[0].state.next none.json
    assert_output '"split"'
}

@test "selfcal-step: interrupted, it says how to go on; its children do not" {
    begin
    selfcal-step --all --jobs 1 < plan.json > end.json 2> words &
    until compgen -G '*_prior*.fits' > /dev/null; do sleep 0.02; done
    kill -TERM $! || fail "it was over before"
    status=0
    wait $! || status=$?
    assert_equal "$status" 143
    run cat words
    assert_output 'selfcal-step: warning: interrupted; the same command goes on from the last complete piece'
    selfcal-step --all --jobs 1 < plan.json > end.json
    cmp end.json "$END"
}

@test "selfcal-step: a working copy that a kill left broken is made again, before any piece" {
    begin
    cp plan.json state.json
    until [ "$(jq -r .state.stage state.json)" = "done" ]; do
        selfcal-step --jobs 1 state.json > /dev/null
        truncate -s 100 raw.demo.spw0.selfcal.ms/table.dat
        cp state.json "after-$((++pieces)).json"
    done
    cmp state.json "$END"
    # the last copy, before it was broken
    rm -r raw.demo.spw0.selfcal.ms
    cp "after-$((pieces - 1)).json" state.json
    cp -r "$BATS_FILE_TMPDIR/raw.demo.spw0.selfcal.ms" .
    truncate -s 100 raw.demo.spw0.selfcal.ms/table.dat
    selfcal-step --jobs 1 state.json > /dev/null
    run -0 ms-diff --text "$BATS_FILE_TMPDIR/raw.demo.spw0.selfcal.ms" raw.demo.spw0.selfcal.ms
}

@test "selfcal-step: fifty random kills, and the state is that of the undisturbed run" {
    ms-sim --quiet --antennas 8 --scale 30 --spws 1 --nchan 1 --width 32MHz --scans 2 --length 20s --gap 60s --noise 0.05 \
        --phase-rms 0.5rad --phase-walk 0.1rad --same-pols raw.ms > /dev/null
    selfcal-plan --imsize 64 --solints inf_EB,inf --set do_amp_selfcal=false raw.ms > plan.json
    run "$PYTHON" "$TESTS/selfcal_kills.py" 1 50 "$PWD/plan.json" "$PWD/raw.ms"
    assert_success
    assert_output --regexp '^50 killed \(group [0-9]+, parent [0-9]+, term [0-9]+\) in [0-9]+ runs of [0-9]+ pieces each'
    echo "# $output" >&3
}

@test "selfcal-step: the pipeline's form: names, images of each window, the flux to which the stage before cleans" {
    ms-sim --antennas 10 --scale 30 --spws 2 --nchan 1 --width 32MHz --integration 10s --field 'J1234.5+678 x,0h,30d' --source 1 --noise 0.05 \
        --phase-rms 0.5rad --same-pols --same-spws --scan 'J1234.5+678 x,40s' eb.1.ms > /dev/null
    selfcal-plan --recipe hif_selfcal --imsize 64 --solints inf_EB --set clean_threshold=0.07 --set max_passes=1 eb.1.ms > plan.json
    selfcal-step --all < plan.json > end.json
    run -0 jq -r '.targets[0] | .clean_threshold_orig, .state.SC_success, (.steps[1].commands[] | select(contains("--niter 50000")) | capture("--threshold (?<t>[^ ]+)").t)' end.json
    assert_output $'0.07\ntrue\n0.07Jy\n0.07Jy\n0.07Jy'
    name=eb.1.s1_1.J1234.5+678_x_sci
    for part in spw{0,1,0_1}.cont.I.iter{0,1,3} spw0_1.cont.solint1_{prior,post}.I.iter2 spw0_1.cont.I.iter2; do
        [ -s "$name.$part.image.fits" ] || fail "no $name.$part.image.fits"
    done
    [ "$(jq -r '.targets[0].steps[] | select(.verdict.kind == "accepted").images.post.fields[0].image' end.json)" -ef "$name.spw0_1.cont.I.iter2.image.fits" ]
    # Nothing else lies there.
    run grep -vE '^(eb\.1|plan|end)\.(ms|json)$|^eb\.1\.J1234\.5\+678_x\.spw0_1\.selfcal\.ms(\.flagversions|\.lock|\.hif_selfcal\.s1_1\.inf_EB\.gpcal-[a-z_]+\.tbl)?$|^eb\.1\.s1_1\.J1234\.5\+678_x_sci\.spw(0|1|0_1)\.cont\.(solint[0-9]_(prior|post)\.)?I\.iter[0-3]\.(image|mask|model|residual|psf|dirty)\.fits$' \
        <(ls)
    assert_output ''
}

# Two execution blocks of a source too faint for solutions; in the second it lies 1.2 arcsec east and 0.9 south, eight tenths of a beam.
@test "selfcal-step: execution blocks are aligned, and the originals are in the same way" {
    for k in 1 2; do
        ms-sim --array alma --radius 250 --antennas 10 --spws 1 --nchan 2 --width 64MHz --freq 100GHz --corrs 'XX YY' --field t,16h31m08,-24d30m33 \
            --source "0.02,$((k - 1)).$((2 * k - 2)),-0.$((9 * k - 9))" --integration 30s --scan t,2min --scan t,2min --gap 10min --noise 0.05 \
            --seed $k --start 2018/10/0$k/1$((4 + 2 * k)):00:00 eb$k.ms > /dev/null
    done
    selfcal-plan --field t --imsize 64 --set minsnr_to_proceed=1000 eb1.ms eb2.ms > plan.json
    jq '.settings.align_ebs = "off"' plan.json | selfcal-step --all > beside.json
    run -0 jq -c '.targets[0].vis[1].alignment, .targets[0].steps[0].decision' beside.json
    assert_output $'null\n"2 working copies"'
    selfcal-step --all < plan.json > aligned.json
    valid selfcal-step aligned.json
    run -0 jq -r '.targets[0].steps[0].decision' aligned.json
    assert_output --regexp '^2 working copies; eb2 lies 1\.[0-9]+ arcsec \(0\.[0-9]+ beams\) beside the first and was moved there$'
    run -0 jq -s '.[1].targets[0].vis[1].alignment as $a | ($a.east_arcsec - 1.2 | fabs) < 3 * $a.error_arcsec and
        ($a.north_arcsec + 0.9 | fabs) < 3 * $a.error_arcsec and (map(.targets[0].SNR_orig) | .[1] > 1.1 * .[0])' beside.json aligned.json
    assert_output true
    selfcal-apply aligned.json > applied.json
    run -0 jq -c '.originals | map([.vis, .applied, (.tables | length)])' applied.json
    assert_output '[["eb1.ms",false,0],["eb2.ms",true,1]]'
    ms-split --datacolumn corrected eb2.ms found.ms > /dev/null
    ms-split --datacolumn data eb2.t.spw0.selfcal.ms wanted.ms > /dev/null
    run -0 ms-diff --tolerance 1e-5 found.ms wanted.ms
    run -0 selfcal-report --text aligned.json
    assert_line --partial 'hif_selfcal.s1_1.align.gpcal.tbl'
}

@test "selfcal-step: where the parent alone was killed, its child and the next run do no piece twice" {
    ms-sim --antennas 8 --scale 30 --spws 1 --nchan 1 --width 32MHz --integration 10s --field one,0h,30d --source 1 --field two,0h,31d --source 1 \
        --scan one,20s --scan two,20s raw.ms > /dev/null
    selfcal-plan --imsize 64 --solints inf_EB --set minsnr_to_proceed=1000 raw.ms > plan.json
    selfcal-step --all -j 1 --timing pieces plan.json > /dev/null 2>&1 3>&- &
    until [ -s pieces ]; do sleep 0.02; done
    kill -9 $!
    wait $! || true
    run -0 --separate-stderr selfcal-step --all -j 1 --timing pieces --jq '.state.stage' plan.json
    assert_output '"done"'
    run -0 jq -sc 'map(.target + " " + .step) | sort' pieces
    assert_output '["one final","one inf_EB","one initial","one split","two final","two inf_EB","two initial","two split"]'
}

@test "selfcal-step: the manual's Makefile does each target by itself and puts them together" {
    ms-sim --antennas 8 --scale 30 --spws 1 --nchan 1 --width 32MHz --integration 10s --field one,0h,30d --source 1 --field two,0h,31d --source 1 \
        --scan one,20s --scan two,20s raw.ms > /dev/null
    selfcal-plan --imsize 64 --solints inf_EB --set minsnr_to_proceed=1000 raw.ms > plan.json
    sed -n '/^    # Makefile/,/^.fi/{/^.fi/d;s/^    //;p}' "$TESTS/../man/selfcal-step.man" > Makefile
    assert_equal "$(wc -l < Makefile)" 6
    unset MAKEFLAGS MFLAGS MAKELEVEL # of the make that runs the tests
    run -0 make -j2
    run -0 jq -c '[.state.stage, (.targets[] | [.target, .state.stage, .state.next])]' done.json
    assert_output '["done",["one","stopped",null],["two","stopped",null]]'
    valid selfcal-step done.json
    run -0 make
    assert_output "make: 'done.json' is up to date."
}

# Two fields of one observation; the second one is too faint for solutions of its own.
two_fields() {
    ms-sim --antennas 12 --scale 60 --nchan 2 --width 32MHz --noise 0.1 --phase-rms 0.5rad --phase-walk 0.03rad --same-spws --field bright,0h,30d \
        --source 1 --field faint,0h,31d --source 0.02 --scan bright,60s --scan faint,60s --scan bright,60s --scan faint,60s raw.ms > /dev/null
    selfcal-plan --imsize 128 --set allow_cocal=true --set solints=inf_EB,inf "$@" raw.ms > plan.json
}

@test "selfcal-step: allow_cocal: a target that is too faint gets the solutions of another one, killed on the way or not" {
    need_program wsclean
    cd "$BATS_TEST_TMPDIR"
    two_fields
    run -0 selfcal-step --until cocal --jq '.state.stage, (.targets[1].state | [.stage, .next, .SC_success, .cocal.donors[0].target, .cocal.donors[0].gap_s])' plan.json
    assert_output $'"working"\n["solving","cocal",false,"bright",0]'
    cp plan.json killed.json

    # Solutions of other data make it worse: a chain that holds them is refused, alone or before one that helps.
    ms-sim --antennas 12 --scale 60 --nchan 2 --width 32MHz --phase-rms 0.8rad --seed 5 --field bright,0h,30d --source 1 --scan bright,3min wrong.ms > /dev/null
    gaincal --solint inf --calmode p wrong.ms wrong.tbl > /dev/null
    jq '.targets[1].state.cocal.donors[0].vis[0] |= (.gaintable_final = ["wrong.tbl"] | .spwmap_final = [[]])' plan.json > wrong.json
    run -0 selfcal-step --all --jq '.targets[1] | [.state.stage, .state.SC_success, .vis[0].gaintable_final, .state.Stop_Reason], (.steps[-1] | [.step, .solint, .verdict.kind])' wrong.json
    assert_line --index 0 '["stopped",false,[],"Estimated_SNR_too_low_for_solint inf_EB; the solutions of other targets did not help"]'
    assert_line --index 1 '["cocal","cocal:bright","refused"]'
    jq '.targets[1].state.cocal.donors[0].vis[0] |= (.gaintable_final |= [.[0], "wrong.tbl"] | .spwmap_final |= [.[0], []])' plan.json > mixed.json
    run -0 selfcal-step --all --jq '.targets[1] | [.state.SC_success, (.vis[0].gaintable_final | length)], (.steps[-2].attempts | map([.way, .verdict.kind]))' mixed.json
    assert_line --index 0 '[true,1]'
    assert_line --index 1 '[["all tables of bright","refused"],["the first table of bright","accepted"]]'
    rm -rf ./*faint*solint*

    selfcal-step --all killed.json > /dev/null 2>&1 &
    until compgen -G '*faint*solint*_prior*.fits' > /dev/null; do sleep 0.02; done
    kill -9 $!
    wait $! || true
    selfcal-step --all killed.json > /dev/null
    run -0 selfcal-step --all --jq '.state.stage, (.targets[1] | [.state.stage, .state.SC_success, .state.final_solint, (.SNR_final > 1.15 * .SNR_orig)])' plan.json
    assert_output $'"done"\n["done",true,"cocal:bright",true]'
    run -0 jq -s '[.[].targets[1] | [.state.SC_success, .vis, (.steps | map(.step, .verdict.kind))]] | .[0] == .[1]' plan.json killed.json
    assert_output true
    valid selfcal-step plan.json

    # Applied to the original it is what the last image was made of.
    copy=$(jq -r '.targets[1].vis[0].vis' plan.json)
    selfcal-apply plan.json > /dev/null
    ms-split --field faint --datacolumn corrected raw.ms applied.ms > /dev/null
    ms-split --datacolumn corrected "$copy" wanted.ms > /dev/null
    run -0 ms-diff --tolerance 1e-6 applied.ms wanted.ms
    run -0 selfcal-report --json plan.json --jq '.targets[1] | [.final_solint, .qa, .ladder[-1].verdict, (.ladder | length), (.tables | length > 0)]'
    assert_output '["cocal:bright","calibrated with the solutions of another target","accepted",3,true]'
    run -0 selfcal-report --text plan.json
    assert_line --regexp 'cocal:bright .* accepted'
}

@test "selfcal-step: a target alone in its state has nobody to borrow from, and says so" {
    need_program wsclean
    cd "$BATS_TEST_TMPDIR"
    two_fields --field faint
    run -0 --separate-stderr selfcal-step --all --jq '.targets[0].state | [.stage, .Stop_Reason]' plan.json
    assert_output '["stopped","Estimated_SNR_too_low_for_solint inf_EB"]'
    # shellcheck disable=SC2154
    assert_equal "$stderr" "selfcal-step: warning: faint: no other target is in this state: no solutions to borrow"
}

# selfcal MS OPTIONS...: done.json, and on one line the verdict of the first interval, S/N before and after
selfcal() {
    selfcal-plan --recipe raw_phases "${@:2}" "$1" > plan.json
    selfcal-step --quiet --all plan.json > done.json
    run -0 jq -r '.targets[0] | [(.steps[] | select(.solint).decision | split(":")[0]), ""][0] + " " + ([.SNR_orig, .SNR_final] | map(round | tostring) | join(" "))' done.json
}

# Eighty seconds of the EVLA at 36 GHz, each antenna and hand with a phase of its own that changes between integrations of 0.04 s some 10 s
# apart. S/N 7 to 121, coherence 0.05 to 0.91 and 0.96 when this was written.
@test "selfcal-step: real EVLA data from their raw phases" {
    need_data day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz
    need_program wsclean
    cd "$BATS_TEST_TMPDIR"
    mv "$(unpack "$DATA/day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz" 2> /dev/null)" raw.ms
    run -0 selfcal-plan --jq '.targets[0] | [(.integration_time | round), .solints[].solint]' raw.ms
    assert_output '[6,"inf_EB","40.00s","17.14s","int","inf_ap"]'
    selfcal raw.ms
    read -r _ verdict before after <<< "$output"
    [ "$verdict" = accepted ] && [ "$before" -lt 10 ] && [ "$after" -gt 100 ] || fail "$output"
    for hand in 0 3; do
        run -0 "$PYTHON" "$TESTS/coherence.py" raw.*.selfcal.ms CORRECTED_DATA "$hand"
        awk '{ exit !($1 > 0.9) }' <<< "$output" || fail "coherence, flagged: $output"
    done
}

# Phases and amplitudes put in at random into VLBA data that its observers had calibrated: S/N 5 to 274, 4.2 degrees and 7 % left when this was
# written.
@test "selfcal-step: MOJAVE, corrupted by known gains, comes back" {
    need_data mojave.uvfits.gz
    need_program wsclean
    cd "$BATS_TEST_TMPDIR"
    uvfits-import --quiet "$DATA/mojave.uvfits.gz" true.ms > /dev/null
    cp -r true.ms bad.ms
    "$PYTHON" "$TESTS/uvfits_gains.py" corrupt bad.ms
    selfcal bad.ms --field 1228+126 --imsize 512 --set start_model="--fluxdensity 2"
    read -r _ verdict before after <<< "$output"
    [ "$verdict" = accepted ] && [ "$before" -lt 10 ] && [ "$after" -gt 200 ] || fail "$output"
    run -0 "$PYTHON" "$TESTS/uvfits_gains.py" residual true.ms bad.*.selfcal.ms
    awk '{ exit !($1 < 6 && $2 < 0.15 && $3 > 0.8) }' <<< "$output" || fail "$output"
}

@test "selfcal-step: a start model does not make a source of noise" {
    need_program wsclean
    cd "$BATS_TEST_TMPDIR"
    ms-sim --quiet --spws 1 --nchan 4 --antennas 17 --length 60s --noise 1 --source 0 noise.ms > /dev/null
    selfcal noise.ms --field demo --imsize 160
    read -r _ verdict before after <<< "$output"
    [ "$verdict" = refused ] && [ "$before" = "$after" ] || fail "$output"
    run -0 jq -r '.targets[0].steps[] | select(.solint == "int") | .decision, (.commands | map(select(startswith("setjy"))) | .[])' done.json
    assert_output --partial 'noise alone might have made the source'
    assert_line 'setjy --fluxdensity 1 --no-history noise.demo.spw0.selfcal.ms'
}

@test "selfcal-step: a user's own mask is that of all images" {
    begin
    selfcal-plan --imsize 128 --solints inf_EB --set do_amp_selfcal=false --set 'mask=circle[[0arcsec,0arcsec],12arcsec] coord=offset' raw.ms > plan.json
    selfcal-step --quiet --all plan.json > end.json
    valid selfcal-step end.json
    run -0 jq -c '.targets[0] | .state.SC_success, ([.steps[].images // {} | .initial, .prior, .post, .final | select(.) | .fields[0].mask_pixels] | unique | length), .SNR_final > 2 * .SNR_orig' end.json
    assert_output 'true
1
true'
    cp "$BATS_FILE_TMPDIR/plan.json" .
    put '.targets[0].mask = "circle[[1deg,1deg],5arcsec]"' plan.json
    refused 2 "plan: targets[0].mask: no pixel of the target's images is in it" selfcal-step --all --fresh plan.json
}

# Seven stations of the EHT, not self-calibrated: against a disc closure phases of the data are off by 128 degrees (chi^2 146).
@test "selfcal-step: EHT, recipe vlbi_sparse: from a disc to a model that closes as the data do" {
    need_data EHT_M87_2017_d095_d096_uvfits.tar.gz
    cd "$BATS_TEST_TMPDIR"
    tar -xzf "$DATA/EHT_M87_2017_d095_d096_uvfits.tar.gz"
    uvfits-import --quiet "$(find . -name '*095_lo*')" m87.ms > /dev/null
    selfcal-plan --recipe vlbi_sparse --set max_passes=4 m87.ms > plan.json
    selfcal-step --quiet --all plan.json > end.json
    valid selfcal-step end.json
    run -0 jq -r '.targets[0] | [.closure_orig.phase_rms_deg, .closure_orig.phase_chi2, .closure_orig.phases, .closure_final.phase_rms_deg, .closure_final.chi2] | map(round) | @tsv' end.json
    read -r before chi2_before count after chi2_after <<< "$output"
    [ "$before" -gt 100 ] && [ "$after" -lt 75 ] && [ "$chi2_after" -lt $((chi2_before / 2)) ] && [ "$count" -gt 300 ] || fail "$output"
    run -0 jq -r '.targets[0].steps[] | select(.solint) | .decision' end.json
    assert_line --index 0 --regexp 'inf accepted: .*closure chi2 decrease: [0-9.]+ to [0-9.]+; closure phases off by [0-9.]+ to [0-9.]+ deg'
    run -0 selfcal-report --json end.json
    echo "$output" > report.json
    "$PYTHON" -m jsonschema -i report.json <(selfcal-report --schema)
    run -0 selfcal-report --text end.json
    assert_line --regexp '^  closure chi2 14[0-9] > [0-9.]+, closure phases off by 12[0-9] > [0-9.]+ deg$'

    # The numbers are those of another program, of the model of the last image.
    run -0 "$PYTHON" "$TESTS/closure.py" m87.M87.spw0.selfcal.ms
    read -r degrees chi2 _ <<< "$output"
    run -0 jq '.targets[0].closure_final | .phase_rms_deg, .phase_chi2' end.json
    awk "BEGIN { exit !(($degrees - ${lines[0]})^2 < 25 && ($chi2 - ${lines[1]})^2 < ${lines[1]}) }" || fail "$degrees, $chi2; ours $output"
}

# Seven stations without any phases, a source of two points: against the recipe's disc closure phases are off by 125 degrees. Of noise, whose phases
# can be solved against any model, there are no closures.
@test "selfcal-step: recipe vlbi_sparse on a simulated array of seven, and on noise" {
    cd "$BATS_TEST_TMPDIR"
    jq -n '{antennas: {layout: "vla", n: 7, scale_m: 1300000, telescope: "VLBA"}, integration_s: 10, seed: 3, reference_time: "2018/10/01/09:40:00", noise_jy: 0.05,
        errors: {phase_rms_rad: 2, phase_per_pol: false, phase_per_spw: false}, spws: [{name: "A", freq_hz: 227e9, width_hz: 2e9, nchan: 1, corrs: "RR LL"}],
        fields: [{name: "F", ra: "04h28m40.8", dec: "18d01m48", components: [{flux_jy: 0.5}, {flux_jy: 0.2, east_arcsec: 0.00002, north_arcsec: 0.00001}]}],
        scans: [0, 3600, 7200, 10800 | {field: "F", start_s: ., length_s: 60}]}' > scene.json
    ms-sim --quiet scene.json source.ms > /dev/null
    selfcal-plan --recipe vlbi_sparse --set max_passes=3 source.ms > plan.json
    selfcal-step --quiet --all plan.json > end.json
    valid selfcal-step end.json
    run -0 jq -c '.targets[0] | [.closure_orig.chi2 > 80, .closure_final.chi2 < 4, .closure_orig.phases == .closure_final.phases, .SNR_final > 40,
        ([.steps[] | select(.solint) | .verdict | .kind, .closure.before.chi2 > 1.5 * .closure.after.chi2] | unique)]' end.json
    assert_output '[true,true,true,true,[true,"accepted"]]'
    jq '.noise_jy = 1 | .fields[0].components = [{flux_jy: 1e-6}]' scene.json > noise.json
    ms-sim --quiet noise.json noise.ms > /dev/null
    selfcal-plan --recipe vlbi_sparse noise.ms > plan.json
    selfcal-step --quiet --all plan.json > end.json
    run -0 jq -r '.targets[0] | .state.SC_success, (.steps[] | select(.solint) | .decision)' end.json
    assert_line --index 0 false
    assert_line --index 1 --partial 'inf refused'
    assert_line --index 1 --partial 'closures cannot be measured: no triangle of baselines has an S/N of 4'
}
