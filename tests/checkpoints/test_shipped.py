"""The shipped checkpoints are whole, are what their recipes make, and say what they score."""

import numpy as np
import pytest

from fer_core.checkpoints.answers import ANSWERS_FILE
from fer_core.checkpoints.checkpoint import (
    DEFAULT_CHECKPOINT,
    INT8_FILE,
    KERAS_FILE,
    LITERT_FILE,
    SHIPPED,
    delete_checkpoint,
    load_checkpoint,
    verified_bytes,
)
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.errors import CheckpointError
from fer_core.evaluation.scoring import evaluate_checkpoint, evaluation_scheme, headline_figures
from fer_core.labels import PAPER_EMOTIONS
from fer_core.storage.files import PROJECT
from fer_core.training.settings.architecture_summary import summarize
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.presets import PRESETS


@pytest.fixture(params=SHIPPED)
def shipped(request, monkeypatch, tmp_path):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    return load_checkpoint(request.param)


@pytest.fixture
def paper(monkeypatch, tmp_path):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    return load_checkpoint("paper-cnn")


def test_it_comes_with_the_project_and_stays(shipped):
    assert shipped.directory == PROJECT / "models" / shipped.name
    with pytest.raises(CheckpointError, match="ships with the app"):
        delete_checkpoint(shipped)


@pytest.mark.parametrize("file", [KERAS_FILE, LITERT_FILE, INT8_FILE, ANSWERS_FILE])
def test_its_files_are_those_that_were_saved(shipped, file):
    assert verified_bytes(shipped, file)


def test_it_is_what_its_recipe_makes(shipped):
    recipe = (PROJECT / "models" / "recipes" / f"{shipped.name}.json").read_text(encoding="utf-8")
    config = TrainingConfig.from_json(recipe)
    assert TrainingConfig.from_dict(shipped.card.config) == config
    assert shipped.card.weights == summarize(config).weights
    assert shipped.card.class_names == config.class_names


def test_without_pictures_it_scores_what_its_card_says(shipped):
    scheme, measured = evaluation_scheme(shipped.card), shipped.card.measured
    faces = label_records(load_records("FER+", needs_pictures=False), scheme, ["test"])
    report = evaluate_checkpoint(shipped, faces)
    assert len(report) == measured.n
    assert report.accuracy == measured.accuracy
    assert report.confusion_matrix().tolist() == [list(row) for row in measured.confusion_matrix]
    assert report.macro_f1_interval() == measured.macro_f1_interval
    assert headline_figures(report)["calibration_error"] == pytest.approx(measured.calibration_error, abs=1e-6)
    assert (shipped.directory / ANSWERS_FILE).stat().st_size <= 150_000


def test_its_card_is_complete(shipped):
    card = shipped.card
    assert card.measured.n > 3000
    assert card.measured.accuracy == pytest.approx(card.best.test_accuracy, abs=1e-3)
    assert set(card.measured.by_prior_adjustment) == {"training", "halfway", "uniform"}
    assert len(card.measured.robustness) >= 5
    assert "validation" in card.calibration.fitted_on
    assert sum(card.prior) == pytest.approx(1, abs=1e-4)


def test_eight_bits_cost_less_than_a_third_of_a_point(shipped):
    measured = shipped.card.measured
    assert measured.accuracy - 0.003 <= measured.int8_accuracy <= 1


def test_both_networks_say_nearly_the_same(shipped):
    faces = np.random.default_rng(0).integers(0, 256, (8, 48, 48), dtype=np.uint8)
    full, live = (shipped.open_classifier(live=live).predict(faces) for live in (False, True))
    assert full.shape == live.shape
    assert np.abs(full - live).mean() < 0.05


def test_readme_states_its_figures(shipped):
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert f"{100 * shipped.card.best.test_accuracy:.2f}%" in readme


def test_all_of_them_are_small_enough_to_clone():
    files = [path for path in (PROJECT / "models").rglob("*") if path.is_file() and path.parent.name in SHIPPED]
    assert sum(path.stat().st_size for path in files) < 70e6


def test_papers_network_is_figure_6_trained_as_table_4_says(paper):
    assert paper.card.weights == 2_345_607
    assert paper.card.class_names == PAPER_EMOTIONS
    assert TrainingConfig.from_dict(paper.card.config) == TrainingConfig(dataset="ferplus")
    assert paper.card.last.epoch == 50
    assert paper.card.best.validation_accuracy >= paper.card.last.validation_accuracy


def test_the_papers_network_gains_from_what_the_training_room_adds(paper):
    plus = load_checkpoint("paper-cnn-plus").card
    theirs, ours = (TrainingConfig.from_dict(card.config) for card in (paper.card, plus))
    assert (ours.architecture, ours.width, ours.activation) == (theirs.architecture, theirs.width, theirs.activation)
    assert (plus.weights, plus.class_names) == (paper.card.weights, PAPER_EMOTIONS)
    assert set(plus.provenance["taken_over"]) == {"paper-cnn-plus-first", "fer-lab"}
    assert plus.best.validation_accuracy > paper.card.best.validation_accuracy + 0.02


def test_readme_states_the_papers_network_figures(paper):
    readme = (PROJECT / "models" / "README.md").read_text(encoding="utf-8")
    for scores in (paper.card.last, paper.card.best):
        for accuracy in (scores.train_accuracy, scores.validation_accuracy, scores.test_accuracy):
            assert f"{100 * accuracy:.2f}%" in readme


def test_the_best_preset_is_the_recipe_that_the_default_checkpoint_begins_with():
    recipes = PROJECT / "models" / "recipes"
    shipped = TrainingConfig.from_json((recipes / f"{DEFAULT_CHECKPOINT}.json").read_text())
    recipe = TrainingConfig.from_json((recipes / f"{shipped.start_from[0]}.json").read_text())
    assert recipe.architecture == shipped.architecture
    preset = next(preset for preset in PRESETS if preset.name == "best").config("ferplus", 1, (recipe.scheme,))
    assert set(recipe.differences(preset)) <= {"precision", "priority", "seed"}


def test_the_ten_minute_preset_is_the_recipe_that_was_measured():
    file = PROJECT / "models" / "recipes" / "paper-cnn-ten-minutes.json"
    recipe = TrainingConfig.from_json(file.read_text(encoding="utf-8"))
    preset = next(preset for preset in PRESETS if preset.name == "ten-minutes").config("ferplus", 1, (recipe.scheme,))
    assert set(recipe.differences(preset)) <= {"precision", "priority", "seed"}
