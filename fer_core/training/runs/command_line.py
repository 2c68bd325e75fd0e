"""The command line that repeats a run."""

import shlex
from collections.abc import Sequence

from fer_core.storage.plaintext import setting_text
from fer_core.training.runs.record import NO_TARGET, RunTarget
from fer_core.training.runs.searches import SearchPlan
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.fields import assignments_text


def command_line(config: TrainingConfig, name: str = "", target: RunTarget = NO_TARGET) -> str:
    """Return the shortest command line that starts a run: only what differs from the defaults is named."""
    words = [f"--target={target.accuracy:g}"] if target.accuracy else []
    for attempt in target.attempts:
        words += ["--then", assignments_text(attempt, " ")]
    return _command("train", config, name, words)


def search_line(plan: SearchPlan, name: str = "") -> str:
    """Return the command line that starts a search."""
    over = [f"{axis.name}={axis.text()}" for axis in plan.axes]
    words = ["--over", *over, "--method", plan.method, "--trials", str(plan.trials)]
    return _command("search", plan.config, name, words)


def _command(command: str, config: TrainingConfig, name: str, more: Sequence[str]) -> str:
    changed = config.differences(TrainingConfig())
    settings = [f"{key}={_text(value)}" for key, value in changed.items() if key != "dataset"]
    words = [command, "--dataset", config.dataset]
    words += ["--name", name] if name else []
    words += ["--set", *settings] if settings else []
    return f"python -m fer_core {shlex.join([*words, *more])}"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else setting_text(value)
