# What the tests of the calibration library share: `load callib` behind `load helper`.

INFO=$BATS_TEST_DIRNAME/info

# validate FILE...: against the schema of a library.
validate() {
    valid callib-new "$@"
}

# book FILE [active|applied]: a line for each region of each registration.
book() {
    jq -r ".${2:-active}[] | .gaintable as \$t | .data[] | [\$t, .vis, .antenna, .spw, .field, .intent] | join(\" \")" "$1"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    callib-new "$INFO/eb1.json" > empty.json
}
