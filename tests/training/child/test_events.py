"""Event files are read back by TensorBoard's own reader."""

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from fer_core.training.settings.metrics import EpochMetrics

pytestmark = pytest.mark.child


def epoch(number):
    figures = {"loss": 2 / number, "accuracy": 0.1 * number, "val_loss": 3 / number, "val_accuracy": 0.2}
    return EpochMetrics(number, **figures, val_macro_f1=0.15, seconds=3, images_per_second=90, learning_rate=1e-3)


def curves(run_folder):
    """Step and value of every scalar, by part and name."""
    found = {}
    for part in ("train", "validation"):
        reader = EventAccumulator(str(run_folder / "tensorboard" / part)).Reload()
        assert {reader.SummaryMetadata(tag).plugin_data.plugin_name for tag in reader.Tags()["tensors"]} == {"scalars"}
        for tag in reader.Tags()["tensors"]:
            found[part, tag] = [(event.step, make_ndarray(event.tensor_proto).item()) for event in reader.Tensors(tag)]
    return found


def test_every_epoch_stands_there_once(tmp_path):
    """Also after a crash that undid the third epoch, and a resumption."""
    from fer_core.training.child.events import EventWriter

    first = EventWriter(tmp_path, ())
    for number in (1, 2, 3):
        first.on_epoch(epoch(number))
    again = EventWriter(tmp_path, (epoch(1), epoch(2)))
    again.on_epoch(epoch(3))
    found = curves(tmp_path)
    assert found["train", "epoch_loss"] == [(1, 2.0), (2, 1.0), (3, pytest.approx(2 / 3))]
    assert found["validation", "epoch_loss"] == [(1, 3.0), (2, 1.5), (3, 1.0)]
    assert {part for part, _ in found} == {"train", "validation"}
    assert [step for step, _ in found["validation", "epoch_macro_f1"]] == [1, 2, 3]
