# Simulated MeasurementSets: complete, reproducible, where the sky was put.
load helper

setup() {
    cd "$BATS_TEST_TMPDIR"
}

small=(--antennas 6 --nchan 4 --length 60s --quiet --json)

# sim_refused STATUS TEXT ARGUMENT...: ms-sim ends with STATUS and one line that holds TEXT; nothing is written.
sim_refused() {
    refused "$1" "$2" ms-sim "${@:3}"
    [ -z "$(find . -name '*.ms' -o -name '*.partial')" ]
}

# refused_scene TEXT JSON: the same for a scene.
refused_scene() {
    echo "$2" > scene.json
    sim_refused 2 "$1" scene.json sim.ms
}

@test "ms-sim: the same seed gives the same bytes for every -j, another seed does not" {
    errors=(--phase-rms 1 --amp-drift 0.1 --bandpass-amp 0.2 --delay-rms 1 --flag-fraction 0.1 --outlier-fraction 0.01 --model)
    ms-sim "${small[@]}" "${errors[@]}" -j1 one.ms > /dev/null
    ms-sim "${small[@]}" "${errors[@]}" -j3 three.ms > /dev/null
    ms-sim "${small[@]}" "${errors[@]}" --seed 2 other.ms > /dev/null
    assert_equal "$(hash_tree one.ms)" "$(hash_tree three.ms)"
    [ "$(hash_tree one.ms)" != "$(hash_tree other.ms)" ]
}

@test "ms-sim: the result follows its schema; its scene makes the same MS again" {
    ms-sim "${small[@]}" --source 2,10,20,-0.7 --amp-rms 0.1 one.ms > out.json
    valid ms-sim out.json
    ms-sim out.json two.ms --quiet > /dev/null
    jq .scene out.json | ms-sim - three.ms --quiet > /dev/null
    assert_equal "$(hash_tree one.ms)" "$(hash_tree two.ms)"
    assert_equal "$(hash_tree one.ms)" "$(hash_tree three.ms)"
}

