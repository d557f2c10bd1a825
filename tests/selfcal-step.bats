# Self-calibration, piece by piece: a simulated observation with bad phases becomes sharp.
load helper

@test "selfcal-step: from a plan to the end, with every decision in words" {
    need_program wsclean
    cd "$BATS_TEST_TMPDIR"
    ms-sim --antennas 14 --scale 60 --nchan 2 --width 32MHz --scans 2 --length 60s --gap 60s --noise 0.1 --phase-rms 0.5rad --phase-walk 0.1rad \
        --same-spws --same-pols raw.ms > /dev/null
    selfcal-plan --imsize 160 raw.ms > plan.json
    run -0 selfcal-step --all --jq '.targets[0] | [.state.stage, .state.SC_success, (.SNR_final > 5 * .SNR_orig)], .steps[].decision' plan.json
    assert_line '["done",true,true]'
    assert_line --regexp 'inf_EB accepted: S/N'
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
    "$PYTHON" -c 'import json, jsonschema, sys
jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))' "$TESTS/../share/schemas/selfcal-step.json" plan.json

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
