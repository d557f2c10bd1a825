load helper
load callib

@test "in the order of the calls, with what belongs to a table and who did it" {
    callib-add tsys.tbl --caltype tsys --gainfield nearest --spwmap 0,1,1,1 < empty.json > 1.json
    callib-add p.G --field 'J1832-1035,3' --calwt=false --interp nearest --task hifa_timegaincal < 1.json > 2.json
    validate 2.json
    run -0 book 2.json
    assert_output $'tsys.tbl eb1.ms * * * *\np.G eb1.ms * * 1,3 *'
    run -0 jq -c '.active[] | [.gainfield, .interp, .spwmap, .calwt, .caltype, .origin.task]' 2.json
    assert_output $'["nearest","linear,linear",[0,1,1,1],true,"tsys",null]\n["","nearest",[],false,"unknown","hifa_timegaincal"]'
    run -0 jq -r '.active[1].origin | .tool, .command' 2.json
    assert_output $'callib-add\ncallib-add p.G --field J1832-1035,3 --calwt=false --interp nearest --task hifa_timegaincal'
}

@test "selections with patterns, ranges, exceptions" {
    try() {
        callib-add t "${@:2}" < empty.json > out.json
        assert_equal "$(book out.json)" "t eb1.ms $1"
    }
    try '* * * TARGET' --intent TARGET
    try '* * * AMPLITUDE,BANDPASS,CHECK,PHASE' --intent '!TARGET'
    try '* * * AMPLITUDE,PHASE' --intent '*P*,!CHECK,!BAND*'
    try '* 0,2~3 * *' --spw '!1'
    try '* 1~3 * *' --spw '*FULL_RES'
    try '* 1~3 * *' --spw '1~3:5~20'
    try '* * 0~1 *' --field 'J1*,!2'
    try '* * 3 *' --field 'M 31'
    try '0~1 * * *' --antenna 'DA*'
    try '0,2~4 * * *' --antenna '!DA42'
    try '0 * * *' --antenna 'DA41&DV01'
    try '* * * *' --vis /data/eb1.ms
    try '* * * *' --vis eb1
}

@test "what cannot be selected is told" {
    run -3 callib-add t --field 7 < empty.json
    assert_output 'callib-add: eb1.ms: no field matches "7"; fields are 0 J1924-2914, 1 J1832-1035, 2 J1822-0938, 3 M 31'
    run -3 callib-add t --vis eb9.ms < empty.json
    assert_output 'callib-add: eb9.ms is not in this library; it has eb1.ms'
    run -4 callib-add t --field 3 --intent PHASE < empty.json
    assert_output 'callib-add: no data in this selection (field 3, intent PHASE); fields and intents of eb1.ms are 0 J1924-2914 AMPLITUDE,BANDPASS; 1 J1832-1035 PHASE; 2 J1822-0938 CHECK; 3 M 31 TARGET'
    run -0 --separate-stderr callib-add t --allow-empty --field 3 --intent PHASE < empty.json
    assert_equal "$(jq -c .active <<< "$output")" '[]'
    assert_equal "$stderr" 'callib-add: warning: t: no data in this selection, nothing added'
    run -2 callib-add t --caltype gain < empty.json
    assert_output --partial 'caltype "gain" is not one of unknown gaincal bandpass'
    run -2 callib-add t --interp linaer < empty.json
    assert_output --partial '"linaer" is no interpolation in time; there are nearest, linear, cubic'
    run -2 callib-add < empty.json
    assert_output 'callib-add: no calibration table; name some, or give a --batch file'
}

@test "several sets need not all have the field; named ones must" {
    callib-new "$INFO"/eb?.json > both.json
    callib-add t --field 4 < both.json > out.json
    run -0 book out.json
    assert_output 't eb2.ms * * 4 *'
    run -3 callib-add t --vis eb1.ms,eb2.ms --field 4 < both.json
    assert_output --partial 'eb1.ms: no field matches "4"'
    run -3 callib-add t --field 9 < both.json
    assert_output --partial 'no field matches "9"'
}

