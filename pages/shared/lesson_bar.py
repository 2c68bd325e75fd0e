"""The guided lesson: a slim bar that leads a class from page to page; its step stands in the address."""

import streamlit as st

from pages.shared.lesson_plan import LESSON
from pages.shared.links import asked_number, script

_STEP = "lesson"
"""The parameter of the address with the step, from 1, and the session's key for the last one seen."""


def start_lesson() -> None:
    """Show a button that begins the lesson, or goes on where this session left it."""
    seen = int(st.session_state.get(_STEP, 0))
    label = f"Continue the lesson: step {seen} of {len(LESSON)}" if seen else "Start the lesson"
    if st.button(label, icon=":material/school:", key="lesson_start", help="60 minutes, six steps, nobody's own face."):
        _open(seen or 1)


def show_lesson_bar(page: str) -> bool:
    """Show the step that the address names, if it is this page's, and return whether it did."""
    step = asked_number(_STEP, len(LESSON) + 1)
    if not step or LESSON[step - 1].page != page:
        return False
    st.session_state[_STEP], stop = step, LESSON[step - 1]
    with st.container(border=True, key="lesson_bar", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":material/school: **Step {step} of {len(LESSON)}: {stop.title}** · {stop.time}")
            st.space("stretch")
            if st.button("Back", icon=":material/arrow_back:", key="lesson_back", disabled=step == 1):
                _open(step - 1)
            if step < len(LESSON):
                if st.button("Next", type="primary", icon=":material/arrow_forward:", key="lesson_next"):
                    _open(step + 1)
            elif st.button("End the lesson", type="primary", icon=":material/check:", key="lesson_end"):
                _end()
        st.markdown(stop.text)
    return True


def _open(step: int) -> None:
    stop = LESSON[step - 1]
    st.switch_page(script(stop.page), query_params=stop.query | {_STEP: str(step)})


def _end() -> None:
    del st.session_state[_STEP]
    st.switch_page(script("about"))
