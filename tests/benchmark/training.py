"""How fast networks are trained here, beside Keras' own loop, PyTorch and what the processor can do at most."""

import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.datasets.dataset import FaceRecords, label_records
from fer_core.datasets.store import DEMO, ensure_demo, load_records
from fer_core.labels import LABEL_SCHEMES, SPLITS
from fer_core.training.child.epochs import epoch_data
from fer_core.training.settings.architecture_summary import summarize
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics
from fer_core.training.settings.presets import PRESETS
from tests.benchmark.figure import AbsentError, Bench, seconds
from tests.benchmark.kills import damage_of_kills
from tests.benchmark.realdata import imported
from tests.benchmark.reruns import rerun_ratio
from tests.benchmark.torchside import BATCH, LAYOUTS, STEPS

if TYPE_CHECKING:
    from fer_core.training.child.backup import TrainingState
    from fer_core.training.child.trainer import Observer

_ROUNDS = 7
_FORMATS = ("float32", "mixed_bfloat16")
_PAPER = TrainingConfig(batch_size=BATCH)


def _preset(name: str, dataset: str) -> TrainingConfig:
    return next(preset for preset in PRESETS if preset.name == name).config(dataset, 1, tuple(LABEL_SCHEMES))


_BEST = replace(_preset("best", DEMO), batch_size=BATCH)
_BACKWARD = 3  # a training step needs the forward arithmetic and twice that for the gradients


def keras_ratio() -> float:
    """Images per second over those of Keras' ``fit`` with its defaults: same network, data, batch, threads."""
    return _keras_ratio(_PAPER)


def keras_ratio_best() -> float:
    """The same with the network of the best preset, which has normalized convolutions."""
    return _keras_ratio(_BEST)


def _keras_ratio(config: TrainingConfig) -> float:
    from tests.benchmark.rates import keras_rate, our_rate

    return _in_turns(our_rate(config, STEPS), keras_rate(config, STEPS))


def torch_ratio() -> float:
    """Images per second over those of PyTorch's best layout of four, in turns in the same run."""
    from tests.benchmark.rates import our_rate

    ours = our_rate(_PAPER, STEPS)
    with _torch() as theirs:
        quickest = max(LAYOUTS, key=lambda layout: statistics.median(theirs(layout) for _ in range(3)))
        return _in_turns(ours, lambda: theirs(quickest))


def ceiling_share() -> float:
    """Arithmetic of training, counted by the network's, in per cent of a bfloat16 matrix product's."""
    from tests.benchmark.rates import matrix_rate, our_rate

    ours, product = our_rate(_PAPER, STEPS), matrix_rate()
    operations = 2 * _BACKWARD * summarize(_PAPER).multiply_adds
    return 100 * _in_turns(lambda: operations * ours(), product)


def augmentation_cost() -> float:
    """What augmentation adds to an epoch's time, in percent, with the strongest preset."""
    from tests.benchmark.rates import stepper

    ensure_demo()
    config = replace(_PAPER, share=0.25)
    changed = replace(config, augmentation=_BEST.augmentation)
    training = label_records(load_records(DEMO), LABEL_SCHEMES[config.scheme], ["train"])
    run = stepper(config)

    def epoch(settings: TrainingConfig) -> Callable[[], object]:
        return lambda: run(epoch_data(settings, training, 0))

    pairs = [(seconds(epoch(changed)), seconds(epoch(config))) for _ in range(_ROUNDS)]
    return 100 * (statistics.median(slow / quick for slow, quick in pairs) - 1)


def precision_points() -> float:
    """Mean test accuracy on the demo in bfloat16 less that in float32, over three seeds, in points, without its sign.

    The rate falls and the weights are averaged, since a network in motion differs more from epoch to epoch than the two
    number formats do.
    """
    ensure_demo()
    return _precision_points(DEMO, share=1.0)


def precision_points_ferplus() -> float:
    """The same on FER+, with half of its training faces and all of its test faces."""
    with imported() as name:
        return _precision_points(name, share=0.5)


def _precision_points(dataset: str, share: float) -> float:
    quick = PRESETS[0].config(dataset, 1, tuple(LABEL_SCHEMES))
    config = replace(quick, epochs=12, schedule="one_cycle", weight_average=0.99, share=share)
    records = load_records(dataset)
    pairs = [[_test_accuracy(replace(config, seed=seed), p, records) for p in _FORMATS] for seed in range(3)]
    return 100 * abs(statistics.mean(half - full for full, half in pairs))


