# Tables are read from their files, without casacore: every fact, keyword and cell as casacore itself reads it (unit/table_stored.c).
load helper

# compare FOLDER: every table below it, and that there were some.
compare() {
    local table tables=()
    while read -r -d '' table; do tables+=("$table"); done < <(find "$1" -name table.dat -printf '%h\0')
    run "$CAL_BUILD/tests/unit/table_stored" "${tables[@]}"
    assert_success
    refute_output --partial 'not ok'
    assert [ "$(sed -n 's/# \([0-9]*\) reads compared/\1/p' <<< "$output")" -gt 300 ]
}

# unpack_all FOLDER TO: every table that is packed below FOLDER.
unpack_all() {
    local file
    while read -r -d '' file; do
        mkdir -p "$2/$(basename "$file")"
        tar -xf "$file" -C "$2/$(basename "$file")"
    done < <(find "$1" \( -name '*.tar.gz' -o -name '*.tgz' \) -print0)
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

@test "sets and calibration tables of CASA are read as casacore reads them" {
    unpack_all "$TESTS/golden" casa
    compare casa
}

@test "all sets and calibration tables of CASA are read as casacore reads them" {
    need_golden
    unpack_all "$GOLDEN" casa
    compare casa
}

@test "real sets are read as casacore reads them" {
    need_data README.md
    unpack_all "$DATA" real
    compare real
}

@test "tables that come with casacore are read as casacore reads them" {
    [ -d /usr/share/casacore/data ] || skip "casacore-data is not installed"
    compare /usr/share/casacore/data/
}

@test "tables in the order of the network are read as casacore reads them" {
    ms-sim --antennas 5 little.ms > /dev/null
    for each in . ANTENNA FIELD SPECTRAL_WINDOW POLARIZATION OBSERVATION; do
        "$PYTHON" - "little.ms/$each" "big/$each.tab" << 'PYTHON'
import os, sys, casacore.tables
os.makedirs("big", exist_ok=True)
name = sys.argv[2].replace("/..tab", "/main.tab")
casacore.tables.table(sys.argv[1], ack=False).copy(name, deep=False, valuecopy=True, endian="big").close()
PYTHON
    done
    compare big
}

@test "names that are no UTF-8, links, and dots in paths lead to the same set" {
    ms-sim --antennas 5 a.ms > /dev/null
    ms-info a.ms --jq 'del(.path, .name)' > plain
    local odd
    odd=$(printf 'l\344nge.ms')
    mv a.ms "$odd"
    ln -s "$odd" link
    mkdir below
    for path in "$odd" "$odd///" "./$odd/." link "below/../$odd" "$PWD/$odd"; do
        ms-info "$path" --jq 'del(.path, .name)' | cmp plain - || fail "$path"
    done
    cd below
    ms-info "../$odd" --jq 'del(.path, .name)' | cmp ../plain -
    cd "../$odd"
    ms-info . --jq 'del(.path, .name)' | cmp ../plain -
}

@test "tools that only look at a set do not load casacore" {
    ms-sim --antennas 5 a.ms > /dev/null
    gaincal --minsnr 0 a.ms a.G > /dev/null
    for line in 'ms-info --flags a.ms' 'caltable-info a.G' 'ms-diff a.ms a.ms' 'field-from-intent a.ms'; do
        # shellcheck disable=SC2086 # words
        LD_DEBUG=files LD_DEBUG_OUTPUT=log run $line
        refute grep -q libcasa log.*
        rm log.*
    done
}
