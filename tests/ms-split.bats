# ms-split: what comes out, what is refused, what is left behind.
load helper

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    cat > scene.json << 'END'
{"spws": [{"freq_hz": 3e9, "nchan": 12}, {"freq_hz": 4e9, "width_hz": -8e6, "nchan": 6, "corrs": "RR RL LR LL"}]}
END
    ms-sim scene.json --antennas 5 --field A,13h31m08.3,30d30m33 --field B,13h35m08.3,30d30m33 --integration 5s \
        --scan A,60s,CALIBRATE_PHASE --scan B,60s,OBSERVE_TARGET --flag-fraction 0.1 --uneven-weights --model --quiet mixed.ms > /dev/null
    ms-sim --antennas 6 --spws 2 --nchan 8 --length 60s --integration 5s --phase-rms 60deg --flag-fraction 0.1 --quiet \
        plain.ms > /dev/null
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    MIXED=$BATS_FILE_TMPDIR/mixed.ms
    PLAIN=$BATS_FILE_TMPDIR/plain.ms
}

# table MS COLUMN [WHERE]: a column of MAIN or of MS/SUBTABLE, one line per row.
column() {
    $PYTHON - "$@" << 'END'
import sys
from casacore.tables import table
t = table(sys.argv[1], ack=False)
if len(sys.argv) > 3:
    t = t.query(sys.argv[3])
for row in t.getcol(sys.argv[2]):
    print(row.tolist() if hasattr(row, "tolist") else row)
END
}

@test "ms-split: a split of everything changes nothing but the weights that follow SIGMA" {
    ms-split "$MIXED" all.ms --datacolumn all --quiet > out.json
    valid ms-split out.json
    run -0 ms-diff "$MIXED" all.ms --flagged --text
    assert_output same
}

@test "ms-split: twice is the same as once" {
    ms-split "$MIXED" once.ms --datacolumn data --spw 1,0:2~9 --field B --no-history > /dev/null
    ms-split once.ms twice.ms --no-history > /dev/null
    run -0 ms-diff once.ms twice.ms --flagged --text
    assert_output same
}

@test "ms-split: the order of the rows stays, also where windows differ in shape" {
    ms-split "$MIXED" part.ms --datacolumn data --spw 1,0 > /dev/null
    assert_equal "$(column part.ms TIME)" "$(column "$MIXED" TIME)"
    assert_equal "$(column part.ms DATA_DESC_ID)" "$(column "$MIXED" DATA_DESC_ID | tr 01 10)"
}

@test "ms-split: windows, fields and channels get new ids and stay what they were" {
    run -0 ms-split "$MIXED" part.ms --field B --spw 1:2~4 --jq '[.fields, .spws, .data_descriptions]'
    assert_output '[[{"id":0,"old_id":1,"name":"B"}],[{"id":0,"old_id":1,"name":"'"$(column "$MIXED/SPECTRAL_WINDOW" NAME | sed -n 2p)"'","channels":3,"old_channels":6,"width":1}],[{"id":0,"old_id":1}]]'
    assert_equal "$(column part.ms/FIELD NAME)" B
    assert_equal "$(column part.ms/SPECTRAL_WINDOW CHAN_FREQ)" '[3984000000.0, 3976000000.0, 3968000000.0]'
    assert_equal "$(column part.ms/SPECTRAL_WINDOW REF_FREQUENCY)" 3968000000.0
    assert_equal "$(column part.ms/SPECTRAL_WINDOW TOTAL_BANDWIDTH)" 24000000.0
    assert_equal "$(column part.ms FIELD_ID | sort -u)" 0
}

@test "ms-split: --reindex=false leaves all ids alone" {
    ms-split "$MIXED" part.ms --field B --spw 1 --reindex=false > /dev/null
    assert_equal "$(column part.ms FIELD_ID | sort -u)" 1
    assert_equal "$(column part.ms DATA_DESC_ID | sort -u)" 1
    run -0 ms-diff --columns FIELD,SPECTRAL_WINDOW,SOURCE,ANTENNA,FEED "$MIXED" part.ms --text
}

@test "ms-split: two of four correlations, and what POLARIZATION says of them" {
    ms-split "$MIXED" part.ms --spw 1 --correlation LL,RR --datacolumn data > /dev/null
    assert_equal "$(column part.ms/POLARIZATION CORR_TYPE 'NUM_CORR == 2' | sort -u)" '[5, 8]'
    $PYTHON - "$MIXED" part.ms << 'END'
import sys, numpy as np
from casacore.tables import table
a = table(sys.argv[1], ack=False).query("DATA_DESC_ID == 1").getcol("DATA")
assert np.array_equal(a[:, :, [0, 3]], table(sys.argv[2], ack=False).getcol("DATA"))
END
}

# The sum of WEIGHT x channels over unflagged data does not change by averaging, less what is left over.
total_weight() {
    $PYTHON - "$1" << 'END'
import sys, numpy as np
from casacore.tables import table
t = table(sys.argv[1], ack=False)
total = sum((t.getcell("WEIGHT_SPECTRUM", r) * ~t.getcell("FLAG", r)).sum() for r in range(t.nrows()))
print("%.4g" % total)
END
}

