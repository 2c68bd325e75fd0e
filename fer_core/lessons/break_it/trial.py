"""The two runs of an experiment: found on disk where anybody has started them before, else started."""

import hashlib
from dataclasses import dataclass

from fer_core.datasets.issues import refuse_pointless
from fer_core.datasets.store import DatasetCard
from fer_core.errors import TrainingError
from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.results import SideResult, result_of
from fer_core.training.runs.data import data_issues
from fer_core.training.runs.lifecycle import resume_run, start_run
from fer_core.training.runs.record import RunRecord
from fer_core.training.runs.store import Run, find_run
from fer_core.training.settings.config import TrainingConfig

_PREFIX = "break-it"


@dataclass(frozen=True)
class Trial:
    """An experiment on a dataset, as it stands, with its usual and its changed run, which all who ask for it share."""

    experiment: Experiment
    configs: tuple[TrainingConfig, TrainingConfig]
    names: tuple[str, str]

    @classmethod
    def of(cls, experiment: Experiment, dataset: DatasetCard, seed: int = 0) -> "Trial":
        """The trial of an experiment that trains; another seed is another trial.

        Raises:
            TrainingError: The experiment does not go with this dataset.
        """
        has_votes = bool(dataset.votes_file)
        if experiment.needs_votes and not has_votes:
            raise TrainingError("This experiment needs the ten votes, and this dataset has none. Choose another.")
        if experiment.needs_drawn_people and not dataset.is_drawn:
            raise TrainingError(
                "This experiment needs to know who the faces show, and only drawn faces say so. Choose the demo."
            )
        configs = experiment.configs(dataset.name, dataset.sizes["train"], has_votes=has_votes, seed=seed)
        kinds = ("usual", experiment.name)
        data = f"{dataset.fingerprint}{experiment.exam}"
        first, second = (_name(kind, config, data) for kind, config in zip(kinds, configs, strict=True))
        return cls(experiment, configs, (first, second))

    def runs(self) -> tuple[Run, ...]:
        """The runs that exist by now, the usual one first."""
        return tuple(run for name in self.names if (run := _find(name)))

    def start(self) -> None:
        """Start what has not been started and resume what was interrupted; what is over stays.

        Raises:
            TrainingError: A run cannot be started.
            DatasetError: Nothing can be learned from the dataset.
        """
        refuse_pointless(data_issues(self.configs[0]))
        sides = self.experiment.usual, self.experiment.changed
        for name, config, side in zip(self.names, self.configs, sides, strict=True):
            run = _find(name)
            if run is None:
                note = f"Break it, {self.experiment.title}: {side}"
                record = RunRecord(note=note, experiment=self.experiment.name, exam=self.experiment.exam)
                _start(name, config, record)
            elif not (run.status.is_active or is_over(run)):
                resume_run(run)

    def results(self) -> tuple[SideResult, SideResult] | None:
        """The results of both runs, or None while one is unfinished."""
        runs = self.runs()
        if len(runs) < 2 or not all(map(is_over, runs)):
            return None
        usual, changed = map(result_of, runs)
        return usual, changed


def is_over(run: Run) -> bool:
    """Whether a run is complete: finished, or stopped by a NaN loss."""
    return run.status.state == "finished" or result_of(run).broke_down


def _name(kind: str, config: TrainingConfig, data: str) -> str:
    """The same for the same settings, data and exam, and for nothing else."""
    digest = hashlib.sha256(f"{config.to_json()} {data}".encode()).hexdigest()
    return f"{_PREFIX}-{kind}-{digest[:8]}"


def _find(name: str) -> Run | None:
    try:
        return find_run(name)
    except TrainingError:
        return None


def _start(name: str, config: TrainingConfig, record: RunRecord) -> None:
    try:
        start_run(config, name, record)
    except TrainingError:
        if _find(name) is None:  # else somebody was quicker by a moment
            raise
