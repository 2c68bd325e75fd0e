from dataclasses import replace

import pytest

from fer_core.checkpoints.card import UNKNOWN_SCORES, MeasuredFigures, PriorFigures
from fer_core.checkpoints.checkpoint import list_checkpoints
from fer_core.datasets.shipped import ferplus_card
from fer_core.service.deployment import Deployment
from fer_core.service.notice import error_rates, notice_points

MEASURED = MeasuredFigures(
    "ferplus", "f", "test", "majority-7", n=200, accuracy=0.8, class_names=("neutral", "fear"),
    confusion_matrix=((90, 10), (30, 70)),
)  # fmt: skip


def test_it_says_all_that_has_to_be_said(make_card):
    words = dict(notice_points(make_card(), Deployment(contact="Ms Smith, room 12")))
    assert list(words) == [
        "What it is for",
        "What is computed",
        "What it is not",
        "How often it is wrong",
        "Who sees it, and for how long",
        "Not allowed",
        "Questions",
    ]
    assert "not a feeling" in words["What it is not"]
    assert "five minutes after" in words["Who sees it, and for how long"]
    assert "Ms Smith, room 12" in words["Questions"]


def test_measured_figures_are_told_with_the_class_that_is_missed_most(make_card):
    words = error_rates(make_card(measured=MEASURED))
    assert "On 200 test faces of “ferplus” it is wrong 20 times in 100 (class prior: training)." in words
    assert "called fear it misses 30 in 100" in words


def test_ferplus_is_called_so_whatever_it_was_imported_as(make_card):
    measured = replace(MEASURED, dataset="faces of 2016", fingerprint=ferplus_card().fingerprint)
    assert "On 200 test faces of FER+ it is wrong" in error_rates(make_card(measured=measured))


def test_the_figures_told_are_those_of_the_prior_in_use(make_card):
    under = {"halfway": PriorFigures(0.7, 0.6, 0.5, {"fear": 0.9, "anger": 0.25})}
    card = make_card(measured=replace(MEASURED, by_prior_adjustment=under), prior=(0.4, *[0.1] * 6))
    assert "wrong 20 times in 100 (class prior: training)" in error_rates(card, "training")
    words = error_rates(card, "halfway")
    assert "wrong 30 times in 100 (class prior: halfway)" in words
    assert "called anger it misses 75 in 100" in words
    assert "under its training prior" in error_rates(card, "uniform")  # which was not measured


def test_without_them_the_test_split_of_training_is_told(make_card):
    assert "it is wrong 70 times in 100" in error_rates(make_card())


def test_of_an_imported_checkpoint_nothing_is_claimed(make_card):
    words = error_rates(make_card(origin="imported", best=UNKNOWN_SCORES, last=UNKNOWN_SCORES))
    assert words.startswith("Unknown")
    assert "100" not in words


@pytest.mark.parametrize("checkpoint", [c for c in list_checkpoints() if c.name == "paper-cnn"], ids=lambda c: c.name)
def test_the_shipped_checkpoint_has_figures_to_tell(checkpoint):
    assert "times in 100" in error_rates(checkpoint.card)
