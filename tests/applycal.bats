load helper

# A noiseless set with known gains: 5 antennas, 2 spws of 8 channels, calibrator and target; and its gains as tables.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ms-sim --antennas 5 --spws 2 --nchan 8 --noise 0 --amp-rms 0.2 --phase-walk 10deg --model --scans 2 --length 60s \
        --field cal,10h00m00,20d00m00 --source 2 --field tgt,10h02m00,20d00m00 --source 0.5,10,5 \
        --truth truth sim.ms > sim.json
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cp -r "$BATS_FILE_TMPDIR"/sim.ms "$BATS_FILE_TMPDIR"/truth* .
}

# column PATH EXPRESSION: a line of numpy on the columns of a table; t is the table.
column() {
    "$PYTHON" -c 'import sys, numpy as np
from casacore.tables import table
t = table(sys.argv[1], ack=False)
print(eval(sys.argv[2]))' "$@"
}

# edit PATH STATEMENTS: the same for writing.
edit() {
    "$PYTHON" -c 'import sys, numpy as np
from casacore.tables import table
t = table(sys.argv[1], ack=False, readonly=False)
exec(sys.argv[2])
t.close()' "$@"
}

@test "the gains that a simulation put in take it back to its model" {
    applycal --gaintable truth.G sim.ms > out.json
    run -0 column sim.ms 'np.abs(t.getcol("CORRECTED_DATA") - t.getcol("MODEL_DATA")).max() < 1e-5'
    assert_output True
    run -0 column sim.ms 'np.abs(t.getcol("DATA") - t.getcol("MODEL_DATA")).max() > 0.1'
    assert_output True
}

@test "the result validates against its schema" {
    applycal --gaintable truth.G sim.ms > out.json
    valid applycal out.json
    "$PYTHON" -c 'import json
d = json.load(open("out.json"))
assert d["column_created"] == "CORRECTED_DATA" and d["flag_version"] is None, d
assert d["tables"][0]["data"] == d["data"] > 0, d'
}

@test "twice gives what once gives, and threads change nothing" {
    cp -r sim.ms other.ms
    applycal --no-history -j 1 --gaintable truth.G sim.ms > out.json
    applycal --no-history -j 4 --gaintable truth.G other.ms > out.json
    for c in CORRECTED_DATA WEIGHT FLAG; do
        run -0 column sim.ms "(t.getcol('$c') == table('other.ms', ack=False).getcol('$c')).all()"
        assert_output True
    done
    # All data files; table.lock counts the openings.
    before=$(cat sim.ms/table.f* | sha256sum)
    applycal --no-history --flagbackup=false --gaintable truth.G sim.ms > out.json
    assert_equal "$(cat sim.ms/table.f* | sha256sum)" "$before"
}

@test "weights follow the gains with calwt and stay without" {
    cp -r sim.ms other.ms
    applycal --gaintable truth.G --calwt false sim.ms > out.json
    run -0 column sim.ms '(t.getcol("WEIGHT") == table("other.ms", ack=False).getcol("WEIGHT")).all()'
    assert_output True
    edit sim.ms 't.putcol("SIGMA", np.full_like(t.getcol("SIGMA"), 0.5)); t.putcol("WEIGHT", np.full_like(t.getcol("WEIGHT"), 77))'
    applycal --gaintable truth.G sim.ms > out.json
    run -0 column sim.ms '(lambda c, d, w: np.abs(w[:, 0] / (4 * np.abs(d[:, 0, 0] / c[:, 0, 0]) ** 2) - 1).max() < 1e-4)(
        t.getcol("CORRECTED_DATA"), t.getcol("DATA"), t.getcol("WEIGHT"))'
    assert_output True
}

@test "a flagged solution flags the data of its antenna and hand, a zero one too" {
    edit truth.G 'f = t.getcol("FLAG"); p = t.getcol("CPARAM"); a = t.getcol("ANTENNA1")
f[a == 2, 0, 1] = True; p[a == 3, 0, 0] = 0
t.putcol("FLAG", f); t.putcol("CPARAM", p)'
    applycal --gaintable truth.G sim.ms > out.json 2> err.txt
    run cat err.txt
    assert_output --partial "zero or not a number; taken as flagged"
    run -0 column sim.ms '(lambda f, a, b: (f[..., 1] == ((a == 2) | (b == 2))[:, None]).all() and (f[..., 0] == ((a == 3) | (b == 3))[:, None]).all())(
        t.getcol("FLAG"), t.getcol("ANTENNA1"), t.getcol("ANTENNA2"))'
    assert_output True
    run -0 cat sim.ms.flagversions/FLAG_VERSION_LIST
    assert_output --partial "applycal_1 : "
    run -0 column sim.ms.flagversions/flags.applycal_1 't.getcol("FLAG").any()'
    assert_output False
}

