"""The quiz: judge faces that ten people judged, alone or with a class, and compare with the network."""

import secrets
from functools import partial

import streamlit as st

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.store import DatasetCard
from fer_core.lessons.codes import CODE_LENGTH
from fer_core.lessons.quiz.rooms import Room
from fer_core.lessons.quiz.rounds import QUESTIONS, QuizRound, draw_round
from pages.parts.quiz.alone import forget_answers, play_alone
from pages.parts.quiz.answers import say_if_simulated
from pages.parts.quiz.rooms import show_room
from pages.shared import cached
from pages.shared.browser_token import browser_token
from pages.shared.drawings import link_ferplus_figures
from pages.shared.links import asked_number
from pages.shared.messages import errors_shown
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_prior, choose_voted_dataset, offer_checkpoint
from pages.shared.projector import page_settings

_ROUND_OF, _FACES = "quiz_round_of", "quiz_room_faces"
_FEW = 5  # faces of a short round, for a class


def _draw(dataset: DatasetCard, classifier: Classifier | None, count: int, seed: int | None = None) -> QuizRound:
    """Draw a round of a dataset, with a new seed unless one is given."""
    records, seed = cached.records(dataset), _new_seed() if seed is None else seed
    return draw_round(records, seed, classifier, count=count, is_simulated=dataset.is_drawn)


def _new_seed() -> int:
    return 1 + secrets.randbelow(999_999)


def _start_alone() -> None:
    st.query_params["round"] = str(_new_seed())
    forget_answers()


def _open_room(token: str, dataset: DatasetCard, classifier: Classifier | None) -> None:
    count = int(st.session_state.get(_FACES, _FEW))
    draw = partial(_draw, dataset, classifier, count)
    _enter(cached.quiz_rooms().open(lambda code: Room(code, token, draw)).code)


def _enter(code: str) -> None:
    st.query_params.clear()
    st.query_params["room"] = code


def _join() -> None:
    if code := str(st.session_state.get("quiz_room_code", "")).strip():
        _enter(code)


def _leave() -> None:
    st.query_params.clear()


def _offer_rounds(token: str | None, dataset: DatasetCard, classifier: Classifier | None) -> None:
    """What is shown before a round."""
    alone, host, join = st.columns(3, gap="medium", border=True)
    with alone:
        st.markdown("##### Play alone")
        st.markdown("Ten faces. Say what you see, then see what others said.")
        st.button("Play a round", type="primary", icon=":material/play_arrow:", on_click=_start_alone)
    with host:
        st.markdown("##### Play with a class")
        st.segmented_control("Faces", [_FEW, QUESTIONS], default=_FEW, key=_FACES, required=True)
        st.button(
            "Open a room",
            icon=":material/groups:",
            disabled=token is None,
            on_click=_open_room,
            args=[token, dataset, classifier],
            help="You lead on the projector, everyone votes on a phone; nothing about anyone is kept.",
        )
    with join:
        st.markdown("##### Join a class")
        st.text_input("Code", max_chars=CODE_LENGTH + 4, key="quiz_room_code", placeholder="Shown by the host")
        st.button("Join", icon=":material/login:", on_click=_join)


def _play_together(code: str, token: str | None) -> None:
    room = cached.quiz_rooms().find(code)
    if room is None:
        st.warning("This room is not open. Ask the host for the code on the screen.", icon=":material/meeting_room:")
        st.button("Back to quiz", icon=":material/arrow_back:", on_click=_leave)
    elif token is None:
        st.caption("Joining …")
    else:
        show_room(room, token)


def _ends_with_dataset(number: int, dataset: DatasetCard) -> bool:
    """End a round whose dataset was changed: its answers belong to other faces."""
    began = st.session_state.setdefault(_ROUND_OF, (number, dataset.fingerprint))
    if began[0] == number and began[1] != dataset.fingerprint:
        del st.query_params["round"]
        del st.session_state[_ROUND_OF]
        return True
    st.session_state[_ROUND_OF] = number, dataset.fingerprint
    return False


_LEAD = "Say what each face shows, then see how ten voters and the network answered."
start_page("quiz", "" if "room" in st.query_params else _LEAD)
token = browser_token()
if code := st.query_params.get("room"):
    _play_together(code, token)
    st.stop()
with page_settings():
    left, right = st.columns(2, gap="large")
    with left:
        dataset = choose_voted_dataset()
    with right:
        checkpoint = offer_checkpoint()
    prior = choose_prior(checkpoint) if checkpoint else None
with errors_shown():
    classifier = cached.classifier(checkpoint, prior) if checkpoint and prior else None
    faces = cached.records(dataset)
    number = asked_number("round")
    if not faces.has_votes:
        st.info("This dataset came without the ten votes. Choose another one.", icon=":material/how_to_vote:")
    elif number and not _ends_with_dataset(number, dataset):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            say_if_simulated(is_simulated=dataset.is_drawn)
            if dataset.is_drawn:
                link_ferplus_figures()
        play_alone(_draw(dataset, classifier, QUESTIONS, number), number)
        st.button("Another round", icon=":material/replay:", on_click=_start_alone)
    else:
        _offer_rounds(token, dataset, classifier)
