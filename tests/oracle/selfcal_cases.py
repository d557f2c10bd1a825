#!/usr/bin/python3
"""Our self-calibration on the data of the recorded runs of auto_selfcal, judged by the truth that the data were made of.

    selfcal_cases.py [--keep DIR] [--judge] ORACLES [CASE...]

For each case (all, unless named) the data are unpacked and calibrated: selfcal-plan | selfcal-step --all. Then what was decided and reached is
shown beside what was recorded. --keep DIR works in DIR/CASE and leaves everything there; --judge judges what DIR holds (plan.json, final.json)
without calibrating again. Status 1 when something is worse than recorded without a reason.
"""
import argparse
import contextlib
import hashlib
import json
import math
import os
import shlex
import subprocess
import sys
import tempfile
import time

import selfcal_plan
from selfcal_data import SAME_DATA, blocks_in, unpack
import selfcal_truth as truth_module

# What must be reached where the recorded run fails, and what must be left alone.
LEAST_SNR = {("a_vla_s", "04287+1801"): 1000}
MUST_COME_OUT = {("d2_alma_empty_model", "Ser_emb"), ("e2_vla_c_beam_growth", "3C99"), ("e4_vla_one_spw_crash", "3C99"),
                 ("k_vla_delay_crash", "04287+1801"), ("a_vla_s", "04287+1801")}
MUST_BE_LEFT = {("d_alma_low_snr", "empty")}
# Done once more in the same folder, where the recorded program stops.
AGAIN = {"d_alma_low_snr", "e4_vla_one_spw_crash"}

LEAST_EXPECTED = 2.95  # minsnr_to_proceed of the recorded runs
FIRM = 0.02  # verdicts of the recorded runs on smaller changes of the S/N are not repeatable
WORSE_PHASE = 1.1
OVER_IDEAL = 1.02
OUT_OF_MASK = 100  # degrees of rms that a shift of the sky makes


def run(argv, **more):
    return subprocess.run(argv, check=True, **more)


def fingerprint(paths):
    """One number for all files of these sets."""
    digest = hashlib.sha256()
    for path in paths:
        for parent, folders, files in os.walk(path):
            folders.sort()
            for name in sorted(files):
                digest.update(f"{parent}/{name}".encode())
                with open(f"{parent}/{name}", "rb") as file:
                    digest.update(file.read())
    return digest.hexdigest()


# ---- the run ----

def plan_options(oracles, case, options):
    """The options of selfcal-plan for those of the recorded run, and those that it does not have."""
    arguments, missing = [], []
    if os.path.exists(f"{oracles}/{case}/cont.dat"):
        arguments += ["--contfile", f"{oracles}/{case}/cont.dat"]
    for name, value in options.items():
        if name == "imsize":
            arguments += ["--imsize", ",".join(map(str, value))]
        elif name in ("do_delay_cal", "allow_cocal"):
            arguments += ["--set", f"{name}={json.dumps(value)}"]
        elif name == "usermask":  # {target: {band: file}}; ours has all regions of all targets in one list
            paths = {f"{oracles}/{case}/{path}" for bands in value.values() for path in bands.values()}
            arguments += ["--set", "mask=" + "; ".join(";".join(open(path).read().splitlines()) for path in sorted(paths))]
        else:
            missing.append(name)
    return arguments, missing


def same_field(decisions, plan):
    """The option that makes images as wide as those of a recorded run that was told their pixels: ours are smaller."""
    cell = next(step["result"]["cell"] for step in decisions["steps"] if "cell" in (step.get("result") or {}))
    ours = json.load(open(plan))["targets"][0]["cell_arcsec"]
    sizes = [math.ceil(pixels * float(cell.removesuffix("arcsec")) / ours / 2) * 2 for pixels in decisions["options"]["imsize"]]
    return ["--imsize", ",".join(map(str, sizes))]


