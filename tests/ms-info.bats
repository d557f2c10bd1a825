# ms-info: what it says of simulated and of real sets, and what it says to bad input.
load helper

# Three fields, scans with intents, two windows, an antenna without data.
make_set() {
    cd "$BATS_TEST_TMPDIR" || return 1
    ms-sim --quiet --antennas 6 --absent 5 --spws 2 --nchan 8 --integration 5s --field 3C286,13h31m08.3,30d30m33,A --source 10 \
        --field 'J1310+3220,13h10m28.7,32d20m44,C' --source 2 --field 'NGC 5055,13h15m49.3,42d01m45' --source 0.1 \
        --scan '3C286,30s,CALIBRATE_BANDPASS#UNSPECIFIED' --scan 'J1310+3220,20s,CALIBRATE_PHASE#UNSPECIFIED' \
        --scan 'NGC 5055,40s,OBSERVE_TARGET#UNSPECIFIED' --scan 'J1310+3220,20s,CALIBRATE_PHASE#UNSPECIFIED' sim.ms > /dev/null
}

golden() { # SET ARCHIVE
    need_golden
    local ms
    ms=$(unpack "$2")
    before=$(hash_tree "$ms")
    ms-info --flags --times "$ms" > "$BATS_TEST_TMPDIR/info.json"
    [ "$before" = "$(hash_tree "$ms")" ]
    valid ms-info "$BATS_TEST_TMPDIR/info.json"
    run "$PYTHON" "$TESTS/info_golden.py" "$GOLDEN/shape/msmd_$1.json" < "$BATS_TEST_TMPDIR/info.json"
    assert_success
    assert_output --partial ' answers compared, 0 wrong'
}

@test "every answer of CASA's msmetadata: the ordinary set" {
    golden sim_s "$GOLDEN/ms/s.ms.tar.gz"
}

@test "every answer of CASA's msmetadata: the awkward set" {
    golden shape "$GOLDEN/shape/in_shape.ms.tar.gz"
}

@test "every answer of CASA's msmetadata: ALMA, with dangling keywords and undefined cells" {
    need_data mssel_test_small.ms.tgz
    golden alma "$DATA/mssel_test_small.ms.tgz"
}

@test "every answer of CASA's msmetadata: EVLA, with blank antennas and no states" {
    need_data day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz
    golden evla "$DATA/day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz"
}

@test "every answer of CASA's msmetadata: EVLA L band, with fields and states without rows" {
    need_data casa_formats_io_simple.ms.tar.gz
    golden simple "$DATA/casa_formats_io_simple.ms.tar.gz"
}

@test "a telescope that CASA's listobs refuses" {
    need_data test_adp4_0_00300673800807520000_58342_05_00_14.ms.tar.gz
    ms=$(unpack "$DATA/test_adp4_0_00300673800807520000_58342_05_00_14.ms.tar.gz")
    run ms-info --text "$ms"
    assert_success
    assert_line --partial 'LWASV'
    assert_line --partial 'Antennas (4)'
}

@test "intents, bands and science windows of the ALMA set" {
    need_data mssel_test_small.ms.tgz
    ms=$(unpack "$DATA/mssel_test_small.ms.tgz")
    run ms-info "$ms" --jq '[.fields[].intents], [.scans[].intents], [.spws[] | [.band, .type, .science]], .unmapped_tokens'
    assert_success
    assert_line --index 0 '[["ATMOSPHERE","WVR"],["CHECK","PHASE"]]'
    assert_line --index 1 '[["ATMOSPHERE","WVR"],["CHECK","PHASE"]]'
    assert_line --index 2 '[["WVR","WVR",false],["ALMA Band 3","TDM",true],["ALMA Band 3","CHANAVG",false]]'
    assert_line --index 3 '["CALIBRATE_WVR#OFF_SOURCE"]'
}

