# selfcal-report: table, numbers and page of a self-calibration that was made by hand; what is missing, what is not finished.
load helper
load selfcal/by_hand

setup() {
    need_program wsclean
    cd "$BATS_FILE_TMPDIR" || return 1
}

@test "the numbers: ladder, verdicts, score, solutions of each antenna" {
    selfcal-report state.json > report.json
    valid selfcal-report report.json
    run -0 jq -c '.qa_score, (.targets[] | [.target, .success, .final_solint, .qa_score, ([.ladder[] | [.solint, .verdict]] | length)])' report.json
    assert_line --index 0 0.98
    assert_line --index 1 --partial '["a",true,"inf",0.98,'
    assert_line --index 2 --partial '["b & <c>",false,null,1,'
    run -0 jq -c '.targets[0] | [.ladder[] | select(.verdict != "not_tried") | [.solint, .verdict, .snr_post > 0, .mode]]' report.json
    assert_output '[["inf_EB","accepted",true,"combinespw"],["inf","accepted",true,"combinespw"],["int","refused",true,"combinespw"]]'
    run -0 jq -c '.targets[0].final.snr > 1.5 * .targets[0].initial.snr, [.targets[0].tables[] | .gains.antennas | length],
        (.targets[0].tables[1].gains.antennas | map(select(.reference)) | length)' report.json
    assert_output "$(printf 'true\n[9,9,9,9]\n1')"
    # as caltable-info counts it
    table=$(jq -r '.targets[0].tables[1].gaintable' report.json)
    assert_equal "$(jq -c '.targets[0].tables[1].gains | [.solutions, (.flagged_fraction * .solutions | round)]' report.json)" \
        "$(caltable-info "$table" --jq '[.antennas | (map(.solutions) | add), (map(.flagged) | add)]')"
}

@test "the table fits a terminal and says what was refused and why" {
    run -0 selfcal-report --text state.json
    for line in "${lines[@]}"; do
        [[ $line == "  sc/"* ]] || [ "$(LC_ALL=C.UTF-8 wc -m <<< "$line")" -le 101 ] || fail "too long: $line"
    done
    assert_line --regexp '^  inf_EB .* accepted$'
    assert_line --regexp '^  int: the S/N '
    assert_line '  stopped: too little S/N is to be expected of a solution of inf_EB, and 2.95 is wanted'
    assert_line --regexp '^  S/N [0-9.]+ > [0-9.]+, noise .* self-calibrated$'
    refute_output --partial 'Before is'
}

# A first image that is hardly cleaned, as of data that were calibrated before, is not what the last one is compared with.
@test "before is the image that the first interval began with, where that is better; the S/N that comes of fitting noise" {
    jq '(.targets[0].steps[] | select(.solint == "inf_EB").images.prior.fields[0]) |= (.SNR = 127.7 | .RMS = 2e-4) | .targets[0].state.overfit = 0.033
        | .targets[0] |= (.SNR_orig = 22.2 | .SNR_final = 128 | .RMS_final = 1.9e-4)' state.json > again.json
    selfcal-report -f -o again.html again.json > report.json
    valid selfcal-report report.json
    run -0 jq -c '.targets[0] | [(.initial | .snr, .rms_jy, .prior_of, .snr_orig), .fields[0].initial.snr, (.snr_gain * 1000 | round), .overfit, .qa_score], (.ladder[0].snr_pre)' report.json
    assert_output $'[127.7,0.0002,"inf_EB",22.2,127.7,1002,0.033,0.98]\n127.7'
    run -0 selfcal-report --text again.json
    assert_line '  S/N 127.7 > 128.0 (3.3 % of it by fitting noise), noise 200 µJy > 190 µJy: self-calibrated'
    assert_line --partial 'Before is the image that inf_EB began with, cleaned as deeply as what follows; the first one,'
    assert_line '  cleaned less, has an S/N of 22.2'
    run -0 grep -c '127.7 before; by fitting noise 3.3 %' again.html
    run -0 grep -c '<p>Before is the image that inf_EB began with' again.html
    run -0 grep -c 'alt="Image, before: S/N 127.7"' again.html
    run -0 "$PYTHON" "$TESTS/selfcal/page.py" again.html
    run -0 jq -c '[.images, .missing]' <<< "$output"
    assert_output '[10,0]'
    # the noise has risen against that image; little that is fitted is not told; nothing is compared where nothing was accepted
    run -0 selfcal-report --jq '.targets[0].qa_score' <(jq '.targets[0].RMS_final = 3e-4' again.json)
    assert_output 0.85
    run -0 selfcal-report --text <(jq '.targets[0].state.overfit = 0.004' again.json)
    refute_output --partial 'fitting noise'
    run -0 selfcal-report --jq '.targets[0].initial | .snr, .prior_of' <(jq '.targets[0].state.SC_success = false' again.json)
    assert_output $'22.2\nnull'
}

