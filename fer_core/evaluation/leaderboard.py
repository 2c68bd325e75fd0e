"""Several checkpoints on the same test: a leaderboard, and what can honestly be said about it."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fer_core.checkpoints.checkpoint import LITERT_FILE, Checkpoint
from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.dataset import FaceRecords, FerDataset, label_records
from fer_core.errors import EvaluationError
from fer_core.evaluation.calibration import calibration_error
from fer_core.evaluation.comparison import PairedComparison, holm
from fer_core.evaluation.leakage import Seen, refuse_seen, seen_in_training
from fer_core.evaluation.measuring import report_on
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.scoring import common_classes
from fer_core.labels import LabelScheme

_TIMED, _WARM = 40, 5


@dataclass(frozen=True, eq=False)
class Entry:
    """One checkpoint in a contest.

    Attributes:
        checkpoint: The checkpoint.
        report: What it said of the test images.
        seen: Which of them it was trained on.
    """

    checkpoint: Checkpoint
    report: EvaluationReport
    seen: Seen

    @property
    def name(self) -> str:
        """The checkpoint's name."""
        return self.checkpoint.name

    @property
    def megabytes(self) -> float:
        """Size of the network that predicts."""
        return (self.checkpoint.directory / LITERT_FILE).stat().st_size / 1e6


@dataclass(frozen=True, eq=False)
class Contest:
    """Checkpoints that were tested on the same images.

    Attributes:
        entries: The best accuracy first.
        test: The images that were scored.
        dataset_name: Name of the dataset.
        split: Which split.
        scheme: The labels.
        left_out: Labelled images that were not scored, because not every checkpoint knows their class.
    """

    entries: tuple[Entry, ...]
    test: FerDataset
    dataset_name: str
    split: str
    scheme: LabelScheme
    left_out: int

    def entry(self, name: str) -> Entry:
        """The entry of a checkpoint."""
        return next(entry for entry in self.entries if entry.name == name)

    def pair(self, first: str, second: str) -> PairedComparison:
        """Two of the checkpoints, the second compared with the first."""
        return PairedComparison((first, second), self.entry(first).report, self.entry(second).report)

    def unseen_pair(self, first: str, second: str) -> PairedComparison | None:
        """The same without the images that either was trained on; None when there are none of those, or no others."""
        seen = np.union1d(self.entry(first).seen.positions, self.entry(second).seen.positions)
        if not 0 < len(seen) < len(self.test):
            return None
        kept = np.setdiff1d(np.arange(len(self.test)), seen)
        return PairedComparison((first, second), *(self.entry(name).report.part(kept) for name in (first, second)))

    @cached_property
    def luck(self) -> dict[str, float]:
        """How often luck alone would bring each checkpoint's distance from the best (McNemar, adjusted by Holm)."""
        best, *others = self.entries
        raw = [self.pair(best.name, other.name).p_value() for other in others]
        return dict(zip((entry.name for entry in others), holm(raw), strict=True))

    def table(self) -> pd.DataFrame:
        """The leaderboard, a line a checkpoint.

        Returns:
            ``checkpoint``, ``accuracy`` with ``low`` and ``high``, ``macro_f1``, ``balanced_accuracy``, ``ece``,
            ``luck`` (of the distance from the best; 1 for the best itself), ``weights``, ``megabytes`` and
            ``training_seconds`` (0: unknown).
        """
        return pd.DataFrame(
            {
                "checkpoint": entry.name,
                "accuracy": entry.report.accuracy,
                **dict(zip(("low", "high"), entry.report.accuracy_interval(), strict=True)),
                "macro_f1": entry.report.macro_f1,
                "balanced_accuracy": entry.report.balanced_accuracy,
                "ece": calibration_error(entry.report.probabilities, entry.report.y_true),
                "luck": self.luck.get(entry.name, 1.0),
                "weights": entry.checkpoint.card.weights,
                "megabytes": entry.megabytes,
                "training_seconds": entry.checkpoint.card.seconds,
            }
            for entry in self.entries
        )

    def caveats(self) -> tuple[str, ...]:
        """What must be known beside the figures, as sentences."""
        sentences = []
        if self.left_out:
            sentences.append(
                f"Scored on the {len(self.test.class_names)} classes that all of them know; {self.left_out:,} labelled "
                "faces of other classes are left out."
            )
        if self.split == "validation":
            sentences.append("Validation chose the best epoch and the temperature of checkpoints trained on this data.")
        return (*sentences, *_seen_in_words(self.entries, len(self.test)))


