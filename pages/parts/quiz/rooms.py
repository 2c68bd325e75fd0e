"""A class with a host: the host's screen for the projector, and the pupils' for their telephones."""

from functools import partial
from urllib.parse import urlsplit

import streamlit as st

from fer_core.labels import EMOTIONS
from fer_core.lessons.quiz.rooms import Room, Standing
from fer_core.lessons.quiz.rounds import Question
from fer_core.plots.pictures import qr_html
from pages.parts.quiz.answers import (
    in_points,
    say_if_simulated,
    show_class,
    show_face,
    show_final,
    show_network,
    show_tiles,
    show_voters,
)
from pages.shared.links import own_address

_ONLY_HERE = ("localhost", "127.0.0.1", "::1")
_QR_WIDTH = 340
"""CSS pixels: with a phone it is read from some meters off a projector's picture."""

_REFRESH = 0.5
"""Seconds between two looks of the host's screen: a vote is counted there within one."""

_PUPIL_REFRESH = 1.0


def show_room(room: Room, token: str) -> None:
    """Show a room to its host or to a pupil, and keep showing where it is."""
    is_host = token == room.host
    say_if_simulated(is_simulated=room.round.is_simulated)

    @st.fragment(run_every=_REFRESH if is_host else _PUPIL_REFRESH)
    def follow() -> None:
        if is_host:
            _show_host(room)
        else:
            _show_pupil(room, token)

    follow()


def _show_host(room: Room) -> None:
    standing = room.standing()
    if standing.phase == "lobby":
        _show_invitation(room, standing)
    elif standing.phase == "over":
        _show_end(room)
    else:
        _show_present_face(room, standing)


def _show_invitation(room: Room, standing: Standing) -> None:
    address = own_address("quiz", room=room.code)
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left:
        st.html(qr_html(address, _QR_WIDTH))
    with right:
        st.markdown("Scan the picture with a phone, or open this address:")
        st.code(address, language=None, wrap_lines=True)
        st.header(f"Code {room.code}", anchor=False)
        st.markdown(f"**{standing.joined} joined**")
        st.button(
            "Show first face",
            type="primary",
            icon=":material/play_arrow:",
            key="quiz_room_begin",
            on_click=room.advance,
            args=[standing],
        )
        if urlsplit(address).hostname in _ONLY_HERE:
            st.caption(
                "This address works on this computer only; `.streamlit/README.md` explains HTTPS. Otherwise "
                "vote by show of hands."
            )


def _show_present_face(room: Room, standing: Standing) -> None:
    question = room.round.questions[standing.question]
    is_revealed = standing.phase == "revealed"
    is_last = standing.question + 1 == len(room.round.questions)
    left, right = st.columns([1, 2], gap="large")
    with left:
        show_face(question.face, 320)
    with right:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Face **{standing.question + 1}** of {len(room.round.questions)} · Code **{room.code}**")
            label = ("Final score" if is_last else "Next face") if is_revealed else "Reveal"
            icon = ":material/arrow_forward:" if is_revealed else ":material/visibility:"
            key = f"quiz_room_{standing.phase}"
            if room.round.has_voters or not (is_revealed and is_last):
                st.button(label, type="primary", icon=icon, key=key, on_click=room.advance, args=[standing])
        if is_revealed:
            _show_everybody(room, question, standing)
        else:
            st.subheader("What does this expression look like?", anchor=False)
            show_tiles({"Joined": f"{standing.joined}", "Voted": f"{standing.voted}"})
    if is_revealed:
        _show_score(room)


def _show_everybody(room: Room, question: Question, standing: Standing) -> None:
    shown = [partial(show_class, room.counts(standing.question))]
    if room.round.has_voters:
        shown.insert(0, partial(show_voters, question, room.round))
    if question.prediction:
        shown.append(partial(show_network, question))
    for place, show in zip(st.columns(len(shown), gap="medium"), shown, strict=True):
        with place:
            show()


def _show_score(room: Room) -> None:
    if not room.round.has_voters:
        return
    score = room.score()
    tiles = {"The class": in_points(score.room)}
    if room.round.has_network:
        tiles["The network"] = in_points(score.network)
    show_tiles(tiles | {"Best possible": in_points(score.best)})
    faces = "1 face" if score.faces == 1 else f"{score.faces} faces"
    st.caption(
        f"After {faces}. A vote earns one point for each of the ten {room.round.voters} who agree; "
        "the class gets the mean of its votes."
    )


def _show_end(room: Room) -> None:
    st.subheader("Final score", anchor=False)
    _show_score(room)
    st.button(
        "Another round",
        type="primary",
        icon=":material/replay:",
        key="quiz_room_again",
        on_click=room.play_again,
        help="Other faces; the code and everyone who joined stay.",
    )


def _show_pupil(room: Room, seat: str) -> None:
    if not room.join(seat):
        st.warning("This room is full. Watch the host's screen.", icon=":material/groups:")
        return
    standing = room.standing()
    if standing.phase == "lobby":
        st.subheader("You are in.", anchor=False)
        st.markdown("Wait for the first face.")
        return
    if standing.phase == "over":
        st.subheader("Final score", anchor=False)
        answers = [room.answer_of(seat, index) for index in range(len(room.round.questions))]
        show_final(room.round, answers, f"{room.code} {standing.played}")
        return
    question, given = room.round.questions[standing.question], room.answer_of(seat, standing.question)
    st.markdown(f"Face **{standing.question + 1}** of {len(room.round.questions)}")
    show_face(question.face, 220)
    if standing.phase == "revealed":
        if room.round.has_voters:
            said = f"You said **{given}**: {question.points(given)}" if given else "You did not vote: 0"
            st.markdown(f"{said} of ten {room.round.voters} agree." if given else f"{said} points.")
            show_voters(question, room.round)
        show_class(room.counts(standing.question))
        show_network(question)
    elif given:
        st.markdown(f"You said **{given}**. Wait for the others.")
    else:
        _show_ballot(room, seat, standing)


def _show_ballot(room: Room, seat: str, standing: Standing) -> None:
    st.markdown("What does this expression look like?")
    with st.container(horizontal=True, gap="small"):
        for emotion in EMOTIONS:
            key = f"quiz_vote_{standing.played}_{standing.question}_{emotion}"
            st.button(emotion, key=key, width=150, on_click=_vote, args=[room, seat, standing.question, emotion])


def _vote(room: Room, seat: str, question: int, answer: str) -> None:
    room.vote(seat, question, answer)  # a second one changes nothing
