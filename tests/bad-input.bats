# What every tool promises when things are wrong: the right exit status, one line that begins with its name, nothing on stdout,
# inputs untouched, nothing half written.
load helper

setup_file() {
    tar -xzf "$TESTS/golden/ms/s.ms.tar.gz" -C "$BATS_FILE_TMPDIR"
    tar -xzf "$TESTS/golden/caltables/g_f1_20s.tar.gz" -C "$BATS_FILE_TMPDIR"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

setup() {
    MS=$BATS_FILE_TMPDIR/s.ms
    CALTABLE=$BATS_FILE_TMPDIR/g_f1_20s
    as=()
    cd "$BATS_TEST_TMPDIR"
}

# operands TOOL: what its usage line wants, "MS OUT".
operands() {
    "$1" --help | sed -n '1s/^Usage: [a-z-]* \[options\] *//p'
}

# Tools that read a MeasurementSet.
ms_tools() {
    for tool in $(tools); do
        case $(operands "$tool") in MS*) echo "$tool" ;; esac
    done
}

# Tools that read calibration tables.
caltable_tools() {
    for tool in $(tools); do
        case $(operands "$tool") in CALTABLE* | TABLE*) echo "$tool" ;; esac
    done
}

# command_of TOOL INPUT: a plain call, in the array `command`. What it writes is called out.
command_of() {
    command=("$1")
    case $1 in
        applycal) command+=(--gaintable "$CALTABLE" --flagbackup=false) ;;
        image-make) command+=(--field 1 --dry-run) ;;
        setjy) command+=(--fluxdensity 1) ;;
    esac
    local place=0
    for word in $(operands "$1"); do
        place=$((place + 1))
        if [ "$place" -eq 1 ] || [ "$word" = MS2 ]; then command+=("$2"); else command+=(out); fi
    done
}

# refuses STATUS COMMAND...: that exit status, stdout empty, one line on stderr that begins with the tool's name. `as` may hold a
# command that starts it as somebody else.
refuses() {
    local wanted=$1 tool=$2
    run --separate-stderr "${as[@]}" "${@:2}"
    [ "$status" -eq "$wanted" ] || fail "${*:2}: status $status, wanted $wanted: $stderr"
    [ -z "$output" ] || fail "${*:2}: prints $output"
    [ "${#stderr_lines[@]}" -eq 1 ] || fail "${*:2}: not one line: $stderr"
    [[ $stderr == "$tool: "?* ]] || fail "${*:2}: begins with something else: $stderr"
}

# full TOOL ARGUMENTS...: what happens when stdout is a full disk.
full() {
    run bash -c '"$@" > /dev/full' - "$@"
    [ "$status" -eq 5 ] || fail "$*: status $status on a full disk"
    [[ $output == "$1: standard output: "* ]] || fail "$*: $output"
    [ "${#lines[@]}" -eq 1 ] || fail "$*: $output"
}

# From here on as a user without rights, when we are root.
as_nobody() {
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/*
    chmod 777 .
    [ "$(id -u)" -ne 0 ] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
}

# refuses_input STATUS INPUT KIND: every tool of that kind (ms_tools, caltable_tools) refuses the input, and names it.
refuses_input() {
    local wanted=$1 path=$2
    for tool in $($3); do
        command_of "$tool" "$path"
        refuses "$wanted" "${command[@]}"
        [[ $stderr == *"${path##*/}"* ]] || fail "$tool: does not name the input: $stderr"
        [ ! -e out ] || fail "$tool: leaves an output behind"
    done
}

@test "--help, --version and --schema go to stdout, and a full disk is noticed" {
    for tool in $(tools); do
        for option in --help --version --schema; do
            run --separate-stderr "$tool" "$option"
            [ "$status" -eq 0 ]
            [ -n "$output" ]
            [ -z "$stderr" ]
            full "$tool" "$option"
        done
    done
}

@test "an unknown option is status 2, with the option that was meant" {
    for tool in $(tools); do
        refuses 2 "$tool" --hlep
        [[ $stderr == *"did you mean --help?" ]] || fail "$tool: $stderr"
        refuses 2 "$tool" --errors=jsn
        refuses 2 "$tool" --quiet=maybe
        refuses 2 "$tool" --no-such-option-anywhere=1
    done
}

@test "CASA's names of what is an operand here are not compared with options" {
    for option in vis outputvis caltable imagename; do
        refuses 2 gaincal --$option x
        [ "$stderr" = "gaincal: unknown option --$option: its value is given without an option; --help tells where" ]
    done
}

