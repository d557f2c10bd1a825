load helper
load callib

@test "the first library comes first; minus takes away; other sets join" {
    callib-add a.tbl < empty.json > a.json
    callib-add b.tbl --intent PHASE < empty.json > b.json
    callib-merge a.json b.json > ab.json
    validate ab.json
    run -0 book ab.json
    assert_output $'a.tbl eb1.ms * * * *\nb.tbl eb1.ms * * * PHASE'
    callib-merge --minus ab.json a.json > left.json
    assert_equal "$(book left.json)" "$(book b.json)"
    callib-new "$INFO/eb2.json" | callib-add c.tbl > c.json
    callib-merge -i ab.json c.json
    run -0 book ab.json
    assert_line 'c.tbl eb2.ms * * * *'
    assert_equal "$(jq '.measurement_sets | length' ab.json)" 2
}

@test "sets of one name must be one set" {
    jq '.antennas[2].name = "DV09"' "$INFO/eb1.json" | callib-new > other.json
    run -3 callib-merge empty.json other.json
    assert_output 'callib-merge: other.json: eb1.ms is not the same set in both libraries (antennas, spws, fields, or which data it has)'
}

@test "a document that was edited badly says where" {
    callib-add a.tbl < empty.json > lib.json
    try() {
        jq "$2" lib.json > wrong.json
        run -2 callib-merge wrong.json
        assert_output "callib-merge: wrong.json: $1"
    }
    try 'active[0].data[0].spw: "0~7" is not a list of this set'"'"'s ids, such as 0~3,7' '.active[0].data[0].spw = "0~7"'
    try 'active[0].data[0]: eb7.ms is not in this library; it has eb1.ms' '.active[0].data[0].vis = "eb7.ms"'
    try 'active[0].data[0].intent: eb1.ms has no intent "FASE"' '.active[0].data[0].intent = "PHASE,FASE"'
    try 'active[0].data[1]: overlaps data[0]: spw 1, field 0, intent AMPLITUDE is in both' '.active[0].data += [{"vis": "eb1.ms", "spw": "1"}]'
    try 'active[0].calwt: true or false is wanted, not a text' '.active[0].calwt = "yes"'
    try 'active[0].caltype: "gain" is no type of calibration' '.active[0].caltype = "gain"'
    try 'active: an array is missing' 'del(.active)'
    try 'schema: "calutils/callib/2" is not calutils/callib/1: a library of another version' '.schema = "calutils/callib/2"'
    try 'schema: "calutils/ms-info/1" is not calutils/callib/1: not a calibration library (callib-new makes one)' '.schema = "calutils/ms-info/1"'
    try 'measurement_sets[1]: eb1.ms is there twice: /data/eb1.ms and /data/eb1.ms' '.measurement_sets += .measurement_sets'
    try 'measurement_sets[0].antennas[1]: id 0 is there twice' '.measurement_sets[0].antennas[1].id = 0'
}
