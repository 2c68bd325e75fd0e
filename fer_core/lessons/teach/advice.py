"""What a set of examples teaches about data, in sentences: too few, unbalanced, or separated by something else."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fer_core.lessons.teach.examples import Examples
from fer_core.lessons.teach.teaching import Taught
from fer_core.storage.plaintext import listed, percent

_FEW = 10  # examples of a class
_UNEVEN = 3.0  # times the examples of the smallest class
_OVERFIT = 0.15  # by which training accuracy is above the held-out one
_TELLING = 0.9  # share of pairs of examples that brightness or contrast alone orders rightly
_LEAST = 8  # examples on both sides, or the share says nothing


def advise(examples: Examples, taught: Taught) -> tuple[str, ...]:
    """Return what to know about some examples and the head that was taught with them, the most urgent first."""
    examples = examples.ready()
    found = [*_recordings(examples, taught), *_sizes(examples), *_confounds(examples), *_overfitting(taught)]
    return tuple(found or ["Nothing looks wrong with these examples. Now try the head on another person."])


def _recordings(examples: Examples, taught: Taught) -> Iterator[str]:
    if taught.held_out is None:
        groups, labels = examples.groups, examples.labels
        alone = [name for label, name in enumerate(examples.class_names) if len(np.unique(groups[labels == label])) < 2]
        yield (
            f"Only one recording: {_quoted(alone)}. Frames of one recording are too similar to test on. Record each "
            "class at least twice."
        )


def _sizes(examples: Examples) -> Iterator[str]:
    counts = examples.counts()
    few = [name for name, count in counts.items() if count < _FEW]
    if few:
        yield f"Fewer than {_FEW} examples: {_quoted(few)}. Add more to reduce the effect of chance."
    smallest, largest = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    if counts[largest] >= _UNEVEN * counts[smallest]:
        yield (
            f"“{largest}” has {counts[largest] / counts[smallest]:.0f} times the examples of “{smallest}”. Training "
            "weights the classes equally, but a small one is learned less well."
        )


def _confounds(examples: Examples) -> Iterator[str]:
    pixels = examples.images.reshape(len(examples), -1).astype(np.float32)
    measures = {("brighter", "darker"): pixels.mean(axis=1), ("richer in contrast", "flatter"): pixels.std(axis=1)}
    for label, name in enumerate(examples.class_names):
        own = examples.labels == label
        for (more, less), values in measures.items():
            share = ordered_share(values[own], values[~own])
            if max(share, 1 - share) >= _TELLING:
                word = more if share > 0.5 else less
                yield (
                    f"Almost all “{name}” pictures are {word} than the others. The head may have learned the light "
                    "instead of the face. Record all classes in the same light."
                )
                break
        else:
            continue
        if len(examples.classes) == 2:
            return  # of two classes the other one says the same


def ordered_share(own: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    """Return how often one of ``(n,)`` own values is above one of ``(m,)`` others (the AUC); 0.5 for too few."""
    if min(len(own), len(others)) < _LEAST:
        return 0.5
    return float((own[:, None] > others).mean() + (own[:, None] == others).mean() / 2)


def _overfitting(taught: Taught) -> Iterator[str]:
    if taught.held_out and taught.train_accuracy - taught.held_out.accuracy > _OVERFIT:
        yield (
            f"{percent(taught.train_accuracy)} training accuracy, {percent(taught.held_out.accuracy)} on "
            "other recordings: it overfits. Add recordings, best of more people."
        )


def _quoted(names: list[str]) -> str:
    return listed([f"“{name}”" for name in names])