@test "--errors=json gives the message as one JSON line" {
    for tool in $(tools); do
        run --separate-stderr "$tool" --errors=json --no-such-option
        [ "$status" -eq 2 ]
        [ "${#stderr_lines[@]}" -eq 1 ]
        jq -e --arg tool "$tool" '.error | .tool == $tool and .exit == 2 and (.message | length > 0)' <<< "$stderr"
    done
}

@test "operands that are missing or too many are status 2" {
    for tool in $(tools); do
        [[ -z $(operands "$tool") || $(operands "$tool") == "["* ]] || refuses 2 "$tool"
        [[ $(operands "$tool") == *...* ]] || refuses 2 "$tool" a b c d e f
    done
}

@test "a jq filter that cannot be read is status 2" {
    for tool in $(tools); do
        command_of "$tool" "$MS"
        refuses 2 "${command[@]}" --jq '.['
    done
}

@test "an input that is missing is status 3" {
    refuses_input 3 "$BATS_TEST_TMPDIR/nowhere.ms" ms_tools
    refuses_input 3 "$BATS_TEST_TMPDIR/nowhere.ms" caltable_tools
}

@test "an input that is something else is status 3" {
    mkdir empty.ms
    echo hello > file.ms
    for input in empty.ms file.ms /dev/null "$MS/ANTENNA" "$CALTABLE"; do
        refuses_input 3 "$input" ms_tools
    done
    for input in empty.ms file.ms "$MS/ANTENNA" "$MS"; do
        refuses_input 3 "$input" caltable_tools
    done
}

@test "a damaged MeasurementSet is status 3" {
    for part in table.dat table.f0 ANTENNA/table.dat SPECTRAL_WINDOW/table.f0; do
        cp -r "$MS" cut.ms
        truncate -s 60% "cut.ms/$part" 2> /dev/null || truncate -s $(($(stat -c %s "cut.ms/$part") * 6 / 10)) "cut.ms/$part"
        refuses_input 3 cut.ms ms_tools
        rm -r cut.ms
    done
    cp -r "$MS" cut.ms
    rm -r cut.ms/SPECTRAL_WINDOW
    refuses_input 3 cut.ms ms_tools
}

@test "data that end early are status 3 for what reads them" {
    cp -r "$MS" cut.ms
    for part in cut.ms/table.f*_TSM*; do truncate -s 1000 "$part"; done
    for tool in ms-split gaincal ms-diff; do
        command_of "$tool" cut.ms
        refuses 3 "${command[@]}"
        [ ! -e out ]
    done
}

@test "an input without permission is status 3" {
    cp -r "$MS" closed.ms
    chmod 000 closed.ms/table.dat
    as_nobody
    for tool in $(ms_tools); do
        command_of "$tool" "$BATS_TEST_TMPDIR/closed.ms"
        refuses 3 "${command[@]}"
    done
}

@test "an input that cannot be written is read all the same, and no byte of it changes" {
    before=$(hash_tree "$MS")
    cp -r "$MS" readonly.ms
    chmod -R a-w readonly.ms
    as_nobody
    for tool in $(ms_tools); do
        case $tool in applycal | setjy) continue ;; esac
        command_of "$tool" "$BATS_TEST_TMPDIR/readonly.ms"
        run "${as[@]}" "${command[@]}"
        [ "$status" -eq 0 ] || fail "$tool: $output"
        rm -rf out
    done
    [ "$(hash_tree readonly.ms)" = "$before" ]
}

@test "a result that cannot be printed is status 5" {
    for tool in $(ms_tools); do
        case $tool in applycal | setjy) continue ;; esac
        command_of "$tool" "$MS"
        full "${command[@]}" --json
        rm -rf out
    done
}

@test "names that the data do not have are status 3, an empty selection 4, and both say what there is" {
    for tool in ms-info ms-split gaincal applycal; do
        cp -r "$MS" ms
        command_of "$tool" ms
        refuses 3 "${command[@]}" --field nosuch
        [[ $stderr == *'no field matches "nosuch"'*J1310+3220* ]] || fail "$stderr"
        refuses 3 "${command[@]}" --spw 9
        refuses 3 "${command[@]}" --antenna ea99
        refuses 4 "${command[@]}" --field 2 --scan 2
        [ ! -e out ]
        [ "$(hash_tree ms)" = "$(hash_tree "$MS")" ] || fail "$tool: input changed"
        rm -r ms
    done
}

