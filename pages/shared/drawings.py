"""What a page says where its faces are drawn, with the way to its figures on photographs."""

import streamlit as st

from fer_core.datasets.store import list_labeled
from pages.shared.links import show_link


def link_ferplus_figures(page: str = "evaluation") -> None:
    """Show a link to a page's figures on FER+, which is always listed first."""
    show_link("Figures on FER+", page, {"dataset": list_labeled()[0].name}, arrow=True)


def note_drawings(page: str) -> None:
    """Say first that the faces of a page are drawings, with a link to the same page's figures on FER+."""
    with st.container(horizontal=True, vertical_alignment="center", border=True, wrap=False):
        st.markdown(
            ":material/draw: **Drawn faces, simulated votes**: these figures say little about photographs.",
            width="stretch",
        )
        link_ferplus_figures(page)
