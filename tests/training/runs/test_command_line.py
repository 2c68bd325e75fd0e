"""The command line that is shown starts the very same run."""

import shlex
from dataclasses import replace

import pytest

from fer_core.__main__ import _parser
from fer_core.cli import runs as runcommands
from fer_core.training.runs.command_line import command_line, search_line
from fer_core.training.runs.record import RunTarget
from fer_core.training.runs.searches import SearchPlan
from fer_core.training.settings.augmentation import Augmentation
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.fields import read_assignments
from fer_core.training.settings.presets import PRESETS
from fer_core.training.settings.space import read_axes

CONFIGS = [
    TrainingConfig(),
    TrainingConfig(dataset="mine", augmentation=Augmentation(flip=True, shift=0.07), draw_labels=True),
    *(preset.config("demo", 3200, ("majority-7", "distribution-8")) for preset in PRESETS),
]


def options(line):
    words = shlex.split(line)
    assert words[:3] == ["python", "-m", "fer_core"]
    return _parser().parse_args(words[3:])


@pytest.mark.parametrize("config", CONFIGS)
def test_it_means_the_same_settings(config):
    read = options(command_line(config, "mine"))
    assert runcommands._config(read) == config
    assert read.name == "mine"


def test_it_carries_a_target_and_what_to_try_next():
    target = RunTarget(0.85, ({"epochs": "9", "width": "16"}, {"optimizer": "sgd"}))
    read = options(command_line(TrainingConfig(epochs=7), "", target))
    assert read.target == 0.85
    assert [read_assignments(text.split()) for text in read.then] == list(target.attempts)


@pytest.mark.parametrize("method", ["random", "grid"])
def test_it_starts_the_same_search(method):
    config = replace(TrainingConfig(), epochs=3)
    axes = read_axes({"batch_size": "32,64", "optimizer": "adam,sgd"}, config)
    read = options(search_line(SearchPlan(config, axes, method, 3), "hunt"))
    assert read_axes(read_assignments(read.over), runcommands._config(read)) == axes
    assert (read.method, read.trials, read.name) == (method, 3, "hunt")