@test "why a target stopped is said in words, with what may be done" {
    jq '.targets[1] |= (.solints[0].solint_snr = 1.234 | .SNR_orig = 6.1)' state.json > faint.json
    run -0 selfcal-report --text faint.json
    assert_line '  stopped: a solution of inf_EB would have an S/N of 1.23, and 2.95 is wanted (minsnr_to_proceed);'
    assert_line --partial 'the first image hardly shows a source (S/N 6.1): if its phases were never calibrated, plan again'
    selfcal-report -f -o faint.html faint.json > report.json
    valid selfcal-report report.json
    run -0 jq -c '.targets | map(.stop_reason, (.stop_text | . != null and endswith("--recipe raw_phases")))' report.json
    assert_output '[null,false,"Estimated_SNR_too_low_for_solint inf_EB",true]'
    run -0 grep -c '<p>Stopped: a solution of inf_EB would have an S/N of 1.23, and 2.95 is wanted' faint.html
    for change in '.recipe.name = "raw_phases"' '.targets[1].SNR_orig = 20'; do
        run -0 selfcal-report --jq '.targets[1].stop_text' <(jq "$change" faint.json)
        assert_output '"a solution of inf_EB would have an S/N of 1.23, and 2.95 is wanted (minsnr_to_proceed)"'
    done
    run -0 selfcal-report --jq '.targets[1].stop_text' <(jq '.targets[1] |= (.SNR_orig = 20 | .state.Stop_Reason |= . + "; the solutions of other targets did not help")' faint.json)
    assert_output --partial '(minsnr_to_proceed); the solutions of other targets did not help"'
    run -0 selfcal-report --jq '.targets[1].stop_text' <(jq '.targets[1].state.Stop_Reason = "Empty_model_for_solint inf"' faint.json)
    assert_output '"the image before inf shows no source to solve against"'
    run -0 selfcal-report --jq '.targets[1].stop_text' <(jq '.targets[1].state.Stop_Reason = "another reason"' faint.json)
    assert_output '"another reason"'
}

@test "the page: one file, well-formed, pictures and gains in it, names escaped" {
    selfcal-report -o page.html state.json > /dev/null
    run -0 "$PYTHON" "$TESTS/selfcal/page.py" page.html
    # a: first and last, three steps with two; b: first and last. Gains: three steps, two blocks, nine antennas.
    run -0 jq -c '[.images, .sections, .missing, .largest <= 360, .drawings > 54]' <<< "$output"
    assert_output '[10,2,0,true,true]'
    [ "$(stat -c %s page.html)" -lt 4000000 ]
    run -0 grep -c 'b &#38; &#60;c&#62;' page.html
    run -1 grep -F '<c>' page.html
    run ! selfcal-report -o page.html state.json
    [ "$status" -eq 5 ]
    cp page.html before.html
    selfcal-report -f -o page.html state.json > /dev/null
    cmp page.html before.html
}

# Colours and size of a PNG without Python's imaging library: rows of the filtered bytes are enough to see that something is there.
drawn() { # PNG
    "$PYTHON" -c '
import struct, sys, zlib
png = open(sys.argv[1], "rb").read()
at, data = 8, b""
while at < len(png):
    size, kind = struct.unpack(">I4s", png[at:at + 8])
    data += png[at + 8:at + 8 + size] if kind == b"IDAT" else b""
    at += size + 12
print(struct.unpack(">II", png[16:24])[0], len(data) > 50000, len(set(zlib.decompress(data))) > 200)
' "$1"
}

@test "the page is drawn by a browser, on a desk and on a telephone, and printed" {
    need_program chromium
    selfcal-report -f -o page.html state.json > /dev/null
    browser=(chromium --headless --no-sandbox --disable-gpu --hide-scrollbars "--user-data-dir=$BATS_TEST_TMPDIR/browser")
    for width in 1280 500; do
        "${browser[@]}" --screenshot="$BATS_TEST_TMPDIR/$width.png" --window-size=$width,2400 "file://$PWD/page.html" 2> /dev/null
        run -0 drawn "$BATS_TEST_TMPDIR/$width.png"
        assert_output "$width True True"
    done
    "${browser[@]}" --print-to-pdf="$BATS_TEST_TMPDIR/page.pdf" "file://$PWD/page.html" 2> /dev/null
    run -0 head -c 5 "$BATS_TEST_TMPDIR/page.pdf"
    assert_output '%PDF-'
}

