"""The projector layout: larger type, the menu folded, and a page's settings put away, so that all is seen at once."""

import streamlit as st

from pages.shared.address import newly_asked

_PROJECTOR, _ON = "projector", "on"
"""The switch's key and its parameter of the address, and what that is while it is on."""

_STYLE = """<style>
html {font-size: 18px}
[data-testid="stMain"] h1 {display: none}
[data-testid="stHeader"] {background: transparent; &, & * {pointer-events: none} & button {pointer-events: auto}}
[data-testid="stMainBlockContainer"] {padding: 0.5rem 3.5rem 1rem !important}
.st-key-lesson_bar {padding: 0.4rem 0.8rem}
.st-key-lesson_bar > [data-testid="stElementContainer"] p {font-size: 1.3rem; font-weight: 600}
</style>"""


def is_projected() -> bool:
    """Whether this session shows its lesson on a projector."""
    return bool(st.session_state.get(_PROJECTOR))


def choose_projector() -> None:
    """Show the switch, which the session and the address remember, and lay the page out for it."""
    asked = newly_asked(_PROJECTOR)
    if asked is not None:
        st.session_state[_PROJECTOR] = asked == _ON
    st.toggle(
        "Projector",
        key=_PROJECTOR,
        persist_state="session",
        on_change=_write,
        help="Larger type, without the menu and with the settings folded: for a screen that a class looks at.",
    )
    st.set_page_config(initial_sidebar_state="collapsed" if is_projected() else "expanded")
    if is_projected():
        st.html(_STYLE)


def projector_query() -> dict[str, str]:
    """Return what an address needs so that its page is laid out like this one."""
    return {_PROJECTOR: _ON} if is_projected() else {}


def _write() -> None:
    st.query_params.pop(_PROJECTOR, None)
    st.query_params.update(projector_query())
