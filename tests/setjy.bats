# Models: against closed formulas, in gaincal, in an image.
load helper

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# simulate [OPTIONS...]: sim.ms
simulate() {
    ms-sim --quiet --antennas 7 --nchan 6 --width 100MHz --corrs "RR RL LR LL" --length 1min "$@" sim.ms > /dev/null
}

# agrees MS COMPONENTS: with the formulas.
agrees() {
    run -0 "$PYTHON" "$TESTS/setjy_formula.py" "$@"
    awk '{ exit !($1 < 3e-6) }' <<< "$output" || fail "off by $output Jy"
}

# model MS EXPRESSION: of MODEL_DATA as the numpy array x, and of the table t.
model() {
    "$PYTHON" -c '
import sys, numpy as np
from casacore.tables import table
t = table(sys.argv[1], ack=False)
x = t.getcol("MODEL_DATA")
print(eval(sys.argv[2]))' "$@"
}

@test "setjy: a point, its flux in every channel of every window; the document keeps to its schema" {
    simulate
    setjy --fluxdensity 2,0.1,-0.2,0.05 --spix=-0.7,0.2 --reffreq 2.5GHz sim.ms > a.json
    valid setjy a.json
    agrees sim.ms '[{"flux": [2, 0.1, -0.2, 0.05], "spix": [-0.7, 0.2], "ref": 2.5e9}]'
    run -0 jq -c '[.rows, .column_created, .fields, (.spws[1] | [.spw, .rows, .channels, .freq_hz]), (.spws[0].flux_jy[0] * 1000 | round)]' a.json
    assert_output '[252,true,["demo"],[1,126,6,3850000000],1674]'
    run -0 setjy --text --fluxdensity 500mJy sim.ms
    assert_line 'sim.ms: 252 rows of MODEL_DATA set; I Q U V in mid-window:'
    assert_line '  spw 0  spw0  126 rows  6 channels  3.25 GHz  0.5 0 0 0 Jy'
}

@test "setjy: discs, Gaussians and places, several together and with units" {
    simulate
    setjy --fluxdensity 2 --disc 3 --fluxdensity 0.5,0,0.1 --gaussian 4,2,30 --offset 5,-8 --fluxdensity 0.1 --offset=-1arcmin,200 sim.ms > /dev/null
    agrees sim.ms '[{"flux": [2], "disc": 3}, {"flux": [0.5, 0, 0.1], "gaussian": [4, 2, 30], "offset": [5, -8]}, {"flux": [0.1], "offset": [-60, 200]}]'
    setjy --disc 3000mas --spix=-1 --fluxdensity 2 --reffreq 3GHz sim.ms > /dev/null
    agrees sim.ms '[{"flux": [2], "disc": 3, "spix": [-1, 0], "ref": 3e9}]'
    setjy --fluxdensity 1 --gaussian 5000000uas sim.ms > /dev/null
    agrees sim.ms '[{"flux": [1], "gaussian": [5, 5, 0]}]'
}

@test "setjy: linear feeds, and windows of one hand" {
    simulate --corrs "XX XY YX YY"
    setjy --fluxdensity 2,0.1,-0.2,0.05 --offset 30,20 sim.ms > /dev/null
    agrees sim.ms '[{"flux": [2, 0.1, -0.2, 0.05], "offset": [30, 20]}]'
    ms-sim --quiet --antennas 5 --corrs LL --length 20s one.ms > /dev/null
    setjy --fluxdensity 2,0,0,0.5 one.ms > /dev/null
    agrees one.ms '[{"flux": [2, 0, 0, 0.5]}]'
}

@test "setjy: what ms-sim put in" {
    simulate --model --source 1.5,20,-10,-0.7 --source 0.2,-40,30
    model sim.ms 'np.save("sim", x)'
    setjy --fluxdensity 1.5 --offset 20,-10 --fluxdensity 0.2 --offset=-40,30 sim.ms > /dev/null
    run -0 model sim.ms 'bool(np.abs(x - np.load("sim.npy")).max() < 0.3)' # ms-sim: each window has its flux at its first channel
    assert_output True
    simulate --force --spws 1 --model --source 1.5,20,-10,-0.7
    model sim.ms 'np.save("sim", x)'
    setjy --fluxdensity 1.5 --offset 20,-10 --spix=-0.7 --reffreq 3GHz sim.ms > /dev/null
    run -0 model sim.ms 'np.array_equal(x, np.load("sim.npy"))'
    assert_output True
}

@test "setjy: only what is selected changes; a new column is 0 elsewhere" {
    simulate --field A,13h31m00s,30d30m00s --field B,13h35m00s,30d30m00s --scans 2
    setjy --field B --spw 1:2~3 --correlation RR --fluxdensity 2 sim.ms > a.json
    run -0 jq -c '[.fields, .rows, [.spws[] | [.spw, .channels]]]' a.json
    assert_output '[["B"],126,[[1,2]]]'
    run -0 model sim.ms '(int((x != 0).sum()), bool((x[x != 0] == 2).all()), bool((x[:, 2:4, 0][(t.getcol("FIELD_ID") == 1) & (t.getcol("DATA_DESC_ID") == 1)] == 2).all()))'
    assert_output '(252, True, True)'
    setjy --scan 1 --fluxdensity 3 sim.ms > /dev/null
    run -0 model sim.ms '[int((x == v).sum()) for v in (2, 3)]'
    assert_output '[252, 3024]'
}

