# field-from-intent: our rule and the pipeline's six patterns, on simulated sets, on what ms-info says, and on real sets.
load helper

# The set of fields_ms 3: a name with two fields of different intents (0, 1), a name of digits (2), a mosaic of two pointings whose
# name is a pattern that fits another field too (4, 5; 6), an OFF position in the mosaic's scan (7), a target in a window that is not
# for science (8).
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    jq -n '
        def scan($field; $intent): {field: $field, length_s: 10, intent: $intent};
        {antennas: {layout: "alma", n: 3}, integration_s: 10,
         spws: [{name: "ALMA_RB_03#BB_1#SQLD", freq_hz: 9e10, width_hz: 2e9, nchan: 1},
                {name: "ALMA_RB_03#BB_1#SW-01#FULL_RES", freq_hz: 9e10, width_hz: 1.5e7, nchan: 8}],
         fields: [("f0", "f1", "1", "J1058", "Sgr A*", "f5", "Sgr A2", "OFFPOS", "M100") | {name: .}],
         scans: [scan("f0"; "CALIBRATE_BANDPASS#ON_SOURCE,CALIBRATE_FLUX#ON_SOURCE"), scan("f1"; "CALIBRATE_POINTING#ON_SOURCE"),
                 scan("1"; "CALIBRATE_PHASE#ON_SOURCE"), scan("J1058"; "CALIBRATE_PHASE#ON_SOURCE"),
                 scan("Sgr A*"; "OBSERVE_TARGET#ON_SOURCE"), scan("f5"; "OBSERVE_TARGET#ON_SOURCE"),
                 scan("OFFPOS"; "OBSERVE_TARGET#OFF_SOURCE"), scan("Sgr A2"; "OBSERVE_CHECK_SOURCE#ON_SOURCE"),
                 scan("M100"; "OBSERVE_TARGET#ON_SOURCE") + {spws: [0]}]}' > scene.json
    ms-sim --quiet scene.json worked.ms > /dev/null
    "$PYTHON" - << 'END'
from casacore.tables import table
f = table("worked.ms/FIELD", readonly=False, ack=False)
for i, name in {0: "J1427", 1: "J1427", 5: "Sgr A*"}.items():
    f.putcell("NAME", i, name)
t = table("worked.ms", readonly=False, ack=False)
scan = t.getcol("SCAN_NUMBER")
scan[(scan == 6) | (scan == 7)] = 5
t.putcol("SCAN_NUMBER", scan)
END
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return 1
    worked=worked.ms
}

