"""The order of the classes and the scaling of a foreign network are told by its answers to known faces."""

import numpy as np
import pytest

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.checkpoint import CARD_FILE, Checkpoint, load_checkpoint
from fer_core.checkpoints.foreign.readings import (
    FITTED,
    YOURS,
    best_reading,
    better_reading,
    tried_readings,
    use_reading,
    with_reading,
)
from fer_core.checkpoints.spec import DEFAULT_SPEC, NetworkSpec
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.errors import CheckpointError
from fer_core.labels import FER2013_EMOTIONS, KNOWN_ORDERS, LABEL_SCHEMES, PAPER_EMOTIONS
from fer_core.storage.files import PROJECT, read_json

UNIT = NetworkSpec(scaling="unit")


def called_in(order, labels, *, right=1.0):
    """The outputs of a network of that order that is right about that share of the faces, and else guesses."""
    rng = np.random.default_rng(7)
    places = np.array([order.index(name) for name in labels])
    return np.where(rng.random(len(labels)) < right, places, rng.integers(0, len(order), len(places)))


LABELS = [name for name in PAPER_EMOTIONS for _ in range(40)]


def test_every_known_order_is_found_under_the_scaling_that_fits():
    for order in (order for order in KNOWN_ORDERS.values() if len(order) == 7 and "neutral" in order):
        called = {DEFAULT_SPEC: called_in(order, LABELS, right=0.2), UNIT: called_in(order, LABELS, right=0.7)}
        best = best_reading(tried_readings(called, LABELS, (), 7))
        assert (best.class_names, best.spec) == (order, UNIT)
        assert best.order in KNOWN_ORDERS
        assert 0.6 < best.accuracy < 0.8


def test_every_reading_is_there_with_its_share_the_best_first():
    called = {spec: called_in(FER2013_EMOTIONS, LABELS) for spec in (DEFAULT_SPEC, UNIT)}
    readings = tried_readings(called, LABELS, PAPER_EMOTIONS, 7)
    shares = [reading.accuracy for reading in readings]
    assert shares == sorted(shares, reverse=True)
    assert {(r.order, r.spec) for r in readings if r.order == YOURS} == {(YOURS, DEFAULT_SPEC), (YOURS, UNIT)}
    yours = next(reading for reading in readings if reading.order == YOURS)
    known = [names for names in KNOWN_ORDERS.values() if len(names) == 7]
    assert yours.accuracy == pytest.approx(
        np.mean([a == b for a, b in zip(PAPER_EMOTIONS, FER2013_EMOTIONS, strict=True)])
    )
    assert len(readings) == 2 * len(known)  # yours is FER+'s, and what is fitted is FER2013's


def test_the_drawn_faces_tell_twenty_of_twenty_permuted_orders(home, small_demo):
    """A real network whose outputs stand in a random order, on the faces that every installation has."""
    folder = PROJECT / "models" / "fer-lab"
    checkpoint = Checkpoint(folder, ModelCard.from_dict(read_json(folder / CARD_FILE)))
    records = load_records("demo")
    faces = label_records(records, LABEL_SCHEMES["majority-7"], ["train", "validation", "test"])
    faces = faces.take(np.arange(min(len(faces), 280)))
    labels = [faces.class_names[label] for label in faces.labels]
    answers = checkpoint.open_classifier().predict_raw(faces.images).argmax(axis=1)
    rng, found = np.random.default_rng(11), []
    for _ in range(20):
        places = rng.permutation(8)
        order = tuple(checkpoint.card.class_names[place] for place in places)
        readings = tried_readings({DEFAULT_SPEC: places.argsort()[answers]}, labels, (), 8)
        found.append(best_reading(readings).class_names == order)
    assert sum(found) == 20


def test_answers_that_mean_nothing_fit_no_order_well():
    """The fitted order is scored on faces it was not fitted to, so chance is not taken for an order."""
    called = np.random.default_rng(2).integers(0, 7, len(LABELS))
    readings = tried_readings({DEFAULT_SPEC: called}, LABELS, FER2013_EMOTIONS, 7)
    assert max(reading.accuracy for reading in readings) < 0.25
    assert best_reading(readings).order != FITTED


def test_outputs_that_no_known_order_has_need_names():
    with pytest.raises(CheckpointError, match="5 outputs, and no known class order") as caught:
        tried_readings({DEFAULT_SPEC: np.zeros(len(LABELS), int)}, LABELS, (), 5)
    assert caught.value.is_hint
    names = "anger", "calm", "happiness", "neutral", "pain"
    labels = [name for name in ("anger", "happiness", "neutral") for _ in range(10)]
    readings = tried_readings({DEFAULT_SPEC: called_in(names, labels)}, labels, names, 5)
    assert readings[0].class_names == names
    assert readings[0].accuracy == 1


def test_a_card_is_read_in_another_way_and_what_was_measured_is_void(save_tiny):
    readings = tried_readings({DEFAULT_SPEC: called_in(FER2013_EMOTIONS, LABELS)}, LABELS, PAPER_EMOTIONS, 7)
    yours = next(reading for reading in readings if reading.order == YOURS)
    checkpoint = save_tiny("other", origin="imported", notes=("Softmax.",), readings=readings)
    card = with_reading(checkpoint.card, yours)
    better = better_reading(card)
    assert better.class_names == FER2013_EMOTIONS
    assert card.notes == ("Softmax.", *card.doubts)
    assert "may have been trained with these" in card.doubts[0]
    used = use_reading(checkpoint, better)
    assert load_checkpoint("other").card == used.card
    assert used.card.class_names == FER2013_EMOTIONS
    assert used.card.doubts == ()
    assert used.card.notes == ("Softmax.",)
    assert better_reading(used.card) is None
    assert used.card.measured.n == 0


def test_what_a_network_is_fed_is_part_of_what_its_answers_are_kept_under(save_tiny):
    first, second = save_tiny("first", spec=NetworkSpec()), save_tiny("second", spec=UNIT)
    assert first.network_hash == first.card.files[first.network_file]
    assert second.card.files == first.card.files
    assert second.network_hash != first.network_hash
