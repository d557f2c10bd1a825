"""A small UVFITS file, of a MeasurementSet or made up: uvfits_write.py OUT [KEY=VALUE...]

With ms=PATH the visibilities, weights, flags, UVW and times of the set (one cell shape, all windows in every integration). Otherwise
four antennas, two IFs of three channels, four correlations, two scans of three and two integrations of 10 s; the visibility says where it
belongs: antenna1 + 10 antenna2 in the real part, 100 time + 10 IF + channel + correlation / 10 in the imaginary part, with the
correlations in the order of the file (RR LL RL LR); its weight is 1 + channel.

form=256|2048|antennas  how baselines are written       inttim=0        no INTTIM            hand=LEFT       positions mirrored
stokes=CODE             first code of the axis          arrays=2        two AN tables, the second numbered from behind
sources=2, setups=2     alternate from scan to scan     an=0, fq=0      without the table    cut=N           N bytes less
bad=1                   weights 0, -2, inf, nan and data nan in the first five samples       groups=N        N groups in a row
system=IAT              times in IAT, 37 s later        epoch=1950       directions of then   vla=1            AN as old VLA files have it
"""
import struct
import sys

import numpy as np

C = 299792458.0
VLA = np.array([-1601184.149, -5041989.178, 3554874.501])  # casacore's Observatories
JD0 = 2457000.5  # 2014-12-09
PLACES = np.array([[-1601188.989, -5042000.518, 3554843.384], [-1601225.230, -5041980.390, 3554855.657],
                   [-1601265.125, -5041982.563, 3554834.827], [-1601315.874, -5041985.324, 3554808.278]])


def card(key, value):
    if isinstance(value, bool):
        text = "%20s" % ("T" if value else "F")
    elif isinstance(value, str):
        text = "'%-8s'" % value
    elif isinstance(value, int):
        text = "%20d" % value
    else:
        text = "%20s" % repr(float(value)).upper()
    return ("%-8s= %s" % (key, text)).ljust(80)


def block(raw, fill):
    return raw + fill * (-len(raw) % 2880)


def header(cards):
    return block("".join(card(*c) if isinstance(c, tuple) else c.ljust(80) for c in cards + ["END"]).encode(), b" ")