@test "an output that exists is left alone, without --force" {
    for tool in ms-split gaincal; do
        echo precious > out
        command_of "$tool" "$MS"
        refuses 5 "${command[@]}"
        [ "$(cat out)" = precious ]
        refuses 5 "${command[@]}" --force # a file is not replaced by a table
        [ "$(cat out)" = precious ]
        rm out
        "${command[@]}" > /dev/null 2>&1
        "${command[@]}" --force > /dev/null 2>&1 || fail "$tool --force"
        [ -d out ]
        rm -r out
    done
}

@test "--force replaces its like, and nothing else" {
    cp -r "$MS" set.ms
    cp -r "$CALTABLE" table.G
    before=$(hash_tree set.ms; hash_tree table.G)
    refuses 5 gaincal --force "$MS" set.ms
    [[ $stderr == *"set.ms: is a MeasurementSet, which --force does not replace by a calibration table"* ]] || fail "$stderr"
    refuses 5 gaincal --append "$MS" set.ms
    refuses 5 ms-split --force "$MS" table.G
    refuses 5 ms-sim --force table.G
    [ "$before" = "$(hash_tree set.ms; hash_tree table.G)" ]
    gaincal --force "$MS" table.G > /dev/null
    ms-split --force "$MS" set.ms > /dev/null
    [ "$before" != "$(hash_tree set.ms; hash_tree table.G)" ]
}

@test "an output whose name cannot be, or is a link that leads nowhere" {
    for tool in ms-split gaincal; do
        command_of "$tool" "$MS"
        refused 5 'the name is too long; choose a shorter one' "${command[@]:0:${#command[@]}-1}" "$(printf 'a%.0s' {1..250})"
        ln -s nowhere out
        refused 5 'out: is a link that leads nowhere, which --force does not replace by a ' "${command[@]}"
        refused 5 'out: is a link that leads nowhere, which --force does not replace by a ' "${command[@]}" --force
        rm out
    done
}

@test "a dry run tells of an output that exists" {
    mkdir there
    for tool in ms-split gaincal; do
        run -0 --separate-stderr "$tool" --dry-run "$MS" there
        assert_equal "$stderr" "$tool: warning: there: exists; choose another name, or --force to replace it"
        run -0 --separate-stderr "$tool" --dry-run "$MS" fresh
        assert_equal "$stderr" ""
    done
}

@test "what is no JSON is called so, and what is no disk is not full" {
    echo 'no JSON here' > text.txt
    refuses 2 callib-query text.txt
    [[ $stderr == "callib-query: text.txt: is not JSON ("*"at line 1, column "* ]] || fail "$stderr"
    refuses 5 ms-split "$MS" /proc/o.ms
    [[ $stderr != *"no space left"* ]] || fail "$stderr"
}

@test "an output that is the input is refused, even with --force" {
    before=$(hash_tree "$MS")
    for tool in ms-split gaincal; do
        refuses 2 "$tool" --force "$MS" "$MS"
        refuses 2 "$tool" --force "$MS" "$MS/../s.ms/"
    done
    [ "$(hash_tree "$MS")" = "$before" ]
}

@test "an output that cannot be written is status 5, and nothing is left" {
    mkdir -m 555 closed
    as_nobody
    for tool in ms-split gaincal; do
        refuses 5 "$tool" "$MS" nowhere/out
        refuses 5 "$tool" "$MS" "$BATS_TEST_TMPDIR/closed/out"
        [ -z "$(ls closed)" ]
    done
}

@test "a disk that fills up is status 5, and nothing is left" {
    mkdir small
    mount -t tmpfs -o size=200k tmpfs small 2> /dev/null || skip "no right to mount a small tmpfs"
    for tool in ms-split gaincal; do
        run --separate-stderr "$tool" "$MS" small/out
        left=$(ls small)
        [ "$status" -eq 5 ] && [ -z "$left" ] || { umount small; fail "$tool: status $status, left: $left: $stderr"; }
    done
    umount small
}

@test "a table of other antennas is refused" {
    tar -xzf "$TESTS/golden/caltables/gx_inf_ap.tar.gz"
    cp -r "$MS" ms
    refuses 3 applycal --gaintable gx_inf_ap ms
    [ "$(hash_tree ms)" = "$(hash_tree "$MS")" ]
}

