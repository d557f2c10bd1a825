# The demo: every step runs, every command is shown, and the S/N rises as promised.
load helper

@test "demo: self-calibration brings the S/N above 1000, and it can be run again" {
    need_program wsclean
    demo=$TESTS/../share/demo
    run "$demo" "$CAL_BUILD" "$BATS_TEST_TMPDIR/demo"
    assert_success
    for tool in ms-sim ms-info ms-split image-make image-stats gaincal applycal selfcal-plan selfcal-step selfcal-report selfcal-apply image-view; do
        assert_line --regexp "^\\$ $tool "
    done
    first=$(awk '/^as observed/ { print $NF }' <<< "$output")
    hand=$(awk '/^one round by hand/ { print $NF }' <<< "$output")
    last=$(awk '/^self-calibrated/ { print $NF }' <<< "$output")
    [ "$first" -gt 5 ]
    [ "$hand" -gt $((5 * first)) ]
    # an image of the same data without errors has 1743
    [ "$last" -gt 1000 ]
    [ "$last" -lt 1778 ]
    grep -q '</html>' "$BATS_TEST_TMPDIR/demo/report.html"
    [ -s "$BATS_TEST_TMPDIR/demo/demo.png" ]

    # what is not its own stays, the rest is made anew; once is enough for the long part
    touch "$BATS_TEST_TMPDIR/demo/mine"
    run timeout 15 "$demo" "$CAL_BUILD" "$BATS_TEST_TMPDIR/demo"
    assert_line --partial "# 3."
    [ -e "$BATS_TEST_TMPDIR/demo/mine" ]
}

@test "demo: without a build it says what it wants" {
    run "$TESTS/../share/demo" "$BATS_TEST_TMPDIR"
    assert_failure 2
    assert_output --partial "wanted the build directory"
}
