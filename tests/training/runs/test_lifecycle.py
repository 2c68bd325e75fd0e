"""Runs that are over: renamed, annotated, taken along, deleted; and the line in which others wait."""

import io
import zipfile
from dataclasses import replace

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fer_core.errors import DivergenceError, TrainingError
from fer_core.training.child.status import StatusWriter
from fer_core.training.runs.launch import started
from fer_core.training.runs.lifecycle import (
    annotate_run,
    delete_run,
    pack_run,
    rename_run,
    start_next_attempt,
    stop_run,
)
from fer_core.training.runs.record import RunRecord, RunTarget, read_run_record
from fer_core.training.runs.run_queue import active_runs, position_text, runs_before, wait_for_turn
from fer_core.training.runs.store import create_run, find_run, list_runs
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics, append_metrics, read_status, write_status
from fer_core.training.settings.presets import PRESETS

CONFIG = TrainingConfig(epochs=5)


@pytest.fixture(autouse=True)
def _in_this_home(home):
    pass


def over(name="mine", config=CONFIG, **changes):
    run = create_run(config, name, changes.pop("record", None))
    write_status(run.folder, replace(read_status(run.folder), **({"state": "finished"} | changes)))
    return find_run(name)


def active(name, state, since):
    me = psutil.Process()
    return over(name, state=state, since=since, pid=me.pid, pid_created=started(me.pid))


def test_a_run_keeps_who_it_is_under_another_name():
    before = over()
    renamed = rename_run(find_run("mine"), "yours")
    assert [run.name for run in list_runs()] == ["yours"]
    assert renamed.record == before.record


@pytest.mark.parametrize(("name", "why"), [("../up", "is not a valid name"), ("taken", "already")])
def test_names_that_are_not_free_are_refused(name, why):
    over()
    over("taken")
    with pytest.raises(TrainingError, match=why):
        rename_run(find_run("mine"), name)
    assert {run.name for run in list_runs()} == {"mine", "taken"}


@pytest.mark.parametrize("change", [lambda run: rename_run(run, "yours"), delete_run])
def test_an_active_run_is_neither_renamed_nor_deleted(change):
    run = create_run(CONFIG, "mine")
    with pytest.raises(TrainingError, match="is already active"):
        change(run)
    assert find_run("mine").folder.exists()


def test_a_deleted_run_is_gone():
    folder = over().folder
    delete_run(find_run("mine"))
    assert list_runs() == ()
    assert not [path for path in folder.parent.iterdir() if path.is_dir()]


def test_a_note_is_one_line():
    over()
    assert annotate_run(find_run("mine"), " two\nlines \x1b[31m").record.note == "two lines [31m"
    assert find_run("mine").record.note == "two lines [31m"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.text())
def test_notes_never_hold_control_characters(text):
    run = find_run("mine") if list_runs() else over()
    note = annotate_run(run, text).record.note
    assert note.isprintable()
    assert len(note) <= 500


def test_everything_of_a_run_and_its_checkpoint_is_packed(save_tiny):
    checkpoint = save_tiny("tiny")
    run = over(checkpoint="tiny")
    (run.folder / "backup").mkdir()
    (run.folder / "backup" / "epoch-0001.npz").write_bytes(b"weights")
    with zipfile.ZipFile(io.BytesIO(pack_run(find_run("mine")))) as archive:
        names = set(archive.namelist())
        assert {"mine/config.json", "mine/about.json", "mine/status.json", "mine/backup/epoch-0001.npz"} <= names
        assert archive.read("mine/checkpoint/model.tflite") == checkpoint.network_path.read_bytes()
        assert TrainingConfig.from_json(archive.read("mine/config.json").decode()) == CONFIG


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"note": 3}', '{"ambition": {"target": 7}}', '{"target": {"accuracy": 7}}']
)
def test_a_damaged_record_does_not_hide_the_run(content):
    run = over()
    (run.folder / "about.json").write_text(content)
    assert read_run_record(run.folder).note == ""
    assert [r.name for r in list_runs()] == ["mine"]