# info PATH JSON: what ms-info would say of fields [[name, "INTENT,..", {more}]...].
info() {
    jq -n --arg path "$1" --argjson fields "$2" '{schema: "calutils/ms-info/1", path: $path, fields: [$fields | to_entries[] |
        {id: .key, name: .value[0], intents: (.value[1] | split(",")), rows: 1, source: "s", intents_from: "state"} + (.value[2] // {})]}'
}

# field PATTERN INTENT...: the field parameter alone.
field() {
    if [ "$1" -gt 0 ]; then
        field-from-intent --quiet --text --pattern "$1" --intent "$2" "${@:3}"
    else
        field-from-intent --text --intent "$2" "${@:3}"
    fi
}

# ---- the table of fields_ms 3 ----

# pattern|intent|field parameter|ids that CASA takes; lines of pattern 6 are tied together with +
table='1|TARGET|"Sgr A*",7,M100|4,5,6,7,8
2|TARGET|4,5,8|4,5,8
3|TARGET|"Sgr A*",M100|4,5,6,8
4|TARGET|"Sgr A*","Sgr A*",M100|4,5,6,8
5|TARGET|4,5|4,5
6|TARGET|TARGET:"Sgr A*"+TARGET:"Sgr A*"+TARGET:M100|4,5,6,8
0|TARGET|4,5,M100|4,5,8
1|BANDPASS|0|0
2|BANDPASS|J1427|0,1
3|BANDPASS|J1427|0,1
4|BANDPASS|J1427|0,1
5|BANDPASS|J1427|0,1
6|BANDPASS|BANDPASS:J1427|0,1
0|BANDPASS|0|0
1|PHASE|"1",J1058|2,3
2|PHASE|"1",J1058|2,3
3|PHASE|"1",J1058|2,3
4|PHASE|"1",J1058|2,3
5|PHASE|"1",J1058|2,3
6|PHASE|PHASE:"1"+PHASE:J1058|2,3
0|PHASE|2,J1058|2,3
1|BANDPASS,PHASE|"1",0,J1058|0,2,3
2|BANDPASS,PHASE|"1",J1058,J1427|0,1,2,3
3|BANDPASS,PHASE|"1",J1058,J1427|0,1,2,3
4|BANDPASS,PHASE|J1427,"1",J1058|0,1,2,3
5|BANDPASS,PHASE|"1",J1058,J1427|0,1,2,3
6|BANDPASS,PHASE|BANDPASS:J1427+PHASE:"1"+PHASE:J1058|0,1,2,3
0|BANDPASS,PHASE|0,2,J1058|0,2,3'

@test "the worked example: six patterns and our rule, each with what CASA takes by it" {
    while IFS='|' read -r number intent wanted taken; do
        assert_equal "$number $intent $(field "$number" "$intent" "$worked" | tr '\t\n' ':+' | sed 's/+$//')" "$number $intent $wanted"
        option=(--pattern "$number")
        [ "$number" -gt 0 ] || option=()
        run --separate-stderr field-from-intent "${option[@]}" --intent "$intent" "$worked" --jq '.measurement_sets[0].selects'
        assert_output "[$taken]"
    done <<< "$table"
}

@test "the worked example: an intent that the set lacks is never every field" {
    for number in 0 1 2 3 4 5 6; do
        run field "$number" POLARIZATION "$worked"
        assert_failure 4
        assert_output 'field-from-intent: worked.ms: no field has intent POLARIZATION; its intents are AMPLITUDE, BANDPASS, CHECK, PHASE, POINTING, REFERENCE, TARGET'
        run field "$number" POLARIZATION --allow-empty "$worked"
        assert_success
        assert_output ""
    done
    run field-from-intent --allow-empty --intent POLARIZATION "$worked" --jq '[.casa, .empty, .measurement_sets[0].ids, .measurement_sets[0].absent]'
    assert_output '[null,true,[],["POLARIZATION"]]'
}

@test "our rule takes exactly its fields: asked of our own selection, and of ms-split" {
    for intent in TARGET BANDPASS PHASE BANDPASS,PHASE CHECK '!TARGET' '*' 'POINTING,REFERENCE,TARGET' '!CHECK,!PHASE'; do
        for form in auto ids; do
            ids=$(field-from-intent --as $form --intent "$intent" "$worked" --jq '.measurement_sets[0].ids')
            taken=$(ms-info --field "$(field-from-intent --text --as $form --intent "$intent" "$worked")" "$worked" --jq '[.fields[] | select(.rows > 0).id]')
            assert_equal "$intent $taken" "$intent $ids"
        done
    done
    ms-split --quiet --field "$(field 0 TARGET "$worked")" "$worked" "$BATS_TEST_TMPDIR/targets.ms" > "$BATS_TEST_TMPDIR/split.json"
    assert_equal "$(jq -c '[.fields[].old_id]' "$BATS_TEST_TMPDIR/split.json")" "[4,5,8]"
}

@test "windows: of our rule, of the scans in pattern 1, for science in pattern 5, of no other pattern" {
    assert_equal "$(field 0 TARGET --spw 1 "$worked")" 4,5
    assert_equal "$(field 0 TARGET --spw '*FULL_RES' "$worked")" 4,5
    assert_equal "$(field 0 TARGET --spw '0:0' "$worked")" 4,5,M100
    assert_equal "$(field 1 TARGET --spw 1 "$worked")" '"Sgr A*",7'
    assert_equal "$(field 5 TARGET --spw 0 "$worked")" 4,5 # window 0 is not for science
    run --separate-stderr field-from-intent --text --pattern 2 --intent TARGET --spw 1 "$worked"
    assert_output 4,5,8
    assert_equal "$stderr" 'field-from-intent: warning: pattern 2 does not look at spectral windows; --spw 1 changes nothing'
    run field 0 TARGET --spw 7 "$worked"
    assert_failure 3
    assert_output --partial 'worked.ms: no spectral window matches "7"'
    run field 0 TARGET --spw 1 <(ms-info "$worked" --jq '.fields[4].spws = [] | .fields[5].spws = []')
    assert_failure 4
    assert_output --partial 'no field has intent TARGET and data in spw 1; its intents are'
}

@test "a pattern's surplus is warned about, our rule has none" {
    run --separate-stderr field-from-intent --text --pattern 3 --intent TARGET "$worked"
    assert_equal "$stderr" 'field-from-intent: warning: worked.ms: pattern 3 makes CASA take field 6 Sgr A2 as well, which was not chosen'
    run field-from-intent --quiet --pattern 3 --intent TARGET "$worked" --jq '.measurement_sets[0] | [.ids, .surplus]'
    assert_output '[[4,5,8],[{"id":6,"name":"Sgr A2"}]]'
    run --separate-stderr field-from-intent --intent TARGET "$worked" --jq '.measurement_sets[0].surplus'
    assert_output '[]'
    assert_equal "$stderr" ''
}

@test "pattern 5: only the last field is looked at; all dropped is no field at all" {
    fields='[["A","TARGET",{spws: [0]}], ["B","TARGET",{spws: [1]}], ["C","TARGET",{spws: [1], source: null}], ["D","PHASE",{}]]'
    spws='[{id: 0, name: "w", science: false}, {id: 1, name: "x", science: true}]'
    info cut.ms "$(jq -n "$fields")" | jq ".spws = $spws" > "$BATS_TEST_TMPDIR/cut.json"
    assert_equal "$(field 5 TARGET "$BATS_TEST_TMPDIR/cut.json")" A,B                                           # C has no source
    assert_equal "$(jq '.fields[2].source = "s"' "$BATS_TEST_TMPDIR/cut.json" | field 5 TARGET)" A,B,C          # A is truncated, but not last
    assert_equal "$(jq '.fields[2] += {source: "s", spws: [0]}' "$BATS_TEST_TMPDIR/cut.json" | field 5 TARGET)" A,B # C is truncated
    assert_equal "$(field 0 TARGET "$BATS_TEST_TMPDIR/cut.json")" A,B,C
    jq '.fields |= .[2:]' "$BATS_TEST_TMPDIR/cut.json" > "$BATS_TEST_TMPDIR/one.json"
    run field 5 TARGET "$BATS_TEST_TMPDIR/one.json"
    assert_failure 4
    assert_equal "$(field 0 TARGET "$BATS_TEST_TMPDIR/one.json")" C
}

@test "random sets with awkward names: patterns, rule and what CASA takes agree with an emulation" {
    cd "$BATS_TEST_TMPDIR"
    "$PYTHON" "$TESTS/field_patterns.py" make 150 4 > infos.ndjson
    compare() { # INTENTS SPW
        local spw=() number
        [ "$2" = - ] || spw=(--spw "$2")
        for number in 1 2 3 4 5 6; do
            field-from-intent --quiet --allow-empty --pattern $number --intent "$1" "${spw[@]}" infos.ndjson > "$number.json"
        done
        field-from-intent --quiet --allow-empty --intent "$1" "${spw[@]}" < infos.ndjson > 0.json
        run "$PYTHON" "$TESTS/field_patterns.py" check infos.ndjson "$1" "$2" ?.json
        assert_output '1050 answers compared, 0 wrong'
    }
    compare TARGET -
    compare PHASE,BANDPASS 1
    compare CHECK,TARGET,PHASE 0,2
    valid field-from-intent 0.json
    valid field-from-intent 6.json
}

# ---- names ----

@test "a simulated set with every kind of awkward name" {
    cd "$BATS_TEST_TMPDIR"
    jq -n '["2", "007", "Sgr A*", "3C286.A", "a b", "x{y,z}", "[AB]", "O'"'"'Neill", "q\"q", "caf\u00e9", "\u00b2", "12-34", "+5", "1e5", "5~7", "a,b", "NGC7752/3",
            "M&M", "<3", "back\\slash", "what?", "A=B", "3C286"] as $names |
        {antennas: {layout: "vla", n: 2}, integration_s: 10, spws: [{nchan: 1}], fields: [$names[] | {name: .}],
         scans: [$names[] | {field: ., length_s: 10, intent: "CALIBRATE_PHASE#UNSPECIFIED"}]}' > scene.json
    ms-sim --quiet scene.json awkward.ms > /dev/null
    run field 0 PHASE awkward.ms
    assert_output '0,1,2,3C286.A,4,5,6,7,8,9,10,12-34,+5,1e5,14,15,16,17,18,19,20,A=B,3C286'
    assert_equal "$(ms-info --field "$output" awkward.ms --jq '[.fields[] | select(.rows > 0).id] == [range(23)]')" true
    for i in 2 5 6 8 19 20; do # whether they are patterns or cannot be read: by name they would not be found alone
        jq ".fields |= [.[$i]] + [{id: 99, name: \"Sgr A2\"}, {id: 98, name: \"xy\"}, {id: 97, name: \"A\"}, {id: 96, name: \"whatX\"}]" <(ms-info awkward.ms) > one.json
        assert_equal "$(field 0 PHASE one.json)" $i
        run field 0 PHASE --as names one.json
        assert_failure 4
        assert_output --partial "field $i cannot be written by name"
    done
    for i in 0 1 3 4 7 9 10 14 15 16 17 18; do # by name in quotes, which our selection takes for the same field
        name=$(ms-info awkward.ms --jq ".fields[$i].name | \"\\\"\" + . + \"\\\"\"" | jq -r .)
        [ $i -ne 3 ] || name=3C286.A
        assert_equal "$(jq ".fields |= [.[$i]]" <(ms-info awkward.ms) | field 0 PHASE --as names)" "$name"
        assert_equal "$(ms-info --field "$name" awkward.ms --jq '[.fields[] | select(.rows > 0).id]')" "[$i]"
    done
}

