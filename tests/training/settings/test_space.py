"""What a search varies, read from text."""

from dataclasses import replace

import pytest

from fer_core.errors import TrainingError
from fer_core.training.runs.searches import SearchPlan, create_search, find_search, list_searches, start_search
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import write_status
from fer_core.training.settings.space import Axis, grid_size, read_axes, read_axis, typical_values

CONFIG = TrainingConfig()


@pytest.mark.parametrize(
    ("name", "values", "axis"),
    [
        ("batch_size", "32, 64,32", Axis("batch_size", ("32", "64"))),
        ("optimizer", "adam,sgd", Axis("optimizer", ("adam", "sgd"))),
        ("augmentation.flip", "true,false", Axis("augmentation.flip", ("true", "false"))),
        ("learning_rate", "1e-4..1e-2", Axis("learning_rate", low=1e-4, high=1e-2)),
        ("epochs", "2 .. 9", Axis("epochs", low=2, high=9, whole=True)),
    ],
)
def test_lists_and_ranges_are_read(name, values, axis):
    assert read_axis(name, values, CONFIG) == axis
    assert read_axis(name, axis.text(), CONFIG) == axis


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("color", "1,2", "Unknown setting “color”"),
        ("dataset", "a,b", "Unknown setting “dataset”"),
        ("batch_size", "32", "give two or more"),
        ("batch_size", "", "no value; give two or more"),
        ("batch_size", "32,many", "whole number"),
        ("learning_rate", "0.001..7", "choose a number"),
        ("learning_rate", "0.01..0.001", "give the smaller number first"),
        ("optimizer", "adam..sgd", "is not a number"),
        ("loss", "squared_hinge,kl_divergence", "choose both or neither"),
    ],
)
def test_what_cannot_be_searched_is_refused(name, values, why):
    with pytest.raises(TrainingError, match=why):
        read_axis(name, values, CONFIG)


def test_wide_ranges_are_logarithmic():
    assert read_axis("learning_rate", "0.0001..0.01", CONFIG).is_logarithmic
    assert not read_axis("dropout", "0..0.5", CONFIG).is_logarithmic


def test_a_grid_counts_its_combinations_and_takes_no_ranges():
    axes = read_axes({"batch_size": "32,64", "optimizer": "adam,sgd,adamw"}, CONFIG)
    assert grid_size(axes) == 6
    with pytest.raises(TrainingError, match="A grid needs lists"):
        grid_size(read_axes({"dropout": "0..0.5"}, CONFIG))


def test_every_setting_has_values_to_begin_with():
    experiments = {"leaked_faces", "biased_sample"}
    fixed = {"dataset", "exclude", "scheme", "loss", "output_activation", "start_from", "teachers"} | experiments
    names = CONFIG.flat().keys() - fixed
    assert [name for name in names if not read_axis(name, typical_values(name), CONFIG)] == []


def test_a_search_is_stored_and_read(home):
    axes = read_axes({"batch_size": "32,64", "dropout": "0..0.5"}, CONFIG)
    search = create_search(SearchPlan(CONFIG, axes, "tpe", 5), "hunt")
    assert find_search("hunt").plan == search.plan
    assert (search.status.state, search.status.epochs) == ("queued", 5)
    with pytest.raises(TrainingError, match="already"):
        create_search(SearchPlan(CONFIG, axes), "hunt")


@pytest.mark.parametrize("trials", [0, 1001])
def test_so_many_trials_are_not_possible(trials):
    with pytest.raises(TrainingError, match="not possible"):
        SearchPlan(CONFIG, (Axis("batch_size", ("1", "2")),), trials=trials)


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"axes": [], "config": {}}', b'{"axes": [3], "config": {}}'])
def test_a_damaged_search_is_left_out_and_refused(home, content):
    axes = read_axes({"batch_size": "32,64"}, CONFIG)
    folder = create_search(SearchPlan(CONFIG, axes), "hunt").folder
    (folder / "search.json").write_bytes(content)
    assert list_searches() == ()
    with pytest.raises(TrainingError):
        find_search("hunt")


def test_a_dead_coordinator_is_told_to_be_interrupted(home, no_children):
    axes = read_axes({"batch_size": "32,64"}, CONFIG)
    search = start_search(SearchPlan(CONFIG, axes), "hunt")
    assert find_search("hunt") == search
    write_status(search.folder, replace(search.status, pid=2**22 + 7))
    assert find_search("hunt").status.state == "failed"
    assert "Resume it" in find_search("hunt").status.message
