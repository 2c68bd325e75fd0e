"""The sliders of a drawn face, and the face they make: kept by the session and by the address."""

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import streamlit as st

from fer_core.datasets.drawn.expression import (
    EMOTION_EXPRESSIONS,
    UNITS,
    ActionUnits,
    Expression,
    Region,
    Unit,
    blend,
    unit_title,
)
from fer_core.datasets.drawn.face import RANGES, Face, parse_face
from fer_core.datasets.drawn.person import HAIR_COLORS, HAIR_STYLES, SKIN_COLORS
from pages.shared.messages import refuse_with

REGIONS: tuple[Region, ...] = get_args(Region)
_FACE, _FOLLOWED, _APART = "build_face_text", "build_face_followed", "build_face_apart"
_STEP = 5  # percent of a unit that a key press moves
_HELP = {
    "turn": "Degrees to the side.",
    "nod": "Degrees up or down.",
    "tilt": "Degrees toward a shoulder.",
    "light": "Where the light comes from: left, front or right.",
    "age": "Deepens the folds.",
}


def follow_address() -> None:
    """Let the sliders show the face that the address names, or the one this session had here before."""
    kept: str | None = st.session_state.get(_FACE)
    asked = st.query_params.get("face")
    is_open = _key("person") in st.session_state
    if is_open and asked in (None, st.session_state.get(_FOLLOWED)):
        return
    try:
        put(parse_face(asked if asked is not None else kept or ""))
    except ValueError:
        refuse_with("Invalid face in the address; this is the default one.", "face in address refused")
        put(Face())


def put(face: Face, *, apart: bool = False) -> None:
    """Move all sliders to a face; both sides get a slider each where they differ, or where that is asked for."""
    state = st.session_state
    state[_APART] = apart or face.expression.left != face.expression.right
    for name, unit in UNITS.items():
        left, right = (100 * getattr(face.expression.on(side), name) for side in (-1, 1))
        state[_key(name)] = _on_step((left + right) / 2)
        if unit.has_sides:
            state[_key(f"{name}_left")], state[_key(f"{name}_right")] = _on_step(left), _on_step(right)
    for name in (*RANGES, "hair"):
        state[_key(name)] = getattr(face, name)
    state[_key("glasses")] = bool(face.glasses)
    state[_FACE] = face.text


def put_expression(expression: Expression) -> None:
    """Move the sliders of the action units to an expression; the person stays."""
    put(replace(parse_face(st.session_state[_FACE]), expression=expression))


def surprise() -> None:
    """Move all sliders to a person and an expression by lot."""
    rng = np.random.default_rng()
    first, second = rng.choice(list(EMOTION_EXPRESSIONS), 2, replace=False)
    share = float(rng.uniform(0.3, 0.7))
    parts = {_variant(rng, str(first)): share, _variant(rng, str(second)): 1 - share}
    look: dict[str, Any] = {name: int(rng.integers(low, high + 1)) for name, (low, high) in RANGES.items()}
    look |= {name: int(rng.integers(-8, 9)) for name in ("turn", "nod", "tilt")}
    look |= {"glasses": int(rng.random() < 0.2), "beard": int(rng.choice([0, 0, 0, 40, 80]))}
    put(Face(**look, hair=HAIR_STYLES[int(rng.integers(len(HAIR_STYLES)))], expression=blend(parts)))


def _variant(rng: np.random.Generator, emotion: str) -> Expression:
    variants = EMOTION_EXPRESSIONS[emotion]
    return variants[int(rng.integers(len(variants)))]


def _another_person() -> None:
    st.session_state[_key("person")] = int(np.random.default_rng().integers(*RANGES["person"]))


def _set_apart() -> None:
    """After the switch of the sides: one slider takes the mean of two, and two take the value of one."""
    face, apart = parse_face(st.session_state[_FACE]), st.session_state[_APART]
    if not apart:
        middle = face.expression.middle
        face = replace(face, expression=Expression(middle, middle))
    put(face, apart=apart)


def choose_face() -> Face:
    """All sliders, grouped, and the face they make, which the address and the session keep."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        help_ = "Separate sliders for left and right; contempt is one-sided."
        st.toggle("Separate sides", key=_APART, on_change=_set_apart, help=help_)
        with st.popover("Person and view", icon=":material/face:"):
            _show_person()
    left, right = st.columns(2, gap="medium")
    for place, region in zip((left, left, left, right), REGIONS, strict=True):
        with place:
            st.markdown(f"**{region}**")
            for name, unit in UNITS.items():
                if unit.region == region:
                    _show_unit(name, unit)
    return _kept(_made())


def _show_unit(name: str, unit: Unit) -> None:
    title, help_ = unit_title(name), f"FACS action unit {unit.number}: {unit.more}."
    if not (unit.has_sides and st.session_state[_APART]):
        st.slider(title, 0, 100, step=_STEP, key=_key(name), format="%d%%", help=help_)
        return
    st.markdown(title)
    for place, side in zip(st.columns(2, gap="small"), ("left", "right"), strict=True):
        place.slider(
            f"AU{unit.number} {side}", 0, 100, step=_STEP, key=_key(f"{name}_{side}"), format="%d%%", help=help_
        )


def _show_person() -> None:
    st.number_input("Person", *RANGES["person"], step=1, key=_key("person"), help="The bones: shape of face and nose.")
    st.button("Another person", icon=":material/casino:", on_click=_another_person)
    st.selectbox("Hair", HAIR_STYLES, format_func=str.capitalize, key=_key("hair"))
    for name, colors in (("hair_color", HAIR_COLORS), ("skin", SKIN_COLORS)):
        st.select_slider(_title(name), range(len(colors)), format_func=colors.__getitem__, key=_key(name))
    st.toggle("Glasses", key=_key("glasses"))
    for name in ("age", "beard"):
        st.slider(_title(name), *RANGES[name], step=_STEP, key=_key(name), format="%d%%", help=_HELP.get(name))
    for name in ("turn", "nod", "tilt", "light"):
        st.slider(_title(name), *RANGES[name], step=1, key=_key(name), format="%d°", help=_HELP[name])


def _made() -> Face:
    """The face that the sliders show."""
    state, apart = st.session_state, st.session_state[_APART]
    halves = [
        ActionUnits(**{n: state[_key(f"{n}_{side}" if apart and u.has_sides else n)] / 100 for n, u in UNITS.items()})
        for side in ("left", "right")
    ]
    look: dict[str, Any] = {name: int(state[_key(name)]) for name in RANGES}
    return Face(**look, hair=state[_key("hair")], expression=Expression(*halves))


def _kept(face: Face) -> Face:
    st.session_state[_FACE] = face.text
    if face.text:
        st.query_params["face"] = face.text
    else:
        st.query_params.pop("face", None)
    st.session_state[_FOLLOWED] = face.text or None  # an address is followed once; later changes are the sliders'
    return face


def _key(name: str) -> str:
    return f"build_face_{name}"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _on_step(percent: float) -> int:
    return _STEP * round(percent / _STEP)
