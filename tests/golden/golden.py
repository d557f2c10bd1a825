"""What the two drivers share: where the reference set is, running a tool, and one line per case.

A reference set is a folder laid out like this one: the cases, and CASA's outputs in ms/, caltables/, apply/, shape/. The full set
is $CALUTILS_TEST_GOLDEN (../../../shared/golden unless given); what is beside this file is a small part of it.
"""
import argparse
import json
import multiprocessing
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile

from casacore.tables import table, taql

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("CAL_BUILD", os.path.join(HERE, "..", "..", "build"))
FULL = os.environ.get("CALUTILS_TEST_GOLDEN", os.path.join(HERE, "..", "..", "..", "shared", "golden"))

OK, REFUSED, RIGHT, LATER, DIFFERS = "ok", "refused as CASA does", "ours is right", "passed over", "DIFFERS"


def unpack(archive, folder):
    with tarfile.open(archive) as tar:
        tar.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))


def update(path, statement):
    """TaQL in which $MS or $T stands for the table at `path`, $MS::NAME for a subtable."""
    statement = re.sub(r"\$MS(::|/)(\w+)", lambda m: "'%s/%s'" % (path, m.group(2)), statement)
    statement = statement.replace("$MS", "'%s'" % path).replace("$T", "'%s'" % path)
    t = table(path, readonly=False, ack=False)
    taql("using style python " + statement)  # its result must go before the table does, or deleted rows stay
    t.close()


class Ran:
    """A finished tool: status, and what it printed."""

    def __init__(self, argv, folder):
        self.line = " ".join(shlex.quote(a) for a in argv)
        done = subprocess.run([os.path.join(BUILD, "bin", argv[0])] + argv[1:], cwd=folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr.strip()

    def refused(self):
        """A clean refusal: one of the statuses that say so, and a line that says why."""
        return self.status in (2, 3, 4, 5) and bool(self.err)


def verdict(ran, error, findings, right, ignore=()):
    """(kind, text) of a case. `error`: CASA's error or "". `right`: None or (what, why), where ours is known to be better: what is
    "refuses", "accepts", "fails" (with the same output, but the status says that nothing is good in it) or the set of the
    quantities that differ. `ignore`: quantities that never count."""
    last = ran[-1]
    what, why = right or (set(), "")
    if last.status and not last.refused():
        return DIFFERS, "exit status %d: %s" % (last.status, last.err)
    if last.refused() and not (what == "fails" and last.status == 4):
        if error and not right:
            return REFUSED, last.err
        return (RIGHT, why) if what == "refuses" else (DIFFERS, "refused: " + last.err)
    if error:
        return (RIGHT, why) if what == "accepts" else (DIFFERS, "accepted; CASA says: " + error)
    if what == "refuses" or what == "fails" and not last.status:
        return DIFFERS, "accepted, though it is listed otherwise"
    bad = [f for f in findings() if not f.ok and f.what not in ignore]
    allowed = set() if what == "fails" else set(what)
    wrong = [f for f in bad if f.what not in allowed]
    if wrong:
        return DIFFERS, "; ".join("%s: %s" % (f.what, f.text) for f in wrong[:4]) + ("; ..." if len(wrong) > 4 else "")
    missing = sorted(allowed - {f.what for f in bad})
    if missing:
        return DIFFERS, "agrees in %s, though it is listed as different" % ", ".join(missing)
    return (RIGHT, why) if right else (OK, "")


def listed(name, patterns):
    """The reason of the first pattern of the list (regex, reason) that the whole name matches."""
    return next((reason for pattern, reason in patterns if re.fullmatch(pattern, name)), None)


def main(about, cases_file, load):
    """`load(cases, root, work, names)` prepares inputs below `work` and returns {name: function that gives (kind, text, ran)}."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", help="folder of the reference set")
    parser.add_argument("--only", default="", metavar="REGEX", help="only cases whose name matches from its beginning")
    parser.add_argument("--summary", action="store_true", help="counts only")
    parser.add_argument("--tap", action="store_true", help="print TAP")
    parser.add_argument("--verbose", action="store_true", help="print the command lines too")
    parser.add_argument("--keep", metavar="DIR", help="work in DIR and leave everything there")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    args = parser.parse_args()
    root = os.path.abspath(args.set or (FULL if os.path.exists(os.path.join(FULL, "README.md")) else HERE))
    path = os.path.join(root, "make", cases_file)
    work = os.path.abspath(args.keep) if args.keep else tempfile.mkdtemp(prefix="golden_")
    os.makedirs(work, exist_ok=True)
    try:
        with open(path) as f:
            run = load(json.load(f), root, work, lambda name: re.match(args.only, name))
        return report(run, args)
    finally:
        if not args.keep:
            shutil.rmtree(work, ignore_errors=True)


def report(run, args):
    names, counts = list(run), {}
    if not names:
        sys.exit("no case matches %s" % args.only)
    global CASES
    CASES = run
    if args.tap:
        print("1..%d" % len(names))
    with multiprocessing.Pool(args.jobs) as pool:
        for k, (kind, text, ran) in enumerate(pool.imap(one, names)):
            counts[kind] = counts.get(kind, 0) + 1
            if args.tap:
                print("%s %d - %s%s" % ("not ok" if kind == DIFFERS else "ok", k + 1, names[k], " # SKIP " + text if kind == LATER else ""))
                if kind == DIFFERS:
                    print("# " + text)
            elif not args.summary:
                print("%-24s %s%s" % (names[k], kind, " (%s)" % text if text else ""), flush=True)
            if args.verbose or (kind == DIFFERS and not args.summary):
                for line in ran:
                    print(("# " if args.tap else "    $ ") + line)
    total = ", ".join("%d %s" % (counts[kind], kind) for kind in (OK, REFUSED, RIGHT, LATER, DIFFERS) if kind in counts)
    print(("# " if args.tap else "") + "%d cases: %s" % (len(names), total))
    return 1 if DIFFERS in counts else 0


def one(name):
    try:
        return CASES[name]()
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as e:  # an output that cannot be read, a tool that hangs
        return DIFFERS, str(e).split("\n")[0], []
