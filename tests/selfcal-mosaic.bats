# A mosaic from the plan to the original data: three pointings of one name, of which the first sees the source, the second its edge, the third nothing.
load helper

setup_file() {
    command -v wsclean > /dev/null || return 0
    cd "$BATS_FILE_TMPDIR" || return 1
    "$PYTHON" "$TESTS/selfcal/mosaic.py" --calibrator --step 40 m.ms || return 1
    selfcal-plan --imsize 96 --solints inf_EB --set do_amp_selfcal=false m.ms > plan.json || return 1
    selfcal-step --quiet --all --jobs 1 < plan.json > end.json
}

setup() {
    need_program wsclean
    END=$BATS_FILE_TMPDIR/end.json
    cd "$BATS_FILE_TMPDIR" || return 1
}

@test "each pointing is imaged by itself, the best one speaks, and one without a source loses nothing" {
    run -0 jq -c '.targets[0] | .obstype, [.vis[0].fields[].id_orig], .state.SC_success, (.SNR_final > 1.5 * .SNR_orig)' "$END"
    assert_output "$(printf '"mosaic"\n[1,2,3]\ntrue\ntrue')"
    run -0 jq -c '.targets[0].steps[-1] | [.step, (.images | keys)], (.images.final | [.best, (.fields | length), .fields[0].mask != null, .fields[2].mask])' "$END"
    assert_output "$(printf '["final",["final","initial"]]\n[0,3,true,null]')"
    run -0 jq -c '[.targets[0] | .steps[-1].images | (.initial, .final).fields[0].SNR] == [.targets[0] | .SNR_orig, .SNR_final]' "$END"
    assert_output true
    copy=$(jq -r '.targets[0].vis[0].vis' "$END")
    run -0 "$PYTHON" -c '
import sys
from casacore.tables import table
t = table(sys.argv[1], ack=False)
print([float(t.query(f"FIELD_ID == {f}").getcol("FLAG").mean()) < 0.01 for f in range(3)])
print([bool((abs(t.query(f"FIELD_ID == {f}").getcol("MODEL_DATA")) > 0).any()) for f in (0, 2)])' "$copy"
    assert_output "$(printf '[True, True, True]\n[True, False]')"
}

@test "the report shows every pointing: numbers, table, page" {
    selfcal-report -f -o page.html end.json > report.json
    "$PYTHON" -c '
import json, jsonschema, sys
jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open("report.json")))' "$TESTS/../share/schemas/selfcal-report.json"
    run -0 jq -c '.targets[0] | [.fields[] | [.fid, .name, .best]], ([.fields[].ladder | length] | unique | length),
        ([.fields[0] | .initial, .final] == [(.initial | del(.prior_of, .snr_orig)), .final]), ([.fields[1:][] | .final.snr < 8] | all)' report.json
    assert_output "$(printf '[[0,"M",true],[1,"M",false],[2,"M",false]]\n1\ntrue\ntrue')"
    # where the target's numbers are those of the image that the first interval began with, so are those of each pointing
    jq '.targets[0].SNR_orig = 1' end.json > less.json
    run -0 jq -c '.targets[0] | [.initial.prior_of != null, .fields[0].initial == (.initial | del(.prior_of, .snr_orig)), .fields[1].initial.snr == .fields[1].ladder[0].snr_pre]' <(selfcal-report --json less.json)
    assert_output '[true,true,true]'
    run -0 selfcal-report --text end.json
    assert_line --regexp '^  0 M .* > .* speaks for the target$'
    assert_line --regexp '^  1 M .* > '
    assert_line --regexp '^  2 M .* > '
    run -0 "$PYTHON" "$TESTS/selfcal/page.py" page.html
    steps=$(jq '[.targets[0].steps[] | select(.step == "solint" and .images)] | length' end.json)
    assert_equal "$(jq -c '[.images, .missing]' <<< "$output")" "[$((6 + 6 * steps)),0]"
    run -0 grep -c 'pointing 2 M, final' page.html
    # where the table does not say it, an interval is as long as the plan has it
    table=$(jq -r '.targets[0].vis[0].gaintable_final[0]' end.json)
    strokes=$(grep -o 'class="p0" d="M[0-9]* [0-9]*H' page.html | wc -l)
    [ "$strokes" -gt 0 ]
    "$PYTHON" -c '
import sys
from casacore.tables import table
t = table(sys.argv[1], readonly=False, ack=False)
t.putcol("INTERVAL", 0 * t.getcol("INTERVAL"))' "$table"
    selfcal-report -f -o page.html end.json > /dev/null
    assert_equal "$(grep -o 'class="p0" d="M[0-9]* [0-9]*H' page.html | wc -l)" "$strokes"
}

@test "the solutions reach every pointing of the original, whatever its number; other fields are left alone" {
    selfcal-apply --write how end.json > written.json
    run -0 grep -c -- "--field 1,2,3 " how/apply.sh
    run -0 grep -c "field='1,2,3'" how/applycal.py
    selfcal-apply end.json > applied.json
    run -0 jq -c '.originals[] | [.target, [.fields[].id], .applied]' applied.json
    assert_output '["M",[1,2,3],true]'
    run -0 "$PYTHON" - "$(jq -r '.targets[0].vis[0].vis' end.json)" << 'END'
import sys
import numpy
from casacore.tables import table
original, copy = table("m.ms", ack=False), table(sys.argv[1], ack=False)


def corrected(of, field, column="CORRECTED_DATA"):
    rows = of.query(f"FIELD_ID == {field}", sortlist="TIME,ANTENNA1,ANTENNA2")
    return rows.getcol(column).mean(axis=1), rows.getcol("DATA").mean(axis=1)


for field in range(3):
    mine, raw = corrected(original, field + 1)
    print(field, bool(abs(mine - corrected(copy, field)[0]).max() < 1e-4), bool(abs(mine - raw).max() > 0.1))
print("J1", bool((corrected(original, 0)[0] == corrected(original, 0)[1]).all()))
END
    assert_output "$(printf '0 True True\n1 True True\n2 True True\nJ1 True')"
}

@test "recipe vlass: one phase for each row of the mosaic, of one window too" {
    cp -r m.ms v.ms
    selfcal-plan --recipe vlass --imsize 96 --set datacolumn=data v.ms > vlass.json
    run -0 jq -c '.targets[0] | .obstype, [.solints[] | [.solint, .seconds, .modes[0].mode, .modes[0].gaincal_combine]]' vlass.json
    assert_output "$(printf '"mosaic"\n[["inf",72,"per_spw","field"]]')"
    selfcal-step --quiet --all --jobs 1 < vlass.json > vlass-end.json
    run -0 jq -c '.targets[0] | .state.SC_success, (.SNR_final > 1.5 * .SNR_orig), .vis[0].applycal_interpolate_final, .vis[0].applycal_mode_final' vlass-end.json
    assert_output "$(printf 'true\ntrue\n["nearest"]\n"calonly"')"
    run -0 jq -r '[.targets[0].steps[].commands[] | select(startswith("gaincal"))][0]' vlass-end.json
    assert_output --partial '--gaintype G --solint inf --combine field '
    assert_output --partial '--refantmode strict --minsnr 5 '
    # two rows of the mosaic, two times
    table=$(jq -r '.targets[0].vis[0].gaintable_final[-1]' vlass-end.json)
    run -0 "$PYTHON" -c 'import sys; from casacore.tables import table; print(len(set(table(sys.argv[1], ack=False).getcol("TIME"))))' "$table"
    assert_output 2
}
