load helper

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ms-sim --antennas 4 --spws 2 --nchan 4 --amp-rms 0.2 --phase-walk 10deg --scans 1 --length 60s --truth truth sim.ms > sim.json
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cp -r "$BATS_FILE_TMPDIR"/truth* .
    MS=$BATS_FILE_TMPDIR/sim.ms
}

@test "what a table holds, valid, and the table untouched" {
    before=$(hash_tree truth.G)
    caltable-info truth.G > out.json
    valid caltable-info out.json
    assert_equal "$(hash_tree truth.G)" "$before"
    run -0 jq -r '.type, .ms_name, (.spws | length), .antennas[1].name, .spws[0].intervals, .flagged, .sorted, (.issues | length)' out.json
    assert_output $'G Jones\nsim.ms\n2\nea02\n6\n0\ntrue\n0'
}

@test "flags, zeros and the order of rows are seen" {
    "$PYTHON" -c 'from casacore.tables import table
t = table("truth.G", ack=False, readonly=False)
f = t.getcol("FLAG"); f[t.getcol("ANTENNA1") == 1, 0, 1] = True; t.putcol("FLAG", f)
p = t.getcol("CPARAM"); p[t.getcol("ANTENNA1") == 0, 0, 0] = 0; t.putcol("CPARAM", p)
x = t.getcol("TIME"); t.putcol("TIME", x[::-1])'
    caltable-info truth.G > out.json
    valid caltable-info out.json
    run -0 jq -c '[.flagged_fraction, .zeros, .sorted, .antennas[1].flagged_by_parameter, [.issues[].code]]' out.json
    assert_output '[0.125,12,false,[0,1],["unsorted","zeros"]]'
}

@test "antennas without data are told apart, delays have no S/N" {
    gaincal --solint int --antenna '!ea02' --refant ea01 --minblperant 2 --minsnr 0 "$MS" p.G > /dev/null
    caltable-info p.G > out.json
    valid caltable-info out.json
    run -0 jq -c '[.antennas_without_solutions, .flagged_fraction, .flagged_fraction_of_others]' out.json
    assert_output '[[1],0.25,0]'
    run -0 caltable-info --text p.G
    assert_line --partial 'flagged  25.0 %: all of ea02, 0.0 % of the others'
    gaincal --gaintype K --refant ea01 "$MS" d.K > /dev/null
    run -0 caltable-info d.K --jq '[.median_snr, .min_snr, .antennas[1].median_snr] | unique'
    assert_output '[null]'
    run -0 caltable-info --text d.K
    assert_line --regexp 'median S/N -, least -, median delay ns '
    assert_line --partial 'median S/N   delay ns  as refant'
}

@test "--max-flag-frac and --check answer with the exit status" {
    run -0 caltable-info --max-flag-frac 0 --check "$MS" truth.G
    "$PYTHON" -c 'from casacore.tables import table
t = table("truth.G", ack=False, readonly=False)
f = t.getcol("FLAG"); f[::2] = True; t.putcol("FLAG", f)
table("truth.G/ANTENNA", ack=False, readonly=False).putcell("NAME", 3, "other")'
    run -0 caltable-info --max-flag-frac 0.5 truth.G
    run -1 caltable-info --max-flag-frac 0.49 truth.G
    run -1 --separate-stderr caltable-info --check "$MS" truth.G
    echo "$output" > out.json
    valid caltable-info out.json
    run -0 jq -c '.check | [.fits, .antennas[0].table, .antennas[0].data]' out.json
    assert_output '[false,"other","ea04"]'
}

@test "text has a line for each antenna" {
    run -0 caltable-info --text truth.G
    assert_output --partial "ea04"
    assert_output --partial "G Jones"
}

@test "bad input" {
    run -3 caltable-info missing.G
    run -3 caltable-info "$MS"
    assert_output --partial "is not a calibration table"
    run -3 caltable-info "$MS/ANTENNA"
    run -2 caltable-info --max-flag-frac 2 truth.G
    run -3 caltable-info --check missing.ms truth.G
}

@test "every table of the reference set" {
    need_golden
    for archive in "$GOLDEN"/caltables/*.tar.gz; do
        name=$(basename "$archive" .tar.gz)
        tar -xzf "$archive" && caltable-info "$name" >> all.json
        rm -rf "$name"
    done
    valid caltable-info all.json
    run -0 jq -s -c '[(length > 200), ([.[] | select(.format == "old") | .type] | sort)]' all.json
    assert_output '[true,["BPOLY","GSPLINE"]]'
}

@test "real tables of the SMA" {
    for name in sma.ms.amp.gcal sma.ms.bcal sma.ms.pha.gcal; do
        need_data "$name.tar.gz"
        unpack "$DATA/$name.tar.gz" > /dev/null 2>&1
        caltable-info "$name" >> all.json
    done
    valid caltable-info all.json
    run -0 jq -s -c '[.[].type]' all.json
    assert_output '["G Jones","B Jones","G Jones"]'
}
