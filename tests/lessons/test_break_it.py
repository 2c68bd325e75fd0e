"""Experiments: what they change, whose runs they share, what is read off their results."""

import time
from dataclasses import replace

import numpy as np
import pytest

from fer_core.checkpoints.checkpoint import list_checkpoints, load_checkpoint
from fer_core.datasets.dataset import label_records
from fer_core.datasets.groups import GROUP_NAMES
from fer_core.datasets.store import dataset_card, import_dataset, load_records
from fer_core.errors import TrainingError
from fer_core.labels import FER2013_EMOTIONS, LABEL_SCHEMES, PAPER_EMOTIONS
from fer_core.lessons.break_it import experiments
from fer_core.lessons.break_it.catalogue import EXPERIMENTS, find_experiment
from fer_core.lessons.break_it.results import Group, SideResult, compared, figures, result_of, results_with_mistake
from fer_core.lessons.break_it.trial import Trial, is_over
from fer_core.training.runs.record import RunRecord
from fer_core.training.runs.store import create_run, find_run, list_runs
from fer_core.training.runs.validation import EpochView, append_view
from fer_core.training.settings.metrics import EpochMetrics, RunStatus, append_metrics, write_status
from tests.benchmark.figure import AbsentError
from tests.benchmark.realdata import real_files

TRAINED = [experiment for experiment in EXPERIMENTS if experiment.trains]


def epoch(number=1, accuracy=0.5, val_accuracy=0.5, seconds=1.0):
    return EpochMetrics(number, 1.0, accuracy, 1.0, val_accuracy, 0.4, seconds, 100.0)


def groups(**accuracies):
    """Groups of 200 faces each by name, with an accuracy in per cent; "_" stands for a blank."""
    return tuple(
        Group(name.replace("_", " "), (True,) * 2 * percents + (False,) * 2 * (100 - percents))
        for name, percents in accuracies.items()
    )


def people(plain, left_out):
    return groups(none_of_these=plain, glasses=left_out, beard=left_out, dark_skin=plain, all_three=left_out)


def result(matrix, **values):
    return SideResult(np.array(matrix), ("a", "b", "c")[: len(matrix)], **values)


@pytest.mark.parametrize("experiment", TRAINED, ids=lambda e: e.name)
def test_the_two_sides_differ_in_what_is_said_and_in_nothing_else(experiment):
    usual, changed = experiment.configs("demo", 3200, has_votes=True)
    differing = changed.differences(usual)
    assert differing
    expected = set(experiment.change) | ({"share"} if experiment.changed_faces else set())
    assert {name.split(".")[0] for name in differing} <= expected  # all faces are no share where there are few
    assert expected - {"share"} <= {name.split(".")[0] for name in differing}
    said = {name: value for name, value in differing.items() if name != "share"}
    assert all(f"{name} = {value}" in experiment.differences() for name, value in said.items())
    assert ("faces = 200 instead of 2500" in experiment.differences()) == bool(experiment.changed_faces)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: e.name)
def test_every_choice_can_come_true(experiment):
    sides = [
        result([[90, 10], [10, 90]], curve=(epoch(),), groups=groups(test=70) + people(90, 88)),
        result([[90, 10], [10, 90]], curve=(epoch(),), groups=groups(test=90) + people(88, 60)),
        result([[90, 10], [10, 90]], curve=(epoch(),), groups=groups(test=68) + people(82, 81)),
        result([[40, 60], [10, 20]], confidence=0.5, wrong_confidence=0.4, curve=(epoch(accuracy=0.5, seconds=1.0),)),
        result([[90, 10], [5, 25]], confidence=0.9, curve=(epoch(accuracy=0.95, seconds=3.0),)),
        result([[98, 2], [29, 1]], confidence=0.95, curve=(epoch(accuracy=0.9, seconds=3.0),)),
        result([[98, 2], [2, 28]], confidence=0.95, curve=(epoch(accuracy=0.99, seconds=3.0),)),
        result([[75, 25], [12, 18]], confidence=0.9, curve=(epoch(accuracy=0.95, seconds=3.0),)),
        result([[42, 58], [10, 20]], confidence=0.99, wrong_confidence=0.9, curve=(epoch(accuracy=0.52, seconds=1.0),)),
        result([[5, 95], [28, 2]], confidence=0.4, curve=(epoch(accuracy=0.5, seconds=1.0),)),
    ]
    came = {experiment.happened(usual, changed) for usual in sides for changed in sides}
    assert came == set(range(len(experiment.choices)))


