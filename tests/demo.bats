# The demo: every step runs, every command is shown, and the S/N rises as promised.
load helper

@test "demo: S/N up by more than five times, and it can be run again" {
    need_program wsclean
    demo=$TESTS/../share/demo
    run "$demo" "$CAL_BUILD" "$BATS_TEST_TMPDIR/demo"
    assert_success
    for tool in ms-sim ms-info ms-split image-make image-stats gaincal applycal image-view; do
        assert_line --regexp "^\\$ $tool "
    done
    first=$(awk '/^as observed/ { print $NF }' <<< "$output")
    last=$(awk '/^the same, better model/ { print $NF }' <<< "$output")
    [ "$first" -gt 5 ]
    [ "$last" -gt $((5 * first)) ]
    [ -s "$BATS_TEST_TMPDIR/demo/demo.png" ]

    # what is not its own stays, the rest is made anew with the same numbers
    touch "$BATS_TEST_TMPDIR/demo/mine"
    table=$(sed -n '/^step /,/^$/p' <<< "$output")
    run "$demo" "$CAL_BUILD" "$BATS_TEST_TMPDIR/demo"
    assert_success
    assert_equal "$(sed -n '/^step /,/^$/p' <<< "$output")" "$table"
    [ -e "$BATS_TEST_TMPDIR/demo/mine" ]
}

@test "demo: without a build it says what it wants" {
    run "$TESTS/../share/demo" "$BATS_TEST_TMPDIR"
    assert_failure 2
    assert_output --partial "wanted the build directory"
}
