"""What belongs to one person's session ends with it, also on a server that nobody visits any more."""

import ctypes
import gc
import sys
import threading
import time
from typing import Any
from weakref import finalize

import streamlit as st

from pages.shared.streamlit_internals import Session, current_session

SECONDS_BETWEEN_LOOKS = 10.0
ABSENCES = 18
"""Looks in a row at which a tab was gone: one that reloads or a laptop that naps comes back in time."""

_PAUSE = 20.0  # seconds
_FORGETS = "session end"
_collection_is_due = threading.Lock()
_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
"""GNU's C library keeps what was freed, spread over the many threads that pages ran in, until it is asked."""


def finish_with_session(finish: "finalize[..., Any]") -> None:
    """Call a finalizer about three minutes after this session's tab was closed.

    Streamlit itself forgets a session only when another one comes.
    """
    if session := current_session():
        _watch(session, finish)


def forget_with_session(session: Session | None) -> None:
    """Have the server forget a session, with its pictures and uploads, three minutes after its tab was closed.

    Called in every run; the first one counts.
    """
    if session is not None and _FORGETS not in st.session_state:
        forgets = st.session_state[_FORGETS] = _InSession()
        _watch(session, finalize(forgets, _close, session))


def wait_for_end(session: Session, finish: "finalize[..., Any]") -> None:
    """Call a finalizer when a session's tab has been gone for some time; return early when it was called otherwise."""
    absences = 0
    while finish.alive and absences < ABSENCES:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        absences = 0 if session.is_open else absences + 1
    finish()


def collect_soon(*, pause: float = _PAUSE) -> None:
    """Have what pages and sessions left behind collected a little later, with what others leave until then.

    A full collection looks at every object of the process, which takes longer than most pages do and holds up
    everybody's meanwhile; so ``runner.postScriptGC`` is off.
    """
    if _collection_is_due.acquire(blocking=False):
        timer = threading.Timer(pause, _collect)
        timer.name, timer.daemon = "garbage", True
        timer.start()


class _InSession:
    """Stands for a session: gone when Streamlit forgot that by itself, and then nothing waits any more."""


def _watch(session: Session, finish: "finalize[..., Any]") -> None:
    threading.Thread(target=wait_for_end, args=(session, finish), name="session end", daemon=True).start()


def _close(session: Session) -> None:
    session.close()
    collect_soon()


def _collect() -> None:
    _collection_is_due.release()  # what is left behind from now on is for the next time
    gc.collect()
    if _trim is not None:
        _trim(0)
