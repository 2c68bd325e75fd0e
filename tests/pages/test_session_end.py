"""What a session leaves behind is deleted when its tab is gone for good, and not before."""

import threading
import time
from types import SimpleNamespace
from weakref import finalize

import pytest

from pages.shared import session_end


class Server:
    """A server on which a session is there or not, look by look."""

    def __init__(self, *looks):
        self.looks = list(looks)
        self.count = 0

    def is_active_session(self, session):
        assert session == "mine"
        self.count += 1
        return self.looks.pop(0) if self.looks else False


class Thing:
    """What a finalizer needs to stand for."""


@pytest.fixture
def opened(monkeypatch):
    """A server, and a finalizer that waits for its session."""

    def open_(server):
        ended = []
        thing = Thing()
        finish = finalize(thing, ended.append, "ended")
        monkeypatch.setattr(session_end, "get_script_run_ctx", lambda: SimpleNamespace(session_id="mine"))
        monkeypatch.setattr(session_end.runtime, "exists", lambda: True)
        monkeypatch.setattr(session_end.runtime, "get_instance", lambda: server)
        session_end.finish_with_session(finish, step=0.005)
        return thing, finish, ended

    return open_


@pytest.fixture
def waited():
    """Waits until nothing that this test began waits for a session; other tests' pages may still be kept by theirs."""
    before = set(threading.enumerate())

    def wait():
        deadline = time.monotonic() + 20
        while any(thread.name == "session end" for thread in set(threading.enumerate()) - before):
            assert time.monotonic() < deadline
            time.sleep(0.005)

    return wait


def test_it_ends_some_time_after_the_tab_is_gone(opened, waited):
    server = Server(True, True)
    thing, finish, ended = opened(server)
    waited()
    assert ended == ["ended"]
    assert not finish.alive
    assert server.count == 2 + session_end._ABSENCES
    assert thing


def test_a_tab_that_comes_back_counts_anew(opened, waited):
    server = Server(*[False] * (session_end._ABSENCES - 1), True)
    _thing, _, ended = opened(server)
    waited()
    assert ended == ["ended"]
    assert server.count == 2 * session_end._ABSENCES


def test_nothing_waits_once_it_has_ended(opened, waited):
    server = Server(*[True] * 10_000)
    _thing, finish, ended = opened(server)
    finish()
    waited()
    assert ended == ["ended"]


def test_without_a_server_nobody_waits(waited):
    thing = Thing()
    session_end.finish_with_session(finalize(thing, list))
    waited()


def test_a_session_is_closed_on_the_server_s_own_thread_and_never_while_it_is_there():
    calls = []
    loop = SimpleNamespace(is_closed=lambda: False, call_soon_threadsafe=lambda call, session: calls.append(session))
    active = {"there"}
    server = SimpleNamespace(
        _get_async_objs=lambda: SimpleNamespace(eventloop=loop),
        is_active_session=active.__contains__,
        close_session=None,
    )
    session_end._close(server, "there")
    assert calls == []
    session_end._close(server, "gone")
    assert calls == ["gone"]


def test_only_the_first_run_of_a_session_waits_for_its_end(monkeypatch):
    waiting, state = [], {}
    monkeypatch.setattr(session_end.st, "session_state", state)
    monkeypatch.setattr(session_end, "get_script_run_ctx", lambda: SimpleNamespace(session_id="mine"))
    monkeypatch.setattr(session_end.runtime, "exists", lambda: True)
    monkeypatch.setattr(session_end.runtime, "get_instance", lambda: Server(True))
    monkeypatch.setattr(session_end, "finish_with_session", lambda finish, step: waiting.append(finish))
    closed = []
    monkeypatch.setattr(session_end, "_close", lambda server, session: closed.append(session))
    session_end.forget_with_session()
    session_end.forget_with_session()
    assert len(waiting) == 1
    assert closed == []
    state.clear()  # Streamlit forgot it by itself
    assert closed == ["mine"]
    assert not waiting[0].alive
