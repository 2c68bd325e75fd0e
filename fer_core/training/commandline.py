"""The command line that repeats a run."""

import shlex

from fer_core.training.config import TrainingConfig


def command_line(config: TrainingConfig, name: str = "") -> str:
    """The shortest command line that starts a run: only what differs from the defaults is named.

    Args:
        config: Its settings.
        name: Of the run; by default the app chooses one.
    """
    changed = config.differences(TrainingConfig())
    settings = [f"{key}={_text(value)}" for key, value in changed.items() if key != "dataset"]
    words = ["train", "--dataset", config.dataset]
    words += ["--name", name] if name else []
    words += ["--set", *settings] if settings else []
    return f"python -m fer_core {shlex.join(words)}"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