@test "a simulated set: counts, times, intents, presence" {
    make_set
    ms-info --flags --times sim.ms > info.json
    valid ms-info info.json
    run ms-info sim.ms --jq '[.rows, (.scans | length), .elapsed_s], [.scans[].integrations], [.scans[].rows], [.fields[] | .intents[0]], [.antennas[].present], .baselines.count'
    assert_line --index 0 "[440,4,110]"
    assert_line --index 1 "[6,4,8,4]"
    assert_line --index 2 "[120,80,160,80]"
    assert_line --index 3 '["BANDPASS","PHASE","TARGET"]'
    assert_line --index 4 "[true,true,true,true,true,false]"
    assert_line --index 5 "10"
}

@test "text is a table, for people" {
    make_set
    run ms-info --text sim.ms
    assert_success
    assert_line --partial 'MeasurementSet sim.ms: 440 rows'
    assert_line --regexp '^ +3 .* 2 NGC 5055 +160 +8 +5 +0~1 +TARGET$'
    assert_line --partial 'Antennas (5 of 6; the others have no rows)'
}

@test "a selection restricts every count" {
    make_set
    run ms-info --field 'NGC*' --spw '1:2~3' --antenna '0&1' sim.ms --jq '[.rows, .selected_rows], [.fields[].rows], [.spws[] | [.rows, .chosen_channels]], .baselines.pairs, .selection.field'
    assert_success
    assert_line --index 0 "[440,8]"
    assert_line --index 1 "[0,0,8]"
    assert_line --index 2 "[[0,null],[8,[[2,3,1]]]]"
    assert_line --index 3 "[[0,1]]"
    assert_line --index 4 '"NGC*"'
}

@test "flags are counted where they are" {
    make_set
    "$PYTHON" - << 'EOF'
from casacore.tables import table
t = table("sim.ms", readonly=False, ack=False)
for r in range(t.nrows()):
    f = t.getcell("FLAG", r)
    f[...] = False
    if t.getcell("SCAN_NUMBER", r) == 2:
        f[...] = True
    elif t.getcell("DATA_DESC_ID", r) == 1:
        f[0, 1] = True
    t.putcell("FLAG", r, f)
    t.putcell("FLAG_ROW", r, bool(f.all()))
t.putcell("FLAG_ROW", 0, True)
t.close()
EOF
    run ms-info --flags sim.ms --jq '.flags | .samples, .flagged_samples, .flagged_rows, .inconsistent_rows, [.correlations[].flagged_samples]'
    # 440 rows of 16 samples; scan 2 has 80 rows; of the others half (180) are in window 1.
    assert_output $'7040\n1460\n81\n1\n[640,820]'
    run ms-info --flags sim.ms --jq '[.scans[].flagged_fraction], [.spws[].flagged_fraction]'
    assert_line --index 0 '[0.03125,1,0.03125,0.03125]'
    assert_line --index 1 --partial '[0.18181818181818182,0.2329545454545'
    run ms-info --flags --spw '1:0' --correlation LL --scan 1 sim.ms --jq .flags.flagged_fraction
    assert_output 1
}

@test "the same scan number in two observations stays two scans" {
    make_set
    "$PYTHON" - << 'EOF'
from casacore.tables import table
t = table("sim.ms", readonly=False, ack=False)
scan, obs = t.getcol("SCAN_NUMBER"), t.getcol("OBSERVATION_ID")
obs[scan == 4] = 1
scan[scan == 4] = 2
t.putcol("SCAN_NUMBER", scan)
t.putcol("OBSERVATION_ID", obs)
o = table("sim.ms/OBSERVATION", readonly=False, ack=False)
o.addrows(1)
o.putcell("TELESCOPE_NAME", 1, "EVLA")
EOF
    run ms-info sim.ms --jq '[.scans[] | [.observation, .scan, .rows]]'
    assert_output '[[0,1,120],[0,2,80],[0,3,160],[1,2,80]]'
}