def test_the_figures_of_an_outcome():
    made = result(
        [[8, 2, 0], [1, 1, 0], [0, 0, 0]],
        curve=(epoch(1, 0.2, 0.3, 9.0), epoch(2, 0.9, 0.75, 2.0), epoch(3, 0.95, 0.75, 3.0)),
    )
    assert made.accuracy == 9 / 12
    assert made.commonest == 10 / 12
    assert made.learned_nothing
    assert made.gap == pytest.approx(0.2)
    assert made.rare_recall == 0.5
    assert made.common_lead == pytest.approx(8 / 10 - 0.5)
    assert made.epoch_seconds == 2.5
    assert [value for _, value, _ in figures(made)] == ["75.0%", "95.0%", "50.0%", "2.5 s"]
    assert [value for _, value, _ in figures(result([[1]], confidence=0.5))] == ["100.0%", "50.0%", "0.0%"]


def test_a_run_whose_loss_is_no_number_has_learned_nothing(small_demo, no_children):
    trial = Trial.of(find_experiment("rate"), dataset_card("demo"))
    run = create_run(trial.configs[1], trial.names[1])
    write_status(run.folder, RunStatus("failed", diverged=True))
    made = result_of(find_run(run.name))
    assert made.broke_down
    assert made.learned_nothing
    assert is_over(find_run(run.name))
    assert "became NaN" in figures(made)[0][2]


@pytest.mark.parametrize(("usual", "changed", "said"), [(0.5, 0.4, 0), (0.5, 0.53, 1), (0.5, 0.46, 1), (0.5, 0.6, 2)])
def test_small_differences_are_none(usual, changed, said):
    assert compared(usual, changed) == said


def test_everybody_shares_the_same_two_runs(small_demo, no_children):
    card = dataset_card("demo")
    first, second = (Trial.of(find_experiment("shuffled"), card) for _ in range(2))
    first.start()
    second.start()
    assert sorted(run.name for run in list_runs()) == sorted(first.names)
    assert first.names[1].startswith("break-it-shuffled-")
    assert {run.record.experiment for run in list_runs()} == {"shuffled"}
    assert Trial.of(find_experiment("rate"), card).names[0] == first.names[0]  # the usual side is the same
    assert not set(Trial.of(find_experiment("shuffled"), card, seed=1).names) & set(first.names)


def test_a_run_somebody_else_starts_at_the_same_moment_is_theirs(small_demo, no_children, monkeypatch):
    trial = Trial.of(find_experiment("shuffled"), dataset_card("demo"))
    trial.start()
    asked = []

    def late(name):
        asked.append(name)
        if asked.count(name) == 1:
            raise TrainingError("There is no such run.")
        return find_run(name)

    monkeypatch.setattr("fer_core.lessons.break_it.trial.find_run", late)
    trial.start()
    assert sorted(asked) == sorted(trial.names * 2)
    assert len(list_runs()) == 2


def test_outcomes_wait_for_both_runs(small_demo, no_children):
    trial = Trial.of(find_experiment("shuffled"), dataset_card("demo"))
    assert trial.results() is None
    trial.start()
    assert trial.results() is None
    for name in trial.names:
        folder = find_run(name).folder
        append_metrics(folder, epoch())
        append_view(folder, EpochView(1, np.eye(7, dtype=int).tolist(), []))
        write_status(folder, RunStatus("finished", epoch=1, epochs=1))
    usual, changed = trial.results()
    assert usual.accuracy == changed.accuracy == 1


def test_votes_are_needed_where_they_are_changed(small_demo):
    card = dataset_card("demo")
    object.__setattr__(card, "votes_file", "")
    with pytest.raises(TrainingError, match="ten votes"):
        Trial.of(find_experiment("votes"), card)
    assert Trial.of(find_experiment("rate"), card).configs[0].scheme == "fer2013"


def test_people_must_be_known_where_some_are_left_out(small_demo, same_faces_as_training):
    with pytest.raises(TrainingError, match="Choose the demo"):
        Trial.of(find_experiment("bias"), dataset_card(same_faces_as_training))