@test "the modes: calonly, flagonly, trial" {
    edit truth.G 'f = t.getcol("FLAG"); f[t.getcol("ANTENNA1") == 2] = True; t.putcol("FLAG", f)'
    before=$(hash_tree sim.ms)
    applycal --applymode trial --gaintable truth.G sim.ms > trial.json
    applycal --dry-run --gaintable truth.G sim.ms > dry.json
    assert_equal "$(hash_tree sim.ms)" "$before"
    refute [ -e sim.ms.flagversions ]
    run -0 jq -e '.flagged_after > .flagged_before and .columns_written == []' trial.json dry.json
    run -0 jq -e '.would_write == null' trial.json
    run -0 jq -e '.would_write | .columns == ["CORRECTED_DATA", "FLAG", "WEIGHT"] and .bytes_read > .bytes_written / 2' dry.json
    run -0 jq -e '.would_write.bytes_written == (.data * 8 + .data / 8 | ceil)' dry.json
    applycal --applymode flagonly --gaintable truth.G sim.ms > out.json
    run -0 column sim.ms '"CORRECTED_DATA" in t.colnames(), t.getcol("FLAG").any()'
    assert_output "(False, True)"
    rm -rf sim.ms && cp -r "$BATS_FILE_TMPDIR/sim.ms" .
    applycal --applymode calonly --gaintable truth.G sim.ms > out.json
    run -0 column sim.ms '"CORRECTED_DATA" in t.colnames(), t.getcol("FLAG").any()'
    assert_output "(True, False)"
}

@test "a spw without solutions is left alone, or flagged by calflagstrict" {
    edit truth.G 's = t.getcol("SPECTRAL_WINDOW_ID"); t.removerows(np.where(s == 1)[0])'
    applycal --gaintable truth.G sim.ms > out.json 2> err.txt
    run -0 jq -c '.tables[0].missing_spws, .rows_without_solutions > 0' out.json
    assert_output $'[1]\ntrue'
    run -0 column sim.ms '(lambda d, s: ((t.getcol("CORRECTED_DATA") == t.getcol("DATA")).all(axis=(1, 2)) == (d == 1)).all())(
        t.getcol("DATA_DESC_ID"), 0)'
    assert_output True
    run -0 column sim.ms 't.getcol("FLAG").any()'
    assert_output False
    applycal --applymode calflagstrict --gaintable truth.G sim.ms > out.json 2> err.txt
    run -0 column sim.ms '(t.getcol("FLAG").all(axis=(1, 2)) == (t.getcol("DATA_DESC_ID") == 1)).all()'
    assert_output True
    applycal --gaintable truth.G --spwmap 0,0 sim.ms > out.json
    run -0 jq -c '.tables[0].missing_spws' out.json
    assert_output '[]'
}

@test "an antenna without solutions is flagged and named" {
    edit truth.G 'a = t.getcol("ANTENNA1"); t.removerows(np.where(a == 4)[0])'
    applycal --gaintable truth.G sim.ms > out.json
    run -0 jq -c '[.tables[0].missing_antennas[] | [.spw, .antenna]]' out.json
    assert_output '[[0,4],[1,4]]'
}

@test "flags are saved once, as they were, and only where some change" {
    applycal --gaintable truth.G sim.ms > out.json
    refute [ -e sim.ms.flagversions ]
    cp -r sim.ms before.ms
    edit truth.G 'a = t.getcol("ANTENNA1"); t.removerows(np.where(a == 4)[0])'
    applycal --gaintable truth.G sim.ms > out.json
    run -0 jq -r .flag_version out.json
    assert_output applycal_1
    run -0 wc -l < sim.ms.flagversions/FLAG_VERSION_LIST
    assert_output 1
    run -0 column sim.ms.flagversions/flags.applycal_1 \
        't.nrows() == table("before.ms", ack=False).nrows() and (t.getcol("FLAG") == table("before.ms", ack=False).getcol("FLAG")).all() and (t.getcol("FLAG_ROW") == table("before.ms", ack=False).getcol("FLAG_ROW")).all()'
    assert_output True
    run -0 column sim.ms 't.getcol("FLAG").any()'
    assert_output True
}

@test "outside the selection CORRECTED_DATA is DATA, and a later run keeps what is there" {
    applycal --field tgt --spw 0:2~4 --gaintable truth.G sim.ms > out.json
    run -0 column sim.ms '(lambda same, f, d: (same == ~(((f == 1) & (d == 0))[:, None] & ((np.arange(8) >= 2) & (np.arange(8) <= 4))[None])[:, :, None]).all())(
        t.getcol("CORRECTED_DATA") == t.getcol("DATA"), t.getcol("FIELD_ID"), t.getcol("DATA_DESC_ID"))'
    assert_output True
    applycal --gaintable truth.G sim.ms > out.json
    cp -r sim.ms other.ms
    applycal --field cal --gaintable truth.G --interp nearest other.ms > out.json
    run -0 column other.ms '(t.getcol("CORRECTED_DATA") == table("sim.ms", ack=False).getcol("CORRECTED_DATA"))[t.getcol("FIELD_ID") == 1].all()'
    assert_output True
}

