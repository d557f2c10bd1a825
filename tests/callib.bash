# What the tests of the calibration library share: `load callib` behind `load helper`.

INFO=$BATS_TEST_DIRNAME/info

# validate FILE...: against the schema of a library.
validate() {
    callib-new --schema > schema.json
    "$PYTHON" -c 'import json, jsonschema, sys
v = jsonschema.Draft202012Validator(json.load(open("schema.json")))
for path in sys.argv[1:]:
    v.validate(json.load(open(path)))' "$@"
}

# book FILE [active|applied]: a line for each region of each registration.
book() {
    jq -r ".${2:-active}[] | .gaintable as \$t | .data[] | [\$t, .vis, .antenna, .spw, .field, .intent] | join(\" \")" "$1"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    callib-new "$INFO/eb1.json" > empty.json
}
