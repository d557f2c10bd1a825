#!/usr/bin/python3
"""applycal through a calibration library: the cases of the reference set that name tables are booked with callib-add, those that give
a cal library are read with callib-import; then applycal takes the library itself, the applycal text and CASA's text that
callib-export makes of it. Each must calibrate as CASA did.
"""
import os
import re
import shutil
import sys

import cal_cases
import compare
import golden

# What a form cannot say, or says otherwise than CASA's own parameters do.
PASSED_OVER = {
    "json": [("a_cl_overlap|a_cl_same_line", "registered twice is applied twice"),
             ("a_cl_calwt_clash", "calwt goes by line in a library"),
             ("a_clx_spwmapbig", "a map beyond the table's spws is refused, but in CASA's text")],
    "casa": [
        ("a_b_rel", "no interpolation in relative frequency in CASA's text"),
        ("a_spwmap_(long|bad|auto)", "maps that applycal refuses, or that have a minus"),
    ],
}
PASSED_OVER["applycal"] = PASSED_OVER["json"]

# Cal-library lines that a library cannot hold.
UNHELD = "antmap|obsmap|obs=|fldmap=.?\\["


def per_table(args, key, k, tables, default):
    value = args.get(key, [])
    if key == "spwmap" and value and not isinstance(value[0], list):
        value = [value] * tables
    if key == "calwt" and len(value) == 1:
        value = value * tables
    return cal_cases.words(value[k]) if k < len(value) and value[k] != [] else default


class Through(cal_cases.Cases):
    """The cases in one of the three forms."""

    def book(self, args, ms, out):
        """Commands that make the library of a case, and where it is."""
        library, steps = out + ".json", []
        shell = "%s/bin/ms-info %s | %s/bin/callib-new > %s" % (golden.BUILD, ms, golden.BUILD, library)
        if os.system(shell):
            raise OSError("no library of " + ms)
        if "callib" in args:
            with open(out + ".casa", "w") as f:
                f.write("\n".join(args["callib"]) + "\n")
            return library, [["callib-import", "-i", library, out + ".casa"]]
        tables = args["gaintable"]
        for k, name in enumerate(tables):
            steps.append(["callib-add", "-i", library, name] +
                         ["--%s=%s" % (key, per_table(args, key, k, len(tables), default)) for key, default in
                          (("gainfield", ""), ("interp", ""), ("spwmap", ""), ("calwt", "true"))])
        return library, steps

    def through(self, case, form):
        name, args = case["case"], case["args"]
        reason = golden.listed(name, cal_cases.LATER) or golden.listed(name, PASSED_OVER[form])
        if reason:
            return golden.LATER, reason, []
        out = os.path.join(self.work, "ours", name + "." + form, case["ms"] + ".ms")
        shutil.copytree(self.ms(case["ms"]), out)
        library, steps = self.book(args, out, out)
        if form != "json":
            text = out + ".txt"
            steps.append(["callib-export", library, "--format", form, "-o", text])
            library = text
        rest = {k: v for k, v in args.items() if k not in cal_cases.PER_TABLE + ("gaintable", "docallib", "callib")}
        steps.append(["applycal", "--flagbackup=false", "--callib", library] + cal_cases.options(rest, None) + [out])
        ran = []
        for step in steps:
            ran.append(golden.Ran(step, self.folder))
            if ran[-1].status:
                break
        reference = os.path.join(self.root, "apply", name + ".npz")
        kind = golden.verdict(ran, self.note("apply", name),
                              lambda: list(compare.applied(out, reference, self.ms(case["ms"]))), cal_cases.RIGHT.get(name))
        shutil.rmtree(out)
        return (*kind, [r.line for r in ran])


def suitable(case, root):
    """One run that calibrates, whose tables and data are said in a way that a library can hold."""
    args = case.get("args", {})
    lines = "\n".join(args.get("callib", []))
    return (("gaintable" in args or lines) and not re.search(UNHELD, lines) and
            os.path.exists(os.path.join(root, "apply", case["case"] + ".npz")) and case["case"] not in cal_cases.LIKE)


def load(cases, root, work, wanted):
    c, run = Through(cases, root, work), {}
    for case in cases["apply"]:
        if wanted(case["case"]) and suitable(case, root):
            for form in PASSED_OVER:
                run[case["case"] + " " + form] = lambda case=case, form=form: c.through(case, form)
            c.prepare(case)
    return run


if __name__ == "__main__":
    sys.exit(golden.main(__doc__, "cal_cases.json", load))
