#!/usr/bin/python3
"""mosaic.py OUT.ms: simulates three pointings of one name in each of two scans, east to west, which see the same sources through a Gaussian primary beam; phases
are wrong. --step is their distance in arcsec: at 12 all see something, at 40 the last sees nothing. Other options go to ms-sim."""
import argparse
import json
import math
import subprocess

import numpy
from casacore.tables import table

parser = argparse.ArgumentParser()
parser.add_argument("out")
parser.add_argument("--step", type=float, default=12)
parser.add_argument("--calibrator", action="store_true", help="before each scan of the mosaic; the fields' numbers then begin at 1")
args, rest = parser.parse_known_args()

FWHM = 26  # arcsec, 12 m at 230 GHz
SOURCES = [(0.5, 0, 0), (0.2, -args.step / 2, 4)]  # Jy, arcsec east and north of the first pointing


def seen(east):
    out = []
    for flux, x, y in SOURCES:
        gain = math.exp(-4 * math.log(2) * ((x - east) ** 2 + y ** 2) / FWHM ** 2)
        if flux * gain > 1e-4:
            out.append({"flux_jy": flux * gain, "east_arcsec": x - east, "north_arcsec": y})
    return out


fields, scans = [], []
for i in range(3):
    east = -i * args.step
    fields.append({"name": f"M_{i}", "ra": f"{150 + east / 3600 / math.cos(math.radians(-20))}deg", "dec": "-20d00m00", "components": seen(east)})
if args.calibrator:
    fields.insert(0, {"name": "J1", "ra": "10h02m00", "dec": "-19d00m00", "components": [{"flux_jy": 1}]})
for repeat in range(2):
    if args.calibrator:
        scans.append({"field": "J1", "length_s": 24, "intent": "CALIBRATE_PHASE#ON_SOURCE"})
    scans += [{"field": f"M_{i}", "length_s": 24, "intent": "OBSERVE_TARGET#ON_SOURCE", **({"start_s": 150 * repeat + 24} if i == 0 else {})} for i in range(3)]
scene = {"reference_time": "2024/06/02/04:00:00", "antennas": {"layout": "alma", "n": 10, "radius_m": 90}, "integration_s": 6, "noise_jy": 0.3, "fields": fields, "scans": scans,
         "spws": [{"name": "X1#ALMA_RB_06#BB_1#SW-01#FULL_RES", "freq_hz": 230e9, "width_hz": 62.5e6, "nchan": 2}],
         "errors": {"phase_rms_rad": 0.45, "phase_walk_rad": 0.03}}
subprocess.run(["ms-sim", "--quiet", *rest, "-", args.out], input=json.dumps(scene), text=True, check=True, stdout=subprocess.DEVNULL)

# Pointings of one name, and one scan for all of them.
with table(f"{args.out}/FIELD", readonly=False, ack=False) as t:
    t.putcol("NAME", [n.split("_")[0] for n in t.getcol("NAME")])
with table(args.out, readonly=False, ack=False) as t:
    mosaic, scan = numpy.isin(t.getcol("FIELD_ID"), [i for i, f in enumerate(fields) if f["name"] != "J1"]), t.getcol("SCAN_NUMBER")
    groups = numpy.searchsorted(numpy.unique(scan[mosaic]), scan) // 3
    t.putcol("SCAN_NUMBER", numpy.where(mosaic, 2 * groups + 2, 2 * groups + 1).astype("int32"))
