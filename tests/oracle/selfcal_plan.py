#!/usr/bin/python3
"""selfcal-plan against what auto_selfcal decided on the same data.

    selfcal_plan.py distil ORACLES CASE [CASE...] > wanted.json    what the recorded runs decided, without the rest
    selfcal_plan.py compare wanted.json DOCUMENTS                  DOCUMENTS/CASE/*.json are from ms-info, cont.dat beside them

compare prints how many values agree, each that does not, and the reason where it differs on purpose; status 1 for one without.
"""
import glob
import json
import math
import os
import subprocess
import sys

# (case, what): why ours is another one. A trailing * stands for anything.
ON_PURPOSE = {
    ("c*", "HD163296 snr_per_spw*"): "bandwidth is that of the channels in the window, ranges keep their first and last channel",
    ("c*", "HD163296 snr_per_bb*"): "the same, and of the continuum channels in basebands too",
    ("c*", "HD163296 theoretical_sensitivity"): "the same: half as much bandwidth again is used",
    ("c*", "HD163296 modes*"): "the same, where the S/N of a window passes 2",
    ("l*", "* snr_per_*"): "with one polarization a solution per polarization has all of the data",
    ("l*", "* theoretical_sensitivity"): "a single polarization has half the data",
    ("l*", "* modes inf_EB"): "with one polarization combinespwpol is combinespw",
    ("k*", "* modes inf_EB_delay"): "a delay over several basebands has no meaning; the recorded run crashed on it",
}


def fits(pattern, text):
    parts = pattern.split("*")
    if not text.startswith(parts[0]):
        return False
    at = len(parts[0])
    for part in parts[1:-1]:
        at = text.find(part, at) + len(part)
        if at < len(part):
            return False
    return len(parts) == 1 and text == pattern or len(parts) > 1 and text[at:].endswith(parts[-1])


def reason(case, what):
    for (cases, values), why in ON_PURPOSE.items():
        if fits(cases, case) and fits(values, what):
            return why
    return None


# ---- what was recorded ----

def first_of(steps, kind, fits_step=lambda step: True):
    return next((step for step in steps if step["kind"] == kind and fits_step(step)), None)


def distil_target(decisions, library, target, band):
    steps = decisions["steps"]
    entry = library[target][band]
    visits = entry["vislist"]
    plan = decisions["plan"][target][band]
    ladder = first_of(steps, "solint_ladder", lambda s: target in list(s["inputs"]["scantimesdict"].values())[0])
    modes = {s: sorted(v["gaincal_combine"]) for s, v in plan["vis"][visits[0]].items()}
    wanted = {
        "target": target,
        "obstype": entry["obstype"],
        "telescope": entry["telescope"],
        "solints": ladder["result"]["solints"],
        "intervals": ladder["result"]["interval"],
        "solmode": ladder["result"]["solmode"],
        "integration": ladder["result"]["integration_s"],
        "modes": modes,
        "combine": {s: v["gaincal_combine"] for s, v in plan["vis"][visits[0]].items()},
        "gaintype": {s: v["gaincal_gaintype"] for s, v in plan["vis"][visits[0]].items()},
        "TOS": entry["Total_TOS"],
        "scan": entry["Median_scan_time"],
        "fields_per_scan": entry["Median_fields_per_scan"],
        "n_fields": len(entry["sub-fields"]),
        "meanfreq": entry["meanfreq"],
        "fracbw": entry["fracbw"],
        "75thpct_uv": entry["75thpct_uv"],
        "LAS": entry["LAS"],
        "uvrange": entry["uvrange"],
        "applycal_interp": entry["applycal_interp"],
        "cyclefactor": entry["cyclefactor"],
        "cell": float(entry["cellsize"].replace("arcsec", "")),
        "imsize": entry["imsize"],
        "beam_minor": entry.get("Beam_minor_dirty"),
        "pol_type": entry[visits[0]]["pol_type"],
        "spw_map": [[entry["spw_map"][k][v] for v in visits] for k in sorted(entry["spw_map"], key=int)],
    }
    schedule = first_of(steps, "clean_schedule")
    if schedule:
        wanted["nsigma"] = schedule["result"][target][band]["nsigma"]
        wanted["thresholds"] = schedule["result"][target][band]["thresholds"]
        wanted["SNR_NF_orig"] = schedule["result"][target][band]["SNR_NF_orig"]
    modifier = first_of(steps, "dr_modifier", lambda s: s["vislist"] == visits)
    if modifier:
        wanted["dr"] = {k: modifier[k] for k in ("dirty_peak", "theoretical_sens", "value")}
    return wanted


