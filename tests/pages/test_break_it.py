"""Break it: guess first, then both sides, then what happened and why."""

import time

import pytest

from fer_core.datasets.store import dataset_card
from fer_core.lessons.break_it import experiments
from fer_core.lessons.break_it.catalogue import EXPERIMENTS, find_experiment
from fer_core.lessons.break_it.trial import Trial
from fer_core.training.runs.store import list_runs

QUICK = {"width": 4, "epochs": 1, "batch_size": 32, "precision": "float32", "priority": "normal"}


def texts(app):
    kinds = app.markdown, app.caption, app.info, app.success, app.error
    return " ".join(element.value for kind in kinds for element in kind)


def guess(app, name, choice):
    app.radio(key=f"break_it_guess_{name}").set_value(find_experiment(name).choices[choice]).run()
    app.button(key="break_it_try").click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize("name", ["scaling", "twice", "order"])
def test_what_needs_no_training_is_measured_at_once(home_with_checkpoint, open_page, name):
    app = open_page("break_it", dataset="demo", experiment=name)
    assert "Why." not in texts(app)
    assert app.button(key="break_it_try").disabled
    guess(app, name, 2)
    assert "**Why.**" in texts(app)
    assert texts(app).count("Accuracy **") == texts(app).count("Confidence **") == 2
    assert "ou guessed" in texts(app)
    assert [button.label for button in app.get("download_button")] == ["Your lesson (HTML)"]


@pytest.mark.child
def test_two_small_networks_are_trained_and_the_guess_compared(home_with_checkpoint, open_page, monkeypatch):
    monkeypatch.setattr(experiments, "QUICK_RUN", QUICK)
    app = guess(open_page("break_it", dataset="demo", experiment="shuffled"), "shuffled", 1)
    trial = Trial.of(find_experiment("shuffled"), dataset_card("demo"))
    end = time.monotonic() + 300
    while trial.results() is None and time.monotonic() < end:
        time.sleep(0.5)
    app.run()
    assert not app.exception
    assert "As you guessed" in texts(app) or "You guessed" in texts(app)
    assert "Shuffled labels have no relation to the faces." in texts(app)
    assert len(app.get("plotly_chart")) == 2
    # Another visitor guesses for themselves and then sees the same two runs, which are over.
    other = open_page("break_it", dataset="demo", experiment="shuffled")
    assert "Why." not in texts(other)
    guess(other, "shuffled", 0)
    assert "Why." in texts(other)
    assert len(list_runs()) == 2


def test_a_guess_survives_in_the_address(home_with_checkpoint, open_page):
    app = open_page("break_it", dataset="demo", experiment="order", guess="order-0")
    assert "only the names of its outputs are wrong" in texts(app)
    next(button for button in app.button if button.label == "Guess again").click().run()
    assert "Why." not in texts(app)


@pytest.mark.parametrize("words", ["order-9", "rate-0", "<b>", "-", "order-"])
def test_a_guess_that_is_none_is_asked_for(home_with_checkpoint, open_page, words):
    app = open_page("break_it", dataset="demo", experiment="order", guess=words)
    assert app.radio(key="break_it_guess_order").value is None


def test_every_experiment_asks_its_question(home_with_checkpoint, open_page):
    app = open_page("break_it", dataset="demo")
    for experiment in EXPERIMENTS:
        app.button_group(key="break_it_experiment").set_value(experiment.name).run()
        assert not app.exception
        assert app.radio(key=f"break_it_guess_{experiment.name}").label == experiment.question


def test_without_a_network_it_offers_to_train_one(home, small_demo, open_page):
    app = open_page("break_it", experiment="order")
    assert "No checkpoint yet" in app.info[0].value