@test "blanks around a name, no name at all, and the same name but for blanks" {
    run field 0 PHASE <(info a.ms '[[" pad ","PHASE"], ["","PHASE"], ["J1","PHASE"], ["J1 ","TARGET"], ["J2","PHASE"], ["J2 ","PHASE"]]')
    assert_output '0,1,2,J2'
    run field-from-intent --intent PHASE <(info a.ms '[[" pad ","PHASE"], ["","PHASE"], ["J1","PHASE"], ["J1 ","TARGET"]]') --jq '[.measurement_sets[0].by_id[].why]'
    assert_output '["the name would need double quotes, in which CASA looks for patterns","it has no name","field 3 has the same name and is not chosen"]'
    assert_equal "$(field 0 PHASE --as names <(info a.ms '[[" pad ","PHASE"]]'))" pad
    run field 0 PHASE --as names <(info a.ms '[["","PHASE"]]')
    assert_failure 4
    for number in 1 2 3 4 5 6; do # '' would be every field
        run field $number PHASE <(info a.ms '[["","PHASE"], ["B","TARGET"]]' | jq '.fields[].scans = [1] | .scans = [{scan: 1, fields: [{id: 0}], intents: ["PHASE"]}] | .fields[].spws = [0] | .spws = [{id: 0}]')
        assert_failure 4
        assert_output --partial 'no field with a name has intent PHASE'
    done
}

