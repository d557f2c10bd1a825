# Self-calibration of simulated observations whose antenna errors are known, against the recorded runs of auto_selfcal: three small cases here,
# all of them in make check-selfcal.
load helper

ORACLES=${CALUTILS_TEST_ORACLES:-$TESTS/../../shared/oracles}/selfcal

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    [ -e "$ORACLES/README.md" ] || skip "no selfcal/README.md in \$CALUTILS_TEST_ORACLES"
}

@test "the judge: recorded tables leave the phases that were recorded" {
    run -0 "$PYTHON" "$TESTS/oracle/selfcal_truth.py" oracle "$ORACLES" e3_aca_step_back l_aca_single_pol c_alma_two_targets_two_ebs
    assert_line "0 wrong"
}

@test "the judge: data divided by the true gains have the S/N that was recorded without errors" {
    "$PYTHON" "$TESTS/oracle/selfcal_data.py" "$ORACLES" e_vla_c_ap_refused .
    "$PYTHON" "$TESTS/oracle/selfcal_truth.py" ideal eb1_targets.ms "$ORACLES/e_vla_c_ap_refused/truth.npz" ideal.ms
    for set in eb1_targets ideal; do
        image-make --cell 2.38arcsec --imsize 750 --uvrange '>55m' --niter 20000 --threshold 13mJy --usemask auto "$set.ms" "$set" \
            --jq '.snr / '"$(jq .e_vla_c_ap_refused[].SNR "$ORACLES/ideal.json")"
    done > parts.txt
    run -0 jq -s '.[0] < 0.7 and .[1] > 0.97 and .[1] < 1.03' parts.txt
    assert_output true
}

@test "e4: one spectral window, where auto_selfcal crashes, is calibrated, also a second time in the same folder" {
    need_program wsclean
    run -0 "$PYTHON" "$TESTS/oracle/selfcal_cases.py" "$ORACLES" e4_vla_one_spw_crash
}

@test "d: a target that is too faint is left alone, with the reason" {
    need_program wsclean
    run -0 "$PYTHON" "$TESTS/oracle/selfcal_cases.py" "$ORACLES" d_alma_low_snr
}

@test "e3: seven-metre antennas" {
    need_program wsclean
    run -0 "$PYTHON" "$TESTS/oracle/selfcal_cases.py" "$ORACLES" e3_aca_step_back
}
