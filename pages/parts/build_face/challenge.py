"""Challenges for a class: a task, what has been moved so far, and whether it is solved."""

from dataclasses import replace
from functools import partial

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Prediction
from fer_core.datasets.drawn.expression import UNITS, unit_title
from fer_core.datasets.drawn.face import Face
from fer_core.lessons.build_face.challenges import CHALLENGES, VISIBLE, Attempt, Challenge, attempt
from fer_core.lessons.quiz.rooms import Room
from fer_core.lessons.quiz.rounds import round_without_voters
from fer_core.storage.plaintext import percent
from pages.parts.build_face.change import cached_change
from pages.parts.build_face.controls import put_expression
from pages.shared import cached
from pages.shared.address import follow_address, write_choice
from pages.shared.browser_token import browser_token
from pages.shared.links import open_page
from pages.shared.pickers import carried_prior

_CHOSEN = "build_face_challenge"


def show_challenges(face: Face, checkpoint: Checkpoint) -> None:
    """The challenges, and how far the present face has come in the chosen one."""
    names = checkpoint.card.class_names
    open_ = {one.name: one for one in CHALLENGES if one.goal in names}
    if not open_:
        st.info("This checkpoint knows no class of a challenge. Choose another one.")
        return
    titles = {name: one.title for name, one in open_.items()}
    first = next(iter(titles))
    follow_address("challenge", _CHOSEN, list(titles), first)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Challenge",
            list(titles),
            format_func=titles.__getitem__,
            key=_CHOSEN,
            persist_state="session",
            label_visibility="collapsed",
            on_change=write_choice,
            args=("challenge", _CHOSEN, first),
            width=460,
        )
        challenge = open_[name]
        st.button("Start", icon=":material/flag:", on_click=put_expression, args=[challenge.beginning])
    _show_attempt(challenge, face, checkpoint)


def _show_attempt(challenge: Challenge, face: Face, checkpoint: Checkpoint) -> None:
    prediction = cached.classifier(checkpoint, carried_prior()).predict_one(face.seen())
    done = attempt(challenge, face.expression, prediction.class_name)
    goal = float(prediction.probabilities[prediction.class_names.index(challenge.goal)])
    with st.container(horizontal=True, vertical_alignment="center"):
        limit = f" (at most {challenge.most_units})" if challenge.most_units < len(UNITS) else ""
        st.metric("Sliders moved", f"{len(done.moved)}{limit}", border=True, width=260)
        st.metric("Sum of moves", percent(done.size, 0), border=True, width=190)
        st.metric(challenge.goal.capitalize(), percent(goal, 0), border=True, width=190)
        if challenge.keeps:
            _offer_vote(face, prediction)
    if done.moved:
        st.caption("Moved: " + ", ".join(unit_title(name) for name in done.moved))
    if not done.is_kept:
        st.info(
            f"People see no {challenge.goal} while {unit_title(challenge.keeps)} is below {percent(VISIBLE, 0)}. "
            "Press Start for a face that shows it.",
            icon=":material/flag:",
        )
    elif challenge.keeps and done.is_solved:
        st.success("The network is fooled. Are people?", icon=":material/visibility:")
    elif done.is_solved:
        _show_score(challenge, done, checkpoint, face)


def _offer_vote(face: Face, prediction: Prediction) -> None:
    """A button that opens a room of the quiz with this face, where a class votes without the network's answer."""
    token = browser_token()
    help_ = "Opens a quiz room: everyone votes, then you reveal the answer."
    asked = st.button("Class vote", icon=":material/groups:", disabled=token is None, help=help_)
    if asked and token is not None:
        host, draw = token, partial(round_without_voters, face.seen(), prediction)
        room = cached.quiz_rooms().open(lambda code: Room(code, host, draw))
        open_page("quiz", {"room": room.code})


def _show_score(challenge: Challenge, done: Attempt, checkpoint: Checkpoint, face: Face) -> None:
    """What was needed, against what the search for the smallest change needs from the same beginning."""
    words = f"Solved with {_sliders(len(done.moved))} and moves of {percent(done.size, 0)} in all."
    beginning = replace(face, expression=challenge.beginning)
    best = cached_change(checkpoint, carried_prior(), beginning.text, challenge.goal)
    if best is not None:
        words += f" The computer's search needs {_sliders(len(best.moves))} and {percent(best.size, 0)}."
    st.success(words, icon=":material/emoji_events:")


def _sliders(count: int) -> str:
    return f"{count} slider{'s' if count != 1 else ''}"
