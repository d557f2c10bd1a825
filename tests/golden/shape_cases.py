#!/usr/bin/python3
"""ms-split on the cases of the reference set, compared with what CASA's split and mstransform wrote.

A CASA call translates word by word: each parameter is the option of that name. One line per case; exit status 1 when one differs.
"""
import json
import os
import re
import shutil
import sys

import compare
import golden

# Cases of options that do not exist yet: what is missing.
LATER = [
    ("mt_taql", "taql"),
]

# Where we differ on purpose: {case: ("refuses" | "accepts" | {quantities}, why)}.
def windows(names, shapes=()):
    return {"SPECTRAL_WINDOW/" + name for name in names.split()} | {"SPECTRAL_WINDOW/%s shapes" % name for name in shapes}


CHANNELS = ("CHAN_FREQ", "CHAN_WIDTH", "EFFECTIVE_BW", "RESOLUTION")
LABELS = windows("CHAN_FREQ CHAN_WIDTH EFFECTIVE_BW RESOLUTION REF_FREQUENCY TOTAL_BANDWIDTH")
POLARIZATIONS = {"POLARIZATION/CORR_PRODUCT shapes", "POLARIZATION/CORR_TYPE shapes", "POLARIZATION/NUM_CORR"}
STEP = "channels carry the frequencies of those that are really there"
DESCENDING = ("a descending window that is averaged gets the full width in EFFECTIVE_BW and RESOLUTION, and the TOTAL_BANDWIDTH and "
              "REF_FREQUENCY of the channels that are left")

RIGHT = {
    "sp_field_nosource": ({"FIELD/SOURCE_ID"}, "a source without a row gets id -1, not that of a row that does not exist"),
    "sp_chan_single": ({"DATA", "FLAG"} | windows("CHAN_FREQ REF_FREQUENCY"), "channels come out in the order of their frequencies"),
    "sp_chan_overlap": ({"DATA shapes", "FLAG shapes"} | windows("NUM_CHAN TOTAL_BANDWIDTH", CHANNELS), "no channel comes out twice"),
    "sp_chan_twice": ({"DATA_DESC_ID", "DATA_DESCRIPTION/rows"}, "a window that is named twice has one DATA_DESCRIPTION row"),
    "sp_chan_step": (windows("BBC_NO FREQ_GROUP_NAME MEAS_FREQ_REF NAME NET_SIDEBAND NUM_CHAN REF_FREQUENCY TOTAL_BANDWIDTH", CHANNELS),
                     "the window has frequencies"),
    "sp_chan_step_ok": (LABELS, STEP),
    "sp_chan_freq_desc": ({"DATA shapes", "FLAG shapes"} | windows("NUM_CHAN REF_FREQUENCY TOTAL_BANDWIDTH", CHANNELS),
                          "a channel on the edge of a range of frequencies belongs to it"),
    "sp_corr_llrr": ({"DATA", "FLAG", "SIGMA", "WEIGHT"}, "data are in the order that CORR_TYPE tells"),
    "sp_corr_rl_lr": (POLARIZATIONS, "no row of POLARIZATION becomes empty"),
    "sp_corr_rl_mixed": (POLARIZATIONS | {"DATA_DESCRIPTION/SPECTRAL_WINDOW_ID", "FEED/rows", "SOURCE/rows", "SYSCAL/rows",
                                          "SPECTRAL_WINDOW/rows"}, "a window that lacks the correlation is left out"),
    "sp_corr_three": ({"POLARIZATION/rows"}, "CORR_TYPE has the three"),
    "mt_feed": ("accepts", "feed 0 selects the rows where both feeds are 0"),
    "er_chan": ("refuses", "channels beyond the window are no channels"),
    "er_timebin": ("refuses", "a negative bin is a mistake"),
    "er_timebin_text": ("refuses", "m is metres"),
    "er_chanbin1": ("accepts", "a width of 1 is no average"),
    "er_combine": ("refuses", "an unknown word is a mistake"),
    "ca_ranges": ({"DATA", "SIGMA", "WEIGHT"}, "no bin holds channels of two ranges, as the frequencies say"),
    "ca_ranges_two": ("accepts", "CASA crashes"),
    "ca_step": (LABELS, STEP),
    **dict.fromkeys(("ca_list", "ca_list_order", "ca_list_1", "ca_sims2", "tc_list"), (windows("EFFECTIVE_BW RESOLUTION"), DESCENDING)),
    **dict.fromkeys(("ca_desc", "ca_ws_desc", "ca_scalar_all"), (LABELS - windows("CHAN_FREQ CHAN_WIDTH"), DESCENDING)),
    **dict.fromkeys(("ta_combine_field", "ta_combine_field_only"), ("refuses", "fields have phase centres of their own")),
}

# What CASA rewrites in no case but those whose first command names a spw by number: ours are right in all.
IGNORE = ("FLAG_CMD/COMMAND",)

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
        self.root, self.work = root, work
        with open(os.path.join(root, "shape", "outcome.json")) as f:
            self.outcome = json.load(f)

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
        ran = golden.Ran(["ms-split", "--compat=casa"] + options(case["params"]) + [self.input(case), "out.ms"], folder)
        out, reference = os.path.join(folder, "out.ms"), os.path.join(self.root, "shape", name + ".npz")
        error = self.outcome[name].get("error", "")
        kind = golden.verdict([ran], error, lambda: compare.measurement_sets(out, reference), RIGHT.get(name), IGNORE)
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