@test "a batch is the calls one by one" {
    cat > adds.ndjson << 'END'
{"gaintable": "tsys.tbl", "caltype": "tsys", "spwmap": [0,1,1,1], "gainfield": "nearest"}
{"gaintable": ["a.G", "b.G"], "field": "3", "intent": "TARGET", "calwt": false, "interp": "nearest", "task": "x"}
END
    callib-add --batch adds.ndjson < empty.json > batch.json
    callib-add tsys.tbl --caltype tsys --spwmap 0,1,1,1 --gainfield nearest < empty.json |
        callib-add a.G b.G --field 3 --intent TARGET --calwt=false --interp nearest --task x > calls.json
    validate batch.json
    assert_equal "$(jq -S 'del(.. | .command?)' batch.json)" "$(jq -S 'del(.. | .command?)' calls.json)"
    cp empty.json lib.json
    callib-add -i lib.json --batch - < adds.ndjson
    assert_equal "$(book lib.json)" "$(book batch.json)"
}

@test "a bad batch line is named and nothing happens" {
    cp empty.json lib.json
    printf '%s\n' '{"gaintable": "a"}' '{"gaintable": "b", "fied": "3"}' > adds.ndjson
    run -2 callib-add -i lib.json --batch adds.ndjson
    assert_output 'callib-add: adds.ndjson: [1]: there is no key "fied"; did you mean field?'
    printf '%s\n' '{"gaintable": "a"}' '{"gaintable": "b", "field": "31"}' > adds.ndjson
    run -3 callib-add -i lib.json --batch adds.ndjson
    assert_output --partial 'adds.ndjson: [1]: eb1.ms: no field matches "31"'
    printf '%s\n' '{"gaintable": "a"}' '{"gaintable": "b", ' > adds.ndjson
    run -2 callib-add -i lib.json --batch adds.ndjson
    assert_output --partial 'adds.ndjson: '
    cmp empty.json lib.json
}

@test "types from what caltable-info tells" {
    echo '{"caltable":"/x/b.tbl","type":"B Jones"}{"caltable":"t.tbl","type":"B TSYS"}' > tables.json
    callib-add --caltables tables.json /y/b.tbl t.tbl d.tbl < empty.json > out.json
    run -0 jq -r '.active[].caltype' out.json
    assert_output $'bandpass\ntsys\nunknown'
}

@test "a type in any case" {
    run -0 --separate-stderr callib-add t --caltype GainCal --jq '.active[0].caltype' < empty.json
    assert_output '"gaincal"'
}

@test "in place: the same library, a line for each registration, the mode kept" {
    cp empty.json lib.json
    chmod 640 lib.json
    callib-add -i lib.json a.tbl
    callib-add -i lib.json b.tbl --intent PHASE
    validate lib.json
    run -0 book lib.json
    assert_output $'a.tbl eb1.ms * * * *\nb.tbl eb1.ms * * * PHASE'
    assert_equal "$(grep -c '^ {"gaintable"' lib.json)" 2
    assert_equal "$(stat -c %a lib.json)" 640
    ln -s lib.json link.json
    callib-add -i link.json c.tbl
    assert [ -L link.json ]
    assert_equal "$(jq '.active | length' lib.json)" 3
}

@test "on a terminal: tables" {
    run -0 bash -c 'callib-add --text p.G --caltype gaincal --intent PHASE,TARGET --antenna DA41 < empty.json'
    assert_output '  Set     Telescope  Antennas  Spws  Fields
  eb1.ms  ALMA              5     4       4

To be applied: 1 registration (a blank: all)
     Table  Type     Set     Antenna  Intent
  1  p.G    gaincal  eb1.ms        0  PHASE,TARGET

Applied: 0 registrations'
}