def calibrate(oracles, case, folder):
    """plan.json and final.json in `folder`, from the beginning; seconds. Raises CalledProcessError, with the words of the tool."""
    decisions = json.load(open(f"{oracles}/{case}/decisions.json"))
    arguments = plan_options(oracles, case, decisions["options"])[0]

    def plan(*more):
        with open(f"{folder}/plan.json", "w") as out:
            run(["selfcal-plan", "--quiet", "--workdir", ".", *arguments, *more, *map(os.path.basename, blocks_in(folder))], cwd=folder,
                stdout=out, stderr=subprocess.PIPE, text=True)

    begin = time.monotonic()
    plan()
    if "imsize" in decisions["options"]:
        plan(*same_field(decisions, f"{folder}/plan.json"))
    with open(f"{folder}/plan.json") as plan, open(f"{folder}/final.json", "w") as out:
        run(["selfcal-step", "--quiet", "--all", "--fresh", "--timing", "timing.ndjson"], cwd=folder, stdin=plan, stdout=out, stderr=subprocess.PIPE,
            text=True)
    return time.monotonic() - begin


def shares(folder):
    """In words, who took the seconds of all pieces."""
    if not os.path.exists(f"{folder}/timing.ndjson"):
        return ""
    pieces = [json.loads(line) for line in open(f"{folder}/timing.ndjson")]
    return ", ".join(f"{who} {sum(p.get(f'{who}_s') or 0 for p in pieces):.1f} s" for who in ("imager", "solver", "other"))


# ---- the observation without errors ----

def signal_to_noise(image, mask, folder):
    done = run(["image-stats", "--rms", "mad", *(["--mask", mask] if mask else []), image], cwd=folder, capture_output=True, text=True)
    stats = json.loads(done.stdout)["images"][0]
    return stats["peak_fit"]["value"] / stats["rms"], stats["rms"]


def ideal_blocks(oracles, case, folder, target, residuals):
    """Working copies of the blocks without antenna errors: {working copy: the one without}. Where ours shifts the sky by about a beam,
    out of its mask otherwise, they are shifted too."""
    copies = {}
    for vis in target["vis"]:
        original, name = vis["original"], f"ideal_{os.path.basename(vis['original'])}"
        if not os.path.exists(f"{folder}/{name}"):
            left = residuals[os.path.basename(original)]
            slope = left["slope"] if left["shift"] > OUT_OF_MASK else (0, 0)
            truth_module.write_ideal(f"{folder}/{original}", truth_module.truth_of(f"{oracles}/{case}", original), f"{folder}/{name}", slope)
        copy = f"ideal_{os.path.basename(vis['vis'])}"
        replaced = {original: name, vis["vis"]: copy}
        run([replaced.get(word, word) for word in vis["split"]["argv"]] + ["--force"], cwd=folder, stdout=subprocess.DEVNULL)
        copies[vis["vis"]] = copy
    return copies


def image_again(command, copies, threshold, folder):
    """The command of our final image, on other sets; the path of the image."""
    words = [copies.get(word, word) for word in command]
    name = f"ideal_{os.path.basename(words[-1])}"
    for option, value in (("--datacolumn", "data"), ("--threshold", threshold)):
        if value and option in words:
            words[words.index(option) + 1] = value
    run([*words[:-1], "--force", name], cwd=folder, stdout=subprocess.DEVNULL)
    joined = f"{name}-MFS-image.fits"
    return joined if os.path.exists(f"{folder}/{joined}") else f"{name}-image.fits"


