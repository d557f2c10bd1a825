"""Questions about calibration tables, for the tests of gaincal.

    caltable_check.py truth TABLE TRUTH LIMIT   unflagged gains equal the truth but for a phase of each interval, hand and spw
    caltable_check.py conjugate TABLE OTHER     gains of the one are the conjugates of the other's; S/N and flags the same
    caltable_check.py same TABLE OTHER LIMIT    same labels, flags; gains equal to LIMIT
    caltable_check.py bandwidth TABLE HZ        RESOLUTION and TOTAL_BANDWIDTH of the solved spws
    caltable_check.py flags TABLE               the fraction of flagged values
"""
import sys

import numpy as np
from casacore.tables import table


def load(path):
    t = table(path, ack=False)
    return {n: np.array(t.getcol(n)) for n in ("TIME", "SPECTRAL_WINDOW_ID", "ANTENNA1", "ANTENNA2", "FIELD_ID", "SCAN_NUMBER", "CPARAM",
                                               "FLAG", "SNR", "PARAMERR")}


def intervals(t):
    return sorted(set(zip(t["SPECTRAL_WINDOW_ID"], t["TIME"])))


def truth(mine, other, limit):
    a, b = load(mine), load(other)
    worst = compared = 0
    for spw, time in intervals(a):
        k = (a["SPECTRAL_WINDOW_ID"] == spw) & (a["TIME"] == time)
        at = b["TIME"][b["SPECTRAL_WINDOW_ID"] == spw]
        near = at[np.argmin(abs(at - time))]
        m = (b["SPECTRAL_WINDOW_ID"] == spw) & (b["TIME"] == near)
        x, y, good = a["CPARAM"][k][:, 0], b["CPARAM"][m][:, 0], ~a["FLAG"][k][:, 0]
        for p in range(x.shape[1]):
            g = good[:, p]
            turn = np.vdot(y[g, p], x[g, p])
            worst = max(worst, abs(x[g, p] * np.conj(turn / abs(turn)) - y[g, p]).max())
            compared += g.sum()
    print("%d gains, largest difference %.2e" % (compared, worst))
    return compared > 0 and worst < float(limit)


def same(mine, other, limit, change=lambda x: x):
    a, b = load(mine), load(other)
    for n in ("TIME", "SPECTRAL_WINDOW_ID", "ANTENNA1", "ANTENNA2", "FIELD_ID", "SCAN_NUMBER", "FLAG"):
        if n == "TIME" and abs(a[n] - b[n]).max() > 1e-3 or n != "TIME" and (a[n] != b[n]).any():
            print(n, "differs")
            return False
    good = ~a["FLAG"]
    worst = 0
    for n in ("CPARAM", "SNR", "PARAMERR"):
        wanted = (change(b[n]) if n == "CPARAM" else b[n])[good]
        worst = max(worst, (abs(a[n][good] - wanted) / abs(wanted)).max(initial=0))
    print("%d values, largest difference %.2e" % (good.sum(), worst))
    return good.any() and worst <= float(limit)


def bandwidth(mine, hz):
    t = table(mine + "/SPECTRAL_WINDOW", ack=False)
    rows = [r for r in range(t.nrows()) if not t.getcell("FLAG_ROW", r)]
    got = [float(np.sum(t.getcell(n, r))) for r in rows for n in ("RESOLUTION", "TOTAL_BANDWIDTH", "CHAN_WIDTH")]
    print(got)
    return rows and np.allclose(got, float(hz))


def flags(mine):
    print("%.4f" % load(mine)["FLAG"].mean())
    return True


WHAT = {"truth": truth, "same": same, "bandwidth": bandwidth, "flags": flags,
        "conjugate": lambda a, b: same(a, b, 1e-5, np.conj)}
sys.exit(not WHAT[sys.argv[1]](*sys.argv[2:]))