@test "a field does not inherit the intents of another one in the same scan" {
    make_set
    "$PYTHON" - << 'EOF'
from casacore.tables import table
t = table("sim.ms", readonly=False, ack=False)
scan, field, state = t.getcol("SCAN_NUMBER"), t.getcol("FIELD_ID"), t.getcol("STATE_ID")
rows = (scan == 2).nonzero()[0][:40]
field[rows], state[rows] = 0, 0
t.putcol("FIELD_ID", field)
t.putcol("STATE_ID", state)
EOF
    run ms-info sim.ms --jq '[.scans[1] | [.fields[].id], .intents], [.fields[] | [.scans, .intents]]'
    assert_line --index 0 '[[0,1],["BANDPASS","PHASE"]]'
    assert_line --index 1 '[[[1,2],["BANDPASS"]],[[2,4],["PHASE"]],[[3],["TARGET"]]]'
}

@test "STATE_ID -1 falls back to the calibrator code" {
    make_set
    "$PYTHON" - << 'EOF'
from casacore.tables import table
t = table("sim.ms", readonly=False, ack=False)
state = t.getcol("STATE_ID")
state[:] = -1
t.putcol("STATE_ID", state)
EOF
    run ms-info sim.ms --jq '[.fields[] | [.intents[0], .intents_from]], [.spws[].science]'
    assert_line --index 0 '[["CALIBRATOR","code"],["CALIBRATOR","code"],["TARGET","code"]]'
    assert_line --index 1 '[true,true]'
}

@test "ALMA's cycle 0: a bandpass or flux calibrator is no phase calibrator, until 2013-01-21" {
    cd "$BATS_TEST_TMPDIR"
    alma() { # START
        ms-sim --quiet --force --telescope ALMA --array alma --antennas 4 --start "$1" --corrs 'XX YY' --freq 100GHz --field A,1h0m0s,0d0m0 \
            --source 1 --scan 'A,20s,CALIBRATE_BANDPASS#ON_SOURCE,CALIBRATE_PHASE#ON_SOURCE' c0.ms > /dev/null
        ms-info c0.ms --jq '[.alma_cycle0, .fields[0].intents, .states[0].intents, .scans[0].intents]'
    }
    run alma 2013/01/20/23:59:00
    assert_output '[true,["BANDPASS"],["BANDPASS"],["BANDPASS"]]'
    run alma 2013/01/21/00:00:00
    assert_output '[false,["BANDPASS","PHASE"],["BANDPASS","PHASE"],["BANDPASS","PHASE"]]'
}

@test "SOURCE_TYPE of old files comes before the calibrator code" {
    make_set
    "$PYTHON" - << 'EOF'
from casacore.tables import table, makescacoldesc
t = table("sim.ms", readonly=False, ack=False)
state = t.getcol("STATE_ID")
state[:] = -1
t.putcol("STATE_ID", state)
f = table("sim.ms/FIELD", readonly=False, ack=False)
f.addcols(makescacoldesc("SOURCE_TYPE", ""))
f.putcol("SOURCE_TYPE", ["BANDPASS,FLUX", "Gain", "DIFFGAINREF"])
EOF
    run ms-info sim.ms --jq '[.fields[] | [.intents, .intents_from]]'
    assert_output '[[["AMPLITUDE","BANDPASS"],"source_type"],[["PHASE"],"source_type"],[["DIFFGAINREF"],"source_type"]]'
}

@test "directions of sources are in the frame that their column names" {
    make_set
    "$PYTHON" - << 'EOF'
from casacore.tables import table
source = table("sim.ms/SOURCE", readonly=False, ack=False)
info = source.getcolkeyword("DIRECTION", "MEASINFO")
info["Ref"] = "ICRS"
source.putcolkeyword("DIRECTION", "MEASINFO", info)
EOF
    run ms-info sim.ms --jq '[.sources[].direction.frame, .fields[].direction.frame] | unique'
    assert_output '["ICRS","J2000"]'
}

