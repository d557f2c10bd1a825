load helper

@test "C and C++ are formatted as .clang-format says" {
    need_program clang-format
    run "$TESTS/lint" format
    assert_success
}

@test "scripts pass shellcheck" {
    need_program shellcheck
    run "$TESTS/lint" shell
    assert_success
}

@test "files and functions keep their size" {
    need_program ctags
    run "$TESTS/lint" sizes
    assert_success
}
