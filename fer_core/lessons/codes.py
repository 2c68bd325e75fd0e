"""What several browsers share under a short code, such as a quiz's room: kept in memory only, for some hours."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

CODE_LENGTH = 5
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is mistaken for another when read from a wall

_Shared = TypeVar("_Shared")


class SharedByCode(Generic[_Shared]):
    """Values that are shared now; the most recently used ones are kept, each for some hours after its last use."""

    def __init__(
        self, most: int = 200, seconds: float = 3 * 3600.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._values: OrderedDict[str, tuple[float, _Shared]] = OrderedDict()

    def open(self, make: Callable[[str], _Shared]) -> _Shared:
        """Share what ``make`` makes of a new code."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH))
        value = make(code)
        with self._lock:
            self._values[code] = self._clock(), value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

    def shared(self) -> tuple[_Shared, ...]:
        """Return all that is shared now, the least recently used first."""
        with self._lock:
            now = self._clock()
            return tuple(value for used, value in self._values.values() if now - used <= self._seconds)

    def find(self, code: str) -> _Shared | None:
        """Return what is shared under a code, however it was typed, or None when it is not (any more)."""
        code = "".join(code.split()).upper()[:40]
        with self._lock:
            used, value = self._values.pop(code, (0.0, None))
            if value is None or self._clock() - used > self._seconds:
                return None
            self._values[code] = self._clock(), value
            return value