@test "a name of digits and the id of the same digits never become one" {
    # Field 0 is called 1; field 1 has a name that field 2 has too, for something else.
    info ids.ms '[["1","PHASE"], ["twice","PHASE"], ["twice","TARGET"]]' |
        jq '.scans = [{scan: 1, fields: [{id: 0}], intents: ["PHASE"]}, {scan: 2, fields: [{id: 1}], intents: ["PHASE"]}]' > "$BATS_TEST_TMPDIR/ids.json"
    assert_equal "$(field 1 PHASE "$BATS_TEST_TMPDIR/ids.json")" '"1",1'
    assert_equal "$(field 0 PHASE "$BATS_TEST_TMPDIR/ids.json")" '0,1'
    run field-from-intent --pattern 1 --intent PHASE "$BATS_TEST_TMPDIR/ids.json" --jq '.measurement_sets[0].selects'
    assert_output '[0,1]'
}

@test "the same field under several intents comes once, but for every intent in pattern 6" {
    info both.ms '[["A","BANDPASS,PHASE"], ["B","PHASE"]]' > "$BATS_TEST_TMPDIR/both.json"
    assert_equal "$(field 0 PHASE,BANDPASS "$BATS_TEST_TMPDIR/both.json")" A,B
    assert_equal "$(field 6 PHASE,BANDPASS "$BATS_TEST_TMPDIR/both.json")" $'PHASE\tA\nPHASE\tB\nBANDPASS\tA'
}

@test "what CASA was seen to take by a quoted name (fields_ms 2.2)" {
    takes() { # NAMES CHOSEN
        info a.ms "$(jq -nc --argjson n "$1" --arg c "$2" '[$n[] | [., (if . == $c then "PHASE" else "TARGET" end)]]')" |
            field-from-intent --quiet --pattern 3 --intent PHASE --jq '.measurement_sets[0].selects'
    }
    assert_equal "$(takes '["3C*","3C286","3C286.A","4C"]' '3C*')" '[0,1,2]'
    assert_equal "$(takes '["x{y,z}","xy"]' 'x{y,z}')" '[1]'
    assert_equal "$(takes '["[AB]","A","B","C"]' '[AB]')" '[1,2]'
    assert_equal "$(takes '["[AB]","D"]' '[AB]')" null
    assert_equal "$(takes '["q\"q"]' 'q"q')" null
    assert_equal "$(takes '[" pad "]' ' pad ')" null
    assert_equal "$(takes '["a\\b","ab"]' 'a\b')" '[1]'
    assert_equal "$(takes '["007","7"]' 007)" '[0]'
}

@test "a row with FLAG_ROW is not found by its name" {
    run field-from-intent --intent PHASE <(info a.ms '[["A","PHASE",{"flag_row":true}], ["B","PHASE"]]') --jq '.casa, .measurement_sets[0].by_id[0].why'
    assert_line --index 0 '"0,B"'
    assert_line --index 1 '"FLAG_ROW is set for field 0, which hides its name from CASA"'
    run field-from-intent --quiet --pattern 3 --intent PHASE <(info a.ms '[["A","PHASE",{"flag_row":true}], ["B","PHASE"]]') --jq '.measurement_sets[0].selects'
    assert_output null
}

