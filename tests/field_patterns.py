"""field-from-intent against an emulation of its own: our rule, the six patterns, and what CASA takes by each field parameter.

field_patterns.py make N SEED > infos.ndjson    random sets as ms-info describes them, with every kind of awkward name
field_patterns.py check infos.ndjson INTENTS SPW RESULT.json...   RESULT.json: what came out for --pattern 1, 2, ... or without
"""
import json
import random
import re
import sys

NAMES = ["J1427-42", "J1058+01", "1", "2", "007", "Sgr A*", "Sgr A2", "3C286.A", "a b", "x{y,z}", "xy", "[AB]", "A", "O'Neill", 'q"q',
         "caf\u00e9", "\u00b2", "\u0663", "12-34", "+5", "-1", "1e5", " pad ", "pad", "5~7", "a,b", "a/b", "M&M", "<3", "", "back\\slash",
         "NGC 5055", "what?", "none", "A=B", "(x)"]
INTENTS = ["PHASE", "BANDPASS", "TARGET", "CHECK"]
SCIENCE = [False, True, True]


def some(dice, items, most):
    return sorted(dice.sample(items, dice.randint(0, most)))


def make(count, seed):
    dice = random.Random(seed)
    for number in range(count):
        fields = []
        names = dice.sample(NAMES, 5)
        for i in range(dice.randint(1, 9)):
            has_rows = dice.random() < 0.9
            origin = dice.choice(["state"] * 8 + ["source_type", "code"])
            fields.append({
                "id": i if number % 2 else 2 * i, "name": dice.choice(names), "code": dice.choice(["", "none", "A"]),
                "source": dice.choice(["s", "s", None]), "flag_row": dice.random() < 0.05, "rows": 3 if has_rows else 0,
                "spws": some(dice, [0, 1, 2], 2) if has_rows else [], "scans": [], "states": [],
                "intents": some(dice, INTENTS, 2) if has_rows else [], "intents_from": origin, "tokens": []})
        scans, left = [], [f for f in fields if f["rows"]]
        while left:
            inside, left = left[:2], left[2:]
            scans.append({"scan": len(scans) + 1, "fields": [{"id": f["id"], "name": f["name"]} for f in inside],
                          "spws": [{"id": s} for s in sorted({s for f in inside for s in f["spws"]})], "tokens": [],
                          "intents": sorted({i for f in inside if f["intents_from"] == "state" for i in f["intents"]})})
        spws = [{"id": i, "name": f"w{i}", "science": s, "freq_hz": [1e9], "width_hz": [1e6]} for i, s in enumerate(SCIENCE)]
        print(json.dumps({"schema": "calutils/ms-info/1", "path": f"eb{number}.ms", "fields": fields, "scans": scans, "spws": spws}))


def quoted_if_needed(name):
    return name if not name or (re.fullmatch(r"[A-Za-z0-9+_-]+", name) and not name.isdigit()) else f'"{name}"'


def glob(pattern):
    out, at = "", 0
    while at < len(pattern):
        c = pattern[at]
        end = pattern.find({"{": "}", "[": "]"}.get(c, c), at)
        if c in "{[":
            inner = pattern[at + 1:end]
            out += f"[{inner}]" if c == "[" else "(" + "|".join(map(re.escape, inner.split(","))) + ")"
            at = end
        else:
            out += {"*": ".*", "?": "."}.get(c, re.escape(c))
        at += 1
    return re.compile(out)


def take(fields, atom):
    """Ids that CASA takes by one element; None if it cannot."""
    if isinstance(atom, int):
        return {atom}
    if not atom:
        return None
    if atom[0] == '"':
        if '"' in atom[1:-1]:
            return None
        fits = glob(atom[1:-1].replace("\\", "")).fullmatch
    else:
        def fits(text):
            return text == atom
    for key in ("name", "code"):
        found = {f["id"] for f in fields if not f["flag_row"] and fits(f[key].strip(" "))}
        if found:
            return found
    return None


def has(field, intents):
    return field["rows"] > 0 and bool(intents & set(field["intents"]))


def name_or_ids(chosen):
    if len({f["name"] for f in chosen}) == len(chosen):
        return sorted({quoted_if_needed(f["name"]) for f in chosen})
    return sorted(f["id"] for f in chosen)


