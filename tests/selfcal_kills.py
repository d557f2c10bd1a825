"""selfcal_kills.py SEED COUNT PLAN MS: how `selfcal-step --all` takes being killed. In a folder of its own the data MS are calibrated by
the plan undisturbed; then again and again, each time with kills at random moments until it comes through: of the whole process
group (SIGKILL), of the parent alone, whose tools go on (SIGKILL), or of the parent (SIGTERM). After COUNT kills in all, and
each time that it came through, the printed state, working copies and tables must be those of the undisturbed run, and nothing half
done may lie about."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

seed, wanted, plan, data = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
rng = random.Random(seed)
WAYS = {
    "group": lambda process: os.killpg(process.pid, signal.SIGKILL),
    "parent": lambda process: process.kill(),
    "term": lambda process: process.terminate(),
}


def folder(name):
    shutil.rmtree(name, ignore_errors=True)
    os.mkdir(name)
    shutil.copytree(data, os.path.join(name, os.path.basename(data)))
    return name


def start(where):
    with open(plan) as text, open(os.path.join(where, "state.json"), "w") as out, open("messages", "a") as messages:
        return subprocess.Popen(["selfcal-step", "--all", "--jobs", "1"], stdin=text, stdout=out, stderr=messages, cwd=where,
                                start_new_session=True)


def finish(where):
    if start(where).wait():
        sys.exit("after a kill it does not go on: " + open("messages").read())
    with open(os.path.join(where, "state.json")) as f:
        return f.read()


def listing(where):
    return sorted(name for name in os.listdir(where) if not name.endswith(".lock"))


def compare(where, text):
    """Ends the test where anything differs from the undisturbed run."""
    if text != want:
        with open("state-%d.json" % done, "w") as f:
            f.write(text)
        sys.exit("after %d kills the state is another one: %s" % (done, os.path.abspath("state-%d.json" % done)))
    if listing(where) != files:
        sys.exit("after %d kills other files: %s" % (done, sorted(set(listing(where)) ^ set(files))))
    copies = [copy for target in json.loads(text)["targets"] for copy in target["vislist"]]
    for table in copies + [name for name in files if name.endswith(".tbl")]:
        same = subprocess.run(["ms-diff", "undisturbed/" + table, where + "/" + table] if table in copies else
                              ["diff", "-rq", "-x", "table.lock", "-x", "table.info", "undisturbed/" + table, where + "/" + table],
                              stdout=subprocess.PIPE)
        if same.returncode:
            sys.exit("after %d kills %s differs: %s" % (done, table, same.stdout.decode()))


done = 0
counts = dict.fromkeys(WAYS, 0)
begin = time.monotonic()
want = finish(folder("undisturbed"))
took = time.monotonic() - begin
files = listing("undisturbed")
pieces = sum(len(target["steps"]) for target in json.loads(want)["targets"])
runs = 0
while done < wanted:
    here = folder("killed")
    runs += 1
    # a run of its own after each kill; each gets on by about a piece, so that kills fall everywhere
    while done < wanted:
        process = start(here)
        try:
            process.wait(rng.uniform(0, 2.2 * took / pieces))
            break  # through before its time
        except subprocess.TimeoutExpired:
            way = rng.choice(sorted(WAYS))
            WAYS[way](process)
            process.wait()
            counts[way] += 1
            done += 1
    compare(here, finish(here))
print("%d killed (%s) in %d runs of %d pieces each: the state is that of the undisturbed run" %
      (done, ", ".join("%s %d" % item for item in sorted(counts.items())), runs, pieces))
