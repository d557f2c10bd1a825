#!/usr/bin/python3
"""ms-split on the cases of the reference set, compared with what CASA's split and mstransform wrote.

A CASA call translates word by word: each parameter is the option of that name. One line per case; exit status 1 when one differs.
"""
import os
import re
import shutil
import sys

import compare
import golden

# Cases of options that do not exist yet: what is missing.
LATER = [
    (".*noreindex", "reindex=False"),
    ("(mt|ca|ta)_usewt.*", "usewtspectrum"),
    ("mt_taql", "taql"),
    ("ta_uvw.*", "maxuvwdistance"),
]

# Where we differ on purpose: {case: ("refuses" | "accepts" | {quantities}, why)}.
RIGHT = {}

# mstransform's names for what split calls otherwise; the switches say nothing that the values do not.
RENAMED = {"chanbin": "width", "timespan": "combine"}
SWITCHES = ("chanaverage", "timeaverage")


def options(params):
    out = []
    for key, value in params.items():
        if key in SWITCHES:
            continue
        value = ",".join(map(str, value)) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
        out.append("--%s=%s" % (RENAMED.get(key, key), value))
    return out


class Cases:
    def __init__(self, cases, root, work):
        self.inputs, self.root, self.work = cases["inputs"], root, work

    def input(self, case):
        """The case's input, changed by its `prep`; made once for all cases that want the same."""
        name = case["in"]
        if not os.path.isdir(self.path(name)):
            stored = "ms/s.ms.tar.gz" if name == "sim_s" else "shape/in_%s.ms.tar.gz" % name
            golden.unpack(os.path.join(self.root, stored), self.work)
        if not case.get("prep"):
            return self.path(name)
        changed = self.path(re.sub(r"\W+", "_", name + "".join(case["prep"])))
        if not os.path.isdir(changed):
            shutil.copytree(self.path(name), changed)
            for statement in case["prep"]:
                golden.update(changed, statement)
        return changed

    def path(self, name):
        return os.path.join(self.work, ("s" if name == "sim_s" else name) + ".ms")

    def split(self, case):
        name = case["name"]
        if golden.listed(name, LATER):
            return golden.LATER, golden.listed(name, LATER), []
        folder = os.path.join(self.work, name)
        os.makedirs(folder)
        for there in case.get("existing", []):
            os.makedirs(os.path.join(folder, there))
        ran = golden.Ran(["ms-split"] + options(case["params"]) + [self.input(case), "out.ms"], folder)
        out, reference = os.path.join(folder, "out.ms"), os.path.join(self.root, "shape", name + ".npz")
        error = "" if os.path.exists(reference) else "refused, or crashed"
        kind = golden.verdict([ran], error, lambda: compare.measurement_sets(out, reference), RIGHT.get(name))
        if ran.status and sorted(os.listdir(folder)) != sorted(case.get("existing", [])):
            kind = golden.DIFFERS, "leaves something behind: " + " ".join(os.listdir(folder))
        shutil.rmtree(folder)
        return (*kind, [ran.line])


def load(cases, root, work, wanted):
    c, run = Cases(cases, root, work), {}
    for case in cases["cases"]:
        if re.match("(sp|ca|ta|tc|er|mt)_", case["name"]) and wanted(case["name"]):
            run[case["name"]] = lambda case=case: c.split(case)
            c.input(case)
    return run


if __name__ == "__main__":
    sys.exit(golden.main(__doc__, "shape_cases.json", load))