@test "a step that was passed over was not tried; ways of a step and amplitudes are shown" {
    jq '(.targets[0].steps[] | select(.solint == "inf")).pass = 2 | .targets[1].steps += [{step: "solint", solint: "inf_EB", index: 0, pass: 1, decision: "inf_EB not tried: too faint"}]
        | .targets[1].steps += [{step: "solint", solint: "inf", index: 1, pass: 1, decision: "inf: no solutions: all flagged"}]
        | .targets[1].solints[1].Pass = false
        | (.targets[0].steps[] | select(.solint == "int")) |= (.attempts = [{way: "chosen", verdict: {kind: "refused", reasons: ["worse & worse"]}},
            {way: "combinespw", verdict: {kind: "refused", reasons: ["still"]}}])
        | .targets[0].solints |= map(.solmode = "ap")' state.json > more.json
    selfcal-report -f -o more.html more.json > report.json
    valid selfcal-report report.json
    run -0 jq -c '[.targets[1].ladder[:3][].verdict], .targets[1].qa_score' report.json
    assert_output "$(printf '["not_tried","refused","not_tried"]\n0.99')"
    run -0 "$PYTHON" "$TESTS/selfcal/page.py" more.html
    run -0 grep -c '<h4>inf (2)</h4>' more.html
    run -0 grep -c 'chosen: refused; worse &#38; worse' more.html
    run -0 grep -c 'Amplitude of the gains' more.html
    assert_output 6
}

@test "images and tables that are gone are named in their place" {
    image=$(jq -r '.targets[0].steps[] | select(.step == "final").images.final.fields[0].image' state.json)
    mkdir -p gone && cp -r sc gone/ && rm "gone/$image" && rm -r gone/sc/*.inf_EB.*.tbl
    cp state.json gone/
    (cd gone && selfcal-report -f -o page.html state.json > report.json)
    valid selfcal-report gone/report.json
    run -0 jq -c '[.targets[0].tables[].gains == null]' gone/report.json
    assert_output '[true,false,true,false]'
    run -0 grep -c "No picture: $image" gone/page.html
    run -0 "$PYTHON" "$TESTS/selfcal/page.py" gone/page.html
    run -0 jq .missing <<< "$output"
    [ "$output" -ge 3 ]
}

@test "paths are looked for from the state's folder too; a plan has nothing to show; a refused picture sets no colours" {
    mkdir -p elsewhere
    run -0 bash -c 'cd elsewhere && selfcal-report ../state.json --jq "[.targets[0].tables[].gains != null] | all"'
    assert_output true
    selfcal-report -f -o page.html plan.json > report.json
    valid selfcal-report report.json
    run -0 jq -c '[.qa_score, .targets[0].qa, ([.targets[].ladder[].verdict] | unique)]' report.json
    assert_output '[null,"it is not finished",["not_tried"]]'
    run -0 "$PYTHON" "$TESTS/selfcal/page.py" page.html
    run -0 bash -c 'selfcal-report --jq .qa_score < state.json'
    assert_output 0.98
}

@test "bad input is told in one line" {
    for bad in '{}' '[]' '{"schema":"calutils/ms-info/1","targets":[]}' '{"schema":"calutils/selfcal-step/1"}'; do
        run --separate-stderr selfcal-report <<< "$bad"
        assert_equal "$status" 2
        assert_equal "${#stderr_lines[@]}" 1
    done
    # of the right schema and with nothing else as it should be
    run -0 selfcal-report --text <<< '{"schema":"calutils/selfcal-step/1","targets":[{"vis":3,"steps":{"a":1},"solints":[7],"state":[]},{}]}'
    run -0 selfcal-report -f -o odd.html <<< '{"schema":"calutils/selfcal-step/1","targets":[{"vis":[3],"steps":[{"step":"solint","images":{"prior":{"fields":[1]}},"solutions":[4]},5],"solints":[7],"state":[]},{}]}'
    run -0 "$PYTHON" "$TESTS/selfcal/page.py" odd.html
}
