"""What a run takes over from checkpoints: the weights it starts from, and teachers whose answers it learns from too."""

from collections.abc import Callable, Sequence

from fer_core.checkpoints.checkpoint import KERAS_FILE, Checkpoint, list_checkpoints, load_checkpoint
from fer_core.errors import CheckpointError, TrainingError
from fer_core.training.settings.config import TrainingConfig

_Obstacle = Callable[[TrainingConfig, Checkpoint], str]
"""What keeps a checkpoint from a role in a run, or ""."""

_SHAPING = ("architecture", "width", "output_activation")
"""The settings that decide which weights a network has; its head is fitted to the run's classes."""


def start_options(config: TrainingConfig) -> tuple[str, ...]:
    """The checkpoints whose weights fit a run's network, by name."""
    return _fitting(config, _start_obstacle)


def teacher_options(config: TrainingConfig) -> tuple[str, ...]:
    """The checkpoints that can teach a run, by name."""
    return _fitting(config, _teacher_obstacle)


def load_start(config: TrainingConfig) -> tuple[Checkpoint, ...]:
    """Load the checkpoints whose mean weights a run starts from; none for fresh ones.

    Raises:
        TrainingError: One is not there, or its weights do not fit.
    """
    return _load_fitting("start_from", config.start_from, config, _start_obstacle, "provide initial weights")


def load_teachers(config: TrainingConfig) -> tuple[Checkpoint, ...]:
    """Load the checkpoints whose answers a run learns from beside the labels.

    Raises:
        TrainingError: One is not there, or cannot teach this run.
    """
    return _load_fitting("teachers", config.teachers, config, _teacher_obstacle, "be a teacher")


def source_hashes(config: TrainingConfig) -> dict[str, str]:
    """Return the SHA-256 of the network of each checkpoint that a run takes something over from, by name.

    Raises:
        TrainingError: One is not there, or does not fit.
    """
    found = (*load_start(config), *load_teachers(config))
    return {each.name: each.card.files[each.network_file] for each in found}


def _fitting(config: TrainingConfig, obstacle: _Obstacle) -> tuple[str, ...]:
    return tuple(each.name for each in list_checkpoints() if not obstacle(config, each))


def _load_fitting(
    setting: str, names: Sequence[str], config: TrainingConfig, obstacle: _Obstacle, role: str
) -> tuple[Checkpoint, ...]:
    """Load the checkpoints that a setting names, if nothing keeps one from its role."""
    found = tuple(_load(setting, name) for name in names)
    for checkpoint in found:
        if reason := obstacle(config, checkpoint):
            fitting = ", ".join(_fitting(config, obstacle)) or "none yet"
            raise TrainingError(f"“{checkpoint.name}” cannot {role}: {reason}. Choose another ({fitting}).")
    return found


def _load(setting: str, name: str) -> Checkpoint:
    try:
        return load_checkpoint(name)
    except CheckpointError as error:
        raise TrainingError(f"{setting}: {error}") from error


def _teacher_obstacle(config: TrainingConfig, checkpoint: Checkpoint) -> str:
    """What keeps a checkpoint from teaching a run, or ""."""
    if not set(config.class_names) <= set(checkpoint.card.class_names):
        return f"it lacks classes of {config.scheme}"
    if config.live_teachers and not _was_trained_here(checkpoint):
        return "it was not trained here, which live_teachers needs"
    if config.live_teachers and checkpoint.card.preprocessing.steps != config.preprocessing:
        return "its pre-processing differs, which live_teachers does not allow"
    return ""


def _start_obstacle(config: TrainingConfig, checkpoint: Checkpoint) -> str:
    """What keeps a checkpoint's weights from fitting a run's network, or ""."""
    if not _was_trained_here(checkpoint):
        return "it was not trained here"
    theirs = TrainingConfig.from_dict(checkpoint.card.config)
    for name in _SHAPING:
        if getattr(theirs, name) != getattr(config, name):
            return f"its {name.replace('_', ' ')} is {getattr(theirs, name)}, not {getattr(config, name)}"
    return ""


def _was_trained_here(checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint has a Keras network whose settings are known."""
    return checkpoint.card.is_trained and KERAS_FILE in checkpoint.card.files
