"""The lesson takes an hour, and a presentation of it tells its time."""

import re
from pathlib import Path

import pytest

from fer_core.lessons.plan import LESSON, Presentation, begins, time_of


@pytest.fixture
def clock():
    """A clock that is set by hand: ``clock[0]`` is the time."""
    return [100.0]


@pytest.fixture
def presentation(clock):
    return Presentation("ABCDE", lambda: clock[0])


def test_the_steps_fill_an_hour_without_gaps():
    assert begins(1) == 0
    assert begins(len(LESSON) + 1) == 60
    assert [time_of(1), time_of(len(LESSON))] == ["0 to 10 min", "52 to 60 min"]


def test_every_step_asks_and_answers_and_gives_pupils_something_to_do():
    for step in LESSON:
        assert step.questions
        assert all(question.ask.endswith("?") and question.answer for question in step.questions)
        assert step.task
        assert bool(step.rows) == bool(step.columns) != bool(step.sketch)


def test_the_controls_that_a_step_names_are_in_the_app():
    project = Path(__file__).parents[2]
    files = [
        file for room in ("pages", "fer_core") for file in (project / room).rglob("*.py") if file.name != "plan.py"
    ]
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    named = {name for step in LESSON for name in re.findall(r"\*(.+?)\*", step.do)}
    assert {name for name in named if f'"{name}' not in source and f"# {name}" not in source} == set()


def test_a_step_counts_its_time_from_its_first_moment(presentation, clock):
    clock[0] += 90
    moment = presentation.now()
    assert (moment.step, moment.in_step, moment.in_all, moment.left) == (1, 90, 90, 510)
    presentation.show(2)
    clock[0] += 30
    presentation.show(2)  # shown again, as every run of a page does
    moment = presentation.now()
    assert (moment.step, moment.in_step, moment.in_all) == (2, 30, 120)
    clock[0] += 600
    assert presentation.now().left == 60 * LESSON[1].minutes - 630


def test_time_can_begin_again(presentation, clock):
    presentation.show(3)
    clock[0] += 45
    presentation.restart()
    clock[0] += 5
    moment = presentation.now()
    assert (moment.step, moment.in_step, moment.in_all) == (3, 5, 5)


@pytest.mark.parametrize("step", [0, len(LESSON) + 1])
def test_there_is_no_other_step(presentation, step):
    with pytest.raises(ValueError, match="Expected a step from 1 to"):
        presentation.show(step)
