"""What a person would best do next, told from what is there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.datasets.store import DatasetCard
from fer_core.training.runs.store import Run


@dataclass(frozen=True)
class NextStep:
    """A suggestion with the page that carries it out.

    Attributes:
        title: What to do, as plain text.
        reason: Why, in one or two sentences, as plain text.
        label: What the button says.
        page: The page's name.
        query: What the page is opened with.
    """

    title: str
    reason: str
    label: str
    page: str
    query: dict[str, str] = field(default_factory=dict)


def next_step(datasets: Sequence[DatasetCard], checkpoints: Sequence[Checkpoint], runs: Sequence[Run]) -> NextStep:
    """The one step to suggest, for what is stored and what is running."""
    imported = [card for card in datasets if not card.is_drawn]
    if active := next((run for run in runs if run.status.is_active), None):
        return _follow(active)
    if not checkpoints:
        return _train_first(imported)
    if not imported:
        return _IMPORT
    fingerprints = {card.fingerprint for card in imported}
    if not any(checkpoint.card.dataset_fingerprint in fingerprints for checkpoint in checkpoints):
        return _train_on(imported[0])
    return _TRY


def _follow(run: Run) -> NextStep:
    return NextStep(
        f"“{run.name}” is learning right now",
        f"{run.status.epoch} of {run.status.epochs} epochs are complete. Watch its curves move, or close the page: "
        "it goes on learning.",
        "Follow the training",
        "training",
        {"run": run.name},
    )


def _train_first(imported: Sequence[DatasetCard]) -> NextStep:
    if imported:
        return _train_on(imported[0])
    return NextStep(
        "Train your first network",
        "There is no trained network yet. On the drawn demo faces it takes a few minutes, and you can watch it learn.",
        "Train on the demo faces",
        "training",
        {"dataset": "demo"},
    )


def _train_on(card: DatasetCard) -> NextStep:
    return NextStep(
        f"Train on “{card.name}”",
        f"Its {sum(card.sizes.values()):,} faces are ready, but no network has learned from them yet.",
        f"Train on {card.name}",
        "training",
        {"dataset": card.name},
    )


_IMPORT = NextStep(
    "Bring in real faces",
    "So far there are only the drawn demo faces. FER2013 and the FER+ votes are two free files; with them you can "
    "check every figure of the paper.",
    "Import the real dataset",
    "dataset",
    {"view": "Import"},
)
_TRY = NextStep(
    "Try it on a photo",
    "Everything is ready: real faces and a network that learned from them. Give it a picture, or one of the samples.",
    "Open Photos",
    "photos",
)
