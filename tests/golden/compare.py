"""What a tool wrote against what CASA wrote: calibration tables, applied data, whole MeasurementSets.

Each function returns a list of Finding, one per quantity. Numbers may differ by the tolerances of the reference set's README;
flags, ids, labels, shapes and (for calibration tables) the order of rows must be the same.
"""
import os
from collections import namedtuple

import numpy as np
from casacore.tables import table, taql

Finding = namedtuple("Finding", "what ok text")

AMPLITUDE, PHASE_DEG, SNR, TIME_S = 5e-5, 0.002, 1e-4, 1e-4
DELAY_NS = 1e-4                                             # CASA repeats itself to 3e-5
APPLIED, WEIGHT = 2e-6, 2e-6                                # applied data and weights, relative
SINGLE, DOUBLE = 5e-6, 1e-12                                # split data by precision, relative to max(value, rms of the column)
ABSOLUTE = {"TIME": 1e-4, "TIME_CENTROID": 1e-4, "INTERVAL": 1e-6, "EXPOSURE": 1e-6, "UVW": 1e-7}
ROW_KEY = ("TIME", "ANTENNA1", "ANTENNA2", "DATA_DESC_ID", "FIELD_ID", "SCAN_NUMBER", "STATE_ID", "OBSERVATION_ID", "ARRAY_ID")


def exact(what, ours, casas):
    ours, casas = list(ours), list(casas)
    if ours == casas:
        return Finding(what, True, "")
    if len(ours) != len(casas):
        return Finding(what, False, "%d, wanted %d" % (len(ours), len(casas)))
    bad = [k for k in range(len(casas)) if ours[k] != casas[k]]
    return Finding(what, False, "%d of %d differ, first at %d: %s, wanted %s" % (len(bad), len(casas), bad[0], ours[bad[0]], casas[bad[0]]))


def near(what, difference, limit):
    """`difference` (NaN counts as beyond) against a limit, a number or an array."""
    difference = np.asarray(difference, float)
    bad = ~(difference <= limit)
    if not bad.any():
        return Finding(what, True, "%.2g" % (difference.max() if difference.size else 0))
    return Finding(what, False, "%d of %d beyond the limit, largest %.3g" % (bad.sum(), bad.size, difference.max()))


# ---- reading: a column is an array, or a list of cells (None where undefined) when their shapes differ ----

def column(t, name):
    if t.isscalarcol(name):
        return np.array(t.getcol(name)) if t.nrows() else np.zeros(0)
    cells = [cell(t, name, row) for row in range(t.nrows())]
    shapes = {None if c is None else c.shape for c in cells}
    return np.stack(cells) if len(shapes) == 1 and None not in shapes else cells


def cell(t, name, row):
    if not t.iscelldefined(name, row):
        return None
    value = t.getcell(name, row)
    return np.array(value["array"]).reshape(value["shape"]) if isinstance(value, dict) else np.asarray(value)


def ravel(cells):
    parts = [np.ravel(c) for c in cells if c is not None]
    return np.concatenate(parts) if parts else np.zeros(0)


def shapes(cells):
    return [None if c is None or np.size(c) == 0 else np.shape(c) for c in cells]


# ---- calibration tables ----

def caltables(ours, casas):
    a, b = table(ours, ack=False), table(casas, ack=False)
    par = "CPARAM" if "CPARAM" in b.colnames() else "FPARAM"
    yield exact("kind", [a.info()["type"], a.info()["subType"]], [b.info()["type"], b.info()["subType"]])
    yield exact("columns", sorted(a.colnames()), sorted(b.colnames()))
    yield exact("keywords", [a.getkeywords().get(k) for k in ("ParType", "VisCal", "PolBasis", "MSName")],
                [b.getkeywords().get(k) for k in ("ParType", "VisCal", "PolBasis", "MSName")])
    yield from caltable_subtables(ours, casas)
    if a.nrows() != b.nrows():
        yield Finding("rows", False, "%d, wanted %d" % (a.nrows(), b.nrows()))
        return
    for name in ("SPECTRAL_WINDOW_ID", "ANTENNA1", "ANTENNA2", "FIELD_ID", "SCAN_NUMBER", "OBSERVATION_ID"):
        yield exact(name, column(a, name), column(b, name))
    for name in ("TIME", "INTERVAL"):
        yield near(name, np.abs(column(a, name) - column(b, name)), TIME_S)
    x, y = column(a, par), column(b, par)
    yield exact("shapes", shapes(x), shapes(y))
    if shapes(x) != shapes(y):
        return
    flag_a, flag_b = ravel(column(a, "FLAG")), ravel(column(b, "FLAG"))
    yield exact("FLAG", flag_a, flag_b)
    good = ~(flag_a | flag_b)
    x, y = ravel(x)[good], ravel(y)[good]
    if par == "CPARAM":
        yield near("amplitude", np.abs(np.abs(x) / np.abs(y) - 1), AMPLITUDE)
        yield near("phase", np.degrees(np.abs(np.angle(x * np.conj(y)))), PHASE_DEG)
    else:
        yield near(par, np.abs(x - y), DELAY_NS)
    for name in ("SNR", "PARAMERR"):
        x, y = column(a, name), column(b, name)
        yield exact(name + " shapes", shapes(x), shapes(y))
        if shapes(x) == shapes(y) and ravel(y).size == good.size:
            yield near(name, np.abs(ravel(x)[good] - ravel(y)[good]) / np.maximum(np.abs(ravel(y)[good]), 1e-12), SNR)


