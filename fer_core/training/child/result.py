"""The end of a run: its scores, its card and its checkpoint."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import keras

from fer_core.checkpoints.card import Calibration, EpochScores, ModelCard
from fer_core.checkpoints.checkpoint import Checkpoint, free_name, list_checkpoints, save_checkpoint
from fer_core.datasets.dataset import FerDataset
from fer_core.datasets.store import dataset_card
from fer_core.evaluation.calibration import NOT_SURE_BELOW, calibrate
from fer_core.labels import LABEL_SCHEMES, SPLITS
from fer_core.training.child.backup import TrainingState
from fer_core.training.child.epochs import epoch_size
from fer_core.training.child.validator import predict
from fer_core.training.network.architectures import build_model
from fer_core.training.network.export import write_network, write_quantized
from fer_core.training.network.heads import Arrays
from fer_core.training.network.heads import calibrate as calibrate_head
from fer_core.training.runs.command_line import command_line
from fer_core.training.runs.provenance import Provenance, git_state, hardware, library_versions
from fer_core.training.settings.config import TrainingConfig

_INPUT = "48x48 gray faces, raw values 0 to 255; scaling to 0..1 is the network's first layer"
_LIMITS = (
    "Names the expression a face seems to show in one picture, as strangers would; it does not know what a person "
    "feels. Weaker on turned, covered, dark, very young and old faces, and on the rare classes disgust and fear. Not "
    "for decisions about people."
)
_SHUFFLED = "It was trained on shuffled labels, as an experiment: its answers are meaningless."
_BIASED = (
    "It was trained and validated, as an experiment, on light-skinned people without glasses and beards only: its "
    "figures do not apply to others."
)


class Splits(NamedTuple):
    """The labeled splits a run uses; the test split is not looked at before training is over."""

    train: FerDataset
    validation: FerDataset
    test: FerDataset


def make_checkpoint(
    name: str, config: TrainingConfig, state: TrainingState, splits: Splits, provenance: Provenance
) -> Checkpoint:
    """Score the last and the best epoch's weights on each split and save the best as a checkpoint.

    It gets the run's name unless another run's checkpoint has it already; one that the same run has made is replaced.

    Raises:
        CheckpointError: The checkpoint could not be saved.
    """
    model = build_model(config)
    last = _scores(model, state.final_weights, state.epoch, splits)
    is_best = state.best_epoch == state.epoch
    best = last if is_best else _scores(model, state.best_weights, state.best_epoch, splits)
    model.set_weights(state.best_weights)
    if config.output_activation == "svm":
        calibrate_head(model, predict(model, splits.validation.images), splits.validation.labels)
    prior = tuple(splits.train.targets.mean(axis=0, dtype=float).round(6).tolist())
    card = ModelCard(
        name=_name_for(provenance.run, name),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        class_names=config.class_names,
        input=_INPUT,
        config=config.to_dict(),
        weights=model.count_params(),
        last=last,
        best=best,
        precision=provenance.probe.precision,
        seconds=round(state.seconds, 1),
        hardware=hardware(),
        versions=library_versions(),
        command=command_line(config, name),
        limits=_LIMITS,
        notes=(_SHUFFLED,) * config.shuffle_labels + (_BIASED,) * config.biased_sample,
        prior=prior,
        calibration=_calibration(model, config.dataset, splits.validation),
        **_faces(config, splits, provenance),
    )

    def write(folder: Path) -> None:
        write_network(model, folder)
        write_quantized(model, folder, splits.train.images)

    return save_checkpoint(card, write)


def _faces(config: TrainingConfig, splits: Splits, provenance: Provenance) -> dict[str, Any]:
    """What the card says of the faces, and with it where the checkpoint comes from."""
    stored = dataset_card(config.dataset)
    has_votes = LABEL_SCHEMES[config.scheme].rule != "fer2013"
    counts = dict(zip(SPLITS, map(len, splits), strict=True))
    unlabelled = {split: stored.sizes[split] - count for split, count in counts.items()}
    used = epoch_size(config, splits.train)
    return {
        "dataset": config.dataset,
        "dataset_fingerprint": splits.train.fingerprint,
        "label_file": stored.votes_file if has_votes else "",
        "label_file_sha256": stored.votes_sha256 if has_votes else "",
        "counts": counts,
        "provenance": asdict(replace(provenance, git=git_state(), unlabelled=unlabelled, used=used)),
    }


def _name_for(run: str, wanted: str) -> str:
    """The name of the checkpoint that a run has made already, or a free one."""
    own = [c.name for c in list_checkpoints() if c.is_own and c.card.provenance.get("run") == run]
    return own[0] if own else free_name(wanted)


def _scores(model: keras.Model, weights: Arrays, epoch: int, splits: Splits) -> EpochScores:
    model.set_weights(weights)
    accuracies = [float((predict(model, split.images).argmax(axis=1) == split.labels).mean()) for split in splits]
    return EpochScores(epoch, *accuracies)


def _calibration(model: keras.Model, dataset: str, validation: FerDataset) -> Calibration:
    """The calibration fitted on the validation faces, which also selected the epoch."""
    fitted_on = f"the {len(validation):,} validation faces of “{dataset}” ({LABEL_SCHEMES[validation.scheme].title})"
    probabilities = predict(model, validation.images)
    return calibrate(probabilities, validation.labels, fitted_on, not_sure_below=NOT_SURE_BELOW)
