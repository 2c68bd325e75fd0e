"""A lesson and a run go home as one file each, without faces and without a network."""

import numpy as np
import pytest

from fer_core.labels import PAPER_EMOTIONS
from fer_core.lessons.break_it.catalogue import find_experiment
from fer_core.lessons.break_it.results import SideResult
from fer_core.lessons.glossary import GLOSSARY
from fer_core.reports.lesson import Played, Tried, lesson_report
from fer_core.reports.run import run_report
from fer_core.training.runs.record import RunRecord
from fer_core.training.runs.store import create_run
from fer_core.training.runs.validation import EpochView, append_view
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics, append_metrics
from tests.reports.test_reports import Document

EPOCHS = tuple(EpochMetrics(e, 2 / e, 0.2 * e, 2.2 / e, 0.18 * e, 0.1 * e, 60.0, 300) for e in (1, 2, 3))


def words(page):
    return " ".join(page.words)


def test_a_lesson_tells_guesses_results_reasons_and_words():
    shuffled, order = find_experiment("shuffled"), find_experiment("order")
    good = SideResult(10 * np.eye(7, dtype=np.int64), PAPER_EMOTIONS, EPOCHS)
    bad = SideResult(np.tile(np.eye(7, dtype=np.int64)[0], (7, 1)), PAPER_EMOTIONS, EPOCHS)
    text = lesson_report(
        [Played((5, 6), (7, 8), (9, 9), "simulated voters")],
        [Tried(shuffled, (good, bad), 2), Tried(order, (good, bad), 2)],
    )
    page = Document(text)
    assert page.links == []
    assert "img" not in page.tags
    assert len(page.specs) == 4  # an accuracy curve for each side
    for experiment in (shuffled, order):
        assert experiment.question in words(page)
        assert "Why. " + " ".join(experiment.explain(good, bad)) in words(page)
    assert f"Guess: {shuffled.choices[2]}." in words(page)
    assert f"Result: {shuffled.choices[0]}." in words(page)
    assert "11 points" in words(page)
    assert "The network agrees more often with the ten simulated voters, by 4 points." in words(page)
    assert f"softmax: {GLOSSARY['softmax']}" not in words(page)
    assert f"accuracy: {GLOSSARY['accuracy']}" in words(page)


def test_a_round_without_a_network_has_no_score_of_it():
    page = Document(lesson_report([Played((5,), (), (9,), "people")], []))
    assert "The network" not in words(page)
    assert "9 points" in words(page)


@pytest.fixture
def run(home):
    made = create_run(TrainingConfig(dataset="demo", epochs=5), "mine", RunRecord(note="with <b>care</b>"))
    for metrics in EPOCHS:
        append_metrics(made.folder, metrics)
    append_view(made.folder, EpochView(3, (4 * np.eye(7, dtype=int)).tolist(), []))
    return made


def test_a_run_tells_its_curves_settings_and_mix_ups(run):
    page = Document(run_report(run))
    assert page.links == []
    assert "img" not in page.tags
    assert len(page.specs) == 2
    assert "54.0%" in words(page)  # the third epoch was the best on validation
    assert "3.0 min" in words(page)
    assert "with <b>care</b>" in words(page)
    assert "The validation faces after epoch 3" in words(page)
    assert "learning rate" in words(page)
