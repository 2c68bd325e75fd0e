"""The shipped checkpoint is whole, is the paper's network, and says what it scores."""

import pytest

from fer_core.checkpoint import INT8_FILE, KERAS_FILE, LITERT_FILE, load_checkpoint, verified_bytes
from fer_core.home import PROJECT
from fer_core.labels import PAPER_EMOTIONS
from fer_core.training.config import TrainingConfig


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    return load_checkpoint("paper-cnn")


def test_it_comes_with_the_project(shipped):
    assert shipped.directory == PROJECT / "models" / "paper-cnn"


@pytest.mark.parametrize("file", [KERAS_FILE, LITERT_FILE, INT8_FILE])
def test_its_files_are_those_that_were_saved(shipped, file):
    assert verified_bytes(shipped, file)


def test_it_is_figure_6_trained_as_table_4_says(shipped):
    assert shipped.card.weights == 2_345_607
    assert shipped.card.class_names == PAPER_EMOTIONS
    assert TrainingConfig.from_dict(shipped.card.config) == TrainingConfig(dataset="ferplus")


def test_its_card_tells_the_last_and_the_best_epoch(shipped):
    assert shipped.card.last.epoch == 50
    assert shipped.card.best.validation_accuracy >= shipped.card.last.validation_accuracy


def test_readme_states_its_figures(shipped):
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    for scores in (shipped.card.last, shipped.card.best):
        for accuracy in (scores.train_accuracy, scores.validation_accuracy, scores.test_accuracy):
            assert f"{100 * accuracy:.2f} %" in readme


def test_eight_bits_cost_less_than_a_third_of_a_point(shipped):
    measured = shipped.card.measured
    assert measured.accuracy - 0.003 <= measured.int8_accuracy <= 1
