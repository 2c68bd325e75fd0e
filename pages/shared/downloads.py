"""Downloads with a sentence about what they hold."""

from collections.abc import Callable

import streamlit as st


def offer_download(label: str, words: str, make: Callable[[], bytes | str], name: str, kind: str) -> None:
    """Draw a button that makes a file when it is clicked.

    Args:
        label: Of the button.
        words: What the file holds.
        make: Makes its content.
        name: Of the file.
        kind: Its MIME type.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            label,
            make,
            name,
            kind,
            icon=":material/download:",
            on_click="ignore",
            width=230,
        )
        st.caption(words, width=520)
