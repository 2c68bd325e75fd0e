"""Where this comes from, what it must not be used for, and every technical word explained."""

import streamlit as st

from fer_core.checkpoints.export import lesson_notebook
from fer_core.lessons.glossary import GLOSSARY
from fer_core.plots.emotions import plutchik_wheel
from pages.shared.charts import drawn, show_fixed_chart
from pages.shared.downloads import download_button
from pages.shared.lesson_bar import start_lesson
from pages.shared.lesson_plan import LESSON, TOUR, show_stops
from pages.shared.lesson_record import offer_lesson
from pages.shared.links import show_link
from pages.shared.navigation import start_page
from pages.shared.paper_steps import show_process

HISTORY = """
**1872: Charles Darwin** describes how people and animals show what moves them, and holds that some of it is inborn \
(*The expression of the emotions in man and animals*).

**1960s to 1990s: Paul Ekman**, Carroll Izard, Alan Fridlund and Silvan Tomkins look for expressions that all people \
share. Ekman names basic emotions (happiness, sadness, anger, fear, surprise, disgust, later contempt); these became \
the classes of FER2013 and FER+.

**1980, 2001: Robert Plutchik** orders emotions as a wheel: eight that have opposites and degrees, and mixtures \
between neighbors. Contempt, the eighth class of FER+, is a mixture here.

**2013: FER2013**, pictures from the web with one label each, made for a contest. **2016: FER+** asks ten people about \
each of these pictures (Barsoum and others). On them Djellali and Deljanin train the small network whose process \
this app follows.

**Today** the question whether faces show emotions alike everywhere is open. Lisa Feldman Barrett and others reviewed \
over a thousand studies in 2019: people scowl when angry in about a third of cases, and scowl for other reasons too.
"""
DATA = """
FER+ has 35,887 gray pictures of 48×48 pixels, and for each the votes of ten people: eight emotions, "unknown" and \
"not a face". A quarter of the test pictures are unanimous. One person taken at random agrees with the majority on \
79% of them, so no network can agree with everybody. A third of the pictures are neutral; only some hundreds show \
contempt or disgust. They came from web search: few old people and few small children, many actors, and whatever \
prejudice the searches and the voters had.
"""
NOT_FOR = """
- Not to decide about people: not in hiring, exams, policing, border control, insurance or health.
- Not to watch people at work or at school. In the European Union, systems that infer emotions there are prohibited \
since February 2025 (Regulation (EU) 2024/1689, Article 5(1)(f)), with exceptions for medical and safety reasons.
- Not on people who do not know and agree.
- Not to find out who somebody is: this app cannot, and keeps no faces.
- Not as a lie detector: nothing of the kind works.
"""
REFERENCES = """
- F. Djellali and E. Deljanin, *A practical implementation of deep neural network for facial emotion recognition*: the \
paper this app follows.
- E. Barsoum, C. Zhang, C. Canton Ferrer and Z. Zhang, *Training deep networks for facial expression recognition with \
crowd-sourced label distribution*, ICMI 2016.
- I. Goodfellow and others, *Challenges in representation learning*, ICONIP 2013 (FER2013).
- C. Darwin, *The expression of the emotions in man and animals*, 1872.
- P. Ekman, *An argument for basic emotions*, Cognition and Emotion 6 (1992).
- R. Plutchik, *The nature of emotions*, American Scientist 89 (2001).
- L. Feldman Barrett and others, *Emotional expressions reconsidered*, Psychological Science in the Public Interest 20 \
(2019).
- M. Zeiler and R. Fergus, *Visualizing and understanding convolutional networks*, ECCV 2014.
- R. Selvaraju and others, *Grad-CAM*, ICCV 2017.
"""

start_page("about", "Where this comes from, what it must not be used for, and every technical word explained.")
left, right = st.columns([4, 5], gap="large")
with left:
    st.subheader("How people came to think of emotions", anchor="history")
    st.markdown(HISTORY)
with right:
    st.subheader("Plutchik's wheel", anchor="wheel")
    show_fixed_chart(
        "about_wheel",
        "Plutchik's wheel: joy, trust, fear, surprise, sadness, disgust, anger and anticipation, each in three "
        "degrees, with mixtures such as contempt between neighbors.",
        drawn(plutchik_wheel),
    )
    st.caption("Point at an emotion for its degree, its opposite and its name in FER+. In italics: mixtures.")
st.subheader("The paper's process", anchor="process")
show_process()
left, right = st.columns([1, 1], gap="large")
with left:
    st.subheader("What FER+ is", anchor="ferplus")
    st.markdown(DATA)
    show_link("See the faces", "dataset")
with right:
    st.subheader("What it must not be used for", anchor="not-for")
    st.markdown(
        "An expression is not a feeling: a network says what a face **looks like to other people**.\n" + NOT_FOR
    )
st.subheader("Four minutes to look around", anchor="tour")
show_stops(TOUR)
st.subheader("For teachers: a lesson of one hour", anchor="lesson")
st.markdown(
    "It needs this app on one computer with a projector; with HTTPS (see README) pupils join with their telephones. "
    "The drawn demo faces and the shipped network are enough. Nobody has to show a face of their own, and nothing "
    "is kept of anybody. In the European Union, do not use such systems to watch or to judge pupils: it is prohibited."
)
start_lesson()
show_stops(LESSON)
with st.container(horizontal=True, vertical_alignment="center"):
    help_ = "Trains, evaluates and looks inside a network step by step, in Jupyter."
    download_button("The lesson as a notebook", lesson_notebook, "lesson.ipynb", help=help_)
    offer_lesson()
st.subheader("Every technical word", anchor="glossary")
wanted = st.text_input("Find a word", placeholder="such as dropout", key="word", bind="query-params").strip().casefold()
found = {word: text for word, text in GLOSSARY.items() if wanted in word.casefold() or wanted in text.casefold()}
if not found:
    st.caption("This word is not explained here yet.")
for column, words in zip(st.columns(2, gap="large"), (list(found)[::2], list(found)[1::2]), strict=True):
    column.markdown("\n\n".join(f"**{word}**  \n{found[word]}" for word in words))
st.subheader("References", anchor="references")
st.markdown(REFERENCES)
