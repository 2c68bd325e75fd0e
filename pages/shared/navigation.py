"""The menu, what every page begins with, and the guard that makes deep links work on a fresh server."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from fer_core.service.housekeeping import tidy_up
from fer_core.storage.files import home
from pages.shared.address import carried, keep_place
from pages.shared.charts import legible_page
from pages.shared.held_pictures import forget_files, held_files
from pages.shared.lesson_bar import show_lesson_bar
from pages.shared.links import MENU, PAGES, script, show_link
from pages.shared.look_inside import forget_sent_face
from pages.shared.messages import PAGE, errors_shown, page_name, refuse_with, report_fault
from pages.shared.operator import deployment, is_operator_here
from pages.shared.sessions import collect_soon, forget_with_session
from pages.shared.streamlit_internals import StreamlitPage, current_session, current_uploads, on_fault
from pages.shared.uploads import keep_within
from pages.shared.words import explained, show_page_words

SENT_EXAMPLE = "face to teach with"
"""Where a drawn face, in its text form, is left for the page "Teach it" in the session's state."""

SENT_PICTURE = "picture to look at"
"""Where a picture, its title and its file's content, is left for the Photos page in the session's state."""

_STARTED = "navigation_started"
_LEAVE = "what is done when the page is left"

_ANSWERING = "photos", "webcam", "videos", "quiz", "explain", "break_it", "evaluation"
_CARRIED = dict.fromkeys(_ANSWERING, ("checkpoint", "prior")) | {"comparison": ("prior",)}
"""Choices that the menu's links carry along, by page, so that its address is complete at once."""

HEADING_ALONE = 0.1
"""Seconds a new browser has for drawing the heading before the rest follows: it draws all it has got in one go, which
takes some 400 ms on many pages. Measured by ``python -m tests.tools.first_paint``."""

_LINKS = f"<script>{Path(__file__).with_name('assets').joinpath('links.js').read_text(encoding='utf-8')}</script>"


def navigate() -> StreamlitPage:
    """Declare the pages and show the sidebar's menu; called once per run, before anything else.

    Streamlit's own menu stays hidden: the markup of its sections is no list to a screen reader. Nor do pages get an
    icon of their own: it would become the browser tab's, which Streamlit fetches from another host, and this app asks
    no other host for anything.
    """
    st.session_state[_STARTED] = True
    pages = [st.Page(script(name), title=page.title, default=name == "overview") for name, page in PAGES.items()]
    page = st.navigation(pages, position="hidden")
    hidden = () if is_operator_here() else ("diagnostics",)  # with the operator's key its address still opens it
    with st.sidebar:
        st.html(_LINKS, unsafe_allow_javascript=True, width=1)
    with st.sidebar.container(key="menu", gap="xsmall"):
        for heading, names in MENU.items():
            shown = [name for name in names if name not in hidden]
            if heading and shown:
                st.subheader(heading, anchor=False)
            for name in shown:
                show_link(PAGES[name].title, name, carried(_CARRIED.get(name, ())))
    return page


def start_page(name: str, lead: str, *, on_leave: Callable[[], None] | None = None) -> None:
    """Open a page: make sure the menu is there, set the browser tab's name and write the heading and, if any, a lead.

    ``on_leave`` is called once, when this session opens another page, before that is drawn.

    A deep link on a fresh server runs a page's script without ``app.py``; then the pages are declared here and the
    script is started again through them.
    """
    if _STARTED not in st.session_state:
        navigate()
        st.rerun()
    heading = PAGES[name].heading or PAGES[name].title
    before = page_name()
    is_new_page = before not in ("", heading.casefold())
    st.session_state[PAGE] = heading.casefold()
    if is_new_page and (leave := st.session_state.get(_LEAVE)):
        leave()
    if is_new_page and name != "explain":  # from where one comes back to what was sent
        forget_sent_face()
        if name != "photos":
            st.session_state.pop(SENT_PICTURE, None)
    st.session_state[_LEAVE] = on_leave
    on_fault(report_fault)
    _forget_endless_numbers()
    forget_with_session(current_session())
    collect_soon()
    st.set_page_config(page_title=f"{heading} · FER Lab", page_icon="🙂", layout="wide")
    legible_page()
    head = st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="page_head")
    head.title(heading, width="content")
    if not show_lesson_bar(name) and lead:
        head.markdown(explained(lead))
    keep_place(is_new_page=is_new_page)
    if not before:
        time.sleep(HEADING_ALONE)
    show_page_words(name)
    _tidied(home())
    with errors_shown(stop=False):
        limits, uploads = deployment().limits, current_uploads()
        for removal in keep_within(limits, uploads, is_new_page=is_new_page, held=held_files()) if uploads else []:
            forget_files(removal.files)
            refuse_with(removal.sentence, removal.kind)


@st.cache_resource(show_spinner=False)
def _tidied(home: Path) -> None:
    """Once a server and home: remove what died before it."""
    tidy_up()


def _forget_endless_numbers() -> None:
    """Takes numbers such as ``1e999`` out of the address: Streamlit fails the page when it makes them whole ones."""
    endless = [key for key in st.query_params if any(map(_is_endless, st.query_params.get_all(key)))]
    for key in endless:
        del st.query_params[key]
    if endless:
        st.rerun()


def _is_endless(text: str) -> bool:
    try:
        return math.isinf(float(text))
    except ValueError:
        return False
