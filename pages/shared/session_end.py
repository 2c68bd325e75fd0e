"""What belongs to one person's session ends with it, also on a server that nobody visits any more."""

import threading
import time
from typing import Any
from weakref import finalize

from streamlit import runtime
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

_STEP = 10.0  # seconds between two looks
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


def _wait(server: Runtime, session: str, finish: "finalize[..., Any]", step: float) -> None:
    absences = 0
    while finish.alive and absences < _ABSENCES:
        time.sleep(step)
        absences = 0 if server.is_active_session(session) else absences + 1
    finish()