@test "a field without data is never chosen, but keeps its name from standing for another" {
    assert_equal "$(field 0 PHASE <(info a.ms '[["A","PHASE",{"rows":0}], ["A","PHASE"], ["B","PHASE"]]'))" 1,B
}

# ---- intents ----

@test "patterns for intents, exclusion, and the parts of OBS_MODE" {
    assert_equal "$(field 0 '*PHASE*' "$worked")" 2,J1058
    assert_equal "$(field 0 '*TARGET*' "$worked")" 4,5,M100 # and not the OFF position
    assert_equal "$(field 0 '!TARGET,!POINTING' "$worked")" 0,2,J1058,6,OFFPOS
    assert_equal "$(field 0 'P*,!POINTING' "$worked")" 2,J1058
    assert_equal "$(field 0 'CALIBRATE_*' "$worked")" J1427,2,J1058
    assert_equal "$(field 0 'OBSERVE_TARGET#OFF_SOURCE' "$worked")" OFFPOS
    assert_equal "$(field 0 '!OBSERVE_*' "$worked")" J1427,2,J1058
    assert_equal "$(field 0 '*#OFF_SOURCE' "$worked")" OFFPOS
    assert_equal "$(field 6 '!TARGET,!CHECK,!REFERENCE,!POINTING' "$worked")" $'*\tJ1427\n*\t"1"\n*\tJ1058'
    for term in TARGT NOSUCH#THING '!TARGT' target 'PHASE,BANDPAS'; do
        run field 0 "$term" "$worked"
        assert_failure 4
        assert_output --partial 'worked.ms: no intent matches "'
        [ "${#lines[@]}" -eq 1 ]
    done
    run field 0 PHASE,BANDPAS "$worked"
    assert_output --partial 'no intent matches "BANDPAS" (did you mean BANDPASS?); its intents are AMPLITUDE, BANDPASS'
}

@test "an intent that only other fields of the set lack is ignored, and said to be absent" {
    run field-from-intent --intent PHASE,POLARIZATION "$worked" --jq '[.casa, .measurement_sets[0].absent]'
    assert_output '["2,J1058",["POLARIZATION"]]'
}

@test "without states: source types and calibrator codes, of which the patterns know only the first" {
    cd "$BATS_TEST_TMPDIR"
    ms-sim --quiet --antennas 2 --spws 1 --nchan 1 --field 3C286,1h0m0s,0d0m0,A --source 1 --field M51,2h0m0s,0d0m0 --source 1 --field J1,3h0m0s,0d0m0,C --source 1 \
        --scan 3C286,10s --scan M51,10s --scan J1,10s old.ms > /dev/null
    "$PYTHON" -c '
from casacore.tables import table
t = table("old.ms", readonly=False, ack=False)
t.putcol("STATE_ID", t.getcol("STATE_ID") * 0 - 1)'
    run field-from-intent --explain --intent CALIBRATOR old.ms --jq '.casa, [.measurement_sets[0].fields[].intents_from]'
    assert_line --index 0 '"3C286,J1"'
    assert_line --index 1 '["code","code","code"]'
    assert_equal "$(field 0 TARGET old.ms)" M51
    for number in 1 2 3 4 5 6; do
        run field $number TARGET old.ms
        assert_failure 4
        assert_output --partial "no field has intent TARGET; it has intents by calibrator codes only, which the pipeline, and so --pattern $number, ignores"
    done
    run field 0 PHASE old.ms
    assert_failure 4
    assert_output --partial 'its intents are CALIBRATOR, TARGET'
    "$PYTHON" -c '
from casacore.tables import table, makescacoldesc
f = table("old.ms/FIELD", readonly=False, ack=False)
f.addcols(makescacoldesc("SOURCE_TYPE", ""))
f.putcol("SOURCE_TYPE", ["BANDPASS,FLUX", "SOURCE", "GAIN"])'
    assert_equal "$(field 0 PHASE,BANDPASS old.ms)" 3C286,J1
    assert_equal "$(field 2 PHASE,BANDPASS old.ms)" 3C286,J1
    run field 1 PHASE,BANDPASS old.ms # it looks at scans, and those have intents from states alone
    assert_failure 4
    # What no table says can be put right on the way.
    assert_equal "$(ms-info old.ms | jq '.fields[1].intents = ["CHECK"]' | field 2 CHECK)" M51
}

