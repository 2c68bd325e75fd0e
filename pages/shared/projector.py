"""The projector layout: larger type, the menu folded, and a page's settings put away, so that all is seen at once."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.address import newly_asked

_PROJECTOR, _ON = "projector", "on"
"""The switch's key and its parameter of the address, and what that is while it is on."""

_SLOT, _SETTINGS = "place of settings", "settings of this page"

_STYLE = """<style>
html {font-size: 18px}
.st-key-page_head, .st-key-build_face_small, [data-testid="stMain"] hr {display: none}
[data-testid="stHeader"] {background: transparent; &, & * {pointer-events: none} & button {pointer-events: auto}}
[data-testid="stMainBlockContainer"] {padding: 0.3rem 3.2rem 0.5rem !important}
[data-testid="stMain"] [data-testid="stVerticalBlock"] {gap: 0.5rem}
[data-testid="stMain"] [data-testid="stElementContainer"]:has(> .stHtml:empty) {display: none}
[data-testid="stMain"] h3 {padding: 0}
[data-testid="stAlertContainer"] {padding: 0.4rem 0.8rem}
[data-testid="stMetric"] > div {padding: 0.1rem 0.8rem}
[data-testid="stMetricValue"] {font-size: 1.4rem}
[data-testid="stHtml"] {zoom: 1.25}
.st-key-lesson_bar {padding: 0.2rem 0.8rem 0.4rem}
.st-key-lesson_bar > [data-testid="stElementContainer"] p {font-size: 1.3rem; font-weight: 600; line-height: 1.25}
.st-key-build_face_look {flex-direction: row; align-items: flex-start; & > :first-child {flex: 0 0 58%}}
</style>"""


def is_projected() -> bool:
    """Whether this session shows its lesson on a projector."""
    return bool(st.session_state.get(_PROJECTOR))


def lay_out() -> None:
    """Lay the page out as the address asks for, or else as this session chose."""
    asked = newly_asked(_PROJECTOR)
    if asked is not None:
        st.session_state[_PROJECTOR] = asked == _ON
    st.set_page_config(initial_sidebar_state="collapsed" if is_projected() else "auto")
    if is_projected():
        st.html(_STYLE)


def choose_projector() -> None:
    """Show the switch, which the session and the address remember."""
    st.toggle(
        "Projector",
        key=_PROJECTOR,
        persist_state="session",
        on_change=_write,
        help="Larger type, no menu and folded settings, for a class’s screen.",
    )


def keep_place_for_settings() -> None:
    """Keep a place here for the settings of a projected page; called once a run, before the page asks for it."""
    st.session_state[_SLOT] = st.container(width="content")
    st.session_state.pop(_SETTINGS, None)


def page_settings() -> DeltaGenerator:
    """Return where a page's settings go: here, or on a projector behind a button of the lesson's bar."""
    if not is_projected() or _SLOT not in st.session_state:
        return st.container()
    if _SETTINGS not in st.session_state:
        st.session_state[_SETTINGS] = st.session_state[_SLOT].popover("Settings", icon=":material/tune:")
    place: DeltaGenerator = st.session_state[_SETTINGS]
    return place


def part_settings() -> DeltaGenerator:
    """The same for a part of a page that is redrawn by itself: on a projector behind a button of its own."""
    return st.popover("More", icon=":material/tune:") if is_projected() else st.container()


def projector_query() -> dict[str, str]:
    """Return what an address needs so that its page is laid out like this one."""
    return {_PROJECTOR: _ON} if is_projected() else {}


def _write() -> None:
    st.query_params.pop(_PROJECTOR, None)
    st.query_params.update(projector_query())
