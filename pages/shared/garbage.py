"""Python's full garbage collection: once for all pages of some seconds, not after each of them.

It looks at every object of the process, which takes longer than most pages do and holds up everybody's meanwhile; so
``runner.postScriptGC`` is off.
"""

import ctypes
import gc
import sys
import threading

_PAUSE = 20.0  # seconds
_is_due = threading.Lock()
_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
"""GNU's C library keeps what was freed, spread over the many threads that pages ran in, until it is asked."""


def collect_soon(*, pause: float = _PAUSE) -> None:
    """Has what pages and sessions left behind collected a little later, together with what others leave until then.

    Args:
        pause: Seconds until then.
    """
    if _is_due.acquire(blocking=False):
        timer = threading.Timer(pause, _collect)
        timer.name, timer.daemon = "garbage", True
        timer.start()


def _collect() -> None:
    _is_due.release()  # what is left behind from now on is for the next time
    gc.collect()
    if _trim is not None:
        _trim(0)
