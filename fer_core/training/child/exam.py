"""What an experiment's network is asked when its training is over."""

from collections.abc import Iterator

from fer_core.datasets.dataset import FerDataset, label_records
from fer_core.datasets.groups import GROUP_NAMES, draw_groups
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.child.epochs import leak_order
from fer_core.training.child.validator import predict
from fer_core.training.network.architectures import build_model
from fer_core.training.network.heads import Arrays
from fer_core.training.runs.store import Run
from fer_core.training.runs.validation import GroupView, write_groups
from fer_core.training.settings.config import TrainingConfig

_TEST_FACES, _PEOPLE = 400, 200


def take_exam(run: Run, test: FerDataset, weights: Arrays) -> None:
    """Write down how the network sees the groups of faces that the run's record asks for."""
    if not run.record.exam:
        return
    model = build_model(run.config)
    model.set_weights(weights)
    groups = _people(run.config) if run.record.exam == "people" else _test_faces(run.config, test)
    views = []
    for name, faces in groups:
        right = predict(model, faces.images).argmax(axis=1) == faces.labels
        views.append(GroupView(name, tuple(right.tolist())))
    write_groups(run.folder, views)


def _test_faces(config: TrainingConfig, test: FerDataset) -> Iterator[tuple[str, FerDataset]]:
    """The test faces that leak first, whether or not this run has them in training."""
    yield "test", test.take(leak_order(config, len(test))[:_TEST_FACES])


def _people(config: TrainingConfig) -> Iterator[tuple[str, FerDataset]]:
    faces = label_records(draw_groups(_PEOPLE), LABEL_SCHEMES[config.scheme], ["test"])
    for number, name in enumerate(GROUP_NAMES):
        yield name, faces.take(faces.rows // _PEOPLE == number)
