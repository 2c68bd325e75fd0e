"""Runs mutations in a limited child, and counts what it does: answers, faults, deaths, seconds, memory.

The child notes the number of the mutation it is about to read, so whoever dies is known and the next ones go on.
"""

import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fer_core.storage.files import PROJECT

LONGEST = 2.0
"""Seconds of processor time a verdict may take: what else the machine does at the time is not the parser's doing."""

_LOOK = 0.05
_HANGS = 20.0


@dataclass
class Outcome:
    """What a parser did with its mutations.

    Attributes:
        parser: Its name.
        count: How many were read.
        answers: How often it read them well ("read") or refused them, by error.
        faults: Mutations that ended with another error, with that error.
        deaths: Mutations that ended the process, with its exit code.
        slowest: The longest a verdict took, in seconds of processor time, and of which mutation.
        memory: The most that reading added to the process, in bytes.
        seconds: All together.
    """

    parser: str
    count: int = 0
    answers: Counter = field(default_factory=Counter)
    faults: dict = field(default_factory=dict)
    deaths: dict = field(default_factory=dict)
    slowest: tuple = (0.0, -1)
    memory: int = 0
    seconds: float = 0.0

    def problems(self, parser):
        """What the parser may not do, in words; none is good."""
        found = [f"mutation {number}: {error}" for number, error in self.faults.items()]
        if not parser.apart:
            found += [f"mutation {number} ended the process ({code})" for number, code in self.deaths.items()]
        if self.slowest[0] > LONGEST:
            found.append(f"mutation {self.slowest[1]} took {self.slowest[0]:.1f} s")
        if self.memory > parser.memory:
            found.append(f"{self.memory >> 20} MB where {parser.memory >> 20} MB are the most")
        return found

    def line(self):
        """The outcome in one line."""
        answers = ", ".join(f"{count:,} {name}" for name, count in self.answers.most_common())
        return (
            f"{self.parser:18} {self.count:>7,} mutations: {answers}; {len(self.faults)} faults, {len(self.deaths)} "
            f"deaths, slowest {1000 * self.slowest[0]:.0f} ms, {self.memory >> 20} MB, {self.seconds:.0f} s"
        )


def run(parser, count, *, seed=0):
    """Lets a parser read mutations.

    Args:
        parser: Its name.
        count: How many.
        seed: Of the series.
    """
    outcome, began = Outcome(parser), time.monotonic()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # thousands of small files, none worth a disk
    with tempfile.TemporaryDirectory(prefix="fer-fuzz-", dir=memory) as folder:
        start = 0
        while start < count:
            code, at = _child(parser, Path(folder), seed, start, count)
            _add(outcome, Path(folder) / "report.json")
            if code == 0:
                break
            outcome.deaths[at] = code
            start = at + 1
    outcome.count, outcome.seconds = count, time.monotonic() - began
    return outcome


def _child(parser, folder, seed, start, count):
    """One process, until it is through, dies or hangs: its exit code and the mutation it was at."""
    (folder / "at").write_bytes(struct.pack("<q", start))
    (folder / "report.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.tools.fuzz.child", parser, str(folder), *map(str, (seed, start, count))]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=PROJECT, stdout=log, stderr=log, env=os.environ | {"FER_HOME": str(folder / "home")}
        )
    waited, at = 0.0, -1
    while process.poll() is None:
        time.sleep(_LOOK)
        waited += _LOOK  # counted, not read from a clock, which goes on while both are suspended
        now = struct.unpack("<q", (folder / "at").read_bytes())[0]
        if now != at:
            waited, at = 0.0, now
        elif waited > _HANGS + (60 if now == start else 0):  # the first waits for imports
            process.kill()
    at = struct.unpack("<q", (folder / "at").read_bytes())[0]
    if process.returncode and not (folder / "report.json").exists():
        raise RuntimeError((folder / "log").read_text(errors="replace")[-2000:])
    return process.returncode, at


def _add(outcome, path):
    report = json.loads(path.read_text())
    outcome.answers.update(report["answers"])
    outcome.faults |= {int(number): error for number, error in report["faults"].items()}
    outcome.slowest = max(outcome.slowest, tuple(report["slowest"]))
    outcome.memory = max(outcome.memory, report["memory"])