@test "setjy: runs again with the same result; --add adds; the same bits for every -j" {
    simulate
    setjy -j 1 --fluxdensity 2 --disc 3 --offset 5,5 sim.ms > /dev/null
    model sim.ms 'np.save("one", x)'
    setjy -j 3 --fluxdensity 2 --disc 3 --offset 5,5 sim.ms > /dev/null
    run -0 model sim.ms 'np.array_equal(x, np.load("one.npy"))'
    assert_output True
    setjy --add --fluxdensity 1 sim.ms > /dev/null
    agrees sim.ms '[{"flux": [2], "disc": 3, "offset": [5, 5]}, {"flux": [1]}]'
    run -0 "$PYTHON" -c '
from casacore.tables import table
print([m for m in table("sim.ms/HISTORY", ack=False).getcol("MESSAGE") if "model" in m])'
    assert_output "['model visibilities set', 'model visibilities set', 'model visibilities set']"
}

@test "setjy: --dry-run writes nothing, --no-history no line" {
    simulate
    before=$(hash_tree sim.ms)
    run -0 setjy -n --jq '[.dry_run, .column_created, .bytes_written]' --fluxdensity 2 sim.ms
    assert_output '[true,true,96768]'
    [ "$before" = "$(hash_tree sim.ms)" ]
    before=$(hash_tree sim.ms/HISTORY)
    setjy --no-history --fluxdensity 2 sim.ms > /dev/null
    [ "$before" = "$(hash_tree sim.ms/HISTORY)" ]
}

@test "setjy: what is wrong is said in one line, and nothing changes" {
    simulate
    before=$(hash_tree sim.ms)
    wrong() {
        run "-$1" setjy "${@:3}" sim.ms
        assert_output "setjy: $2"
        [ "$before" = "$(hash_tree sim.ms)" ]
    }
    wrong 2 'say the flux of the model: --fluxdensity I[,Q,U,V] (Jy)'
    wrong 2 'say the flux of the model: --fluxdensity I[,Q,U,V] (Jy)' --disc 3
    wrong 2 '--fluxdensity: "1,2,3,4,5": I[,Q,U,V] in Jy is wanted' --fluxdensity 1,2,3,4,5
    wrong 2 '--disc: "0": more than 0 is wanted' --fluxdensity 1 --disc 0
    wrong 2 '--gaussian: "1,2": the minor axis is longer than the major one' --fluxdensity 1 --gaussian 1,2
    wrong 2 '--gaussian: component 0 has a shape already; each --fluxdensity begins another component' --fluxdensity 1 --disc 2 --gaussian 1
    wrong 2 '--offset: "1": EAST,NORTH is wanted' --fluxdensity 1 --offset 1
    wrong 2 '--spix: "steep" is not a number' --fluxdensity 1 --spix steep
    wrong 2 '--reffreq: "-1GHz": more than 0 is wanted' --fluxdensity 1 --reffreq=-1GHz
    wrong 4 'sim.ms: the selection matches no rows; nothing was changed' --fluxdensity 1 --uvrange '>100km'
    wrong 3 'no field matches "M31"; fields are 0 demo' --fluxdensity 1 --field M31
    run -2 setjy --fluxdensity 1 --reffreq 5 sim.ms
    assert_output --partial "--reffreq"
    run -2 setjy --fluxdensity 1 --standard Perley-Butler sim.ms
    assert_output --partial 'unknown option --standard'
}

@test "setjy: gaincal finds the gains of a resolved source with its model, and not without" {
    ms-sim --quiet --antennas 12 --nchan 4 --length 1min --source 1 --noise 0.01 --same-spws flat.ms > /dev/null
    setjy --fluxdensity 3 --disc 4 flat.ms > /dev/null
    "$PYTHON" - << 'END'
import numpy as np
from casacore.tables import table
t = table("flat.ms", readonly=False, ack=False)
one, two, model = (t.getcol(c) for c in ("ANTENNA1", "ANTENNA2", "MODEL_DATA"))
gain = np.exp(1j * np.arange(12) ** 2 * 0.4) * (1 + 0.02 * np.arange(12))
t.putcol("DATA", t.getcol("DATA") - 1 + model * (gain[one] * gain[two].conj())[:, None, None])
np.save("gain", gain)
END
    gaincal --quiet --calmode ap --solint inf --refant 0 flat.ms disc.G > /dev/null
    gaincal --quiet --calmode ap --solint inf --refant 0 --smodel 3 flat.ms point.G > /dev/null
    run -0 "$PYTHON" -c '
import numpy as np
from casacore.tables import table
want = np.load("gain.npy") * np.exp(-1j * np.angle(np.load("gain.npy")[0]))
for name in ("disc.G", "point.G"):
    t = table(name, ack=False)
    error = np.abs(t.getcol("CPARAM")[:, 0] - want[t.getcol("ANTENNA1")][:, None])[~t.getcol("FLAG")[:, 0]]
    print(error.max() < 0.01, error.size)'
    assert_line --index 0 'True 48'
    refute_line --index 1 --partial True
}

@test "setjy: an image of the model has the flux at its place" {
    need_program wsclean
    ms-sim --quiet --spws 1 --nchan 4 --length 2min --field M,13h31m00s,30d30m00s --source 1 sim.ms > /dev/null
    setjy --fluxdensity 2 --offset 30,-20 sim.ms > /dev/null
    image-make --quiet --datacolumn model --niter 0 sim.ms model > /dev/null
    run -0 image-stats --json --jq '.images[0].peak | [.ra_deg, .dec_deg, .value]' model-image.fits
    "$PYTHON" -c '
import json, math, sys
ra, dec, flux = json.loads(sys.argv[1])
east, north = 3600 * (ra - 202.75) * math.cos(math.radians(dec)), 3600 * (dec - 30.5)
assert math.hypot(east - 30, north + 20) < 3 and 1.9 < flux < 2.01, (east, north, flux)' "$output"
}
