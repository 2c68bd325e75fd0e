"""Several checkpoints on the same images: a leaderboard and its caveats."""

import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.dataset import FaceRecords, FerDataset, label_records
from fer_core.datasets.shipped import ferplus_copies
from fer_core.datasets.store import list_labeled, load_records
from fer_core.datasets.subsets import Subset
from fer_core.datasets.summary import label_outcomes
from fer_core.errors import EvaluationError
from fer_core.evaluation.calibration import calibration_error
from fer_core.evaluation.comparison import SIGNIFICANT, PairedComparison, holm, mcnemar
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.scoring import common_classes, evaluate_checkpoint
from fer_core.labels import LabelScheme
from fer_core.storage.plaintext import listed, percent, setting_title

ALL_FACES = "all faces"
"""What the whole test is called beside its subsets; no subset can have a name with a blank."""

_TIMED, _WARM = 40, 5
_MOST_LEAKED = 0.1  # share from which a checkpoint is not compared; the public FER2013 itself repeats 8%


@dataclass(frozen=True, eq=False)
class Leakage:
    """Positions of test images that copy a checkpoint's training images, and if its training data are stored here."""

    positions: NDArray[np.int64]
    is_known: bool


def find_leakage(checkpoint: Checkpoint, test: FerDataset) -> Leakage:
    """Find a checkpoint's training images among test images, without pictures by what is known of FER+'s copies."""
    wanted = checkpoint.card.dataset_fingerprint
    name = next((card.name for card in list_labeled() if wanted and card.fingerprint == wanted), None)
    records = load_records(name, needs_pictures=False) if name else None
    if records is None or records.has_pictures != test.has_pictures:
        return Leakage(np.zeros(0, np.int64), is_known=False)
    outcomes = label_outcomes(records, checkpoint.card.scheme)
    rows = outcomes.rows(["train"], outcomes.class_names)
    if not test.has_pictures:
        copies = ferplus_copies()
        return Leakage(np.flatnonzero(np.isin(copies[test.rows], copies[rows])), is_known=True)
    trained = {image.tobytes() for image in records.images[rows]}
    return Leakage(np.flatnonzero([image.tobytes() in trained for image in test.images]), is_known=True)


def refuse_leakage(checkpoint: Checkpoint, leakage: Leakage, test: FerDataset) -> None:
    """Refuse a checkpoint that was trained on too much of the test.

    Raises:
        EvaluationError: If a tenth of the test images or more are in its training split.
    """
    share = len(leakage.positions) / len(test)
    if share >= _MOST_LEAKED:
        raise EvaluationError(
            f"“{checkpoint.name}” was trained on {len(leakage.positions):,} of these {len(test):,} faces "
            f"({percent(share)}), so the comparison would measure memorization. Choose another split, or remove this "
            "checkpoint."
        )


@dataclass(frozen=True, eq=False)
class Entry:
    """One checkpoint on a leaderboard."""

    checkpoint: Checkpoint
    report: EvaluationReport
    leakage: Leakage

    @property
    def name(self) -> str:
        """Return the checkpoint's name."""
        return self.checkpoint.name

    @property
    def megabytes(self) -> float:
        """Return the size of the network that predicts."""
        return self.checkpoint.network_path.stat().st_size / 1e6


@dataclass(frozen=True, eq=False)
class Leaderboard:
    """Checkpoints tested on the same images, the best accuracy first; images of classes some lack are left out."""

    entries: tuple[Entry, ...]
    test: FerDataset
    dataset_name: str
    split: str
    scheme: LabelScheme
    left_out: int
    prior: PriorAdjustment

    def entry(self, name: str) -> Entry:
        """Return the entry of a checkpoint."""
        return next(entry for entry in self.entries if entry.name == name)

    def pair(self, first: str, second: str) -> PairedComparison:
        """Return two of the checkpoints, the second compared with the first."""
        return self._paired(first, second)

    def unseen_pair(self, first: str, second: str) -> PairedComparison | None:
        """Return the same without the images either was trained on; None without such images, or without others."""
        leaked = np.union1d(self.entry(first).leakage.positions, self.entry(second).leakage.positions)
        if not 0 < len(leaked) < len(self.test):
            return None
        kept = np.setdiff1d(np.arange(len(self.test)), leaked)
        return self._paired(first, second, kept)

    def _describe_priors(self) -> str:
        """Return under which class prior they answered; where one's training shares are unknown, under its own."""
        names: dict[str, list[str]] = {}
        for entry in self.entries:
            names.setdefault(entry.report.answered_by.prior, []).append(entry.name)
        if len(names) == 1:
            return f"Class prior: {next(iter(names))}."
        return f"Class prior: {'; '.join(f'{prior} for {listed(each)}' for prior, each in names.items())}."

    def _paired(self, first: str, second: str, kept: NDArray[np.int64] | None = None) -> PairedComparison:
        a, b = (self.entry(name).report for name in (first, second))
        a, b = (a, b) if kept is None else (a.take(kept), b.take(kept))
        return PairedComparison((first, second), a, b, among=len(self.entries))

    @cached_property
    def p_values(self) -> dict[str, float]:
        """Return the p-value of each checkpoint's distance from the best, adjusted for all pairs."""
        best, *others = self.entries
        return {other.name: self.pair(other.name, best.name).p_value for other in others}

    def on_subsets(self, subsets: Sequence[Subset]) -> pd.DataFrame:
        """Return how every checkpoint does against the best one, on all the faces and on those of each subset.

        The p-value is McNemar's, adjusted by :func:`holm` for all pairs of the checkpoints on all of these sets, so a
        set and a pair may be picked after looking. Subsets without a face of the test are left out.

        Returns:
            ``subset``, ``n``, ``checkpoint`` and its ``accuracy``, ``best`` (the best checkpoint on all the faces) and
            its ``best_accuracy``, ``difference`` (checkpoint less best), ``p_value`` and ``is_significant``.
        """
        best = self.entries[0].name
        kept = {ALL_FACES: np.arange(len(self.test))}
        kept |= {known.name: np.flatnonzero(np.isin(self.test.rows, known.rows)) for known in subsets}
        names = [entry.name for entry in self.entries]
        pairs = [
            (subset, self._paired(first, second, positions))
            for subset, positions in kept.items()
            if len(positions)
            for first, second in itertools.combinations(names, 2)
        ]
        adjusted = holm([mcnemar(*pair.discordant) for _, pair in pairs])
        return pd.DataFrame(
            {
                "subset": subset,
                "n": len(pair),
                "checkpoint": pair.names[1],
                "accuracy": pair.second.accuracy,
                "best": best,
                "best_accuracy": pair.first.accuracy,
                "difference": pair.difference,
                "p_value": p_value,
                "is_significant": p_value < SIGNIFICANT,
            }
            for (subset, pair), p_value in zip(pairs, adjusted.tolist(), strict=True)
            if pair.names[0] == best
        )

    def table(self) -> pd.DataFrame:
        """Return the leaderboard, a line a checkpoint.

        Returns:
            ``checkpoint``, ``accuracy`` with ``low`` and ``high``, ``macro_f1``, ``balanced_accuracy``, ``ece``,
            ``p_value`` (of the distance from the best; 1 for the best itself), ``weights``, ``megabytes`` and
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
                "p_value": self.p_values.get(entry.name, 1.0),
                "weights": entry.checkpoint.card.weights,
                "megabytes": entry.megabytes,
                "training_seconds": entry.checkpoint.card.seconds,
            }
            for entry in self.entries
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what must be known beside the figures, as sentences."""
        sentences = [self._describe_priors()]
        if self.left_out:
            sentences.append(
                f"Evaluated on the {len(self.test.class_names)} shared classes; "
                f"{self.left_out:,} faces of other classes are left out."
            )
        if self.split == "validation":
            sentences.append("Validation selected the epoch and temperature of checkpoints trained on this data.")
        return (*sentences, *_describe_leakage(self.entries, len(self.test)))


