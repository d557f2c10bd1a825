# ms-diff: finds what was changed, and nothing else.
load helper

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    ms-sim --antennas 5 --spws 2 --nchan 8 --length 60s --integration 5s --flag-fraction 0.1 --quiet a.ms > /dev/null
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    A=$BATS_FILE_TMPDIR/a.ms
    cp -r "$A" b.ms
}

# change SUBTABLE-or-. PYTHON: with t the table, opened for writing.
change() {
    $PYTHON - "$1" "$2" << 'END'
import sys
from casacore.tables import table
t = table("b.ms/" + sys.argv[1], readonly=False, ack=False)
exec(sys.argv[2])
t.close()
END
}

@test "ms-diff: a copy is the same, and nobody is written to" {
    before=$(hash_tree "$A")
    run -0 ms-diff "$A" b.ms --text
    assert_output same
    assert_equal "$(hash_tree "$A")" "$before"
    ms-diff "$A" b.ms > out.json
    valid ms-diff out.json
}

@test "ms-diff: one value is found, with its place and size" {
    change . 'f = t.getcell("FLAG", 25); f[:] = False; t.putcell("FLAG", 25, f)
d = t.getcell("DATA", 25); d[3, 1] += 0.5; t.putcell("DATA", 25, d)'
    run -1 ms-diff "$A" b.ms --columns DATA --flagged
    echo "$output" > out.json
    valid ms-diff out.json
    run -0 jq -c '.tables[0].columns[0] | [.differing_cells, .differing_values, .first.row, .first.chan, .first.corr, (.max_abs * 1000 | round)]' out.json
    assert_output '[1,1,25,3,1,500]'
    run -0 ms-diff "$A" b.ms --columns DATA --flagged --absolute DATA=0.6 --text
    run -1 ms-diff "$A" b.ms --columns DATA --flagged --absolute DATA=0.4 --text
    assert_output --partial "1 of 240 cells"
}

@test "ms-diff: what both have flagged does not count, unless asked for" {
    change . 'import numpy as np
r = next(r for r in range(t.nrows()) if t.getcell("FLAG", r).any())
f, d = t.getcell("FLAG", r), t.getcell("DATA", r)
d[f] += 1; t.putcell("DATA", r, d)'
    run -0 ms-diff "$A" b.ms --text
    run -1 ms-diff "$A" b.ms --text --flagged
}

@test "ms-diff: NaN is NaN, and NaN is no number" {
    change . 'd = t.getcell("DATA", 0); d[:] = float("nan"); t.putcell("DATA", 0, d)'
    cp -r b.ms c.ms
    run -0 ms-diff b.ms c.ms --text --flagged
    run -1 ms-diff "$A" b.ms --flagged --tolerance 1 --jq '.tables[0].columns[] | select(.same | not) | [.column, .max_abs]'
    assert_output '["DATA",null]'
}

@test "ms-diff: tolerances are relative, and not for times unless named" {
    change . 't.putcol("WEIGHT", t.getcol("WEIGHT") * 1.0001); t.putcol("TIME", t.getcol("TIME") + 1)'
    run -1 ms-diff "$A" b.ms --tolerance 1e-3 --jq '[.tables[].columns[] | select(.same | not).column]'
    assert_output '["TIME"]'
    run -0 ms-diff "$A" b.ms --tolerance 1e-3 --tolerance TIME=1e-9 --text
    run -0 ms-diff "$A" b.ms --tolerance 1e-3 --absolute TIME=1.5 --text
    run -1 ms-diff "$A" b.ms --tolerance 1e-5 --absolute TIME=1.5 --text
    run -2 ms-diff "$A" b.ms --tolerance much
    assert_output --partial '"much" is no tolerance'
}

@test "ms-diff: rows in another order are matched, missing ones are counted" {
    $PYTHON -c 'import sys
from casacore.tables import table
t = table(sys.argv[1], ack=False)
t.sort("DATA_DESC_ID, ANTENNA2 DESC, TIME").copy("sorted.ms", deep=True, valuecopy=True).close()
t.query("ROWID() <> 7").copy("less.ms", deep=True, valuecopy=True).close()' "$A"
    run -1 ms-diff "$A" sorted.ms --text
    run -0 ms-diff "$A" sorted.ms --any-order --text
    run -1 ms-diff "$A" less.ms --any-order --jq '.tables[0] | [.rows_only_in_first, .rows_only_in_second, ([.columns[].same] | all)]'
    assert_output '[1,0,true]'
    run -1 ms-diff "$A" less.ms --text
    assert_output --partial "240 and 239 rows"
}

@test "ms-diff: subtables, frames, columns and shapes" {
    change ANTENNA 't.putcell("NAME", 2, "x")'
    run -1 ms-diff "$A" b.ms --jq '[.tables[] | select(.same | not) | .table]'
    assert_output '["ANTENNA"]'
    run -0 ms-diff "$A" b.ms --ignore ANTENNA/NAME --text
    run -0 ms-diff "$A" b.ms --ignore ANTENNA --text
    change . 't.putcolkeyword("UVW", "MEASINFO", {"type": "uvw", "Ref": "ITRF"})'
    run -1 ms-diff "$A" b.ms --columns UVW --text
    assert_output --partial "of different frame or unit"
    change . 't.removecols("DATA")'
    run -1 ms-diff "$A" b.ms --columns DATA --text
    assert_output --partial "DATA: only in the first"
}

@test "ms-diff: HISTORY only when asked" {
    change HISTORY 't.addrows(1)'
    run -0 ms-diff "$A" b.ms --text
    run -1 ms-diff "$A" b.ms --history --text
}

@test "ms-diff: not an MS is one line" {
    run -3 ms-diff "$A" /etc
    assert_equal "${#lines[@]}" 1
}
