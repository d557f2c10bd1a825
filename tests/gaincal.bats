# gaincal: simulated gains found again, CASA's rules kept, every number of threads the same, bad input refused.
load helper

setup_file() {
    export SETS=$BATS_FILE_TMPDIR
    cd "$SETS" || return 1
    local sim=(ms-sim --quiet --antennas 9 --spws 2 --nchan 8 --integration 10s --scans 2 --length 60s --model --uneven-weights
        --amp-rms 0.1 --phase-rms 1 --phase-walk 0.2)
    "${sim[@]}" --noise 0.3 noisy.ms > /dev/null
    "${sim[@]}" --noise 0 --truth exact exact.ms > /dev/null
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
}

check() {
    "$PYTHON" "$TESTS/caltable_check.py" "$@"
}

taql() {
    "$PYTHON" -c 'import sys; from casacore.tables import taql; taql(sys.argv[1])' "$1"
}

@test "noise-free gains are found again, by both solvers" {
    for solver in casa optimum; do
        gaincal --solint int --minsnr 0 --solver $solver "$SETS/exact.ms" $solver.G > /dev/null
    done
    check truth casa.G "$SETS/exact.G" 5e-3
    check truth optimum.G "$SETS/exact.G" 1e-5
}

@test "phases alone and amplitudes alone" {
    gaincal --calmode p --solint int --refant ea01 "$SETS/noisy.ms" p.G > /dev/null
    gaincal --calmode a --solint int "$SETS/noisy.ms" a.G > /dev/null
    "$PYTHON" -c '
from casacore.tables import table
import numpy as np
p, a = (table(n, ack=False).getcol("CPARAM") for n in ("p.G", "a.G"))
assert np.allclose(abs(p), 1, atol=1e-6) and np.ptp(np.angle(p)) > 1
assert np.allclose(a.imag, 0) and (a.real > 0).all() and np.ptp(a.real) > 0.1'
}

@test "a selection looks at columns that solving does not need" {
    gaincal --solint inf "$SETS/noisy.ms" all.G > /dev/null
    gaincal --solint inf --uvrange '>1m' "$SETS/noisy.ms" same.G > /dev/null
    gaincal --solint inf --uvrange '>500m' "$SETS/noisy.ms" long.G > /dev/null
    "$PYTHON" -c '
from casacore.tables import table
all, same, long = (table(n, ack=False).getcol("CPARAM") for n in ("all.G", "same.G", "long.G"))
assert (all == same).all() and (all != long).any()'
    cp -r "$SETS/noisy.ms" ids.ms
    taql "update ids.ms set ARRAY_ID=1, FEED1=2, FEED2=2 where ANTENNA1<5"
    rows_read() {
        gaincal --dry-run "$@" ids.ms none.G --jq .rows_read
    }
    [ "$(rows_read --array 0)" -gt 0 ] && [ "$(rows_read --array 1)" -gt 0 ]
    [ "$(rows_read --feed '0&&0')" -eq "$(rows_read --array 0)" ]
    [ "$(rows_read)" -eq $(($(rows_read --array 0) + $(rows_read --array 1))) ]
}

@test "every number of threads writes the same bytes" {
    for jobs in 1 2 4; do
        gaincal -j $jobs --solint int --refant ea01 "$SETS/noisy.ms" $jobs.G --jq 'del(.caltable)' > $jobs.json
        mv $jobs.G g.G && hash_tree g.G > $jobs.hash && rm -r g.G
    done
    cmp 1.hash 2.hash && cmp 1.hash 4.hash
    cmp 1.json 2.json && cmp 1.json 4.json
}

@test "the order of the rows does not matter" {
    taql "select from $SETS/noisy.ms orderby rowid()%7, rowid() giving mixed.ms as plain"
    gaincal --solint 30s --refant ea01 "$SETS/noisy.ms" a.G > /dev/null
    gaincal --solint 30s --refant ea01 mixed.ms b.G > /dev/null
    check same a.G b.G 1e-4
    gaincal --solint int --refant ea01 "$SETS/noisy.ms" int.G > /dev/null
    gaincal --solint int --refant ea01 mixed.ms mixed.G > /dev/null
    check same int.G mixed.G 0 # one row for each baseline: nothing is added up in another order
}

