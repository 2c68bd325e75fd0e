"""How accurate a taught head is after 10 to 1,000 examples a class.

``python -m tests.benchmark.learning_curve`` prints all: mean and standard deviation of several draws.
"""

import itertools
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial

import numpy as np

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.checkpoints.features import Features
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.drawn.canvas import one_thread
from fer_core.datasets.drawn.expression import blend, facs
from fer_core.datasets.drawn.person import random_person, random_view
from fer_core.datasets.drawn.portrait import draw_face
from fer_core.datasets.store import load_records
from fer_core.labels import LABEL_SCHEMES, SPLITS
from fer_core.lessons.teach.examples import ExampleClass, Examples, Recording, apart
from fer_core.lessons.teach.head import HEAD_TITLES, HeadKind
from fer_core.lessons.teach.sources import dataset_rows
from fer_core.lessons.teach.teaching import FeatureStore, answers, teach
from tests.benchmark.figure import Bench
from tests.benchmark.realdata import imported

_SIZES = 10, 30, 100, 300, 1000  # examples a class, or as many as there are
_BASES = "fer-lab", "paper-cnn"
_DRAWS = 5
_SCHEME = LABEL_SCHEMES["majority-8"]
_ALL = 100_000  # more than any class has
_MOVES = {
    "at rest": "",
    "brows up": "1 2",
    "brows knit": "4",
    "eyes half closed": "43",
    "nose wrinkled": "9",
    "half a smile": "12R",
    "lips stretched": "20",
    "jaw dropped": "26",
}
_DRAWN, _DRAWN_TEST = 600, 200  # faces of a class


@cache
def _records() -> FaceRecords:
    with imported() as name:
        records = load_records(name)
        return replace(records, images=np.array(records.images))  # the file goes with the block


def _split(split: str) -> Examples:
    """All faces of a split of FER+, by what most voters said."""
    rows = np.flatnonzero(_records().split == SPLITS.index(split))
    part = replace(_records().take(rows), split=np.zeros(len(rows), np.uint8))  # as training faces, which may be taught
    drawn = partial(dataset_rows, part, _SCHEME, "FER+", count=_ALL, agreement=0.0, seed=0)
    return Examples(tuple(ExampleClass(name, (drawn(name),)) for name in _SCHEME.class_names))


def _moving(count: int, seed: int) -> Examples:
    """Drawn people who each make one move, or none: classes that no network was trained to name."""

    def recording(place: int, units: str) -> Recording:
        rng = np.random.default_rng([seed, place])
        shown = ((random_person(rng), blend({facs(units): float(rng.uniform(0.5, 1.0))})) for _ in range(count))
        return apart("Drawn", np.stack([draw_face(*each, random_view(rng)) for each in shown]))

    with one_thread():
        made = [(name, recording(place, units)) for place, (name, units) in enumerate(_MOVES.items())]
    return Examples(tuple(ExampleClass(name, (each,)) for name, each in made))


SOURCES: Mapping[str, tuple[Callable[[], Examples], Callable[[], Examples]]] = {
    "train": (partial(_split, "train"), partial(_split, "test")),
    "validation": (partial(_split, "validation"), partial(_split, "test")),
    "drawn": (partial(_moving, _DRAWN, 1), partial(_moving, _DRAWN_TEST, 2)),
}
"""By name, what examples are drawn from and what their head is tested on: FER+'s splits, and other drawn people."""

_BARS = {
    ("train", "fer-lab"): 80.0,
    ("train", "paper-cnn"): 60.0,
    ("validation", "fer-lab"): 78.0,
    ("validation", "paper-cnn"): 59.0,
    ("drawn", "fer-lab"): 88.0,
    ("drawn", "paper-cnn"): 79.0,
}
"""What 30 examples a class have to reach: two standard deviations below what they did, in round numbers."""


@cache
def _faces(source: str) -> tuple[Examples, Examples]:
    pool, test = SOURCES[source]
    return pool(), test()


@cache
def _store(base: str) -> FeatureStore:
    checkpoint = load_checkpoint(base)
    return FeatureStore(checkpoint, Features(checkpoint))


def by_lot(pool: Examples, size: int, seed: int) -> Examples:
    """At most this many examples of each class of a pool with one recording a class."""
    rng = np.random.default_rng([seed, size])
    chosen = [np.sort(rng.permutation(len(one))[:size]).tolist() for one in pool.classes]
    classes = zip(pool.classes, chosen, strict=True)
    return Examples(tuple(replace(one, recordings=(one.recordings[0].take(rows),)) for one, rows in classes))


@cache
def accuracies(source: str, base: str, kind: HeadKind, size: int) -> tuple[tuple[float, float, float], ...]:
    """Of each draw: per cent of the test faces, their mean over the classes, and the held-out figure of the page."""
    (pool, test), store = _faces(source), _store(base)
    found = []
    for seed in range(_DRAWS):
        taught = teach(store, by_lot(pool, size, seed), kind)
        report = answers("test", taught.head.probabilities(store.of(test.images)), test)
        held_out = taught.held_out.accuracy if taught.held_out else np.nan
        found.append((100 * report.accuracy, 100 * report.balanced_accuracy, 100 * held_out))
    return tuple(found)


def mean_accuracy(source: str, base: str, kind: HeadKind, size: int = 30) -> float:
    """Per cent of the test faces, the mean of the draws."""
    return statistics.fmean(draw[0] for draw in accuracies(source, base, kind, size))


def table() -> Iterator[str]:
    """The learning curves in Markdown, a line each figure that most classes have faces enough for."""
    for source, base, kind, size in itertools.product(SOURCES, _BASES, HEAD_TITLES, _SIZES):
        if size <= statistics.median(map(len, _faces(source)[0].classes)):
            columns = zip(*accuracies(source, base, kind, size), strict=True)
            cells = (f"{statistics.fmean(each):.1f} ± {statistics.stdev(each):.1f}" for each in columns)
            yield f"| {source} | {base} | {HEAD_TITLES[kind]} | {size:,} | {' | '.join(cells)} |"


CURVE_BENCHES = tuple(
    Bench(
        f"teach.curve_{source}_{base}_{kind}", "% of test faces", low, 100.0, partial(mean_accuracy, source, base, kind)
    )
    for (source, base), low in _BARS.items()
    for kind in HEAD_TITLES
)
"""Accuracy after 30 examples a class."""

if __name__ == "__main__":
    for line in table():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