def test_the_one_that_trains_comes_first_then_who_has_waited_longest():
    active("third", "queued", 30.0)
    active("second", "queued", 20.0)
    active("first", "running", 40.0)
    over("past")
    assert [run.name for run in active_runs()] == ["first", "second", "third"]
    assert [run.name for run in runs_before(find_run("third"))] == ["first", "second"]
    assert runs_before(find_run("past")) == ()
    assert position_text(1) == "Next in the queue"
    assert "3 runs ahead" in position_text(3)


def test_the_record_of_an_older_run_keeps_its_target():
    run = over()
    (run.folder / "about.json").write_text('{"id": "x", "ambition": {"target": 0.8, "attempts": [{"epochs": "9"}]}}')
    assert find_run("mine").record.target == RunTarget(0.8, ({"epochs": "9"},))


def test_a_turn_comes_when_nobody_is_before():
    first = active("first", "queued", 10.0)
    second = active("second", "queued", 20.0)
    said = []
    with wait_for_turn(first, said.append, poll=0.05):
        assert said == []
        stop_run(second)
        with (
            pytest.raises(TrainingError, match="Removed from the queue"),
            wait_for_turn(second, said.append, poll=0.05),
        ):
            raise AssertionError("it was not its turn")
    assert said == ["Next in the queue"]


def learned(name, accuracy, **changes):
    run = over(name, **changes)
    append_metrics(run.folder, EpochMetrics(1, 1.0, 0.5, 1.0, accuracy, accuracy, 2.0, 100.0))
    return find_run(name)


def test_who_reaches_the_target_is_not_followed(no_children):
    target = RunTarget(0.8, ({"epochs": "9"},))
    assert start_next_attempt(learned("good", 0.81, record=RunRecord(target=target))) is None
    assert start_next_attempt(learned("stopped", 0.5, record=RunRecord(target=target), state="stopped")) is None
    assert start_next_attempt(learned("plain", 0.1)) is None
    following = start_next_attempt(learned("poor", 0.79, record=RunRecord(target=target)))
    assert following.name == "poor-try2"
    assert following.config == replace(CONFIG, epochs=9)
    assert following.record.target == RunTarget(0.8, ())


def test_a_target_is_needed_for_what_to_start_next_attempt():
    with pytest.raises(TrainingError, match="need a target"):
        RunTarget(0.0, ({"epochs": "9"},))
    with pytest.raises(TrainingError, match="from 0 to 1"):
        RunTarget(85.0)


def test_a_full_disk_has_room_for_the_sentence_that_says_so():
    run, reserves = create_run(CONFIG, "mine"), []

    def fill_the_disk():
        reserves.append((run.folder / "reserve").stat().st_size)
        raise TrainingError("Training could not write its files (No space left on device).")

    with pytest.raises(TrainingError), StatusWriter(run):
        fill_the_disk()
    assert reserves == [1 << 16]
    assert not (run.folder / "reserve").exists()
    status = find_run("mine").status
    assert (status.state, "No space left" in status.message) == ("failed", True)


def test_a_run_whose_loss_is_no_number_says_so_in_a_field():
    run = create_run(CONFIG, "mine")
    with pytest.raises(DivergenceError), StatusWriter(run):
        raise DivergenceError("The loss became NaN (not a number) in epoch 1.")
    assert find_run("mine").status.diverged


def test_an_interruption_from_the_keyboard_can_be_resumed():
    run = create_run(CONFIG, "mine")
    with pytest.raises(KeyboardInterrupt), StatusWriter(run):
        raise KeyboardInterrupt
    assert "Resume it" in find_run("mine").status.message


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_presets_are_valid_on_every_dataset(preset):
    large = preset.config("ferplus", 28_709, ("majority-7", "distribution-8"))
    few = preset.config("demo", 3_200, ("majority-7", "distribution-8"))
    assert preset.config("fer2013", 28_709, ("fer2013",)).scheme == "fer2013"
    assert few.share == (0.062 if preset.name == "two-curves" else 1.0)
    assert (large.share < 0.2) == bool(preset.faces)
