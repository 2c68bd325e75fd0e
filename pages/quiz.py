"""Ten people voted: guess what they said, alone or with a class, and compare with the network."""

import secrets
from typing import Literal
from urllib.parse import urlencode, urlsplit

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.datasets.dataset import FaceRecords
from fer_core.labels import EMOTIONS, VOTE_COLUMNS
from fer_core.lessons.quiz import QUESTIONS, Ballots, best_points, draw_round, points, qr_code, verdict
from fer_core.plots.pictures import picture_html
from fer_core.plots.prediction import share_bars
from fer_core.reports.lesson import Played
from pages.shared import cached
from pages.shared.lesson_record import offer_lesson, record_round
from pages.shared.links import asked_number
from pages.shared.messages import errors_shown
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_checkpoint, choose_dataset

_ANSWERS = "quiz_answers"
_BEGUN = "quiz_class_begun"
_ONLY_HERE = ("localhost", "127.0.0.1", "::1")
Answers = dict[int, str]


@st.cache_resource(show_spinner=False)
def _ballots() -> Ballots:
    return Ballots()


def _new_round(*, with_class: bool) -> None:
    st.query_params["round"] = str(1 + secrets.randbelow(999_999))
    st.query_params.pop("class", None)
    if with_class:
        st.query_params["class"] = st.session_state[_BEGUN] = secrets.token_urlsafe(9)
    st.session_state[_ANSWERS] = {}
    st.session_state["quiz_question"] = 1


def _offer_round(label: str, *, with_class: bool, icon: str, primary: bool = True) -> None:
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    st.button(label, type=kind, icon=icon, on_click=_new_round, kwargs={"with_class": with_class})


def _next_question(question: int) -> None:
    st.session_state["quiz_question"] = question + 1


def _answer(question: int) -> None:
    """Takes the visitor's answer to a question; each session answers each question once."""
    answers: Answers = st.session_state[_ANSWERS]
    choice = st.session_state.get(f"quiz_answer_{question}")
    if choice and question not in answers:
        st.session_state[_ANSWERS] = answers | {question: choice}
        if code := st.query_params.get("class"):
            _ballots().of(code[:40]).vote(question, choice)


def show_question(records: FaceRecords, row: int, question: int) -> None:
    """A face and the eight answers, or, once answered, what the ten people, the network and the class said."""
    face, votes = np.asarray(records.images[row]), records.votes[row]
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=240):
            st.html(picture_html(face, 240, "A face of the dataset"))
        with st.container(width="stretch"):
            given = st.session_state[_ANSWERS].get(question)
            if given is None:
                label, key = "What does this expression look like?", f"quiz_answer_{question}"
                st.pills(label, EMOTIONS, key=key, on_change=_answer, args=[question])
                st.caption("Ten people were asked the same. You get a point for each of them who said what you say.")
            else:
                st.markdown(f"You said **{given}**: {points(votes, given)} of ten people agree.")
                _show_crowd(votes)
                if question + 1 < QUESTIONS:
                    label, icon = "Next face", ":material/arrow_forward:"
                    st.button(label, type="primary", icon=icon, on_click=_next_question, args=[question + 1])
    if given is not None:
        _show_others(face, question)


def _show_crowd(votes: NDArray[np.uint8]) -> None:
    st.markdown("**Ten people said**")
    shown = {name.replace("NF", "not a face"): int(count) for name, count in zip(VOTE_COLUMNS, votes, strict=True)}
    st.html(share_bars({name: count for name, count in shown.items() if count or name in EMOTIONS}, most=10))


def _show_others(face: NDArray[np.uint8], question: int) -> None:
    left, right = st.columns(2, gap="large")
    checkpoint = st.session_state.get("quiz_checkpoint")
    if checkpoint is not None:
        with left:
            st.markdown("**The network says**")
            prediction = cached.classifier(checkpoint).predict_one(face)
            percents = [round(100 * float(p)) for p in prediction.probabilities]
            st.html(share_bars(dict(zip(prediction.class_names, percents, strict=True)), most=100, unit=" %"))
    if code := st.query_params.get("class"):
        with right:
            _show_class(code[:40], question)


