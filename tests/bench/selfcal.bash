# Self-calibration: where the time of the demo's loop goes. What is outside the imager is limited, in parts of the whole.
# shellcheck shell=bash

# seconds_in KEY: of the loop's pieces together
seconds_in() {
    jq -s "map(.$1) | add" loop.ndjson
}

selfcal() {
    local begin whole imager solver
    if ! has wsclean; then
        heading "Self-calibration: wsclean is not installed" "" ""
        return
    fi
    ms-sim --quiet "$here/../../share/scenes/selfcal.json" loop.ms > /dev/null
    selfcal-plan --imsize 640 --cell 0.35arcsec loop.ms > loop.json
    begin=$(date +%s.%N)
    selfcal-step --all --timing loop.ndjson < loop.json > loop-end.json
    whole=$(calculate "$(date +%s.%N) - $begin")
    imager=$(seconds_in imager_s)
    solver=$(seconds_in solver_s)
    heading "Self-calibration of the demo, S/N $(jq '.targets[0] | "\(.SNR_orig | round) to \(.SNR_final | round)"' loop-end.json | tr -d '"')" seconds limit
    row "the whole loop" "$whole" 120 s
    row "  imager" "$imager" 120 s
    row "  gaincal and applycal" "$solver" 120 s
    row "  the rest" "$(calculate "$whole - $imager - $solver")" 120 s
    row "outside the imager, of the whole" "$(calculate "100 * (1 - $imager / $whole)")" 15 %
}