@test "ms-split: averaging conserves the weight" {
    ms-split "$PLAIN" one.ms --usewtspectrum --keepflags=false > /dev/null
    for average in "--width 4" "--timebin 20s" "--timebin 20s --width 2"; do
        # shellcheck disable=SC2086
        ms-split one.ms average.ms $average --force > /dev/null
        assert_equal "$(total_weight average.ms)" "$(total_weight one.ms)"
    done
}

@test "ms-split: time and channel averages, by hand" {
    ms-split "$PLAIN" average.ms --timebin 10s --width 4 --antenna 'ea01&ea02' --spw 0 > /dev/null
    $PYTHON - "$PLAIN" average.ms << 'END'
import sys, numpy as np
from casacore.tables import table
a = table(sys.argv[1], ack=False).query("ANTENNA1 == 0 AND ANTENNA2 == 1 AND DATA_DESC_ID == 0", sortlist="TIME")
b = table(sys.argv[2], ack=False)
assert b.nrows() == a.nrows() // 2
d, f, w = a.getcol("DATA").astype(complex), a.getcol("FLAG"), 1 / a.getcol("SIGMA").astype(float) ** 2
for k in range(b.nrows()):
    r = slice(2 * k, 2 * k + 2)
    for c in range(2):
        ch = slice(4 * c, 4 * c + 4)
        good = ~f[r, ch]
        weight = good * w[r][:, None, :]
        assert np.allclose((weight * d[r, ch]).sum((0, 1)) / weight.sum((0, 1)), b.getcell("DATA", k)[c], rtol=1e-6), k
    assert np.allclose(b.getcell("TIME", k), a.getcol("TIME")[r].mean())
    assert np.allclose(b.getcell("INTERVAL", k), 10) and np.allclose(b.getcell("EXPOSURE", k), 10)
END
}

@test "ms-split: the same bytes for every -j" {
    for j in 1 3; do
        ms-split "$MIXED" plain$j.ms -j $j --datacolumn data --spw 0:1~8,1 --no-history > /dev/null
        ms-split "$MIXED" average$j.ms -j $j --timebin 15s --width 2 --no-history > /dev/null
    done
    assert_equal "$(hash_tree plain1.ms)" "$(hash_tree plain3.ms)"
    assert_equal "$(hash_tree average1.ms)" "$(hash_tree average3.ms)"
}

@test "ms-split: calibrating on the way is applycal and then split" {
    gaincal --calmode ap --solint 10s --refant ea01 "$PLAIN" g.G > /dev/null
    cp -r "$PLAIN" applied.ms
    applycal --gaintable g.G applied.ms > /dev/null
    ms-split applied.ms then.ms --datacolumn corrected > /dev/null
    ms-split "$PLAIN" way.ms --gaintable g.G > out.json
    valid ms-split out.json
    run -0 ms-diff then.ms way.ms --flagged --text
    assert_output same
    ms-split applied.ms then_average.ms --datacolumn corrected --timebin 15s > /dev/null
    ms-split "$PLAIN" way_average.ms --gaintable g.G --timebin 15s > /dev/null
    run -0 ms-diff then_average.ms way_average.ms --text
    assert_output same
    run -2 ms-split applied.ms no.ms --gaintable g.G --datacolumn corrected
    assert_output --partial "--datacolumn data"
}

@test "ms-split: FLOAT_DATA stays FLOAT_DATA" {
    cp -r "$PLAIN" power.ms
    $PYTHON -c 'from casacore.tables import table, makearrcoldesc
t = table("power.ms", readonly=False, ack=False)
t.addcols(makearrcoldesc("FLOAT_DATA", 0.0, valuetype="float", ndim=2))
t.putcol("FLOAT_DATA", t.getcol("DATA").real)
t.removecols("DATA"); t.close()'
    ms-split power.ms out.ms --datacolumn float_data > /dev/null
    run -0 ms-diff --columns FLOAT_DATA,FLAG,SIGMA power.ms out.ms --flagged --text
    ms-split power.ms average.ms --datacolumn float_data --timebin 10s > /dev/null
    run -3 ms-split "$PLAIN" no.ms --datacolumn float_data
    assert_output --partial "FLOAT_DATA"
}

@test "ms-split: POINTING is copied, linked or left empty" {
    cp -r "$PLAIN" pointed.ms
    $PYTHON -c 'from casacore.tables import table
t = table("pointed.ms/POINTING", readonly=False, ack=False); t.addrows(7); t.close()'
    ms-split pointed.ms copy.ms --jq .pointing > /dev/null
    run -0 ms-split pointed.ms link.ms --pointing link --jq .pointing
    assert_output '"link"'
    ms-split pointed.ms empty.ms --pointing empty > /dev/null
    run -0 ms-diff --columns POINTING pointed.ms copy.ms --text
    run -0 ms-diff --columns POINTING pointed.ms link.ms --text
    assert_equal "$(column empty.ms/POINTING ANTENNA_ID | wc -l)" 0
    [ "$(stat -c %i pointed.ms/POINTING/table.f0)" = "$(stat -c %i link.ms/POINTING/table.f0)" ]
    [ "$(stat -c %i pointed.ms/POINTING/table.dat)" != "$(stat -c %i link.ms/POINTING/table.dat)" ]
}