@test "ALMA's cycle 0: the phase intent that was taken away is not found through its token's pattern" {
    cd "$BATS_TEST_TMPDIR"
    ms-sim --quiet --telescope ALMA --array alma --antennas 2 --spws 1 --start 2013/01/20/12:00:00 --field A,1h0m0s,0d0m0 --source 1 --field B,2h0m0s,0d0m0 --source 1 \
        --scan 'A,10s,CALIBRATE_BANDPASS#ON_SOURCE,CALIBRATE_PHASE#ON_SOURCE' --scan 'B,10s,CALIBRATE_PHASE#ON_SOURCE' c0.ms > /dev/null
    assert_equal "$(field 0 '*PHASE*' c0.ms)" B
    run field-from-intent --explain --intent BANDPASS c0.ms --jq '.measurement_sets[0].fields[0].tokens'
    assert_output '["CALIBRATE_BANDPASS#ON_SOURCE"]'
}

# ---- several sets ----

@test "several sets: the same names, the same ids, or one answer each" {
    cd "$BATS_TEST_TMPDIR"
    info eb1.ms '[["A","PHASE"], ["B","TARGET"], ["C","PHASE"]]' > 1.json
    info eb2.ms '[["C","PHASE"], ["X","CHECK"], ["A","PHASE"]]' > 2.json
    info eb3.ms '[["D","PHASE"], ["A","TARGET"], ["A","PHASE"]]' > 3.json
    assert_equal "$(field-from-intent --intent PHASE 1.json 2.json --jq .casa)" '"A,C"'
    assert_equal "$(field 0 PHASE 1.json 2.json)" $'eb1.ms\tA,C\neb2.ms\tC,A'
    assert_equal "$(field 0 PHASE --common 1.json 2.json)" A,C
    run field-from-intent --intent PHASE 1.json 2.json 3.json --jq '.casa, [.measurement_sets[] | [.path, .casa]]'
    assert_line --index 0 '"0,2"' # ids 0 and 2 in all three
    assert_line --index 1 '[["eb1.ms","A,C"],["eb2.ms","C,A"],["eb3.ms","D,2"]]'
    run field-from-intent --intent CHECK,TARGET 1.json 2.json 3.json --jq .casa
    assert_output '"1"'
    info eb4.ms '[["Q","TARGET"], ["A","PHASE"]]' > 4.json
    assert_equal "$(field-from-intent --intent PHASE 1.json 4.json --jq .casa)" null
    run field-from-intent --common --intent PHASE 1.json 4.json
    assert_failure 4
    assert_output 'field-from-intent: no one field parameter is right for all: eb1.ms has A,C, eb4.ms has A'
    run field 0 CHECK 2.json 4.json
    assert_failure 4
    assert_output --partial 'eb4.ms: no field has intent CHECK'
    assert_equal "$(field 0 CHECK --allow-empty 2.json 4.json)" $'eb2.ms\tX\neb4.ms\t'
    assert_equal "$(field 6 CHECK,TARGET 2.json 4.json)" $'eb2.ms\tCHECK\tX\neb4.ms\tTARGET\tQ'
}

@test "names with blanks in several sets are one by --as names" {
    cd "$BATS_TEST_TMPDIR"
    info eb1.ms '[["NGC 1","TARGET"], ["P","PHASE"]]' > 1.json
    info eb2.ms '[["P","PHASE"], ["NGC 1","TARGET"]]' > 2.json
    assert_equal "$(field-from-intent --intent TARGET 1.json 2.json --jq .casa)" null
    assert_equal "$(field 0 TARGET --common --as names 1.json 2.json)" '"NGC 1"'
}

# ---- in and out ----

@test "a set, its ms-info in a file, in a pipe, several in a stream or list: the same answer, and no table is touched" {
    cd "$BATS_TEST_TMPDIR"
    ms-info "$BATS_FILE_TMPDIR/worked.ms" > info.json
    field-from-intent --explain --intent TARGET "$BATS_FILE_TMPDIR/worked.ms" > set.json
    valid field-from-intent set.json
    field-from-intent --explain --intent TARGET info.json | diff set.json -
    field-from-intent --explain --intent TARGET - < info.json | diff set.json -
    field-from-intent --explain --intent TARGET < info.json | diff set.json -
    cat info.json info.json | field-from-intent --intent PHASE --jq '[.casa, (.measurement_sets | length)]' > two
    jq -s . info.json info.json | field-from-intent --intent PHASE --jq '[.casa, (.measurement_sets | length)]' | diff two -
    assert_equal "$(cat two)" '["2,J1058",2]'
    jq '.path = "gone.ms"' info.json > gone.json
    assert_equal "$(field 0 PHASE gone.json)" 2,J1058
}

