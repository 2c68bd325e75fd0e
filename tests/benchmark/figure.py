"""A measured figure, its bar, and how the two are compared."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from fer_core.errors import FerError


class AbsentError(FerError):
    """What a figure is measured on is not there."""


@dataclass(frozen=True)
class Bench:
    """Something to measure.

    Attributes:
        name: Begins with its room, such as ``data.``.
        unit: Of the value.
        low: The lowest value that holds.
        high: The highest value that holds, or infinity.
        run: Measures the value; raises :class:`AbsentError` when something it needs is not there.
    """

    name: str
    unit: str
    low: float
    high: float
    run: Callable[[], float]

    @property
    def bar(self) -> str:
        """The bar in words."""
        if self.high == inf:
            return f"at least {self.low:g}"
        return f"at most {self.high:g}" if self.low <= 0 else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Figure:
    """What was measured.

    Attributes:
        name: As in :class:`Bench`.
        value: The figure, or None when it could not be measured.
        unit: Of the value.
        bar: The bar in words.
        holds: Whether the value is within the bar, or None when it could not be measured.
        reason: Why it could not be measured, or "".
    """

    name: str
    value: float | None
    unit: str
    bar: str
    holds: bool | None
    reason: str = ""

    def in_words(self) -> str:
        """The figure as a line for people."""
        if self.value is None:
            return f"{self.name}: not measured. {self.reason}"
        return f"{self.name}: {self.value:.4g} {self.unit} (bar: {self.bar}) {'holds' if self.holds else 'MISSED'}"


def measure_bench(bench: Bench) -> Figure:
    """Runs a bench and compares what it measured with its bar."""
    try:
        value = bench.run()
    except AbsentError as error:
        return Figure(bench.name, None, bench.unit, bench.bar, None, str(error))
    return Figure(bench.name, value, bench.unit, bench.bar, bench.low <= value <= bench.high)


def seconds(run: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def processor_seconds(run: Callable[[], object]) -> float:
    """How long this process, with all its threads, calculates for a call; other processes do not count."""
    start = time.process_time()
    run()
    return time.process_time() - start


def median_seconds(run: Callable[[], object], *, repeats: int) -> float:
    """The median time of several calls, after one that is not counted."""
    run()
    return statistics.median(seconds(run) for _ in range(repeats))