@test "reversed baselines are the conjugates of themselves" {
    cp -r "$SETS/noisy.ms" reversed.ms
    taql "update reversed.ms set ANTENNA1=ANTENNA1+ANTENNA2, ANTENNA2=ANTENNA1-ANTENNA2, ANTENNA1=ANTENNA1-ANTENNA2, DATA=conj(DATA), MODEL_DATA=conj(MODEL_DATA)"
    gaincal --solint inf --refant ea01 "$SETS/noisy.ms" a.G > /dev/null
    gaincal --solint inf --refant ea01 reversed.ms b.G > /dev/null
    check same a.G b.G 1e-5
}

@test "conjugate data give conjugate gains" {
    cp -r "$SETS/noisy.ms" conjugate.ms
    taql "update conjugate.ms set DATA=conj(DATA), MODEL_DATA=conj(MODEL_DATA)"
    gaincal --solint inf --refant ea01 "$SETS/noisy.ms" a.G > /dev/null
    gaincal --solint inf --refant ea01 conjugate.ms b.G > /dev/null
    check conjugate a.G b.G
}

@test "T solves one gain for both hands; both types to the schema" {
    gaincal --gaintype T --solint inf --refant ea01 "$SETS/noisy.ms" t.T > t.json
    gaincal --solint inf --refant ea01 "$SETS/noisy.ms" g.G > g.json
    gaincal --dry-run "$SETS/noisy.ms" none.G > plan.json
    [ ! -e none.G ]
    for document in t g plan; do
        valid gaincal $document.json
    done
    run jq -c '[.expected, .above_minsnr, .solutions, (.refants[0] | .name, .solutions)]' t.json
    assert_output '[[4],[4],4,"ea01",4]'
    run jq -c '[.expected, .above_minsnr, .flagged_values]' g.json
    assert_output '[[4,4],[4,4],0]'
}

@test "delays are found again, by windows and over both; applied they leave none" {
    ms-sim --quiet --antennas 6 --spws 2 --nchan 32 --scans 1 --length 30s --model --noise 0.01 --delay-rms 3 delays.ms > /dev/null
    for jobs in 1 3; do
        gaincal --gaintype K --refant ea02 -j $jobs delays.ms k$jobs.K > k.json
    done
    [ "$(hash_tree k1.K)" = "$(hash_tree k3.K)" ]
    valid gaincal k.json
    gaincal --gaintype K --refant ea02 --gaintable k1.K delays.ms left.K > /dev/null
    gaincal --gaintype K --refant ea02 --gaintable k1.K --combine spw delays.ms both.K > /dev/null
    gaincal --gaintype K --refant ea02 --append delays.ms k3.K > /dev/null
    "$PYTHON" -c '
from casacore.tables import table
import numpy as np
k, both, left = (table(n, ack=False) for n in ("k1.K", "both.K", "left.K"))
assert k.getkeyword("ParType") == "Float" and table("k3.K", ack=False).nrows() == 2 * k.nrows()
delay, ant = k.getcol("FPARAM")[:, 0], k.getcol("ANTENNA1")
assert np.std(delay) > 1 and (delay[ant == 1] == 0).all() and (k.getcol("ANTENNA2") == -1).all()
assert both.nrows() == 6 and abs(both.getcol("FPARAM")).max() < 0.01 * np.std(delay)
assert abs(left.getcol("FPARAM")).max() < 0.01 * np.std(delay)
assert not k.getcol("FLAG").any() and (k.getcol("SNR") == 0).all()'
    [ "$(caltable-info k1.K --jq .type)" = '"K Jones"' ]
}

