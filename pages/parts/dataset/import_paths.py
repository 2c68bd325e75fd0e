"""Asking for a path on the server, where that is allowed."""

from pathlib import Path

import streamlit as st

from fer_core.service.server_paths import allowed_path, import_folder
from pages.shared.messages import plain
from pages.shared.operator import is_private


def may_name_paths() -> bool:
    """Whether this visitor may import from a path at all."""
    return is_private() or import_folder() is not None


def ask_path(label: str, placeholder: str, key: str) -> str:
    """A text field for a path."""
    return st.text_input(label, placeholder=placeholder, key=key)


def explain_paths() -> None:
    """Say whose paths are meant."""
    if is_private():
        st.caption("Paths on this computer, which runs FER Lab.")
    else:
        st.caption(f"Paths below {plain(str(import_folder()))} on the server.")


def opened(text: str) -> Path:
    """The path that was typed.

    Raises:
        DatasetError: There is nothing at it that this visitor may import.
    """
    return allowed_path(text, private=is_private())
