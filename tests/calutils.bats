load helper

@test "the list names every tool that was built, by group" {
    run calutils list --names
    assert_success
    built=$(find "$CAL_BUILD/bin" -maxdepth 1 -type f -executable -printf '%f\n' | grep -vx calutils | sort)
    [ "$(sort <<< "$output")" = "$built" ]
    calutils --json | valid calutils -
    calutils --text > "$BATS_TEST_TMPDIR/text"
    for tool in $(calutils list --names); do
        grep -q "^  $tool " "$BATS_TEST_TMPDIR/text" || fail "$tool is in no group that is printed"
    done
}

@test "doctor finds what is installed, and says what is not" {
    need_program wsclean
    calutils doctor --json > "$BATS_TEST_TMPDIR/doctor.json" || [ $? -eq 1 ]
    valid calutils - < "$BATS_TEST_TMPDIR/doctor.json"
    jq -e '[.checks[] | select(.name == "tools" or .name == "casacore" or .name == "WSClean" or .name == "plugins") | .ok] == [true, true, true, true]' "$BATS_TEST_TMPDIR/doctor.json"
    jq -e '.checks[] | select(.name == "shell completion") | .ok and (.advice | startswith("source share/completion"))' "$BATS_TEST_TMPDIR/doctor.json"
    run -0 bash -c "source '$TESTS/../share/completion/calutils.bash'; complete -p ms-split"
    mkdir "$BATS_TEST_TMPDIR/empty"
    run -1 env PATH="$BATS_TEST_TMPDIR/empty" "$CAL_BUILD/bin/calutils" doctor --text
    assert_line --regexp '^WRONG WSClean .*not found in PATH'
    assert_line --partial "to do: apt-get install wsclean"
}

@test "doctor tells that the libraries over casacore are missing" {
    mkdir "$BATS_TEST_TMPDIR/alone"
    cp "$CAL_BUILD/bin/calutils" "$BATS_TEST_TMPDIR/alone"
    run -1 "$BATS_TEST_TMPDIR/alone/calutils" doctor --text
    assert_line --regexp '^WRONG casacore .*/lib/calutils/calutils_table.so: cannot open shared object file'
}

@test "version tells what is linked" {
    calutils version --json > "$BATS_TEST_TMPDIR/version.json"
    valid calutils - < "$BATS_TEST_TMPDIR/version.json"
    jq -e '.libraries | map(.name) == ["casacore", "cfitsio", "cairo", "zlib", "libjq"]' "$BATS_TEST_TMPDIR/version.json"
    [ "$(calutils --version)" = "calutils (calutils) $(jq -r .version "$BATS_TEST_TMPDIR/version.json")" ]
}

@test "another word is refused" {
    run -2 --separate-stderr calutils doktor
    [ "$stderr" = "calutils: doktor: must be list, doctor or version" ]
}

@test "--raw prints the texts that a filter gives as they are" {
    run -0 calutils --raw --jq '["a", "b\"c\td"] | @tsv, .[1], ., 1'
    assert_output "$(printf '%s\n' 'a	b"c\td' 'b"c	d' '["a","b\"c\td"]' 1)"
    run -2 --separate-stderr calutils --raw
    assert_equal "$output" ""
    [[ $stderr == "calutils: --raw "*"--jq" ]]
}

@test "a jq filter passes over the JSON, and a wrong one is a usage error" {
    run calutils --jq '.tools[0] | keys | length'
    assert_success
    assert_output 3
    run -2 --separate-stderr calutils --jq '.tools['
    [[ $stderr == "calutils: --jq .tools[: "* ]]
    [ "${#stderr_lines[@]}" -eq 1 ]
}