def ideal_snr(oracles, case, folder, target, residuals):
    """S/N with our imager, mask and depth (or three times the noise, if better) of the data without errors, and of our final image
    measured in the same way; None where no final image was cleaned."""
    final = next((s for s in reversed(target.get("steps", [])) if s["step"] == "final" and "final" in s.get("images", {})), None)
    if not final:
        return None
    picture = final["images"]["final"]
    best = picture["fields"][picture["best"]]
    commands = [shlex.split(c) for c in final["commands"] if c.startswith("image-make ")]
    command = next(c for c in reversed(commands) if best["image"].startswith(f"{c[-1]}."))
    copies = ideal_blocks(oracles, case, folder, target, residuals)
    first, rms = signal_to_noise(image_again(command, copies, None, folder), best["mask"], folder)
    deeper, _ = signal_to_noise(image_again(command, copies, f"{3 * rms:.6g}Jy", folder), best["mask"], folder)
    return max(first, deeper), signal_to_noise(best["image"], best["mask"], folder)[0]


# ---- what is left of the errors ----

def our_residuals(oracles, case, folder, target):
    """{name of the set: residual} after the accepted tables."""
    out = {}
    for vis in target["vis"]:
        path = f"{folder}/{vis['original']}"
        fields = [f["id_orig"] for f in vis["fields"]]
        tables = [os.path.join(folder, t) for t in vis.get("gaintable_final") or []]
        chain = list(zip(tables, vis.get("spwmap_final") or [], vis.get("applycal_interpolate_final") or []))
        moved = (vis.get("alignment") or {}).get("gaintable")
        if moved:
            chain.insert(0, (os.path.join(folder, moved), [], "linear"))
        known = truth_module.Truth(path, truth_module.truth_of(f"{oracles}/{case}", path), fields)
        out[os.path.basename(path)] = truth_module.residual(known, chain, [s["id_orig"] for s in vis["spws"]])
    return out


# ---- judging ----

class Report:
    def __init__(self, case):
        self.case, self.counts = case, {"agree": 0, "reason": 0, "wrong": 0}

    def judge(self, what, good, facts, reason=None):
        """Counts, and prints what is not as recorded or wanted."""
        self.counts["agree" if good else "reason" if reason else "wrong"] += 1
        if not good:
            print(f"  {what}: {facts}: {reason or 'WRONG'}")


def outcome(solint):
    return {True: "accepted", False: "refused"}.get(solint.get("Pass") if solint else None, "not attempted")


def number(value, form="%.1f"):
    return "-" if value is None else form % value


def better_end(end):
    """In words, when less is left of the errors and the S/N is not lower, as seen from that without errors, above which nothing is
    gained; else None."""
    if end["ours"] <= end["theirs"] and end["snr"] >= (1 - FIRM) * min(end["their_snr"], 1):
        return f"the other way ends better: {end['ours']:.2f} degrees left (without a shift of the sky), {end['theirs']:.2f} recorded"
    return None


def judge_ladder(report, name, target, wanted):
    solints = target["solints"]
    ours, theirs = [s["solint"] for s in solints], wanted["solints"]
    report.judge(f"{name} ladder", ours == theirs, f"ours {' '.join(ours)}, recorded {' '.join(theirs)}")
    ours, theirs = ([selfcal_plan.seconds(i) for i in intervals]
                    for intervals in ([s["solint_interval"] for s in solints], wanted["intervals"]))
    report.judge(f"{name} seconds", ours == theirs, f"ours {ours}, recorded {theirs}")


def judge_solint(report, name, ours, recorded, end):
    got, wanted = outcome(ours), recorded["outcome"]
    before, after = recorded.get("SNR_pre"), recorded.get("SNR_post")
    change = after / before - 1 if before and after else None
    reason = better_end(end)
    if not reason and change is not None and abs(change) < FIRM:
        reason = f"the recorded change of {100 * change:.1f} % is not firm"
    expected, by_them = ours and ours.get("solint_snr"), recorded.get("estimated_snr")
    if not reason and wanted == "not attempted" and by_them and by_them < LEAST_EXPECTED <= (expected or 0):
        reason = f"judged by the S/N of now, {expected:.1f} expected; recorded {by_them:.1f} by that from before"
    report.judge(f"{name} {recorded['solint']}", got == wanted, f"ours {got}, recorded {wanted}", reason)


