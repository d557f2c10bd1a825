load helper
load callib

@test "only what is there moves, with its origin, and back" {
    callib-add a.tbl < empty.json | callib-add b.tbl --intent TARGET > lib.json
    callib-mark --field 3 < lib.json > marked.json
    validate marked.json
    run -0 book marked.json applied
    assert_output $'a.tbl eb1.ms * * 3 TARGET\nb.tbl eb1.ms * * * TARGET'
    run -0 book marked.json
    assert_output 'a.tbl eb1.ms * * 0~2 AMPLITUDE,BANDPASS,CHECK,PHASE'
    assert_equal "$(jq -c '[.applied[].origin.command]' marked.json)" '["callib-add a.tbl","callib-add b.tbl --intent TARGET"]'
    callib-mark --field 3 < marked.json > twice.json 2> err
    cmp marked.json twice.json
    callib-mark --undo < marked.json > back.json
    assert_equal "$(jq -c '[.applied, (.active | length)]' back.json)" '[[],3]'
}
