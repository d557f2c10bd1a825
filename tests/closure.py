"""closure.py MS: rms (degrees) and mean chi^2 of the closure phases of DATA against those of MODEL_DATA, and how many; of triangles all of
whose sides are longer than 100 Mlambda (shorter ones close on whatever it is) and have an S/N above 4."""
import sys
from itertools import combinations

import numpy as np
from casacore.tables import table

t = table(sys.argv[1], ack=False)
freq = table(sys.argv[1] + "/SPECTRAL_WINDOW", ack=False).getcell("CHAN_FREQ", 0)[0]
one, two, time, flag, weight, data, model, uvw = (
    t.getcol(c) for c in ("ANTENNA1", "ANTENNA2", "TIME", "FLAG", "WEIGHT", "DATA", "MODEL_DATA", "UVW"))
data, model, flag, weight = data[:, 0, 0], model[:, 0, 0], flag[:, 0, 0], weight[:, 0]
snr = np.abs(data) * np.sqrt(weight)
good = ~flag & (snr > 4) & (np.abs(model) > 0) & (np.hypot(uvw[:, 0], uvw[:, 1]) * freq / 299792458 > 1e8)
ratio = data * np.conj(model)
at = {}
for i in np.flatnonzero(good):
    at.setdefault(round(time[i], 1), {})[one[i], two[i]] = i
angle, chi2 = [], []
for rows in at.values():
    for p, q, r in combinations(sorted({a for pair in rows for a in pair}), 3):
        if (p, q) in rows and (q, r) in rows and (p, r) in rows:
            i, j, k = rows[p, q], rows[q, r], rows[p, r]
            angle.append(np.angle(ratio[i] * ratio[j] * np.conj(ratio[k])))
            chi2.append(angle[-1] ** 2 / (snr[i] ** -2 + snr[j] ** -2 + snr[k] ** -2))
print("%.1f %.2f %d" % (np.degrees(np.sqrt(np.mean(np.square(angle)))), np.mean(chi2), len(angle)))