def print_solints(target, recorded):
    rows = {r["solint"]: r for r in recorded["rows"]}
    print(f"  {'solint':13} {'S/N expected':>15}  {'S/N before > after':>18} {'recorded':>18}  {'mode':14} {'recorded':14} verdict, recorded")
    for solint in target["solints"]:
        row = rows.get(solint["solint"], {})
        print("  %-13s %7s %7s  %18s %18s  %-14s %-14s %s, %s" % (
            solint["solint"], number(solint.get("solint_snr")), number(row.get("estimated_snr")),
            f"{number(solint.get('SNR_pre'))} > {number(solint.get('SNR_post'))}",
            f"{number(row.get('SNR_pre'))} > {number(row.get('SNR_post'))}",
            solint.get("final_mode") or "-", row.get("final_mode") or "-", outcome(solint), row.get("outcome", "-")))
        if solint.get("Fail_Reason") not in (None, "None"):
            print(f"  {'':13} {solint['Fail_Reason']}")


def print_passed(target):
    """Antennas that were passed through in the accepted tables."""
    kept = {t for vis in target["vis"] for t in vis.get("gaintable_final") or []}
    for step in target.get("steps", []):
        tried = [t for block in step.get("solutions") or [] for t in block["tried"] if t["gaintable"] in kept and t.get("passed_through")]
        for table in tried:
            print(f"  passed through in {step['solint']}: {' '.join(table['passed_through'])}")


def judge_marks(report, name, target):
    """What was accepted for a small change must say so."""
    for step in target.get("steps", []):
        verdict = step.get("verdict") or {}
        if verdict.get("kind") != "refused" and verdict.get("snr_change") is not None and abs(verdict["snr_change"]) < FIRM:
            report.judge(f"{name} mark of {step['solint']}", bool(verdict["within_tolerance"]), "hangs on a small change, not marked so")


def over_blocks(residuals, key):
    return math.sqrt(sum(r[key] ** 2 for r in residuals) / len(residuals))


def shifted(mine, recorded, all_mine, all_recorded):
    """In words, when what is worse is where the source stands, which the data do not tell: in the recorded cases all sources are in
    the middle of pixels, to which the recorded runs' coarser models are drawn; or what is worse are antennas without data, which the
    nearest solution stands for; or one of two blocks. Else None."""
    crashed = recorded["after"] == recorded["before"]  # and missed nothing therefore
    if mine["shift"] > WORSE_PHASE * mine["shift_before"] or (mine["missing"] > recorded["missing"] + 0.01 and not crashed):
        return None
    words = (f"{mine['shift']:.2f} of it shift the whole sky, which no baseline tells from another position (the errors shift it by "
             f"{mine['shift_before']:.2f}); without")
    for others, ours, theirs in (("", mine["own"], recorded["own"]),
                                 (", and where there are solutions", mine["own_applied"], recorded["own_applied"]),
                                 (", where there are solutions, over all blocks", over_blocks(all_mine, "own_applied"),
                                  over_blocks(all_recorded, "own_applied"))):
        if ours <= WORSE_PHASE * theirs:
            return f"{words}{others}, {ours:.2f} and {theirs:.2f}"
    return None


def judge_phases(report, name, ours, theirs):
    for block, mine in ours.items():
        recorded = theirs[name, block]
        print(f"  phase left    {mine['before']:.2f} > {mine['after']:.2f} degrees ({mine['variable']:.2f} of it variable, "
              f"{mine['applied']:.2f} as applied with {100 * mine['missing']:.1f} % flagged), recorded {recorded['after']:.2f} "
              f"({recorded['variable']:.2f}, {recorded['applied']:.2f} with {100 * recorded['missing']:.1f} %)  {block}")
        report.judge(f"{name} phase", mine["after"] <= WORSE_PHASE * recorded["after"] + 0.005,
                     f"{mine['after']:.2f} degrees left, {recorded['after']:.2f} recorded", shifted(mine, recorded, ours.values(), [theirs[name, b] for b in ours]))


