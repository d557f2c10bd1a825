# What may go wrong round a calibration library: several writers, kills, bad documents, bad text, files and disks that cannot be
# written. Nothing is lost, nothing is half written, and every refusal is one line with the place in it.
load helper

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ms-sim --antennas 4 --spws 2 --nchan 4 --scans 2 --length 60s sim.ms > sim.json
    ms-info sim.ms > info.json
    callib-new info.json > empty.json
    callib-add p.G --intent TARGET --caltype gaincal < empty.json > lib.json
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cp "$BATS_FILE_TMPDIR"/{info,empty,lib}.json .
}

# refused_like STATUS PATTERN COMMAND...: that exit status, nothing on stdout, one line on stderr that fits.
refused_like() {
    local status_wanted=$1 pattern=$2
    shift 2
    run "-$status_wanted" --separate-stderr "$@"
    assert_equal "$output" ""
    [ "${#stderr_lines[@]}" -eq 1 ]
    # shellcheck disable=SC2053
    [[ $stderr == $pattern ]] || fail "$stderr"
}

# writers COUNT EACH: that many at a time, each with so many additions one after the other.
writers() {
    local w pids=()
    for ((w = 0; w < $1; w++)); do
        for ((k = 0; k < $2; k++)); do
            callib-add -i lib.json "w$w.$k" --spw $((k % 2)) --caltype gaincal || echo "w$w.$k" >> failed
        done &
        pids+=($!)
    done
    wait "${pids[@]}"
}

@test "two writers at a time lose nothing" {
    writers 2 40
    [ ! -e failed ]
    run -0 jq '.active | length' lib.json
    assert_output 81
    # Each writer's own additions stand in their order.
    run -0 jq -e '[.active[].gaintable | select(startswith("w1."))] == [range(40) | "w1.\(.)"]' lib.json
}

@test "nor do eight, of several tools" {
    writers 8 10 &
    for k in 1 2 3 4 5; do
        callib-add -i lib.json "gone.$k" --caltype gaincal
        callib-remove -i lib.json --gaintable "gone.$k"
        callib-add -i lib.json "marked.$k" --caltype gaincal
        callib-mark -i lib.json --gaintable "marked.$k"
    done
    wait
    [ ! -e failed ]
    run -0 jq -c '[(.active | length), (.applied | length)]' lib.json
    assert_output '[81,5]'
}

@test "200 kills leave the old library or the new one, and stop no later run" {
    for ((k = 0; k < 1000; k++)); do
        echo "{\"gaintable\":\"t$k\",\"spw\":\"$((k % 2))\",\"caltype\":\"gaincal\"}"
    done > many.ndjson
    callib-add -i lib.json --batch many.ndjson
    run -0 "$PYTHON" "$TESTS/kill.py" 20130121 200 lib.json callib-add -i lib.json again.G --caltype gaincal
    # Both kinds of moments were met.
    [[ $output =~ ^([0-9]+)\ killed,\ ([0-9]+)\ of\ them ]]
    [ "${BASH_REMATCH[1]}" -ge 20 ]
    rm many.ndjson
    run -0 bash -c 'ls -A | grep -v -e "^empty.json$" -e "^info.json$" -e "^lib.json$" || true'
    assert_output ""
}

