"""Stops on a way through the app, and a tour of five minutes."""

from dataclasses import dataclass, field

import streamlit as st

from pages.shared.links import PAGES, show_link


@dataclass(frozen=True)
class Stop:
    """A minute of the tour: what to do, as Markdown, and its page."""

    title: str
    text: str
    page: str
    query: dict[str, str] = field(default_factory=dict)


TOUR = (
    Stop("A face", "Choose a sample picture: every face gets its bars.", "photos"),
    Stop(
        "Inside",
        "Press “Look inside” under it and move along the layers, to softmax with its real numbers.",
        "explain",
    ),
    Stop(
        "A face of your own",
        "Press *Anger*, then move one slider until the network changes its answer.",
        "build_face",
    ),
    Stop(
        "A class of your own",
        "Press *Use drawn faces*, then *Train*, and try your head on a sample picture.",
        "teach",
    ),
    Stop(
        "A mistake",
        "Guess what happens when the outputs are read in the wrong order, and see it at once.",
        "break_it",
        {"experiment": "order"},
    ),
)


def show_stop(title: str, text: str, page: str, query: dict[str, str]) -> None:
    """Show what to do on a page, with a link to it."""
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f"**{title}**  \n{text}")
        with right:
            show_link(PAGES[page].title.partition(":")[0], page, query, arrow=True)