@test "Ctrl-C leaves nothing half written" {
    for tool in ms-split gaincal; do
        for signal in INT TERM; do
            env --default-signal=INT "$tool" --solint int "$MS" out > /dev/null 2>&1 &
            kill -"$signal" $! 2> /dev/null || true
            run wait $!
            [ ! -e out.partial ]
            rm -rf out
        done
    done
}

@test "hidden tables, and those in hidden folders, are themselves and not their namesakes" {
    cp -r "$MS" seen.ms
    ms-sim --quiet --antennas 5 --nchan 2 --length 20s .seen.ms > /dev/null
    assert_equal "$(ms-info --jq '.antennas | length' .seen.ms)" 5
    hash=$(hash_tree seen.ms)
    setjy --quiet --fluxdensity 1 .seen.ms > /dev/null
    gaincal --quiet .seen.ms .g.G > /dev/null
    applycal --quiet --gaintable .g.G .seen.ms > /dev/null
    assert_equal "$(hash_tree seen.ms)" "$hash"
    run -0 ms-info --jq '[.columns[].name] | index("MODEL_DATA", "CORRECTED_DATA") != null' .seen.ms
    assert_output $'true\ntrue'
    mkdir .folder '~'
    for place in .folder '~'; do
        ms-split --quiet .seen.ms "$place/out.ms" > /dev/null
        run -0 ms-info --jq .name "$place/out.ms"
    done
    run -0 ls -A
    assert_output $'.folder\n.g.G\n.seen.ms\nseen.ms\n~'
}

@test "a path that casacore would read as a variable is refused; a missing HOME is not missed" {
    mkdir '$PATH'
    cp -r "$MS" '$PATH/in.ms'
    refuses 3 ms-info '$PATH/in.ms'
    assert_regex "$stderr" 'the \$ in this path for the name of a variable'
    refuses 3 ms-split "$MS" '$PATH/out.ms'
    assert_equal "$(ls -A '$PATH')" in.ms
    run -0 env -u HOME ms-info --jq .rows "$MS"
    HOME='' run -0 ms-info --jq .rows "$MS"
}

@test "an input in the output, or an output in the input, is refused" {
    cp -r "$MS" out.ms
    cp -r "$MS" out.ms/in.ms
    refuses 2 ms-split --force out.ms/in.ms out.ms
    refuses 2 gaincal --force out.ms/in.ms out.ms
    echo '{}' > out.ms/scene.json
    refuses 2 ms-sim --force out.ms/scene.json out.ms
    refuses 2 ms-split out.ms out.ms/new.ms
    refuses 2 ms-split out.ms out.ms/new.ms/
    refuses 2 ms-split out.ms out.ms/ANTENNA/new.ms
    gaincal --quiet "$MS" p.G > /dev/null
    refuses 2 gaincal --force --gaintable p.G "$MS" p.G
    [ -e out.ms/in.ms/table.dat ]
    [ ! -e out.ms/new.ms ]
}

@test "control characters in names are printed as escapes" {
    cat > scene.json << 'END'
{"antennas": {"n": 6}, "spws": [{"nchan": 2}], "scans": [{"field": "new\nline", "length_s": 20}, {"field": "esc\u001b[31m", "length_s": 20}],
 "fields": [{"name": "new\nline", "ra": "04h28m40.8", "dec": "18d01m48"}, {"name": "esc\u001b[31m", "ra": "04h28m40.8", "dec": "18d02m48"}]}
END
    ms-sim --quiet scene.json odd.ms > /dev/null
    run -0 ms-info --text odd.ms
    assert_line --regexp '^ +0  new\\nline +04h'
    assert_line --regexp '^ +1  esc\\x1b\[31m +04h'
    run -0 ms-info --jq '[.fields[].name]' odd.ms
    assert_output '["new\nline","esc\u001b[31m"]'
    refuses 3 ms-info --field nothing odd.ms
    assert_regex "$stderr" 'fields are 0 new\\nline, 1 esc\\x1b\[31m$'
    gaincal --quiet odd.ms odd.G > /dev/null
    ms-info odd.ms | callib-new | callib-add odd.G --field 0 | callib-export --format make > M
    make -n -f M > /dev/null
}

@test "FITS through a pipe is refused, and nobody waits for it" {
    mkfifo pipe
    refused 3 "is a pipe" timeout 5 image-stats pipe
    refused 3 "is a pipe" timeout 5 uvfits-import --dry-run pipe out.ms
}
