"""What a run's child does in its turn: read the data, train, save. The parent learns of it through files only."""

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import tensorflow as tf

from fer_core.checkpoints.answers import ensure_answers
from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.datasets.dataset import FerDataset, label_records
from fer_core.datasets.issues import refuse_pointless
from fer_core.datasets.store import load_records
from fer_core.errors import TrainingError
from fer_core.faces.preprocessing import Preprocessing
from fer_core.labels import LABEL_SCHEMES, SPLITS
from fer_core.storage.files import home, storage_remedy
from fer_core.training.child.backup import load_state
from fer_core.training.child.distillation import distilled
from fer_core.training.child.epochs import with_leak
from fer_core.training.child.events import EventWriter
from fer_core.training.child.exam import take_exam
from fer_core.training.child.result import Splits, make_checkpoint
from fer_core.training.child.status import StatusWriter
from fer_core.training.child.strategy import choose_precision, in_words, make_strategy, spans_machines
from fer_core.training.child.trainer import Observer, Plan, train
from fer_core.training.network.export import read_network
from fer_core.training.network.heads import weights_for_classes
from fer_core.training.runs.data import data_issues, rows_left_out
from fer_core.training.runs.lifecycle import drop_backup
from fer_core.training.runs.provenance import Provenance, read_probe, write_probe
from fer_core.training.runs.sources import load_start, load_teachers
from fer_core.training.runs.store import Run
from fer_core.training.runs.validation import append_view, keep_views, view_of, write_faces
from fer_core.training.settings.architecture_summary import summarize
from fer_core.training.settings.cluster import StrategyName
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics, keep_metrics, read_status

_STATE_BYTES = 24  # of a weight: itself and two moments, in the state before and in the next one
_LOWEST = 19  # on Unix: hardly any of the processor's time where others want it, all of it where nobody does


def run_job(run: Run, status: StatusWriter, strategy_name: StrategyName = "auto") -> Checkpoint | None:
    """Train or resume a run and save its checkpoint; the outcome is also in the status.

    Returns:
        The checkpoint, or None when it was paused or is half of an experiment.

    Raises:
        FerError: It could not be finished; what was saved stays usable.
    """
    config, backup = run.config, run.folder / "backup"
    with errors_in_words(config):
        _lower_priority(config)
        strategy = make_strategy(strategy_name)  # before anything else of TensorFlow
        status.set(state="running", message="Preparing: reading the dataset and building the network")
        splits = load_splits(config)
        # A resumed run keeps the number format it began with.
        probe = read_probe(run.folder) or choose_precision(_wanted(config, together=spans_machines(strategy)))
        write_probe(run.folder, probe)
        plan = _plan(config, Plan(backup, precision=probe.precision, strategy=strategy))
        done = plan.state.epoch if plan.state else 0
        # What the complete epochs have written is kept, and nothing of one that a crash undid.
        keep_metrics(run.folder, done)
        keep_views(run.folder, done)
        write_faces(run.folder, splits.validation)
        status.set(epoch=done, message="Preparing: the first batches take longer")
        observer = _observer(run, splits.validation, status)
        if config.tensorboard:
            observer = _with_events(observer, run)
        state = train(config, splits.train, splits.validation, plan, observer)
        if status.should_pause() and not status.should_stop() and state.epoch < config.epochs:
            status.end("paused", f"Paused after epoch {state.epoch}. Resume it to continue.")
            return None
        if run.record.experiment or config.leaked_faces:
            if not status.should_stop():
                take_exam(run, splits.test, state.final_weights)
            _end_experiment(backup, status)
            return None
        status.set(message="Saving the checkpoint", progress=0.0, eta_seconds=0.0)
        shared_out = in_words(strategy)
        provenance = Provenance(run.record.id, config.seed, probe, shared_out, taken_over=run.record.taken_over)
        checkpoint = make_checkpoint(run.name, config, state, splits, provenance)
        checkpoint = ensure_answers(checkpoint, load_records(config.dataset))
        ended = "stopped" if status.should_stop() else "finished"
        status.set(state=ended, checkpoint=checkpoint.name, message="Checkpoint saved")
        drop_backup(replace(run, status=read_status(run.folder)))
        return checkpoint