@test "on a terminal and with --text only what is pasted comes out; JSON in a pipe" {
    need_program script
    assert_equal "$(script -qc "field-from-intent --intent PHASE worked.ms" /dev/null < /dev/null | tr -d '\r')" 2,J1058
    assert_equal "$(field-from-intent --intent PHASE worked.ms | jq -r .casa)" 2,J1058
    run script -qc "field-from-intent --intent PHASE" /dev/null < /dev/null
    assert_output --partial 'JSON is read from standard input, and that is a terminal; see --help'
}

@test "--explain tells rule, evidence and reason of every field" {
    field-from-intent --explain --intent TARGET,PHASE --spw 1 worked.ms > "$BATS_TEST_TMPDIR/why.json"
    valid field-from-intent "$BATS_TEST_TMPDIR/why.json"
    run jq -c '.measurement_sets[0].fields[] | [.id, .chosen, .written, .scans, .states, .matched, .tokens, .why]' "$BATS_TEST_TMPDIR/why.json"
    assert_line --index 0 '[0,false,null,[],[],[],[],"no intent of it is wanted"]'
    assert_line --index 2 '[2,true,"2",[3],[2],["PHASE"],["CALIBRATE_PHASE#ON_SOURCE"],"CASA would read a name of digits as an id"]'
    assert_line --index 3 '[3,true,"J1058",[4],[2],["PHASE"],["CALIBRATE_PHASE#ON_SOURCE"],"all fields of this name are chosen"]'
    assert_line --index 4 '[4,true,"4",[5],[3],["TARGET"],["OBSERVE_TARGET#ON_SOURCE"],"CASA would read the name as a pattern"]'
    assert_line --index 7 '[7,false,null,[],[],[],[],"no intent of it is wanted"]'
    assert_line --index 8 '[8,false,null,[9],[3],["TARGET"],["OBSERVE_TARGET#ON_SOURCE"],"no data in spw 1"]'
    script -qc "stty cols 90; field-from-intent --explain --intent TARGET,PHASE worked.ms" /dev/null < /dev/null | tr -d '\r' > "$BATS_TEST_TMPDIR/page"
    assert_equal "$(awk 'length > 90' "$BATS_TEST_TMPDIR/page")" ""
    grep -q '^ \+3  J1058 .* all\b' "$BATS_TEST_TMPDIR/page"
    run field-from-intent --quiet --explain --text --intent 'TARGET,!CHECK' --pattern 1 worked.ms
    assert_line --index 0 --partial 'TARGET,!CHECK, pattern 1: all fields of the scans'
    assert_line --partial 'worked.ms: "Sgr A*",7,M100'
    assert_line --regexp '^ +6  Sgr A2 .*excluded by !CHECK; CASA takes it all the same$'
    assert_line --regexp '^ +7  OFFPOS  7 .*0 of the 1 fields of this name have the intent$'
}

@test "wrong usage" {
    run field-from-intent worked.ms
    assert_failure 2
    assert_output 'field-from-intent: say which intents: --intent PHASE,BANDPASS (ms-info tells which an MS has)'
    for intent in '' ' ' 'A,,B' '!' ','; do
        run field 0 "$intent" worked.ms
        assert_failure 2
        assert_output --partial 'an intent is missing'
    done
    run field-from-intent --intent PHASE --as ids --pattern 2 worked.ms
    assert_failure 2
    run field-from-intent --intent PHASE --common --pattern 6 worked.ms
    assert_failure 2
    run field-from-intent --intent PHASE --spw '' worked.ms
    assert_failure 2
    run field-from-intent --intent PHASE --pattern 7 worked.ms
    assert_failure 2
    run field-from-intent --intent PHASE nosuch.ms
    assert_failure 3
    assert_output 'field-from-intent: nosuch.ms: No such file or directory'
    run field-from-intent --intent PHASE worked.ms/FIELD
    assert_failure 3
}

@test "what is no document of ms-info is refused, with the place" {
    refused() { # STATUS JSON WORDS
        run field-from-intent --intent PHASE <<< "$2"
        assert_failure "$1"
        assert_output --partial "$3"
        [ "${#lines[@]}" -eq 1 ]
    }
    refused 2 '{"fields": [' 'standard input: '
    refused 2 '' 'no JSON value'
    refused 3 '[]' 'no MeasurementSet is described'
    refused 3 '{}' 'a document of ms-info is wanted, and this has no fields'
    refused 3 '{"schema": "calutils/gaincal/1"}' 'a document of ms-info is wanted, and this is calutils/gaincal/1'
    refused 3 '3' 'a document of ms-info is wanted'
    refused 3 '{"fields": 3}' 'fields is no list'
    refused 3 '{"fields": [3]}' 'fields[0] is no object'
    refused 3 '{"fields": [{"id": 0}]}' 'fields[0].name is no text'
    refused 3 '{"fields": [{"id": -1, "name": "A"}]}' 'fields[0].id is no id'
    refused 3 '{"fields": [{"id": 1.5, "name": "A"}]}' 'fields[0].id is no id'
    refused 3 '{"fields": [{"id": 4294967296, "name": "A"}]}' 'fields[0].id is no id'
    refused 3 '{"fields": [{"id": 1, "name": "A"}, {"id": 1, "name": "B"}]}' 'two fields have the id 1'
    refused 3 '{"fields": [{"id": 1, "name": "A", "intents": [4]}]}' 'fields[0].intents[0] is no text'
    refused 3 '{"fields": [], "scans": [{"fields": ["x"]}]}' 'scans[0].fields[0] is no id'
    refused 3 '{"fields": [], "spws": [{"id": 1000000, "name": "w"}]}' 'spws[0].id is 1000000'
    refused 3 '{"fields": [], "spws": [{"id": 0, "freq_hz": [1], "width_hz": []}]}' 'spws[0] has 1 frequencies and 0 widths'
    refused 4 '{"fields": []}' 'it has no intents'
}