def judge_snr(report, name, target, recorded, ideal, their_ideal):
    state, final = target["state"], target.get("SNR_final")
    print(f"  S/N           {number(target.get('SNR_orig'))} > {number(final)}, recorded {number(recorded['SNR_orig'])} > "
          f"{number(recorded['SNR_final'])}; without errors {number(ideal and ideal[0])}, recorded {number(their_ideal)}")
    key = (report.case, name)
    success = bool(state.get("SC_success"))
    if key in MUST_COME_OUT:
        report.judge(f"{name} success", success, f"no solution was accepted: {state.get('Stop_Reason')}")
    elif not success and not recorded["SC_success"]:
        ours, theirs = state.get("Stop_Reason"), recorded["Stop_Reason"]
        report.judge(f"{name} reason", ours == theirs, f"ours {ours}, recorded {theirs}")
    if key in MUST_BE_LEFT:
        report.judge(f"{name} left alone", not success and bool(state.get("Stop_Reason")), f"success {success}, reason {state.get('Stop_Reason')}")
    if key in LEAST_SNR:
        report.judge(f"{name} S/N reached", (final or 0) >= LEAST_SNR[key], f"{number(final)} of at least {LEAST_SNR[key]}")
    if ideal:
        spent = state.get("overfit") or 0  # what the solutions gained by fitting noise, as the state says
        report.judge(f"{name} S/N not above that without errors", ideal[1] / (1 + spent) <= OVER_IDEAL * ideal[0],
                     f"{ideal[1]:.1f}, {100 * spent:.1f} % of it by fitting noise; without errors {ideal[0]:.1f}")
        report.judge(f"{name} S/N of the state", abs(final / ideal[1] - 1) < 0.01, f"{final:.1f}, measured again {ideal[1]:.1f}")


def summary(case, name, target, recorded, ideal, their_ideal, ours, theirs, seconds):
    mine, their = (max((r["after"] for r in residuals), default=float("nan"))
                   for residuals in (ours.values(), [v for (t, _), v in theirs.items() if t == name]))
    before = max(r["before"] for r in ours.values())
    return "%-29s %-16s %6s > %6s %6s %6s %6s   %5.1f > %5.2f %5.2f  %6s" % (
        case, name, number(target.get("SNR_orig")), number(target.get("SNR_final")), number(recorded["SNR_final"]), number(ideal and ideal[0]),
        number(their_ideal), before, mine, their, number(seconds))


def judge_target(report, oracles, folder, target, wanted, recorded, theirs, seconds):
    name, case = target["target"], report.case
    print(f"{case}: {name}")
    print_solints(target, recorded)
    print_passed(target)
    judge_ladder(report, name, target, wanted)
    ours = our_residuals(oracles, case, folder, target)
    ideal = ideal_snr(oracles, case, folder, target, ours)
    kept = json.load(open(f"{oracles}/ideal.json"))
    their_ideal = next((v["SNR"] for k, v in kept.get(SAME_DATA.get(case, case), {}).items() if k.split("|")[0] == name), None)
    judge_snr(report, name, target, recorded, ideal, their_ideal)
    judge_phases(report, name, ours, theirs)
    end = {"ours": max(r["own_applied"] for r in ours.values()), "theirs": max(theirs[name, b]["own_applied"] for b in ours),
           "snr": (target.get("SNR_final") or 0) / (ideal[0] if ideal else 1),
           "their_snr": (recorded["SNR_final"] or 0) / (their_ideal or (ideal[0] if ideal else 1))}
    by_name = {s["solint"]: s for s in target["solints"]}
    for row in recorded["rows"]:
        if row["solint"] in wanted["solints"]:
            judge_solint(report, name, by_name.get(row["solint"]), row, end)
    judge_marks(report, name, target)
    return summary(case, name, target, recorded, ideal, their_ideal, ours, theirs, seconds)