def caltable_subtables(ours, casas):
    # Without RESOLUTION and TOTAL_BANDWIDTH: CASA fills them from CHAN_FREQ, a defect that is not copied.
    wanted = {"ANTENNA": ("NAME", "STATION", "POSITION", "DISH_DIAMETER"), "FIELD": ("NAME", "PHASE_DIR", "SOURCE_ID"),
              "OBSERVATION": ("TELESCOPE_NAME", "TIME_RANGE"),
              "SPECTRAL_WINDOW": ("NUM_CHAN", "FLAG_ROW", "NAME", "REF_FREQUENCY", "MEAS_FREQ_REF", "NET_SIDEBAND", "CHAN_FREQ",
                                  "CHAN_WIDTH", "EFFECTIVE_BW")}
    for sub, names in wanted.items():
        if not os.path.isdir(os.path.join(ours, sub)):
            yield Finding(sub, False, "missing")
            continue
        a, b = (table(os.path.join(path, sub), ack=False) for path in (ours, casas))
        if a.nrows() != b.nrows():
            yield Finding(sub, False, "%d rows, wanted %d" % (a.nrows(), b.nrows()))
            continue
        for name in names:
            yield cells_differ(sub + "/" + name, column(a, name), column(b, name), 1e-9, 0)


# ---- applied data ----

def applied(ms, reference, before):
    """The rows that `reference` (a npz of the reference set) holds; and columns that CASA left alone are as in `before`."""
    gold = np.load(reference)
    t, old = table(ms, ack=False), table(before, ack=False)
    has = "CORRECTED_DATA" in t.colnames()
    yield exact("CORRECTED_DATA there", [has], [bool(gold["has_corrected"])])
    for dd in sorted(int(k[4:]) for k in gold.files if k.startswith("row_")):
        rows = t.selectrows(gold["row_%d" % dd])
        shape = gold["flagshape_%d" % dd]
        flag = np.unpackbits(gold["flag_%d" % dd])[:np.prod(shape)].reshape(shape).astype(bool)
        mine = rows.getcol("FLAG").astype(bool)
        yield near("FLAG dd %d" % dd, mine != flag, 0)
        if "corrected_%d" % dd in gold.files and has:
            difference = corrected(rows.getcol("CORRECTED_DATA"), gold["corrected_%d" % dd])
            yield near("CORRECTED_DATA dd %d" % dd, difference[~(flag | mine)], APPLIED)
        for key, name in (("weight", "WEIGHT"), ("sigma", "SIGMA"), ("weight_spectrum", "WEIGHT_SPECTRUM")):
            if "%s_%d" % (key, dd) in gold.files:
                x, y = rows.getcol(name).astype(float), gold["%s_%d" % (key, dd)].astype(float)
                difference = np.where(np.isnan(x) & np.isnan(y), 0, np.abs(x - y) / np.maximum(np.abs(y), 1e-12))
                yield near("%s dd %d" % (name, dd), difference, WEIGHT)
    for name in ("DATA", "MODEL_DATA", "FLAG", "FLAG_ROW", "WEIGHT", "SIGMA", "WEIGHT_SPECTRUM", "SIGMA_SPECTRUM"):
        if name in old.colnames() and name not in gold["changed"]:
            yield Finding(name + " untouched", same_bytes(ms, before, name), "changed, though CASA leaves it alone")


