"""The paper's process as a figure whose steps lead to the pages."""

import streamlit as st

from pages.shared.links import show_link

_STEPS = (
    ("photo_library", "Images", "Faces, each labeled by ten people.", "dataset", "Faces", "See them"),
    ("crop", "Pre-processing", "Aligned, cropped, resized to gray.", "dataset", "Pre-processing", "See how"),
    ("model_training", "Training", "A network fits the labels.", "training", "", "Train one"),
    ("videocam", "Prediction", "It classifies new faces live.", "webcam", "", "Try it live"),
    ("fact_check", "Error analysis", "Which classes does it confuse?", "evaluation", "", "Find out"),
)  # icon, title, sentence, page, which of its views, what its link says
_ARROWS = """<style>
[class*="st-key-step-"] {position: relative}
[class*="st-key-step-"]:not(.st-key-step-5)::after {
  content: "→"; position: absolute; top: 50%; right: -1rem; width: 1rem; text-align: center;
  transform: translateY(-50%); opacity: .6}
@media (max-width: 640px) {[class*="st-key-step-"]:not(.st-key-step-5)::after {
  content: "↓"; top: auto; bottom: -1.35rem; right: 50%; transform: none}}
</style>"""


def show_process() -> None:
    """The five steps, each with a link to the page where it happens."""
    st.html(_ARROWS)
    for number, (column, step) in enumerate(zip(st.columns(len(_STEPS)), _STEPS, strict=True), 1):
        icon, title, sentence, page, view, label = step
        with column, st.container(border=True, height="stretch", key=f"step-{number}"):
            st.markdown(f"### :primary[:material/{icon}:]\n**{title}**  \n{sentence}")
            st.space("stretch")
            show_link(label, page, {"view": view} if view else {}, arrow=True)
    st.caption("The process of the paper (Figure 4), a page for each step.")
