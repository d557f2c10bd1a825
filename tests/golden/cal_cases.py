#!/usr/bin/python3
"""gaincal and applycal on the cases of the reference set, compared with what CASA wrote.

A CASA call translates word by word: each parameter is the option of that name, what belongs to one table follows it. Tables that a
case applies are CASA's own, so that errors do not add up. One line per case; exit status 1 when one differs.
"""
import json
import os
import re
import shutil
import sys

import compare
import golden

# Cases of tools or options that do not exist yet: what is missing.
LATER = [
    ("(gx|tx)_inf_(l1|r|l1r|r_thresh)", "gaincal --solmode"),
    ("(g|gx)_parang.*|ax_parang.*|as_parang", "--parang"),
    ("a_m|a_antpos|a_opac|a_gc", "tables of a type that cannot be applied yet"),
]

# Where we differ on purpose: {case: ("refuses" | "accepts" | {quantities}, why)}.
RIGHT = {
    "g_minsnr_all": ("fails", "a table without one good solution is no success"),
    "g_ref_absent_strict": ("fails", "a table without one good solution is no success"),
    "g_v_nan": ({"rows"}, "one NaN costs CASA the whole interval; here it is left out and counted"),
    "g_clx_space": ("accepts", "a blank in a quoted name is part of the name"),
    "g_clx_trailing": ("accepts", "a comment may follow a line"),
    "g_clx_comment": ("refuses", "a library without a table is a mistake, not a solve without prior calibration"),
    "k_cspw": ("accepts", "windows of other widths and sidebands are put together by frequency"),
    "a_foreign": ("refuses", "a table of other antennas belongs to other data"),
    "a_b4f_cubicflag": ("accepts", "with fewer than four good channels cubic is linear"),
    "a_wt_short": ("accepts", "calwt is true for the tables that are not told"),
    "a_zero": ({"WEIGHT dd 1"}, "a solution that is NaN counts as flagged, and no weight becomes NaN"),
    "a_clx_key": ("refuses", "an unknown key is a mistake"),
    "a_clx_trailing": ("accepts", "a comment may follow a line"),
}

# Where CASA goes wrong and another case shows what is right: {case: (other case, why)}.
LIKE = {"a_unsorted": ("a_g_linear", "a table whose rows are not sorted is sorted, CASA applies it wrongly")}

PER_TABLE = ("gainfield", "interp", "spwmap", "calwt")


