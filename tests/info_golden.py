"""Compare `ms-info --flags --times` with every answer of CASA's msmetadata: info_golden.py msmd_<set>.json < ms-info.json

Each function below derives one msmetadata method from the document and is compared with CASA's answer, argument by argument. What
CASA answers wrongly, or what an MS alone does not say, stands in WRONG and NOT_HERE with the reason.
"""
import fnmatch
import json
import math
import re
import sys

WRONG = {
    "nrows": "nrows(False) is 2^64 minus the row count",
    "sideband": "+1 only for NET_SIDEBAND 2; we give NET_SIDEBAND",
    "baseband": "an error where BBC_NO is missing; we give null",
    "effexposuretime": "negative for descending windows, and counts antennas without data",
    "schedule": "an error without an argument",
    "pointingdirection": "an error where POINTING is empty",
    "rxbands": "-1 everywhere but ALMA",
}
# (method, argument) of one set.
WRONG_HERE = {
    "alma": {("nrows", ""): "the unflagged fractions of FLAG add up to 689.992, not 689.008"},
    "evla": {
        ("nstates", ""): "1, but STATE has no rows",
        ("fieldsforintent", "*"): "a field without any intent",
    },
    "shape": {("restfreqs", "1:%d" % spw): "an error, but the source's row is for any window" for spw in range(5)},
}
NOT_HERE = {
    "observatoryposition": "comes from casacore's table of observatories, not from the MS",
    "antennaoffset": "relative to that position; offset_enu_m is relative to the array's own centre",
    "corrbit": "UNKNOWN in every set but some of ALMA's",
    "sourcetimes": "SOURCE.TIME is the time of writing",
    "summary": "the same again in one record",
}


class Info:
    def __init__(self, doc):
        self.doc = doc
        self.groups = [g for g in doc["groups"] if g["rows"]]

    def ids(self, key, **where):
        """Sorted distinct `key` of the groups that fit."""
        return sorted({g[key] for g in self.groups if all(g[k] == v for k, v in where.items()) and g[key] >= 0})

    def times(self, **where):
        return sorted({t for g in self.groups if all(g[k] in v if isinstance(v, (set, list)) else g[k] == v for k, v in where.items())
                       for t in g["times_mjd_s"]})

    def states_with(self, pattern, glob=True):
        match = fnmatch.fnmatchcase if glob else (lambda a, b: a == b)
        return {s["id"] for s in self.doc["states"] if any(match(t, pattern) for t in s["obs_mode"].split(","))}

    def tokens(self, **where):
        states = {g["state"] for g in self.groups if all(g[k] == v for k, v in where.items())}
        return sorted({t for s in self.doc["states"] if s["id"] in states for t in s["obs_mode"].split(",")})

    def field_intents(self, key, pattern):
        states = self.states_with(pattern)
        return sorted({g[key] for g in self.groups if g["state"] in states})


def quantity(value, unit):
    return {"unit": unit, "value": value}


def position(xyz):
    x, y, z = xyz
    r = math.sqrt(x * x + y * y + z * z)
    return {"m0": quantity(math.atan2(y, x) if r else 0, "rad"), "m1": quantity(math.asin(z / r) if r else 0, "rad"), "m2": quantity(r, "m"),
            "refer": "ITRF", "type": "position"}


def direction(d):
    ra = (d["ra_rad"] + math.pi) % (2 * math.pi) - math.pi
    return {"m0": quantity(ra, "rad"), "m1": quantity(d["dec_rad"], "rad"), "refer": d["frame"], "type": "direction"}


def rest_frequencies(i, source, spw):
    rows = [s for s in i.doc["sources"] if s["id"] == source and s["spw"] in (spw, None)]
    if not rows:
        return None
    if not rows[0]["rest_freq_hz"]:
        return False
    return {str(k): {"m0": quantity(f, "Hz"), "refer": "LSRK", "type": "frequency"} for k, f in enumerate(rows[0]["rest_freq_hz"])}


def first_exposure(i, scan, spw):
    """CASA's default is observation 0, array 0."""
    found = [g["first_exposure_s"] for g in i.groups if (g["scan"], g["spw"], g["observation"], g["array"]) == (scan, spw, 0, 0)]
    return quantity(found[0], "s") if found else None


def baselines(i):
    """CASA's matrix has autocorrelations on its diagonal."""
    n = len(i.doc["antennas"])
    out = [[False] * n for _ in range(n)]
    for a, b in i.doc["baselines"]["pairs"]:
        out[a][b] = out[b][a] = True
    for a in i.doc["baselines"]["autocorrelations"]:
        out[a][a] = True
    return out


