load helper

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ms-sim --antennas 4 --spws 3 --nchan 4 --amp-rms 0.2 --scans 2 --length 60s --truth truth sim.ms > sim.json
    ms-info sim.ms > info.json
    callib-new info.json > empty.json
    caltable-info truth.G > G.json
    callib-add truth.G --caltype gaincal < empty.json > lib.json
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cp -r "$BATS_FILE_TMPDIR"/{truth.G,{info,empty,G,lib}.json} .
}

# check STATUS [ARGUMENT...]: callib-check of lib.json with that exit status; its findings as "severity code where" lines in $output.
check() {
    local wanted=$1
    shift
    run "-$wanted" --separate-stderr callib-check lib.json "$@"
    assert_equal "$stderr" ""
    echo "$output" > out.json
    valid callib-check out.json
    run -0 jq -r '.findings[] | .severity + " " + .code + " " + (.where | to_entries | map(.key + "=" + .value) | join(" "))' out.json
}

# told FILTER: the table's document, changed by a jq filter.
told() {
    jq "$1" G.json > told.json
}

@test "a library that fits: nothing is found" {
    check 0 --caltables G.json --ms-info info.json
    assert_output ""
    run -0 jq -c '[.tables, .examined, .errors, .warnings, .notes]' out.json
    assert_output '[1,1,0,0,0]'
}

@test "tables that are not there, and those that nothing is known of" {
    callib-add -i lib.json nosuch.B --caltype bandpass
    check 1 --caltables G.json
    assert_output "error missing "
    check 1
    assert_output $'note unexamined \nerror missing '
    callib-remove -i lib.json --gaintable nosuch.B
    check 0
    check 1 --fail-on note
    assert_output "note unexamined "
}

@test "a document is found by the last part of its path, where that is clear" {
    told '.caltable = "/elsewhere/truth.G"'
    check 0 --caltables told.json
    assert_output ""
    told '.caltable = "/elsewhere/truth.G", .caltable = "/other/truth.G"'
    check 0 --caltables told.json
    assert_output "note unexamined "
}

@test "spws are looked for behind the spwmap" {
    told '.spws[1] |= (.rows = 0 | .flagged_fraction = null) | .spws[2].flagged_fraction = 1'
    check 1 --caltables told.json
    assert_output "error spws vis=sim.ms spw=1"
    told '.spws[2].flagged_fraction = 1'
    check 1 --caltables told.json
    assert_output "warning spws_flagged vis=sim.ms spw=2"
    check 0 --caltables told.json --fail-on error
    callib-add truth.G --caltype gaincal --spwmap 0,0,0 < empty.json > lib.json
    check 0 --caltables told.json
    callib-add truth.G --caltype gaincal --spwmap 0 < empty.json > lib.json
    check 0 --caltables told.json
    callib-add truth.G --caltype gaincal --spwmap 0,1,7 < empty.json > lib.json
    check 1 --caltables told.json
    assert_output "error spws vis=sim.ms spw=2"
}

@test "a spwmap has an element for each spw that is served, and no more than there are spws" {
    callib-add truth.G --caltype gaincal --spwmap 0,0 < empty.json > lib.json
    check 1 --caltables G.json
    assert_output "error spwmap_short vis=sim.ms spw=2"
    callib-add truth.G --caltype gaincal --spwmap 0,0 --spw 0,1 < empty.json > lib.json
    check 0 --caltables G.json
    callib-add truth.G --caltype gaincal < empty.json | jq '.active[0].spwmap = [0,0,0,0]' > lib.json
    check 1 --caltables G.json
    assert_output "error spwmap_long vis=sim.ms"
}

@test "positions of antennas come from spw 0 whatever the spwmap" {
    told '.type = "KAntPos Jones" | .spws[1,2].rows = 0'
    callib-add truth.G --caltype antpos < empty.json > lib.json
    check 0 --caltables told.json
}

@test "antennas: other names, no solutions, only flagged ones" {
    told '.antennas[1].name = "other" | .antennas[2].rows = 0 | .antennas[3].flagged_fraction = 1'
    check 1 --caltables told.json
    assert_output $'error antenna_names vis=sim.ms antenna=1\nerror antennas vis=sim.ms antenna=2\nwarning antennas_flagged vis=sim.ms antenna=3'
    callib-add truth.G --caltype gaincal --antenna 0 < empty.json > lib.json
    check 0 --caltables told.json
}

@test "gainfields are selected among those that have solutions" {
    for good in 0 demo 'de*' nearest; do
        callib-add truth.G --caltype gaincal --gainfield "$good" < empty.json > lib.json
        check 0 --caltables G.json
    done
    for bad in 5 nosuch; do
        callib-add truth.G --caltype gaincal --gainfield "$bad" < empty.json > lib.json
        check 1 --caltables G.json
        assert_output "error gainfield "
        run -0 jq -r '.findings[0].what' out.json
        assert_output --partial "0 demo"
    done
}

@test "interpolations that do not exist" {
    jq '.active[0].interp = "linnear"' lib.json > x && mv x lib.json
    check 1 --caltables G.json
    assert_output "error interp "
}

