# Simulated MeasurementSets: complete, reproducible, where the sky was put.
load helper

setup() {
    cd "$BATS_TEST_TMPDIR"
}

small=(--antennas 6 --nchan 4 --length 60s --quiet --json)

@test "ms-sim: the same seed gives the same bytes for every -j, another seed does not" {
    ms-sim "${small[@]}" --phase-rms 1 --bandpass-amp 0.2 --flag-fraction 0.1 -j1 one.ms > /dev/null
    ms-sim "${small[@]}" --phase-rms 1 --bandpass-amp 0.2 --flag-fraction 0.1 -j3 three.ms > /dev/null
    ms-sim "${small[@]}" --phase-rms 1 --bandpass-amp 0.2 --flag-fraction 0.1 --seed 2 other.ms > /dev/null
    assert_equal "$(hash_tree one.ms)" "$(hash_tree three.ms)"
    [ "$(hash_tree one.ms)" != "$(hash_tree other.ms)" ]
}

@test "ms-sim: the result follows its schema; its scene makes the same MS again" {
    ms-sim "${small[@]}" --source 2,10,20,-0.7 --amp-rms 0.1 one.ms > out.json
    $PYTHON -m jsonschema -i out.json <(ms-sim --schema)
    ms-sim out.json two.ms --quiet > /dev/null
    jq .scene out.json | ms-sim - three.ms --quiet > /dev/null
    assert_equal "$(hash_tree one.ms)" "$(hash_tree two.ms)"
    assert_equal "$(hash_tree one.ms)" "$(hash_tree three.ms)"
}

@test "ms-sim: WSClean finds the sources where they were put" {
    need_program wsclean
    ms-sim --quiet --json --nchan 4 --length 100s --noise 0.1 --field f,04h28m40.8,18d01m48 --source 1,12,-8 sim.ms > /dev/null
    wsclean -quiet -reorder -name img -size 256 256 -scale 0.5asec -niter 0 -data-column DATA sim.ms
    run $PYTHON - << 'END'
import numpy as np
from casacore.images import image
d = image("./img-image.fits").getdata()[0, 0]
y, x = np.unravel_index(d.argmax(), d.shape)
print(abs(x - (128 - 12 / 0.5)) <= 1 and abs(y - (128 - 8 / 0.5)) <= 1, abs(d.max() - 1) < 0.02)
END
    assert_line "True True"
}

@test "ms-sim: an existing output is kept" {
    mkdir sim.ms
    run --separate-stderr ms-sim sim.ms
    assert_equal "$status" 5
    assert_regex "$stderr" 'sim.ms'
    [ -z "$(ls sim.ms)" ]
}
