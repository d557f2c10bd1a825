# selfcal-plan: against the recorded decisions of auto_selfcal, on simulated sets, edited plans, bad input.
load helper

ORACLES=${CALUTILS_TEST_ORACLES:-$TESTS/../../shared/oracles}/selfcal
COPIES=$TESTS/selfcal

# Two execution blocks whose windows, fields and antennas have other ids; the first has a phase calibrator, the second one window less.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    scene='def scan($field; $intent): {field: $field, length_s: 60, intent: $intent};
        def window($n; $f; $c): {name: "X\($eb)#ALMA_RB_06#BB_\($n)#SW-01#FULL_RES", freq_hz: $f, width_hz: 15625000, nchan: $c};
        {antennas: {layout: "alma", n: 6}, integration_s: 6}'
    jq -n --argjson eb 1 "$scene"' + {spws: [window(1; 230e9; 128), window(2; 232e9; 128)],
        fields: [("J1", "a b*c") | {name: ., ra: "10h00m00", dec: "-20d00m00"}],
        scans: [scan("J1"; "CALIBRATE_PHASE#ON_SOURCE"), scan("a b*c"; "OBSERVE_TARGET#ON_SOURCE"),
                scan("J1"; "CALIBRATE_PHASE#ON_SOURCE"), scan("a b*c"; "OBSERVE_TARGET#ON_SOURCE"),
                scan("a b*c"; "OBSERVE_TARGET#ON_SOURCE")]}' > one.json
    jq -n --argjson eb 2 "$scene"' + {spws: [window(2; 232e9; 128)], fields: [{name: "a b*c", ra: "10h00m00", dec: "-20d00m00"}],
        scans: [scan("a b*c"; "OBSERVE_TARGET#ON_SOURCE"), scan("a b*c"; "OBSERVE_TARGET#ON_SOURCE"),
                scan("a b*c"; "OBSERVE_TARGET#ON_SOURCE")]}' > two.json
    for eb in one two; do
        ms-sim --quiet --seed 1 "$eb.json" "$eb.ms" > /dev/null || return 1
        ms-info "$eb.ms" > "$eb.info.json"
    done
    selfcal-plan one.ms two.ms > plan.json
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return 1
}

# finding TEXT FILTER: --check of the plan after the jq FILTER finds exactly one thing, at a place or of a kind that holds TEXT.
finding() {
    jq "$2" plan.json > edited.json
    run -1 selfcal-plan --check edited.json --text
    assert_equal "${#lines[@]}" 1
    [[ $output == *"$1"* ]] || fail "no '$1' in: $output"
}

# ---- against what was recorded ----

@test "three recorded runs: ladders, S/N, widths, sizes, ways, depths agree" {
    run -0 "$PYTHON" "$TESTS/oracle/selfcal_plan.py" compare "$COPIES/wanted.json" "$COPIES"
    [[ ${lines[-1]} =~ ^"all: "([0-9]+)" agree, 13 differ on purpose, 0 are wrong" ]]
    [ "${BASH_REMATCH[1]}" -gt 300 ]
}

