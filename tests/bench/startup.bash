# Start-up over that of `true`, in milliseconds: the shortest of many runs.
# shellcheck disable=SC2154 # build is of run

startup() {
    local tool base took
    heading 'start-up over that of true' 'ms' 'limit'
    base=$(seconds 60 true)
    for tool in "$build"/bin/*; do
        tool=${tool##*/}
        [[ $tool != *.? ]] || continue # what the compiler left
        for option in --help --version; do
            took=$(seconds 30 "$tool" $option)
            row "$tool $option" "$(calculate "($took - $base) * 1e3")" 4 ms
        done
    done
    ms-sim --antennas 5 --scans 1 --length 60s small.ms > /dev/null
    took=$(seconds 30 ms-info small.ms)
    row 'ms-info small.ms' "$(calculate "($took - $base) * 1e3")" 15 ms
}
