"""Teachers' answers in a run's targets, once or in each step."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from fer_core.cli.execution import train_run
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.child.distillation import LiveTeachers, distilled
from fer_core.training.child.job import load_splits
from fer_core.training.runs.store import create_run
from fer_core.training.settings.config import TrainingConfig

SMALL = TrainingConfig(width=4, epochs=1, batch_size=32, precision="float32")


@pytest.fixture
def faces(small_demo):
    return label_records(load_records("demo"), LABEL_SCHEMES["majority-7"], ["train"])


def test_targets_are_partly_the_teachers_mean_answer(faces, save_tiny):
    wise = save_tiny("wise")
    teacher = wise.open_classifier()
    answers = mirror_mean(teacher.predict, faces)
    mixed = distilled(faces, [wise], 0.25)
    np.testing.assert_allclose(mixed.targets, 0.75 * faces.targets + 0.25 * answers, atol=1e-6)
    assert np.array_equal(mixed.labels, faces.labels)


def test_a_teacher_that_knows_a_class_more_shares_its_part_out(faces):
    eight = train_run(create_run(replace(SMALL, scheme="majority-8"), "eight"))
    teacher = eight.open_classifier()
    columns = [teacher.class_names.index(name) for name in faces.class_names]
    answers = np.mean([teacher.predict(seen)[:, columns] for seen in (faces.images, faces.images[:, :, ::-1])], axis=0)
    targets = distilled(faces, [eight], 1.0).targets
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
    assert np.array_equal(targets.argmax(axis=1), answers.argmax(axis=1))
    assert answers.sum(axis=1).max() < 0.999


def test_several_teachers_count_the_same(faces, save_tiny, make_card):
    warm = replace(make_card().calibration, temperature=3.0)
    parts = [save_tiny("one"), save_tiny("two", calibration=warm)]
    alone = [distilled(faces, [part], 1.0).targets for part in parts]
    together = distilled(faces, parts, 1.0).targets
    assert np.abs(alone[0] - alone[1]).max() > 1e-3
    np.testing.assert_allclose(together, (alone[0] + alone[1]) / 2, atol=1e-6)


def test_teachers_change_what_is_learned_from_and_nothing_it_is_judged_by(home, small_demo, save_tiny):
    save_tiny("wise")
    plain, with_teacher = (load_splits(replace(SMALL, teachers=names)) for names in ((), ("wise",)))
    changed = [not np.array_equal(a.targets, b.targets) for a, b in zip(plain, with_teacher, strict=True)]
    assert changed == [True, False, False]


def mirror_mean(predict, faces):
    return (predict(faces.images) + predict(faces.images[:, :, ::-1])) / 2


def answers_live(teachers, faces, share=1.0):
    live = LiveTeachers(teachers, replace(SMALL, teacher_share=share), "float32")
    return live.blended(tf.constant(faces.images[..., None]), tf.constant(faces.targets)).numpy()


def trained(name, **changes):
    """A checkpoint that says different things of different faces, and is not calibrated to be sure."""
    config = replace(SMALL, optimizer="adamw", learning_rate=3e-3, **changes)
    return train_run(create_run(config, name))


@pytest.mark.child
def test_live_teachers_answer_as_their_checkpoints_do(faces):
    def shared(answers):
        return answers / answers.sum(axis=1, keepdims=True)

    parts = [trained("seven"), trained("eight", scheme="majority-8", architecture="lab-cnn", seed=3)]
    columns = [parts[1].card.class_names.index(name) for name in faces.class_names]
    first = mirror_mean(parts[0].open_classifier().predict, faces)
    second = mirror_mean(lambda images: shared(parts[1].open_classifier().predict(images)[:, columns]), faces)
    assert np.abs(first - second).max() > 0.01
    np.testing.assert_allclose(answers_live(parts, faces), (first + second) / 2, atol=1e-4)
    np.testing.assert_allclose(
        answers_live(parts[:1], faces, share=0.25), 0.75 * faces.targets + 0.25 * first, atol=1e-4
    )


@pytest.mark.child
def test_live_teachers_answer_in_each_step_and_not_before(faces):
    wise = trained("wise", dropout=0.0, dense_dropout=0.0, epochs=3)
    answers = wise.open_classifier()
    given, own = mirror_mean(answers.predict, faces), answers.predict_raw(faces.images)
    # Whoever begins as its teacher and makes the smallest steps goes on to say what the teacher says.
    config = replace(
        TrainingConfig.from_dict(wise.card.config),
        epochs=1,
        start_from=("wise",),
        learning_rate=1e-6,
        teachers=("wise",),
    )
    live = replace(config, teacher_share=1.0, live_teachers=True)
    assert np.array_equal(load_splits(live).train.targets, faces.targets)
    run = create_run(live, "student")
    train_run(run)
    surprise, of_labels = (-(targets * np.log(own)).sum(axis=1).mean() for targets in (given, faces.targets))
    assert run.metrics()[0].loss == pytest.approx(surprise, abs=2e-3)
    assert abs(surprise - of_labels) > 0.02
