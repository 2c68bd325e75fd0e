"""Links to pages, and addresses that name a choice by its identifier."""

from collections.abc import Container

import streamlit as st


def accept_link(key: str, options: Container[str]) -> None:
    """Lets the address choose an option by its identifier; called just before the bound select box of that key.

    Streamlit puts the words that people read into the address, takes only those from it, and forgets an address that
    names the default. With this, links between pages may say ``scheme=majority-8`` or name the default dataset.

    Args:
        key: Of the select box, and the parameter's name.
        options: The identifiers it offers; others are left to Streamlit, which ignores what it does not know.
    """
    value, followed = st.query_params.get(key), f"link_followed_{key}"
    if value != st.session_state.get(followed) and value is not None and value in options:
        st.session_state[key] = value
    st.session_state[followed] = value  # an address is followed once; later choices are the person's or the page's


def show_link(label: str, page: str, query: dict[str, str] | None = None) -> None:
    """A link with an arrow.

    Args:
        label: What it says.
        page: The page's script, without its ending.
        query: What the page is opened with.
    """
    icon = ":material/arrow_forward:"
    st.page_link(f"pages/{page}.py", label=label, icon=icon, icon_position="right", query_params=query)