# method -> answer from the document (no argument), or function of one argument, or of "a:b".
PLAIN = {
    "antennanames": lambda i: [a["name"] for a in i.doc["antennas"]],
    "antennastations": lambda i: [a["station"] for a in i.doc["antennas"]],
    "antennaids": lambda i: [a["id"] for a in i.doc["antennas"]],
    "nantennas": lambda i: len(i.doc["antennas"]),
    "narrays": lambda i: len(i.doc["arrays"]),
    "nbaselines": lambda i: i.doc["baselines"]["count"],
    "nfields": lambda i: len(i.doc["fields"]),
    "nobservations": lambda i: len(i.doc["observations"]),
    "nscans": lambda i: len(i.doc["scans"]),
    "nsources": lambda i: len({s["id"] for s in i.doc["sources"]}),
    "nspw": lambda i: len(i.doc["spws"]),
    "nstates": lambda i: len(i.doc["states"]),
    "fieldnames": lambda i: [f["name"] for f in i.doc["fields"]],
    "observatorynames": lambda i: [o["telescope"] for o in i.doc["observations"]],
    "observers": lambda i: [o["observer"] for o in i.doc["observations"]],
    "projects": lambda i: [o["project"] for o in i.doc["observations"]],
    "sourcenames": lambda i: [s["name"] for s in i.doc["sources"]],
    "sourceidsfromsourcetable": lambda i: [s["id"] for s in i.doc["sources"]],
    "sourcedirs": lambda i: {str(k): direction(s["direction"]) for k, s in enumerate(i.doc["sources"])},
    "propermotions": lambda i: {str(k): dict(zip(("longitude", "latitude"), (quantity(v, "rad/s") for v in s["proper_motion_rad_s"] or [0.0, 0.0])))
                                for k, s in enumerate(i.doc["sources"])},
    "intents": lambda i: sorted({t["token"] for t in i.doc["intents"]}),
    "scannumbers": lambda i: i.ids("scan"),
    "datadescids": lambda i: [d["id"] for d in i.doc["data_descs"]],
    "tdmspws": lambda i: [s["id"] for s in i.doc["spws"] if s["type"] == "TDM"],
    "fdmspws": lambda i: [s["id"] for s in i.doc["spws"] if s["type"] == "FDM"],
    "chanavgspws": lambda i: [s["id"] for s in i.doc["spws"] if s["type"] == "CHANAVG"],
    "wvrspws": lambda i: [s["id"] for s in i.doc["spws"] if s["type"] == "WVR"],
    "almaspws": lambda i: {k: [s["id"] for s in i.doc["spws"] if s["type"] == t]
                           for k, t in (("chavg", "CHANAVG"), ("fdm", "FDM"), ("sqld", "SQLD"), ("tdm", "TDM"), ("wvr", "WVR"))},
    "baselines": baselines,
    "antennadiameter": lambda i: {str(a["id"]): quantity(a["diameter_m"], "m") for a in i.doc["antennas"]},
}
BY_ID = {
    "antennaposition": lambda i, a: position(i.doc["antennas"][a]["position_m"]),
    "bandwidths": lambda i, s: i.doc["spws"][s]["total_bandwidth_hz"],
    "chanfreqs": lambda i, s: i.doc["spws"][s]["freq_hz"],
    "chanwidths": lambda i, s: i.doc["spws"][s]["width_hz"],
    "chaneffbws": lambda i, s: i.doc["spws"][s]["effective_bw_hz"],
    "chanres": lambda i, s: i.doc["spws"][s]["resolution_hz"],
    "meanfreq": lambda i, s: i.doc["spws"][s]["centre_freq_hz"] if i.doc["spws"][s]["type"] != "WVR" else sum(i.doc["spws"][s]["freq_hz"]) / 4,
    "reffreq": lambda i, s: {"m0": quantity(i.doc["spws"][s]["ref_freq_hz"], "Hz"), "refer": i.doc["spws"][s]["frame"], "type": "frequency"},
    "nchan": lambda i, s: i.doc["spws"][s]["nchan"],
    "namesforspws": lambda i, s: [i.doc["spws"][s]["name"]],
    "datadescids_spw": lambda i, s: i.doc["spws"][s]["data_descs"],
    "intentsforspw": lambda i, s: i.tokens(spw=s),
    "fieldsforspw": lambda i, s: i.ids("field", spw=s),
    "scansforspw": lambda i, s: i.ids("scan", spw=s),
    "timesforspws": lambda i, s: i.times(spw=s),
    "polidfordatadesc": lambda i, d: i.doc["data_descs"][d]["polarization"],
    "spwfordatadesc": lambda i, d: i.doc["data_descs"][d]["spw"],
    "ncorrforpol": lambda i, p: len(i.doc["polarizations"][p]["codes"]),
    "corrtypesforpol": lambda i, p: i.doc["polarizations"][p]["codes"],
    "corrprodsforpol": lambda i, p: [list(x) for x in zip(*i.doc["polarizations"][p]["receptors"])],
    "intentsforfield": lambda i, f: i.tokens(field=f),
    "scansforfield": lambda i, f: i.ids("scan", field=f),
    "spwsforfield": lambda i, f: i.ids("spw", field=f),
    "sourceidforfield": lambda i, f: i.doc["fields"][f]["source_id"],
    "phasecenter": lambda i, f: direction(i.doc["fields"][f]["direction"]),
    "refdir": lambda i, f: direction(i.doc["fields"][f]["reference_direction"]),
    "namesforfields": lambda i, f: [i.doc["fields"][f]["name"]],
    "timesforfield": lambda i, f: i.times(field=f),
    "fieldsforsource": lambda i, s: [f["id"] for f in i.doc["fields"] if f["source_id"] == s],
    "fieldsforscan": lambda i, s: i.ids("field", scan=s),
    "intentsforscan": lambda i, s: i.tokens(scan=s),
    "spwsforscan": lambda i, s: i.ids("spw", scan=s),
    "statesforscan": lambda i, s: sorted({g["state"] for g in i.groups if g["scan"] == s}),
    "antennasforscan": lambda i, s: sorted({a for x in i.doc["scans"] if x["scan"] == s for a in x["antennas"]}),
    "timesforscan": lambda i, s: i.times(scan=s),
    "timesforscan_perspw": lambda i, s: {str(w): summary_times(i.times(scan=s, spw=w)) for w in i.ids("spw", scan=s)},
    "scansforstate": lambda i, s: i.ids("scan", state=s),
}
BY_TEXT = {
    "fieldsforname": lambda i, n: [f["id"] for f in i.doc["fields"] if f["name"] == n] or None,
    "fieldsforintent": lambda i, p: i.field_intents("field", p),
    "scansforintent": lambda i, p: i.field_intents("scan", p) if "*" in p or i.states_with(p) else None,
    "spwsforintent": lambda i, p: i.field_intents("spw", p),
    "timesforintent": lambda i, p: i.times(state=i.states_with(p, glob=False)),
}
BY_PAIR = {
    "exposuretime": first_exposure,
    "restfreqs": rest_frequencies,
}
SPECIAL = {
    "nrows": lambda i: {"all": i.doc["rows"], "unflagged": i.doc["flags"]["unflagged_rows"]},
    "timerangeforobs": lambda i: {str(o["id"]): {k: {"m0": quantity(o[k + "_mjd_s"] / 86400, "d"), "refer": "UTC", "type": "epoch"} for k in ("begin", "end")}
                                  for o in i.doc["observations"]},
}


