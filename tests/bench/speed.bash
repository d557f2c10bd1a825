# Whole processes against cat of the bytes that they must read and a write of those that they must write.

# simulate TIMES OUT.ms: 351 baselines x 200 x TIMES integrations x 4 spws x 64 channels x 2
# correlations, with MODEL_DATA: 573 MB x TIMES.
simulate() {
    ms-sim --spws 4 --nchan 64 --integration 10s --scans 1 --length $((2000 * $1))s --model \
        --phase-rms 60deg --gap 0s "$2" > /dev/null
}

# The file of one visibility column: the largest.
column_file() {
    # shellcheck disable=SC2012
    ls -S "$1"/table.f*_TSM* | head -1
}

# ratio WHAT LIMIT SECONDS BYTES_READ_COMMAND WRITE_COMMAND
ratio() {
    local read write
    read=$(seconds 5 sh -c "$4")
    write=$(BEFORE='rm -rf written' seconds 5 sh -c "$5")
    printf '  %-50s %9.3f s  = read %.3f s + write %.3f s\n' "$1" "$3" "$read" "$write"
    row "$1: ratio" "$(calculate "$3 / ($read + $write)")" "$2" ''
}

speed() {
    local took column others
    heading 'speed against cat and write of the same bytes' 'ratio' 'limit'
    column=$(column_file big.ms)
    others="\$(ls big.ms/table.* | grep -v -x -F $column)"
    took=$(BEFORE='rm -rf out.G' seconds 5 gaincal --calmode p --solint int --refant ea01 big.ms out.G)
    ratio 'gaincal --calmode p --solint int' 2.5 "$took" 'cat big.ms/table.* > /dev/null' \
        'cat out.G/table.* > written'
    if has applycal; then
        cp -r big.ms apply.ms
        took=$(BEFORE='rm -rf apply.ms; cp -r big.ms apply.ms' seconds 3 applycal -g phases.G apply.ms)
        ratio 'applycal, one G table' 1.5 "$took" "cat $others > /dev/null" "cat $others > written"
        rm -rf apply.ms
    fi
    if has ms-split; then
        took=$(BEFORE='rm -rf split.ms' seconds 3 ms-split --datacolumn data big.ms split.ms)
        ratio 'ms-split without averaging' 1.3 "$took" 'true' 'cp -r split.ms written'
        rm -rf split.ms
    fi
    rm -rf written
}
