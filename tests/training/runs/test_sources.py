"""What a run takes over from checkpoints: its first weights, and teachers."""

from dataclasses import replace

import numpy as np
import pytest

from fer_core.checkpoints.checkpoint import KERAS_FILE, LITERT_FILE, SHIPPED, load_checkpoint, save_checkpoint
from fer_core.cli.execution import train_run
from fer_core.errors import TrainingError
from fer_core.training.network.export import read_network
from fer_core.training.runs.sources import start_options, teacher_options
from fer_core.training.runs.store import create_run, list_runs
from fer_core.training.settings.config import TrainingConfig

SMALL = TrainingConfig(width=4, epochs=1, batch_size=32, precision="float32")


@pytest.mark.child
def test_a_run_begins_with_the_weights_of_a_checkpoint(home, small_demo):
    first = train_run(create_run(replace(SMALL, learning_rate=1e-3), "first"))
    # The smallest step there is leaves the weights where they began.
    going_on = replace(SMALL, start_from=("first",), learning_rate=1e-6, seed=7)
    second = train_run(create_run(going_on, "second"))
    assert second.card.provenance["taken_over"] == {"first": first.card.files[LITERT_FILE]}
    pairs = zip(read_network(first).get_weights(), read_network(second).get_weights(), strict=True)
    assert max(np.abs(before - after).max() for before, after in pairs) < 1e-4
    fresh = read_network(train_run(create_run(replace(going_on, start_from=()), "fresh")))
    pairs = zip(read_network(first).get_weights(), fresh.get_weights(), strict=True)
    assert max(np.abs(before - after).max() for before, after in pairs) > 0.01


@pytest.mark.child
def test_several_checkpoints_are_averaged_and_their_batch_statistics_estimated_anew(home, small_demo):
    normal = replace(SMALL, architecture="lab-cnn")
    parts = [train_run(create_run(replace(normal, seed=seed), name)) for seed, name in enumerate(("one", "two"))]
    going_on = replace(normal, start_from=("one", "two"), learning_rate=1e-6)
    soup = train_run(create_run(going_on, "soup"))
    assert set(soup.card.provenance["taken_over"]) == {"one", "two"}
    first, second, mean = (read_network(each) for each in (*parts, soup))
    for variable, one, two in zip(mean.weights, first.weights, second.weights, strict=True):
        apart = np.abs(variable.numpy() - (one.numpy() + two.numpy()) / 2).max()
        assert (apart > 1e-3) if "moving" in variable.path else (apart < 1e-4), variable.path


@pytest.mark.child
def test_the_head_is_fitted_to_other_classes(home, small_demo):
    """Outputs of the same class go on, in whatever order; one of a class that was unknown starts at zero."""
    first = train_run(create_run(replace(SMALL, learning_rate=1e-3), "first"))
    other = replace(SMALL, scheme="majority-8", start_from=("first",), learning_rate=1e-6)
    second = train_run(create_run(other, "second"))
    before, after = (read_network(each).get_weights() for each in (first, second))
    assert max(np.abs(b - a).max() for b, a in zip(before[:-2], after[:-2], strict=True)) < 1e-4
    for name in second.card.class_names:
        column = after[-2][:, second.card.class_names.index(name)]
        if name in first.card.class_names:
            assert column == pytest.approx(before[-2][:, first.card.class_names.index(name)], abs=1e-4)
        else:
            assert np.abs(column).max() < 1e-4


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"start_from": ("nowhere",)}, "There is no checkpoint “nowhere”"),
        ({"teachers": ("tiny", "nowhere")}, "There is no checkpoint “nowhere”"),
        ({"start_from": ("../../etc",)}, "There is no checkpoint"),
        ({"start_from": ("tiny",), "architecture": "lab-cnn"}, "its architecture is paper-cnn, not lab-cnn"),
        ({"start_from": ("tiny",), "width": 5}, "its width is 4, not 5"),
        ({"start_from": ("alien",)}, "it was not trained here"),
        ({"teachers": ("tiny",), "scheme": "majority-8"}, "it lacks classes of majority-8"),
        ({"teachers": ("alien",), "live_teachers": True}, "it was not trained here, which live_teachers needs"),
        ({"teachers": ("tiny",), "live_teachers": True, "preprocessing": ("denoise",)}, "pre-processing differs"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_starts(home, small_demo, save_tiny, changes, reason):
    save_tiny("tiny", config=SMALL.to_dict())
    save_tiny("alien", origin="imported")
    with pytest.raises(TrainingError, match=reason):
        create_run(replace(SMALL, **changes))
    assert list_runs() == ()


def test_what_fits_is_offered(home, small_demo, save_tiny):
    save_tiny("small", config=SMALL.to_dict())
    save_tiny("large", config=replace(SMALL, width=40).to_dict())
    save_tiny("eight", scheme="majority-8", config=replace(SMALL, scheme="majority-8").to_dict())
    assert set(start_options(SMALL)) == {"small", "eight"}
    assert set(teacher_options(SMALL)) == {"small", "large", "eight"}  # one that knows more classes can teach seven
    assert set(teacher_options(replace(SMALL, scheme="distribution-8"))) == {"eight"}
    save_tiny("alien", origin="imported")
    assert set(teacher_options(SMALL)) - set(teacher_options(replace(SMALL, live_teachers=True))) == {"alien"}


@pytest.mark.child
def test_a_run_goes_on_when_the_checkpoint_it_began_with_is_gone(home, small_demo):
    """Only its first epoch needs it."""
    first = train_run(create_run(SMALL, "first"))
    run = create_run(replace(SMALL, epochs=2, start_from=("first",)), "second")
    (run.folder / "pause").touch()
    assert train_run(run) is None
    for file in first.directory.iterdir():
        file.unlink()
    (run.folder / "pause").unlink()
    assert train_run(run).card.best.epoch in (1, 2)


def test_shipped_networks_can_be_gone_on_from(monkeypatch, tmp_path):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    for name in SHIPPED:
        card = load_checkpoint(name).card
        assert name in start_options(TrainingConfig.from_dict(card.config))


def test_a_checkpoint_without_its_keras_file_is_not_offered(home, small_demo, tiny_model, make_card):
    card = make_card("light", config=SMALL.to_dict())
    save_checkpoint(card, lambda folder: (folder / LITERT_FILE).write_bytes(tiny_model))
    assert KERAS_FILE not in load_checkpoint("light").card.files
    assert start_options(SMALL) == ()
