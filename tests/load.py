"""Many visitors at once, without browsers: each is a WebSocket that asks for pages as Streamlit's own client does.

``python -m tests.load --sessions 50 --seconds 300`` starts the app over a home of its own, lets the visitors in one
after the other, and prints what they waited; ``--training`` trains beside them, and ``--seconds 1800`` is the soak.
(The package ``websockets`` comes with Streamlit.)
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from fer_core.benchmark.homes import home_of
from fer_core.data.store import ensure_demo
from fer_core.home import PROJECT
from fer_core.training.config import TrainingConfig
from fer_core.training.runs import find_run, start_run, stop_run

PAGES = (
    "overview", "dataset", "training", "evaluation", "comparison", "explain", "quiz", "webcam", "photos", "videos",
    "about",
)  # fmt: skip
THINK = 15.0
"""The longest a visitor looks at a page, in seconds; 7.5 in the mean."""

PATIENCE = 60.0
LEAVES = 0.03
"""How likely a visitor closes the tab after a page; another one comes."""

_EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN
_SAMPLE = 5.0
_FAULT = "Something went wrong in FER Lab"


@dataclass
class Log:
    """What the visitors saw.

    Attributes:
        waits: Seconds until a page was complete, by page.
        errors: What went wrong, in words.
        memory: The server's resident bytes with the seconds since the beginning, every few seconds.
    """

    waits: dict = field(default_factory=lambda: defaultdict(list))
    errors: list = field(default_factory=list)
    memory: list = field(default_factory=list)

    def summary(self):
        """The figures, as JSON types."""
        waits = np.array([wait for each in self.waits.values() for wait in each])
        return {
            "reruns": len(waits),
            "errors": len(self.errors),
            "first_errors": self.errors[:5],
            "p50_seconds": round(float(np.percentile(waits, 50)), 3) if len(waits) else None,
            "p95_seconds": round(float(np.percentile(waits, 95)), 3) if len(waits) else None,
            "max_seconds": round(float(waits.max()), 3) if len(waits) else None,
            "p95_by_page": {page: round(float(np.percentile(w, 95)), 3) for page, w in sorted(self.waits.items())},
            "memory_mb": [round(self.memory[0][1] / 2**20), round(self.memory[-1][1] / 2**20)] if self.memory else [],
            "memory_slope_mb_a_minute": self.slope(),
        }

    def slope(self):
        """Growth of the server's memory in MB a minute, by a line through the samples after the first third."""
        if len(self.memory) < 6:
            return None
        seconds, sizes = np.array(self.memory)[len(self.memory) // 3 :].T
        return round(float(np.polyfit(seconds / 60, sizes / 2**20, 1)[0]), 3)


async def open_page(socket, page):
    """Asks for a page and reads until it is complete; returns what it says of exceptions."""
    message = BackMsg()
    message.rerun_script.page_name = "" if page == PAGES[0] else page
    await socket.send(message.SerializeToString())
    said, headings = [], 0
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(await socket.recv())
        kind = answer.WhichOneof("type")
        element = answer.delta.new_element
        headings += kind == "delta" and element.WhichOneof("type") == "heading"
        if kind == "delta" and element.WhichOneof("type") == "exception":
            said.append(f"{page}: {element.exception.message}")
        elif kind == "delta" and element.alert.body.startswith(_FAULT):
            said.append(f"{page}: {element.alert.body}")
        elif kind == "page_not_found":
            said.append(f"{page}: page not found")
        elif kind == "script_finished" and answer.script_finished != _EARLY:
            return said if headings else [*said, f"{page}: nothing was drawn"]


async def visit(url, log, end, rng, think):
    """One visitor, who goes from page to page or looks at the same one anew, and sometimes leaves for good."""
    while time.monotonic() < end:
        try:
            async with connect(url, subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE) as socket:
                page = rng.choice(PAGES)
                while time.monotonic() < end:
                    began = time.monotonic()
                    log.errors += await asyncio.wait_for(open_page(socket, page), PATIENCE)
                    log.waits[page].append(time.monotonic() - began)
                    await asyncio.sleep(min(rng.uniform(0, think), max(0.0, end - time.monotonic())))
                    page = rng.choice(PAGES) if rng.random() < 0.5 else page
                    if rng.random() < LEAVES:
                        break
        except (OSError, WebSocketException, TimeoutError) as error:
            log.errors.append(f"{type(error).__name__}: {error}")
            await asyncio.sleep(1)


async def watch(log, pid, end):
    """Samples the server's memory, with what it started for its pages."""
    began, server = time.monotonic(), psutil.Process(pid)
    while time.monotonic() < end:
        log.memory.append((time.monotonic() - began, server.memory_info().rss))
        await asyncio.sleep(min(_SAMPLE, max(0.1, end - time.monotonic())))


async def crowd(port, pid, *, sessions, seconds, think=THINK, seed=0):
    """Lets visitors in, spread over the first tenth of the time; returns what they saw."""
    url = f"ws://localhost:{port}/_stcore/stream"
    warm, log = Log(), Log()
    async with connect(url, subprotocols=["streamlit"], max_size=None) as socket:  # caches are filled once
        for page in PAGES:
            warm.errors += await asyncio.wait_for(open_page(socket, page), 5 * PATIENCE)
    log.errors += warm.errors
    end = time.monotonic() + seconds

    async def arrive(number):
        await asyncio.sleep(seconds / 10 * number / sessions)
        await visit(url, log, end, random.Random(f"{seed} {number}"), think)

    await asyncio.gather(watch(log, pid, end), *(arrive(number) for number in range(sessions)))
    return log


@contextmanager
def serving(port):
    """The app on a port over this home; ends with the block."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with Path(os.environ["FER_HOME"], "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--server.headless", "true"], cwd=PROJECT, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


async def answered(port):
    """Waits until the server takes visitors."""
    for _ in range(240):
        try:
            async with connect(f"ws://localhost:{port}/_stcore/stream", subprotocols=["streamlit"]):
                return
        except OSError:
            await asyncio.sleep(0.25)
    raise TimeoutError("The server did not come up.")


@contextmanager
def beside(training):
    """A training under way, past its first batches, or nothing."""
    if not training:
        yield
        return
    run = start_run(TrainingConfig(epochs=1000), "beside")
    try:
        while not find_run(run.name).status.progress:
            if not find_run(run.name).status.is_active:
                raise RuntimeError(f"The training does not run: {find_run(run.name).status.message}")
            time.sleep(0.5)
        yield
    finally:
        stop_run(run.name)
        while find_run(run.name).status.is_active:
            time.sleep(0.5)


def measure(port, *, sessions, seconds, training=False, think=THINK):
    """Starts the app over a home of its own and lets visitors in.

    Returns:
        The figures of :meth:`Log.summary`, and whether the server's log holds a traceback.
    """
    with tempfile.TemporaryDirectory(prefix="fer-load-") as folder, home_of(folder):
        ensure_demo()
        with beside(training), serving(port) as process:
            asyncio.run(answered(port))
            log = asyncio.run(crowd(port, process.pid, sessions=sessions, seconds=seconds, think=think))
        tracebacks = (Path(folder) / "server.log").read_text(errors="replace").count("Traceback")
    return log.summary() | {"sessions": sessions, "seconds": seconds, "training": training, "tracebacks": tracebacks}


def main():
    """Reads the options, measures, and prints one line of JSON."""
    options = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    options.add_argument("--sessions", type=int, default=50)
    options.add_argument("--seconds", type=float, default=300)
    options.add_argument("--think", type=float, default=THINK, help="the longest pause between two pages, in seconds")
    options.add_argument("--port", type=int, default=8599)
    options.add_argument("--training", action="store_true", help="train beside them")
    chosen = vars(options.parse_args())
    sys.stdout.write(json.dumps(measure(chosen.pop("port"), **chosen)) + "\n")


if __name__ == "__main__":
    main()
