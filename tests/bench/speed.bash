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

# ratio WHAT LIMIT RUNS BEFORE REFERENCE COMMAND...
ratio() {
    local result took reference
    result=$(BEFORE="$4" "$here/compare" "$3" "$5" "${@:6}")
    read -r took reference result <<< "$result"
    printf '  %-50s %9.3f s  against %.3f s\n' "$1" "$took" "$reference"
    row "$1: ratio" "$result" "$2" ''
}

speed() {
    local others
    heading 'speed against cat and write of the same bytes' 'ratio' 'limit'
    others="\$(ls big.ms/table.* | grep -v -x -F $(column_file big.ms))"
    ratio 'gaincal --calmode p --solint int' 2.5 11 'rm -rf out.G written' \
        'cat big.ms/table.* > /dev/null; cat out.G/table.* > written' \
        gaincal --calmode p --solint int --refant ea01 big.ms out.G
    ratio 'applycal, one G table' 1.5 5 'rm -rf apply.ms written; cp -r big.ms apply.ms' \
        "cat $others > /dev/null; cat $others > written" applycal -g phases.G apply.ms
    rm -rf apply.ms
    ratio 'ms-split without averaging' 1.3 7 'rm -rf split.ms written' 'cp -r split.ms written' \
        ms-split --datacolumn data big.ms split.ms
    rm -rf split.ms written
}
