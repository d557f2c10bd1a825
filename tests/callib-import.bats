load helper

# An empty library for a set of two calibrators and a target.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ms-sim --antennas 4 --spws 3 --nchan 1 --telescope ALMA \
        --field flux,09h50m00,20d00m00 --source 5 --field 'NGC7752/3,10h00m00,20d00m00' --source 2 \
        --scan 'flux,20s,CALIBRATE_FLUX#ON_SOURCE,CALIBRATE_WVR#ON_SOURCE' --scan 'NGC7752/3,20s,OBSERVE_TARGET#ON_SOURCE' sim.ms > sim.json
    ms-info sim.ms | callib-new > empty.json
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cp "$BATS_FILE_TMPDIR/empty.json" lib.json
}

# line KEY=VALUE...: a line of applycal text.
line() {
    local IFS=,
    echo "applycal($*)"
}

# refused TEXT MESSAGE: the text is an error at this place, and the library stays as it was.
refused() {
    echo "$1" > text.txt
    before=$(cat lib.json)
    run -2 callib-import -i lib.json text.txt
    assert_output --partial "$2"
    assert_equal "$(cat lib.json)" "$before"
}

@test "what was exported comes back, and only from lines that begin with applycal(" {
    callib-add -i lib.json t.tsys.tbl --spwmap 0,0,2 --gainfield nearest
    callib-add -i lib.json a.gpcal.tbl b.bcal.tbl --intent TARGET --calwt=false --interp '' --antenna '!ea02'
    callib-export lib.json --header > text.txt
    { echo " applycal(nonsense"; echo "# applycal()"; cat text.txt; } > more.txt
    callib-import more.txt < lib.json > back.json
    callib-export back.json --header | diff text.txt -
    run -0 jq -c '[.active[] | [.gaintable, .caltype, .origin.tool]]' back.json
    assert_output '[["t.tsys.tbl","tsys","callib-import"],["a.gpcal.tbl","gaincal","callib-import"],["b.bcal.tbl","bandpass","callib-import"]]'
}

@test "import replaces what is active in all sets; --append comes after it" {
    callib-add -i lib.json old.G
    line "vis='sim.ms'" "gaintable='new.G'" > text.txt
    callib-import -i lib.json --append text.txt
    run -0 callib-export lib.json
    assert_output --partial "gaintable=['old.G', 'new.G']"
    callib-import -i lib.json text.txt text.txt
    run -0 callib-export lib.json
    assert_output --partial "gaintable=['new.G', 'new.G']"
}

@test "all that exports of the last years contain is understood" {
    cat > text.txt << 'END'
# Apply file for sim.ms
applycal(vis='/old/place/sim.ms', field='flux', intent='AMPLITUDE', spw='0~1', antenna='*&*', gaintable=[u'a.G', u"b's.B"], gainfield=['', ''], spwmap=[[0L,0,0],[]], interp=['linear', ''], calwt=[True,False], applymode='calflagstrict', parang=False, flagbackup=True, timerange='', scan=None)  # why not
applycal(gaintable=('c.T',), spw='2',
    calwt=False, interp='nearest',   # a call of several lines
    vis='sim', field="\x66lux,\u0031")
applycal(vis = 'sim.ms', spwmap=[], gaintable=['d.G', 'e.G'], gainfield='nearest', interp=[], calwt=[], field='"NGC7752/3"');
END
    callib-import -i lib.json text.txt
    run -0 callib-export lib.json
    assert_line "applycal(vis='sim.ms', field='flux', intent='AMPLITUDE', spw='0~1', antenna='0~3', gaintable=['a.G', \"b's.B\"], gainfield=['', ''], spwmap=[[0, 0, 0], []], interp=['linear', ''], calwt=[True, False])"
    assert_line "applycal(vis='sim.ms', field='flux', intent='AMPLITUDE,WVR', spw='2', antenna='0~3', gaintable='c.T', gainfield='', spwmap=[], interp='nearest', calwt=False)"
    assert_line "applycal(vis='sim.ms', field='\"NGC7752/3\"', intent='TARGET', spw='0~1', antenna='0~3', gaintable=['d.G', 'e.G'], gainfield=['nearest', 'nearest'], spwmap=[[], []], interp=['linear,linear', 'linear,linear'], calwt=[True, True])"
}

@test "faults are told with line and column, and change nothing" {
    callib-add -i lib.json old.G
    refused "applycal(vis='sim.ms', gaintable='a.G" "text.txt:1:34: a text without a ' at its end"
    refused "applycal(vis='sim.ms', gaintable=open('x'))" "text.txt:1:34: open is no value"
    refused "applycal(vis='sim.ms')" "text.txt:1:1: applycal without gaintable"
    refused "applycal(vis='sim.ms', gaintable=['a','b'], calwt=[True])" "text.txt:1:51: calwt has 1 values for 2 tables"
    refused "applycal(vis='sim.ms', gaintable=['a','b'], spwmap=[0, 0])" "text.txt:1:52: spwmap is one map for 2 tables"
    refused "applycal(vis='sim.ms', gaintable='a', gainfeild='')" 'text.txt:1:39: there is no key "gainfeild"; did you mean gainfield?'
    refused "applycal(vis='sim.ms', gaintable='a', scan='3')" "text.txt:1:39: scan is selected here"
    refused "applycal(vis='sim.ms', gaintable='a', vis='b')" "text.txt:1:39: vis is given twice"
    refused "applycal(vis='sim.ms', gaintable='a'" "text.txt:1:10: applycal( without a ) at its end"
    refused "applycal(vis='sim.ms', gaintable='a') + 1" "text.txt:1:39: expected the end of the line"
    refused "applycal('sim.ms')" "text.txt:1:10: expected key=value"
    refused "applycal(vis='sim.ms', gaintable='')" "text.txt:1:34: gaintable: a name that is empty"
    refused "applycal(vis='sim.ms', gaintable='a\\xg')" "text.txt:1:36: an escape that is not understood"
    refused "$(printf '[%.0s' $(seq 40) | sed 's/^/applycal(vis=/')" "lists within lists beyond reason"
}

