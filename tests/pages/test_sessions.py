"""What a session leaves behind is deleted when its tab is gone for good, and not before; garbage goes all at once."""

import gc
import threading
import time
import tomllib
from types import SimpleNamespace
from weakref import finalize, ref

import pytest
import streamlit as st

from fer_core.storage.files import PROJECT
from pages.shared import sessions
from pages.shared.streamlit_internals import Session

ABSENCES = sessions.ABSENCES


class Server:
    """A server on which the session "mine" is there or not, look by look."""

    def __init__(self, *looks):
        self.looks = list(looks)
        self.count = 0
        self.closed = []

    def is_active_session(self, session):
        assert session == "mine"
        self.count += 1
        return self.looks.pop(0) if self.looks else False

    def close_session(self, session):
        self.closed.append(session)

    def _get_async_objs(self):
        loop = SimpleNamespace(is_closed=lambda: False, call_soon_threadsafe=lambda call, session: call(session))
        return SimpleNamespace(eventloop=loop)


class Thing:
    """What a finalizer needs to stand for, and what only a full collection frees."""

    def __init__(self):
        self.itself = self


def waiting():
    return {thread for thread in threading.enumerate() if thread.name == "session end"}


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr(sessions, "SECONDS_BETWEEN_LOOKS", 0.005)


@pytest.mark.parametrize(
    ("looks", "count"), [([True, True], 2 + ABSENCES), ([*[False] * (ABSENCES - 1), True], 2 * ABSENCES)]
)
def test_it_ends_some_time_after_the_tab_is_gone_and_one_that_comes_back_counts_anew(looks, count):
    server, ended, thing = Server(*looks), [], Thing()
    finish = finalize(thing, ended.append, "ended")
    sessions.wait_for_end(Session(server, "mine"), finish)
    assert ended == ["ended"]
    assert not finish.alive
    assert server.count == count


def test_nothing_waits_once_it_has_ended():
    server, ended, thing = Server(True), [], Thing()
    finish = finalize(thing, ended.append, "ended")
    finish()
    sessions.wait_for_end(Session(server, "mine"), finish)
    assert ended == ["ended"]
    assert server.count == 0


def test_without_a_server_nobody_waits():
    thing, before = Thing(), waiting()
    sessions.finish_with_session(finalize(thing, list))
    sessions.forget_with_session(None)
    assert waiting() <= before


@pytest.mark.parametrize("is_there", [True, False])
def test_a_session_is_closed_on_the_server_s_own_thread_and_never_while_it_is_there(is_there):
    server = Server(is_there)
    Session(server, "mine").close()
    assert server.closed == ([] if is_there else ["mine"])


def test_only_the_first_run_of_a_session_waits_for_its_end(monkeypatch):
    state, server, before = {}, Server(*[True] * 10), waiting()
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(sessions, "SECONDS_BETWEEN_LOOKS", 0.2)
    sessions.forget_with_session(Session(server, "mine"))
    sessions.forget_with_session(Session(server, "mine"))
    (thread,) = waiting() - before
    assert server.closed == []
    server.looks.clear()
    state.clear()  # Streamlit forgot it by itself
    gc.collect()
    assert server.closed == ["mine"]
    thread.join(10)
    assert server.closed == ["mine"]


@pytest.fixture
def collections(monkeypatch):
    """Counts full collections; other tests' pages may still have one due."""
    counted, collect = [], gc.collect
    monkeypatch.setattr(gc, "collect", lambda: (counted.append("full"), collect()))
    return counted


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_one_collection_serves_all_who_asked_until_then(collections):
    thing = ref(Thing())
    for _ in range(50):
        sessions.collect_soon(pause=0.2)
    wait_for(lambda: collections and thing() is None)
    assert len(collections) == 1


def test_it_can_be_asked_for_again(collections):
    for count in (1, 2):
        sessions.collect_soon(pause=0.01)
        wait_for(lambda: len(collections) >= count)  # noqa: B023  # called at once


def test_streamlit_does_not_collect_after_every_page():
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())
    assert settings["runner"]["postScriptGC"] is False
