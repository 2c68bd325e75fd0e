"""What can be taken away from an evaluation."""

import streamlit as st

from pages.shared.evaluated import Evaluated


def show_export(shown: Evaluated) -> None:
    """Downloads."""
    st.write(shown.file_stem)
