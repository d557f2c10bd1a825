# The calibration library against the NRAO pipeline's own: scenarios whose answers the pipeline's module gave, and the calls of a real run.
load helper

ORACLE=${CALUTILS_TEST_ORACLES:-$TESTS/../../shared/oracles}/callib/scenarios.json

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

@test "telling scenarios: cells, steps, listings and texts are the pipeline's, or better by name" {
    run -0 "$PYTHON" "$TESTS/oracle/callib.py" "$TESTS/oracle/scenarios.json"
}

@test "all scenarios of the oracle" {
    [ -e "$ORACLE" ] || skip "no callib/scenarios.json in \$CALUTILS_TEST_ORACLES"
    run -0 "$PYTHON" "$TESTS/oracle/callib.py" "$ORACLE"
    assert_line "28 scenarios, 0 wrong"
}

# The set of the sheet as ms-info would tell it, as far as the sheet does.
alma_info() {
    jq '[["J0238+1636", "BANDPASS", "AMPLITUDE"], ["J0239-0234", "PHASE"], ["NGC1068", "TARGET"], ["J0259-0019", "CHECK"]] as $fields |
        [["BANDPASS", "CALIBRATE_BANDPASS#ON_SOURCE"], ["AMPLITUDE", "CALIBRATE_FLUX#ON_SOURCE"], ["PHASE", "CALIBRATE_PHASE#ON_SOURCE"],
         ["TARGET", "OBSERVE_TARGET#ON_SOURCE"], ["CHECK", "OBSERVE_CHECK_SOURCE#ON_SOURCE"]] as $modes |
        [range(.tsys_spwmap | length) | {id: ., name: "spw\(.)"}] as $spws | .applycal[0].vis as $vis |
        {schema: "calutils/ms-info/1", name: $vis, path: $vis, observations: [{id: 0, telescope: "ALMA"}], spws: $spws,
         antennas: [range(40) | {id: ., name: "DA\(. + 41)"}],
         states: ($modes | to_entries | map({id: .key, obs_mode: .value[1], intents: [.value[0]]})),
         fields: ($fields | to_entries | map(.value[1:] as $i | {id: .key, name: .value[0], intents: $i, spws: [$spws[].id],
             states: [$modes | to_entries[] | select(.value[0] | IN($i[])) | .key]})),
         scans: ($fields | to_entries | map(.value[1:] as $i | {scan: (.key + 1), observation: 0,
             fields: [{id: .key, name: .value[0]}], spws: $spws, intents: $i, antennas: [range(40)],
             states: [$modes | to_entries[] | select(.value[0] | IN($i[])) | .key]}))}' "$DATA/alma_2016.1.00023.S_applycal_facts.json"
}

@test "the seven tables of a real ALMA run are booked by callib-add calls and come back as that run applied them" {
    need_data alma_2016.1.00023.S_applycal_facts.json
    facts=$DATA/alma_2016.1.00023.S_applycal_facts.json
    alma_info > info.json
    callib-new info.json > lib.json

    # add INDEX OPTIONS...: entry INDEX of the sheet's chain, under its own terms.
    add() {
        local n=$1 terms
        shift
        eval "terms=($(jq -r --argjson n "$n" '.tsys_spwmap as $tsys | .applycal[0].chain[$n] | (if .spwmap == "@tsys_spwmap" then $tsys else .spwmap end) as $map |
            [.caltable, "--caltype", .caltype, "--gainfield", .gainfield, "--interp", .interp, "--calwt=\(.calwt)"] +
            (if $map == [] then [] else ["--spwmap", ($map | map(tostring) | join(","))] end) | @sh' "$facts"))"
        callib-add -i lib.json "${terms[@]}" "$@"
    }
    science=$(jq -r .science_spw "$facts")
    add 0
    add 1
    add 2
    add 3 --spw "$science"
    add 4 --spw "$science"
    add 5 --spw "$science" --intent BANDPASS,AMPLITUDE
    callib-add -i lib.json "$(jq -r '.applycal[0].chain[5].caltable | sub("s16_18"; "s16_17") | sub("solintint"; "solintinf")' "$facts")" \
        --caltype gaincal --gainfield nearest --calwt=false --spw "$science" --intent PHASE,TARGET,CHECK
    add 6 --spw "$science"

    callib-query lib.json --spw "$science" > query.json
    jq -c '.tsys_spwmap as $tsys | .applycal[0].chain | map(.spwmap |= (if . == "@tsys_spwmap" then $tsys else . end)) |
        map({gaintable: .caltable, gainfield, interp, spwmap, calwt, caltype}) | tojson' "$facts" > chain.txt
    run -0 jq -r '.lines | sort_by(.fields | length) | .[] | [.spw, .intent, (.fields | sort | join(","))] | join(" ")' query.json
    assert_output $'22,24,26 AMPLITUDE,BANDPASS J0238+1636\n22,24,26 CHECK,PHASE,TARGET J0239-0234,J0259-0019,NGC1068'
    jq -c '.lines[] | select(.fields == ["J0238+1636"]).calibrations | map({gaintable, gainfield, interp, spwmap, calwt, caltype}) | tojson' query.json > ours.txt
    diff chain.txt ours.txt
    jq -c '.lines[] | select(.fields != ["J0238+1636"]).calibrations | map({gaintable, gainfield, interp, spwmap, calwt, caltype}) |
        .[5].gaintable |= (sub("s16_17"; "s16_18") | sub("solintinf"; "solintint")) | tojson' query.json > ours.txt
    diff chain.txt ours.txt

    # CASA's text names the data by the OBS_MODEs of the sheet.
    callib-export lib.json --format casa --spw "$science" > lib.txt
    run -0 grep -c "s16_18.*field='J0238+1636' intent='CALIBRATE_BANDPASS#ON_SOURCE,CALIBRATE_FLUX#ON_SOURCE' spw='22,24,26'" lib.txt
    assert_output 1
    run -0 grep -c "^caltable=" lib.txt
    [ "$output" -ge 8 ]
}
