"""What voters, the network and a class say of a face."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS, VOTE_COLUMNS
from fer_core.lessons.quiz.rounds import Question, QuizRound, verdict
from fer_core.plots.pictures import picture_html
from fer_core.plots.prediction import share_bars
from fer_core.reports.lesson import Played
from pages.shared.lesson_record import offer_lesson, record_round
from pages.shared.messages import plain


def say_if_simulated(*, is_simulated: bool) -> None:
    """Say of drawn faces that nobody voted on them; nothing of photographed ones."""
    if is_simulated:
        st.caption("These faces are drawn, and their votes are simulated: no person gave them.")


def show_face(face: NDArray[np.uint8], size: int) -> None:
    """Show a face, enlarged to ``size`` pixels."""
    st.html(picture_html(face, size, "A face of the dataset"))


def show_voters(question: Question, played: QuizRound) -> None:
    """Show how the ten voters of a face voted."""
    st.markdown(f"**Ten {played.voters}**")
    counts = zip(VOTE_COLUMNS, question.votes.tolist(), strict=True)
    named = {name.replace("NF", "not a face"): count for name, count in counts}
    st.html(share_bars({name: count for name, count in named.items() if count or name in EMOTIONS}, most=10))


def show_network(question: Question) -> None:
    """Show the network's probabilities; nothing without a network."""
    if question.prediction:
        st.markdown("**The network**")
        st.caption(plain(question.prediction.answered_by.in_words))
        names, shares = question.prediction.class_names, question.prediction.probabilities
        percents = {name: round(100 * float(share)) for name, share in zip(names, shares, strict=True)}
        st.html(share_bars(percents, most=100, unit="%"))


def show_class(counts: dict[str, int]) -> None:
    """Show how a class voted."""
    total = sum(counts.values())
    st.markdown(f"**The class** · {total} vote{'s' if total != 1 else ''}")
    st.html(share_bars(counts, most=max(total, 1)))


def show_tiles(tiles: dict[str, str]) -> None:
    """Show figures in a row."""
    with st.container(horizontal=True):
        for label, value in tiles.items():
            st.metric(label, value, border=True, width="content")


def show_final(played: QuizRound, answers: Sequence[str | None], name: str) -> None:
    """Show a player's points beside the network's and the best, and remember them for the lesson under a name."""
    questions = played.questions
    mine = [question.points(answer) if answer else 0 for question, answer in zip(questions, answers, strict=True)]
    theirs = [question.network_points for question in questions] if played.has_network else []
    best = [question.best_points for question in questions]
    points = {"You": mine, "The network": theirs, "Best possible": best}
    show_tiles({label: in_points(sum(each)) for label, each in points.items() if each})
    if theirs:
        st.success(verdict(mine, theirs, played.voters), icon=":material/emoji_events:")
    record_round(name, Played(tuple(mine), tuple(theirs), tuple(best), played.voters))
    offer_lesson()


def in_points(points: float) -> str:
    """Return points in words, such as "1 point" or "4.5 points"."""
    return f"{points:.3g} point{'' if points == 1 else 's'}"
