"""What a child does when it is its turn: read the data, train, save. The parent hears of it through files only."""

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import tensorflow as tf

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.datasets.dataset import FerDataset, label_records
from fer_core.datasets.exclusions import excluded_rows
from fer_core.datasets.store import load_records
from fer_core.errors import TrainingError
from fer_core.faces.preprocessing import Preprocessing
from fer_core.labels import LABEL_SCHEMES, SPLITS
from fer_core.training.child.backup import saved_epoch
from fer_core.training.child.callbacks import Observer
from fer_core.training.child.distillation import taught
from fer_core.training.child.result import make_checkpoint
from fer_core.training.child.status import Report
from fer_core.training.child.strategy import in_words, make_strategy, spans_machines
from fer_core.training.child.trainer import Plan, TrainingData, train
from fer_core.training.network.export import read_network
from fer_core.training.network.precision import choose_precision
from fer_core.training.runs.provenance import Probe, Provenance, read_probe, write_probe
from fer_core.training.runs.sources import beginning_of, teachers_of
from fer_core.training.runs.store import Run
from fer_core.training.runs.validation import append_view, keep_views, view_of, write_faces
from fer_core.training.settings.cluster import StrategyName
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import keep_metrics

_BACKUP = "backup"
_LOWEST = 19  # on Unix: a sliver of the processor's time where somebody else wants it, all of it where nobody does


@dataclass(frozen=True, eq=False)
class _Splits:
    train: FerDataset
    validation: FerDataset
    test: FerDataset  # not looked at before training is over


def run_job(run: Run, report: Report, strategy_name: StrategyName = "auto") -> Checkpoint | None:
    """Trains a run, or goes on with it, and makes a checkpoint of it; the outcome is in the report too.

    Args:
        run: Whose turn it is.
        report: Keeps its files.
        strategy_name: How the arithmetic is shared out.

    Returns:
        The checkpoint, or None when it was paused or is half of an experiment.

    Raises:
        FerError: It could not be finished; what was saved stays usable.
    """
    with _system_errors_said(run.config):
        _make_way(run.config)
        strategy = make_strategy(strategy_name)  # before anything else of TensorFlow
        report.set(state="running", message="Preparing: reading the dataset and building the network")
        splits, probe = _splits(run.config), _probe(run, together=spans_machines(strategy))
        done = saved_epoch(run.folder / _BACKUP)
        _begin_files(run.folder, splits.validation, done)
        report.set(epoch=done, message="Preparing: the first batches take longer")
        plan = _plan(run.config, run.folder / _BACKUP, probe.precision, strategy, begins=not done)
        trained = train(run.config, _to_learn(splits), plan, _observer(run.folder, splits.validation, report))
        if report.should_pause() and not report.should_stop() and trained.last_epoch < run.config.epochs:
            message = f"Paused after epoch {trained.last_epoch}. Resume it to go on from there."
            report.set(state="paused", progress=0.0, eta_seconds=0.0, message=message)
            return None
        if run.record.experiment:
            _end_experiment(run, report)
            return None
        report.set(message="Saving the checkpoint", progress=0.0, eta_seconds=0.0)
        provenance = Provenance(
            run.record.id, run.config.seed, probe, in_words(strategy), taken_over=run.record.taken_over
        )
        checkpoint = make_checkpoint(
            run.name, run.config, trained, (splits.train, splits.validation, splits.test), provenance
        )
        state = "stopped" if report.should_stop() else "finished"
        report.set(state=state, checkpoint=checkpoint.name, message="Checkpoint saved")
        return checkpoint


def _end_experiment(run: Run, report: Report) -> None:
    """Keeps an experiment's figures and lets its weights go: nobody is to take them for a good network."""
    if report.should_stop():
        report.set(state="stopped", progress=0.0, eta_seconds=0.0, message="Stopped. Resume it to go on from there.")
        return
    shutil.rmtree(run.folder / _BACKUP, ignore_errors=True)
    report.set(state="finished", progress=0.0, eta_seconds=0.0, message="Over. An experiment leaves no checkpoint.")


