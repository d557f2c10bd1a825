# Peak memory in MB, and how much it grows with a longer set.

# peak COMMAND...
peak() {
    local result
    result=$(measure 1 "$@")
    echo "${result#* }"
}

memory_of() { # SET.ms: one line "TOOL MB" each
    echo "gaincal $(peak gaincal --calmode p --solint int --refant ea01 "$1" "$1.G")"
    has applycal && echo "applycal $(peak applycal -g "$1.G" "$1")"
    has ms-split && echo "ms-split $(peak ms-split --datacolumn data "$1" "$1.split")"
    echo "ms-info $(peak ms-info --flags "$1")"
    rm -rf "$1" "$1.G" "$1.split"
}

memory() {
    local times=3 tool mb
    [ -n "${LONG:-}" ] && times=10
    heading 'peak memory' 'MB' 'limit'
    memory_of big.ms > once
    simulate $times long.ms
    memory_of long.ms > longer
    while read -r tool mb; do
        row "$tool, 573 MB" "$mb" 300 MB
        row "$tool, $times times longer: growth" \
            "$(calculate "$(sed -n "s/^$tool //p" longer) - $mb")" 30 MB
    done < once
}
