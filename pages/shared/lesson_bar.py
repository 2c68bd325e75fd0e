"""The guided lesson: a slim bar that leads a class from page to page; its step stands in the address.

The step, and the code under which the presenter's notes find the lesson, are kept by the session too: a quiz's room
has an address of its own, and whoever opens another page finds the way back.
"""

import streamlit as st

from fer_core.lessons.plan import LESSON, Presentation, time_of
from pages.shared import cached
from pages.shared.links import asked_number, open_page, own_address
from pages.shared.projector import choose_projector, is_projected, keep_place_for_settings, lay_out, projector_query

_STEP = "lesson"
"""The parameter of the address with the step, from 1, and the session's key for the last one seen."""

_NOTES = "notes"
"""The same for the code of the presentation."""

_SHOWN = "lesson shown"
_WITHOUT = "lesson", "overview"
"""Pages that offer to continue the lesson by themselves."""


def start_lesson() -> None:
    """Show a button that begins the lesson, or goes on where this session left it."""
    seen = int(st.session_state.get(_STEP, 0))
    label = f"Continue the lesson: step {seen} of {len(LESSON)}" if seen else "Start the lesson"
    if st.button(label, type="primary", icon=":material/school:", key="lesson_start"):
        if not seen:
            current_presentation().restart()
        _open(seen or 1)


def current_presentation() -> Presentation:
    """The lesson under way of this session, or of its address; a new one where there is none."""
    code = st.query_params.get(_NOTES) or st.session_state.get(_NOTES, "")
    found = cached.presentations().find(code) or cached.presentations().open(Presentation)
    st.session_state[_NOTES] = found.code
    return found


def show_lesson_bar(page: str) -> bool:
    """Show the lesson's step above its page, or on other pages the way back; return whether this is its page."""
    asked = asked_number(_STEP, len(LESSON) + 1)
    if asked and LESSON[asked - 1].page == page:
        st.session_state[_STEP] = asked
    step = int(st.session_state.get(_STEP, 0))
    if not step or page in _WITHOUT:
        return False
    is_here = LESSON[step - 1].page == page
    presentation = current_presentation()
    if st.session_state.get(_SHOWN) != (presentation.code, step):
        presentation.show(step)
        st.session_state[_SHOWN] = presentation.code, step
    lay_out()
    with st.container(border=True, key="lesson_bar", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _show_head(step, is_here=is_here)
        if is_here:
            st.markdown(LESSON[step - 1].asks if is_projected() else _told(step), width="stretch")
    _follow(presentation, step)
    return is_here


def _told(step: int) -> str:
    stop = LESSON[step - 1]
    return f"{stop.do} **Ask:** {stop.asks}"


def _show_head(step: int, *, is_here: bool) -> None:
    """The row of the bar: the step, the projector's switch, the notes, and the ways to other steps."""
    time = "" if is_projected() else f" · {time_of(step)}"
    st.markdown(f":material/school: **Step {step} of {len(LESSON)}: {LESSON[step - 1].title}**{time}")
    st.space("stretch")
    choose_projector()
    keep_place_for_settings()
    if not is_projected():
        notes = own_address("lesson", notes=current_presentation().code)
        st.link_button("Notes", notes, icon=":material/co_present:", help="For a screen that the class cannot see.")
    if not is_here:
        if st.button("Back to step", type="primary", icon=":material/school:", key="lesson_return"):
            _open(step)
    elif st.button("Back", icon=":material/arrow_back:", key="lesson_back", disabled=step == 1):
        _open(step - 1)
    if is_here and step < len(LESSON):
        if st.button("Next", type="primary", icon=":material/arrow_forward:", key="lesson_next"):
            _open(step + 1)
    elif st.button("End the lesson", type="primary" if is_here else "secondary", icon=":material/check:",
                   key="lesson_end"):  # fmt: skip
        _end()


@st.fragment(run_every=1.0)
def _follow(presentation: Presentation, step: int) -> None:
    """Go where the presenter's notes lead."""
    wanted = presentation.now().step
    if wanted != step:
        _open(wanted)


def _open(step: int) -> None:
    stop = LESSON[step - 1]
    query = stop.query | {_STEP: str(step), _NOTES: current_presentation().code} | projector_query()
    open_page(stop.page, query)


def _end() -> None:
    for key in (_STEP, _NOTES, _SHOWN):
        st.session_state.pop(key, None)
    open_page("lesson")
