"""Sources, limits and law, and every technical term."""

import json

import streamlit as st

from fer_core.plots.emotions import plutchik_wheel
from pages.parts.about.glossary import WORD, show_glossary
from pages.shared.address import newly_asked
from pages.shared.charts import drawn, show_fixed_chart
from pages.shared.links import show_link
from pages.shared.navigation import start_page
from pages.shared.paper_steps import show_process
from pages.shared.pickers import choose_view

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

**Today** it is an open question whether faces show emotions in the same way everywhere. Lisa Feldman \
Barrett and others reviewed over a thousand studies in 2019: people scowl when angry \
in about a third of cases, and scowl for other reasons too.
"""
DATA = """
FER+ has 35,887 gray pictures of 48×48 pixels, and for each the votes of ten people: eight emotions, "unknown" and \
"not a face". A quarter of the test pictures are unanimous. One person taken at random agrees with the majority on \
79% of them, so no network can agree with everybody. A third of the pictures are neutral; only a few hundred show \
contempt or disgust. They came from web searches: few old people and small children, many actors, and the biases of \
the searches and the voters.
"""
NOT_FOR = """
- Not to decide about people: not in hiring, exams, policing, border control, insurance or health.
- Not to watch people at work or at school. In the European Union, systems that infer emotions there are prohibited \
since February 2025 (Regulation (EU) 2024/1689, Article 5(1)(f)), with exceptions for medical and safety reasons.
- Not on people who do not know and agree.
- Not to identify anybody: this app cannot.
- Not as a lie detector: no such detector works.
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

VIEWS = HISTORY_VIEW, PAPER, LAW, WORDS = "History", "The paper", "Law and limits", "Glossary"
_VIEW = "about_view"
_ANCHORS = {
    "history": HISTORY_VIEW,
    "wheel": HISTORY_VIEW,
    "process": PAPER,
    "ferplus": PAPER,
    "references": PAPER,
    "not-for": LAW,
    "glossary": WORDS,
}  # the view that each heading of this page stands in; an address with another one's anchor opens it

_FOLLOW_ANCHOR = """<script>
{
  const views = %s, shown = %s, anchor = location.hash.slice(1);
  if (anchor !== window.aboutAnchor) {  // once: whoever then chooses another view may
    window.aboutAnchor = anchor;
    if (["lesson", "tour"].includes(anchor)) location.replace("lesson#" + anchor);
    else if (anchor in views && views[anchor] !== shown)
      location.replace("about?about_view=" + encodeURIComponent(views[anchor]) + "#" + anchor);
  }
}
</script>"""


def _show_history() -> None:
    left, right = st.columns([4, 5], gap="large")
    with left:
        st.subheader("History", anchor="history")
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


def _show_paper() -> None:
    st.subheader("The paper's process", anchor="process")
    show_process()
    st.subheader("FER+", anchor="ferplus")
    st.markdown(DATA)
    show_link("See the faces", "dataset")
    st.subheader("References", anchor="references")
    st.markdown(REFERENCES)


def _show_law() -> None:
    st.subheader("Prohibited uses", anchor="not-for")
    st.markdown(
        "An expression is not a feeling: a network says what a face **looks like to other people**.\n" + NOT_FOR
    )
    show_link("Open the lesson", "lesson")


start_page("about", "Sources, limits and law, and every technical term.")
if newly_asked(WORD):
    st.session_state[_VIEW] = WORDS
view = choose_view(VIEWS, _VIEW, old_name="view")
st.html(_FOLLOW_ANCHOR % (json.dumps(_ANCHORS), json.dumps(view)), unsafe_allow_javascript=True, width=1)
{HISTORY_VIEW: _show_history, PAPER: _show_paper, LAW: _show_law, WORDS: show_glossary}[view]()
