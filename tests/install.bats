# make install, uninstall and dist.
load helper

install_to() {
    make -s -C "$TESTS/.." -o all BUILD="$CAL_BUILD" DESTDIR="$1" PREFIX=/opt/calutils install
}

@test "what is installed works from where it is, and uninstall takes all of it away" {
    stage=$BATS_TEST_TMPDIR/stage
    install_to "$stage"
    [ -x "$stage/opt/calutils/bin/ms-info" ]
    PATH=$stage/opt/calutils/bin:/usr/bin:/bin
    run calutils doctor --json --jq '[.checks[] | select(.name == "tools" or .name == "casacore" or .name == "plugins") | .ok] | all'
    assert_output true
    run calutils doctor --json --jq '.checks[] | select(.name == "shell completion") | .advice'
    refute_output --partial source
    ms-sim --antennas 3 --scans 1 --length 20s "$BATS_TEST_TMPDIR/made.ms"
    run ms-info --jq '.antennas | length' "$BATS_TEST_TMPDIR/made.ms"
    assert_output 3
    for scene in "$stage"/opt/calutils/share/calutils/scenes/*.json; do
        "$PYTHON" "$TESTS/valid.py" "$stage/opt/calutils/share/calutils/schemas/scene.json" "$scene"
    done
    [ -e "$stage/opt/calutils/share/calutils/schemas/callib.json" ]
    run task-list --jq '.plugins[].path'
    assert_output --partial "$stage/opt/calutils/"
    [ "$(find "$stage/opt/calutils/share/man/man1" -name '*.1' | wc -l)" -eq "$(tools | wc -l)" ]
    make -s -C "$TESTS/.." BUILD="$CAL_BUILD" DESTDIR="$stage" PREFIX=/opt/calutils uninstall
    run find "$stage" -type f
    assert_output ""
}

@test "a plugin builds outside the tree with the installed header alone" {
    stage=$BATS_TEST_TMPDIR/stage
    install_to "$stage"
    cp -r "$TESTS/../share/plugin-template" "$BATS_TEST_TMPDIR/mine"
    cc -I"$stage/opt/calutils/include" -shared -fPIC -o "$BATS_TEST_TMPDIR/mine/mine.so" "$BATS_TEST_TMPDIR"/mine/*.c
    CALUTILS_PLUGINS=$BATS_TEST_TMPDIR/mine run "$stage/opt/calutils/bin/task-list" --jq '.plugins | length'
    assert_output 1
}

@test "the tar of make dist holds what git holds" {
    need_program git
    git -C "$TESTS/.." rev-parse HEAD > /dev/null 2>&1 || skip "not a git checkout"
    git clone -q "$TESTS/.." "$BATS_TEST_TMPDIR/clone"
    make -s -C "$BATS_TEST_TMPDIR/clone" dist
    tar -tzf "$BATS_TEST_TMPDIR"/clone/calutils-*.tar.gz | grep -q '/bin/calutils.c$'
}