@test "ms-split: HISTORY says how it was made, unless told not to" {
    ms-split "$PLAIN" one.ms --scan 1 > /dev/null
    column one.ms/HISTORY ORIGIN | grep -q ms-split
    ms-split "$PLAIN" two.ms --scan 1 --no-history > /dev/null
    run -0 ms-diff --history --columns HISTORY "$PLAIN" two.ms --text
}

@test "ms-split: --dry-run writes nothing" {
    ms-split "$MIXED" part.ms --field A --dry-run > out.json
    valid ms-split out.json
    assert_equal "$(jq .rows_at_most out.json)" "$(column "$MIXED" FIELD_ID | grep -c 0)"
    [ ! -e part.ms ]
}

@test "ms-split: what is refused leaves nothing behind, and says why" {
    before=$(hash_tree "$PLAIN")
    refuse() {
        local status=$1 message=$2
        shift 2
        run "-$status" ms-split "$@"
        assert_output --partial "$message"
        assert_equal "$(ls)" ""
    }
    refuse 4 "the selection leaves no row" "$PLAIN" out.ms --scan 99
    refuse 4 "the selection leaves no row" "$PLAIN" out.ms --scan 99 --timebin 10s
    refuse 3 'no field matches "nosuch"' "$PLAIN" out.ms --field nosuch
    refuse 3 "CORRECTED_DATA" "$PLAIN" out.ms --datacolumn corrected
    refuse 2 'unknown unit "m"' "$PLAIN" out.ms --timebin 5m
    refuse 2 "--timebin -5s" "$PLAIN" out.ms --timebin=-5s
    refuse 2 "phase centres" "$PLAIN" out.ms --timebin 5s --combine scan,field
    refuse 2 "3 numbers for 2" "$PLAIN" out.ms --width 2,2,2
    refuse 2 "number of channels" "$PLAIN" out.ms --width 0
    refuse 3 "/etc" /etc out.ms
    refuse 3 "nowhere.ms" nowhere.ms out.ms
    refuse 5 "nowhere" "$PLAIN" nowhere/out.ms
    assert_equal "$(hash_tree "$PLAIN")" "$before"
}

@test "ms-split: an output that exists stays, unless --force" {
    mkdir out.ms
    run -5 ms-split "$PLAIN" out.ms
    assert_output --partial "out.ms: exists"
    ms-split "$PLAIN" out.ms --force > /dev/null
    run -0 ms-diff --columns DATA "$PLAIN" out.ms --text
    mkdir new.ms.flagversions
    run -5 ms-split "$PLAIN" new.ms
    assert_output --partial "new.ms.flagversions: exists"
    cp -r "$PLAIN" self.ms
    run -2 ms-split self.ms self.ms --force
    assert_output --partial "cannot be the input"
}

@test "ms-split: a read-only input is not touched" {
    cp -r "$PLAIN" input.ms
    chmod -R a-w input.ms
    before=$(hash_tree input.ms)
    ms-split input.ms out.ms --timebin 10s > /dev/null
    assert_equal "$(hash_tree input.ms)" "$before"
    chmod -R u+w input.ms
}

@test "ms-split: a full disk is one line, and nothing half written" {
    mkdir small
    mount -t tmpfs -o size=600k tmpfs small 2> /dev/null || skip "no small tmpfs without being root"
    run ms-split "$PLAIN" small/out.ms
    left=$(ls small)
    umount small
    assert_equal "$status" 5
    assert_equal "$left" ""
    assert_equal "${#lines[@]}" 1
}

@test "ms-split: SIGINT in the middle leaves nothing" {
    ms-sim --antennas 20 --spws 4 --nchan 64 --length 400s --quiet large.ms > /dev/null
    mkdir out
    run -0 $PYTHON -c 'import os, signal, subprocess, time
p = subprocess.Popen(["ms-split", "large.ms", "out/out.ms"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                     preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
while p.poll() is None and not os.path.exists("out/out.ms.partial/table.dat"):
    time.sleep(0.001)
p.send_signal(signal.SIGINT)
print(p.wait(), os.listdir("out"))'
    assert_output "-2 []"
}

@test "ms-split: real sets go through; twice is once" {
    need_data mssel_test_small.ms.tgz
    for set in mssel_test_small.ms.tgz day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz casa_formats_io_simple.ms.tar.gz; do
        real=$(unpack "$DATA/$set" 2> /dev/null)
        ms-split "$real" once.ms --datacolumn data --force --quiet > /dev/null
        run -0 ms-diff "$real" once.ms --text --tolerance 1e-6 --flagged \
            --ignore WEIGHT_SPECTRUM,SIGMA_SPECTRUM,FLAG_CATEGORY
        ms-split once.ms twice.ms --force --quiet > /dev/null
        run -0 ms-diff once.ms twice.ms --text --flagged
    done
}
