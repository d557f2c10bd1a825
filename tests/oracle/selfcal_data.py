#!/usr/bin/python3
"""The data of a recorded run of auto_selfcal.

    selfcal_data.py ORACLES CASE FOLDER     the MeasurementSets of CASE into FOLDER

Most are stored. Where a scene differs from a stored one in its rounding only, the times, baselines and subtables are taken from that, and the
visibilities are computed by shared/golden/make/simulate_selfcal.py, which gets casacore's tables where it wants CASA's table tool.
"""
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import types

from casacore.tables import table

# Cases that store none: the data of another case, or made again from the scene on the sets of another case.
SAME_DATA = {"a3_vla_s_user_mask": "a_vla_s"}
SAME_BASELINES = {"c2_alma_int_refused": "c_alma_two_targets_two_ebs"}


def blocks_in(folder):
    """The sets of a case, one for each execution block."""
    return sorted(f"{folder}/{name}" for name in os.listdir(folder) if name.endswith("_targets.ms") and not name.startswith("ideal_"))


class TableTool:
    """As much of CASA's table tool as the simulator uses: axes in the order of Fortran."""

    def __init__(self, opened=None):
        self.table = opened

    def open(self, path, nomodify=True):
        self.table = table(path, readonly=nomodify, ack=False)

    def close(self):
        self.table.close()

    def query(self, text):
        return TableTool(self.table.query(text))

    def nrows(self):
        return self.table.nrows()

    def colnames(self):
        return self.table.colnames()

    def getcol(self, name):
        values = self.table.getcol(name)
        return values.T if hasattr(values, "T") else values

    def putcol(self, name, values):
        self.table.putcol(name, values.T.astype(self.table.getcol(name, nrow=1).dtype))

    def getcell(self, name, row):
        return self.table.getcell(name, row)

    def putcell(self, name, row, value):
        self.table.putcell(name, row, value)


def simulator(path, stored):
    casatools = types.ModuleType("casatools")
    casatools.table = TableTool
    sys.modules["casatools"] = casatools
    spec = importlib.util.spec_from_file_location("simulate_selfcal", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make_empty = lambda scene, out: shutil.copytree(f"{stored}/{os.path.basename(out)}", out)
    return module


def simulate(oracles, case, stored, folder):
    module = simulator(f"{oracles}/../../golden/make/simulate_selfcal.py", stored)
    scene = json.load(open(f"{oracles}/{case}/scene.json"))
    for path in blocks_in(stored):
        name = os.path.basename(path)
        block = next((b for b in scene.get("ebs", []) if b["name"] in name), {})
        own = {k: v for k, v in scene.items() if k != "ebs"} | {k: v for k, v in block.items() if k != "name"}
        module.build(own, f"{folder}/{name}", None)


def unpack(oracles, case, folder):
    """The MeasurementSets of a case in `folder`; their paths."""
    if case in SAME_BASELINES:
        with tempfile.TemporaryDirectory() as stored:
            unpack(oracles, SAME_BASELINES[case], stored)
            simulate(oracles, case, stored, folder)
    else:
        subprocess.run(["tar", "-xJf", f"{oracles}/{SAME_DATA.get(case, case)}/ms.tar.xz", "-C", folder], check=True)
    return blocks_in(folder)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    unpack(*sys.argv[1:])
