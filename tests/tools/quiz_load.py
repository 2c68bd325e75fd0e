"""A class of pupils without browsers: how soon a vote is counted on the host's screen, and whether any is lost.

``python -m tests.tools.quiz_load --pupils 40`` starts the app over a home of its own, opens a room as a host, lets the
pupils in, has all of them vote on each face within two seconds, and prints the figures as one line of JSON. Each
visitor is a WebSocket that refreshes its screen as often as a browser does.
"""

import argparse
import asyncio
import json
import random
import re
import tempfile
import time

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect

from fer_core.datasets.store import ensure_demo
from fer_core.labels import EMOTIONS
from tests.benchmark.homes import home_of
from tests.tools.load import _EARLY, answered, serving

HURRY = 2.0
"""Seconds within which a class votes."""


class Visitor:
    """One browser: its socket, what its page shows now, and the intervals at which it refreshes itself."""

    def __init__(self, socket, query, token):
        self.socket, self.query, self.token = socket, query, token
        self.elements, self.refreshed, self._states = {}, {}, {}

    async def run(self, *states, fragment="", automatic=False):
        """Runs the page, or a fragment of it, with these states of widgets, until it is complete."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.page_name, rerun.query_string = "quiz", self.query
        rerun.fragment_id, rerun.is_auto_rerun = fragment, automatic
        self._states |= {state.id: state for state in states if not state.trigger_value}
        rerun.widget_states.widgets.extend([*self._states.values(), *(s for s in states if s.trigger_value)])
        if not fragment:
            self.elements, self.refreshed = {}, {}
        await self.socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self.socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "delta":
                self._draw(answer)
            elif kind == "auto_rerun":
                self.refreshed[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
            elif kind == "page_info_changed":
                self.query = answer.page_info_changed.query_string
            elif kind == "script_finished" and answer.script_finished != _EARLY:
                return self

    def _draw(self, message):
        place = tuple(message.metadata.delta_path)
        for known in [known for known in self.elements if known[: len(place)] == place]:
            del self.elements[known]
        if message.delta.WhichOneof("type") == "new_element":
            self.elements[place] = message.delta.new_element

    def shown(self, kind):
        """The elements of a kind, in their order on the page."""
        found = [self.elements[place] for place in sorted(self.elements)]
        return [getattr(element, kind) for element in found if element.WhichOneof("type") == kind]

    async def open(self):
        """Opens the page and gives it the browser's token."""
        await self.run()
        for component in self.shown("bidi_component"):
            if "browser_token" in component.id:
                await self.run(WidgetState(id=component.id, json_value=json.dumps({"token": self.token})))
        return self

    async def press(self, label):
        """Presses a button; returns whether there is one."""
        button = next((button for button in self.shown("button") if button.label == label), None)
        if button is not None:
            fragment = next(iter(self.refreshed), "")
            await self.run(WidgetState(id=button.id, trigger_value=True), fragment=fragment)
        return button is not None

    async def refresh(self):
        """Does what a browser does by itself after the interval that the page named."""
        fragment, interval = next(iter(self.refreshed.items()))
        await asyncio.sleep(interval)
        await self.run(fragment=fragment, automatic=True)

    def figure(self, label):
        """The number in a tile."""
        return next((int(metric.body) for metric in self.shown("metric") if metric.label == label), 0)


def _token(number):
    return f"{number:032x}"


async def _arrive(url, query, number):
    socket = await connect(url, subprotocols=["streamlit"], max_size=None, open_timeout=60)
    return await Visitor(socket, query, _token(number)).open()


async def _vote(pupil, rng, sent):
    """Waits for a face, takes a moment, votes, and votes again as one who is impatient does."""
    while not any(button.label in EMOTIONS for button in pupil.shown("button")):
        await pupil.refresh()
    await asyncio.sleep(rng.uniform(0, HURRY))
    answer = rng.choice(EMOTIONS)
    sent.append(time.monotonic())
    await pupil.press(answer)
    await pupil.press(answer)


async def _watch(host, pupils, counted):
    """The host's screen, until every vote is on it: when each number was first seen."""
    while len(counted) < pupils:
        await host.refresh()
        now = time.monotonic()
        counted += [now] * (host.figure("Voted") - len(counted))


async def play(port, pupils, faces):
    """A round of a class; the seconds from each vote to the host's screen, and how many were lost or came twice."""
    url = f"ws://localhost:{port}/_stcore/stream"
    host = await _arrive(url, "dataset=demo", 10**6)
    await host.press("Open a room")
    code = re.search(r"room=(\w+)", host.query)[1]
    class_ = await asyncio.gather(*(_arrive(url, f"room={code}", number) for number in range(pupils)))
    while not any(f"**{pupils} joined**" in text.body for text in host.shown("markdown")):
        await asyncio.gather(host.refresh(), *(pupil.refresh() for pupil in class_))
    await host.press("Show first face")
    waits, wrong = [], 0
    for face in range(faces):
        sent, counted = [], []
        votes = (_vote(pupil, random.Random(f"{face} {pupil.token}"), sent) for pupil in class_)
        await asyncio.wait_for(asyncio.gather(_watch(host, pupils, counted), *votes), 120)
        waits += [seen - sent for sent, seen in zip(sorted(sent), counted, strict=True)]
        await host.refresh()
        wrong += abs(host.figure("Voted") - pupils)
        await host.press("Reveal")
        await host.press("Next face")
    for visitor in (host, *class_):
        await visitor.socket.close()
    return waits, wrong


def measure(port, *, pupils, faces=5):
    """Starts the app over a home of its own and has a class play a round in it; five or ten faces make a round."""
    with tempfile.TemporaryDirectory(prefix="fer-quiz-") as folder, home_of(folder):
        ensure_demo()
        with serving(port):
            asyncio.run(answered(port))
            waits, wrong = asyncio.run(play(port, pupils, faces))
    p50, p95 = np.percentile(waits, [50, 95])
    return {
        "pupils": pupils,
        "votes": len(waits),
        "lost_or_double": wrong,
        "p50_seconds": round(float(p50), 3),
        "p95_seconds": round(float(p95), 3),
    }


def main():
    """Reads the options, measures, and prints one line of JSON."""
    options = argparse.ArgumentParser(prog="python -m tests.tools.quiz_load", description=__doc__)
    options.add_argument("--pupils", type=int, default=40)
    options.add_argument("--faces", type=int, default=5)
    options.add_argument("--port", type=int, default=8599)
    chosen = options.parse_args()
    print(json.dumps(measure(chosen.port, pupils=chosen.pupils, faces=chosen.faces)))


if __name__ == "__main__":
    main()
