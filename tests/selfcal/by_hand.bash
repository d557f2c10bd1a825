# Two execution blocks of a calibrator and two targets, whose windows, fields and antennas have other numbers, self-calibrated by hand:
# `load selfcal/by_hand` behind `load helper` leaves one.ms, two.ms, cont.dat, plan.json, state.json and sc in $BATS_FILE_TMPDIR. The target
# "b & <c>" is faint.
setup_file() {
    command -v wsclean > /dev/null || return 0
    cd "$BATS_FILE_TMPDIR" || return 1
    local names='["A1","A2","A3","A4","A5","A6","A7","A8","A9"]' eb
    local scene='def scan($f): {field: $f, length_s: 60, intent: (if $f == "J1" then "CALIBRATE_PHASE#ON_SOURCE" else "OBSERVE_TARGET#ON_SOURCE" end)};
        def window($n; $f): {name: "X\($eb)#ALMA_RB_06#BB_\($n)#SW-01#FULL_RES", freq_hz: $f, width_hz: 15625000, nchan: 8};
        def field($n; $d): {name: $n, ra: "10h00m00", dec: $d, components: [{flux_jy: 1}]};
        {antennas: {layout: "alma", n: 9, names: $names}, integration_s: 10, noise_jy: 0.1, errors: {phase_rms_rad: 0.8, phase_walk_rad: 0.15}}'
    jq -n --argjson eb 1 --argjson names "$names" "$scene"' + {reference_time: "2024/06/02/04:00:00", spws: [window(1; 230e9), window(2; 232e9)],
        fields: [field("J1"; "-19d00m00"), field("a"; "-20d00m00"), field("b & <c>"; "-21d00m00")],
        scans: [scan("J1"), scan("a"), scan("b & <c>"), scan("J1"), scan("a"), scan("b & <c>")]}' > one.json
    jq -n --argjson eb 2 --argjson names "$(jq -c 'reverse' <<< "$names")" "$scene"' + {reference_time: "2024/06/05/04:00:00", spws: [window(2; 232e9), window(1; 230e9)],
        fields: [field("b & <c>"; "-21d00m00"), field("a"; "-20d00m00")],
        scans: [scan("a"), scan("b & <c>"), scan("a"), scan("b & <c>")]}' > two.json
    for eb in one two; do
        ms-sim --quiet --seed 3 "$eb.json" "$eb.ms" > /dev/null || return 1
    done
    printf 'Field: a\n\nSpectralWindow: 0 BB_1\n230.0~230.1GHz TOPO\n\n' > cont.dat
    selfcal-plan --workdir sc one.ms two.ms > plan.json || return 1
    "$PYTHON" "$TESTS/selfcal/by_hand.py" --solints inf_EB,inf,int --refuse int --faint 'b & <c>' --imsize 128 plan.json state.json
}
