#!/usr/bin/python3
"""by_hand.py PLAN STATE: carries out a plan in the simplest way, with the tools one after the other, and writes the state that
selfcal-report and selfcal-apply read. The model is a point source of 1 Jy in the middle. Of the ladder of each target only the intervals given by --solints are tried, in one spectral mode
each; an interval is accepted if the S/N rises. --refuse NAME refuses one all the same. --faint TARGET stops a target at the gate."""
import argparse
import json
import os
import subprocess

parser = argparse.ArgumentParser()
parser.add_argument("plan")
parser.add_argument("state")
parser.add_argument("--solints", default="inf_EB,inf,int")
parser.add_argument("--refuse", default="")
parser.add_argument("--faint", default="")
parser.add_argument("--imsize", type=int)
args = parser.parse_args()
commands = []


def tool(*words):
    words = [str(w) for w in words]
    commands.append(" ".join(w if " " not in w else f"'{w}'" for w in words))
    done = subprocess.run(words + ["--json", "--quiet"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{commands[-1]}: {done.stderr}")
    return json.loads(done.stdout) if done.stdout.startswith("{") else None


def picture(target, step, copies, column):
    name = os.path.join(plan["workdir"], f'{target["token"]}.{step}')
    for suffix in "image residual model psf dirty".split():
        if os.path.exists(f"{name}-{suffix}.fits"):
            os.remove(f"{name}-{suffix}.fits")
    tool("image-make", "--imsize", target["imsize"][0], "--cell", f'{target["cell_arcsec"]}arcsec', "--niter", 1000,
         "--usemask", "auto", "--nsigma", 4, "--datacolumn", column, *copies, name)
    image = f"{name}-image.fits"
    half, inside = target["imsize"][0] // 2, target["imsize"][0] // 8
    found = tool("image-stats", "--circle", f"{half},{half},{inside}", image)["images"][0]
    snr, rms = found["snr"], found["rms"]
    return {"image": image, "residual": f"{name}-residual.fits", "model": f"{name}-model.fits", "psf": f"{name}-psf.fits",
            "dirty": f"{name}-dirty.fits", "mask": None, "peak": found["peak"]["value"], "SNR": snr, "RMS": rms,
            "SNR_NF": snr * 0.9, "RMS_NF": rms / 0.9, "intflux": found["flux"], "e_intflux": found["flux_error"],
            "Beam_major": found["beam"]["major_arcsec"], "Beam_minor": found["beam"]["minor_arcsec"], "Beam_PA": found["beam"]["pa_deg"]}


def pictures(one):
    return {"fields": [one], "best": 0}


def numbers(target, one, suffix):
    for key in "SNR RMS SNR_NF RMS_NF intflux e_intflux Beam_major Beam_minor Beam_PA".split():
        target[f"{key}_{suffix}"] = one[key]


def log(target, step, solint, index, **more):
    target["steps"].append({"step": step, "solint": solint, "index": index, "pass": 1, "commands": commands.copy(), **more})
    commands.clear()


def solve(target, index, entry):
    sets = []
    for block in target["vis"]:
        table = f'{block["vis"]}.hif_selfcal.s1_1.{entry["solint"].replace(".", "_")}.{"gapcal" if entry["solmode"] == "ap" else "gpcal"}.tbl'
        mode = entry["modes"][0]
        before = [w for t, m in zip(block["gaintable_final"], block["spwmap_final"]) if entry["solmode"] == "ap" or "inf_EB" in t
                  for w in ("--gaintable", t, *(("--spwmap", ",".join(map(str, m))) if m else ()))]
        tool("gaincal", "--force", "--calmode", entry["solmode"], "--solint", entry["solint_interval"], "--gaintype", mode["gaincal_gaintype"],
             *(("--combine", mode["gaincal_combine"]) if mode["gaincal_combine"] else ()), "--refant", block["refant"], "--minsnr", 2, "--smodel", 1,
             *before, block["vis"], table)
        sets.append({"vis": block["vis"], "chosen": 0, "mode": mode["mode"], "reason": "the only mode that was tried",
                     "tried": [{"mode": mode["mode"], "gaintable": table, "spwmap": block["spwmap"] if "spw" in mode["gaincal_combine"] else [],
                                "interp": target["applycal_interp"], "passed_through": []}]})
    return sets


def chain(block, entry, chosen):
    keep = [i for i, t in enumerate(block["gaintable_final"]) if entry["solmode"] == "ap" or "inf_EB" in t]
    lists = [[block[k][i] for i in keep] for k in ("gaintable_final", "spwmap_final", "applycal_interpolate_final")]
    for each, value in zip(lists, (chosen["gaintable"], chosen["spwmap"], chosen["interp"])):
        each.append(value)
    return lists


def apply(block, tables, maps, interps):
    words = [w for t, m, i in zip(tables, maps, interps)
             for w in ("--gaintable", t, "--interp", i, *(("--spwmap", ",".join(map(str, m))) if m else ()), "--calwt", "false")]
    tool("applycal", *words, block["vis"])


def rung(target, index, entry, newest):
    sets = solve(target, index, entry)
    chains = [chain(b, entry, s["tried"][0]) for b, s in zip(target["vis"], sets)]
    for block, lists in zip(target["vis"], chains):
        apply(block, *lists)
    post = picture(target, f"solint{index}_post", [b["vis"] for b in target["vis"]], "corrected")
    better = post["SNR"] > newest["SNR"] and entry["solint"] != args.refuse
    change = post["SNR"] / newest["SNR"] - 1
    reasons = [f'the S/N {"rises" if change > 0 else "falls"} from {newest["SNR"]:.1f} to {post["SNR"]:.1f} ({100 * change:+.1f} %)']
    entry.update(Pass=better, SNR_pre=newest["SNR"], SNR_post=post["SNR"], RMS_pre=newest["RMS"], RMS_post=post["RMS"],
                 SNR_NF_pre=newest["SNR_NF"], SNR_NF_post=post["SNR_NF"], RMS_NF_pre=newest["RMS_NF"], RMS_NF_post=post["RMS_NF"],
                 Beam_growth=post["Beam_major"] * post["Beam_minor"] / newest["Beam_major"] / newest["Beam_minor"] - 1,
                 final_mode=sets[0]["mode"], Fail_Reason=None if better else "S/N decrease")
    log(target, "solint", entry["solint"], index, images={"prior": pictures(newest), "post": pictures(post)}, solutions=sets,
        verdict={"kind": "accepted" if better else "refused", "snr_change": change, "reasons": reasons},
        decision=f'{entry["solint"]} is {"accepted" if better else "refused"}: {reasons[0]}',
        flagged_fraction_before=0.02, flagged_fraction_after=0.03)
    if not better:
        return newest
    for block, lists in zip(target["vis"], chains):
        block["gaintable_final"], block["spwmap_final"], block["applycal_interpolate_final"] = lists
    target["state"].update(SC_success=True, final_solint=entry["solint"], final_solint_mode=sets[0]["mode"])
    return post


def run(target):
    target["token"] = "".join(c if c.isalnum() or c in "_.-+" else "_" for c in target["target"])
    target["steps"] = []
    for block in target["vis"]:
        block.update(gaintable_final=[], spwmap_final=[], applycal_interpolate_final=[], applycal_mode_final="calflag")
        if not os.path.exists(block["vis"]):
            tool(*block["split"]["argv"])
    log(target, "split", None, None, decision="working copies made")
    newest = first = picture(target, "initial", [b["vis"] for b in target["vis"]], "data")
    numbers(target, first, "orig")
    target["state"] = {"stage": "solving", "SC_success": False, "final_solint": None, "Stop_Reason": None, "pass": 1}
    log(target, "initial", None, None, images={"initial": pictures(first)}, decision=f'the first image has an S/N of {first["SNR"]:.1f}')
    wanted = [] if target["target"] == args.faint else args.solints.split(",")
    tried = [(i, e) for i, e in enumerate(target["solints"]) if e["solint"] in wanted]
    for index, entry in tried:
        newest = rung(target, index, entry, newest)
    if not tried:
        target["state"]["Stop_Reason"] = "Estimated_SNR_too_low_for_solint inf_EB"
        log(target, "stop", "inf_EB", 0, decision="a solution of inf_EB would have an S/N of 1.9, below 2.95: the target is left as it is")
    final = newest
    numbers(target, final, "final")
    log(target, "final", None, None, images={"final": pictures(final)}, decision=f'the final image has an S/N of {final["SNR"]:.1f}')
    target["state"].update(stage="done" if tried else "stopped", SNR=final["SNR"], RMS=final["RMS"])
    del target["token"]


os.makedirs("sc", exist_ok=True)
with open(args.plan) as file:
    plan = json.load(file)
if args.imsize:
    for each in plan["targets"]:
        each["imsize"] = [args.imsize] * 2
os.makedirs(plan["workdir"], exist_ok=True)
for each in plan["targets"]:
    run(each)
plan["schema"] = "calutils/selfcal-step/1"
plan["state"] = {"stage": "done"}
with open(args.state, "w") as file:
    json.dump(plan, file, indent=1)
