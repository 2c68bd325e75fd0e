"""A fixed number of slots for webcams, which sessions take, hold while in use, and lose when they fall silent."""

import threading
import time
from collections.abc import Callable


class WebcamSlots:
    """Slots for webcams, each held by one session at a time; safe for threads.

    A holder who calls neither :meth:`keep` nor :meth:`take` for ``silence`` seconds of the clock is thought to be gone.
    """

    def __init__(self, count: int, *, silence: float = 20.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.count, self._silence, self._clock = count, silence, clock
        self._lock = threading.Lock()
        self._heard: dict[str, float] = {}

    def take(self, holder: str) -> bool:
        """Take a slot, or keep the one this holder has; False when all are taken by others."""
        with self._lock:
            self._free_silent()
            if holder not in self._heard and len(self._heard) >= self.count:
                return False
            self._heard[holder] = self._clock()
            return True

    def keep(self, holder: str) -> None:
        """Note that a holder is still there; one without a slot gets none by it."""
        with self._lock:
            if holder in self._heard:
                self._heard[holder] = self._clock()

    def leave(self, holder: str) -> None:
        """Give a slot back; does no harm twice."""
        with self._lock:
            self._heard.pop(holder, None)

    @property
    def taken(self) -> int:
        """How many are taken now."""
        with self._lock:
            self._free_silent()
            return len(self._heard)

    def _free_silent(self) -> None:
        now = self._clock()
        self._heard = {holder: heard for holder, heard in self._heard.items() if now - heard <= self._silence}
