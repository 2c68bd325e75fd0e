"""A network as blocks, and the learning rate over a run."""

from itertools import pairwise
from typing import get_args

import pytest

from fer_core.explain.layers import Kind
from fer_core.plots.network import LAYER_COLORS, describe_layer, network_blocks
from fer_core.plots.training import learning_rate_curve
from fer_core.training.settings.architecture_summary import summarize
from fer_core.training.settings.config import Architecture, TrainingConfig
from fer_core.training.settings.schedule import learning_rate_at


@pytest.mark.parametrize("architecture", get_args(Architecture))
def test_each_layer_is_a_block_that_says_what_it_is(architecture):
    network = summarize(TrainingConfig(architecture=architecture))
    blocks = network_blocks(network).data
    assert [block.text for block in blocks] == [describe_layer(layer) for layer in network.layers]
    assert all(left.x[2] <= right.x[0] for left, right in pairwise(blocks))  # none over another
    assert len([block for block in blocks if block.showlegend]) == len({layer.kind for layer in network.layers})


def test_every_kind_of_layer_has_a_color():
    assert {*get_args(Kind), *_kinds_of_plans()} <= {*LAYER_COLORS}


def _kinds_of_plans():
    plans = (summarize(TrainingConfig(architecture=architecture)) for architecture in get_args(Architecture))
    return {layer.kind for plan in plans for layer in plan.layers}


def test_maps_are_as_high_as_they_are():
    first = network_blocks(summarize(TrainingConfig())).data[1]
    assert max(first.y) - min(first.y) == 46
    assert first.text == "convolution 3x3, 46×46×32, 320 weights"


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one_cycle"])
def test_the_rate_is_drawn_as_the_trainer_sets_it(schedule):
    config = TrainingConfig(schedule=schedule, warmup_epochs=2, epochs=10)
    (line,) = learning_rate_curve(config).data
    assert (line.x[0], line.x[-1]) == (0, 10)
    assert list(line.y) == [learning_rate_at(config, x / 10) for x in line.x]
