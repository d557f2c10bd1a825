#!/usr/bin/env python3
"""callib_make.py OUT ANTENNAS SPWS FIELDS SETS TABLES PER_ANTENNA PER_SPW: made-up sets and the tables to be registered for them.

OUT.info.json gets what ms-info would print, a line per set; OUT.ndjson gets TABLES additions for each set, as callib-add --batch takes
them: the first PER_ANTENNA for one antenna each, then PER_SPW for one spw each, the others for all data, by intent, half of the spws, one
field. These are the sizes by which the NRAO pipeline's library was measured. Field 0 is bandpass and flux calibrator, a tenth of the fields
are phase calibrators, the rest targets."""
import json
import sys


def intents_of(field, fields):
    last_phase = max(2, fields // 10)
    if field == 0:
        return ["AMPLITUDE", "BANDPASS", "POINTING", "WVR"]
    if field < last_phase:
        return ["ATMOSPHERE", "PHASE", "WVR"]
    return ["CHECK", "WVR"] if field == last_phase else ["ATMOSPHERE", "TARGET"]


def ms_info(name, antennas, spws, fields):
    ids = [{"id": s, "name": f"spw{s:03d}"} for s in range(spws)]
    return {
        "schema": "calutils/ms-info/1",
        "path": f"/data/{name}",
        "observations": [{"id": 0, "telescope": "EVLA"}],
        "antennas": [{"id": a, "name": f"ea{a + 1:02d}"} for a in range(antennas)],
        "spws": ids,
        "fields": [{"id": f, "name": f"F{f:03d}", "intents": intents_of(f, fields)} for f in range(fields)],
        "scans": [
            {"scan": f + 1, "fields": [{"id": f, "name": f"F{f:03d}"}], "spws": ids, "intents": intents_of(f, fields)}
            for f in range(fields)
        ],
        "states": [{"id": 0, "obs_mode": "OBSERVE_TARGET#ON_SOURCE", "intents": ["TARGET"]}],
    }


def data_of(k, antennas, spws, fields, per_antenna, per_spw):
    if k < per_antenna:
        return {"antenna": str(k * 5 % antennas)}
    if k < per_antenna + per_spw:
        return {"spw": str(k * 5 % spws)}
    return [
        {},
        {"intent": "PHASE"},
        {"intent": "TARGET,CHECK"},
        {"spw": f"0~{spws // 2 - 1}"},
        {"field": f"F{k % fields:03d}"},
    ][k % 5]


def main():
    out = sys.argv[1]
    antennas, spws, fields, sets, tables, per_antenna, per_spw = map(int, sys.argv[2:])
    with open(out + ".info.json", "w") as info, open(out + ".ndjson", "w") as additions:
        for m in range(sets):
            name = f"bench{m}.ms"
            print(json.dumps(ms_info(name, antennas, spws, fields)), file=info)
            for k in range(tables):
                target = data_of(k, antennas, spws, fields, per_antenna, per_spw)
                terms = {"spwmap": list(range(spws)), "caltype": "gaincal", "calwt": bool(k % 2)}
                table = {"gaintable": f"m{m}.t{k}.tbl", "vis": name}
                print(json.dumps({**table, **target, **terms}), file=additions)


main()
