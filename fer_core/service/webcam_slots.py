"""A fixed number of places that sessions take, hold while they use them, and lose when they fall silent."""

import threading
import time
from collections.abc import Callable


class Places:
    """Places for at most so many holders at a time; safe for threads.

    Args:
        count: How many there are.
        silence: Seconds after which a holder who does not call :meth:`keep` or :meth:`take` is thought to be gone.
        clock: Seconds that only grow.
    """

    def __init__(self, count: int, *, silence: float = 20.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.count = count
        self._silence = silence
        self._clock = clock
        self._lock = threading.Lock()
        self._heard: dict[str, float] = {}

    def take(self, holder: str) -> bool:
        """Takes a place, or keeps the one this holder has; False when all are taken by others."""
        with self._lock:
            self._let_go_of_the_silent()
            if holder not in self._heard and len(self._heard) >= self.count:
                return False
            self._heard[holder] = self._clock()
            return True

    def keep(self, holder: str) -> None:
        """Says that a holder is still there; whoever has no place gets none by it."""
        with self._lock:
            if holder in self._heard:
                self._heard[holder] = self._clock()

    def leave(self, holder: str) -> None:
        """Gives a place back; does no harm twice."""
        with self._lock:
            self._heard.pop(holder, None)

    @property
    def taken(self) -> int:
        """How many are taken now."""
        with self._lock:
            self._let_go_of_the_silent()
            return len(self._heard)

    def _let_go_of_the_silent(self) -> None:
        now = self._clock()
        self._heard = {holder: heard for holder, heard in self._heard.items() if now - heard <= self._silence}