def distil(oracles, cases):
    out = {}
    for case in cases:
        decisions = json.load(open(f"{oracles}/{case}/decisions.json"))
        library = json.load(open(f"{oracles}/{case}/library.json"))
        targets = [distil_target(decisions, library, t, b) for t in library for b in library[t]]
        # Estimates come in the order of the targets, for each first the target and then its fields.
        estimates = [s for s in decisions["steps"] if s["kind"] == "snr_estimate"]
        terms = [s for s in decisions["steps"] if s["kind"] in ("nterms_test", "snr_estimate")]
        averages = [s for s in decisions["steps"] if s["kind"] == "channel_average"]
        for wanted in targets:
            estimate = estimates[0]
            del estimates[: 1 + wanted["n_fields"]]
            blocks = len(wanted["spw_map"][0])
            wanted["chanbin"] = [s["channels_per_bin"] for s in averages[:blocks]]
            del averages[:blocks]
            wanted["estimate"] = {k: estimate[k] for k in ("per_solint", "per_spw", "per_bb")}
            # Tested once per target before its estimates, unless the bandwidth decides.
            tests = [s for s in terms if s["kind"] == "nterms_test" and s["n"] < estimate["n"]]
            place = len([t for t in targets if "nterms" in t])
            wanted["nterms"] = tests[place]["nterms"] if place < len(tests) else 2 if wanted["fracbw"] > 0.1 else None
            wanted["n_ants"] = estimate["inputs"]["n_ant"]
        options = {k: v for k, v in decisions["options"].items() if k in ("imsize", "do_delay_cal")}
        out[case] = {"options": options, "targets": targets}
    return out


# ---- what selfcal-plan says ----

