# What task-list finds, refuses and says.
load helper

setup() {
    WRONG=$CAL_BUILD/tests/plugins
    HERE=$BATS_TEST_TMPDIR/plugins
    mkdir -p "$HERE"
}

@test "task-list: its JSON keeps to its schema" {
    CALUTILS_PLUGINS=:$WRONG task-list > "$BATS_TEST_TMPDIR/list.json"
    valid task-list "$BATS_TEST_TMPDIR/list.json"
}

@test "task-list: the built-in place is found without any variable" {
    unset CALUTILS_PLUGINS
    run -0 task-list --jq '.plugins[] | select(.name == "wsclean") | [.task, .abi]'
    assert_output '["image",1]'
}

@test "task-list: an empty element of the path is the built-in place, wherever it stands" {
    for path in ":$HERE" "$HERE:" ""; do
        CALUTILS_PLUGINS=$path run -0 task-list --jq '[.plugins[].name] | index("wsclean") != null'
        assert_output true
    done
    CALUTILS_PLUGINS=$HERE run -0 task-list --jq '.plugins | length'
    assert_output 0
}

@test "task-list: another ABI is refused with path, found and wanted number" {
    cp "$WRONG/other_abi.so" "$HERE"
    CALUTILS_PLUGINS=$HERE run -0 task-list --text
    assert_line --partial "$HERE/other_abi.so: made for plugin ABI 7, but this calutils has ABI 1"
}

@test "task-list: a smaller struct is refused with both sizes" {
    cp "$WRONG/small_struct.so" "$HERE"
    CALUTILS_PLUGINS=$HERE run -0 task-list --jq '.refused[].reason'
    assert_output --regexp 'its structs have 24 and [0-9]+ bytes, those of ABI 1 have [0-9]+'
}

@test "task-list: no symbol, an incomplete table, an undefined function" {
    cp "$WRONG"/{no_symbol,no_name,undefined}.so "$HERE"
    CALUTILS_PLUGINS=$HERE run -0 task-list --text
    assert_line --partial "no_symbol.so: exports no calutils_plugin_v1: not a calutils plugin"
    assert_line --partial "no_name.so: its table lacks a name"
    assert_line --partial "undefined.so: cannot be loaded: undefined symbol: nobody_has_this"
}

@test "task-list: a file that is no library" {
    echo "hello" > "$HERE/text.so"
    : > "$HERE/empty.so"
    mkdir "$HERE/directory.so"
    CALUTILS_PLUGINS=$HERE run -0 task-list --text
    assert_line --partial "text.so: not a shared library"
    assert_line --partial "empty.so: not a shared library"
    assert_line --partial "directory.so: not a shared library"
}

@test "task-list: a library that was cut off anywhere is refused, never a crash" {
    local whole
    whole=$(stat -c %s "$WRONG/echo.so")
    for part in 70 300 1000 5000 9000; do
        [ "$part" -lt "$whole" ] || continue
        head -c "$part" "$WRONG/echo.so" > "$HERE/cut.so"
        CALUTILS_PLUGINS=$HERE run -0 task-list --jq '[(.plugins | length), .refused[].reason]'
        assert_output --regexp '\[0,"(truncated: only '"$part"' bytes of it are there|cannot be loaded|not a shared)'
    done
}

@test "task-list: a file without permission" {
    cp "$WRONG/echo.so" "$HERE/closed.so"
    chmod 0 "$HERE/closed.so"
    local as_other=()
    if [ "$(id -u)" -eq 0 ]; then
        need_program setpriv
        chmod a+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR" "$HERE"
        as_other=(setpriv --reuid=65534 --clear-groups)
        "${as_other[@]}" test -x "$(command -v task-list)" -a -d "$HERE" || skip "another user cannot reach the build directory"
    fi
    CALUTILS_PLUGINS=$HERE run -0 "${as_other[@]}" task-list --text
    assert_line --partial "closed.so: cannot be read: Permission denied"
}

@test "task-list: of two plugins with one name the first of the path counts, and the other is told" {
    mkdir "$HERE/later"
    cp "$WRONG/echo.so" "$HERE/mine.so"
    cp "$WRONG/echo.so" "$HERE/later/yours.so"
    CALUTILS_PLUGINS=$HERE:$HERE/later run -0 task-list --text
    assert_line --partial "yours.so: $HERE/mine.so comes first under the name \"echo\""
}

@test "task-list: options with types, choices and defaults in the text" {
    cp "$WRONG/echo.so" "$HERE"
    CALUTILS_PLUGINS=$HERE run -0 task-list --text --options
    assert_line --regexp '^ +mode +text +one of three: a, b, c \["a"\]$'
    assert_line --regexp '^ +text +text +a text \(required\)$'
}

@test "task-list: an operand is refused" {
    run -2 task-list wsclean
}

@test "task-list: the template builds outside the tree with the header alone, and runs" {
    local work=$BATS_TEST_TMPDIR/outside
    mkdir -p "$work/include"
    cp "$TESTS"/../share/plugin-template/* "$work"
    cp "$TESTS/../libcommon/plugin/calutils_plugin.h" "$work/include"
    (cd "$work" && env -u CC make CPPFLAGS=-Iinclude CFLAGS='-Wall -Wextra -Werror -std=gnu11')
    CALUTILS_PLUGINS=$work run -0 task-list --jq '.plugins[] | [.task, .name]'
    assert_output '["count","mytask"]'
    echo '{"text": "one two  three"}' > "$work/in.json"
    CALUTILS_PLUGINS=$work run -0 task-run --jq .result.words count -i "$work/in.json"
    assert_output 3
}

@test "task-list: the header is C++ too" {
    echo '#include "calutils_plugin.h"
static const calutils_option options[] = {CALUTILS_OPTIONS_END};
static int run(const calutils_host *, const char *, char **) { return 0; }
CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD, "cxx", "wrong", "in C++", options, run};' > "$BATS_TEST_TMPDIR/cxx.cc"
    c++ -Wall -Wextra -Werror -I"$TESTS/../libcommon/plugin" -shared -fPIC -o "$HERE/cxx.so" "$BATS_TEST_TMPDIR/cxx.cc"
    CALUTILS_PLUGINS=$HERE run -0 task-list --jq '.plugins[].name'
    assert_output '"cxx"'
}
