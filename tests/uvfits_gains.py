"""Known gains on real data, and what is left of them.

uvfits_gains.py corrupt MS             DATA times random gains: a phase and 15 % of amplitude for each antenna, scan and hand, and a walk
                                       of 0.2 rad an integration
uvfits_gains.py residual TRUE MS       rms of phase (degrees) and ln amplitude of CORRECTED_DATA against the DATA of TRUE, where its S/N > 10
uvfits_gains.py redundant MS COLUMN    rms of the phase difference (degrees) between baselines from neighbouring sites to a third one
"""
import sys

import numpy as np
from casacore.tables import table


def corrupt(path):
    t = table(path, readonly=False, ack=False)
    one, two, scan, time, data = (t.getcol(c) for c in ("ANTENNA1", "ANTENNA2", "SCAN_NUMBER", "TIME", "DATA"))
    step = np.unique(np.round(time, 1), return_inverse=True)[1]
    random, antennas = np.random.default_rng(5), max(two) + 1
    phase = random.uniform(-np.pi, np.pi, (max(scan) + 1, antennas, 2))
    size = np.exp(0.15 * random.normal(size=phase.shape))
    walk = np.cumsum(random.normal(0, 0.2, (max(step) + 1, antennas, 2)), 0)

    def gain(antenna, hand):
        return size[scan, antenna, hand] * np.exp(1j * (phase[scan, antenna, hand] + walk[step, antenna, hand]))

    for c, (p, q) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        data[:, :, c] *= (gain(one, p) * np.conj(gain(two, q)))[:, None]
    t.putcol("DATA", data)


def residual(true, path):
    a, b = table(true, ack=False), table(path, ack=False)
    hands = [0, 3]
    want, have = a.getcol("DATA")[:, 0, hands], b.getcol("CORRECTED_DATA")[:, 0, hands]
    good = ~b.getcol("FLAG")[:, 0, hands] & (np.abs(want) ** 2 * a.getcol("WEIGHT")[:, hands] > 100)
    ratio = have[good] / want[good]
    print("%.3f %.4f %.4f" % (np.degrees(np.sqrt(np.mean(np.angle(ratio) ** 2))), np.sqrt(np.mean(np.log(np.abs(ratio)) ** 2)), good.mean()))


def redundant(path, column):
    t = table(path, ack=False)
    names = table(path + "/ANTENNA", ack=False).getcol("NAME")
    one, two, time, flag, weight, data = (t.getcol(c) for c in ("ANTENNA1", "ANTENNA2", "TIME", "FLAG", "WEIGHT", column))
    strong = ~flag[:, 0, 0] & (np.abs(data[:, 0, 0]) ** 2 * weight[:, 0] > 16)
    seen = {}
    for i in np.flatnonzero(strong):
        p, q, v = names[one[i]], names[two[i]], data[i, 0, 0]
        seen.setdefault(round(time[i], 1), {}).update({(p, q): v, (q, p): np.conj(v)})
    turned = [np.angle(v * np.conj(at[q, k])) for at in seen.values() for p, q in (("AA", "AP"), ("JC", "SM"))
              for (i, k), v in at.items() if i == p and k != q and (q, k) in at]
    print("%.1f %d" % (np.degrees(np.sqrt(np.mean(np.square(turned)))), len(turned)))


{"corrupt": corrupt, "residual": residual, "redundant": redundant}[sys.argv[1]](*sys.argv[2:])
