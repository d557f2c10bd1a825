load helper
load callib

@test "by table, type, data; exactly" {
    printf '%s\n' '{"gaintable": "/x/a.tsys.tbl", "caltype": "tsys"}' '{"gaintable": "p.G", "caltype": "gaincal"}' \
        '{"gaintable": "q.G", "caltype": "gaincal", "intent": "PHASE", "gainfield": "2"}' | callib-add --batch - -i empty.json
    try() {
        callib-remove "${@:2}" < empty.json > out.json
        validate out.json
        assert_equal "$(book out.json)" "$1"
    }
    try $'p.G eb1.ms * * * *\nq.G eb1.ms * * * PHASE' --gaintable '*tsys*'
    try $'p.G eb1.ms * * * *\nq.G eb1.ms * * * PHASE' --gaintable 'a.tsys.tbl'
    try $'/x/a.tsys.tbl eb1.ms * * * *' --caltype gaincal,bandpass
    try $'/x/a.tsys.tbl eb1.ms * * * *\np.G eb1.ms * * * *' --gainfield 2
    try $'/x/a.tsys.tbl eb1.ms * * * *\np.G eb1.ms 0~1,3~4 * * *\nq.G eb1.ms * * * PHASE' --gaintable p.G --antenna DV01
    try '' --all
    run -2 callib-remove < empty.json
    assert_output 'callib-remove: which calibrations? give --gaintable, --caltype, ..., or --all'
    run -2 callib-remove --caltype 'ts*,gian' < empty.json
    assert_output --partial 'caltype "gian" is not one of unknown gaincal bandpass'
    run -0 --separate-stderr callib-remove --gaintable x < empty.json
    assert_equal "$stderr" 'callib-remove: warning: nothing in the library fits; it stays as it is'
}

@test "add then remove is nothing" {
    callib-add a.tbl < empty.json > a.json
    callib-add b.tbl --antenna DA42 --intent PHASE,TARGET < a.json | callib-remove --gaintable b.tbl > back.json
    cmp a.json back.json
}
