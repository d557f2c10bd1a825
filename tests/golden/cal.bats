# gaincal and applycal against CASA's outputs: all cases where the full set is, a small part of them anywhere.
load ../helper

cases() {
    run "$PYTHON" "$TESTS/golden/cal_cases.py" "$@"
    assert_success
}

@test "gaincal writes what CASA writes (small set)" {
    cases --set "$TESTS/golden" --only '[gkt]'
}

@test "applycal writes what CASA writes (small set)" {
    cases --set "$TESTS/golden" --only a
}

@test "gaincal writes what CASA writes (full set)" {
    need_golden
    cases --set "$GOLDEN" --only '[gkt]'
}

@test "applycal through a calibration library, in its three forms (small set)" {
    run "$PYTHON" "$TESTS/golden/callib_cases.py" --set "$TESTS/golden"
    assert_success
}

@test "applycal writes what CASA writes (full set)" {
    need_golden
    cases --set "$GOLDEN" --only a
}

@test "applycal through a calibration library, in its three forms (full set)" {
    need_golden
    run "$PYTHON" "$TESTS/golden/callib_cases.py" --set "$GOLDEN" --only 'a_(g|b|t|c|wt)'
    assert_success
}