def run_plan(arguments):
    done = subprocess.run(["selfcal-plan", "--quiet", "--set", "clean_depth=0", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"selfcal-plan {' '.join(arguments)}: status {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def snr_of(wanted):
    """The S/N of the image that the recorded estimate of int started from."""
    return wanted["estimate"]["per_solint"]["int"] * math.sqrt(
        (min(wanted["n_ants"], 50) - 3) * wanted["TOS"] / wanted["integration"])


def plan_for(case, wanted, options, folder, snr):
    arguments = sorted(glob.glob(f"{folder}/{case}/*.json"))
    arguments += ["--snr", f"{wanted['target']}={snr:.12g}", "--cell", f"{wanted['cell']}arcsec"]
    if os.path.exists(f"{folder}/{case}/cont.dat"):
        arguments += ["--contfile", f"{folder}/{case}/cont.dat"]
    if "imsize" in options:
        arguments += ["--imsize", ",".join(map(str, options["imsize"]))]
    if options.get("do_delay_cal"):
        arguments += ["--set", "do_delay_cal=true"]
    if "dr" in wanted:
        arguments += ["--sensitivity", f"{wanted['dr']['theoretical_sens']}Jy", "--flux", f"{wanted['dr']['dirty_peak']}Jy"]
    targets = run_plan(arguments)["targets"]
    return next(t for t in targets if t["target"] == wanted["target"])


def seconds(interval):
    return float(interval[:-1]) if interval[-1] == "s" else interval


def metres(uvrange):
    return float(uvrange.strip(">m")) if uvrange else 0.0


def words(combine):
    return sorted(w for w in combine.split(",") if w)


def pairs(wanted, got, deep):
    """(what, ours, theirs, relative tolerance); `deep` is planned from the S/N over the noise near the source"""
    ours = {s["solint"]: s for s in got["solints"]}
    yield "obstype", got["obstype"], wanted["obstype"], 0
    yield "telescope", got["telescope"], wanted["telescope"], 0
    yield "solints", [s["solint"] for s in got["solints"]], wanted["solints"], 0
    yield "intervals", [seconds(s["solint_interval"]) for s in got["solints"]], [seconds(i) for i in wanted["intervals"]], 0
    yield "solmode", [s["solmode"] for s in got["solints"]], wanted["solmode"], 0
    for key, name in (("integration", "integration_time"), ("TOS", "Total_TOS"), ("scan", "Median_scan_time"),
                      ("fields_per_scan", "Median_fields_per_scan"), ("n_ants", "n_ants"), ("fracbw", "fracbw"),
                      ("meanfreq", "meanfreq")):
        yield name, got[name], wanted[key], 1e-6
    # Recorded lengths are those of offsets on the ground, and light does 3e8 m/s.
    yield "75thpct_uv", got["75thpct_uv"], wanted["75thpct_uv"], 1e-3
    yield "LAS", got["LAS"], wanted["LAS"], 4e-3
    yield "uvrange", metres(got["uvrange"]), metres(wanted["uvrange"]), 3e-4
    if wanted["nterms"]:
        yield "nterms", got["nterms"], wanted["nterms"], 0
    yield "imsize", got["imsize"], wanted["imsize"], 0
    for key in ("applycal_interp", "cyclefactor", "pol_type"):
        yield key, got[key], wanted[key], 0
    yield "chanbin", [[s["channels_per_bin"] for s in sorted(v["spws"], key=lambda s: s["id_orig"])] for v in got["vis"]], wanted["chanbin"], 0
    yield "spw_map", [s["ids_orig"] for s in got["spws"]], wanted["spw_map"], 0
    yield "n_fields", len(got["sub-fields"]), wanted["n_fields"], 0
    if "nsigma" in wanted:
        yield "nsigma", [s["nsigma"] for s in deep["solints"]], wanted["nsigma"], 1e-6
    if "nsigma" in wanted and any(wanted["thresholds"]):
        yield "thresholds", [s["threshold_jy"] for s in deep["solints"]], wanted["thresholds"], 1e-6
    if "dr" in wanted:
        yield "dr_modifier", got["dr_modifier"], wanted["dr"]["value"], 1e-6
    for name in wanted["solints"]:
        one = ours.get(name)
        if not one:
            yield f"solint {name}", None, name, 0
            continue
        yield f"snr {name}", one["solint_snr"], wanted["estimate"]["per_solint"][name], 1e-6
        yield (f"snr_per_spw {name}", [p["snr"] for p in one["solint_snr_per_spw"]],
               list(wanted["estimate"]["per_spw"][name].values()), 1e-6)
        yield (f"snr_per_bb {name}", [p["snr"] for p in one["solint_snr_per_bb"]],
               list(wanted["estimate"]["per_bb"][name].values()), 1e-6)
        modes = {m["mode"]: m for m in one["modes"] if m["attempt"]}
        yield f"modes {name}", sorted(modes), wanted["modes"][name], 0
        for mode in set(modes) & set(wanted["modes"][name]):
            yield f"combine {name} {mode}", words(modes[mode]["gaincal_combine"]), words(wanted["combine"][name][mode]), 0
            yield f"gaintype {name} {mode}", modes[mode]["gaincal_gaintype"], wanted["gaintype"][name][mode], 0


def same(ours, theirs, tolerance):
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(
            same(a, b, tolerance) for a, b in zip(ours, theirs))
    if isinstance(theirs, float) and isinstance(ours, (int, float)):
        return abs(ours - theirs) <= tolerance * abs(theirs)
    return ours == theirs


def left_alone(case, wanted, folder):
    """What is planned where nothing is given."""
    arguments = sorted(glob.glob(f"{folder}/{case}/*.json"))
    if os.path.exists(f"{folder}/{case}/cont.dat"):
        arguments += ["--contfile", f"{folder}/{case}/cont.dat"]
    return next(t for t in run_plan(arguments)["targets"] if t["target"] == wanted["target"])


def own_pairs(wanted, got):
    """What is ours to choose, and must come near: pixels over the recorded beam, and the noise of the recorded images."""
    yield "pixels over the beam from 4 to 7", 4 <= wanted["beam_minor"] / got["cell_arcsec"] <= 7, True, 0
    if "dr" in wanted:
        yield "theoretical_sensitivity", got["theoretical_sensitivity"], wanted["dr"]["theoretical_sens"], 0.05


def compare(wanted_file, folder):
    agree = purpose = wrong = 0
    for case, recorded in json.load(open(wanted_file)).items():
        count = [0, 0, 0]
        for wanted in recorded["targets"]:
            got = plan_for(case, wanted, recorded["options"], folder, snr_of(wanted))
            deep = plan_for(case, wanted, recorded["options"], folder, max(wanted.get("SNR_NF_orig", 1), 1))
            alone = left_alone(case, wanted, folder)
            for what, ours, theirs, tolerance in [*pairs(wanted, got, deep), *own_pairs(wanted, alone)]:
                name = f"{wanted['target']} {what}"
                why = reason(case, name)
                kind = 0 if same(ours, theirs, tolerance) else 1 if why else 2
                count[kind] += 1
                if kind:
                    print(f"{case}: {name}: ours {ours}, recorded {theirs}: {why or 'WRONG'}")
        print(f"{case}: {count[0]} agree, {count[1]} differ on purpose, {count[2]} are wrong")
        agree, purpose, wrong = agree + count[0], purpose + count[1], wrong + count[2]
    print(f"all: {agree} agree, {purpose} differ on purpose, {wrong} are wrong")
    return wrong > 0


if __name__ == "__main__":
    if len(sys.argv) > 3 and sys.argv[1] == "distil":
        json.dump(distil(sys.argv[2], sys.argv[3:]), sys.stdout)
        print()
    elif len(sys.argv) == 4 and sys.argv[1] == "compare":
        sys.exit(compare(sys.argv[2], sys.argv[3]))
    else:
        sys.exit(__doc__)
