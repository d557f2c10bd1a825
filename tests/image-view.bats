# Pictures of images.
load helper

setup_file() {
    export SCENE=$BATS_FILE_TMPDIR
    $PYTHON - "$SCENE" << 'END'
import math, struct, sys
card = lambda k, v: f'{k:<8}= {v:>20}'.ljust(80)
def write(name, nx, ny, pixel, sky=True):
    head = [card('SIMPLE', 'T'), card('BITPIX', -32), card('NAXIS', 2), card('NAXIS1', nx), card('NAXIS2', ny)]
    if sky:
        head += ["CTYPE1  = 'RA---SIN'".ljust(80), card('CRVAL1', 0.001), card('CRPIX1', nx / 2), card('CDELT1', -1e-4),
                 "CTYPE2  = 'DEC--SIN'".ljust(80), card('CRVAL2', -30.0), card('CRPIX2', ny / 2), card('CDELT2', 1e-4),
                 "BUNIT   = 'Jy/beam '".ljust(80), card('BMAJ', 8e-4), card('BMIN', 4e-4), card('BPA', 45.0)]
    head += ['END'.ljust(80)]
    data = b''.join(struct.pack('>f', pixel(x, y)) for y in range(ny) for x in range(nx))
    pad = lambda b, c: b + c * (-len(b) % 2880)
    open(f'{sys.argv[1]}/{name}', 'wb').write(pad(''.join(head).encode(), b' ') + pad(data, b'\0'))
write('a.fits', 100, 80, lambda x, y: 0.01 * math.sin(x * y) + (1 if (x, y) == (30, 60) else 0))
write('b.fits', 100, 80, lambda x, y: 0.02 * math.sin(x + y))
write('pixels.fits', 50, 50, lambda x, y: x + y, sky=False)
write('blank.fits', 50, 50, lambda x, y: math.nan)
write('flat.fits', 50, 50, lambda x, y: 0.0)
END
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work"
    cp "$SCENE"/*.fits .
}

# Width and height of a PNG, and that its first bytes are one's.
png_size() {
    $PYTHON -c 'import struct, sys; b = open(sys.argv[1], "rb").read(24); assert b[:8] == b"\x89PNG\r\n\x1a\n"; print(*struct.unpack(">2I", b[16:24]))' "$1"
}

@test "image-view: a picture of the size that it tells, to its schema" {
    image-view --size 400 a.fits a.png > a.json
    valid image-view a.json
    assert_equal "$(png_size a.png)" "$(jq -r '"\(.width) \(.height)"' a.json)"
    run -0 jq -e '.images[0].box == [0, 0, 99, 79] and (.images[0].range[1] - 1.001322 | fabs) < 1e-6 and .images[0].title == "a"' a.json
    rm a.json
    run -0 ls
    assert_output "$(printf '%s\n' a.fits a.png b.fits blank.fits flat.fits pixels.fits)"
}

@test "image-view: the same picture twice has the same bytes; colours and stretch change it" {
    image-view a.fits one.png > /dev/null
    image-view a.fits two.png > /dev/null
    cmp one.png two.png
    for change in "--cmap grey" "--stretch linear" "--percentile 90" "--box 20,50,40,70" "--range 0,0.02" "--title x"; do
        # shellcheck disable=SC2086
        image-view --force $change a.fits two.png > /dev/null
        run -1 cmp -s one.png two.png
    done
}

@test "image-view: several images side by side, with one range for all" {
    run -0 image-view --common --title left --title right --jq '[.images[] | .title, .range]' a.fits b.fits both.png
    assert_output --regexp '^\["left",\[-0\.0[0-9]+,1\.0[0-9]+\],"right",\[-0\.0[0-9]+,1\.0[0-9]+\]\]$'
    run -0 image-view --jq '.images | .[0].range[1] != .[1].range[1]' a.fits b.fits own.png
    assert_output true
    read -r common _ < <(png_size both.png)
    read -r own _ < <(png_size own.png)
    [ "$own" -gt "$common" ] # two colour bars
}

@test "image-view: without sky, flat, and across 0h of right ascension" {
    run -0 image-view pixels.fits pixels.png
    run -0 image-view flat.fits flat.png
    run -0 image-view --box "00h00m01s,-30d00m05s,23h59m59s,-29d59m50s" --jq '.images[0].box' a.fits zoom.png
    assert_output --regexp '^\[[0-9]+,[0-9]+,[0-9]+,[0-9]+\]$'
}

@test "image-view: bad input" {
    echo hello > text.fits
    cp a.fits there.png
    before=$(hash_tree .)
    while IFS='|' read -r wanted arguments words; do
        # shellcheck disable=SC2086
        run --separate-stderr "-$wanted" image-view $arguments
        assert_equal "${#stderr_lines[@]}" 1
        assert_regex "$stderr" "^image-view: .*$words"
    done << 'END'
3|missing.fits out.png|missing.fits: cannot be read
3|text.fits out.png|not a FITS file
4|blank.fits out.png|blank.fits: all pixels that would be shown are blank
2|a.fits b.fits|the last operand is the picture and ends in .png
5|a.fits there.png|there.png: exists
5|--force a.fits there.png|there.png: is a FITS file, which --force
5|a.fits nowhere/out.png|nowhere/out.png: cannot be written
2|--size 3 a.fits out.png|--size is from 64 to 8192
2|--range 3,1 a.fits out.png|--range wants LOW,HIGH
2|--percentile 120 a.fits out.png|--percentile is from 0 to 100
2|--title x --title y a.fits out.png|2 titles for 1 images
2|--cmap fier a.fits out.png|fire
4|--box 500,500,600,600 a.fits out.png|no pixel
END
    assert_equal "$(hash_tree .)" "$before"
}

@test "image-view: a full disk leaves nothing" {
    [ "$(id -u)" -eq 0 ] || skip "a small file system needs root"
    mkdir tiny
    mount -t tmpfs -o size=8k none tiny || skip "no tmpfs can be mounted here"
    run --separate-stderr image-view a.fits tiny/a.png
    found=$(ls tiny)
    umount tiny
    assert_equal "$status" 5
    assert_equal "$found" ""
}
