"""The Training page: every row of Table 4, a run that is followed, and what cannot be started."""

import time
from dataclasses import replace
from functools import partial

import psutil
import pytest

from fer_core.training.config import TrainingConfig
from fer_core.training.metrics import EpochMetrics, RunStatus, append_metrics, write_status
from fer_core.training.runs import create_run, find_run, list_runs


@pytest.fixture
def training(open_page):
    return partial(open_page, "training")


def test_the_form_begins_at_table_4(home, small_demo, training):
    page = training()
    assert not page.exception
    assert page.select_slider(key="learning_rate").value == pytest.approx(1e-4)
    assert page.number_input(key="epochs").value == 50
    assert page.number_input(key="batch_size").value == 64
    choices = {"activation": "relu", "output_activation": "softmax", "optimizer": "adam", "metric": "accuracy"}
    for key, value in (choices | {"loss": "categorical_crossentropy"}).items():
        assert page.selectbox(key=key).value == value


def test_a_name_that_is_not_allowed_is_said_and_nothing_starts(home, small_demo, training):
    page = training()
    page.text_input(key="run_name").input("../up")
    page.button[0].click().run()
    assert "cannot be a name" in page.error[0].value
    assert list_runs() == ()


def test_start_follows_the_new_run(home, small_demo, monkeypatch, training):
    monkeypatch.setattr("fer_core.training.runs._launch", lambda run: run)  # no child in this test
    page = training()
    page.number_input(key="epochs").set_value(7)
    page.text_input(key="run_name").input("mine")
    page.button[0].click().run()
    assert not page.exception
    assert find_run("mine").config == TrainingConfig(epochs=7)
    assert page.segmented_control(key="training_view").value == "Follow a run"
    assert page.selectbox(key="run").value == "mine"


def test_there_is_no_run_to_follow_at_first(home, small_demo, training):
    page = training()
    page.segmented_control(key="training_view").set_value("Follow a run").run()
    assert "No run yet" in page.info[0].value


@pytest.fixture
def followed(training):
    """Opens the page at a run with that status."""

    def opened(status, epochs=2):
        run = create_run(TrainingConfig(epochs=4), "lesson")
        for epoch in range(1, epochs + 1):
            append_metrics(
                run.folder, EpochMetrics(epoch, 1 / epoch, 0.3 * epoch, 1.1 / epoch, 0.25 * epoch, 0.2, 30, 100)
            )
        write_status(run.folder, status)
        page = training()
        page.segmented_control(key="training_view").set_value("Follow a run").run()
        assert not page.exception
        return page

    return opened


def test_a_finished_run_leads_to_the_evaluation(home, small_demo, followed):
    page = followed(RunStatus("finished", epoch=4, epochs=4, checkpoint="lesson", message="Checkpoint saved"))
    assert [m.value for m in page.metric][:3] == ["50.0%", "60.0%", "50.0%"]
    assert "lesson" in page.success[0].value
    assert not [b for b in page.button if b.key in ("stop", "resume")]


def test_an_interrupted_run_offers_to_resume(home, small_demo, followed):
    gone = RunStatus("running", epoch=2, epochs=4, pid=2**22 + 1, pid_created=1.0)
    page = followed(gone)
    assert any("Interrupted after epoch 2" in m.value for m in page.markdown)
    assert page.button(key="resume")


def test_stop_asks_the_run_to_stop(home, small_demo, followed):
    me = psutil.Process()  # a process that is alive
    alive = RunStatus("running", epoch=2, epochs=4, progress=0.5, eta_seconds=60, message="Training epoch 3")
    page = followed(replace(alive, pid=me.pid, pid_created=me.create_time()))
    page.button(key="stop").click().run()
    assert (find_run("lesson").folder / "stop").exists()
    assert page.button(key="stop").disabled


def test_one_epoch_in_the_real_child_ends_on_the_evaluation_page(home, small_demo, training):
    page = training()
    page.number_input(key="epochs").set_value(1)
    page.text_input(key="run_name").input("first")
    page.button[0].click().run()
    end = time.monotonic() + 180
    while find_run("first").status.is_active and time.monotonic() < end:
        time.sleep(0.5)
    assert find_run("first").status.state == "finished", find_run("first").status.message
    page.run()
    assert "first" in page.success[0].value
    page.switch_page("pages/evaluation.py").run()
    assert not page.exception
    assert "first" in page.selectbox(key="checkpoint").options
    assert page.metric
