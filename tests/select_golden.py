"""Compare the selections of build/tests/unit/select with CASA's: select_golden.py SELECTION.json NAME < answers

Rows must be the same, row by row. Where CASA refuses an expression we must too, and where it finds nothing we may say that it
cannot find anything. Everything else stands in DIFFERENT, with the reason; a case that is listed there but agrees is an error too.
"""
import hashlib
import json
import sys

OURS_SELECTS = "CASA refuses what is clear"
CASA_CRASHES = "CASA's process is aborted"
OURS_REFUSES = "CASA selects something that was not asked for"

DIFFERENT = {
    # field
    ("sim_s", "field", "2~0"): CASA_CRASHES,
    # spw
    ("sim_s", "spw", "0:30~40"): OURS_REFUSES + ": the last channel, when all are outside",
    ("alma", "spw", "1:100~200"): OURS_REFUSES + ": the last channel, when all are outside",
    ("shape", "spw", "2:1"): OURS_REFUSES + ": channel 0, when channel 1 is not there",
    ("sim_s", "spw", "1.7"): OURS_REFUSES + ": window 1, when a unit was forgotten",
    ("alma", "spw", "86.3GHz"): "CASA takes a channel average that does not contain the frequency; we take the window that does",
    ("alma", "spw", "ALMA_RB_03#BB_1#SW-01#FULL_RES"): OURS_SELECTS + ": a dash in a name",
    ("alma", "spw", "ALMA*SW-01*"): OURS_SELECTS + ": a dash in a pattern",
    ("alma", "spw", "/WVR.*/"): OURS_SELECTS + ": a regular expression taken for a glob",
    # antenna
    ("sim_s", "baseline", "5~2"): CASA_CRASHES,
    ("sim_s", "baseline", "(ea01,ea02)&(ea03)"): OURS_SELECTS,
    # observation
    ("sim_s", "observation", "1"): "there is no such observation: an error that lists those there are, not an empty set",
    # uvrange
    ("sim_s", "uvdist", "500m:10%"): "documented as 450~550m; CASA selects nothing",
    ("sim_s", "uvdist", "600~200m"): "a reversed range is an error, not an empty set",
    # correlation
    ("shape", "spw+polarization", "0 RL"): "window 0 has no RL: an error that lists the products, not an empty set",
    # feed: equal feeds on two antennas are the ordinary case, not autocorrelations
    ("sim_s", "feed", "0"): "CASA wants feed 0 against another feed",
    ("sim_s", "feed", "0&0"): "CASA wants feed 0 against another feed",
    ("sim_s", "feed", "*"): OURS_SELECTS,
}
# Same rows, other channels.
OTHER_CHANNELS = {
    ("sim_s", "spw", "2:9.18~9.19GHz"): "the channel at 9.180 GHz: CASA compares single-precision numbers",
    ("shape", "spw", "1:5.190~5.1961GHz"): "the channel at 5.190 GHz: CASA compares single-precision numbers",
    ("sim_s", "spw", "0,0:3~5"): "a channel that is named twice comes once",
    ("sim_s", "spw", "0:3~5,0:5~8"): "a channel that is named twice comes once",
    ("alma", "spw", "1,1:3~5"): "a channel that is named twice comes once",
    ("sim_s", "spw+polarization", "0,3 RL"): "a window without the products goes",
}


def key(case):
    select = case["select"]
    return case["in"], "+".join(select), " ".join(select.values())


def rows(ranges):
    return [r for first, last in ranges for r in range(first, last + 1)]


def casa_answer(case):
    """Number of rows and error text as a task gives them."""
    task = case.get("task", {})
    if "crash" in task and "nrow" in case:  # the tool can, the task cannot: the tool's rows
        return case["nrow"], None
    if "error" in task or "error" in case:
        text = task.get("error", case.get("error"))
        return (0, None) if "zero rows" in text else (None, text)
    return task.get("nrow", case["nrow"]), None


def channels_of(ranges):
    return [(s, c) for s, first, last, step in ranges for c in range(first, last + 1, step)]


def compare(case, ours):
    """None, or what is wrong."""
    nrow, error = casa_answer(case)
    if "crash" in case:
        return "CASA crashes"
    if error or "error" in ours:
        return None if error and "error" in ours else "CASA: %s rows, %s; we: %s" % (nrow, error, ours.get("error", ours.get("nrow")))
    if ours["nrow"] != nrow:
        return "%d rows, CASA %d" % (ours["nrow"], nrow)
    if "rows_sha256" in case and "task" not in case:
        digest = hashlib.sha256(",".join(map(str, rows(ours["rows"]))).encode()).hexdigest()
        if digest != case["rows_sha256"]:
            return "other rows than CASA"
    return None


def main():
    cases = [c for c in json.load(open(sys.argv[1])) if c["in"] == sys.argv[2]]
    answers = [json.loads(line) for line in sys.stdin]
    bad = 0 if len(cases) == len(answers) else 1
    for case, ours in zip(cases, answers):
        if "taql" in case["select"]:
            continue
        assert case["select"] == ours["select"]
        wrong = compare(case, ours)
        if (wrong is not None) != (key(case) in DIFFERENT):
            bad += 1
            print("%s: %s (listed: %s)" % (key(case), wrong or "agrees", DIFFERENT.get(key(case))))
        casa = case.get("ids", {}).get("channel")
        if wrong is None and casa and "error" not in ours:
            same = channels_of(casa) == channels_of(ours["channel"])
            if same == (key(case) in OTHER_CHANNELS):
                bad += 1
                print("%s: channels %s, CASA %s" % (key(case), ours["channel"], casa))
    print("%d cases compared, %d wrong" % (len(answers), bad))
    return bad != 0 or not answers


if __name__ == "__main__":
    sys.exit(main())
