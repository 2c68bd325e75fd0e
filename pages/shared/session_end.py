"""What belongs to one person's session ends with it, also on a server that nobody visits any more."""

import threading
import time
from typing import Any
from weakref import finalize

import streamlit as st
from streamlit import runtime
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared.garbage import collect_soon

_STEP = 10.0  # seconds between two looks
_FORGETS = "session end"
_ABSENCES = 18  # looks in a row at which nobody was there: a tab that reloads or a laptop that naps comes back in time


def finish_with_session(finish: "finalize[..., Any]", *, step: float = _STEP) -> None:
    """Calls a finalizer about three minutes after this session's tab was closed.

    Streamlit itself forgets a session only when another one comes.

    Args:
        finish: What is to be called; once it has been, nothing waits any more.
        step: Seconds between two looks at the session.
    """
    context = get_script_run_ctx()
    if context is not None and runtime.exists():
        arguments = runtime.get_instance(), context.session_id, finish, step
        threading.Thread(target=_wait, args=arguments, name="session end", daemon=True).start()


def forget_with_session(*, step: float = _STEP) -> None:
    """Has the server forget this session, with its pictures and uploads, three minutes after its tab was closed.

    Called in every run; the first one counts.
    """
    context = get_script_run_ctx()
    if context is None or not runtime.exists() or _FORGETS in st.session_state:
        return
    forgets = _Session()
    st.session_state[_FORGETS] = forgets
    finish_with_session(finalize(forgets, _close, runtime.get_instance(), context.session_id), step=step)


class _Session:
    """Stands for a session: gone when Streamlit forgot that by itself, and then nothing waits any more."""


def _close(server: Runtime, session: str) -> None:
    """Closes a session for good, on the server's own thread as Streamlit asks; one that is closed stays so."""
    loop = server._get_async_objs().eventloop  # Streamlit has no public door to it
    if not loop.is_closed() and not server.is_active_session(session):
        loop.call_soon_threadsafe(server.close_session, session)
        collect_soon()


def _wait(server: Runtime, session: str, finish: "finalize[..., Any]", step: float) -> None:
    absences = 0
    while finish.alive and absences < _ABSENCES:
        time.sleep(step)
        absences = 0 if server.is_active_session(session) else absences + 1
    finish()
