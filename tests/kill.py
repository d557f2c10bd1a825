"""kill.py SEED COUNT LIBRARY COMMAND...: run COMMAND that changes LIBRARY COUNT times, kill -9 at random moments, and look at the
library each time: a whole document, with what it had before or with what the command makes of it. Prints how many were killed
before and how many after the change."""
import json
import random
import subprocess
import sys
import time

seed, count, path, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
rng = random.Random(seed)


def entries():
    with open(path) as f:
        return [json.dumps(entry, sort_keys=True) for entry in json.load(f)["active"]]


def once(seconds):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if seconds is None:
        process.wait()
    else:
        time.sleep(seconds)
        process.kill()
        process.wait()
    text = process.stderr.read().decode()
    if text:
        sys.exit("%s: %s" % (" ".join(command), text))
    return process.returncode


took = []  # the shortest of a few: a machine that is busy just then would make all delays long
for n in range(5):
    begin = time.monotonic()
    if once(None):
        sys.exit("the command fails by itself")
    took.append(time.monotonic() - begin)
took = min(took)
before = entries()
changed = finished = 0
for n in range(count):
    finished += once(rng.uniform(0, 1.3 * took)) == 0
    now = entries()
    if now[:len(before)] != before or len(now) > len(before) + 1:
        sys.exit("run %d: neither the old library nor the new one" % n)
    changed += len(now) > len(before)
    before = now
if changed < finished:
    sys.exit("%d runs finished, but only %d changed the library" % (finished, changed))
if once(None) or len(entries()) != len(before) + 1:
    sys.exit("after the kills the command does not work any more")
print("%d killed, %d of them after the change, %d finished" % (count - finished, changed - finished, finished))
