"""The commands that train: one run, a search over many, and the list of them; with the options they take."""

import argparse
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from fer_core.cli import Answer, say
from fer_core.cli.execution import assist_run, only_process, train_run
from fer_core.datasets.issues import DataIssue, refuse_pointless
from fer_core.errors import TrainingError
from fer_core.storage.plaintext import percent
from fer_core.training.runs.data import data_issues
from fer_core.training.runs.lifecycle import clear_requests
from fer_core.training.runs.record import RunRecord, RunTarget
from fer_core.training.runs.searches import Method, SearchPlan, create_search, find_search
from fer_core.training.runs.store import STOP, Run, create_run, damaged_runs, find_run, list_runs
from fer_core.training.settings.architecture_summary import summarize
from fer_core.training.settings.cluster import StrategyName, read_cluster
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.fields import read_assignments
from fer_core.training.settings.space import read_axes


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add the options for the settings of a run."""
    command.add_argument("--config", type=Path, help="JSON file with settings")
    command.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", help="settings, such as epochs=10"
    )
    command.add_argument("--dataset", help="name of a stored dataset (default: demo)")
    command.add_argument("--tensorboard", action="store_true", help="also write the curves as TensorBoard files")


def add_train(command: argparse.ArgumentParser) -> None:
    """The options of :func:`train`."""
    add_settings(command)
    command.add_argument("--name", help="name of the run and its checkpoint")
    command.add_argument("--run", dest="existing", metavar="NAME", help="resume an interrupted run")
    command.add_argument(
        "--strategy", choices=get_args(StrategyName), default="auto", help="one device, all devices, or a cluster"
    )
    command.add_argument("--target", type=float, default=0.0, help="target validation accuracy, such as 0.85")
    command.add_argument(
        "--then",
        action="append",
        default=[],
        metavar="SETTINGS",
        help="settings of the next attempt below target, such as 'learning_rate=0.001 epochs=90'; repeatable",
    )


def add_search(command: argparse.ArgumentParser) -> None:
    """The options of :func:`search`."""
    add_settings(command)
    command.add_argument("--name", help="name of the search, and prefix of its runs' names")
    command.add_argument("--run", dest="existing", metavar="NAME", help="resume an interrupted search")
    command.add_argument(
        "--over",
        nargs="+",
        action="extend",
        default=[],
        metavar="KEY=VALUES",
        help="settings to vary: lists such as batch_size=32,64 and ranges such as learning_rate=0.0001..0.01",
    )
    command.add_argument("--method", choices=get_args(Method), default="random", help="search method")
    command.add_argument("--trials", type=int, default=10, help="maximum number of runs (default: 10)")


def train(options: argparse.Namespace) -> Answer:
    """Train a new run, or resume an interrupted one, in this process."""
    run = find_run(options.existing) if options.existing else None
    if run and not run.status.is_active:  # an active one's child is this very process
        clear_requests(run)
    config = run.config if run else _config(options)
    if not read_cluster().is_chief:
        assist_run(config, options.existing or options.name or "")
        return Answer({}, "This worker has finished; the first worker holds the run and its checkpoint.")
    run = run or _new_run(config, options)
    options.go_on = f"train --run {run.name}"
    checkpoint = train_run(run, options.strategy)
    if checkpoint is None:
        status = find_run(run.name).status
        return Answer(asdict(status), status.message)
    best = checkpoint.card.best
    text = (
        f"Checkpoint “{checkpoint.name}” saved in {checkpoint.directory}, weights of epoch {best.epoch}: "
        f"{percent(best.validation_accuracy)} validation accuracy, {percent(best.test_accuracy)} test accuracy."
    )
    if run.record.target.accuracy:
        text += f"\n{find_run(run.name).status.message}"
    return Answer(asdict(checkpoint.card), text)


def search(options: argparse.Namespace) -> Answer:
    """Search for the best settings, each tried as an ordinary run, in this process."""
    from fer_core.training.runs.coordinator import run_search  # noqa: PLC0415

    if options.existing:
        found = find_search(options.existing)
        if not found.status.is_active:  # an active one's child is this very process
            (found.folder / STOP).unlink(missing_ok=True)
    else:
        config = _config(options)
        issues = _check_data(config)
        plan = SearchPlan(config, read_axes(read_assignments(options.over), config), options.method, options.trials)
        found = create_search(plan, options.name)
        _say_before(issues)
    options.go_on = f"search --run {found.name}"
    with only_process(found.folder):
        found = run_search(found)
    tried = [(run, run.best_accuracy()) for run in found.trials()]
    trials = [
        {"run": run.name, "settings": run.record.note, "accuracy": accuracy, "state": run.status.state}
        for run, accuracy in tried
    ]
    lines = [f"{run.name}: {percent(accuracy)} validation accuracy with {run.record.note}" for run, accuracy in tried]
    return Answer({"name": found.name, "status": asdict(found.status), "trials": trials}, "\n".join(lines))


def runs(options: argparse.Namespace) -> Answer:
    """List the training runs, the newest first."""
    found = list_runs()
    document = [
        {"name": run.name, "status": asdict(run.status), "config": run.config.to_dict(), "about": asdict(run.record)}
        | {"metrics": [asdict(metrics) for metrics in run.metrics()]}
        for run in found
    ]
    lines = [f"{r.name}: {r.status.state}, epoch {r.status.epoch} of {r.status.epochs}" for r in found]
    problems = tuple(damage.reason for damage in damaged_runs())
    return Answer(document, "\n".join(lines) or "There are no runs yet.", problems)


def describe(options: argparse.Namespace) -> Answer:
    """Count the layers, weights and arithmetic of the network that some settings mean."""
    network = summarize(_config(options))
    document = asdict(network) | {"weights": network.weights, "multiply_adds": network.multiply_adds}
    lines = [
        f"{layer.kind:14}{'x'.join(map(str, layer.shape)):>12}{layer.weights:12,}{layer.multiply_adds:14,}"
        for layer in network.layers
    ]
    total = f"{network.weights:,} weights, {network.multiply_adds:,} multiply-adds per face"
    return Answer(document, "\n".join([*lines, total]))


def _new_run(config: TrainingConfig, options: argparse.Namespace) -> Run:
    issues = _check_data(config)
    target = RunTarget(options.target, tuple(read_assignments(attempt.split()) for attempt in options.then))
    target.check_attempts(config)
    run = create_run(config, options.name, RunRecord(target=target))
    _say_before(issues)
    return run


def _check_data(config: TrainingConfig) -> tuple[DataIssue, ...]:
    """Return what to know about the dataset before anything starts.

    Raises:
        DatasetError: It is not there, or nothing can be learned from it.
    """
    issues = data_issues(config)
    refuse_pointless(issues)
    return issues


def _say_before(issues: Iterable[DataIssue]) -> None:
    for issue in issues:
        say(f"{issue.severity}: {issue.text}")


def _config(options: argparse.Namespace) -> TrainingConfig:
    config = TrainingConfig()
    if options.config:
        try:
            config = TrainingConfig.from_json(options.config.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise TrainingError(f"{options.config} cannot be read as text ({error}). Check the path.") from error
    assignments = read_assignments(options.set)
    assignments |= {"dataset": options.dataset} if options.dataset else {}
    assignments |= {"tensorboard": "true"} if options.tensorboard else {}
    return config.with_settings(assignments)
