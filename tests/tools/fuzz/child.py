"""The process that reads mutations: ``python -m tests.tools.fuzz.child PARSER FOLDER SEED START COUNT``."""

import json
import os
import re
import resource
import struct
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

from tests.tools.fuzz.mutation import mutated
from tests.tools.fuzz.parsers import PARSERS, WRONG

_TELL_EVERY = 50
_ADDRESSES = 6 << 30


def main(name, folder, seed, start, count):
    """Reads mutations ``start`` to ``count`` and keeps a report of them."""
    warnings.simplefilter("ignore")
    parser = WRONG if name == WRONG.name else PARSERS[name]
    (folder / "home").mkdir(exist_ok=True)
    kept = folder / "seeds.json"
    if not kept.exists():
        kept.write_text(json.dumps([content.hex() for content in parser.seeds()]))
    seeds = [bytes.fromhex(content) for content in json.loads(kept.read_text())]
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    every = 1 if parser is WRONG else _TELL_EVERY
    report = {"answers": Counter(), "faults": {}, "slowest": (0.0, -1), "memory": 0}
    before = most_memory()  # what the libraries take that are imported by now
    place = os.open(folder / "at", os.O_WRONLY)
    for number in range(start, count):
        content = seeds[number] if parser is WRONG else mutated(seeds, number, seed=seed)
        if number % 2:
            content = parser.mend(content)
        os.pwrite(place, struct.pack("<q", number), 0)
        if number % every == 0 or number == start:
            write(folder, report, before)
        began = time.process_time()
        answer = verdict(parser, content, report["faults"], number)
        report["answers"][answer] += 1
        report["slowest"] = max(report["slowest"], (time.process_time() - began, number))
    write(folder, report, before)


def verdict(parser, content, faults, number):
    """What the parser answers, in a word; whatever is no answer of its own is a fault."""
    try:
        parser.parse(content)
    except parser.errors as error:
        if not str(error).strip() or "Traceback" in str(error):
            faults[number] = f"no sentence: {error!r:.200}"
        return type(error).__name__
    except Exception as error:  # noqa: BLE001 (that nothing else escapes is what is tried)
        faults[number] = f"{type(error).__name__}: {error!s:.200}"
        return "fault"
    return "read"


def most_memory():
    """The most memory this process has had, in bytes; the system's own figure counts what its parent had before it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1])


def write(folder, report, before):
    """Keeps the report so far: a death loses at most the last few answers."""
    report["memory"] = most_memory() - before
    scratch = folder / "report.tmp"
    scratch.write_text(json.dumps(report))
    scratch.replace(folder / "report.json")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:6]))
