"""What a session has guessed and seen, for a download; it is kept in the session's memory and nowhere else."""

import streamlit as st

from fer_core.reports.lesson import Played, Tried, lesson_report
from pages.shared.downloads import download_button

_ROUNDS, _TRIED = "lesson rounds", "lesson experiments"


def record_round(name: str, played: Played) -> None:
    """Remember a round of the quiz; playing it again replaces it."""
    st.session_state.setdefault(_ROUNDS, {})[name] = played


def record_experiment(seen: Tried) -> None:
    """Remember an experiment; seeing it again replaces it."""
    st.session_state.setdefault(_TRIED, {})[seen.experiment.name] = seen


def offer_lesson() -> None:
    """A button that downloads what was guessed and seen so far; without anything, a word on how to get there."""
    rounds, tried = st.session_state.get(_ROUNDS, {}), st.session_state.get(_TRIED, {})
    if not (rounds or tried):
        st.caption("Play a quiz round or try an experiment; then you can download your lesson.")
        return
    parts = [f"{len(tried)} experiment{'s' if len(tried) > 1 else ''}"] if tried else []
    parts += [f"{len(rounds)} round{'s' if len(rounds) > 1 else ''} of the quiz"] if rounds else []
    download_button(
        "Your lesson (HTML)",
        lambda: lesson_report(list(rounds.values()), list(tried.values())).encode(),
        "lesson.html",
        help=f"{' and '.join(parts)}: guesses, results and reasons in one offline file without faces or names.",
    )
