"""A face is its text and back, curves hold all else, a change flips the answer, and challenges count moves."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.datasets.drawn.expression import UNITS, ActionUnits, Expression, emotion_expression, expression_of, facs
from fer_core.datasets.drawn.face import RANGES, Face, parse_face
from fer_core.datasets.drawn.person import HAIR_STYLES
from fer_core.lessons.build_face.challenges import CHALLENGES, attempt
from fer_core.lessons.build_face.change import frames, smallest_change
from fer_core.lessons.build_face.curves import influences, probabilities, response, with_unit
from tests.benchmark.drawn import prototypes_named

PERCENT = st.integers(0, 100).map(lambda percent: percent / 100)
HALVES = st.builds(ActionUnits, **dict.fromkeys(UNITS, PERCENT))
MIDDLE = [name for name, unit in UNITS.items() if not unit.has_sides]


@st.composite
def expressions(draw):
    left = draw(HALVES)
    right = draw(st.one_of(st.just(left), HALVES))
    return Expression(left, replace(right, **{name: getattr(left, name) for name in MIDDLE}))


FACES = st.builds(
    Face,
    hair=st.sampled_from(HAIR_STYLES),
    expression=expressions(),
    **{name: st.integers(*ends) for name, ends in RANGES.items()},
)


@pytest.fixture(scope="module")
def network():
    return load_checkpoint("fer-lab").open_classifier()


def test_a_network_of_photographed_faces_names_the_prototypes():
    assert prototypes_named(people=4) >= 80


@given(FACES)
def test_a_face_is_its_text_and_back(face):
    assert parse_face(face.text) == face


@given(expressions())
def test_an_expression_is_its_units_and_back(expression):
    assert expression_of(expression.units()) == expression


@given(st.text(max_size=80))
def test_any_text_is_a_face_or_refused(text):
    with suppress(ValueError):
        assert isinstance(parse_face(text), Face)


@pytest.mark.parametrize(
    "text", ["12:101", "12X:5", "99:5", "17L:5", "age:400", "hair:blue", "12:x", "12", "person:0", "turn:--5"]
)
def test_what_no_face_can_be_is_refused(text):
    with pytest.raises(ValueError, match=r"must be|There is no|Expected"):
        parse_face(text)


def test_the_usual_face_has_no_text():
    assert Face().text == ""
    assert parse_face("12R:55 turn:-8") == Face(turn=-8, expression=facs("12R:55"))


@pytest.mark.parametrize(
    "change", ["age:90", "skin:5", "hair:long", "glasses:1", "beard:80", "turn:20", "light:60", "9:80"]
)
def test_every_setting_shows_in_the_picture(change):
    before, after = Face(), parse_face(change)
    assert np.abs(before.portrait(96).astype(int) - after.portrait(96)).max() > 20
    assert (before.seen() != after.seen()).any()


def test_a_portrait_is_in_color_and_a_network_gets_gray():
    assert Face().portrait(120).shape == (120, 120, 3)
    assert Face().seen().shape == (48, 48)
    assert (Face().seen() == Face().seen()).all()


def test_one_side_moves_alone():
    left, right = (Face(expression=facs(f"12{side}")).portrait(96).astype(int) for side in "LR")
    rest = Face().portrait(96).astype(int)
    lower = slice(56, 84)
    assert np.abs(left - rest)[lower, :48].sum() > 1.5 * np.abs(left - rest)[lower, 48:].sum()
    assert np.abs(right - rest)[lower, 48:].sum() > 1.5 * np.abs(right - rest)[lower, :48].sum()


def test_a_response_moves_one_unit_and_holds_the_rest(network):
    face = Face(expression=emotion_expression("anger"))
    found = response(network, face, "lip_corner_puller", points=3)
    assert found.amounts.tolist() == [0, 0.5, 1]
    assert found.probabilities.shape == (3, 8)
    expected = probabilities(network, [with_unit(face, "lip_corner_puller", 0.5)])
    assert found.probabilities[1] == pytest.approx(expected[0], abs=1e-5)
    assert 0 <= found.influence <= 1


@given(expressions(), st.sampled_from(list(UNITS)), PERCENT)
def test_a_unit_set_anew_keeps_what_its_sides_differ_in(expression, unit, amount):
    before, after = (Face(expression=expression), with_unit(Face(expression=expression), unit, amount))
    left, right = (getattr(after.expression.on(side), unit) for side in (-1, 1))
    assert (left + right) / 2 == pytest.approx(amount, abs=0.026)
    old = [getattr(before.expression.on(side), unit) for side in (-1, 1)]
    assert (left - right) * (old[0] - old[1]) >= 0
    assert with_unit(after, unit, (left + right) / 2) == after
    assert with_unit(after, unit, 1.0).expression.middle != with_unit(after, unit, 0.0).expression.middle


def test_the_influences_are_those_of_all_units_the_strongest_first(network):
    found = influences(network, Face())
    assert set(found) == set(UNITS)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_the_smallest_change_flips_the_answer_and_smaller_ones_do_not(network):
    face = Face()
    change = smallest_change(network, face, "happiness")
    assert change is not None
    assert change.faces[0] == face
    assert network.predict_one(change.faces[-1].seen()).class_name == "happiness"
    assert change.probability == pytest.approx(float(probabilities(network, change.faces[-1:])[0, 1]), abs=1e-5)
    for move in change.moves:
        less = with_unit(change.faces[-1], move.unit, move.after - 0.1 * np.sign(move.after - move.before))
        assert network.predict_one(less.seen()).class_name != "happiness"
    assert list(frames(change.faces, 3))[-1] == change.faces[-1]


def test_a_face_that_says_it_already_needs_no_change(network):
    face = Face(expression=emotion_expression("happiness"))
    change = smallest_change(network, face, "happiness")
    assert change.moves == ()
    assert change.size == 0


def test_challenges_count_moved_units_and_know_when_they_are_solved():
    fear = CHALLENGES[0]
    done = attempt(fear, facs("1 5:50"), "fear")
    assert done.moved == ("inner_brow_raiser", "upper_lid_raiser")
    assert done.size == pytest.approx(1.5)
    assert done.is_solved
    assert not attempt(fear, facs("1 5:50"), "surprise").is_solved
    assert not attempt(fear, facs("1 2 5 20 25"), "fear").is_solved
    fool = next(one for one in CHALLENGES if one.keeps)
    assert attempt(fool, fool.beginning, "neutral").is_solved
    assert not attempt(fool, facs(""), "neutral").is_solved  # people see no smile either
    assert not attempt(fool, fool.beginning, "happiness").is_solved
