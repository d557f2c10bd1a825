"""valid.py SCHEMA DOCUMENT...: do the documents (one JSON value or more in each; - is stdin) keep to a JSON Schema? What is wrong, and
where, goes to stderr."""
import json, sys
import jsonschema


def values(path):
    text = (sys.stdin if path == "-" else open(path)).read().strip()
    while text:
        value, end = json.JSONDecoder().raw_decode(text)
        yield value
        text = text[end:].lstrip()


check = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
wrong = []
for path in sys.argv[2:]:
    found = list(values(path))
    wrong += [f"{path}: {list(e.absolute_path)}: {e.message[:300]}" for value in found for e in check.iter_errors(value)]
    wrong += [] if found else [f"{path}: is empty"]
sys.exit("\n".join(wrong) or 0)