@test "what the library does not have is named" {
    printf "\n%s\n" "$(line "field='flux'" "vis='sim.ms'" "gaintable='a'")" "$(line "gaintable='a'" "vis='else.ms'")" > text.txt
    run -3 callib-import -i lib.json text.txt
    assert_output "callib-import: text.txt:4:28: else.ms is not in this library; it has sim.ms"
    line "vis='sim.ms'" "gaintable='a'" "field='nobody'" > text.txt
    run -3 callib-import -i lib.json text.txt
    assert_output --partial "text.txt:1:43: sim.ms: no field matches"
    line "vis='sim.ms'" "gaintable='a'" "spw='7'" > text.txt
    run -3 callib-import -i lib.json text.txt
    assert_output --partial "text.txt:1:41: sim.ms: "
    run -0 jq -c .active lib.json
    assert_output "[]"
}

@test "lines without data are told, not imported" {
    line "vis='sim.ms'" "gaintable='a'" "field='flux'" "intent='TARGET,POINTING'" > text.txt
    line "vis='sim.ms'" "gaintable='b'" "intent='POINTING'" >> text.txt
    line "vis='sim.ms'" "gaintable='c'" >> text.txt
    run -0 callib-import -i lib.json text.txt
    assert_output "callib-import: warning: text.txt: 2 of its 3 lines select no data; the first is line 1"
    run -0 jq -c '[.active[].gaintable]' lib.json
    assert_output '["c"]'
    echo "nothing" > text.txt
    run -0 callib-import -i lib.json --format applycal text.txt
    assert_output --partial "has no line that begins with applycal("
}

@test "paths of tables and sets move, and nothing else does" {
    line "vis='/old/x/sim.ms'" "field='\"NGC7752/3\"'" "gaintable=['/old/x/a.G','rel/b.G']" > text.txt
    callib-import -i lib.json --path-map /old/x=/new text.txt
    run -0 jq -c '[.active[] | [.gaintable, .data[0].field]]' lib.json
    assert_output '[["/new/a.G","1"],["rel/b.G","1"]]'
    callib-import -i lib.json --tables-in . text.txt
    run -0 jq -c '[.active[].gaintable]' lib.json
    assert_output '["./a.G","./b.G"]'
    run -2 callib-import -i lib.json --path-map /old text.txt
}

@test "types come from caltable-info, else from the name" {
    line "vis='sim.ms'" "gaintable=['x/some.tbl','a.gacal.tbl','what.tbl']" > text.txt
    echo '{"schema":"calutils/caltable-info/1","caltable":"y/some.tbl","type":"B Jones"}' > info.json
    callib-import -i lib.json --caltables info.json text.txt
    run -0 jq -c '[.active[].caltype]' lib.json
    assert_output '["bandpass","gaincal","unknown"]'
}

@test "CASA's text: found out, OBS_MODEs as intents, maps made whole" {
    cat > lib.txt << 'END'
# by hand
caltable='a.G' calwt=F field='flux' intent='CALIBRATE_FLUX#ON_SOURCE' tinterp='nearest' fldmap='nearest' spwmap=[0,1]
caltable='b.B' finterp='linearflag'
END
    callib-import -i lib.json lib.txt
    run -0 jq -c '[.active[] | [.gaintable, .gainfield, .interp, .spwmap, .calwt, .data[0].field, .data[0].intent]]' lib.json
    assert_output '[["a.G","nearest","nearest",[0,1,1],false,"0","AMPLITUDE"],["b.B","","linear,linearflag",[],true,"*","*"]]'
    echo "caltable='a.G' antmap=[0,1]" > lib.txt
    run -3 callib-import -i lib.json lib.txt
    assert_output --partial "lib.txt:1: a calibration library cannot hold antmap (a.G)"
    echo "caltable='a.G' field='nobody'" > lib.txt
    run -3 callib-import -i lib.json lib.txt
    assert_output --partial "lib.txt:1: sim.ms: no field matches"
    run -2 callib-import -i lib.json lib.json
    assert_output --partial "lib.json is JSON; libraries go together with callib-merge"
    head -c 100 /dev/zero > zeros
    run -3 callib-import -i lib.json zeros
}

@test "a hundred thousand lines become the registrations that they were made from" {
    "$PYTHON" -c 'for i in range(100000):
    s, f, a = i % 3, i // 3 % 2, i // 6 % 4
    print(f"applycal(vis=\"sim.ms\", field=\"{f}\", spw=\"{s}\", antenna=\"{a}\", gaintable=[\"p{i // 24}.G\"], calwt=[True])")' > text.txt
    callib-import -i lib.json text.txt
    run -0 jq '.active | length' lib.json
    assert_output 4167
}

@test "fields whose names CASA would misread go by id, and come back" {
    sed 's/"NGC7752\/3"/"a*b"/; s/"flux"/"axb"/' lib.json > odd.json
    callib-add -i odd.json one.G --field 1
    run -0 callib-export odd.json
    assert_output --partial "field='1'"
    callib-export odd.json > text.txt
    callib-import text.txt < odd.json > back.json
    callib-diff odd.json back.json
    sed 's/a\*b/q\\"x/' odd.json > quote.json
    callib-export quote.json > text.txt
    callib-import text.txt < quote.json > back.json
    callib-diff quote.json back.json
}
