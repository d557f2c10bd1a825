#!/usr/bin/python3
"""Cut the small set beside this file out of the full reference set: make_small.py FULL

Rows are left out of the inputs, and what CASA wrote for them out of the outputs. A case can be cut when its intervals do not know
of each other, so none that combines scans or normalises over them is here.
"""
import gzip
import json
import os
import shutil
import sys
import tarfile
import tempfile

import numpy as np
from casacore.tables import table

import cal_cases
import golden

KEEP = {"s": "SCAN_NUMBER in [2,4] or (SCAN_NUMBER==3 and DATA_DESC_ID==0)", "x": "SCAN_NUMBER==3", "shape": "SCAN_NUMBER in [2,3]"}
POINTING = ("shape",)  # whose POINTING table the cases look at
APPLIED_ROWS = 10      # kept of each data description, evenly spread
SUBTABLES, WHOLE = ("MAIN/", "SPECTRAL_WINDOW/", "DATA_DESCRIPTION/", "POLARIZATION/"), "sp_ant_within"  # kept of all but one

TABLES = """g_inf_ap g_inf_p t_20s_a
    g_sel_chanlist g_sel_antbad g_sel_antid g_sel_uvl g_sel_time g_sel_nothing
    g_minsnr_fail g_minbl_chain g_minbl_drop5 g_ref_absent g_ref_one_strict g_ref_unknown
    g_smodel_iquv g_corrdep_inf g_pre_missing g_pre_callib
    g_clx_key g_clx_nofile g_append g_append_same g_append_clash
    g_v_sigma g_v_wss g_v_cent g_v_zeromodel g_v_sig0 g_v_rev g_v_nan
    gx_inf_ap gx_corrdep_ref gx_ref_numeric""".split()
APPLY = """a_g_linear a_g_nearest a_tie a_b_map a_bf_linearflag a_chain a_wt_b_flag a_wt_wss a_wt_sig0 a_gf_nearest
    a_mode_calflag a_mode_calflagstrict a_mode_trial a_mode_bad a_prev_kept a_zero a_sel_spwchan a_sel_none
    a_cl_chain a_clx_nofile a_t""".split()
SHAPE = """mt_keepflags_chan sp_chan sp_ant_within sp_corr_rrll sp_uvrange er_field er_exists
    ca_4 ca_list_order ca_ranges ta_9s ta_12_1s ta_zero_data tc_data tc_list""".split()


