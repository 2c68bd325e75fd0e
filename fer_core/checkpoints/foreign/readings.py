"""Which order of classes and which scaling an imported network was trained with, told by its answers to known faces."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.answers import ANSWERS_FILE
from fer_core.checkpoints.card import Calibration, MeasuredFigures, ModelCard
from fer_core.checkpoints.checkpoint import Checkpoint, check_own, update_card
from fer_core.checkpoints.spec import NetworkSpec, Reading
from fer_core.errors import CheckpointError
from fer_core.labels import KNOWN_ORDERS, majority_scheme
from fer_core.storage.plaintext import percent

YOURS, FITTED = "yours", "fitted"
SUSPICIOUS = 0.08
"""A reading that is right about that many more of the faces is proposed in place of the chosen one."""

_Called = NDArray[np.int64]


def tried_readings(
    called: Mapping[NetworkSpec, _Called], labels: Sequence[str], class_names: tuple[str, ...], outputs: int
) -> tuple[Reading, ...]:
    """Score every order of classes with every scaling.

    Args:
        called: Which output was largest for each face, ``(n,)``, by what the network was told to expect.
        labels: The faces' classes.
        class_names: The order that was asked for; none where it is to be found.
        outputs: How many classes the network has.

    Returns:
        All readings, the best first; of equal ones the order that was asked for, then a known one.

    Raises:
        CheckpointError: No order was asked for, and no known order has that many classes.
    """
    orders = {YOURS: class_names} if class_names else {}
    orders |= {name: order for name, order in KNOWN_ORDERS.items() if len(order) == outputs and order != class_names}
    if not orders:
        raise CheckpointError(
            f"The network has {outputs} outputs, and no known class order has that number. List the classes in the "
            "order of its outputs, separated by commas.",
            is_hint=True,
        )
    readings = [
        Reading(name, order, spec, _accuracy(answers, order, labels))
        for spec, answers in called.items()
        for name, order in orders.items()
    ]
    best = max(readings, key=lambda reading: reading.accuracy)
    readings += [_fitted(answers, labels, best.class_names, spec) for spec, answers in called.items()]
    known = {(reading.class_names, reading.spec) for reading in readings if reading.order != FITTED}
    kept = [r for r in readings if r.order != FITTED or (r.class_names, r.spec) not in known]
    return tuple(sorted(kept, key=lambda reading: -reading.accuracy))


def best_reading(readings: Sequence[Reading]) -> Reading:
    """Return the best reading; a fitted order has to be clearly better than every known one."""
    known = next(reading for reading in readings if reading.order != FITTED)
    return readings[0] if readings[0].accuracy > known.accuracy + SUSPICIOUS else known


def better_reading(card: ModelCard) -> Reading | None:
    """Return the reading that is clearly better than the one in use, if there is one."""
    used = next((reading for reading in card.readings if is_used(card, reading)), None)
    best = best_reading(card.readings) if card.readings else None
    return best if used and best and best.accuracy > used.accuracy + SUSPICIOUS else None


def is_used(card: ModelCard, reading: Reading) -> bool:
    """Return whether a checkpoint is read that way."""
    return (reading.class_names, reading.spec) == (card.class_names, card.spec)


def with_reading(card: ModelCard, reading: Reading) -> ModelCard:
    """Return a card whose network is read in another way; what was measured before is void."""
    card = replace(
        card,
        class_names=reading.class_names,
        spec=reading.spec,
        input=f"48x48 gray faces, raw values 0 to 255; the network gets {reading.spec.in_words}",
        config=card.config | {"scheme": majority_scheme(reading.class_names), "scaling": reading.spec.scaling},
        calibration=Calibration(),
        measured=MeasuredFigures(),
        files={name: digest for name, digest in card.files.items() if name != ANSWERS_FILE},
    )
    better = better_reading(card)
    doubts = (_doubt(reading, better),) if better else ()
    notes = tuple(note for note in card.notes if note not in card.doubts)
    return replace(card, doubts=doubts, notes=notes + doubts)


def use_reading(checkpoint: Checkpoint, reading: Reading) -> Checkpoint:
    """Read an imported network in another way from now on; its file does not change.

    Raises:
        CheckpointError: The checkpoint is shipped, or its card cannot be written.
    """
    check_own(checkpoint)
    return update_card(checkpoint, with_reading(checkpoint.card, reading))


def _doubt(used: Reading, better: Reading) -> str:
    return (
        f"With these classes and this scaling it has about {percent(used.accuracy)} accuracy on the faces it was "
        "tried on. "
        f"With the order “{better.order}” ({', '.join(better.class_names)}) and {better.spec.in_words} it has about "
        f"{percent(better.accuracy)}; it may have been trained with these."
    )


def _accuracy(called: _Called, class_names: Sequence[str], labels: Sequence[str]) -> float:
    """The share of right answers among the faces whose class the network has."""
    names = np.array(class_names)[called]
    has = np.isin(labels, class_names)
    return float(np.mean(names[has] == np.array(labels)[has])) if has.any() else 0.0


def _fitted(called: _Called, labels: Sequence[str], class_names: Sequence[str], spec: NetworkSpec) -> Reading:
    """The order that suits the answers best; scored on other faces than those it was fitted to."""
    places = np.arange(len(labels))
    scores = []
    for half in (places % 2 == 0, places % 2 == 1):
        order = _assigned(called[half], np.array(labels)[half], class_names)
        scores.append(_accuracy(called[~half], order, np.array(labels)[~half].tolist()))
    return Reading(FITTED, _assigned(called, np.array(labels), class_names), spec, float(np.mean(scores)))


def _assigned(called: _Called, labels: NDArray[np.str_], class_names: Sequence[str]) -> tuple[str, ...]:
    """Give each output the class whose faces it is called for most, all in all (the assignment problem)."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 (takes a while, for an import only)

    votes = np.array([[np.sum((called == output) & (labels == name)) for name in class_names]
                      for output in range(len(class_names))])  # fmt: skip
    return tuple(class_names[place] for place in linear_sum_assignment(votes, maximize=True)[1])
