"""What a run takes over from checkpoints: the weights it begins with, and teachers whose answers it learns from too."""

from fer_core.checkpoints.checkpoint import KERAS_FILE, LITERT_FILE, Checkpoint, list_checkpoints, load_checkpoint
from fer_core.errors import CheckpointError, TrainingError
from fer_core.training.settings.config import TrainingConfig

_SHAPING = ("architecture", "width", "output_activation")
"""The settings that decide, with the classes, which weights a network has."""


def beginnings(config: TrainingConfig) -> tuple[str, ...]:
    """The checkpoints whose weights fit a run's network, by name."""
    return tuple(each.name for each in list_checkpoints() if not _why_no_beginning(config, each))


def teachers(config: TrainingConfig) -> tuple[str, ...]:
    """The checkpoints that can teach a run, by name."""
    return tuple(each.name for each in list_checkpoints() if not _why_no_teacher(config, each))


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
        TrainingError: One is not there, or cannot teach this run.
    """
    found = tuple(_found("teachers", name) for name in config.teachers)
    for checkpoint in found:
        if reason := _why_no_teacher(config, checkpoint):
            fitting = ", ".join(teachers(config)) or "none yet"
            raise TrainingError(f"“{checkpoint.name}” cannot teach: {reason}. Choose one that fits ({fitting}).")
    return found


def networks_taken_over(config: TrainingConfig) -> dict[str, str]:
    """SHA-256 of the network of each checkpoint that a run takes something over from, by name.

    Raises:
        TrainingError: One is not there, or does not fit.
    """
    beginning = beginning_of(config)
    found = (*((beginning,) if beginning else ()), *teachers_of(config))
    return {each.name: each.card.files[LITERT_FILE] for each in found}


def _found(setting: str, name: str) -> Checkpoint:
    try:
        return load_checkpoint(name)
    except CheckpointError as error:
        raise TrainingError(f"{setting}: {error}") from error


def _why_no_teacher(config: TrainingConfig, checkpoint: Checkpoint) -> str:
    """What keeps a checkpoint from teaching a run, or ""."""
    if not set(config.class_names) <= set(checkpoint.card.class_names):
        return f"it does not know all classes of {config.scheme}"
    if config.live_teachers and not _was_trained_here(checkpoint):
        return "it was not trained here, so it can only teach without live_teachers"
    if config.live_teachers and checkpoint.card.preprocessing.steps != config.preprocessing:
        return "its faces are pre-processed in another way, so it can only teach without live_teachers"
    return ""


def _why_no_beginning(config: TrainingConfig, checkpoint: Checkpoint) -> str:
    """What keeps a checkpoint's weights from fitting a run's network, or ""."""
    if not _was_trained_here(checkpoint):
        return "it was not trained here"
    theirs = TrainingConfig.from_dict(checkpoint.card.config)
    for name in _SHAPING:
        if getattr(theirs, name) != getattr(config, name):
            return f"its {name.replace('_', ' ')} is {getattr(theirs, name)}, not {getattr(config, name)}"
    return "" if checkpoint.card.class_names == config.class_names else "it has other classes"


def _was_trained_here(checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint has a Keras network whose settings are known."""
    return not checkpoint.card.is_imported and KERAS_FILE in checkpoint.card.files
