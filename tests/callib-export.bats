load helper

# An ALMA-like set whose calibrators are for WVR too, and an empty library for it.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ms-sim --antennas 5 --spws 3 --nchan 4 --noise 0.05 --amp-rms 0.2 --phase-walk 10deg --model --telescope ALMA \
        --field flux,09h50m00,20d00m00 --source 5 --field 'the cal,10h00m00,20d00m00' --source 2 \
        --field "it's,10h02m00,20d00m00" --source 0.5,10,5 \
        --scan 'flux,60s,CALIBRATE_FLUX#ON_SOURCE,CALIBRATE_WVR#ON_SOURCE' \
        --scan 'the cal,60s,CALIBRATE_PHASE#ON_SOURCE,CALIBRATE_WVR#ON_SOURCE' \
        --scan "it's,60s,OBSERVE_TARGET#ON_SOURCE" \
        --scan 'the cal,60s,CALIBRATE_PHASE#ON_SOURCE,CALIBRATE_WVR#ON_SOURCE' --truth truth sim.ms > sim.json
    gaincal --calmode p --solint inf --refant ea01 --field '0,1' sim.ms p.G > p.json
    gaincal --gaintype T --calmode a --solint 30s --refant ea01 --field '0,1' --gaintable p.G sim.ms a.T > a.json
    ms-info sim.ms | callib-new > empty.json
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cp -r "$BATS_FILE_TMPDIR"/{sim.ms,p.G,a.T,truth.G} .
    cp "$BATS_FILE_TMPDIR/empty.json" lib.json
}

add() {
    callib-add -i lib.json "$@"
}

# same_data A.ms B.ms: what calibration writes is the same to the bit, and is not what it was made from.
same_data() {
    "$PYTHON" -c 'import sys
from casacore.tables import table
a, b = (table(p, ack=False) for p in sys.argv[1:])
for c in ("CORRECTED_DATA", "FLAG", "WEIGHT"):
    assert (a.getcol(c) == b.getcol(c)).all(), c
assert (a.getcol("CORRECTED_DATA") != a.getcol("DATA")).any()' "$@"
}

# applied NAME OPTIONS...: a copy of the set in the folder NAME, calibrated.
applied() {
    mkdir "$1"
    cp -r sim.ms "$1"
    applycal "${@:2}" "$1/sim.ms" > "$1/out.json"
}

@test "the pipeline's text, byte for byte" {
    add a.tsys --field 0,1 --spw 0~1 --spwmap 0,0,2 --gainfield nearest
    add "b c.G" --field 'the cal' --intent PHASE --interp '' --calwt=false --spw 0,1
    run -0 callib-export lib.json
    assert_line "applycal(vis='sim.ms', field='\"the cal\"', intent='PHASE', spw='0~1', antenna='0~4', gaintable=['a.tsys', 'b c.G'], gainfield=['nearest', ''], spwmap=[[0, 0, 2], []], interp=['linear,linear', ''], calwt=[True, False])"
    assert_line "applycal(vis='sim.ms', field='flux,\"the cal\"', intent='AMPLITUDE,WVR', spw='0~1', antenna='0~4', gaintable='a.tsys', gainfield='nearest', spwmap=[0, 0, 2], interp='linear,linear', calwt=True)"
    assert_equal "${#lines[@]}" 2
    run -0 callib-export lib.json --header --book applied
    assert_output ""
    run -0 callib-export lib.json --header
    assert_line --index 0 "# Apply file for sim.ms"
}

@test "names with quotes can be read back" {
    add "it's.G" 'back\slash' --field "it's"
    callib-export lib.json > text.txt
    grep -F "gaintable=[\"it's.G\", 'back\\\\slash']" text.txt
    callib-import text.txt < lib.json > back.json
    callib-export back.json | diff text.txt -
}

