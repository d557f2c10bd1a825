# The calibration library at the sizes by which the NRAO pipeline's was measured: seconds of all processes together, which took the pipeline
# 144 s for the additions and 211 s for the listing in the EVLA case, and 0.83 s + 0.01 s in the ALMA case.

# made NAME ANTENNAS SPWS FIELDS SETS TABLES PER_ANTENNA PER_SPW: NAME.info.json, NAME.ndjson and NAME.json, the library.
made() {
    "$here/callib_make.py" "$@"
    callib-new "$1.info.json" > "$1.empty.json"
    callib-add --batch "$1.ndjson" < "$1.empty.json" > "$1.json"
}

# All that a pipeline would do: new library, additions, listing, export.
chain() {
    seconds 5 sh -c "callib-new $1.info.json | callib-add --batch $1.ndjson > $1.json && callib-query $1.json > $1.lines &&
        if command -v callib-export > $1.there; then callib-export $1.json > $1.text; fi"
}

# Additions one by one, each a process that changes the file.
one_by_one() {
    local line
    cp evla.empty.json single.json
    while IFS= read -r line; do
        callib-add -i single.json --batch - <<< "$line"
    done < evla.ndjson
}

growth() {
    local what
    printf '\n%-22s %8s %10s %8s %8s\n' 'growth of the EVLA case' 'lines' 'new + add' 'listing' 'peak'
    while read -r what antennas spws fields; do
        made growth "$antennas" "$spws" "$fields" 1 60 10 20
        printf '%-22s %8d %8.3f s %6.3f s %5d MB\n' "$what" "$(callib-query growth.json --jq '.lines | length')" \
            "$(seconds 3 sh -c 'callib-new growth.info.json | callib-add --batch growth.ndjson')" \
            "$(seconds 3 callib-query growth.json)" "$(measure 1 callib-query growth.json | cut -d' ' -f2)"
    done << END
as_it_is 28 64 300
antennas_x_2 56 64 300
antennas_x_4 112 64 300
spws_x_2 28 128 300
spws_x_4 28 256 300
fields_x_2 28 64 600
fields_x_4 28 64 1200
END
}

callib() {
    local took peak
    heading 'calibration library' 'measured' 'limit'
    made evla 28 64 300 1 60 10 20
    row 'EVLA: new, 60 additions at once, listing, export' "$(chain evla)" 0.35 s
    export -f one_by_one
    row 'EVLA: 60 additions one by one' "$(seconds 1 bash -c one_by_one)" 3 s
    made alma 45 32 10 1 40 0 4
    row 'ALMA: new, 40 additions at once, listing, export' "$(chain alma)" 0.03 s
    made fifty 300 64 20 50 4 1 1
    took=$(chain fifty)
    row '50 sets, 300 antennas, 64 spws, 200 additions' "$took" 2 s
    for peak in "callib-new fifty.info.json" "callib-add --batch fifty.ndjson -i fifty.empty.json" "callib-query fifty.json"; do
        # shellcheck disable=SC2086
        row "50 sets: memory of ${peak%% *}" "$(measure 1 $peak | cut -d' ' -f2)" 500 MB
    done
    growth
}