def pattern(number, info, intents, spws):
    """The elements of the field parameter, and the fields that it is meant for."""
    fields = info["fields"]
    with_intent = [f for f in fields if has(f, intents) and f["intents_from"] != "code"]
    names = [quoted_if_needed(f["name"]) for f in with_intent]
    if number == 1:
        ids = {f["id"] for s in info["scans"] if intents & set(s["intents"]) and (spws is None or spws & {w["id"] for w in s["spws"]})
               for f in s["fields"]}
        elements = set()
        for f in fields:
            if f["id"] in ids:
                same = [g for g in fields if g["rows"] and g["name"] == f["name"]]
                all_have = all(g in with_intent for g in same)
                elements.add(quoted_if_needed(f["name"]) if all_have else f["id"])
        return sorted(elements, key=str), ids
    if number == 2:
        return name_or_ids(with_intent), {f["id"] for f in with_intent}
    if number in (3, 4):
        return (sorted(set(names)) if number == 3 else names), {f["id"] for f in with_intent}
    if number == 5:
        wanted = {i for i, s in enumerate(SCIENCE) if s} & (spws if spws is not None else set(range(3)))
        if with_intent and (with_intent[-1]["source"] is None or not wanted & set(with_intent[-1]["spws"])):
            with_intent = with_intent[:-1]
        return name_or_ids(with_intent), {f["id"] for f in with_intent}
    return [(i, quoted_if_needed(f["name"])) for i in intents for f in with_intent if i in f["intents"]], {f["id"] for f in with_intent}


def our_rule(info, intents, spws):
    chosen = [f for f in info["fields"] if has(f, intents) and (spws is None or spws & set(f["spws"]))]
    groups = {}
    for f in chosen:
        groups.setdefault(f["name"].strip(" "), []).append(f)
    elements = []
    for key, group in groups.items():
        everybody = [f for f in info["fields"] if f["name"].strip(" ") == key]
        plain = all(re.fullmatch(r"[A-Za-z0-9_+.=-]+", f["name"]) and not f["name"].isdigit() for f in group[:1])
        if plain and len(everybody) == len(group) and not any(f["flag_row"] for f in group):
            elements.append((group[0]["id"], key))
        else:
            elements += [(f["id"], f["id"]) for f in group]
    return [element for _, element in sorted(elements)], {f["id"] for f in chosen}


def taken_by(fields, elements):
    taken = set()
    for atom in elements:
        one = take(fields, atom)
        if one is None:
            return None
        taken |= one
    return sorted(taken) if elements else None


def check(infos, intents, spws, results):
    wrong = compared = 0
    for path in results:
        result = json.load(open(path, encoding="utf-8"))
        number = result["pattern"]
        for info, got in zip(infos, result["measurement_sets"], strict=True):
            wanted = set(intents) if number != 6 else intents
            if number == 6:
                calls, ids = [], set()
                for i in intents:
                    more, some_ids = pattern(6, info, {i}, spws)
                    calls += more
                    ids |= some_ids
                elements = [name for _, name in calls]
                good = [(c["intent"], c["casa"]) for c in got["calls"]] == calls
            else:
                elements, ids = pattern(number, info, wanted, spws) if number else our_rule(info, wanted, spws)
                text = ",".join(map(str, elements))
                good = got["casa"] == (text if text.strip() else None)
            taken = taken_by(info["fields"], elements)
            good = good and got["ids"] == sorted(ids) and (got["selects"] == taken or got["empty"])
            if number is None:  # exactly what was meant, never more, never less
                good = good and (taken or []) == got["ids"] and not got["surplus"]
            compared += 1
            if not good:
                wrong += 1
                print("wrong:", number, json.dumps(info["fields"]), "wanted", elements, sorted(ids), taken, "got", json.dumps(got))
    print(compared, "answers compared,", wrong, "wrong")
    return wrong > 0


if sys.argv[1] == "make":
    make(int(sys.argv[2]), int(sys.argv[3]))
else:
    lines = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
    windows = {int(w) for w in sys.argv[4].split(",")} if sys.argv[4] != "-" else None
    sys.exit(check(lines, sys.argv[3].split(","), windows, sys.argv[5:]))