@test "solutions that end long before the data, or begin long after them" {
    told '.time.first_mjd_s -= 3600 | .time.last_mjd_s -= 3600'
    check 1 --caltables told.json --ms-info info.json
    assert_output "warning after_solutions vis=sim.ms scan=1,2"
    check 0 --caltables told.json
    check 0 --caltables told.json --ms-info info.json --max-gap 2h
    refused 2 '--max-gap -1: a time, 0 or more, is wanted' callib-check lib.json --max-gap=-1
    told '.time.first_mjd_s += 3660 | .time.last_mjd_s += 3660'
    check 1 --caltables told.json --ms-info info.json --max-gap 1h
    assert_output "warning before_solutions vis=sim.ms scan=1"
    told '.time.first_mjd_s += 3600 | .time.last_mjd_s += 3600 | .spws[].intervals = 1'
    check 0 --caltables told.json --ms-info info.json
}

@test "perobs and perscan want solutions of the same observation and scan" {
    told '.scans = [2] | .observations = [3]'
    check 0 --caltables told.json --ms-info info.json
    callib-add truth.G --caltype gaincal --interp linearperscan < empty.json > lib.json
    check 1 --caltables told.json --ms-info info.json
    assert_output "error scans vis=sim.ms scan=1"
    callib-add truth.G --caltype gaincal --interp linearperobs < empty.json > lib.json
    check 1 --caltables told.json --ms-info info.json
    assert_output "error observations vis=sim.ms scan=1,2"
}

@test "a table that stands twice in a list, with the same or with other terms" {
    callib-add -i lib.json truth.G --caltype gaincal --interp nearest --spw 1 --antenna 2
    check 1 --caltables G.json
    assert_output "warning twice vis=sim.ms antenna=2 spw=1 field=0 intent=TARGET"
}

@test "types: another one than registered, one that cannot be applied, a table without solutions" {
    told '.type = "B Jones"'
    check 1 --caltables told.json
    assert_output "warning type "
    check 1 --caltables <(echo '{"schema":"calutils/caltable-info/1","caltable":"truth.G","type":"BPOLY","format":"old","applicable":false,"rows":4}')
    assert_output $'error not_applicable \nwarning type '
    told '.spws[].rows = 0 | .antennas[].rows = 0'
    check 1 --caltables told.json
    assert_output "error empty "
}

@test "the applied book by itself" {
    callib-add -i lib.json nosuch.B --caltype bandpass
    callib-mark -i lib.json --gaintable nosuch.B
    check 0 --caltables G.json
    check 1 --caltables G.json --book applied
    assert_output "error missing "
}

@test "data that are not those of the library" {
    jq '.antennas[2].name = "other"' info.json > other.json
    check 1 --caltables G.json --ms-info other.json
    assert_output "error set_changed vis=sim.ms"
    jq '.name = "other.ms" | .path = "other.ms"' info.json > other.json
    run -3 --separate-stderr callib-check lib.json --ms-info other.json
    [[ $stderr == *other.ms*sim.ms* ]]
}

@test "documents of another kind, and what is no document" {
    run -3 --separate-stderr callib-check lib.json --caltables info.json
    [[ $stderr == "callib-check: "*"calutils/ms-info/1"*"caltable-info"* ]]
    told '.spws = 3'
    run -2 --separate-stderr callib-check lib.json --caltables told.json
    [[ $stderr == "callib-check: caltables: [0].spws: "* ]]
    told '.antennas[1].id = 1e12'
    run -2 --separate-stderr callib-check lib.json --caltables told.json
    [[ $stderr == "callib-check: caltables: [0].antennas[1].id: "* ]]
    run -2 --separate-stderr callib-check lib.json --caltables <(echo '{')
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -2 --separate-stderr callib-check lib.json --max-gap soon
    [[ $stderr == "callib-check: --max-gap: "* ]]
    run -3 --separate-stderr callib-check nosuch.json
    [[ $stderr == "callib-check: nosuch.json: "* ]]
}

@test "on a terminal: what, where, why, what to do" {
    callib-add -i lib.json nosuch.B --caltype bandpass
    run -1 --separate-stderr callib-check --text --caltables G.json lib.json
    assert_line --index 0 "error: there is no table nosuch.B"
    assert_line --partial "to do: "
    assert_line "2 tables, 1 of them looked into: 1 error, 0 warnings, 0 notes"
}

@test "real tables: two antennas with nothing but flags, a phase table of two spws" {
    need_data sma.ms.pha.gcal.tar.gz
    tar -xzf "$DATA/sma.ms.pha.gcal.tar.gz" 2> /dev/null
    caltable-info sma.ms.pha.gcal > sma.json
    jq '{schema: "calutils/callib/1", measurement_sets: [{vis: "sma.ms", path: "sma.ms", telescope: "SMA",
        antennas: [.antennas[] | {id, name}], spws: [.spws[] | {id, name}], fields: [.fields[] | {id, name}], intents: ["TARGET"],
        obs_modes: [], data: [{spw: "0~11", field: "1,3,31,33", intents: ["TARGET"]}]}], virtual_spws: [], active: [], applied: []}' sma.json > empty.json
    callib-add sma.ms.pha.gcal --caltype gaincal --spwmap 0,0,0,0,0,0,6,6,6,6,6,6 < empty.json > lib.json
    check 1 --caltables sma.json
    assert_output "warning antennas_flagged vis=sma.ms antenna=0,3"
    callib-add sma.ms.pha.gcal --caltype gaincal < empty.json > lib.json
    check 1 --caltables sma.json
    assert_output $'error spws vis=sma.ms spw=1~5,7~11\nwarning antennas_flagged vis=sma.ms antenna=0,3'
}
