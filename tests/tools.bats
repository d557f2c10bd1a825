# What all tools have in common: their tables, pages, schemas and completions agree.
load helper

# Options that --help shows, long names.
help_options() {
    "$1" --help | grep -oE '^(  -., |      )--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort
}

# Options that a manual page explains: the tags in its OPTIONS.
page_options() {
    awk '/^\.SH/ { inside = $2 == "OPTIONS" } inside && tag && /^\.B/ { print } { tag = /^\.TP/ }' "$1" |
        sed 's/\\-/-/g' | grep -oE '^\.B (-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort
}

@test "help, manual page and completion of every tool name the same options" {
    for tool in $(tools); do
        help_options "$tool" > "$BATS_TEST_TMPDIR/help"
        [ -s "$BATS_TEST_TMPDIR/help" ]
        "$tool" --complete | grep -oE '^--[a-z-]+' | sort > "$BATS_TEST_TMPDIR/complete"
        diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/complete"
        page_options "$CAL_BUILD/man/man1/$tool.1" > "$BATS_TEST_TMPDIR/page"
        diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/page"
    done
}

@test "no option is listed twice in a tool" {
    for tool in $(tools); do
        run bash -c "'$tool' --complete | grep -oE '^--[a-z-]+' | sort | uniq -d"
        assert_output ""
    done
}

@test "every option of --help is taken by the parser, and its value is asked for" {
    for tool in $(tools); do
        for option in $("$tool" --complete | grep -oE '^--[a-z-]+( |$)' | sort); do
            run --separate-stderr "$tool" "$option"
            [ "$status" -eq 2 ]
            [[ $stderr == "$tool: $option wants a value: "* ]]
        done
    done
}

@test "an option that counts takes nothing below 0" {
    local counts=0
    for tool in $(tools); do
        for option in $("$tool" --help | sed -nE 's/^.* (--[a-z-]+) N( .*|$)/\1/p'); do
            refused 2 "${option#--}" "$tool" "$option" -1 none.ms
            counts=$((counts + 1))
        done
    done
    assert [ "$counts" -gt 10 ]
}

@test "manual pages render without a complaint" {
    need_program man
    for tool in $(tools); do
        run bash -c "man --warnings -E UTF-8 -l -Tutf8 -Z '$CAL_BUILD/man/man1/$tool.1' 2>&1 > /dev/null"
        assert_output ""
    done
}

@test "man finds the pages of a build from PATH alone" {
    need_program man
    unset MANPATH
    for tool in $(tools); do
        run -0 man -w "$tool"
        assert_equal "$(realpath "$output")" "$(realpath "$CAL_BUILD/man/man1/$tool.1")"
    done
}

@test "manual pages have the sections that people look for" {
    for tool in $(tools); do
        for section in NAME SYNOPSIS DESCRIPTION OPTIONS EXAMPLES '"EXIT STATUS"'; do
            grep -q "^.SH $section" "$CAL_BUILD/man/man1/$tool.1" || fail "$tool: no $section"
        done
    done
}

@test "--schema of every tool is a JSON Schema" {
    for tool in $(tools); do
        "$tool" --schema > "$BATS_TEST_TMPDIR/schema.json"
        "$PYTHON" -c 'import json, sys, jsonschema; jsonschema.Draft202012Validator.check_schema(json.load(open(sys.argv[1])))' "$BATS_TEST_TMPDIR/schema.json"
        of=$(basename "$(readlink -f "$TESTS/../share/schemas/$tool.json")" .json) # tools may share one
        jq -e --arg of "$of" '.title | startswith($of)' "$BATS_TEST_TMPDIR/schema.json"
    done
}

@test "every tool has a manual text, a schema and a test of its own" {
    for tool in $(tools); do
        for file in "$TESTS/../bin/$tool.c" "$TESTS/../man/$tool.man" "$TESTS/../share/schemas/$tool.json" "$TESTS/$tool.bats"; do
            [ -e "$file" ] || fail "$file is missing"
        done
    done
}

@test "unknown options and values name the nearest right one" {
    run --separate-stderr calutils --naems
    [ "$status" -eq 2 ]
    [ "$stderr" = "calutils: unknown option --naems; did you mean --names?" ]
    run --separate-stderr calutils --errors jsn
    [ "$status" -eq 2 ]
    [ "$stderr" = "calutils: --errors jsn: did you mean json? (one of: text json)" ]
}

@test "bash completes options and their values" {
    complete_words() {
        bash --norc -c 'source "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$(($# - 2)); _calutils "$2"; printf "%s\n" "${COMPREPLY[@]}"' \
            - "$TESTS/../share/completion/calutils.bash" "$@"
    }
    run complete_words calutils --nam
    assert_output "--names"
    run complete_words calutils --errors j
    assert_output "json"
    run complete_words calutils --errors = t
    assert_output "text"
    run complete_words calutils doc
    assert_output "doctor"
}

@test "a jq filter that cannot be compiled is refused before anything else is done" {
    run --separate-stderr task-run --jq '.[' no-such-plugin
    [ "$status" -eq 2 ]
    [[ $stderr == "task-run: --jq .[: "* ]]
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "no tool loads casacore before it touches a table" {
    for tool in $(tools); do
        for option in --help --version; do
            LD_DEBUG=files "$tool" $option > /dev/null 2> "$BATS_TEST_TMPDIR/loaded"
            grep -q 'calling init: .*/libc\.so' "$BATS_TEST_TMPDIR/loaded"
            run grep 'calling init: .*casa' "$BATS_TEST_TMPDIR/loaded"
            assert_output ""
        done
    done
}

@test "a tool that was taken away from its libraries says so" {
    mkdir "$BATS_TEST_TMPDIR/alone"
    cp "$CAL_BUILD"/bin/ms-{info,sim} "$BATS_TEST_TMPDIR/alone"
    "$BATS_TEST_TMPDIR/alone/ms-info" --help > /dev/null
    for command in "ms-info $TESTS" "ms-sim $BATS_TEST_TMPDIR/new.ms"; do
        run -6 --separate-stderr bash -c "'$BATS_TEST_TMPDIR/alone'/$command"
        [ "${#stderr_lines[@]}" -eq 1 ]
        [[ $stderr == *": tables need casacore, which cannot be loaded: calutils_"*".so: "*"; \`calutils doctor\` tells what to do" ]]
    done
}