def words(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(words(v) for v in value) if isinstance(value, list) else str(value)


def chain_options(args):
    """The tables to apply, each followed by what belongs to it."""
    tables, options = args.get("gaintable", []), []
    if len(args.get("calwt", [])) == 1:
        args = dict(args, calwt=args["calwt"] * len(tables))
    if "spwmap" in args and not isinstance(args["spwmap"][0], list):
        args = dict(args, spwmap=[args["spwmap"]] * len(tables))
    for k, name in enumerate(tables):
        options += ["--gaintable", name]
        for key in PER_TABLE:
            if key in args and k < len(args[key]) and args[key][k] != []:
                options.append("--%s=%s" % (key, words(args[key][k])))
    return options


def options(args, library):
    """Options of one CASA call; a cal library that is given as lines goes into the file `library`."""
    out = []
    for key, value in args.items():
        if key == "callib":
            with open(library, "w") as f:
                f.write("\n".join(value) + "\n")
            out.append("--callib=" + library)
        elif key not in PER_TABLE + ("gaintable", "docallib"):
            out.append("--" + key if value is True else "--%s=%s" % (key, words(value)))
    return out + chain_options(args)


def tables_named(root, case):
    """The tables of the reference set that a case applies; a cal library names them within quotes."""
    words = set(re.split(r"[\\\"',\[\] ]+", json.dumps([case.get("args"), case.get("steps")])))
    return [name for name in words - {case["case"]} if os.path.exists(os.path.join(root, "caltables", name + ".tar.gz"))]


class Cases:
    def __init__(self, cases, root, work):
        self.cases, self.root, self.work = cases, root, work
        self.folder = os.path.join(work, "tables")
        os.makedirs(self.folder, exist_ok=True)

    def ms(self, name):
        """A data set of the cases, made once: a scene as it is stored, or a variant of one."""
        path = os.path.join(self.work, name + ".ms")
        if os.path.isdir(path):
            return path
        if name in self.cases["scenes"]:
            golden.unpack(os.path.join(self.root, "ms", name + ".ms.tar.gz"), self.work)
            return path
        variant = self.cases["variants"][name]
        shutil.copytree(self.ms(variant["of"]), path)
        if "keep" in variant:
            golden.update(path, "select from $MS where %s giving '%s.kept' as plain" % (variant["keep"], path))
            shutil.rmtree(path)
            os.rename(path + ".kept", path)
        for statement in variant.get("taql", []):
            golden.update(path, statement)
        return path

    def casas(self, name):
        """CASA's table, unpacked once, or None where CASA wrote none."""
        path, archive = os.path.join(self.folder, name), os.path.join(self.root, "caltables", name + ".tar.gz")
        if not os.path.isdir(path) and os.path.exists(archive):
            golden.unpack(archive, self.folder)
        return path if os.path.isdir(path) else None

    def prepare(self, case):
        self.ms(case["ms"])
        for name in tables_named(self.root, case):
            self.casas(name)

    def note(self, kind, name):
        """CASA's error in its last step, or ""."""
        with open(os.path.join(self.root, kind, name + ".json")) as f:
            note = json.load(f)
        steps = [note[k] for k in sorted(note) if k.startswith("step_")]
        return (steps[-1] if steps else note).get("error", "")

    def solve(self, case):
        name = case["case"]
        if golden.listed(name, LATER):
            return golden.LATER, golden.listed(name, LATER), []
        out = os.path.join(self.work, "ours", name)
        os.makedirs(os.path.dirname(out), exist_ok=True)
        ran = [golden.Ran(["gaincal"] + options(step, out + ".txt") + [self.ms(case["ms"]), out], self.folder)
               for step in case.get("steps", [case.get("args", {})])]
        error = self.note("caltables", name)
        if not error and not self.casas(name):
            error = "no table, and no error"
        kind = golden.verdict(ran, error, lambda: compare.caltables(out, self.casas(name)), RIGHT.get(name))
        return (*kind, [r.line for r in ran])

    def apply(self, case):
        name = case["case"]
        if golden.listed(name, LATER):
            return golden.LATER, golden.listed(name, LATER), []
        out = os.path.join(self.work, "ours", name + ".ms")
        shutil.copytree(self.ms(case["ms"]), out)
        ran = [golden.Ran(["applycal", "--flagbackup=false"] + options(step, out + ".txt") + [out], self.folder)
               for step in case.get("steps", [case.get("args", {})])]
        like, why = LIKE.get(name, (name, ""))
        reference = os.path.join(self.root, "apply", like + ".npz")
        findings = list(compare.applied(out, reference, self.ms(case["ms"]))) if os.path.exists(reference) else []
        kind = golden.verdict(ran, self.note("apply", name), lambda: findings, RIGHT.get(name))
        if why and kind[0] == golden.OK:
            kind = golden.RIGHT, why
        shutil.rmtree(out)
        return (*kind, [r.line for r in ran])


def load(cases, root, work, wanted):
    c, run = Cases(cases, root, work), {}
    for case in cases["tables"]:
        if case["task"] == "gaincal" and re.match("[gkt]x?_", case["case"]) and wanted(case["case"]):
            run[case["case"]] = lambda case=case: c.solve(case)
    for case in cases["apply"]:
        if wanted(case["case"]):
            run[case["case"]] = lambda case=case: c.apply(case)
    for case in cases["tables"] + cases["apply"]:
        if case["case"] in run and not golden.listed(case["case"], LATER):
            c.prepare(case)
    return run


if __name__ == "__main__":
    sys.exit(golden.main(__doc__, "cal_cases.json", load))