def _test_accuracy(config: TrainingConfig, precision: str, records: FaceRecords) -> float:
    from fer_core.training.child.trainer import Observer
    from fer_core.training.child.validator import Validator

    weights = _train(config, precision, records, Observer()).best_weights
    test = label_records(records, LABEL_SCHEMES[config.scheme], ["test"])
    return Validator(config, "float32", test).validate(weights).accuracy


def time_to_accuracy() -> float:
    """Time of the preset of ten minutes until it is as good on validation as Table 4's run at its best.

    In per cent of the time of that run, whose number of epochs is read from the shipped checkpoint's card; its second
    epoch is timed here, in the same number format.
    """
    best = load_checkpoint("paper-cnn").card.best
    with imported() as name:
        records = load_records(name)
        ours = _epochs(
            _preset("ten-minutes", name), records, lambda epoch: epoch.val_accuracy >= best.validation_accuracy
        )
        theirs = _epochs(replace(TrainingConfig(), dataset=name), records, lambda epoch: epoch.epoch == 2)
    if ours[-1].val_accuracy < best.validation_accuracy:
        return inf
    return 100 * sum(epoch.seconds for epoch in ours) / (best.epoch * theirs[-1].seconds)


def _epochs(
    config: TrainingConfig, records: FaceRecords, is_last: Callable[[EpochMetrics], bool]
) -> list[EpochMetrics]:
    """The epochs of a training until one is the last."""
    from fer_core.training.child.trainer import Observer

    epochs: list[EpochMetrics] = []
    observer = Observer(on_epoch=epochs.append, should_stop=lambda: any(map(is_last, epochs)))
    _train(config, "mixed_bfloat16", records, observer)
    return epochs


def _train(config: TrainingConfig, precision: str, records: FaceRecords, observer: "Observer") -> "TrainingState":
    from fer_core.training.child.trainer import Plan, train

    training, validation = (label_records(records, LABEL_SCHEMES[config.scheme], [split]) for split in SPLITS[:2])
    with tempfile.TemporaryDirectory() as folder:
        return train(config, training, validation, Plan(Path(folder), precision=precision), observer)


def _in_turns(ours: Callable[[], float], theirs: Callable[[], float]) -> float:
    """The median ratio of two rates that are measured one after the other, so that both have the same machine."""
    return statistics.median(ours() / theirs() for _ in range(_ROUNDS))


@contextmanager
def _torch() -> Iterator[Callable[[str], float]]:
    """PyTorch in a child of its own, which measures a layout when asked."""
    python = os.environ.get("FER_BENCHMARK_TORCH_PYTHON", "")
    if not python:
        raise AbsentError(
            "Set FER_BENCHMARK_TORCH_PYTHON to a Python that has PyTorch: see tests/benchmark/requirements-torch.txt."
        )
    script = str(Path(__file__).with_name("torchside.py"))
    with subprocess.Popen(
        [python, script, str(os.cpu_count())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            yield _asked(child)
        finally:
            child.kill()


def _asked(child: "subprocess.Popen[str]") -> Callable[[str], float]:
    stdin, stdout = child.stdin, child.stdout
    if stdin is None or stdout is None or stdout.readline().strip() != "ready":
        raise AbsentError("PyTorch does not start: see tests/benchmark/requirements-torch.txt.")

    def rate(layout: str) -> float:
        stdin.write(f"{layout}\n")
        stdin.flush()
        return float(stdout.readline())

    return rate


TRAINING_BENCHES = (
    Bench("training.keras_ratio", "times Keras' own default fit", 3.0, 1e6, keras_ratio),
    Bench("training.keras_ratio_best", "times Keras' own default fit", 3.0, 1e6, keras_ratio_best),
    Bench("training.torch_ratio", "times PyTorch's best of four layouts", 1.2, 1e6, torch_ratio),
    Bench("training.ceiling_share", "% of a bfloat16 matrix product", 60.0, 100.0, ceiling_share),
    Bench("training.augmentation_cost", "% more an epoch", 0.0, 15.0, augmentation_cost),
    Bench("training.precision_points", "points of test accuracy on the demo", 0.0, 0.5, precision_points),
    Bench("training.precision_ferplus", "points of test accuracy on FER+", 0.0, 0.5, precision_points_ferplus),
    Bench("training.time_to_accuracy", "% of the time of Table 4's run", 0.0, 50.0, time_to_accuracy),
    Bench("training.rerun_ratio", "times the idle p95 of page reruns", 0.0, 1.5, rerun_ratio),
    Bench("training.kill_damage", "epochs or runs lost in 100 kills", 0.0, 0.0, damage_of_kills),
)
"""What is measured of training; the last one takes an hour."""
