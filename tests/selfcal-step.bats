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