def hold_contest(
    checkpoints: Sequence[Checkpoint],
    records: FaceRecords,
    dataset_name: str,
    *,
    scheme: LabelScheme,
    split: str = "test",
    without: ArrayLike = (),
    progress: Callable[[float], None] = lambda share: None,
) -> Contest:
    """Tests several checkpoints on the same images: those whose class all of them know.

    Args:
        checkpoints: At least two.
        records: The dataset.
        dataset_name: Its name.
        scheme: What labels its images.
        split: Which of its splits.
        without: Row numbers that are left out.
        progress: Told the share of the checkpoints that are done.

    Raises:
        EvaluationError: They cannot be compared: fewer than two, too few classes in common, or one has seen the test.
        FerError: A file is damaged, or the dataset does not fit the labels.
    """
    if len({checkpoint.name for checkpoint in checkpoints}) < 2:
        raise EvaluationError("A comparison needs two different checkpoints. Choose another one.")
    dataset = label_records(records, scheme, [split], without=without)
    common = common_classes(dataset.class_names, *(checkpoint.card.class_names for checkpoint in checkpoints))
    test = dataset.with_classes(common)
    entries = []
    for number, checkpoint in enumerate(checkpoints, start=1):
        seen = seen_in_training(checkpoint, test)
        refuse_seen(checkpoint.name, seen, test)
        entries.append(Entry(checkpoint, report_on(checkpoint, dataset, among=common), seen))
        progress(number / len(checkpoints))
    entries.sort(key=lambda entry: -entry.report.accuracy)
    return Contest(tuple(entries), test, dataset_name, split, scheme, len(dataset) - len(test))


def milliseconds_per_face(classifier: Classifier) -> float:
    """The median time of one face, here and now; open the classifier with one thread to compare networks.

    Args:
        classifier: An opened network.

    Returns:
        Milliseconds.
    """
    face = np.full((1, 48, 48), 128, np.uint8)
    times = []
    for _ in range(_WARM + _TIMED):
        start = time.perf_counter()
        classifier.predict(face)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[_WARM:])


def settings_table(checkpoints: Sequence[Checkpoint], *, differing: bool = True) -> pd.DataFrame:
    """The settings of some checkpoints side by side.

    Args:
        checkpoints: The checkpoints.
        differing: Whether only settings in which they differ are wanted.

    Returns:
        A line a setting, a column a checkpoint; "–" where a setting is unknown.
    """
    cards = {c.name: c.card.settings | {"dataset": c.card.dataset or "unknown"} for c in checkpoints}
    keys = dict.fromkeys(key for config in cards.values() for key in config)
    table = pd.DataFrame(
        {name: [str(config.get(key, "–")) for key in keys] for name, config in cards.items()},
        index=pd.Index([key.replace("_", " ") for key in keys], name="setting"),
    )
    return table[table.nunique(axis=1) > 1] if differing else table


def _seen_in_words(entries: Sequence[Entry], total: int) -> list[str]:
    """What is known of test images in training data, each sentence once for all checkpoints it is true of."""
    imported = [entry.name for entry in entries if entry.checkpoint.card.is_imported]
    unknown = [e.name for e in entries if not (e.checkpoint.card.is_imported or e.seen.is_known)]
    copies: dict[int, list[str]] = {}
    for entry in entries:
        copies.setdefault(len(entry.seen.positions), []).append(entry.name)
    sentences = [
        f"{count:,} of the {total:,} faces are exact copies of faces {_listed(names)} learned from (the public files "
        "repeat some)."
        for count, names in copies.items()
        if count
    ]
    if imported:
        sentences.append(f"Nobody here knows what {_listed(imported)} learned from, perhaps from these very faces.")
    if unknown:
        sentences.append(f"What {_listed(unknown)} learned from is not stored here, so it may have seen these faces.")
    return sentences


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