def table(name, version, keys, columns, rows):
    """columns: (name, FITS form, struct format)"""
    body = b"".join(struct.pack(">" + c[2], *(v if isinstance(v, (list, tuple)) else [v]))
                    for row in rows for c, v in zip(columns, row))
    cards = [("XTENSION", "BINTABLE"), ("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", len(body) // len(rows)), ("NAXIS2", len(rows)),
             ("PCOUNT", 0), ("GCOUNT", 1), ("TFIELDS", len(columns))]
    for i, c in enumerate(columns):
        cards += [("TTYPE%d" % (i + 1), c[0]), ("TFORM%d" % (i + 1), c[1])]
    return header(cards + [("EXTNAME", name), ("EXTVER", version)] + keys) + block(body, b"\0")


def text(value, size):
    return value.encode().ljust(size)


def write(out, params, data, axes, tables, keys):
    """params: (name, scale, zero, raw values); data: [group][...][3], the axes named from the fastest one after COMPLEX on"""
    groups = len(data)
    shape = data.shape[1:][::-1]
    cards = [("SIMPLE", True), ("BITPIX", -32), ("NAXIS", 1 + len(shape)), ("NAXIS1", 0)]
    cards += [("NAXIS%d" % (i + 2), int(n)) for i, n in enumerate(shape)]
    cards += [("GROUPS", True), ("PCOUNT", len(params)), ("GCOUNT", groups)]
    for i, (name, value, step) in enumerate([("COMPLEX", 1.0, 1.0)] + axes):
        cards += [("CTYPE%d" % (i + 2), name), ("CRVAL%d" % (i + 2), value), ("CDELT%d" % (i + 2), step), ("CRPIX%d" % (i + 2), 1.0)]
    for i, (name, scale, zero, _) in enumerate(params):
        cards += [("PTYPE%d" % (i + 1), name), ("PSCAL%d" % (i + 1), scale), ("PZERO%d" % (i + 1), zero)]
    raw = np.column_stack([np.asarray(p[3], float) for p in params] + [data.reshape(groups, -1)]).astype(">f4").tobytes()
    with open(out, "wb") as f:
        f.write(header(cards + keys + ["HISTORY made for a test", "HISTORY of two lines"]) + block(raw, b"\0") + b"".join(tables))


def antennas(version, names, numbers, places, hand, system, vla=False):
    places, centre = np.array(places), np.zeros(3)
    if vla:  # relative to the array, x towards its meridian; the place of the array is 7 m wrong
        x, y, z = (places - VLA).T
        c, s = VLA[:2] / np.hypot(*VLA[:2])
        places, centre = np.column_stack([c * x + s * y, c * y - s * x, z]), VLA + 4
    places = places * [1, -1 if hand == "LEFT" else 1, 1]
    keys = [("ARRAY" + k, float(v)) for k, v in zip("XYZ", centre)]
    keys += [("XYZHAND", hand), ("TIMSYS", system), ("IATUTC", 37.0)] + ([("ARRNAM", "VLA")] if vla else [("FRAME", "ITRF")])
    columns = [("ANNAME", "8A", "8s"), ("STABXYZ", "3D", "3d"), ("NOSTA", "1J", "i"), ("MNTSTA", "1J", "i"), ("STAXOF", "1E", "f"),
               ("POLTYA", "1A", "1s"), ("POLAA", "1E", "f"), ("POLTYB", "1A", "1s"), ("POLAB", "1E", "f"), ("DIAMETER", "1E", "f")]
    return table("AIPS AN", version, keys, columns,
                 [[text(n, 8), list(p), k, 0, 2.5, b"R", 0, b"L", 90, 12] for n, p, k in zip(names, places, numbers)])


def frequencies(offsets, width):
    """offsets: [setup][IF]"""
    n = len(offsets[0])
    columns = [("FRQSEL", "1J", "i"), ("IF FREQ", "%dD" % n, "%dd" % n), ("CH WIDTH", "%dE" % n, "%df" % n),
               ("TOTAL BANDWIDTH", "%dE" % n, "%df" % n), ("SIDEBAND", "%dJ" % n, "%di" % n)]
    return table("AIPS FQ", 1, [("NO_IF", n)], columns,
                 [[i + 1, list(o), [width] * n, [abs(width)] * n, [1] * n] for i, o in enumerate(offsets)])


def sources(n):
    columns = [("ID. NO.", "1J", "i"), ("SOURCE", "16A", "16s"), ("CALCODE", "4A", "4s"), ("RAEPO", "1D", "d"), ("DECEPO", "1D", "d"),
               ("EPOCH", "1D", "d"), ("RESTFREQ", "2D", "2d")]
    return table("AIPS SU", 1, [("NO_IF", 2)], columns,
                 [[7 + i, text("SOURCE%d" % (i + 1), 16), text("C", 4), 200.0 - 30 * i, 10.0 + i, 2000.0, [1.4e9, 1.5e9]] for i in range(n)])


def baseline_params(form, one, two, array):
    if form == "antennas":
        return [("ANTENNA1", 1.0, 0.0, one), ("ANTENNA2", 1.0, 0.0, two), ("SUBARRAY", 1.0, 0.0, array + 1)]
    base, zero = (2048, 65536) if form == "2048" else (256, 0)
    return [("BASELINE", 1.0, 0.0, zero + base * one + two + array / 100)]


def made_up(out, o):
    number = {k: int(o[k]) for k in ("arrays", "sources", "setups", "an", "fq", "inttim", "bad")}
    times = np.array([0, 10, 20, 1000, 1010.0])
    if o["groups"]:
        times = 10.0 * np.arange(int(o["groups"]) // 6)
    pairs = [(i, k) for i in range(4) for k in range(i + 1, 4)]
    t, one, two = (np.array(x) for x in zip(*[(t, i, k) for t in range(len(times)) for i, k in pairs]))
    n = len(t)
    scan = (times[t] > 500).astype(int)
    if o["groups"]:
        scan[:] = 0
    array = scan if number["arrays"] == 2 else np.zeros(n, int)
    shown = [np.where(array == 0, a + 1, 4 - a) for a in (one, two)]
    shift = 37 if o["system"] == "IAT" else 0
    params = [("UU---SIN", 1e-10, 0.0, t + one), ("VV---SIN", 1e-10, 0.0, t - two), ("WW---SIN", 1e-10, 1e-9, one - two),
              ("DATE", 1.0, JD0, np.zeros(n)), ("DATE", 1 / 86400, 0.0, times[t] + shift)]
    params += baseline_params(o["form"], *shown, array)
    if number["sources"] > 1:
        params.append(("SOURCE", 1.0, 0.0, 7 + scan))
    if number["setups"] > 1:
        params.append(("FREQSEL", 1.0, 0.0, 1 + scan))
    if number["inttim"]:
        params.append(("INTTIM", 1.0, 0.0, np.full(n, 9.5)))
    i, k, c = np.ogrid[:2, :3, :4]
    data = np.zeros((n, 1, 1, 2, 3, 4, 3), np.float32)
    data[:, 0, 0, ..., 0] = (one + 10 * two)[:, None, None, None]
    data[:, 0, 0, ..., 1] = 100 * t[:, None, None, None] + 10 * i + k + c / 10
    data[:, 0, 0, ..., 2] = 1 + k
    if number["bad"]:
        flat = data.reshape(-1, 3)
        flat[:4, 2] = 0, -2, np.inf, np.nan
        flat[4, 1] = np.nan
    tables = []
    names = ["W%d" % (a + 1) for a in range(4)]
    if number["an"]:
        tables += [antennas(a + 1, names, [1, 2, 3, 4][::1 - 2 * a], PLACES, o["hand"], o["system"], o["vla"]) for a in range(number["arrays"])]
    if number["fq"]:
        tables.append(frequencies([[1e8 * s, 1e8 * s + 1e7] for s in range(number["setups"])], -1e6))
    if number["sources"] > 1:
        tables.append(sources(number["sources"]))
    stokes = float(o["stokes"])
    axes = [("STOKES", stokes, -1.0 if stokes < 0 else 1.0), ("FREQ", 1.4e9, -1e6), ("IF", 1.0, 1.0), ("RA", 200.0, 1.0), ("DEC", 10.0, 1.0)]
    keys = [("OBJECT", "ONE"), ("TELESCOP", "EVLA"), ("OBSERVER", "NOBODY"), ("DATE-OBS", "2014-12-09"), ("EPOCH", float(o["epoch"]))]
    write(out, params, data, axes, tables, keys)


def of_set(out, path):
    from casacore.tables import table as opened
    main = opened(path, ack=False)
    spw, field, antenna, pol = (opened("%s/%s" % (path, s), ack=False)
                                for s in ("SPECTRAL_WINDOW", "FIELD", "ANTENNA", "POLARIZATION"))
    ifs = spw.nrows()
    order = np.lexsort([main.getcol(c) for c in ("DATA_DESC_ID", "ANTENNA2", "ANTENNA1", "TIME")])
    first = order[::ifs]
    data, weight, flag = (main.getcol(c)[order] for c in ("DATA", "WEIGHT", "FLAG"))
    weight = np.where(flag, -1, 1) * np.broadcast_to(weight[:, None, :], data.shape)
    cube = np.stack([data.real, data.imag, weight], -1)
    cube = cube.reshape((len(first), 1, 1, ifs) + data.shape[1:] + (3,))
    days = main.getcol("TIME")[first] / 86400
    uvw = main.getcol("UVW")[first] / C
    params = [(n, 1e-9, 0.0, uvw[:, k] / 1e-9) for k, n in enumerate(("UU", "VV", "WW"))]
    params += [("DATE", 1.0, np.floor(days[0]) + 2400000.5, np.zeros(len(first))),
               ("DATE", 1 / 86400, 0.0, (days - np.floor(days[0])) * 86400),
               ("BASELINE", 1.0, 0.0, 256 * main.getcol("ANTENNA1")[first] + main.getcol("ANTENNA2")[first] + 257),
               ("INTTIM", 1.0, 0.0, main.getcol("INTERVAL")[first])]
    freq, width = spw.getcol("CHAN_FREQ"), spw.getcol("CHAN_WIDTH")[0, 0]
    code = {5: -1.0, 8: -2.0, 9: -5.0, 12: -6.0}
    corr = [code[c] for c in pol.getcell("CORR_TYPE", 0)]
    ra, dec = np.degrees(field.getcell("PHASE_DIR", 0)[0])
    axes = [("STOKES", corr[0], -1.0), ("FREQ", freq[0, 0], width), ("IF", 1.0, 1.0), ("RA", ra, 1.0), ("DEC", dec, 1.0)]
    tables = [antennas(1, antenna.getcol("NAME"), range(1, antenna.nrows() + 1), antenna.getcol("POSITION"), "RIGHT", "UTC"),
              frequencies([list(freq[:, 0] - freq[0, 0])], width)]
    write(out, params, cube, axes, tables, [("OBJECT", field.getcol("NAME")[0]), ("TELESCOP", "EVLA"), ("EPOCH", 2000.0)])


def main():
    o = {"form": "256", "inttim": "1", "hand": "RIGHT", "stokes": "-1", "arrays": "1", "sources": "1", "setups": "1", "an": "1", "fq": "1",
         "cut": "0", "bad": "0", "groups": "", "system": "UTC", "ms": "", "epoch": "2000", "vla": ""}
    o.update(a.split("=", 1) for a in sys.argv[2:])
    if o["ms"]:
        of_set(sys.argv[1], o["ms"])
    else:
        made_up(sys.argv[1], o)
    if int(o["cut"]):
        with open(sys.argv[1], "rb+") as f:
            f.truncate(f.seek(0, 2) - int(o["cut"]))


main()
