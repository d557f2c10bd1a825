# Loaded by every .bats file: `load helper`. CAL_BUILD is the build directory (tests/run sets it).
bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CAL_BUILD=${CAL_BUILD:-$TESTS/../build}
PATH=$CAL_BUILD/bin:$PATH
DATA=${CALUTILS_TEST_DATA:-$TESTS/../../shared/data}
GOLDEN=${CALUTILS_TEST_GOLDEN:-$TESTS/../../shared/golden}
PYTHON=/usr/bin/python3 # the one that Debian's python3-casacore is for
export PYTHON LC_ALL=C ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}

# need_data FILE: skip the test where the real data are missing.
need_data() {
    [ -e "$DATA/$1" ] || skip "no $1 in \$CALUTILS_TEST_DATA"
}

# need_golden: skip where CASA's full set of reference outputs is missing.
need_golden() {
    [ -e "$GOLDEN/README.md" ] || skip "no reference outputs in \$CALUTILS_TEST_GOLDEN"
}

# need_program NAME
need_program() {
    command -v "$1" > /dev/null || skip "$1 is not installed"
}

# need_own_memory: skip where a sanitizer's memory would be measured.
need_own_memory() {
    ! ldd "$CAL_BUILD/bin/ms-sim" | grep -q libasan || skip "memory is not ours under AddressSanitizer"
}

# unpack FILE.tar.gz: into the test's own directory; the name of the table it holds goes to stdout.
unpack() {
    tar -xzf "$1" -C "$BATS_TEST_TMPDIR" && echo "$BATS_TEST_TMPDIR/$(tar -tzf "$1" | head -1 | cut -d/ -f1)"
}

# hash_tree DIR: one number for the bytes of all files below it (lock files too) and their names.
hash_tree() {
    (cd "$1" && find . -type f | sort | xargs -d '\n' sha256sum | sha256sum)
}

# valid TOOL DOCUMENT...: they keep to what TOOL --schema prints; - is stdin.
valid() {
    "$PYTHON" "$TESTS/valid.py" <("$1" --schema) "${@:2}"
}

# refused STATUS TEXT COMMAND...: it ends with STATUS, nothing on stdout and one line on stderr that holds TEXT.
# shellcheck disable=SC2154 # bats sets them
refused() {
    run "-$1" --separate-stderr "${@:3}"
    assert_equal "$output" ""
    assert_equal "${#stderr_lines[@]}" 1
    [[ $stderr == *"$2"* ]] || fail "no '$2' in: $stderr"
}

# The tools that were built.
tools() {
    find "$CAL_BUILD/bin" -maxdepth 1 -type f -executable -printf '%f\n' | sort
}
