"""What a person would best do next, told from what is there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.datasets.store import DatasetCard
from fer_core.training.runs.store import Run


@dataclass(frozen=True)
class NextStep:
    """What to do and why, as plain text, and a button's label with the page that it opens."""

    title: str
    reason: str
    label: str
    page: str
    query: dict[str, str] = field(default_factory=dict)


def next_step(
    datasets: Sequence[DatasetCard], checkpoints: Sequence[Checkpoint], runs: Sequence[Run]
) -> NextStep | None:
    """The one step that waits, for what is stored and what is running; None where nothing does."""
    imported = [card for card in datasets if not card.is_drawn]
    active = next((run for run in runs if run.status.is_active), None)
    if active:
        return NextStep(
            f"“{active.name}” is training",
            f"{active.status.epoch} of {active.status.epochs} epochs complete. It continues when you close the page.",
            "Follow the training",
            "training",
            {"run": active.name},
        )
    trained_on = {checkpoint.card.dataset_fingerprint for checkpoint in checkpoints}
    if not imported or any(card.fingerprint in trained_on for card in imported):
        return None
    first = imported[0]
    return NextStep(
        f"Train on “{first.name}”",
        f"Its {sum(first.sizes.values()):,} faces are ready; no network is trained on them yet.",
        f"Train on {first.name}",
        "training",
        {"dataset": first.name},
    )