@test "SIGINT and SIGTERM while the library is locked change nothing, and leave no lock" {
    before=$(hash_tree .)
    for signal in INT TERM; do
        run "$PYTHON" - "$signal" <<'PY'
import signal, subprocess, sys, time
number = getattr(signal, 'SIG' + sys.argv[1])
p = subprocess.Popen(['callib-add', '-i', 'lib.json', '--batch', '-'], stdin=subprocess.PIPE,
                     preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
p.stdin.write(b'{"gaintable":"x.G"}\n')
p.stdin.flush()
time.sleep(0.1)
p.send_signal(number)
assert p.wait() == -number, p.returncode
PY
        assert_success
        assert_equal "$(hash_tree .)" "$before"
    done
    callib-add -i lib.json y.G --caltype gaincal
}

@test "JSON that is broken: line and column" {
    head -c 300 lib.json > cut.json
    refused_like 2 'callib-query: cut.json:*line*column*' callib-query cut.json
    printf '{"schema":\n  "calutils/callib/1",, }' > comma.json
    refused_like 2 'callib-query: comma.json:*line 2*column *' callib-query comma.json
    refused_like 2 'callib-add: comma.json:*line 2*column *' callib-add -i comma.json p.G
    refused_like 2 'callib-new: *line 1*column *' bash -c 'echo "{]" | callib-new'
    refused_like 2 'callib-query: *' bash -c 'callib-query < /dev/null'
}

@test "documents that are whole, but no library: the place in them" {
    bad() {
        jq "$1" lib.json > bad.json
        refused_like 2 "callib-query: bad.json*$2*" callib-query bad.json
    }
    bad '.schema = "calutils/callib/2"' 'calutils/callib/2'
    bad '.active[0].data[0].spw = 3' 'active\[0\].data\[0\].spw'
    bad '.active[0].data[0].spw = "0~"' 'active\[0\].data\[0\].spw'
    bad '.active[0].data[0].spw = "0~99"' 'active\[0\].data\[0\].spw'
    bad '.active[0].data[0].intent = "NOSUCH"' 'active\[0\].data\[0\].intent*NOSUCH'
    bad '.active[0].data[0].vis = "other.ms"' 'other.ms'
    bad '.active[0].gaintable = null' 'active\[0\].gaintable'
    bad '.active[0].spwmap = ["a"]' 'active\[0\].spwmap'
    bad '.active[0].calwt = "yes"' 'active\[0\].calwt'
    bad '.active = {}' 'active'
    bad 'del(.active)' 'active'
    bad '.measurement_sets[0].antennas[1].id = 0' 'measurement_sets\[0\].antennas\[1\]'
    bad '.measurement_sets[0].fields[0].id = -1' 'measurement_sets\[0\].fields\[0\]'
    bad '.measurement_sets += .measurement_sets' 'sim.ms'
    bad '.active[0].data += .active[0].data' 'active\[0\].data\[1\]'
    bad '.measurement_sets[0].antennas[1].id = 1e9' 'measurement_sets\[0\].antennas\[1\]'
}

@test "the same set twice, unknown sets, fields, spws, antennas" {
    refused_like 3 'callib-new: *sim.ms*' callib-new info.json info.json
    refused_like 3 'callib-add: *other.ms*sim.ms*' callib-add -i lib.json p.G --vis other.ms
    refused_like 3 'callib-add: *nosuch*demo*' callib-add -i lib.json p.G --field nosuch
    refused_like 3 'callib-add: *9*' callib-add -i lib.json p.G --spw 9
    refused_like 3 'callib-add: *ea99*ea01*' callib-add -i lib.json p.G --antenna ea99
    refused_like 4 'callib-add: *PHASE*TARGET*' callib-add -i lib.json p.G --intent PHASE
    refused_like 3 'callib-add: *nosuch.json*' callib-add -i nosuch.json p.G
    cmp lib.json "$BATS_FILE_TMPDIR/lib.json"
}

@test "a batch with a bad line adds nothing, and tells the line" {
    printf '%s\n' '{"gaintable":"a.G"}' '{"gaintable":"b.G","spw":"0"}' '{"gaintable":"c.G","spw":"7"}' > adds.ndjson
    refused_like 3 'callib-add: adds.ndjson: \[2\]*7*' callib-add -i lib.json --batch adds.ndjson
    printf '%s\n' '{"gaintable":"a.G"}' '{"gaintable":"b.G","spw":"0"' > adds.ndjson
    refused_like 2 'callib-add: adds.ndjson:*line*column*' callib-add -i lib.json --batch adds.ndjson
    printf '%s\n' '{"gaintable":"a.G"}' '{"gaintabel":"b.G"}' > adds.ndjson
    refused_like 2 'callib-add: adds.ndjson: \[1\]*gaintabel*' callib-add -i lib.json --batch adds.ndjson
    printf '%s\n' '{"gaintable":"a.G","calwt":"perhaps"}' > adds.ndjson
    refused_like 2 'callib-add: adds.ndjson: *calwt*' callib-add -i lib.json --batch adds.ndjson
    cmp lib.json "$BATS_FILE_TMPDIR/lib.json"
}

@test "a million lines with a bad one near the end: its line and column, and nothing changed" {
    line="applycal(vis='sim.ms', field='', intent='TARGET', spw='0', antenna='', gaintable='t.G', gainfield='', spwmap=[], interp='', calwt=True)"
    { yes "$line" | head -n 999998; echo "applycal(vis='sim.ms', field=, )"; echo "$line"; } > big.txt
    refused_like 2 'callib-import: big.txt:*999999*' callib-import -i lib.json big.txt
    [[ $stderr =~ 999999[^0-9]+30 ]]
    cmp lib.json "$BATS_FILE_TMPDIR/lib.json"
    printf '%s\n' "$line" "${line/sim.ms/other.ms}" > unknown.txt
    refused_like 3 'callib-import: unknown.txt*2*other.ms*' callib-import -i lib.json unknown.txt
    cmp lib.json "$BATS_FILE_TMPDIR/lib.json"
}

@test "what cannot be written: a full disk, a directory that is closed" {
    [ -w /dev/full ] || skip "no /dev/full"
    run -5 --separate-stderr bash -c 'callib-add x.G < lib.json > /dev/full'
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -5 --separate-stderr bash -c 'callib-query lib.json > /dev/full'
    run -5 --separate-stderr bash -c 'callib-export lib.json --format applycal > /dev/full'
    refused_like 5 'callib-export: */dev/full*' callib-export lib.json --format applycal --force -o /dev/full/x
    # The output of export is not overwritten without being told.
    echo mine > state.txt
    refused_like 5 'callib-export: state.txt*--force*' callib-export lib.json --format applycal -o state.txt
    assert_equal "$(cat state.txt)" mine
}

# as_nobody COMMAND...: as a user without rights, when we are root.
as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}

@test "a library that may not be written, or read" {
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* .
    mkdir open closed
    cp lib.json open
    cp lib.json closed
    chmod 777 open
    chmod 444 open/lib.json
    chmod 666 closed/lib.json
    chmod 555 closed
    refused_like 5 'callib-add: open/lib.json*' as_nobody callib-add -i open/lib.json x.G
    refused_like 5 'callib-add: closed/lib.json*' as_nobody callib-add -i closed/lib.json x.G
    chmod 000 open/lib.json
    refused_like 3 'callib-query: open/lib.json*' as_nobody callib-query open/lib.json
    chmod 755 closed
    cmp closed/lib.json lib.json
}

@test "mode and links of a library that is changed in place stay" {
    chmod 640 lib.json
    ln -s lib.json link.json
    callib-add -i link.json x.G --caltype gaincal
    [ -L link.json ]
    assert_equal "$(stat -c %a lib.json)" 640
    run -0 jq '.active | length' lib.json
    assert_output 2
}

@test "a disk that gets full while a library is changed in place leaves the old one, and nothing else" {
    cp lib.json before.json
    refused_like 5 'callib-add: lib.json.partial: cannot be written: *' \
        bash -c 'trap "" XFSZ; ulimit -f 1; exec callib-add -i lib.json x.G'
    cmp lib.json before.json
    assert_equal "$(ls lib.json*)" lib.json
}