def _end_experiment(backup: Path, status: StatusWriter) -> None:
    """Delete an experiment's weights, so that they are not mistaken for a trained model; its figures stay."""
    if status.should_stop():
        status.end("stopped", "Stopped. Resume it to continue.")
        return
    shutil.rmtree(backup, ignore_errors=True)
    status.end("finished", "Finished. Experiments leave no checkpoint.")


def assist(config: TrainingConfig, backup: Path) -> None:
    """Train along with the machine that writes the run's files; this one writes none, but resumes from the backup.

    Raises:
        FerError: It could not be finished.
    """
    with errors_in_words(config):
        _lower_priority(config)
        strategy = make_strategy("multi-worker")
        plan = Plan(backup, precision=_wanted(config, together=True), strategy=strategy, writes=False)
        splits = load_splits(config)
        train(config, splits.train, splits.validation, _plan(config, plan), Observer())


def _plan(config: TrainingConfig, plan: Plan) -> Plan:
    """Complete a plan by the state to resume from, or else the weights to begin with, and the live teachers."""
    state = load_state(plan.backup)
    begun = () if state else load_start(config)
    weights = [weights_for_classes(read_network(each), each.card.class_names, config.class_names) for each in begun]
    return replace(
        plan,
        state=state,
        initial_weights=[np.mean(same, axis=0) for same in zip(*weights, strict=True)] or None,
        teachers=load_teachers(config) if config.live_teachers else (),
    )


def _wanted(config: TrainingConfig, *, together: bool) -> str:
    # Machines that measure for themselves may choose differently, and then their sums do not fit.
    return "float32" if together and config.precision == "auto" else config.precision


def _observer(run: Run, validation: FerDataset, status: StatusWriter) -> Observer:
    return Observer(
        on_batch=status.on_batch,
        on_epoch=status.on_epoch,
        should_stop=status.should_stop,
        should_pause=status.should_pause,
        on_saved=status.on_saved,
        on_validation=lambda epoch, probabilities: append_view(run.folder, view_of(epoch, validation, probabilities)),
    )


def _with_events(observer: Observer, run: Run) -> Observer:
    """Have the epochs written as event files too."""
    events = EventWriter(run.folder, run.metrics())

    def on_epoch(metrics: EpochMetrics) -> None:
        observer.on_epoch(metrics)
        events.on_epoch(metrics)

    return replace(observer, on_epoch=on_epoch)


def _lower_priority(config: TrainingConfig) -> None:
    """Let the pages and everything else on the machine go first; threads that exist already keep their priority."""
    if config.priority == "low":
        with contextlib.suppress(psutil.AccessDenied):
            # A number on Unix; Windows has a name for it that exists there only.
            psutil.Process().nice(getattr(psutil, "IDLE_PRIORITY_CLASS", _LOWEST))


def load_splits(config: TrainingConfig) -> Splits:
    """Load the splits a run uses: labeled, without excluded rows, and preprocessed.

    Teachers change the targets of the training split alone; live ones answer later.

    Raises:
        DatasetError: The dataset or the subset to exclude is not there, or a split has fewer than two classes.
        TrainingError: A teacher is not there or does not know all classes, or the dataset has no biased sample.
        CheckpointError: A teacher's file is damaged.
    """
    refuse_pointless(data_issues(config))
    records, scheme = load_records(config.dataset), LABEL_SCHEMES[config.scheme]
    without, steps = rows_left_out(config), Preprocessing(config.preprocessing)
    training, validation, test = (label_records(records, scheme, [split], without=without) for split in SPLITS)
    if not config.live_teachers:
        training = distilled(training, load_teachers(config), config.teacher_share)
    training = with_leak(config, training, test)
    return Splits(*(split.preprocessed(steps) for split in (training, validation, test)))


@contextmanager
def errors_in_words(config: TrainingConfig) -> Iterator[None]:
    """Say what the machine lacks, and what to do about it.

    Raises:
        TrainingError: In place of an error of the system or of memory.
    """
    try:
        yield
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise TrainingError(
            f"Memory ran out with a batch size of {config.batch_size}. Choose a smaller batch size, such as "
            f"{max(1, config.batch_size // 2)}, and start again. Everything saved is kept."
        ) from error
    except OSError as error:
        raise TrainingError(
            f"Training could not write its files ({error.strerror or error}). "
            f"{storage_remedy(error, home(), _STATE_BYTES * summarize(config).weights)} Then resume it."
        ) from error