# ---- real sets ----

@test "every part of OBS_MODE finds the fields that CASA's msmetadata finds" {
    need_golden
    compare() { # SET ARCHIVE
        local ms count=0
        ms=$(unpack "$2")
        while IFS=$'\t' read -r token ids; do
            run field-from-intent --allow-empty --intent "$token" "$ms" --jq '.measurement_sets[0].ids'
            assert_equal "$token $output" "$token $ids"
            count=$((count + 1))
        done < <(jq -r '.fieldsforintent | to_entries[] | select(.key | test("[#_]")) | [.key, (.value | tojson)] | @tsv' "$GOLDEN/shape/msmd_$1.json")
        [ "$count" -gt 2 ]
    }
    compare sim_s "$GOLDEN/ms/s.ms.tar.gz"
    compare shape "$GOLDEN/shape/in_shape.ms.tar.gz"
    [ ! -e "$DATA/mssel_test_small.ms.tgz" ] || compare alma "$DATA/mssel_test_small.ms.tgz"
    [ ! -e "$DATA/casa_formats_io_simple.ms.tar.gz" ] || compare simple "$DATA/casa_formats_io_simple.ms.tar.gz"
}

@test "CASA's awkward set: the same name twice, a name of digits, a field without source" {
    need_golden
    ms=$(unpack "$GOLDEN/shape/in_shape.ms.tar.gz")
    assert_equal "$(field 0 '*' "$ms")" 3C147,J0542+4951,2,3,4
    assert_equal "$(field 0 TARGET --as names "$ms")" '"NGC 1","2"'
    assert_equal "$(field 1 TARGET "$ms")" '"2","NGC 1"'
    assert_equal "$(field 2 TARGET "$ms")" 2,3,4
    assert_equal "$(ms-info --field "$(field 0 TARGET "$ms")" "$ms" --jq '[.fields[] | select(.rows > 0).id]')" '[2,3,4]'
}

@test "ALMA: calibrators by name; no target is no field" {
    need_data mssel_test_small.ms.tgz
    ms=$(unpack "$DATA/mssel_test_small.ms.tgz")
    before=$(hash_tree "$ms")
    assert_equal "$(field 0 PHASE "$ms")" J1423-7829
    assert_equal "$(field 0 CHECK,WVR "$ms")" J1617-7717,J1423-7829
    assert_equal "$(field 0 PHASE --spw '*FULL_RES' "$ms")" J1423-7829
    run field 0 PHASE --spw 0 "$ms"
    assert_failure 4
    run field 0 TARGET "$ms"
    assert_failure 4
    assert_output --partial 'its intents are ATMOSPHERE, CHECK, PHASE, WVR'
    assert_equal "$(hash_tree "$ms")" "$before"
}

@test "EVLA: L band with fields that have no rows, a set without states, and a telescope without intents" {
    need_data casa_formats_io_simple.ms.tar.gz
    need_data day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz
    need_data test_adp4_0_00300673800807520000_58342_05_00_14.ms.tar.gz
    simple=$(unpack "$DATA/casa_formats_io_simple.ms.tar.gz")
    assert_equal "$(field 0 PHASE "$simple")" J0102+5824
    run field 0 TARGET "$simple" # IC10_1_CTR has no rows
    assert_failure 4
    evla=$(unpack "$DATA/day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz")
    assert_equal "$(field 0 TARGET "$evla")" J1008+0730
    run field 2 TARGET "$evla"
    assert_failure 4
    lwa=$(unpack "$DATA/test_adp4_0_00300673800807520000_58342_05_00_14.ms.tar.gz")
    run field 0 '*' "$lwa"
    assert_failure 4
    assert_output --partial 'it has no intents (no states, source types or calibrator codes); choose fields by name'
}
