"""Measures what the project promises: ratios taken in one run, medians, each beside its bar."""

from tests.benchmark.figure import Bench, Figure, measure_bench
from tests.benchmark.rooms import BENCHES

__all__ = ["BENCHES", "Bench", "Figure", "measure"]


def measure(prefix: str = "") -> tuple[Figure, ...]:
    """Measures every figure whose name begins with a prefix.

    Args:
        prefix: ``data.``, ``training.``, ``evaluation.`` … or a whole name; by default all.

    Returns:
        The figures in the order of the rooms; one that needs something absent says so and holds neither way.
    """
    return tuple(measure_bench(bench) for bench in BENCHES if bench.name.startswith(prefix))
