"""Buttons that download a file."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.shared.uploads import MIME_TYPES


def download_button(
    label: str,
    content: bytes | str | Callable[[], bytes | str],
    name: str,
    *,
    icon: str = "download",
    **options: Any,  # noqa: ANN401
) -> None:
    """Draw a button that downloads a file of the type its name's ending tells; further options are Streamlit's."""
    kind = MIME_TYPES[name.rpartition(".")[2]]
    st.download_button(label, content, name, kind, icon=f":material/{icon}:", on_click="ignore", **options)


def offer_download(label: str, words: str, make: Callable[[], bytes | str], name: str, kind: str) -> None:
    """Draw a button that makes a file of a MIME type when it is clicked, beside words on what the file holds."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(label, make, name, kind, icon=":material/download:", on_click="ignore", width=230)
        st.caption(words, width=520)
