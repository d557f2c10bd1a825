# callib-diff: cells are compared, not registrations.
load helper

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    "$TESTS/bench/callib_make.py" two 4 3 40 2 0 0 0
    callib-new two.info.json > empty.json
    callib-add b.B < empty.json | callib-add p.G --intent PHASE > lib.json
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

@test "callib-diff: the same state, whatever it is made of" {
    callib-add b.B --spw 0,2 < empty.json | callib-add b.B --spw 1 | callib-add p.G --intent PHASE --field 1 |
        callib-add p.G --intent PHASE --field '!1' > other.json
    run -0 callib-diff lib.json other.json --text
    assert_output same
    callib-diff lib.json other.json > out.json
    valid callib-diff out.json
    run -0 jq -c '[.same, .cells, .differences]' out.json
    assert_output '[true,0,[]]'
}

@test "callib-diff: the data that differ, with what each library has there" {
    callib-remove --gaintable p.G --field 1 --antenna ea01,ea02 < lib.json > other.json
    run -1 callib-diff lib.json other.json
    echo "$output" > out.json
    valid callib-diff out.json
    run -0 jq -c '.cells, (.differences[] | [.book, .vis, .antenna, .spw, .field, .intent, (.first | map(.gaintable)), (.second | map(.gaintable))])' out.json
    assert_output '12
["active","bench0.ms","0~1","0~2","1","PHASE",["b.B","p.G"],["b.B"]]
["active","bench1.ms","0~1","0~2","1","PHASE",["b.B","p.G"],["b.B"]]'
    run -1 callib-diff lib.json other.json --text
    assert_line --index 1 --regexp 'active +bench0.ms +F001 +PHASE +0~1 +1 +-$'
    assert_line different
}

@test "callib-diff: order counts, terms may be ignored, books are told apart" {
    callib-add p.G --intent PHASE < empty.json | callib-add b.B > other.json
    run -1 callib-diff lib.json other.json --jq '[.differences[].intent] | unique'
    assert_output '["PHASE"]'
    run -1 callib-diff lib.json other.json --text
    assert_line --index 1 --regexp '1~2 +2,1$'
    callib-add b.B --calwt=false < empty.json | callib-add p.G --intent PHASE > other.json
    run -1 callib-diff lib.json other.json --jq .cells
    run -0 callib-diff lib.json other.json --ignore calwt --text
    cp lib.json marked.json
    callib-mark -i marked.json --intent PHASE
    run -1 callib-diff lib.json marked.json --jq '[.differences[].book] | unique'
    assert_output '["active","applied"]'
    run -0 callib-diff empty.json lib.json --book applied --text
    run -1 callib-diff empty.json marked.json --book applied --text
}

@test "callib-diff: sets that one of them lacks, sets that are others" {
    head -1 two.info.json > one.info.json
    callib-new one.info.json | callib-add b.B | callib-add p.G --intent PHASE > one.json
    run -1 callib-diff lib.json one.json --text
    assert_line --index 0 'bench1.ms is only in the first'
    run -1 callib-diff one.json lib.json --jq '.sets[0].only_in'
    assert_output '"second"'
    "$TESTS/bench/callib_make.py" else 5 3 12 1 0 0 0
    callib-new else.info.json > else.json
    run -3 callib-diff lib.json else.json
    assert_output --partial 'bench0.ms'
}