def decided(folder):
    """What a second run in the same folder must come to again; the imager's threads add up in any order."""
    state = json.load(open(f"{folder}/final.json"))
    return [[[s["solint"], outcome(s), s.get("final_mode"), s.get("SNR_post")] for s in t["solints"]] for t in state["targets"]]


def judge_case(oracles, case, folder, seconds):
    """Prints the case; its lines of the summary, and the counts."""
    report, lines = Report(case), []
    decisions = json.load(open(f"{oracles}/{case}/decisions.json"))
    missing = plan_options(oracles, case, decisions["options"])[1]
    if missing:
        print(f"{case}: recorded with {', '.join(missing)}, which ours does not have")
    state = json.load(open(f"{folder}/final.json"))
    targets = {t["target"]: t for t in state["targets"]}
    recorded = {r["target"]: r for r in decisions["ladder"]}
    report.judge("targets", sorted(targets) == sorted(recorded), f"ours {sorted(targets)}, recorded {sorted(recorded)}")
    theirs = truth_module.recorded_residuals(f"{oracles}/{case}", blocks_in(folder))
    for wanted in selfcal_plan.distil(oracles, [case])[case]["targets"]:
        name = wanted["target"]
        if name in targets:
            lines.append(judge_target(report, oracles, folder, targets[name], wanted, recorded[name], theirs, seconds))
    return report, lines


def run_case(oracles, case, folder, judge_only):
    """As judge_case(), after the run."""
    seconds = None
    if not judge_only:
        paths = unpack(oracles, case, folder)
        untouched = fingerprint(paths)
        seconds = calibrate(oracles, case, folder)
    report, lines = judge_case(oracles, case, folder, seconds)
    if judge_only:
        return report, lines
    print(f"  {seconds:.1f} s in all, tools: {shares(folder)}")
    report.judge("inputs", fingerprint(paths) == untouched, "the MeasurementSets given have changed")
    if case in AGAIN:
        first = decided(folder)
        calibrate(oracles, case, folder)
        second = decided(folder)
        report.judge("a second run", selfcal_plan.same(second, first, 1e-3), f"decides {second}, not {first}")
    return report, lines


@contextlib.contextmanager
def folder_for(keep, case, judge_only):
    if not keep:
        with tempfile.TemporaryDirectory() as folder:
            yield folder
        return
    if not judge_only:
        os.makedirs(f"{keep}/{case}")
    yield os.path.abspath(f"{keep}/{case}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracles")
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--keep", metavar="DIR")
    parser.add_argument("--judge", action="store_true")
    wish = parser.parse_args()
    oracles = os.path.abspath(wish.oracles)
    cases = wish.cases or sorted(c for c in os.listdir(oracles) if os.path.exists(f"{oracles}/{c}/decisions.json"))
    counts, lines = {"agree": 0, "reason": 0, "wrong": 0}, []
    for case in cases:
        with folder_for(wish.keep, case, wish.judge) as folder:
            report, more = Report(case), [f"{case:29} did not come out"]
            try:
                report, more = run_case(oracles, case, folder, wish.judge)
            except subprocess.CalledProcessError as failed:
                report.judge(case, False, f"{failed.cmd[0]} ended with status {failed.returncode}: {(failed.stderr or '').strip()}")
        lines += more
        counts = {k: counts[k] + report.counts[k] for k in counts}
        print(f"  {report.counts['agree']} agree, {report.counts['reason']} differ with a reason, {report.counts['wrong']} are wrong\n", flush=True)
    print("%-29s %-16s %15s %6s %6s %6s   %13s %5s  %6s" % (
        "case", "target", "S/N", "rec.", "ideal", "rec.", "phase left", "rec.", "s"))
    print("\n".join(lines))
    print(f"{len(cases)} cases: {counts['agree']} agree, {counts['reason']} differ with a reason, {counts['wrong']} are wrong")
    return counts["wrong"] > 0


if __name__ == "__main__":
    sys.exit(main())
