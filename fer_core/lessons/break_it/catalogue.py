"""The experiments of Break it, in the order in which they are offered; the first ones need no training."""

from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.memorizing import MEMORIZING
from fer_core.lessons.break_it.mistakes import MISTAKES
from fer_core.lessons.break_it.steps import STEPS
from fer_core.lessons.break_it.training_faces import TRAINING_FACES

EXPERIMENTS: tuple[Experiment, ...] = (*MISTAKES, *MEMORIZING, *STEPS, *TRAINING_FACES)
"""All of them, in the order in which they are offered; the first ones need no training."""


def find_experiment(name: str) -> Experiment:
    """An experiment by its name; an unknown name gives the first."""
    return next((experiment for experiment in EXPERIMENTS if experiment.name == name), EXPERIMENTS[0])