def pack(folder, archive):
    """A .tar.gz that is the same whenever it is made."""
    def plain(member):
        member.mtime = member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member
    with open(archive, "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as z, tarfile.open(fileobj=z, mode="w") as tar:
        tar.add(folder, os.path.basename(folder), filter=plain)


def cut(path, rows):
    t = table(path, ack=False)
    t.selectrows(rows).copy(path + ".cut", deep=True, valuecopy=True).close()
    t.close()
    shutil.rmtree(path)
    os.rename(path + ".cut", path)


def write_json(document, path):
    with open(path, "w") as f:
        json.dump(document, f, indent=1)
        f.write("\n")


class Maker:
    def __init__(self, full, work):
        self.full, self.work = full, work
        self.kept, self.there = {}, {}

    def input(self, scene, stored):
        path = os.path.join(self.work, scene + ".ms")
        golden.unpack(os.path.join(self.full, stored), self.work)
        t = table(path, ack=False)
        rows = self.kept[scene] = np.array(t.query(KEEP[scene]).rownumbers(t))
        self.there[scene] = set(zip(t.getcol("SCAN_NUMBER")[rows].tolist(), t.getcol("DATA_DESC_ID")[rows].tolist()))
        t.close()
        cut(path, rows)
        if scene not in POINTING:
            cut(path + "/POINTING", [])
        pack(path, os.path.join(golden.HERE, stored))

    def note(self, kind, name):
        """What CASA said, without what it returned and logged."""
        with open(os.path.join(self.full, kind, name + ".json")) as f:
            note = json.load(f)
        steps = {k: {e: v[e] for e in v if e == "error"} for k, v in note.items() if k.startswith("step_")}
        write_json({**{k: note[k] for k in ("case", "error") if k in note}, **steps}, os.path.join(golden.HERE, kind, name + ".json"))

    def caltable(self, case):
        name, archive = case["case"], os.path.join("caltables", case["case"] + ".tar.gz")
        if name in TABLES:
            self.note("caltables", name)
        if not os.path.exists(os.path.join(self.full, archive)):
            return
        if name not in TABLES:
            shutil.copy(os.path.join(self.full, archive), os.path.join(golden.HERE, "caltables"))
            return
        golden.unpack(os.path.join(self.full, archive), self.work)
        path, there = os.path.join(self.work, name), self.there[case["ms"][0]]
        t = table(path, ack=False)
        rows = [k for k, at in enumerate(zip(t.getcol("SCAN_NUMBER").tolist(), t.getcol("SPECTRAL_WINDOW_ID").tolist())) if at in there]
        t.close()
        if not rows:
            sys.exit("make_small.py: nothing left of " + name)
        cut(path, rows)
        pack(path, os.path.join(golden.HERE, archive))

    def applied(self, case):
        name = case["case"]
        self.note("apply", name)
        source = os.path.join(self.full, "apply", name + ".npz")
        if not os.path.exists(source):
            return
        gold, kept = np.load(source), self.kept[case["ms"][0]]
        out = {k: gold[k] for k in ("has_corrected", "changed")}
        for dd in [k[4:] for k in gold.files if k.startswith("row_")]:
            rows = gold["row_" + dd]
            pick = np.flatnonzero(np.isin(rows, kept))
            if not len(pick):
                continue
            pick = pick[::max(1, len(pick) // APPLIED_ROWS)]
            out["row_" + dd] = np.searchsorted(kept, rows[pick]).astype(np.int32)
            shape = gold["flagshape_" + dd]
            flag = np.unpackbits(gold["flag_" + dd])[:np.prod(shape)].reshape(shape)[pick]
            out["flag_" + dd], out["flagshape_" + dd] = np.packbits(flag), np.array(flag.shape, np.int32)
            for key in ("corrected_", "weight_", "sigma_", "weight_spectrum_"):
                if key + dd in gold.files:
                    out[key + dd] = gold[key + dd][pick]
        np.savez_compressed(os.path.join(golden.HERE, "apply", name + ".npz"), **out)


def main():
    full = os.path.abspath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
    for folder in ("make", "ms", "caltables", "apply", "shape"):
        shutil.rmtree(os.path.join(golden.HERE, folder), ignore_errors=True)
        os.makedirs(os.path.join(golden.HERE, folder))
    with tempfile.TemporaryDirectory() as work:
        maker = Maker(full, work)
        for scene in ("s", "x"):
            maker.input(scene, "ms/%s.ms.tar.gz" % scene)
        maker.input("shape", "shape/in_shape.ms.tar.gz")
        cal(maker)
    shape(full)


def cal(maker):
    with open(os.path.join(maker.full, "make", "cal_cases.json")) as f:
        cases = json.load(f)
    solved = [c for c in cases["tables"] if c["case"] in TABLES]
    apply = [c for c in cases["apply"] if c["case"] in APPLY]
    named = {n for c in solved + apply for n in cal_cases.tables_named(maker.full, c)}
    for case in cases["tables"]:
        if case["case"] in named or case["case"] in TABLES:
            maker.caltable(case)
    for case in apply:
        maker.applied(case)
    names = {c["ms"] for c in solved + apply}
    variants = {k: v for k, v in cases["variants"].items() if k in names or any(cases["variants"][n]["of"] == k for n in names & set(cases["variants"]))}
    write_json({"scenes": cases["scenes"], "variants": variants, "tables": solved, "apply": apply},
               os.path.join(golden.HERE, "make", "cal_cases.json"))


def shape(full):
    with open(os.path.join(full, "make", "shape_cases.json")) as f:
        cases = [c for c in json.load(f)["cases"] if c["name"] in SHAPE]
    for case in cases:
        source = os.path.join(full, "shape", case["name"] + ".npz")
        if not os.path.exists(source):
            continue
        gold, subtables = np.load(source), ("",) if case["name"] == WHOLE else SUBTABLES
        np.savez_compressed(os.path.join(golden.HERE, "shape", case["name"] + ".npz"),
                            **{k: gold[k] for k in gold.files if k.startswith(subtables)})
    with open(os.path.join(full, "shape", "outcome.json")) as f:
        outcome = json.load(f)
    write_json({c["name"]: {k: outcome[c["name"]][k] for k in ("error",) if k in outcome[c["name"]]} for c in cases},
               os.path.join(golden.HERE, "shape", "outcome.json"))
    write_json({"cases": cases}, os.path.join(golden.HERE, "make", "shape_cases.json"))


if __name__ == "__main__":
    main()