@test "ms-sim: example scenes and complete scenes follow the schema of scenes" {
    for scene in "$TESTS"/../share/scenes/*.json; do
        ms-sim --dry-run "$scene" --jq .scene > full.json
        "$PYTHON" "$TESTS/valid.py" "$TESTS/../share/schemas/scene.json" "$scene"
        "$PYTHON" "$TESTS/valid.py" "$TESTS/../share/schemas/scene.json" full.json
        assert_equal "$(ms-sim --dry-run full.json --jq .scene)" "$(cat full.json)"
    done
}

@test "ms-sim: the schema of scenes and the tool know the same keys" {
    run -0 jq -r '.properties | keys | sort | join(", ")' "$TESTS/../share/schemas/scene.json"
    known=$output
    run --separate-stderr ms-sim - sim.ms <<< '{"nonsense": 1}'
    assert_equal "$(sed 's/.*Keys are //; s/, /\n/g' <<< "$stderr" | sort | paste -sd, | sed 's/,/, /g')" "$known"
}

@test "ms-sim: casacore reads it: shapes, ids, weights, units, subtables" {
    ms-sim --quiet "$TESTS/../share/scenes/vla-x-band.json" sim.ms > /dev/null
    run -0 $PYTHON - << 'END'
import numpy as np
from casacore.tables import table, taql
t = table("sim.ms", ack=False)
sub = lambda name: table("sim.ms/" + name, ack=False)
print(t.getkeyword("MS_VERSION"), t.nrows(), "CORRECTED_DATA" in t.colnames())
print([sub(n).nrows() for n in "ANTENNA FEED FIELD SOURCE STATE SPECTRAL_WINDOW POLARIZATION DATA_DESCRIPTION HISTORY".split()])
a1, a2 = t.getcol("ANTENNA1"), t.getcol("ANTENNA2")
print(bool((a1 < a2).all()), 7 in a1 or 7 in a2, sorted(set(t.getcol("SCAN_NUMBER"))))
dd = t.getcol("DATA_DESC_ID")
for d in range(4):
    row = int(np.flatnonzero(dd == d)[0])
    print([t.getcell(c, row).shape for c in ("DATA", "MODEL_DATA", "FLAG", "WEIGHT")])
one = t.query("DATA_DESC_ID == 1")
w, s = one.getcol("WEIGHT"), one.getcol("SIGMA")
print(bool(np.allclose(w * s * s, 1)), sorted(set(np.round(w.ravel() * 0.09, 3).tolist())))
f = one.getcol("FLAG")
print(bool(f[(one.getcol("ANTENNA1") == 5) | (one.getcol("ANTENNA2") == 5)].all()), bool((one.getcol("FLAG_ROW") == f.all(axis=(1, 2))).all()))
print(sub("SPECTRAL_WINDOW").getcell("CHAN_FREQ", 2)[:2].tolist(), sub("SPECTRAL_WINDOW").getcolkeyword("CHAN_FREQ", "MEASINFO")["VarRefCol"])
print(t.getcell("TIME", 0))
END
    assert_output "2.0 16720 False
[12, 12, 3, 3, 3, 4, 2, 4, 1]
True False [1, 2, 3, 4, 5, 6]
[(16, 2), (16, 2), (16, 2), (2,)]
[(16, 2), (16, 2), (16, 2), (2,)]
[(8, 2), (8, 2), (8, 2), (2,)]
[(8, 4), (8, 4), (8, 4), (4,)]
True [1.0, 1.5, 2.0]
True True
[9200000000.0, 9196000000.0] MEAS_FREQ_REF
5045139002.5"
}

@test "ms-sim: DATA is the model, times the gains that --truth writes, plus noise of SIGMA" {
    ms-sim --quiet --antennas 5 --nchan 8 --length 100s --corrs "RR RL LR LL" --phase-rms 1 --phase-walk 0.2 --amp-rms 0.1 --bandpass-amp 0.2 \
        --delay-rms 2 --model --noise 0.25 --truth truth sim.ms > /dev/null
    run -0 $PYTHON - << 'END'
import numpy as np
from casacore.tables import table
g = {(r["SPECTRAL_WINDOW_ID"], round(r["TIME"], 2), r["ANTENNA1"]): r["CPARAM"][0] for r in table("truth.G", ack=False)}
b = {(r["SPECTRAL_WINDOW_ID"], r["ANTENNA1"]): r["CPARAM"] for r in table("truth.B", ack=False)}
noise = []
for r in table("sim.ms", ack=False):
    k, t = r["DATA_DESC_ID"], round(r["TIME"], 2)
    p, q = (g[k, t, r[a]] * b[k, r[a]] for a in ("ANTENNA1", "ANTENNA2"))
    gain = np.einsum("ci,cj->cij", p, q.conj()).reshape(-1, 4)
    noise.append(r["DATA"] - gain * r["MODEL_DATA"])
n = np.array(noise)
print(bool(abs(n.real.std() - 0.25) < 0.01), bool(abs(n.imag.std() - 0.25) < 0.01), bool(abs(n.mean()) < 0.01), bool(abs((n.real * n.imag).mean()) < 0.003))
END
    assert_output "True True True True"
}

@test "ms-sim: WSClean finds the sources where they were put" {
    need_program wsclean
    ms-sim --quiet --json --nchan 4 --length 100s --noise 0.1 --field f,04h28m40.8,18d01m48 --source 1,12,-8 sim.ms > /dev/null
    wsclean -quiet -reorder -name img -size 256 256 -scale 0.5asec -niter 0 -data-column DATA sim.ms
    run image-stats --json --jq '.images[0].peak | [.pixel[0], .pixel[1], .value * 20 + 0.5 | floor]' img-image.fits
    assert_output "[104,112,20]"
}

@test "ms-sim: a polarised source in circular and in linear feeds" {
    scene='{"noise_jy": 0, "model": true, "antennas": {"n": 3}, "spws": [{"nchan": 1, "corrs": "CORRS"}],
            "fields": [{"name": "f", "components": [{"flux_jy": 2, "q_jy": 0.3, "u_jy": 0.4, "v_jy": 0.1}]}], "scans": [{"length_s": 10}]}'
    ms-sim - circular.ms --quiet <<< "${scene/CORRS/RR RL LR LL}" > /dev/null
    ms-sim - linear.ms --quiet <<< "${scene/CORRS/XX XY YX YY}" > /dev/null
    run -0 $PYTHON -c '
import numpy as np
from casacore.tables import table
for name in "circular", "linear":
    print([f"{v.real:.1f}{v.imag:+.1f}" for v in table(name + ".ms", ack=False).getcell("DATA", 0)[0]])'
    assert_output "['2.1+0.0', '0.3+0.4', '0.3-0.4', '1.9+0.0']
['2.3+0.0', '0.4+0.1', '0.4-0.1', '1.7+0.0']"
}

@test "ms-sim: antennas from a file, of CASA's kind" {
    printf '# observatory=ALMA\n# coordsys=LOC (local tangent plane)\n# x y z diam pad#\n0 0 0 12 A1\n100 0 0 12. A2\n0 50 1 7 J3\n' > array.cfg
    ms-sim --array array.cfg --quiet --length 10s --start 2018/10/01/06:00:00 sim.ms > /dev/null
    run -0 $PYTHON -c '
import numpy as np
from casacore.tables import table
a = table("sim.ms/ANTENNA", ack=False)
p = a.getcol("POSITION")
print(a.getcol("NAME"), a.getcol("DISH_DIAMETER").tolist(), table("sim.ms/OBSERVATION", ack=False).getcell("TELESCOPE_NAME", 0))
print(np.round([np.linalg.norm(p[1] - p[0]), np.linalg.norm(p[2] - p[0])], 2).tolist())'
    assert_output "['A1', 'A2', 'J3'] [12.0, 12.0, 7.0] ALMA
[100.0, 50.01]"
}

@test "ms-sim: --dry-run writes nothing, on a terminal it is one line" {
    run -0 ms-sim --dry-run --text
    assert_output --partial "27 antennas, 351 baselines, 60 integrations, 42120 rows"
    [ -z "$(ls)" ]
}

@test "ms-sim: scenes that are wrong name the key and what is allowed" {
    refused_scene 'scene: unknown key "antenas"; did you mean "antennas"' '{"antenas": {"n": 4}}'
    refused_scene 'scene.antennas.n: wanted a whole number, found "4"' '{"antennas": {"n": "4"}}'
    refused_scene 'scene.antennas.n: it is 1; allowed is 2 to 10000' '{"antennas": {"n": 1}}'
    refused_scene 'scene.antennas.names: 2 names for 27 antennas' '{"antennas": {"names": ["a", "b"]}}'
    refused_scene 'scene.absent_antennas[0]: wanted an antenna id, 0 to 26' '{"absent_antennas": [27]}'
    refused_scene 'only 1 antenna is left' '{"antennas": {"n": 3}, "absent_antennas": [0, 1]}'
    refused_scene 'scene.spws[1].corrs: "RR XX"' '{"spws": [{}, {"corrs": "RR XX"}]}'
    refused_scene 'circular and linear feeds in one scene' '{"spws": [{}, {"corrs": "XX"}]}'
    refused_scene 'scene.spws[0].width_hz: is 0' '{"spws": [{"width_hz": 0}]}'
    refused_scene '[0].freq_hz: 90 Hz is below 1 MHz; with a unit it would be --freq 90MHz or 90GHz' '{"spws": [{"freq_hz": 90}]}'
    refused_scene 'reach below 0 Hz' '{"spws": [{"freq_hz": 1e9, "width_hz": -1e8}]}'
    refused_scene 'scene.fields[0].ra: "yes"; write 13h31m08.29' '{"fields": [{"ra": "yes"}]}'
    refused_scene 'scene.fields[0].dec: "91deg"' '{"fields": [{"dec": "91deg"}]}'
    refused_scene 'scene.fields[0].components[0]: unknown key "flux"; did you mean "flux_jy"' '{"fields": [{"components": [{"flux": 1}]}]}'
    refused_scene 'scene.scans[0].field: no field "x"; fields are demo' '{"scans": [{"field": "x"}]}'
    refused_scene 'scene.scans[1].start_s: 5 is before the end of the scan before it (600)' '{"scans": [{}, {"start_s": 5}]}'
    refused_scene 'scene.scans[0].spws: "spw7"; wanted names or ids of the scene'"'"'s 2 spws' '{"scans": [{"spws": ["spw7"]}]}'
    refused_scene 'scene.flag_rules[0].channels: wanted [first, last]' '{"flag_rules": [{"channels": [3, 1]}]}'
    refused_scene 'scene.reference_time: "noon"' '{"reference_time": "noon"}'
    refused_scene 'scene: wanted an object' '[1]'
    refused_scene 'scene: wanted an object' 'null'
    refused_scene 'scene.json' '{'
}

@test "ms-sim: options that are wrong, and what is missing" {
    sim_refused 2 'no output is named' scene.json
    sim_refused 2 'is not a number' --noise loud sim.ms
    sim_refused 2 '90 Hz is below 1 MHz; with a unit it would be --freq 90MHz or 90GHz' --freq 90 sim.ms
    sim_refused 2 'is not a whole number from 1 to 100000' --spws 0 sim.ms
    sim_refused 2 'wanted NAME,RA,DEC' --field 3C286 sim.ms
    sim_refused 2 'wanted JY' --source 1,2 sim.ms
    sim_refused 2 'wanted antenna=ID' --flag everything sim.ms
    sim_refused 3 'missing.json' missing.json sim.ms
    sim_refused 3 'array "nope" is neither vla nor alma nor a file of antennas' --array nope sim.ms
    sim_refused 3 'casacore knows no observatory "VLLA"' --site VLLA sim.ms
    sim_refused 5 'nowhere' nowhere/sim.ms
}

@test "ms-sim: a field below the horizon is worth a warning" {
    run --separate-stderr ms-sim --dry-run --start 2018/10/01/22:00:00
    assert_equal "$stderr" "ms-sim: warning: scan 1: field demo is 37 deg below the horizon; see reference_time"
}

@test "ms-sim: existing outputs are kept unless --force" {
    mkdir sim.ms
    run --separate-stderr ms-sim "${small[@]}" sim.ms
    assert_equal "$status" 5
    assert_regex "$stderr" 'sim.ms'
    [ -z "$(ls sim.ms)" ]
    ms-sim "${small[@]}" --force sim.ms > /dev/null
    [ -e sim.ms/table.dat ]
    mkdir t.G
    run ms-sim "${small[@]}" --truth t other.ms
    assert_failure 5
    [ ! -e other.ms ] && [ ! -e other.ms.partial ] && [ -z "$(ls t.G)" ]
}

@test "ms-sim: SIGTERM leaves nothing" {
    ms-sim --quiet --length 100000s sim.ms > /dev/null &
    pid=$!
    for _ in $(seq 100); do
        [ -e sim.ms.partial/table.f0 ] && break
        sleep 0.05
    done
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    assert_equal "$status" 143
    [ -z "$(ls)" ]
}

@test "ms-sim: a full disk is one line, and nothing is left" {
    mkdir disk
    for size in 40k 500k 3m; do
        run --separate-stderr unshare -rm bash -c 'mount -t tmpfs -o size='$size' tmpfs disk || exit 77
            ms-sim --quiet disk/sim.ms; status=$?; [ -z "$(ls disk)" ] || status=99; exit $status'
        [ "$status" -ne 77 ] && [ "$status" -ne 1 ] || skip "no file system of our own here"
        assert_equal "$status" 5
        assert_regex "$stderr" 'no space left on device$'
        assert_equal "${#stderr_lines[@]}" 1
    done
}

@test "ms-sim: memory does not grow with the length" {
    need_own_memory
    need_program /usr/bin/time
    for length in 500s 2000s; do # 500 s fill all buffers
        /usr/bin/time -f %M -o "$length" ms-sim --quiet --nchan 32 -j2 --length $length $length.ms > /dev/null
    done
    [ "$(cat 2000s)" -lt $(($(cat 500s) + 10000)) ]
}
