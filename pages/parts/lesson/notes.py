"""The presenter's notes: what to do and to ask in the present step, answers to hope for, and how much time is left."""

import streamlit as st

from fer_core.lessons.plan import LESSON, Moment, Presentation
from fer_core.plots.pictures import qr_html
from pages.shared import cached
from pages.shared.links import own_address, show_link

_QR_WIDTH = 180


def show_notes(code: str) -> None:
    """Show the notes of a lesson under way, anew every second; they lead the class's screen, and follow it."""
    presentation = cached.presentations().find(code)
    if presentation is None:
        st.warning("This lesson is not running. Open its notes again.", icon=":material/school:")
        show_link("To the lesson", "lesson", arrow=True)
        return

    @st.fragment(run_every=1.0)
    def follow() -> None:
        _show_step(presentation)

    follow()
    with st.expander("On a phone", icon=":material/qr_code:"):
        address = own_address("lesson", notes=presentation.code)
        st.html(qr_html(address, _QR_WIDTH))
        st.code(address, language=None, wrap_lines=True)


def _show_step(presentation: Presentation) -> None:
    moment = presentation.now()
    step = LESSON[moment.step - 1]
    last = moment.step == len(LESSON)
    st.subheader(f"{moment.step}. {step.title}", anchor=False)
    with st.container(horizontal=True):
        st.button("Back", icon=":material/arrow_back:", disabled=moment.step == 1,
                  on_click=presentation.show, args=[moment.step - 1], key="notes_back")  # fmt: skip
        st.button("Next", icon=":material/arrow_forward:", type="primary", disabled=last,
                  on_click=presentation.show, args=[moment.step + 1], key="notes_next")  # fmt: skip
    _show_time(moment)
    st.markdown(step.do)
    for question in step.questions:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{question.ask}**")
            st.markdown(question.answer)
    if not last:
        st.caption(f"Next: {LESSON[moment.step].title}, {LESSON[moment.step].minutes} minutes.")
    st.button("Restart the timer", icon=":material/timer:", on_click=presentation.restart, key="notes_restart")


def _show_time(moment: Moment) -> None:
    planned = LESSON[moment.step - 1].minutes
    whole = sum(step.minutes for step in LESSON)
    left = f"**{_clock(moment.left)}** left of {planned} min"
    late = f":red[**{_clock(-moment.left)}** over {planned} min]"
    words = f":material/timer: {left if moment.left >= 0 else late} · lesson {_clock(moment.in_all)} of {whole}:00"
    st.progress(min(moment.in_step / (60 * planned), 1.0), words)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