@test "a cal library says the same as options" {
    cp -r sim.ms other.ms
    applycal --gaintable truth.G --interp nearest --calwt false --spwmap 0,0 sim.ms > out.json
    printf '%s\n' "# gains" "caltable='truth.G' calwt=False tinterp=\"nearest\", spwmap=[0]  # short" > lib.txt
    applycal --callib lib.txt other.ms > out.json
    run -0 column sim.ms '(t.getcol("CORRECTED_DATA") == table("other.ms", ack=False).getcol("CORRECTED_DATA")).all()'
    assert_output True
    printf '%s\n' "caltable='truth.G' field='cal'" "caltable='truth.G'" > lib.txt
    run -3 applycal --callib lib.txt other.ms
    assert_output --partial "twice for the same data"
    echo "caltable='truth.G' calwd=T" > lib.txt
    run -3 applycal --callib lib.txt other.ms
    assert_output --partial 'line 1: there is no key "calwd"; did you mean calwt?'
    echo "# nothing" > lib.txt
    run -3 applycal --callib lib.txt other.ms
}

@test "bad input: one line, the right status, nothing changed" {
    before=$(hash_tree sim.ms)
    mv truth.G good.G
    cp -r good.G truth.G
    edit truth.G/ANTENNA 't.putcell("NAME", 1, "elsewhere")'
    run -2 applycal sim.ms
    run -3 applycal --gaintable missing.G sim.ms
    run -3 applycal --gaintable good.G missing.ms
    run -3 applycal --gaintable good.G good.G
    run -3 applycal --gaintable sim.ms sim.ms
    run -3 applycal --gaintable truth.G sim.ms
    assert_output --partial "table of other antennas: its antenna 1 is elsewhere"
    run -3 applycal --gaintable good.G --field nosuch sim.ms
    run -3 applycal --gaintable good.G --gainfield nosuch sim.ms
    run -3 applycal --gaintable good.G --spwmap 0,7 sim.ms
    run -4 applycal --gaintable good.G --scan 99 sim.ms
    run -2 applycal --interp linear --gaintable good.G sim.ms
    run -2 applycal --gaintable good.G --interp spline sim.ms
    run -2 applycal --gaintable good.G --applymode always sim.ms
    assert_equal "$(hash_tree sim.ms)" "$before"
    refute [ -e sim.ms.flagversions ]
    run -0 applycal --ignore-names --gaintable truth.G sim.ms
}

@test "an MS that may not be written is refused before anything happens" {
    [ "$(id -u)" -ne 0 ] || skip "root may write everywhere"
    chmod -R a-w sim.ms
    run -5 applycal --gaintable truth.G sim.ms
    chmod -R u+w sim.ms
}

@test "stopped in the middle, a second run completes it" {
    ms-sim --antennas 27 --spws 4 --nchan 64 --scans 1 --length 600s --amp-rms 0.1 --truth big big.ms > sim.json
    cp -r big.ms whole.ms
    applycal --flagbackup=false --gaintable big.G whole.ms > out.json
    applycal --flagbackup=false --gaintable big.G big.ms > out.json &
    for _ in {1..200}; do
        [ -s big.ms/table.f20_TSM1 ] && break
        sleep 0.01
    done
    kill -TERM $! 2> /dev/null || true
    wait $! || true
    applycal --flagbackup=false --gaintable big.G big.ms > out.json
    run -0 column big.ms '(t.getcol("CORRECTED_DATA") == table("whole.ms", ack=False).getcol("CORRECTED_DATA")).all()'
    assert_output True
}

@test "--interp takes every word that its help names, in all tools that have it" {
    for tool in applycal gaincal ms-split; do
        "$tool" --help | sed -n '/--interp/,/--spwmap/p' | tr -d '\n' | tr -s ' ' > help
        grep -q 'in time: nearest, linear, cubic, each with PD, perobs or perscan behind it' help
        grep -q 'in frequency: nearest, linear, cubic, spline, each with flag or rel behind it' help
    done
    for time in {nearest,linear,cubic}{,PD,perobs,perscan}; do
        for frequency in {nearest,linear,cubic,spline}{,flag,rel}; do
            run -3 applycal --gaintable no.G --interp "$time,$frequency" no.ms
        done
    done
    run -2 --separate-stderr applycal --gaintable no.G --interp linear,quadratic no.ms
    assert_regex "$stderr" 'there are nearest, linear, cubic, spline, each with flag or rel behind it'
}
