"""Runs side by side: a table of all, and the settings in which some differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fer_core.storage.plaintext import setting_text
from fer_core.training.runs.store import Run


@dataclass(frozen=True)
class RunSummary:
    """What a table says of a run.

    Attributes:
        name: The run's.
        state: Where it stands.
        dataset: What it learns from.
        architecture: The network.
        accuracy: Best on validation, 0 to 1, or NaN before the first epoch.
        epochs: Complete ones.
        seconds: How long it has trained.
        note: What somebody wrote about it.
    """

    name: str
    state: str
    dataset: str
    architecture: str
    accuracy: float
    epochs: int
    seconds: float
    note: str


def summarize(run: Run) -> RunSummary:
    """What a table says of a run."""
    metrics = run.metrics()
    return RunSummary(
        name=run.name,
        state=run.status.state,
        dataset=run.config.dataset,
        architecture=run.config.architecture,
        accuracy=max((m.val_accuracy for m in metrics), default=float("nan")),
        epochs=len(metrics),
        seconds=sum(m.seconds for m in metrics),
        note=run.record.note,
    )


def differing_settings(runs: Sequence[Run]) -> pd.DataFrame:
    """The settings in which some runs differ.

    Returns:
        A row for each such setting, by its dotted name, and a column of texts for each run.
    """
    columns = {run.name: run.config.flat() for run in runs}
    differing = [name for name in next(iter(columns.values()), {}) if len({str(c[name]) for c in columns.values()}) > 1]
    return pd.DataFrame(
        {name: [_text(settings[key]) for key in differing] for name, settings in columns.items()}, index=differing
    )


def _text(value: Any) -> str:  # noqa: ANN401  (whatever a setting holds)
    return f"{value:g}" if isinstance(value, float) else setting_text(value)
