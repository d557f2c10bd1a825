"""Compare an imported MS with CASA's import of the same file: uvfits_golden.py MS SNAPSHOT.npz

Every column that the snapshot holds, cell by cell; data columns may be thinned out there. What we do otherwise on purpose is turned into
CASA's way first, or is left out by name.
"""
import sys

import numpy as np
from casacore.tables import table

# Ours: what CASA leaves empty or fills with zeros.
LEFT_OUT = {"OBSERVATION/TIME_RANGE", "OBSERVATION/LOG", "OBSERVATION/SCHEDULE", "SOURCE/NUM_LINES", "SOURCE/REST_FREQUENCY", "SOURCE/SYSVEL",
            "SOURCE/TRANSITION"}
TOLERANCE = {"TIME": 1e-4, "TIME_CENTROID": 1e-4, "UVW": 1e-7}


def cells(t, name):
    rows = [t.getcell(name, r) if t.iscelldefined(name, r) else None for r in range(t.nrows())]
    return [np.array(v["array"]) if isinstance(v, dict) else v for v in rows]


def column(t, name):
    return np.array(cells(t, name)) if t.nrows() else np.zeros(0)


def as_casa(name, ours, wanted, gaps, nchan):
    """Ours in CASA's way."""
    if name in ("MAIN/ANTENNA1", "MAIN/ANTENNA2", "FEED/ANTENNA_ID"):
        return np.flatnonzero(~gaps)[ours]
    if name == "MAIN/WEIGHT":  # CASA: summed over channels
        return ours * nchan
    if name == "MAIN/SIGMA":
        return ours / np.sqrt(nchan)
    return ours


def infinite_is_flagged(name, ours, wanted, weights):
    """CASA keeps infinite weights unflagged: ours must be 0 and flagged where that is so."""
    bad = ~np.isfinite(weights)
    if name.endswith(("WEIGHT", "WEIGHT_SPECTRUM")):
        wanted = np.where(bad, 0, wanted)
    if name.endswith("FLAG"):
        wanted = wanted | bad
    return wanted


def main():
    path, golden = sys.argv[1], np.load(sys.argv[2])
    gaps = golden["ANTENNA/FLAG_ROW"]
    nchan = int(golden["SPECTRAL_WINDOW/NUM_CHAN"][0])
    thin = 10 if any(k.startswith("THIN/") for k in golden.files) else 1
    group = "THIN/" if thin > 1 else "MAIN/"
    compared = wrong = 0
    for key in sorted(golden.files):
        name = key.split("@")[0]
        if "/" not in key or name in LEFT_OUT or key.endswith(("@undefined", "@shape")):
            continue
        sub, col = name.split("/")
        t = table(path if sub in ("MAIN", "THIN") else path + "/" + sub, ack=False)
        wanted, ours = golden[key], column(t, col)
        if key.endswith("@flat"):
            ours = ours.ravel()
        if sub == "THIN":
            ours = ours[::thin]
        if sub in ("ANTENNA", "FEED") and gaps.any():
            per_row = len(wanted) // len(gaps)
            wanted = wanted[np.repeat(~gaps, per_row)]
        ours = as_casa("%s/%s" % ("MAIN" if sub == "THIN" else sub, col), ours, wanted, gaps, nchan)
        if sub in ("MAIN", "THIN") and col in ("WEIGHT", "WEIGHT_SPECTRUM", "FLAG"):
            weights = golden["MAIN/WEIGHT" if col == "WEIGHT" else group + "WEIGHT_SPECTRUM"]
            wanted = infinite_is_flagged(col, ours, wanted, weights)
        if ours.shape != wanted.shape:
            same = ours.size == wanted.size == 0
        elif wanted.dtype.kind == "U":
            same = all(a.strip() == b.strip() for a, b in zip(ours.ravel(), wanted.ravel()))
        else:
            single = col in ("WEIGHT", "SIGMA", "WEIGHT_SPECTRUM")
            same = np.allclose(ours, wanted, rtol=2e-6 if single else 1e-12, atol=TOLERANCE.get(col, 0))
        compared += 1
        if not same:
            wrong += 1
            print("%s differs: %s, wanted %s" % (name, ours.ravel()[:4], wanted.ravel()[:4]))
    print("%d columns compared, %d differ" % (compared, wrong))
    sys.exit(wrong > 0 or compared < 80)


main()
