"""Many visitors at once, without browsers: each is a WebSocket that asks for pages as Streamlit's own client does.

``python -m tests.tools.load --sessions 50 --seconds 300`` starts the app over a home of its own, lets the visitors in
one after the other, and prints what they waited; ``--training`` trains beside them; ``--pictures 1000`` then lets them
in again beside one who uploads that many pictures; and ``--seconds 1800`` is the soak. (The packages ``websockets`` and
``requests`` come with Streamlit.)
"""

import argparse
import asyncio
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import requests
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from fer_core.datasets.drawn.scene import draw_scene
from fer_core.datasets.store import ensure_demo
from fer_core.storage.files import PROJECT
from fer_core.training.runs.lifecycle import start_run, stop_run
from fer_core.training.runs.store import find_run
from fer_core.training.settings.config import TrainingConfig
from pages.shared.links import PAGES as ALL_PAGES
from tests.benchmark.homes import home_of

PAGES = tuple(page for page in ALL_PAGES if page != "diagnostics")
THINK = 15.0
"""The longest a visitor looks at a page, in seconds; 7.5 in the mean."""

PATIENCE = 60.0
LEAVES = 0.03
"""How likely a visitor closes the tab after a page; another one comes."""

_EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN
_SAMPLE = 5.0
_FAULT = "FER Lab failed; everything you saved is safe"


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


async def rerun(socket, page, *states):
    """Runs a page's script with these states of its widgets; returns the messages that came, to the last."""
    message = BackMsg()
    message.rerun_script.page_name = "" if page == PAGES[0] else page
    message.rerun_script.widget_states.widgets.extend(states)
    await socket.send(message.SerializeToString())
    came = []
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(await socket.recv())
        came.append(answer)
        kind = answer.WhichOneof("type")
        if kind == "page_not_found" or (kind == "script_finished" and answer.script_finished != _EARLY):
            return came


def elements(messages, kind):
    """The elements of a kind among messages."""
    drawn = [message.delta.new_element for message in messages if message.WhichOneof("type") == "delta"]
    return [getattr(element, kind) for element in drawn if element.WhichOneof("type") == kind]


def complaints(messages, page):
    """What a page's messages say of faults."""
    said = [exception.message for exception in elements(messages, "exception")]
    said += [alert.body for alert in elements(messages, "alert") if alert.body.startswith(_FAULT)]
    said += ["page not found" for message in messages if message.WhichOneof("type") == "page_not_found"]
    return [f"{page}: {what}" for what in said] or ([] if elements(messages, "heading") else [f"{page}: nothing drawn"])


async def open_page(socket, page):
    """Asks for a page and reads until it is complete; returns what it says of faults."""
    return complaints(await rerun(socket, page), page)


async def send_pictures(port, log, count):
    """One visitor who has that many different pictures looked at at once; how many were, and in how many seconds."""
    async with connect(_address(port), subprotocols=["streamlit"], max_size=None) as socket:
        came = await rerun(socket, "photos")
        session = next(m.new_session.initialize.session_id for m in came if m.WhichOneof("type") == "new_session")
        agree = next(button for button in elements(came, "button") if "agree" in button.label)
        came = await rerun(socket, "photos", WidgetState(id=agree.id, trigger_value=True))
        chosen = WidgetState(id=elements(came, "file_uploader")[-1].id)
        sent = await asyncio.to_thread(_upload, port, session, count)
        chosen.file_uploader_state_value.uploaded_file_info.extend(sent)
        began = time.monotonic()
        came = await rerun(socket, "photos", chosen)
        log.errors += complaints(came, "photos of the one who sends many")
        looked_at = {text.body for text in elements(came, "markdown") if text.body.startswith("**picture")}
        return len(looked_at), time.monotonic() - began


def _upload(port, session, count):
    """Sends pictures to a session as the browser does; what its widget then says of them."""
    image, sent = draw_scene(3, faces=1, size=(240, 320), emotions=("happiness",)).image, []
    server = f"http://localhost:{port}/_stcore"
    with requests.Session() as client:
        client.get(f"{server}/health", timeout=PATIENCE)  # hands out the token
        client.headers["X-Xsrftoken"] = client.cookies["_streamlit_xsrf"]
        for number in range(count):
            buffer = io.BytesIO()
            Image.fromarray(np.roll(image, number % 320, axis=1) ^ (number // 320)).save(buffer, "JPEG")
            name, size = f"picture{number}.jpg", buffer.tell()
            file = {"file": (name, buffer.getvalue(), "image/jpeg")}
            client.put(f"{server}/upload_file/{session}/{number}", files=file, timeout=PATIENCE).raise_for_status()
            sent.append(UploadedFileInfo(name=name, size=size, file_id=str(number)))
    return sent


def _address(port):
    return f"ws://localhost:{port}/_stcore/stream"


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
    url = _address(port)
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


def apart(work, *values, **options):
    """What a function returns that runs an event loop, from a thread of its own: browser tests leave one in theirs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *values, **options).result()


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
            async with connect(_address(port), subprotocols=["streamlit"]):
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
        stop_run(run)
        while find_run(run.name).status.is_active:
            time.sleep(0.5)


async def beside_one_who_sends(port, log, pictures, everybody):
    """The others' waits while one visitor sends pictures, again and again: how many were looked at, in what time."""
    others, looked_at, seconds = asyncio.create_task(everybody), 0, 0.0
    while not others.done():
        found, took = await send_pictures(port, log, pictures)
        looked_at, seconds = looked_at + found, seconds + took
    return await others, {"pictures": looked_at, "seconds": round(seconds, 1)}


def measure(port, *, sessions, seconds, training=False, think=THINK, pictures=0):
    """Starts the app over a home of its own and lets visitors in.

    Returns:
        The figures of :meth:`Log.summary`, and whether the server's log holds a traceback; with pictures, also what
        the visitors wait beside one who uploads pictures.
    """
    with tempfile.TemporaryDirectory(prefix="fer-load-") as folder, home_of(folder):
        ensure_demo()
        with beside(training), serving(port) as process:
            asyncio.run(answered(port))
            come = partial(crowd, port, process.pid, sessions=sessions, seconds=seconds, think=think)
            figures = asyncio.run(come()).summary()
            if pictures:
                sender = Log()
                log, sent = asyncio.run(beside_one_who_sends(port, sender, pictures, come()))
                figures["beside_one_who_sends"] = log.summary() | {"sent": sent, "senders_errors": sender.errors}
        tracebacks = (Path(folder) / "server.log").read_text(errors="replace").count("Traceback")
    return figures | {"sessions": sessions, "seconds": seconds, "training": training, "tracebacks": tracebacks}


def main():
    """Reads the options, measures, and prints one line of JSON."""
    options = argparse.ArgumentParser(prog="python -m tests.tools.load", description=__doc__)
    options.add_argument("--sessions", type=int, default=50)
    options.add_argument("--seconds", type=float, default=300)
    options.add_argument("--think", type=float, default=THINK, help="the longest pause between two pages, in seconds")
    options.add_argument("--port", type=int, default=8599)
    options.add_argument("--pictures", type=int, default=0, help="then again beside one who uploads this many at once")
    options.add_argument("--training", action="store_true", help="train beside them")
    chosen = vars(options.parse_args())
    sys.stdout.write(json.dumps(measure(chosen.pop("port"), **chosen)) + "\n")


if __name__ == "__main__":
    main()