@test "an earlier table of the same gains leaves gains of 1; zero weights, NaN and flags are left out" {
    cp -r "$SETS/noisy.ms" odd.ms
    taql "update odd.ms set DATA[0,0]=1e30, FLAG[0,0]=T where ANTENNA1==1"
    taql "update odd.ms set DATA[2,1]=complex(0./0.,0) where ANTENNA2==4"
    taql "update odd.ms set DATA=DATA*100, SIGMA=-1 where ANTENNA1==0 && ANTENNA2==3"
    run --separate-stderr gaincal --solint int --refant ea01 odd.ms first.G --json
    assert_success
    [[ "$stderr" == *"96 unflagged samples are not finite; left out"* ]]
    [ "$(jq .not_finite_samples <<< "$output")" = 96 ]
    gaincal --solint inf --gaintable first.G odd.ms second.G > /dev/null 2>&1
    "$PYTHON" -c '
from casacore.tables import table
import numpy as np
t = table("second.G", ack=False)
assert abs(t.getcol("CPARAM")[~t.getcol("FLAG")] - 1).max() < 0.02'
}

@test "combined spws, and correct bandwidths in the table" {
    gaincal --combine spw,scan --spw '*:2~5' --solint inf --refant ea01 "$SETS/noisy.ms" g.G --jq '[.intervals, .spws[].spw]' > out
    [ "$(jq -c . out)" = '[1,0]' ]
    gaincal --spw '1:2~5' --solint inf "$SETS/noisy.ms" one.G > /dev/null
    width=$("$PYTHON" -c 'import sys; from casacore.tables import table
print(4 * abs(table(sys.argv[1] + "/SPECTRAL_WINDOW", ack=False).getcell("CHAN_WIDTH", 1)[0]))' "$SETS/noisy.ms")
    check bandwidth one.G "$width"
}

@test "appended solutions stand in one table; what does not fit leaves it alone" {
    gaincal --scan 1 --solint inf --refant ea01 "$SETS/noisy.ms" g.G > /dev/null
    gaincal --scan 2 --solint inf --refant ea01 --append "$SETS/noisy.ms" g.G > /dev/null
    gaincal --solint inf --refant ea01 "$SETS/noisy.ms" all.G > /dev/null
    check same g.G all.G 1e-6
    before=$(hash_tree g.G)
    run gaincal --append --spw 0:1~3 "$SETS/noisy.ms" g.G
    assert_failure 3
    assert_output --partial 'other channels of spw 0'
    run gaincal --append --gaintype T "$SETS/noisy.ms" g.G
    assert_failure 3
    [ "$before" = "$(hash_tree g.G)" ]
}

@test "the reference antenna: fallback, strict, unknown" {
    cp -r "$SETS/noisy.ms" lost.ms
    taql "update lost.ms set FLAG=T where SCAN_NUMBER==2 && any([ANTENNA1,ANTENNA2]==2)"
    run gaincal --refant ea03,ea07 --jq '[.refants[] | .name, .solutions]' lost.ms g.G
    assert_success
    assert_output '["ea03",2,"ea07",2]'
    run gaincal --refant ea03 --refantmode strict --jq '[.refants[] | .name, .solutions]' lost.ms s.G
    assert_output '["ea03",2]'
    [ "$(check flags s.G)" = 0.5000 ]
    run gaincal --refant ea99 lost.ms u.G
    assert_failure 3
    assert_output 'gaincal: no antenna "ea99" for --refant; antennas are ea01, ea02, ea03, ea04, ea05, ea06, ea07, ea08, ea09'
    [ ! -e u.G ]
}

@test "failed solutions: all below minsnr, too few baselines, all flagged" {
    run --separate-stderr gaincal --minsnr 1e9 "$SETS/noisy.ms" low.G --json
    assert_failure 4
    [[ "$stderr" == *"all solutions failed"* ]]
    [ "$(jq -c .above_minsnr <<< "$output")" = '[0,0]' ]
    [ "$(check flags low.G)" = 1.0000 ]
    run gaincal --minblperant 9 "$SETS/noisy.ms" none.G
    assert_failure 4
    assert_output --partial 'no solution in 4 intervals (0 without unflagged data, 4 with fewer than 9 baselines'
    cp -r "$SETS/noisy.ms" flagged.ms
    taql "update flagged.ms set FLAG=T"
    run gaincal flagged.ms none.G
    assert_failure 4
    assert_output --partial '(4 without unflagged data'
    assert_output --partial 'unless --corrdepflags says otherwise'
    [ ! -e none.G ] && [ ! -e none.G.partial ]
}

@test "the summary says what became of intervals without a solution" {
    cp -r "$SETS/noisy.ms" part.ms
    taql "update part.ms set FLAG=T where SCAN_NUMBER==(SELECT MIN(SCAN_NUMBER) FROM part.ms)[0]"
    run gaincal --text part.ms part.G
    assert_success
    assert_output --partial 'intervals solved (2 without unflagged data), median S/N'
    run gaincal --force --jq .failures part.ms part.G
    assert_output '{"no_data":2,"few_baselines":0,"not_converged":0,"all_below_minsnr":0}'
    run gaincal --text "$SETS/noisy.ms" whole.G
    assert_output --partial '4 of 4 intervals solved, median S/N'
    run --separate-stderr gaincal --minsnr 1e9 --text "$SETS/noisy.ms" low.G
    assert_output --partial '4 of 4 intervals solved (4 solved but all below --minsnr), median S/N'
}

@test "the summary tells antennas without data from flagged solutions, and delays have no S/N" {
    tar -xzf "$TESTS/golden/ms/s.ms.tar.gz"
    run gaincal --text s.ms s.G
    assert_line --index 0 's.G: G, ap, 9 of 9 intervals solved, median S/N 20.8, 126 solutions, 11.1% flagged; 18 more, flagged, of antennas without data'
    assert_line --partial 'spw 0 EVLA_X#A0C0#0: 3 intervals solved, median S/N 23.4'
    run caltable-info --text s.G
    assert_line --partial '72 rows, 144 solutions, flagged  22.2 %'
    run gaincal --text --gaintype K --refant 0 s.ms s.K
    assert_line --index 0 --partial 'intervals solved, median S/N -, '
    run gaincal --force --jq '.median_snr, .spws[0].median_snr' --gaintype K --refant 0 s.ms s.K
    assert_output "$(printf 'null\nnull')"
}

@test "bad input: one line, the right status, nothing written, the MS untouched" {
    before=$(hash_tree "$SETS/noisy.ms")
    mkdir table.G empty
    refuse() { # STATUS TEXT ARGUMENTS
        run gaincal "${@:3}"
        assert_failure "$1"
        assert_line --index 0 --partial "$2"
        [ "${#lines[@]}" = 1 ]
    }
    refuse 3 'missing.ms' missing.ms g.G
    refuse 3 'empty' empty g.G
    refuse 5 'table.G' "$SETS/noisy.ms" table.G
    refuse 3 'no field matches' --field nobody "$SETS/noisy.ms" g.G
    refuse 4 'no cross-correlations' --timerange 2001/01/01~2001/01/02 "$SETS/noisy.ms" g.G
    refuse 3 'nope.G' --gaintable nope.G "$SETS/noisy.ms" g.G
    refuse 2 'G T K' --gaintype B "$SETS/noisy.ms" g.G
    refuse 2 '--refant' --gaintype K "$SETS/noisy.ms" g.G
    refuse 2 'solint' --solint soon "$SETS/noisy.ms" g.G
    refuse 2 'combine' --combine scans "$SETS/noisy.ms" g.G
    refuse 2 'smodel' --smodel bright "$SETS/noisy.ms" g.G
    refuse 2 'minblperant' --minblperant 0 "$SETS/noisy.ms" g.G
    run ls
    assert_output "$(printf 'empty\ntable.G')"
    [ "$before" = "$(hash_tree "$SETS/noisy.ms")" ]
}

@test "real data: phases of every integration make J1008+0730 a point (EVLA)" {
    need_data day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz
    ms=$(unpack "$DATA/day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz" 2> /dev/null)
    run "$PYTHON" "$TESTS/coherence.py" "$ms" DATA 0
    assert_output '0.0514 0.000'
    gaincal --calmode p --solint int --minsnr 3 "$ms" p.G > /dev/null
    applycal --gaintable p.G "$ms" > /dev/null
    run "$PYTHON" "$TESTS/coherence.py" "$ms" CORRECTED_DATA 0
    read -r coherence flagged <<< "$output"
    "$PYTHON" -c 'import sys; c, f = map(float, sys.argv[1:]); sys.exit(not (c >= 0.96 and 0.2 < f < 0.24))' "$coherence" "$flagged"
}