def test_an_exam_makes_a_run_another_one(small_demo, monkeypatch):
    card, experiment = dataset_card("demo"), find_experiment("leak")
    other = replace(experiment, exam="")
    assert not set(Trial.of(experiment, card).names) & set(Trial.of(other, card).names)


def test_a_group_is_named_with_its_interval():
    made = result([[9, 1], [2, 8]], curve=(epoch(),), groups=groups(test=50))
    assert [(label, value) for label, value, _ in figures(made)] == [("Validation", "85.0%"), ("Test", "50.0%")]
    assert "43.1–56.9" in figures(made)[1][2]


@pytest.fixture
def asked(small_demo, save_tiny):
    save_tiny()
    faces = label_records(load_records("demo"), LABEL_SCHEMES["majority-7"], ["test"])
    return load_checkpoint("tiny").open_classifier(), faces


def test_forgotten_scaling_is_the_network_on_255_times_the_greys(asked):
    classifier, faces = asked
    usual, raw = results_with_mistake(classifier, faces, "no scaling")
    _, twice = results_with_mistake(classifier, faces, "scaled twice")
    right = classifier.predict_raw(faces.images)
    assert usual.confidence == pytest.approx(float(right.max(axis=1).mean()))
    is_wrong = right.argmax(axis=1) != faces.labels
    assert usual.wrong_confidence == pytest.approx(float(right.max(axis=1)[is_wrong].mean()))
    assert raw.confidence > usual.confidence > twice.confidence
    # Softmax of a linear network: 255 times the grays are 255 times the logits, up to the biases, which are zero.
    logits = 255 * np.log(right.astype(float))
    expected = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(classifier.predict_raw(faces.images, gain=255.0), expected, atol=1e-3)


def test_a_swapped_order_only_renames_the_columns(asked):
    classifier, faces = asked
    usual, misread = results_with_mistake(classifier, faces, "label order")
    columns = [FER2013_EMOTIONS.index(name) for name in PAPER_EMOTIONS]
    np.testing.assert_array_equal(misread.matrix, usual.matrix[:, columns])


@pytest.mark.child
@pytest.mark.parametrize(("name", "asked_about"), [("leak", ["test"]), ("bias", list(GROUP_NAMES))])
def test_an_experiment_leaves_figures_and_no_checkpoint(small_demo, monkeypatch, name, asked_about):
    monkeypatch.setattr(
        experiments,
        "QUICK_RUN",
        {"width": 4, "epochs": 1, "batch_size": 32, "precision": "float32", "priority": "normal"},
    )
    trial = Trial.of(replace(find_experiment(name), settings={}), dataset_card("demo"))
    trial.start()
    end = time.monotonic() + 300
    while trial.results() is None and time.monotonic() < end:
        time.sleep(0.5)
    assert trial.results(), [run.status for run in trial.runs()]
    assert all(run.metrics() and not (run.folder / "backup").exists() for run in trial.runs())
    assert [[group.name for group in side.groups] for side in trial.results()] == [asked_about] * 2
    assert all(group.n > 0 for side in trial.results() for group in side.groups)
    assert list_checkpoints() == ()
    trial.start()  # what is over stays
    assert [run.status.state for run in trial.runs()] == ["finished", "finished"]


@pytest.mark.realdata
@pytest.mark.child
def test_every_experiment_runs_on_ferplus(home):
    from fer_core.training.child.job import run_job
    from fer_core.training.child.status import StatusWriter

    try:
        ferplus, failed = import_dataset(*real_files()), {}
    except AbsentError as error:
        pytest.skip(str(error))
    for experiment in TRAINED:
        if experiment.needs_drawn_people:
            continue
        quick = {"width": 4, "epochs": 1, "precision": "float32", "share": 0.02}
        for config in Trial.of(experiment, ferplus).configs:
            run = create_run(replace(config, **quick), record=RunRecord(experiment="x", exam=experiment.exam))
            with StatusWriter(run) as status:
                run_job(run, status)
            made = result_of(find_run(run.name))
            if not (made.matrix.any() and bool(made.groups) == bool(experiment.exam)):
                failed[experiment.name] = find_run(run.name).status
    assert not failed
