"""What a run takes over from checkpoints: the weights it begins with, and teachers whose answers it learns from too."""

import os
from dataclasses import replace

import numpy as np

from fer_core.checkpoint import KERAS_FILE, LITERT_FILE, Checkpoint, list_checkpoints, load_checkpoint
from fer_core.data.dataset import FerDataset
from fer_core.errors import CheckpointError, TrainingError
from fer_core.priors import restricted
from fer_core.training.config import TrainingConfig

_SHAPING = ("architecture", "width", "output_activation")
"""The settings that decide, with the classes, which weights a network has."""


def beginnings(config: TrainingConfig) -> tuple[str, ...]:
    """The checkpoints whose weights fit a run's network, by name."""
    return tuple(each.name for each in list_checkpoints() if not _why_no_beginning(config, each))


def teachers(config: TrainingConfig) -> tuple[str, ...]:
    """The checkpoints that know all of a run's classes, by name."""
    return tuple(each.name for each in list_checkpoints() if _knows_all(config, each))


def beginning_of(config: TrainingConfig) -> Checkpoint | None:
    """The checkpoint whose weights a run begins with, or None for fresh ones.

    Raises:
        TrainingError: It is not there, or its weights do not fit.
    """
    if not config.start_from:
        return None
    checkpoint = _found("start_from", config.start_from)
    if reason := _why_no_beginning(config, checkpoint):
        fitting = ", ".join(beginnings(config)) or "none yet"
        raise TrainingError(f"“{checkpoint.name}” cannot be started from: {reason}. Choose one that fits ({fitting}).")
    return checkpoint


def teachers_of(config: TrainingConfig) -> tuple[Checkpoint, ...]:
    """The checkpoints whose answers a run learns from beside the labels.

    Raises:
        TrainingError: One is not there, or does not know all classes.
    """
    found = tuple(_found("teachers", name) for name in config.teacher_names)
    for checkpoint in found:
        if not _knows_all(config, checkpoint):
            fitting = ", ".join(teachers(config)) or "none yet"
            raise TrainingError(
                f"“{checkpoint.name}” cannot teach: it does not know all classes of {config.scheme}. "
                f"Choose one that fits ({fitting})."
            )
    return found


def networks_taken_over(config: TrainingConfig) -> dict[str, str]:
    """SHA-256 of the network of each checkpoint that a run takes something over from, by name.

    Raises:
        TrainingError: One is not there, or does not fit.
    """
    beginning = beginning_of(config)
    found = (*((beginning,) if beginning else ()), *teachers_of(config))
    return {each.name: each.card.files[LITERT_FILE] for each in found}


def taught(training: FerDataset, config: TrainingConfig) -> FerDataset:
    """The training faces with targets that are partly the teachers' mean answer, each at its own temperature.

    After Hinton et al., "Distilling the knowledge in a neural network" (2015). A teacher's answer is the mean of those
    to a face and to its mirror image; what it gives to classes that the run does not have is shared out among the rest.

    Args:
        training: The training split, before the run's pre-processing: each teacher has its own.
        config: The run's settings.

    Raises:
        TrainingError: A teacher cannot serve the run.
        CheckpointError: A teacher's file is damaged.
    """
    found = teachers_of(config)
    if not found:
        return training
    answers = np.zeros_like(training.targets)
    for checkpoint in found:
        classifier = checkpoint.open_classifier(threads=os.cpu_count() or 1)
        for faces in (training.images, training.images[:, :, ::-1]):
            answer = restricted(classifier.predict(faces), classifier.class_names, training.class_names)
            answers += answer / np.float32(2 * len(found))
    share = np.float32(config.teacher_share)
    return replace(training, targets=(1 - share) * training.targets + share * answers)


def _found(setting: str, name: str) -> Checkpoint:
    try:
        return load_checkpoint(name)
    except CheckpointError as error:
        raise TrainingError(f"{setting}: {error}") from error


def _knows_all(config: TrainingConfig, checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint tells all classes of a run apart, and perhaps more."""
    return set(config.class_names) <= set(checkpoint.card.class_names)


def _why_no_beginning(config: TrainingConfig, checkpoint: Checkpoint) -> str:
    """What keeps a checkpoint's weights from fitting a run's network, or ""."""
    if checkpoint.card.is_imported or KERAS_FILE not in checkpoint.card.files:
        return "it was not trained here"
    theirs = TrainingConfig.from_dict(checkpoint.card.config)
    for name in _SHAPING:
        if getattr(theirs, name) != getattr(config, name):
            return f"its {name.replace('_', ' ')} is {getattr(theirs, name)}, not {getattr(config, name)}"
    return "" if checkpoint.card.class_names == config.class_names else "it has other classes"