def compare_checkpoints(
    checkpoints: Sequence[Checkpoint],
    records: FaceRecords,
    dataset_name: str,
    *,
    scheme: LabelScheme,
    split: str = "test",
    without: ArrayLike = (),
    prior_adjustment: PriorAdjustment = "training",
) -> Leaderboard:
    """Test several checkpoints on the same images: those whose class all of them know.

    Rows ``without`` are left out; all answer under one class prior, as far as their training shares are known.

    Raises:
        EvaluationError: If there are fewer than two, too few classes in common, or one was trained on the test.
        FerError: If a file is damaged, or the dataset does not fit the labels.
    """
    if len({checkpoint.name for checkpoint in checkpoints}) < 2:
        raise EvaluationError("A comparison needs two different checkpoints. Choose another one.")
    dataset = label_records(records, scheme, [split], without=without)
    common = common_classes(dataset.class_names, *(checkpoint.card.class_names for checkpoint in checkpoints))
    test = dataset.with_classes(common)
    entries = []
    for checkpoint in checkpoints:
        leakage = find_leakage(checkpoint, test)
        refuse_leakage(checkpoint, leakage, test)
        report = evaluate_checkpoint(checkpoint, dataset, prior_adjustment=prior_adjustment, among=common)
        entries.append(Entry(checkpoint, report, leakage))
    entries.sort(key=lambda entry: -entry.report.accuracy)
    return Leaderboard(tuple(entries), test, dataset_name, split, scheme, len(dataset) - len(test), prior_adjustment)


def milliseconds_per_face(classifier: Classifier) -> float:
    """Return the median time of one face; open the classifier with one thread to compare networks."""
    face = np.full((1, 48, 48), 128, np.uint8)
    times = []
    for _ in range(_WARM + _TIMED):
        start = time.perf_counter()
        classifier.predict(face)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[_WARM:])


def settings_table(checkpoints: Sequence[Checkpoint], *, differing: bool = True) -> pd.DataFrame:
    """Return the (differing) settings, a line each, of checkpoints, a column each; "–" where one is unknown."""
    cards = {c.name: c.card.settings | {"dataset": c.card.dataset or "unknown"} for c in checkpoints}
    keys = dict.fromkeys(key for config in cards.values() for key in config)
    table = pd.DataFrame(
        {name: [str(config.get(key, "–")) for key in keys] for name, config in cards.items()},
        index=pd.Index([setting_title(key) for key in keys], name="setting"),
    )
    return table[table.nunique(axis=1) > 1] if differing else table


def _describe_leakage(entries: Sequence[Entry], total: int) -> list[str]:
    """Return what is known of test images in training data, each sentence once for all checkpoints it is true of."""
    imported = [entry.name for entry in entries if not entry.checkpoint.card.is_trained]
    unknown = [e.name for e in entries if e.checkpoint.card.is_trained and not e.leakage.is_known]
    copies: dict[int, list[str]] = {}
    for entry in entries:
        copies.setdefault(len(entry.leakage.positions), []).append(entry.name)
    sentences = [
        f"{count:,} of the {total:,} faces are exact copies of training faces of {listed(names)}."
        for count, names in copies.items()
        if count
    ]
    if imported:
        sentences.append(f"The training data of {listed(imported)} is unknown and may include these faces.")
    if unknown:
        sentences.append(f"The training data of {listed(unknown)} is not stored here and may include these faces.")
    return sentences
