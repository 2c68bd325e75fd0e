"""The app's pages, links to them, and addresses that name a choice by its identifier."""

from typing import Literal, NamedTuple, NoReturn
from urllib.parse import urlencode

import streamlit as st


class Page(NamedTuple):
    """A page of the app: its title in the menu, a Material symbol, and its heading where that is not the title."""

    title: str
    icon: str
    heading: str = ""


PAGES = {
    "overview": Page("Overview", "home", "FER Lab"),
    "dataset": Page("Dataset", "grid_view"),
    "training": Page("Training", "model_training"),
    "evaluation": Page("Evaluation", "fact_check"),
    "comparison": Page("Comparison", "balance"),
    "explain": Page("Explain", "neurology"),
    "build_face": Page("Build a face", "add_reaction"),
    "teach": Page("Teach it", "emoji_objects"),
    "break_it": Page("Break it", "science"),
    "quiz": Page("Quiz: ten people voted", "how_to_vote", "Quiz"),
    "webcam": Page("Webcam", "videocam"),
    "photos": Page("Photos", "add_a_photo"),
    "videos": Page("Videos", "movie"),
    "lesson": Page("Lesson", "school", "One-hour lesson"),
    "about": Page("About", "info"),
    "diagnostics": Page("Server", "monitor_heart"),
}
"""By the name of their script."""

MENU = {
    "": ("overview",),
    "Try it": ("photos", "webcam", "videos"),
    "Learn": ("lesson", "quiz", "build_face", "teach", "break_it", "explain", "about"),
    "Lab": ("dataset", "training", "evaluation", "comparison"),
    "Operate": ("diagnostics",),
}
"""The menu's headings, and the pages below each; the last one is for whoever runs the server."""


def script(page: str) -> str:
    """Path of a page's script, as Streamlit takes it."""
    return f"pages/{page}.py"


def own_address(page: str, **query: str) -> str:
    """Whole address of a page on this server, as the visitor's browser knows it, for other windows and devices."""
    root = str(st.context.url or "").partition("?")[0].rpartition("/")[0]
    return f"{root}/{page}?{urlencode(query)}"


def show_link(label: str, page: str, query: dict[str, str] | None = None, *, arrow: bool = False) -> None:
    """A link to a page by its name, with the page's icon before the label or an arrow behind it."""
    icon = ":material/arrow_forward:" if arrow else f":material/{PAGES[page].icon}:"
    position: Literal["left", "right"] = "right" if arrow else "left"
    st.page_link(script(page), label=label, icon=icon, icon_position=position, query_params=query)


def open_page(page: str, query: dict[str, str] | None = None) -> NoReturn:
    """Go to a page by its name, also where this page's address has choices that Streamlit binds to widgets.

    Streamlit empties no such address, but it replaces one by an empty query.
    """
    st.switch_page(script(page), query_params=query or {})


def invite_pictures(purpose: str, *, ships: str = "Its pictures are not included (Kaggle’s terms).") -> None:
    """Show one line in place of faces of FER+ that are not here: what to import, and why it does not ship."""
    with st.container(horizontal=True, vertical_alignment="center", border=True, wrap=False):
        st.markdown(f":material/hide_image: {ships} Import FER2013 to {purpose}.", width="stretch")
        show_link("Import the pictures", "dataset", {"view": "Import"}, arrow=True)


def asked_number(name: str, below: int = 10**9) -> int | None:
    """The whole number that a parameter of the address names, or None when it names none from 0 to below the limit."""
    text = st.query_params.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else below
    return number if number < below else None
