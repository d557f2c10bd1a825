load helper
load callib

@test "what ms-info tells, and no calibration" {
    validate empty.json
    run -0 jq -r '.measurement_sets[0] | .vis, .path, .telescope, (.data[] | "\(.spw) \(.field) \(.intents | join(","))")' empty.json
    assert_output $'eb1.ms\n/data/eb1.ms\nALMA\n0~3 0 AMPLITUDE,BANDPASS\n0~3 1 PHASE\n0~3 2 CHECK\n0~3 3 TARGET'
    run -0 jq -c '[.active, .applied]' empty.json
    assert_output '[[],[]]'
}

@test "several sets from one stream, spws matched by name" {
    cat "$INFO"/eb?.json | callib-new > both.json
    validate both.json
    run -0 jq -c '.virtual_spws[] | [.id, .name, .spws]' both.json
    assert_output '[0,"WVR",{"eb1.ms":0}]
[1,"BB_1#SW-01#FULL_RES",{"eb1.ms":1,"eb2.ms":1}]
[2,"BB_2#SW-01#FULL_RES",{"eb1.ms":2,"eb2.ms":0}]
[3,"BB_3#SW-01#FULL_RES",{"eb1.ms":3,"eb2.ms":2}]'
    callib-add --virtual-spw --spw 2 t.tbl < both.json > t.json
    run -0 book t.json
    assert_output $'t.tbl eb1.ms * 2 * *\nt.tbl eb2.ms * 0 * *'
}

@test "a set twice, a document of something else, rubbish" {
    run -3 callib-new "$INFO/eb1.json" "$INFO/eb1.json"
    assert_output "callib-new: eb1.ms is there twice: /data/eb1.ms and /data/eb1.ms"
    echo '{"a": 1}' > other.json
    run -2 callib-new other.json
    assert_output "callib-new: other.json: path: a text is missing"
    jq '.scans[2].spws[1].id = 17' "$INFO/eb1.json" > wrong.json
    run -2 callib-new wrong.json
    assert_output "callib-new: wrong.json: scans[2].spws[1]: there is no id 17"
    jq '.fields += [{id: 900000, name: "x"}] | .spws += [{id: 900000, name: "y"}]' "$INFO/eb1.json" > large.json
    run -2 callib-new large.json
    assert_output "callib-new: large.json: spw and field ids up to 900000 and 900000 are too many"
    echo '[]' > none.json
    run -3 callib-new none.json
    assert_output "callib-new: no MeasurementSet is described in the input"
    jq -s . "$INFO"/eb?.json | callib-new --jq '[.measurement_sets[].vis]' > listed.json
    assert_equal "$(cat listed.json)" '["eb1.ms","eb2.ms"]'
    echo '{"a": [1,' > broken.json
    run -2 callib-new broken.json
    assert_output --partial "broken.json: "
    assert_output --partial "line 2, column 0"
}

@test "a scan over several fields shares its intents out; data without an intent have one all the same" {
    jq '.scans = [{fields: [{id: 1}, {id: 3}], spws: [{id: 0}], intents: ["PHASE", "TARGET"]},
                  {fields: [{id: 2}], spws: [{id: 1}], intents: []}] | .fields[2].intents = []' "$INFO/eb1.json" |
        callib-new > new.json
    run -0 jq -c '.measurement_sets[0].data[] | [.spw, .field, .intents]' new.json
    assert_output $'["0","1",["PHASE"]]\n["0","3",["TARGET"]]\n["1","2",["UNSPECIFIED"]]'
}