def assist(config: TrainingConfig, backup: Path) -> None:
    """Trains along with the machine that writes the run's files; this one writes none.

    Args:
        config: The run's settings, the same on all machines.
        backup: Folder of the states to go on from, if there are any.

    Raises:
        FerError: It could not be finished.
    """
    with _system_errors_said(config):
        _make_way(config)
        plan = _plan(config, backup, _wanted(config, together=True), make_strategy("multi-worker"), writes=False)
        quiet = Observer(lambda _: None, lambda _: None, lambda: False)
        train(config, _to_learn(_splits(config)), plan, quiet)


def _splits(config: TrainingConfig) -> _Splits:
    return _Splits(*load_splits(config))


def _to_learn(splits: _Splits) -> TrainingData:
    return TrainingData(splits.train, splits.validation)


def _plan(
    config: TrainingConfig,
    backup: Path,
    precision: str,
    strategy: tf.distribute.Strategy,
    *,
    begins: bool = True,
    writes: bool = True,
) -> Plan:
    """How a run is trained; the weights it begins with are of no use to one that goes on from a saved state."""
    source = beginning_of(config) if begins else None
    beginning = read_network(source).get_weights() if source else None
    teachers = teachers_of(config) if config.live_teachers else ()  # others have answered before training begins
    return Plan(backup, precision, strategy, writes=writes, beginning=beginning, teachers=teachers)


def _probe(run: Run, *, together: bool) -> Probe:
    """The number format the run has begun with, else the one it is to have."""
    probe = read_probe(run.folder) or choose_precision(_wanted(run.config, together=together))
    write_probe(run.folder, probe)
    return probe


def _wanted(config: TrainingConfig, *, together: bool) -> str:
    # Machines that measure for themselves may choose differently, and then their sums do not fit.
    return "float32" if together and config.precision == "auto" else config.precision


def _begin_files(folder: Path, validation: FerDataset, done: int) -> None:
    """Leaves what the complete epochs have written, and nothing of one that a crash undid."""
    keep_metrics(folder, done)
    keep_views(folder, done)
    write_faces(folder, validation)


def _observer(folder: Path, validation: FerDataset, report: Report) -> Observer:
    return Observer(
        on_batch=report.on_batch,
        on_epoch=report.on_epoch,
        should_stop=report.should_stop,
        should_pause=report.should_pause,
        on_saved=report.on_saved,
        on_validation=lambda epoch, probabilities: append_view(folder, view_of(epoch, validation, probabilities)),
    )


def _make_way(config: TrainingConfig) -> None:
    """Lets the pages and everything else on the machine go first; threads that exist already stay as they are."""
    if config.priority == "low":
        with contextlib.suppress(psutil.AccessDenied):
            # A number on Unix; Windows has a name for it that exists there only.
            psutil.Process().nice(getattr(psutil, "IDLE_PRIORITY_CLASS", _LOWEST))


def load_splits(config: TrainingConfig) -> tuple[FerDataset, FerDataset, FerDataset]:
    """The training, validation and test split a run uses: labelled, without excluded rows, and preprocessed.

    Teachers change the targets of the training split alone.

    Raises:
        DatasetError: The dataset or the exclusion list is not there, or a split is empty.
        TrainingError: A teacher is not there or does not know all classes.
        CheckpointError: A teacher's file is damaged.
    """
    records, scheme = load_records(config.dataset), LABEL_SCHEMES[config.scheme]
    without, steps = excluded_rows(config.dataset, config.exclude), Preprocessing(config.preprocessing)
    training, validation, test = (label_records(records, scheme, [split], without=without) for split in SPLITS)
    return taught(training, config).preprocessed(steps), validation.preprocessed(steps), test.preprocessed(steps)


@contextmanager
def _system_errors_said(config: TrainingConfig) -> Iterator[None]:
    """Says what the machine lacks, and what to do about it."""
    try:
        yield
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise TrainingError(
            f"The memory was not enough for batches of {config.batch_size}. Choose a smaller batch size, such as "
            f"{max(1, config.batch_size // 2)}, and start again; what was saved is kept."
        ) from error
    except OSError as error:
        raise TrainingError(
            f"Training could not write its files ({error.strerror or error}). Free some space, then resume it."
        ) from error