def corrected(ours, casas):
    ours, casas = ours.astype(complex), casas.astype(complex)
    finite = np.isfinite(casas)
    floor = 0.01 * np.sqrt(np.mean(np.abs(casas[finite]) ** 2)) if finite.any() else 1.0
    with np.errstate(invalid="ignore"):
        difference = np.abs(ours - casas) / np.maximum(np.abs(casas), floor)
    return np.where(finite, difference, np.where(np.isfinite(ours), np.inf, 0))


def same_bytes(a, b, name):
    for dd in range(table(os.path.join(b, "DATA_DESCRIPTION"), ack=False).nrows()):
        x, y = (taql("select from '%s' where DATA_DESC_ID==%d" % (path, dd)) for path in (a, b))
        if x.nrows() != y.nrows() or (y.nrows() and x.getcol(name).tobytes() != y.getcol(name).tobytes()):
            return False
    return True


# ---- MeasurementSets ----

def snapshot(path):
    """{table: {column: cells}} of a npz of the reference set."""
    gold, out = np.load(path), {}
    for key in gold.files:
        if "/" not in key or key.endswith("@shape"):
            continue
        name, _, form = key.partition("@")
        where, name = name.split("/")
        out.setdefault(where, {})[name] = unpacked(gold, key, form)
    return out


def unpacked(gold, key, form):
    if form == "undefined":
        return [None] * int(gold[key])
    if form != "flat":
        return gold[key]
    cells, at, flat = [], 0, gold[key]
    for shape in gold[key.replace("@flat", "@shape")]:
        size = 0 if shape[0] < 0 else int(np.prod(shape))
        cells.append(None if shape[0] < 0 else flat[at:at + size].reshape(shape))
        at += size
    return cells


def measurement_sets(ms, reference):
    """MAIN with rows in any order, and every subtable that the reference holds."""
    gold = snapshot(reference)
    yield from tables("", ms, gold.pop("MAIN"), True)
    for sub in sorted(gold):
        if os.path.isdir(os.path.join(ms, sub)):
            yield from tables(sub + "/", os.path.join(ms, sub), gold[sub], False)
        elif max(map(len, gold[sub].values())):
            yield Finding(sub, False, "missing")


def tables(prefix, path, gold, sort):
    t = table(path, ack=False)
    rows = max((len(c) for c in gold.values()), default=0)
    if t.nrows() != rows:
        yield Finding(prefix + "rows", False, "%d, wanted %d" % (t.nrows(), rows))
        return
    ours = {name: column(t, name) for name in gold if name in t.colnames()}
    if sort:
        gold, ours = sorted_rows(gold), sorted_rows(ours)
    for name in sorted(gold):
        if name not in ours:
            if any(np.size(c) for c in gold[name] if c is not None):
                yield Finding(prefix + name, False, "missing")
            continue
        single = ravel(ours[name]).dtype in (np.float32, np.complex64)
        skip = ravel(gold["FLAG"]).astype(bool) if sort and (name.endswith("DATA") or name.endswith("_SPECTRUM")) else None
        yield cells_differ(prefix + name, ours[name], gold[name], SINGLE if single else DOUBLE, ABSOLUTE.get(name, 0), skip)


def sorted_rows(columns):
    keys = [np.asarray(columns[k]) for k in ROW_KEY if k in columns]
    keys[0] = np.round(keys[0], 3)
    order = np.lexsort(keys[::-1])
    return {name: [c[k] for k in order] if isinstance(c, list) else c[order] for name, c in columns.items()}


def cells_differ(what, ours, casas, relative, absolute, skip=None):
    if shapes(ours) != shapes(casas):
        return exact(what + " shapes", shapes(ours), shapes(casas))
    x, y = ravel(ours), ravel(casas)
    if y.dtype.kind not in "fc":
        return exact(what, x.tolist(), y.tolist())
    scale = np.sqrt(np.mean(np.abs(y[np.isfinite(y)].astype(complex)) ** 2)) if np.isfinite(y).any() else 0
    with np.errstate(invalid="ignore"):
        difference = np.where((x == y) | (np.isnan(x) & np.isnan(y)), 0, np.abs(x - y))
        limit = np.maximum(relative * np.fmax(np.abs(y), scale), absolute)
    if skip is not None and skip.size == difference.size:
        difference, limit = difference[~skip], limit[~skip]
    return near(what, difference, limit)
