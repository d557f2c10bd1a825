# selfcal-apply: solutions of working copies in the original data, whose windows, fields and antennas have other numbers.
load helper
load selfcal/by_hand

# Each test has originals and a state of its own; the tables stay where they are.
setup() {
    need_program wsclean
    cd "$BATS_TEST_TMPDIR" || return 1
    cp -r "$BATS_FILE_TMPDIR"/{one.ms,two.ms,sc,state.json,plan.json} .
}

# corrected BLOCK: CORRECTED_DATA of a block of the first target in a fresh working copy, made by its split and the chain of the state.
in_copy() { # BLOCK OUT
    local argv chain
    mapfile -t argv < <(jq -r ".targets[0].vis[$1].split.argv[:-1][]" state.json)
    "${argv[@]}" "fresh$1.ms" > /dev/null
    mapfile -t chain < <(jq -r ".targets[0].vis[$1] | [.gaintable_final, .spwmap_final, .applycal_interpolate_final] | transpose[] |
        \"--gaintable\", .[0], \"--spwmap\", (.[1] | map(tostring) | join(\",\")), \"--interp\", .[2], \"--calwt\", \"false\"" state.json)
    applycal "${chain[@]}" "fresh$1.ms" > /dev/null
    ms-split --datacolumn corrected "fresh$1.ms" "$2" > /dev/null
}

in_original() { # BLOCK OUT
    local argv
    mapfile -t argv < <(jq -r ".targets[0].vis[$1].split.argv[:-1][]" state.json | sed 's/^data$/corrected/')
    "${argv[@]}" "$2" > /dev/null
}

@test "the originals are corrected as the working copies are; other fields are left alone; twice is once" {
    selfcal-apply state.json > result.json
    valid selfcal-apply result.json
    run -0 jq -c '.originals[] | [.target, .vis, [.fields[].id], [.spws[] | [.id, .copy]], .applied]' result.json
    assert_line --index 0 '["a","one.ms",[1],[[0,0],[1,1]],true]'
    assert_line --index 1 '["a","two.ms",[1],[[0,1],[1,0]],true]'
    assert_line --index 2 '["b & <c>","one.ms",[2],[[0,0],[1,1]],false]'
    for block in 0 1; do
        in_copy "$block" "wanted$block.ms"
        in_original "$block" "found$block.ms"
        ms-diff --columns DATA,FLAG "wanted$block.ms" "found$block.ms" > diff.json || fail "$(cat diff.json)"
    done
    ms-split --field 'J1,b & <c>' --datacolumn corrected one.ms others.ms > /dev/null
    ms-split --field 'J1,b & <c>' --datacolumn data one.ms untouched.ms > /dev/null
    ms-diff --columns DATA,FLAG others.ms untouched.ms > /dev/null
    cp -r one.ms once.ms
    selfcal-apply state.json > /dev/null
    ms-diff one.ms once.ms > /dev/null
}

@test "what is written does the same: script, cal-library; CASA's calls" {
    selfcal-apply --write how state.json > result.json
    valid selfcal-apply result.json
    run -0 jq -c '.files' result.json
    assert_output '["how/apply.sh","how/applycal.py","how/one.ms.callib.txt","how/two.ms.callib.txt"]'
    ms-info one.ms --jq '[.columns[].name] | index("CORRECTED_DATA")' > column.json
    assert_equal "$(cat column.json)" null
    cp -r one.ms direct.ms
    cp -r one.ms library.ms
    jq '.targets |= .[:1] | .targets[0].vis |= .[:1] | .targets[0].vis[0].original = "direct.ms"' state.json | selfcal-apply > /dev/null
    sh how/apply.sh > /dev/null
    applycal --callib how/one.ms.callib.txt --field a library.ms > /dev/null
    ms-diff one.ms direct.ms > /dev/null
    ms-diff library.ms direct.ms > /dev/null
    "$PYTHON" -c '
import ast
calls = [n.value for n in ast.parse(open("how/applycal.py").read()).body[1:]]
keys = [{k.arg: ast.literal_eval(k.value) for k in c.keywords} for c in calls]
assert [k["vis"] for k in keys] == ["one.ms", "two.ms"], keys
assert all(len(k["gaintable"]) == len(k["interp"]) == len(k["spwmap"]) == len(k["calwt"]) == 2 and not any(k["calwt"]) for k in keys), keys
'
    refused 5 'how/apply.sh' selfcal-apply --write how state.json
    selfcal-apply --force --write how state.json > /dev/null
}

