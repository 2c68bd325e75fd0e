"""Deleting for good asks first."""

from collections.abc import Callable

import streamlit as st

from fer_core.errors import FerError
from pages.shared.messages import page_name, refuse

_FAULT = "delete_fault"


def confirm_deletion(what: str, warning: str, delete: Callable[[], None]) -> None:
    """Ask in a dialog; ``show_delete_fault`` says why a deletion failed."""
    st.dialog(f"Delete this {what}?", icon=":material/delete:")(_ask)(warning, delete)


def show_delete_fault() -> None:
    """Say why the last deletion failed, once."""
    if fault := st.session_state.pop(_FAULT, None):
        refuse(fault)


def _ask(warning: str, delete: Callable[[], None]) -> None:
    def try_it() -> None:
        try:
            delete()
        except FerError as error:
            st.session_state[_FAULT] = error  # somebody else deleted it a moment before

    st.markdown(warning)
    key, icon = f"{page_name()}_delete_now", ":material/delete:"
    with st.container(horizontal=True):
        if st.button("Delete permanently", type="primary", icon=icon, key=key, on_click=try_it):
            st.rerun()
        if st.button("Keep it", key=f"{page_name()}_keep"):
            st.rerun()
