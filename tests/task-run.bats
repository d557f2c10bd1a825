# Running plugins, good ones and bad ones.
load helper

setup() {
    export CALUTILS_PLUGINS=$CAL_BUILD/tests/plugins
}

# run_with JSON [OPTION...] NAME
run_with() {
    local json=$1
    shift
    run --separate-stderr task-run "$@" <<< "$json"
}

@test "task-run: JSON in, JSON out, by name and by task, to its schema" {
    task-run echo > "$BATS_TEST_TMPDIR/out.json" <<< '{"text": "hello", "words": "one"}'
    valid task-run "$BATS_TEST_TMPDIR/out.json"
    run -0 jq -c .result "$BATS_TEST_TMPDIR/out.json"
    assert_output '{"text":"hello","words":["one"],"count":3,"factor":0.5,"loud":false,"mode":"a"}'
}

@test "task-run: what the plugin says goes to stderr: warnings always, details under --verbose" {
    run_with '{"text": ""}' echo
    assert_equal "$stderr" "task-run: warning: echo: a warning"
    run_with '{"text": ""}' -v echo
    assert_regex "$stderr" "echo: a detail"
}

@test "task-run: --dry-run fills in the defaults and runs nothing" {
    run_with '{"text": "x"}' --dry-run --jq '[.input.count, .result]' echo
    assert_output '[3,null]'
    assert_equal "$stderr" ""
}

@test "task-run: a key that does not exist names the nearest one" {
    run_with '{"text": "x", "fator": 2}' echo
    assert_equal "$status" 2
    assert_equal "$stderr" 'task-run: echo: no option "fator"; did you mean "factor"?'
}

@test "task-run: wrong types, choices, missing keys" {
    while IFS='|' read -r input words; do
        run_with "$input" echo
        assert_equal "$status" 2
        assert_equal "$stderr" "task-run: echo$words"
    done << 'END'
{}| needs "text": a text
{"text": 1}|: text is 1, but takes text
{"text": "x", "count": 1.5}|: count is 1.5, but takes integer
{"text": "x", "words": ["a", 2]}|: words is ["a",2], but takes texts
{"text": "x", "sizes": ["a"]}|: sizes is ["a"], but takes numbers
{"text": "x", "loud": 1}|: loud is 1, but takes boolean
{"text": "x", "mode": "d"}|: mode is "d"; it can be a b c
[]| takes a JSON object with its options; see task-list
END
}

@test "task-run: a task that several plugins can do needs a choice, which --task makes" {
    run_with '{}' wrong
    assert_equal "$status" 2
    assert_regex "$stderr" '^task-run: [0-9]+ plugins are for the task "wrong" \(aborts, crashes, .*\): choose with --task wrong=NAME$'
    run_with '{}' --task wrong=aborts --task wrong=fails wrong
    assert_equal "$status" 4
    run_with '{}' --task wrong=echo wrong
    assert_equal "$status" 2
    assert_regex "$stderr" 'plugin "echo" is for the task "echo", not for "wrong"'
    run_with '{}' --task wrong wrong
    assert_equal "$status" 2
}

@test "task-run: a plugin that is not there: every path tried and every refusal" {
    CALUTILS_PLUGINS=$CAL_BUILD/tests/plugins:/nonexistent run_with '{}' nobody
    assert_equal "$status" 6
    assert_regex "$stderr" 'no plugin has the name or task "nobody"'
    assert_regex "$stderr" 'other_abi.so \(made for plugin ABI 7, but this calutils has ABI 1'
    assert_regex "$stderr" '/nonexistent \(missing\)'
    assert_equal "${#stderr_lines[@]}" 1
}

@test "task-run: a crash costs one line that names plugin, file, signal and last words" {
    run_with '{}' crashes
    assert_equal "$status" 6
    assert_equal "$output" ""
    assert_regex "$stderr" '^task-run: plugin crashes \(.*/crashes.so\) died of SIGSEGV \(Segmentation fault\); its last line: about to follow a null pointer$'
    assert_equal "${#stderr_lines[@]}" 1
}

@test "task-run: abort, exit, rubbish, nothing, and a scribbler" {
    run_with '{}' aborts
    assert_equal "$status" 6
    assert_regex "$stderr" 'aborts.so\) died of SIGABRT'
    run_with '{}' exits
    assert_equal "$status" 6
    assert_regex "$stderr" 'exits.so\) ended with exit status 0 and without a result'
    run_with '{}' rubbish
    assert_equal "$status" 6
    assert_regex "$stderr" 'rubbish.so\) answered what is not JSON: "\{"image": "'
    run_with '{}' nothing
    assert_equal "$status" 6
    assert_regex "$stderr" 'nothing.so\) answered what is not JSON: ""'
    run_with '{}' garbles
    assert_equal "$status" 6
    assert_regex "$stderr" 'garbles.so\) wrote into the pipe'
}

@test "task-run: a plugin's own error keeps its status and words" {
    run_with '{}' fails
    assert_equal "$status" 4
    assert_equal "$stderr" "task-run: fails: all data of field 3 are flagged"
}

# interrupt SIGNAL JSON: start, wait for its child, send the signal to task-run alone, wait for the end.
interrupt() {
    task-run hangs <<< "$2" &
    local host=$!
    for _ in $(seq 100); do
        [ -s "$BATS_TEST_TMPDIR/pid" ] && break
        sleep 0.05
    done
    kill -s "$1" "$host"
    status=0
    wait "$host" || status=$?
}

# Nobody there, or only a zombie that its adopter did not reap.
is_gone() {
    ! grep -q '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status" 2> /dev/null
}

@test "task-run: SIGTERM cancels the plugin, and what it started ends with it" {
    interrupt TERM "{\"pid_file\": \"$BATS_TEST_TMPDIR/pid\"}"
    assert_equal "$status" 143
    is_gone "$(cat "$BATS_TEST_TMPDIR/pid")"
}

@test "task-run: a plugin that does not listen is killed after some seconds, with what it started" {
    interrupt TERM "{\"pid_file\": \"$BATS_TEST_TMPDIR/pid\", \"deaf\": true}"
    assert_equal "$status" 143
    is_gone "$(cat "$BATS_TEST_TMPDIR/pid")"
}

@test "task-run: bad JSON is told with its place, and a terminal is not waited for" {
    run_with '{"text": ' echo
    assert_equal "$status" 2
    run -3 task-run echo -i /nonexistent.json
    run -2 script -qec "task-run echo" /dev/null
}
