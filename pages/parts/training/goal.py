"""How often a run is made: once, again until it is good enough, or many times in search of better settings."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from fer_core.training.runs.command_line import command_line, search_line
from fer_core.training.runs.lifecycle import start_run
from fer_core.training.runs.record import NO_TARGET, RunRecord, RunTarget
from fer_core.training.runs.searches import MOST_TRIALS, Method, SearchPlan, start_search
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.fields import read_assignments
from fer_core.training.settings.space import Axis, grid_size, read_axes, typical_values
from pages.shared.messages import plain

ONCE, AGAIN, SEARCH = "One run", "Retrain until target", "Search"
_METHODS: dict[Method, str] = {"random": "Random", "grid": "Grid", "tpe": "TPE"}
_NOT_SEARCHED = (
    *("exclude", "dataset", "scheme", "priority", "precision", "metric", "loss", "output_activation"),
    *("start_from", "teachers", "tensorboard"),
)


@dataclass(frozen=True)
class Goal:
    """What is to be started. A name of "" leaves it to the app to choose one.

    Attributes:
        label: What the button says.
        start: Starts it under a name, and returns the name of what to follow.
        command: Returns the command line that does the same under a name.
    """

    label: str
    start: Callable[[str], str]
    command: Callable[[str], str]
    is_search: bool = False


def choose_goal(config: TrainingConfig) -> Goal:
    """Ask how often to train with the form's settings.

    Raises:
        TrainingError: What was written cannot be carried out.
    """
    goal = st.segmented_control(
        "Runs", [ONCE, AGAIN, SEARCH], default=ONCE, required=True, key="goal", persist_state="session"
    )
    if goal == SEARCH:
        plan = _ask_search(config)
        return Goal(
            f"Start {plan.runs} runs",
            lambda name: start_search(plan, name or None).name,
            lambda name: search_line(plan, name),
            is_search=True,
        )
    target = _ask_target(config) if goal == AGAIN else NO_TARGET
    return Goal(
        "Start training",
        lambda name: start_run(config, name or None, RunRecord(target=target)).name,
        lambda name: command_line(config, name, target),
    )


def _ask_target(config: TrainingConfig) -> RunTarget:
    left, right = st.columns([1, 2], gap="large")
    accuracy = left.number_input(
        "Target accuracy, %",
        1.0,
        100.0,
        85.0,
        help="On validation. A run below it is followed by the next one.",
        key="target",
        persist_state="session",
    )
    text = right.text_area(
        "Settings per retry",
        placeholder="learning_rate=0.001\nlearning_rate=0.001 epochs=90\narchitecture=lab-cnn schedule=one_cycle",
        help="One line for each retry: name=value, separated by spaces. Other settings stay as above.",
        key="attempts",
        persist_state="session",
    )
    attempts = tuple(read_assignments(line.split()) for line in text.splitlines() if line.strip())
    target = RunTarget(accuracy / 100, attempts)
    target.check_attempts(config)
    if not attempts:
        st.caption("No lines, no retries.")
    return target


def _ask_search(config: TrainingConfig) -> SearchPlan:
    axes = _ask_axes(config)
    left, right = st.columns(2, gap="large")
    method: Method = left.selectbox(
        "Search method",
        list(_METHODS),
        format_func=_METHODS.__getitem__,
        help="Grid needs lists. Random and TPE also take ranges and use trials better.",
        key="search_method",
        persist_state="session",
    )
    trials = right.number_input(
        "Maximum runs",
        1,
        MOST_TRIALS,
        10,
        help="Trained one after the other.",
        key="trials",
        persist_state="session",
    )
    plan = SearchPlan(config, axes, method, int(trials))
    if method == "grid" and grid_size(axes) > plan.runs:
        st.caption(plain(f"There are {grid_size(axes)} combinations; {plan.runs} will be tried."))
    return plan


def _ask_axes(config: TrainingConfig) -> tuple[Axis, ...]:
    names = st.multiselect(
        "Settings to vary",
        [name for name in config.flat() if name not in _NOT_SEARCHED],
        ["learning_rate"],
        format_func=_plain_name,
        help="Each trial is a run with its own values of these; other settings stay as above.",
        key="search_over",
        persist_state="session",
    )
    texts = {
        name: st.text_input(
            f"Values of {plain(_plain_name(name))}",
            typical_values(name),
            help="A list such as 32, 64, 128 or, for numbers, a range such as 0.0001..0.01.",
            key=f"over_{name}",
            persist_state="session",
        )
        for name in names
    }
    return read_axes(texts, config)


def _plain_name(setting: str) -> str:
    return setting.replace("augmentation.", "").replace("_", " ")