@test "library, applycal text, CASA's text and commands calibrate alike, to the bit" {
    add p.G --interp linear --intent '!TARGET'
    add p.G --interp nearest --gainfield nearest --intent TARGET
    add a.T --interp linear --intent PHASE,TARGET --spw '!1' --calwt=false
    add truth.G --interp linear --intent TARGET
    callib-export lib.json > lib.calapply
    callib-export lib.json --format casa > lib.txt
    callib-export lib.json --format shell > lib.sh
    callib-export lib.json --format make > lib.mk
    callib-export lib.json --format jobs > lib.jobs
    for form in json calapply txt; do
        applied "$form" --callib "lib.$form"
    done
    same_data json/sim.ms calapply/sim.ms
    same_data json/sim.ms txt/sim.ms
    mkdir piped
    cp -r sim.ms piped
    applycal --callib - piped/sim.ms < lib.json > out.json
    same_data json/sim.ms piped/sim.ms
    for form in sh mk jobs; do
        mkdir "$form"
        cp -r sim.ms p.G a.T truth.G "$form"
    done
    (cd sh && sh ../lib.sh > out.json)
    same_data json/sim.ms sh/sim.ms
    (cd mk && make -s -j4 -f ../lib.mk apply > out.json)
    same_data json/sim.ms mk/sim.ms
    (cd jobs && "$PYTHON" -c 'import json, subprocess
for line in open("../lib.jobs"):
    subprocess.run(json.loads(line)["argv"], check=True, stdout=subprocess.DEVNULL)')
    same_data json/sim.ms jobs/sim.ms
    # By hand: what the library says of the target's spw 0.
    applied hand --gaintable p.G --interp nearest --gainfield nearest --gaintable a.T --calwt false --gaintable truth.G --field 2 --spw 0
    "$PYTHON" -c 'from casacore.tables import table
a, b = (table(p + "/sim.ms", ack=False) for p in ("json", "hand"))
rows = (a.getcol("FIELD_ID") == 2) & (a.getcol("DATA_DESC_ID") == 0)
assert rows.any() and (a.getcol("CORRECTED_DATA") == b.getcol("CORRECTED_DATA"))[rows].all()'
}

@test "a table for some antennas is applied to these, whatever the baseline" {
    add truth.G --antenna ea02,ea04
    applied json --callib lib.json
    callib-export lib.json --format shell > lib.sh
    assert_equal "$(cat lib.sh)" "applycal --gaintable truth.G --interp linear,linear --for-antenna 1,3 sim.ms"
    mkdir sh
    cp -r sim.ms truth.G sh
    (cd sh && sh ../lib.sh > out.json)
    same_data json/sim.ms sh/sim.ms
    # What it does to a baseline of both, of one, of none of them; gains of the others are 1.
    cp -r truth.G some.G
    "$PYTHON" -c 'import numpy as np
from casacore.tables import table
t = table("some.G", ack=False, readonly=False)
gain = t.getcol("CPARAM")
gain[~np.isin(t.getcol("ANTENNA1"), [1, 3])] = 1
t.putcol("CPARAM", gain)
t.close()'
    applied ones --gaintable some.G
    same_data json/sim.ms ones/sim.ms
    run -4 callib-export lib.json --format casa
    assert_output "callib-export: sim.ms: truth.G is registered for antennas 1,3 only, and CASA's cal library cannot select antennas; --format jobs applies it to just these, --drop-antenna writes it for all"
    run -0 callib-export lib.json --format casa --drop-antenna
    assert_output --partial "caltable='truth.G' calwt=True field='0~2' intent='CALIBRATE_FLUX#ON_SOURCE,CALIBRATE_PHASE#ON_SOURCE,"
}

@test "numbers are ids in what is exported, also where antennas have numbers for names" {
    ms-sim --antennas 4 --spws 1 --nchan 1 --names 1,2,3,0 --scans 1 --length 20s --amp-rms 0.2 --truth n n.ms > n.json
    ms-info n.ms | callib-new | callib-add n.G --antenna '"1"' > n.lib
    run -0 jq -c '[.active[].data[].antenna]' n.lib
    assert_output '["0"]'
    mkdir text sh
    cp -r n.ms n.G text
    cp -r n.ms n.G sh
    callib-export n.lib > text/lib
    callib-export n.lib --format shell > sh/lib
    applycal --callib n.lib n.ms > n.out
    (cd text && applycal --callib lib n.ms > out)
    (cd sh && sh lib > out)
    same_data n.ms text/n.ms
    same_data n.ms sh/n.ms
}

@test "a spw without solutions for some antennas leaves only their baselines alone" {
    "$PYTHON" -c 'from casacore.tables import table
t = table("truth.G", ack=False, readonly=False)
t.removerows([int(i) for i in (t.getcol("SPECTRAL_WINDOW_ID") == 1).nonzero()[0]])
t.close()'
    add truth.G --antenna ea02
    add p.G --interp linear
    applied json --callib lib.json
    "$PYTHON" -c 'from casacore.tables import table
t = table("json/sim.ms", ack=False)
changed = (t.getcol("CORRECTED_DATA") != t.getcol("DATA")).any(axis=(1, 2))
with_it = (t.getcol("ANTENNA1") == 1) | (t.getcol("ANTENNA2") == 1)
spw = t.getcol("DATA_DESC_ID") == 1
assert not changed[spw & with_it].any() and changed[~spw].all() and changed[spw & ~with_it].all()'
}

@test "a table that is registered twice is applied twice" {
    add truth.G
    add truth.G
    applied json --callib lib.json
    callib-export lib.json > lib.calapply
    applied text --callib lib.calapply
    applied hand --gaintable truth.G --gaintable truth.G
    same_data json/sim.ms text/sim.ms
    same_data json/sim.ms hand/sim.ms
    run -4 callib-export lib.json --format casa
    assert_output --partial "truth.G is registered twice for the same data"
}

@test "what applies nowhere is an error, and so is a library of another set" {
    run -4 applycal --callib lib.json sim.ms
    assert_output "applycal: lib.json: it has no active calibration for sim.ms"
    add truth.G
    cp -r sim.ms other.ms
    run -3 applycal --callib lib.json other.ms
    assert_output --partial "other.ms is not in this library; it has sim.ms"
    sed 's/it.s/elsewhere/' lib.json > wrong.json
    run -3 applycal --callib wrong.json sim.ms
    assert_output --partial "its field 2 is elsewhere there and it's here"
    callib-export lib.json > lib.calapply
    run -4 applycal --callib lib.calapply other.ms
    assert_output --partial "none of its 1 lines is for other.ms; the first is for sim.ms"
}

@test "ms-split and gaincal take libraries" {
    add truth.G --interp linear
    ms-split --callib lib.json sim.ms one.ms > one.out
    ms-split --gaintable truth.G sim.ms two.ms > two.out
    "$PYTHON" -c 'from casacore.tables import table
a, b = (table(p, ack=False).getcol("DATA") for p in ("one.ms", "two.ms"))
assert (a == b).all() and (a != table("sim.ms", ack=False).getcol("DATA")).any()'
    callib-export lib.json > lib.calapply
    for form in json calapply; do
        gaincal --solint inf --refant ea01 --callib "lib.$form" sim.ms "$form.G" > out.json
    done
    gaincal --solint inf --refant ea01 --gaintable truth.G sim.ms hand.G > out.json
    "$PYTHON" -c 'from casacore.tables import table
a, b, c = (table(p, ack=False).getcol("CPARAM") for p in ("json.G", "calapply.G", "hand.G"))
assert (a == b).all() and (a == c).all()'
}

@test "intents of one row that have a table in two ways are refused" {
    add p.G --intent PHASE --interp nearest
    add p.G --intent WVR --interp linear
    for format in casa shell; do
        run -4 callib-export lib.json --format "$format"
        assert_output --partial "CALIBRATE_PHASE#ON_SOURCE,CALIBRATE_WVR#ON_SOURCE have several intents, for which p.G is registered in different ways"
    done
    run -4 applycal --callib lib.json sim.ms
    run -0 callib-export lib.json
}

@test "CASA's text: no table reaches a row twice, short maps become whole" {
    add p.G --intent WVR --spwmap 1,1
    add a.T --intent PHASE
    run -0 callib-export lib.json --format casa
    assert_output "caltable='p.G' calwt=True field='flux,\"the cal\"' intent='CALIBRATE_WVR#ON_SOURCE' spw='0~2' tinterp='linear' finterp='linear' spwmap=[1, 1, 2]
caltable='a.T' calwt=True field='\"the cal\"' intent='CALIBRATE_PHASE#ON_SOURCE' spw='0~2' tinterp='linear' finterp='linear'"
    callib-export lib.json --format casa > lib.txt
    callib-import lib.txt < lib.json > back.json
    callib-export back.json --format casa | diff lib.txt -
    # Where both intents of a row have a table it is listed by itself, for CASA takes it once for the same data.
    add b.B
    run -0 callib-export lib.json --format casa
    assert_line --index 2 "caltable='b.B' calwt=True field='0~2' spw='0~2' tinterp='linear' finterp='linear'"
    assert_equal "${#lines[@]}" 3
    add m.G --spwmap 0,-1
    run -4 callib-export lib.json --format casa
    assert_output --partial "m.G: its spwmap has the element -1"
}

@test "CASA's text has no empty form, no second set, and no calwt of its own for a line" {
    run -4 callib-export lib.json --format casa
    assert_output "callib-export: nothing is active for these data, and CASA refuses an empty cal library"
    add p.G --intent PHASE
    add p.G --intent TARGET --calwt=false
    run -0 --separate-stderr callib-export lib.json --format casa
    assert_equal "$stderr" "callib-export: warning: p.G has lines with and without calwt; CASA takes that of the first line for all of them"
    mkdir b
    cp -r sim.ms b/other.ms
    (ms-info sim.ms && ms-info b/other.ms) | callib-new | callib-add p.G > two.json
    run -2 callib-export two.json --format casa
    assert_output --partial "for sim.ms and other.ms; name one with --vis"
    run -0 callib-export two.json --format casa --vis other
}

@test "jobs follow their schema" {
    add p.G --intent TARGET --antenna ea02
    add a.T
    callib-export lib.json --format jobs > jobs.ndjson
    valid callib-export jobs.ndjson
    "$PYTHON" -c 'import json
jobs = [json.loads(line) for line in open("jobs.ndjson")]
for job in jobs:
    assert job["argv"][0] == "applycal" and job["argv"][-1] == job["vis"]
assert len(jobs) == 2 and jobs[1]["tables"][0]["antenna"] == "1", jobs'
}

@test "an output appears whole, and replaces nothing unless told to" {
    add p.G
    callib-export lib.json -o out.txt
    callib-export lib.json | diff - out.txt
    run -5 callib-export lib.json -o out.txt
    callib-export lib.json --force -o out.txt
    run -2 callib-export lib.json --force -o lib.json
    run -2 callib-export lib.json --format csv
    run -3 callib-export missing.json
    run -3 callib-export lib.json --field nobody
}

@test "CASA's text: lines of a table meet nowhere, not even where there are no data" {
    jq '.scans = [{fields: [{id: 0}], spws: [{id: 0}], intents: ["PHASE"]},
                  {fields: [{id: 1}], spws: [{id: 1}, {id: 2}], intents: ["PHASE"]},
                  {fields: [{id: 2}], spws: [{id: 0}], intents: ["PHASE"]}] | .fields[].intents = ["PHASE"]' \
        "$BATS_TEST_DIRNAME/info/eb1.json" | callib-new > few.json
    callib-add -i few.json a.tbl
    callib-add -i few.json b.tbl --field 2 --spw 0
    callib-add -i few.json b.tbl --field 1 --spw 2
    run -0 callib-query few.json --jq '.lines[] | [.field, .spw, (.calibrations | length)] | join(" ")'
    assert_output $'"0~1 0~1 1"\n"1~2 0,2 2"'
    run -0 callib-export few.json --format casa
    assert_output "caltable='a.tbl' calwt=True field='J1924-2914,J1832-1035,J1822-0938' spw='0~2' tinterp='linear' finterp='linear'
caltable='b.tbl' calwt=True field='J1832-1035,J1822-0938' spw='0,2' tinterp='linear' finterp='linear'"
}