@test "what is no MeasurementSet is named" {
    cd "$BATS_TEST_TMPDIR"
    run ms-info nosuch.ms
    assert_failure 3
    assert_output 'ms-info: nosuch.ms: No such file or directory'
    mkdir plain
    run ms-info plain
    assert_failure 3
    assert_output --partial 'plain is not a table'
    touch file
    run ms-info file
    assert_failure 3
    make_set
    run ms-info sim.ms/ANTENNA
    assert_failure 3
    assert_output --partial 'is a table but not a MeasurementSet'
    run ms-info
    assert_failure 2
}

@test "a calibration table is called by its name" {
    need_data sma.ms.bcal.tar.gz
    run ms-info "$(unpack "$DATA/sma.ms.bcal.tar.gz")"
    assert_failure 3
    assert_output --partial 'is a calibration table (B Jones), not a MeasurementSet'
}

@test "a damaged set is an error of one line" {
    make_set
    cp -r sim.ms cut.ms
    rm -r cut.ms/SPECTRAL_WINDOW
    run ms-info cut.ms
    assert_failure 3
    [ "${#lines[@]}" -eq 1 ]
    rm -r cut.ms
    cp -r sim.ms cut.ms
    truncate -s 100 cut.ms/table.dat
    run ms-info cut.ms
    assert_failure 3
    [ "${#lines[@]}" -eq 1 ]
    for file in cut.ms/table.f*; do
        rm -r cut.ms
        cp -r sim.ms cut.ms
        truncate -s 10 "$file"
        run ms-info --flags cut.ms
        [ "$status" -eq 3 ] || [ "$status" -eq 0 ]
    done
}

@test "optional subtables may be missing" {
    make_set
    "$PYTHON" - << 'EOF'
from casacore.tables import table
t = table("sim.ms", readonly=False, ack=False)
for name in ("SOURCE", "STATE"):
    t.removekeyword(name)
EOF
    rm -r sim.ms/OBSERVATION
    run ms-info sim.ms --jq '[.sources, .states, .observations], ([.subtables[] | select(.present | not).name])'
    assert_success
    assert_line --index 0 '[[],[],[]]'
    assert_line --index 1 '["OBSERVATION"]'
}

@test "a set without rows is described, a set without FLAG cannot be counted" {
    make_set
    "$PYTHON" - << 'EOF'
from casacore.tables import table
t = table("sim.ms", ack=False)
t.query("FIELD_ID < 0").copy("empty.ms", deep=True)
t.copy("unflaggable.ms", deep=True)
table("unflaggable.ms", readonly=False, ack=False).removecols(["FLAG"])
EOF
    run ms-info --flags --text empty.ms
    assert_success
    assert_line --index 0 --partial 'MeasurementSet empty.ms: 0 rows'
    refute_output --partial nan
    run ms-info unflaggable.ms --jq .rows
    assert_output 440
    run ms-info --flags unflaggable.ms
    assert_failure 3
    assert_output --partial 'no column FLAG'
}

@test "rows that name what does not exist are counted, and their flags refused" {
    make_set
    "$PYTHON" - << 'EOF'
from casacore.tables import table
t = table("sim.ms", readonly=False, ack=False)
for row, column, value in ((5, "DATA_DESC_ID", 77), (6, "FIELD_ID", 88), (7, "ANTENNA1", -3), (8, "STATE_ID", 55)):
    t.putcell(column, row, value)
EOF
    run ms-info --text sim.ms
    assert_success
    run ms-info --times sim.ms --jq '.selected_rows, ([.fields[].rows] | add), ([.spws[].rows] | add), ([.states[].rows] | add)'
    assert_output $'440\n439\n439\n439'
    run ms-info --flags sim.ms
    assert_failure 3
    assert_output --partial 'DATA_DESC_ID, row 5 has 77'
}

@test "a selection without rows is status 4, an unknown name status 3, a bad expression status 2" {
    make_set
    run ms-info --scan 77 sim.ms
    assert_failure 4
    assert_output 'ms-info: sim.ms: no row has all that was selected'
    run ms-info --field nosuch sim.ms
    assert_failure 3
    assert_output 'ms-info: no field matches "nosuch"; fields are 0 3C286, 1 J1310+3220, 2 NGC 5055'
    run ms-info --spw '0:3~' sim.ms
    assert_failure 2
    assert_output 'ms-info: spw selection "0:3~": a number is missing (at character 5)'
}

