"""The lesson of one hour: its steps, the presenter's notes, what to print, and a tour for whoever has five minutes."""

import streamlit as st

from fer_core.checkpoints.export import lesson_notebook
from fer_core.lessons.plan import LESSON, time_of
from fer_core.reports.handouts import plan_html, worksheet_html
from pages.parts.lesson.notes import show_notes
from pages.parts.lesson.stops import TOUR, show_stop
from pages.shared.downloads import download_button
from pages.shared.lesson_bar import current_presentation, start_lesson
from pages.shared.lesson_record import offer_lesson
from pages.shared.links import own_address
from pages.shared.navigation import start_page

if code := st.query_params.get("notes"):
    start_page("lesson", "")
    show_notes(code)
    st.stop()
start_page("lesson", "How computers name expressions, and where they go wrong.")
with st.container(horizontal=True, vertical_alignment="center"):
    start_lesson()
    st.link_button(
        "Presenter notes",
        own_address("lesson", notes=current_presentation().code),
        icon=":material/co_present:",
        help="What to ask, answers and a timer, for a screen that the class cannot see.",
    )
    download_button("Plan (HTML)", plan_html, "lesson-plan.html", icon="print", help="One page for the teacher.")
    download_button("Worksheet (HTML)", worksheet_html, "worksheet.html", icon="print", help="Two pages per pupil.")
st.markdown(
    "You need this app on one computer with a projector; with HTTPS (see README), pupils join with their phones. The "
    "built-in faces and networks are enough, and no data about pupils is kept. In the European Union, using such "
    "systems to watch or judge pupils is prohibited."
)
for number, step in enumerate(LESSON, start=1):
    show_stop(f"{time_of(number)}: {step.title}", f"{step.do}  \n**Ask:** {step.asks}", step.page, step.query)
with st.container(horizontal=True, vertical_alignment="center"):
    help_ = "Trains, evaluates and looks inside a network step by step, in Jupyter."
    download_button("Lesson notebook", lesson_notebook, "lesson.ipynb", help=help_)
    offer_lesson()
st.subheader("A five-minute tour", anchor="tour")
for number, stop in enumerate(TOUR, start=1):
    show_stop(f"Minute {number}: {stop.title}", stop.text, stop.page, stop.query)