@test "all recorded runs: the same" {
    [ -e "$ORACLES/README.md" ] || skip "no recorded runs in \$CALUTILS_TEST_ORACLES"
    cases=()
    for folder in "$ORACLES"/*/; do
        case=$(basename "$folder") from=$folder
        [ "$case" = c2_alma_int_refused ] && from=$ORACLES/c_alma_two_targets_two_ebs
        [ "$case" = a3_vla_s_user_mask ] && from=$ORACLES/a_vla_s
        mkdir -p "$BATS_TEST_TMPDIR/sets/$case" "$BATS_TEST_TMPDIR/documents/$case"
        tar -xJf "$from/ms.tar.xz" -C "$BATS_TEST_TMPDIR/sets/$case"
        for ms in "$BATS_TEST_TMPDIR/sets/$case"/*.ms; do
            ms-info --flags --weights "$ms" > "$BATS_TEST_TMPDIR/documents/$case/$(basename "$ms" .ms).json"
        done
        [ ! -e "$folder/cont.dat" ] || cp "$folder/cont.dat" "$BATS_TEST_TMPDIR/documents/$case"
        cases+=("$case")
    done
    "$PYTHON" "$TESTS/oracle/selfcal_plan.py" distil "$ORACLES" "${cases[@]}" > "$BATS_TEST_TMPDIR/wanted.json"
    run -0 "$PYTHON" "$TESTS/oracle/selfcal_plan.py" compare "$BATS_TEST_TMPDIR/wanted.json" "$BATS_TEST_TMPDIR/documents"
    echo "# ${lines[-1]}" >&3
    [[ ${lines[-1]} =~ ^"all: "([0-9]+)" agree, 31 differ on purpose, 0 are wrong" ]]
    [ "${BASH_REMATCH[1]}" -gt 1700 ]
}

# ---- what a plan says ----

@test "the plan follows its schema, is right as it is, and a set says the same as its description" {
    valid selfcal-plan plan.json
    assert_equal "$(jq -r .state.stage plan.json)" planned
    run -0 selfcal-plan --check plan.json
    assert_equal "$(jq -c '[.ok, .findings]' <<< "$output")" '[true,[]]'
    selfcal-plan --flags=false one.ms two.ms > sets.json
    cat one.info.json two.info.json | selfcal-plan > documents.json
    cmp sets.json documents.json
    cmp sets.json <(selfcal-plan one.info.json two.info.json)
}

@test "execution blocks are aligned by names: windows, fields, and what is missing" {
    assert_equal "$(jq -c '[.targets[] | [.target, .band, [.vis[].fields[0].id_orig], [.spws[] | .spw, .ids_orig]]]' plan.json)" \
        '[["a b*c","ALMA Band 6",[1,0],[0,[0,null],1,[1,0]]]]'
    assert_equal "$(jq -c '[.targets[0].vis[] | .spwmap, .baseband_spwmap]' plan.json)" '[[0,0],[0,1],[0],[0]]'
    assert_equal "$(jq -c '.targets[0].vislist' plan.json)" \
        '["one.a_b_c.spw0_1.selfcal.ms","two.a_b_c.spw1.selfcal.ms"]'
}

@test "a target is found by its place under another name, and by its name where it moved" {
    jq '.fields |= map(.name = "other")' two.info.json > renamed.json
    run -0 selfcal-plan one.info.json renamed.json --jq '.targets | map([.target, .obstype, (.vis | length)])'
    assert_equal "$output" '[["a b*c","single-point",2]]'
    jq '.fields |= map(.direction.ra_rad += 1e-4)' two.info.json > moved.json
    run -0 selfcal-plan one.info.json moved.json --jq '[.targets[0].obstype, (.targets[0]["sub-fields"] | length), (.targets[0].vis | map(.fields[0].id_orig)), .notes[0]]'
    assert_output --partial '["single-point",1,[1,0],"a b*c, ALMA Band 6: phase centres of the execution blocks are 19.4 arcsec apart'
    jq '.fields |= map(.direction.ra_rad += 1e-4 | .name = "other")' two.info.json > elsewhere.json
    run -0 selfcal-plan one.info.json elsewhere.json --jq '.targets | map([.target, (.vis | length)])'
    assert_equal "$output" '[["a b*c",1],["other",1]]'
}

@test "ms-split does what the plan says of the working copies" {
    selfcal-plan --workdir "$BATS_TEST_TMPDIR" --timebin 12s one.ms two.ms > there.json
    jq -r '.targets[].vis[].split.command' there.json > commands
    bash -e commands > /dev/null
    jq -r '.targets[].vis[] | [.vis, (.spws | map(.channels) | tostring)] | @tsv' there.json | while IFS=$'\t' read -r vis channels; do
        assert_equal "$(ms-info "$vis" --jq '[.spws[].nchan]')" "$channels"
        assert_equal "$(ms-info "$vis" --jq '[.fields[].name] | join(",")')" '"a b*c"'
        assert_equal "$(ms-info "$vis" --jq '.scans[0].interval_s')" 12
    done
    assert_equal "$(jq -c '.targets[0].solints | map(.solint)' there.json)" '["inf_EB","inf","24.00s","int","300s_ap","inf_ap"]'
}

@test "cont.dat: both ends of a range are in, gaps are left out, and what does not fit is said" {
    # the antennas' motion towards the field moves 230 GHz by less than a channel of 15.6 MHz at most
    printf '%s\n' 'Field: a b*c' '' 'SpectralWindow: 0 X9#ALMA_RB_06#BB_1#SW-01#FULL_RES' '230.3~230.6GHz TOPO' '231.0~231.2GHz TOPO' > cont.dat
    selfcal-plan --flags=false --contfile cont.dat one.ms 2> err > cont.json
    assert_equal "$(jq -c '.targets[0].vis[0].spws | map(.continuum)' cont.json)" '[null,null]'
    sed -i 's/X9#/X1#/' cont.dat
    selfcal-plan --flags=false --contfile cont.dat one.ms > cont.json
    # channel n is at 230 GHz + n 15.625 MHz: 19.2 to 38.4, 64 to 76.8
    assert_equal "$(jq -c '.targets[0].vis[0].spws | map(.continuum)' cont.json)" '["20~38;64~76",null]'
    assert_equal "$(jq '.targets[0].spws[0].effective_bandwidth_hz' cont.json)" 500000000
    [[ $(jq -r '.targets[0].vis[0].split.command' cont.json) == *"--spw '0:20~38;64~76,1'"* ]]
    jq -e '.notes | any(contains("has no entry in cont.dat"))' cont.json
    sed -i 's/TOPO/LSRK/' cont.dat
    selfcal-plan --flags=false --contfile cont.dat one.ms > lsrk.json
    jq -e '.targets[0].vis[0].spws[0].continuum | test("^(19|20|21)~(37|38|39|40);")' lsrk.json
    echo 'SpectralWindow: 1' >> cont.dat
    echo NONE >> cont.dat
    selfcal-plan --flags=false --contfile cont.dat one.ms > none.json
    assert_equal "$(jq -c '.targets[0].vis[0].spws | map(.spw)' none.json)" '[0]'
    echo 230~231 >> cont.dat
    refused 3 'cont.dat: line 8: a range as 230.03~230.06GHz LSRK is wanted' selfcal-plan --contfile cont.dat one.ms
}

@test "what is known of the source decides what is tried" {
    run -0 selfcal-plan one.ms two.ms --snr 30 --jq '.targets[0] | [.SNR_orig, (.solints | map(.worth_trying) | unique)]'
    assert_equal "$output" '[30,[false,true]]'
    run -0 selfcal-plan one.ms two.ms --jq '.targets[0] | [.SNR_orig, .solints[0].solint_snr, .solints[0].nsigma]'
    assert_equal "$output" '[null,null,1.5]'
    refused 3 '--snr: no target "other"; targets are a b*c' selfcal-plan one.ms two.ms --snr 'other=30'
    refused 3 '--sensitivity: no target "a b"; targets are a b*c' selfcal-plan one.ms --sensitivity 'a b*c=1mJy,a b=2mJy'
    run -0 selfcal-plan one.ms two.ms --flux 'a b*c=20mJy' --sensitivity 0.2mJy --jq '.targets[0] | [.SNR_orig, .dr_modifier, .clean_threshold_orig]'
    assert_equal "$output" '[100,2,0.0016]'
}

@test "the noise comes from the weights, where these can be right" {
    run -0 selfcal-plan one.ms --jq '.targets[0] | [.sensitivity_from, .theoretical_sensitivity]'
    noise=$(jq '.[1]' <<< "$output")
    [[ $output == '["weights",'* ]]
    # 0.2 Jy in each of 3 scans x 10 integrations x 15 baselines x 256 channels x 2 polarizations, and robust weights
    jq -ne --argjson noise "$noise" '($noise / (1.09 * 0.2 / (3 * 10 * 15 * 256 * 2 | sqrt)) - 1) | fabs < 0.01'
    ms-info --flags --weights one.ms > weighed.json
    jq '.fields |= map(.weights |= map(.sum *= 1e9))' weighed.json > strange.json
    run -0 selfcal-plan strange.json --jq '.targets[0].sensitivity_from'
    assert_output '"receivers"'
}

@test "options and recipes change the plan" {
    run -0 selfcal-plan one.ms --recipe hif_selfcal --jq '[.recipe.mode, .settings.minsnr_to_proceed, (.targets[0].solints | map(.solint))]'
    assert_equal "$output" '["pipeline",3,["inf_EB","inf","30.00s","12.00s","int"]]'
    run -0 selfcal-plan one.ms --recipe vlass --jq '[.settings.refantmode, (.targets[0].solints | map(.solint, (.modes | map(.mode))))]'
    assert_equal "$output" '["strict",["inf",["combinespw"]]]'
    run -0 selfcal-plan "$COPIES/i_vla_mosaic_and_single/eb1_targets.json" --recipe vlass --jq '.targets[0] | [.obstype, .solints[0].modes[0]["gaincal_combine", "gaincal_gaintype"]]'
    assert_equal "$output" '["mosaic","spw,field","G"]'
    run -0 selfcal-plan one.ms --solints inf_EB,30s,30s_ap --set minsnr_to_proceed=4 --cell 0.1arcsec --imsize 64,128 --robust 0 --nterms 2 \
        --uvrange '>10m' --refant A003,A001 --jq '[.settings.minsnr_to_proceed] + (.targets[0] | [.cell_arcsec, .imsize, .robust, .nterms, .uvrange, (.solints | map(.solint))])'
    assert_equal "$output" '[4,0.1,[64,128],0,2,">10m",["inf_EB","30s","30s_ap"]]'
    name=$(jq -r '.antennas[4].name' one.info.json)
    run -0 selfcal-plan one.ms --refant "$name" --jq '.targets[0].vis[0].refant'
    [[ $output == "\"$name,"* ]]
    jq -n '{schema: "calutils/selfcal-recipe/1", name: "mine", settings: {do_amp_selfcal: false}}' > mine.json
    run -0 selfcal-plan one.ms --recipe mine.json --jq '[.recipe.name, (.targets[0].solints | last | .solint)]'
    assert_equal "$output" '["mine","int"]'
}

@test "recipes of an installed tool are found beside it" {
    mkdir -p there/bin there/share/calutils/recipes
    cp "$CAL_BUILD/bin/selfcal-plan" there/bin
    jq -n '{schema: "calutils/selfcal-recipe/1", name: "auto_selfcal", about: "installed"}' > there/share/calutils/recipes/auto_selfcal.json
    run -0 there/bin/selfcal-plan one.info.json --jq .recipe.about
    assert_output '"installed"'
    run -3 there/bin/selfcal-plan one.info.json --recipe vlass
    assert_output --partial 'there are auto_selfcal'
}

@test "reference antennas: a flagged one goes back, and its flags count wherever it stands in a baseline" {
    jq '.antennas |= map(.flagged_fraction = 0)' one.info.json > good.json
    first=$(selfcal-plan good.json --jq '.targets[0].vis[0].refants[0].id')
    last=$(selfcal-plan good.json --jq '.targets[0].vis[0].refants[-1] | .score')
    jq --argjson id "$first" '.antennas[$id].flagged_fraction = 0.5' good.json > bad.json
    [ "$(selfcal-plan bad.json --jq '.targets[0].vis[0].refants[0].id')" != "$first" ]
    jq -ne --argjson last "$last" '$last <= 1'
}

@test "on a terminal: a page" {
    run -0 selfcal-plan --text --snr 30 one.ms two.ms
    assert_line --partial '1 target in 2 execution blocks, recipe auto_selfcal: about'
    assert_line --regexp '^  inf_EB +180  p +'
    assert_line --regexp '^  int +6  p .* too faint as it is$'
    [ "${#lines[@]}" -lt 24 ]
    run -0 selfcal-plan --help
    refute_output --partial nan
    # names of antennas whole, no line wider than a page, units as the report has them
    name=uid___A002_X1234567_X89ab
    jq --arg name "$name.ms" '.path = $name | .antennas |= map(.name = (.id + 2 | tostring) + "345678")' one.info.json > long.json
    run -0 selfcal-plan --text --sensitivity 50uJy long.json
    assert_line --regexp '[ ,][2-7]345678,[2-7]345678,\.\.$'
    assert_line --partial 'Noise  50 µJy/beam'
    assert_line '  Data   DATA of each block'
    assert_line --regexp '^  uid___A002_X1234567_X89ab.ms +3 +180  \.\..*\.selfcal\.ms  256 of 256'
    for line in "${lines[@]}"; do
        [ "$(LC_ALL=C.UTF-8 wc -m <<< "$line")" -le 101 ] || fail "too long: $line"
    done
}

# ---- edited plans ----

@test "--check says what is wrong with an edited plan" {
    finding 'plan: targets[0].cell_arcsec: 9 arcsec leaves fewer than four pixels' '.targets[0].cell_arcsec = 9'
    finding 'imsize: two even numbers' '.targets[0].imsize = [31, 32]'
    finding 'solints[1].solint: "60" is no solution interval' '.targets[0].solints[1].solint = "60"'
    finding 'the name stands there twice' '.targets[0].solints |= [.[0], .[0]] + .[1:]'
    finding 'longer than the interval before it' '.targets[0].solints[2:4] |= reverse'
    finding 'refant: no antenna "ZZ" observed the target' '.targets[0].vis[1].refant |= . + ",ZZ"'
    finding 'spwmap: 2 window ids from 0 to 1 are wanted' '.targets[0].vis[0].spwmap = [0, 2]'
    finding 'there is no such MeasurementSet' '.targets[0].vis[0].original = "gone.ms"'
    finding 'another working copy has this name' '.targets[0].vis[1].vis = .targets[0].vis[0].vis'
    finding 'no such setting; did you mean minsnr_to_proceed' '.settings.minsnr_to_procede = 3'
    finding 'robust: outside -2 to 2' '.targets[0].robust = 3'
    finding 'gaincal_gaintype: "X" is none of: G T K' '.targets[0].solints[0].modes[0].gaincal_gaintype = "X"'
    finding 'targets: a list with something in it is wanted' '.targets = []'
    finding 'name and solmode disagree' '.targets[0].solints[0].solmode = "ap" | .targets[0].solints |= .[:1]'
    run -1 selfcal-plan --check edited.json
    echo "$output" > found.json
    valid selfcal-plan found.json
    refused 2 'one plan and no operands' selfcal-plan --check plan.json one.ms
}

@test "an edited state that is no plan at all is found out, too" {
    echo '{}' > edited.json
    run -1 selfcal-plan --check edited.json --jq '.findings | map(.place)'
    assert_equal "$output" '["plan: schema","plan: settings","plan: targets"]'
    for value in '[]' 3 '"x"' '{"targets": [3], "schema": "calutils/selfcal-plan/1"}' '{"targets": [{"vis": 3, "imsize": "a", "solints": [[]]}]}'; do
        echo "$value" > edited.json
        run -1 selfcal-plan --check edited.json
    done
}

# ---- bad input ----

@test "bad input: one clear line" {
    refused 3 'gone.ms: No such file' selfcal-plan gone.ms
    mkdir -p empty.ms
    refused 3 'empty.ms' selfcal-plan empty.ms
    refused 2 'is given twice' selfcal-plan one.info.json one.info.json
    refused 3 'a document of ms-info is wanted' selfcal-plan plan.json
    refused 3 'no field with data matches "M31"; fields are 0 J1, 1 a b*c' selfcal-plan --field M31 one.ms
    refused 3 'no field with data matches "M31"' selfcal-plan --field J1,M31 one.ms
    refused 3 'no band has "X" in its name; bands are ALMA Band 6' selfcal-plan --band 'Band 6,X' one.ms
    jq '.fields |= map(.intents = [])' one.info.json > aimless.json
    refused 4 'no field has the intent TARGET' selfcal-plan aimless.json
    run -0 selfcal-plan --field 'a b?c' aimless.json --jq '.targets[0].target'
    assert_equal "$output" '"a b*c"'
    jq '.fields |= map(.intents = [] | if .id == 0 then .rows = 0 else . end)' one.info.json > single.json
    run -0 selfcal-plan single.json --jq '.targets[0].target' # the only field there is, as in UVFITS
    assert_equal "$output" '"a b*c"'
    refused 3 'no recipe of that name; there are auto_selfcal, hif_selfcal, raw_phases, vlass, vlbi_sparse' selfcal-plan --recipe best one.ms
    refused 2 'settings: nosuch: no such setting; man selfcal-plan lists them' selfcal-plan --set nosuch=1 one.ms
    refused 2 'did you mean do_amp_selfcal' selfcal-plan --set do_amp_self=1 one.ms
    refused 2 'true or false is wanted' selfcal-plan --set do_amp_selfcal=5 one.ms
    refused 2 'minsnr_to_proceed: -1 is not within 0 to 1000' selfcal-plan --set minsnr_to_proceed=-1 one.ms
    refused 2 '"wrong" is none of: flex strict' selfcal-plan --set refantmode=wrong one.ms
    refused 2 'KEY=VALUE is wanted' selfcal-plan --set robust one.ms
    refused 2 '"infi" is none of inf_EB' selfcal-plan --solints inf_EB,infi one.ms
    refused 2 'a time as 10s is wanted' selfcal-plan --timebin soon one.ms
    refused 2 'an angle as 0.1arcsec is wanted' selfcal-plan --cell 3 one.ms
    refused 2 'even numbers from 16 on' selfcal-plan --imsize 63 one.ms
    refused 2 '1 to 4 is wanted' selfcal-plan --nterms 9 one.ms
    refused 2 '"no" is no positive number' selfcal-plan --snr no one.ms
    refused 2 'each is TARGET=VALUE' selfcal-plan --flux 1,2 one.ms
    refused 2 '--flux: "3" needs a unit (Jy mJy uJy)' selfcal-plan --flux 3 one.ms
    refused 2 '--sensitivity: "3" needs a unit' selfcal-plan --sensitivity 'a b*c=3' one.ms
    refused 2 '"-1Jy" is no positive number' selfcal-plan --flux=-1Jy one.ms
    refused 3 'is it a cont.dat' selfcal-plan --contfile /dev/null one.ms
    jq -n '{schema: "calutils/selfcal-recipe/1", name: "x", colour: 1}' > wrong.json
    refused 2 'wrong.json: colour: no key of a recipe' selfcal-plan --recipe wrong.json one.ms
    jq 'del(.scans[0].begin_mjd_s)' one.info.json > timeless.json
    refused 3 'scans[0] has no times' selfcal-plan timeless.json
    jq 'del(.spws[0].freq_hz)' one.info.json > toneless.json
    refused 3 'spws[0] has no freq_hz or width_hz' selfcal-plan toneless.json
}

@test "two copies of one name are refused" {
    mkdir -p other
    jq '.path = "other/one.ms"' one.info.json > other.json
    refused 4 'two working copies would be called one.a_b_c.spw0_1.selfcal.ms' selfcal-plan one.info.json other.json
}

@test "an execution block whose target is flagged is left out, and said" {
    jq '.fields |= map(.flagged_fraction = 1)' two.info.json > flagged.json
    selfcal-plan one.info.json flagged.json > some.json
    assert_equal "$(jq '.targets[0].vis | length' some.json)" 1
    jq -e '.notes | any(contains("left out of two"))' some.json
    refused 4 'no field has the intent TARGET and unflagged data' selfcal-plan flagged.json
    refused 4 'the fields and bands that were asked for have no unflagged data together' selfcal-plan --field 'a b*c' flagged.json
}

@test "recipes follow their schema, which has every setting with its limits" {
    "$PYTHON" - "$TESTS/../share/schemas/selfcal-recipe.json" plan.json "$TESTS"/../share/recipes/*.json << 'END'
import json, jsonschema, sys
schema, plan, *recipes = [json.load(open(path)) for path in sys.argv[1:]]
check = jsonschema.Draft202012Validator(schema)
for recipe in recipes:
    check.validate(recipe)
assert sorted(schema["properties"]["settings"]["properties"]) == sorted(plan["settings"])
check.validate({"schema": "calutils/selfcal-recipe/1", "name": "all", "settings": plan["settings"]})
limits = schema["properties"]["settings"]["properties"]
json.dump({k: [v["minimum"], v["maximum"]] for k, v in limits.items() if "minimum" in v}, open("limits.json", "w"))
END
    jq -r 'to_entries[] | "\(.key)=\(.value[0]) \(.key)=\(.value[1])"' limits.json | while read -r low high; do
        selfcal-plan one.info.json --set "$low" --set "$high" > /dev/null
        run -2 selfcal-plan one.info.json --set "${low%=*}=-3"
        run -2 selfcal-plan one.info.json --set "${high%=*}=1e9"
    done
}

@test "the manual page has every setting with its start" {
    selfcal-plan one.info.json --jq '.settings | keys[]' | tr -d '"' | while read -r key; do
        grep -q "^\.BR $key " "$TESTS/../man/selfcal-plan.man" || fail "$key is not in the manual page"
    done
    jq -r '.settings | to_entries[] | select(.value | type != "string") | "\(.key) \" (\(.value))\""' plan.json | while read -r line; do
        grep -qF ".BR $line" "$TESTS/../man/selfcal-plan.man" || fail "$line is not in the manual page"
    done
}

# ---- a user's mask ----

@test "mask: each target takes the regions in its images, and what is wrong with one is said" {
    circle='circle[[10h00m00.0s,-20d00m00s],5arcsec]'
    run -0 selfcal-plan one.ms --set "mask=$circle" --jq '.targets | map(.mask)'
    assert_equal "$output" "[\"$circle\"]"
    ms-sim --quiet --antennas 6 --spws 1 --nchan 4 --field 'A,04h00m00,10d00m00' --field 'B,05h00m00,10d00m00' --source 1 --scan A,60s --scan B,60s apart.ms > /dev/null
    run -0 selfcal-plan apart.ms --field A,B --set 'mask=circle[[75deg,10deg],5arcsec]' --jq '.targets | map(.mask)'
    assert_equal "$output" '[null,"circle[[75deg,10deg],5arcsec]"]'
    refused 4 "no pixel of any target's image is in it" selfcal-plan apart.ms --field A,B --set 'mask=circle[[1deg,10deg],5arcsec]'
    refused 2 'circle[[X,Y],RADIUS] is wanted' selfcal-plan apart.ms --field A --set 'mask=circle[[75deg,10deg]]'
    refused 3 'none.fits: cannot be read' selfcal-plan apart.ms --field A --set mask=none.fits
    selfcal-plan one.ms two.ms --set "mask=$circle" > masked.json
    valid selfcal-plan masked.json
    run -0 selfcal-plan --check masked.json
    run -0 selfcal-plan one.ms --set "mask=$circle" --text
    assert_line "  Mask   $circle"
    finding "mask: no pixel of the target's images is in it; there would be nothing to clean" '.targets[0].mask = "circle[[1deg,1deg],5arcsec]"'
    finding 'targets[0].mask: none.fits: cannot be read' '.targets[0].mask = "none.fits"'
    finding 'no such shape; there are box, centerbox, circle, annulus and poly' '.targets[0].mask = "heart[[1deg,1deg],5arcsec]"'
}