@test "read-only sets are read and left alone" {
    make_set
    before=$(hash_tree sim.ms)
    chmod -R a-w sim.ms
    run ms-info --flags sim.ms
    chmod -R u+w sim.ms
    assert_success
    [ "$before" = "$(hash_tree sim.ms)" ]
}

@test "ms-info: the list of columns is broken at 100 characters, none is lost" {
    cd "$BATS_TEST_TMPDIR"
    ms-sim --antennas 3 --length 10s --model --weight-spectrum wide.ms > /dev/null
    ms-info --text wide.ms | sed -n '/^Columns /,$p' > list
    run -1 grep -E '.{101}' list
    assert_equal "$(tr -s ' \n' '\n\n' < list | tail -n +2)" "$(ms-info wide.ms --jq '.columns[].name' | tr -d '"')"
}

@test "ms-info: the tables of windows and antennas fit a page of 100 characters; long names lose their beginning" {
    cd "$BATS_TEST_TMPDIR"
    cat > scene.json << 'EOF'
{"antennas": {"layout": "alma", "n": 40}, "integration_s": 10,
 "spws": [{"name": "X1465874721#ALMA_RB_06#BB_1#SW-01#FULL_RES", "freq_hz": 230.0e9, "width_hz": -15625, "nchan": 4, "corrs": "XX XY YX YY"},
          {"name": "X1465874721#ALMA_RB_06#BB_1#SW-01#CH_AVG", "freq_hz": 229.5e9, "width_hz": 1.8125e9, "nchan": 1, "corrs": "XX YY"}],
 "scans": [{"length_s": 10}]}
EOF
    ms-sim --quiet scene.json wide.ms > /dev/null
    ms-info --text --flags wide.ms | sed -n '/^Spectral windows/,$p' > text
    run -1 grep -E '.{101}' text
    run sed -n '/^Spectral windows/,/^$/p' text
    assert_line --index 1 '  all: frame TOPO, band ALMA Band 6'
    assert_line --regexp '^ +0  \.\.[^ ]*#SW-01#FULL_RES +4 +230000.000 +-15.625 +0.0625  yes +XX,XY,YX,YY +780 +0.0%$'
    assert_line --regexp '^ +1  \.\.[^ ]*#SW-01#CH_AVG +1 +229500.000 +1812500 +1812.5  no +XX,YY +780 +0.0%$'
    [ "$(ms-info wide.ms --jq '.spws[0].name')" = '"X1465874721#ALMA_RB_06#BB_1#SW-01#FULL_RES"' ]
}

@test "ms-info: what all windows agree on stands above them, once" {
    make_set
    ms-info --text sim.ms > text
    run grep '^  all:' text
    assert_output '  all: frame TOPO, correlations RR,LL, band 13cm (S)'
    run -1 grep -E '^ +Id .*(Frame|Corrs|Band)' <(sed -n '/^Spectral windows/,$p' text)
}

@test "ms-info --weights: the sum of what is not flagged gives the noise of an image" {
    cd "$BATS_TEST_TMPDIR"
    ms-sim --antennas 5 --spws 2 --nchan 4 --length 60s --corrs 'RR RL LR LL' --noise 0.5 --quiet w.ms > /dev/null
    ms-info --flags --weights w.ms > info.json
    valid ms-info info.json
    # 10 baselines x 6 integrations x 4 channels x 2 parallel hands, of weight 1 / 0.25 each
    run -0 jq -c '.fields[0].weights' info.json
    assert_output '[{"spw":0,"sum":1920},{"spw":1,"sum":1920}]'
    run -0 ms-info --flags w.ms --jq '.fields[0] | has("weights")'
    assert_output false
    run -2 ms-info --weights w.ms
    assert_output --partial 'goes with --flags'
}
