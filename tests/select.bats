# The selection syntax against every answer of CASA (golden/shape/selection.json); what differs is listed, with the reason, in
# select_golden.py. The grammar itself is tested in unit/select.c.
load helper

compare() { # SET ARCHIVE
    need_golden
    local ms
    ms=$(unpack "$2")
    "$CAL_BUILD/tests/unit/select" "$ms" "$GOLDEN/shape/selection.json" "$1" > "$BATS_TEST_TMPDIR/ours"
    run "$PYTHON" "$TESTS/select_golden.py" "$GOLDEN/shape/selection.json" "$1" < "$BATS_TEST_TMPDIR/ours"
    assert_success
    assert_output --partial ' cases compared, 0 wrong'
}

@test "selections of the ordinary set are CASA's" {
    compare sim_s "$GOLDEN/ms/s.ms.tar.gz"
}

@test "selections of the awkward set are CASA's" {
    compare shape "$GOLDEN/shape/in_shape.ms.tar.gz"
}

@test "selections of the ALMA set are CASA's" {
    need_data mssel_test_small.ms.tgz
    compare alma "$DATA/mssel_test_small.ms.tgz"
}

@test "selections of the EVLA set are CASA's" {
    need_data day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz
    compare evla "$DATA/day2_TDEM0003_10s_norx_1src_1spw.ms.tar.gz"
}