@st.fragment(run_every=2.0)
def _show_class(code: str, question: int) -> None:
    counts = _ballots().of(code).counts(question)
    total = sum(counts.values())
    st.markdown(f"**The class says** ({total} vote{'s' if total != 1 else ''})")
    st.html(share_bars(counts, most=max(total, 1)))


def show_result(records: FaceRecords, rows: tuple[int, ...]) -> None:
    """The visitor's points against the network's and the best possible, once every face is answered."""
    answers: Answers = st.session_state[_ANSWERS]
    if len(answers) < len(rows):
        return
    mine = [points(records.votes[row], answers[i]) for i, row in enumerate(rows)]
    best = [best_points(records.votes[row]) for row in rows]
    tiles = [("You", sum(mine)), ("Best possible", sum(best))]
    checkpoint = st.session_state.get("quiz_checkpoint")
    words, theirs = "", list[int]()
    if checkpoint is not None:
        classifier = cached.classifier(checkpoint)
        names = [classifier.predict_one(np.asarray(records.images[row])).class_name for row in rows]
        theirs = [points(records.votes[row], name) for row, name in zip(rows, names, strict=True) if name in EMOTIONS]
        tiles.insert(1, ("The network", sum(theirs)))
        words = verdict(mine, theirs)
    with st.container(horizontal=True):
        for label, value in tiles:
            st.metric(label, f"{value} points", border=True, width=190)
    if words:
        st.success(words, icon=":material/emoji_events:")
    record_round(asked_number("round") or 0, Played(tuple(mine), tuple(theirs), tuple(best)))
    with st.container(horizontal=True):
        _offer_round("Another round", with_class="class" in st.query_params, icon=":material/replay:")
        offer_lesson()


def start_or_join(records: FaceRecords) -> None:
    """What is shown before a round."""
    st.markdown(
        f"A round is ten faces of this dataset. Nothing about you is kept: answers are counted while the app runs, and "
        f"that is all. There are {len(records):,} faces to choose from."
    )
    with st.container(horizontal=True):
        _offer_round("Play a round", with_class=False, icon=":material/play_arrow:")
        _offer_round("Play with a class", with_class=True, icon=":material/groups:", primary=False)


def _show_link(dataset: str) -> None:
    """What a class opens to vote together, for a projector."""
    query = {"round": st.query_params["round"], "class": st.query_params["class"], "dataset": dataset}
    page = str(st.context.url)
    address = f"{page}?{urlencode(query)}"
    began_here = st.session_state.get(_BEGUN) == query["class"]
    with st.expander("Everyone who opens this address votes with you", expanded=began_here, icon=":material/groups:"):
        code = qr_code(address)
        width = 4 * len(code)
        left, right = st.columns([1, 3], vertical_alignment="center")
        left.html(picture_html(code, width, "The address as a QR code"))
        with right:
            st.markdown("Show it on the projector: telephones take the address from the picture.")
            st.code(address, language=None, wrap_lines=True)
            if urlsplit(page).hostname in _ONLY_HERE:
                st.caption(
                    "So far it works on this computer only: README's chapter “A class server behind HTTPS” tells how "
                    "others reach it. Until then, let the class vote by show of hands."
                )


def play(records: FaceRecords, dataset: str) -> None:
    """The round that the address names."""
    rows = draw_round(records, asked_number("round") or 0)
    st.session_state.setdefault(_ANSWERS, {})
    if "class" in st.query_params:
        _show_link(dataset)
    question = st.pagination(len(rows), key="quiz_question") - 1
    show_question(records, rows[question], question)
    show_result(records, rows)


start_page(
    "quiz",
    "Each face of FER+ was shown to ten people, who often disagree. See what they saw, say what you see, and find out "
    "who agrees with whom.",
)
left, right = st.columns(2, gap="large")
with left:
    dataset = choose_dataset()
with right:
    st.session_state["quiz_checkpoint"] = choose_checkpoint()
with errors_shown():
    faces = cached.records(dataset)
    if not faces.has_votes:
        st.info("This dataset came without the ten votes. Choose another one.", icon=":material/how_to_vote:")
    elif asked_number("round"):
        play(faces, dataset.name)
    else:
        start_or_join(faces)