def summary_times(t):
    """As the golden file keeps long lists of times."""
    return {"n": len(t), "first": t[0], "last": t[-1], "sum_from_first": sum(x - t[0] for x in t)} if len(t) > 12 else t


def same(casa, ours):
    if isinstance(casa, dict) and "error" in casa:
        return ours is None
    if isinstance(casa, bool) or isinstance(ours, bool) or isinstance(casa, str) or ours is None:
        return casa == ours
    if isinstance(casa, (int, float)):
        return isinstance(ours, (int, float)) and abs(casa - ours) <= 1e-12 * abs(casa) + 1e-9
    if isinstance(casa, list):
        return isinstance(ours, list) and len(casa) == len(ours) and all(map(same, casa, ours))
    return isinstance(ours, dict) and sorted(casa) == sorted(ours) and all(same(casa[k], ours[k]) for k in casa)


def answers(info, casa):
    """(method, argument, CASA's answer, ours) for all that can be compared."""
    for method, answer in casa.items():
        if method in PLAIN:
            yield method, "", answer, PLAIN[method](info)
        elif method in BY_ID:
            for key, value in answer.items():
                ours = BY_ID[method](info, int(key))
                yield method, key, value, summary_times(ours) if method.startswith("timesfor") and "perspw" not in method else ours
        elif method in BY_TEXT:
            for key, value in answer.items():
                ours = BY_TEXT[method](info, key)
                yield method, key, value, summary_times(ours) if method == "timesforintent" else ours
        elif method in BY_PAIR:
            for key, value in answer.items():
                yield method, key, value, BY_PAIR[method](info, *map(int, key.split(":")))
        elif method in SPECIAL:
            ours = SPECIAL[method](info)
            yield method, "", {k: answer[k] for k in ours}, ours
        elif method not in WRONG and method not in NOT_HERE:
            yield method, "", answer, "nobody compares this method"


def main():
    casa, info = json.load(open(sys.argv[1])), Info(json.load(sys.stdin))
    listed = WRONG_HERE.get(re.search(r"msmd_(\w+)\.json", sys.argv[1]).group(1), {})
    compared = wrong = 0
    for method, argument, theirs, ours in answers(info, casa):
        compared += 1
        if same(theirs, ours) == ((method, argument) in listed):
            wrong += 1
            print("%s(%s): CASA %s, ms-info %s" % (method, argument, json.dumps(theirs)[:300], json.dumps(ours)[:300]))
    print("%d answers compared, %d wrong" % (compared, wrong))
    return wrong != 0 or compared < 100


if __name__ == "__main__":
    sys.exit(main())