@test "antennas with other numbers: a copy of the tables with these numbers is applied" {
    selfcal-apply state.json > /dev/null
    cp -r "$BATS_FILE_TMPDIR/one.ms" moved.ms
    "$PYTHON" - << 'END'
import numpy
from casacore.tables import table
order = [4, 0, 7, 1, 8, 2, 6, 3, 5]  # new id of an old one
with table("moved.ms", readonly=False, ack=False) as main:
    for column in ("ANTENNA1", "ANTENNA2"):
        main.putcol(column, numpy.array(order)[main.getcol(column)].astype("int32"))
with table("moved.ms/ANTENNA", readonly=False, ack=False) as antenna:
    for column in ("NAME", "STATION", "POSITION", "OFFSET", "DISH_DIAMETER"):
        old = antenna.getcol(column)
        for was, now in enumerate(order):
            antenna.putcell(column, now, old[was])
END
    jq '.targets[0].vis[0].original = "moved.ms"' state.json > moved.json
    before=$(ls sc)
    run -0 selfcal-apply --dry-run moved.json --jq '[.originals[0].tables[] | .renumbered, .gaintable != .from]'
    assert_output '[true,true,true,true]'
    assert_equal "$(ls sc)" "$before"
    selfcal-apply moved.json > result.json
    valid selfcal-apply result.json
    "$PYTHON" - << 'END'
import numpy
from casacore.tables import table
a, b = (table(n, ack=False) for n in ("one.ms", "moved.ms"))
for column in ("CORRECTED_DATA", "FLAG"):
    for row in range(a.nrows()):
        assert numpy.array_equal(a.getcell(column, row), b.getcell(column, row)), (column, row)
END
    table=$(jq -r '.originals[0].tables[1].gaintable' result.json)
    run caltable-info --check moved.ms "$table" --jq '.check | [.same_name, .antennas, .fields]'
    assert_output '[true,[],[]]'
}

@test "lines: fitspec by the numbers of the original; a window without continuum gets the nearest one's solutions" {
    jq '.targets[0].vis[1].spws |= map(if .id == 0 then .continuum = "1~3;6" else . end)' state.json > lines.json
    run -0 selfcal-apply -n lines.json --jq '.uvcontsub[]'
    assert_output "\"uvcontsub(vis='two.ms', outputvis='two.contsub.ms', field='1', spw='1', fitspec={'1': {'1': {'chan': '1~3;6', 'fitorder': 1}}}, datacolumn='corrected')\""
    jq '.targets[0].vis[0].spws |= map(select(.id == 0))' state.json > less.json
    run --separate-stderr selfcal-apply -n less.json --jq '.originals[0] | [.command[:40], .tables[0].spwmap, (.notes | length)]'
    assert_output '["applycal --field 1 --spw 0,1 --applymode",[0,0],1]'
    [[ $stderr == *'spw 1 '*'nearest in frequency'* ]]
}

@test "nothing was accepted: nothing is applied or written but the lines, from DATA; status 0 and a warning" {
    jq '.targets[0].vis[0].spws[0].continuum = "0~2"' plan.json > none.json
    run --separate-stderr selfcal-apply --write how none.json
    assert_equal "$status" 0
    [[ $stderr == *'nothing to apply'* ]]
    run -0 ls how
    assert_output uvcontsub.py
    run -0 grep -c "datacolumn='data'" how/uvcontsub.py
    before=$(hash_tree one.ms)
    run -0 selfcal-apply -q --text none.json
    assert_line --partial 'nothing was accepted; the data stay as they are'
    assert_equal "$(hash_tree one.ms)" "$before"
}

@test "what does not belong together is refused before anything is written" {
    before=$(hash_tree one.ms)
    jq '.targets[0].vis[1].original = "gone.ms"' state.json > bad.json
    refused 3 'gone.ms' selfcal-apply bad.json
    jq '.targets[0]["sub-fields"][0] |= (.name = "z" | .dec_rad = 1)' state.json > bad.json
    refused 3 'no field z' selfcal-apply bad.json
    jq '.targets[0].vis[1].spws[0].name = "other"' state.json > bad.json
    refused 3 'no window other' selfcal-apply bad.json
    jq '.targets[0].spws[1].frequency_hz = 3e11' state.json > bad.json
    refused 3 'at 300 GHz' selfcal-apply bad.json
    jq '.targets[0].vis[1].gaintable_final[1] = "sc/gone.tbl"' state.json > bad.json
    refused 3 'sc/gone.tbl' selfcal-apply bad.json
    jq '.targets[0].vis[0].split.argv |= map(if . == "data" then "corrected" else . end)' state.json > bad.json
    refused 3 'CORRECTED_DATA, and applycal corrects DATA; plan anew from DATA (selfcal-plan --set datacolumn=data)' selfcal-apply bad.json
    echo '{"schema":"calutils/ms-info/1"}' > bad.json
    refused 2 'no state' selfcal-apply bad.json
    refused 2 '--jobs' selfcal-apply --jobs -1 state.json
    assert_equal "$(hash_tree one.ms)" "$before"
    selfcal-plan --workdir again one.ms > again.json
    run -0 jq -r '.targets[0].vis[0].split.argv | .[index("--datacolumn") + 1]' again.json
    assert_output data
    selfcal-apply state.json > /dev/null
    run -0 --separate-stderr selfcal-plan --workdir again one.ms two.ms
    assert_equal "$(jq -r '.targets[0].vis[0].split.argv | .[index("--datacolumn") + 1]' <<< "$output")" corrected
    assert_equal "${#stderr_lines[@]}" 1
    [[ $stderr == *'CORRECTED_DATA of one.ms, two.ms is what will be self-calibrated; '*'--set datacolumn=data'* ]] || fail "$stderr"
    run -0 --separate-stderr selfcal-plan --text --workdir again one.ms
    assert_line '  Data   CORRECTED_DATA of each block'
    run -0 --separate-stderr selfcal-plan --text --workdir again --set datacolumn=data one.ms
    assert_equal "$stderr" ''
    assert_line '  Data   DATA of each block'
    run -0 --separate-stderr selfcal-plan --text --workdir again one.ms "$BATS_FILE_TMPDIR/two.ms"
    assert_line '  Data   CORRECTED_DATA of one.ms, DATA of two.ms'
}
