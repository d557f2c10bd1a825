# ms-split against CASA's split and mstransform.
load ../helper

@test "ms-split writes what CASA writes (small set)" {
    run "$PYTHON" "$TESTS/golden/shape_cases.py" --set "$TESTS/golden"
    assert_success
}

@test "ms-split writes what CASA writes (full set)" {
    need_golden
    run "$PYTHON" "$TESTS/golden/shape_cases.py" --set "$GOLDEN"
    assert_success
}
