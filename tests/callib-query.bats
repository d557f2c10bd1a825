# callib-query: what applies to which data, exactly, in few lines.
load helper

# A set with two calibrators and two targets: 4 spws; spws 2 and 3 were not used for the second target.
setup_file() {
    cd "$BATS_FILE_TMPDIR"
    $PYTHON - > a.info.json << 'END'
import json
spws = [{"id": s, "name": f"spw{s}"} for s in range(4)]
names = ["J1924-2914", "J1832-1035", "M 31", "M 33"]
intents = [["AMPLITUDE", "BANDPASS"], ["PHASE"], ["TARGET"], ["TARGET"]]
print(json.dumps({"path": "/data/a.ms", "observations": [{"id": 0, "telescope": "ALMA"}],
    "antennas": [{"id": a, "name": f"DA{a + 41}"} for a in range(5)], "spws": spws,
    "fields": [{"id": f, "name": n, "intents": intents[f]} for f, n in enumerate(names)],
    "scans": [{"scan": f, "fields": [{"id": f, "name": n}], "spws": spws[:2] if f == 3 else spws, "intents": intents[f]}
              for f, n in enumerate(names)], "states": []}))
END
    callib-new a.info.json > empty.json
    callib-add b.B --caltype bandpass < empty.json |
        callib-add p.G --caltype gaincal --intent PHASE,TARGET --calwt=false --spwmap 0,0,2,2 |
        callib-add k.K --antenna DA43 --spw 0 > lib.json
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

@test "callib-query: lines say what applies, in order" {
    run -0 callib-query lib.json --field 0,1 --jq '.lines[] | [.antenna, .spw, .field, .intent, (.calibrations | map(.gaintable) | join(" "))] | join("; ")'
    assert_output '"0~1,3~4; 0~3; 0; AMPLITUDE,BANDPASS; b.B"
"0~1,3~4; 0~3; 1; PHASE; b.B p.G"
"2; 0; 0; AMPLITUDE,BANDPASS; b.B k.K"
"2; 0; 1; PHASE; b.B p.G k.K"
"2; 1~3; 0; AMPLITUDE,BANDPASS; b.B"
"2; 1~3; 1; PHASE; b.B p.G"'
    callib-query lib.json > out.json
    valid callib-query out.json
    run -0 jq -c '.cells, (.lines[1].calibrations[1])' out.json
    assert_output '90
{"gaintable":"p.G","gainfield":"","interp":"linear,linear","spwmap":[0,0,2,2],"calwt":false,"caltype":"gaincal"}'
}

@test "callib-query: a line may cover what has no data, under --strict it does not" {
    run -0 callib-query lib.json --intent TARGET --gaintable p.G --jq '.lines[] | [.spw, .field] | join("; ")'
    assert_output '"0~3; 2~3"'
    run -0 callib-query lib.json --intent TARGET --gaintable p.G --strict --jq '.lines | length'
    assert_output 2
}

@test "callib-query: data without calibration, names of tables" {
    run -0 callib-query lib.json --caltype gaincal --uncalibrated --jq '.cells, (.lines[] | [.antenna, .spw, .field, .intent] | join("; "))'
    assert_output '40
"0~4; 0~3; 0; AMPLITUDE,BANDPASS"'
    run -0 callib-query lib.json --uncalibrated --text
    assert_output 'all of these data are calibrated'
    run -0 callib-query lib.json --tables --text
    assert_output $'b.B\np.G\nk.K'
    run -0 callib-query lib.json --tables --field 0 --text
    assert_output $'b.B\nk.K'
    callib-query lib.json --tables > out.json
    valid callib-query out.json
}

@test "callib-query: terms that are ignored are their defaults" {
    run -0 callib-query lib.json --gaintable p.G --ignore calwt,spwmap --jq '.lines[0].calibrations[0] | [.calwt, .spwmap, .interp]' 
    assert_output '[true,[],"linear,linear"]'
    run -2 callib-query lib.json --ignore gaintable
    assert_output --partial '"gaintable" is no term that can be ignored'
}

@test "callib-query: the part of a library is a library" {
    callib-query lib.json --spw 0 --library > part.json
    "$PYTHON" "$TESTS/valid.py" "$TESTS/../share/schemas/callib.json" part.json
    run -0 callib-query part.json --jq '[.lines[].spw] | unique'
    assert_output '["0"]'
    run -0 callib-diff <(callib-query lib.json --spw 0 --library) part.json --text
    assert_output same
}

@test "callib-query: the pipeline's lines, and a word where they are wrong" {
    callib-add x.G --spw 0 --intent PHASE < empty.json | callib-add x.G --spw 1 --intent TARGET > wide.json
    run -0 --separate-stderr callib-query wide.json --consolidate pipeline
    [ "$(jq -c '[(.lines | length), (.faults | length)]' <<< "$output")" = '[1,1]' ]
    [[ "$stderr" == *"a.ms: the pipeline's listing is wrong here: it covers field 2 \"M 31\", spw 0, intent TARGET, antenna 0 DA41, which has none"* ]]
    valid callib-query <(echo "$output")
    run -0 --separate-stderr callib-query wide.json --jq '.lines | length'
    assert_output 2
    assert_equal "$stderr" ''
    run -0 --separate-stderr callib-query lib.json --consolidate pipeline --jq '.faults'
    assert_output null
    assert_equal "$stderr" ''
}

@test "callib-query: the table fits 100 columns and tells what its numbers mean" {
    run -0 callib-query lib.json --field 1 --text
    assert_line --index 1 --regexp '^ +J1832-1035 +PHASE +\* +0~1,3~4 +1~2$'
    assert_line --index 2 --regexp 'PHASE +0 +2 +1~3$'
    assert_line --regexp '^ +2 +p.G +linear,linear +0,0,2,2 +no$'
    "$TESTS/bench/callib_make.py" big 28 64 300 2 60 10 20
    callib-new big.info.json | callib-add --batch big.ndjson > big.json
    run -0 bash -c "callib-query big.json --text | awk '{ if (length > widest) widest = length } END { print widest }'"
    [ "$output" -le 100 ]
}

@test "callib-query: the sheet's EVLA case, as few lines as there are lists" {
    "$TESTS/bench/callib_make.py" evla 28 64 300 1 60 10 20
    callib-new evla.info.json | callib-add --batch evla.ndjson > evla.json
    run -0 callib-query evla.json --jq '[(.lines | length), (.lines | map(.calibrations | map(.gaintable)) | unique | length), .cells]'
    assert_output '[3630,3630,1130752]'
}

@test "callib-query: an empty selection is an error that tells what there is" {
    run -4 callib-query lib.json --field 1 --intent TARGET
    run -0 callib-query empty.json --text
    assert_output 'no calibrations for these data'
    callib-mark < lib.json > marked.json
    run -0 callib-query marked.json --text
    assert_output 'no calibrations for these data; those that were applied: --book applied'
    callib-query empty.json --uncalibrated --text > text
    [ -n "$(tail -n 1 text)" ] # no blank line at the end
    run -0 callib-query empty.json
    [ "$(jq -c .lines <<< "$output")" = '[]' ]
}
