"""MODEL_DATA against closed formulas, written down again here in numpy.

setjy_formula.py MS JSON     JSON: a list of {"flux": [I, Q, U, V], "ref": Hz, "spix": [A, B], "offset": [E, N], "disc": D, "gaussian":
                             [MAJOR, MINOR, PA]} (arcsec, deg; all but flux may be left out); prints the largest difference (Jy)
"""
import json
import sys

import numpy as np
from casacore.tables import table

ARCSEC = np.pi / 648000


def j1(x):
    """The Bessel function by its integral; the sum converges faster than any power of the step."""
    angle = (np.arange(400) + 0.5) * np.pi / 400
    return np.cos(angle - np.multiply.outer(x, np.sin(angle))).mean(-1)


def shape(source, u, v):
    if "disc" in source:
        x = np.pi * source["disc"] * ARCSEC * np.hypot(u, v)
        return np.where(x > 0, 2 * j1(x) / np.where(x > 0, x, 1), 1)
    if "gaussian" in source:
        major, minor, pa = source["gaussian"]
        pa = np.radians(pa)
        across, along = u * np.sin(pa) + v * np.cos(pa), u * np.cos(pa) - v * np.sin(pa)
        return np.exp(-(np.pi * ARCSEC) ** 2 / (4 * np.log(2)) * ((major * across) ** 2 + (minor * along) ** 2))
    return 1


def stokes(sources, uvw, freq):
    total = np.zeros((4, len(uvw), len(freq)), complex)
    u, v, w = (uvw[:, k, None] * freq / 299792458 for k in range(3))
    for s in sources:
        a, b = s.get("spix", [0, 0])
        x = freq / s.get("ref", 1e9)
        l, m = np.sin(np.array(s.get("offset", [0, 0])) * ARCSEC)
        turn = np.exp(2j * np.pi * (u * l + v * m + w * (np.sqrt(1 - l * l - m * m) - 1)))
        for k, flux in enumerate((s["flux"] + [0, 0, 0])[:4]):
            total[k] += flux * x ** (a + b * np.log10(x)) * shape(s, u, v) * turn
    return total


path, sources = sys.argv[1], json.loads(sys.argv[2])
main, spws, pols, dds = (table(path + t, ack=False) for t in ("", "/SPECTRAL_WINDOW", "/POLARIZATION", "/DATA_DESCRIPTION"))
worst = 0
for dd in range(dds.nrows()):
    rows = main.query("DATA_DESC_ID == %d" % dd)
    I, Q, U, V = stokes(sources, rows.getcol("UVW"), spws.getcell("CHAN_FREQ", dds.getcell("SPECTRAL_WINDOW_ID", dd)))
    made = {5: I + V, 6: Q + 1j * U, 7: Q - 1j * U, 8: I - V, 9: I + Q, 10: U + 1j * V, 11: U - 1j * V, 12: I - Q}
    have = rows.getcol("MODEL_DATA")
    for c, code in enumerate(pols.getcell("CORR_TYPE", dds.getcell("POLARIZATION_ID", dd))):
        worst = max(worst, np.abs(have[:, :, c] - made[code]).max())
print("%.2g" % worst)
