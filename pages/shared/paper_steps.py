"""The paper's process as a figure whose steps lead to the pages."""

import streamlit as st

from pages.shared.links import show_link

_STEPS = (
    ("photo_library", "Images", "Faces, each labeled by ten people.", "dataset", "Faces", "See them"),
    ("crop", "Pre-processing", "Turned upright, cropped, made small and gray.", "dataset", "Pre-processing", "See how"),
    ("model_training", "Training", "A network learns from its mistakes.", "training", "", "Train one"),
    ("videocam", "Prediction", "In real time, it names faces it never saw.", "webcam", "", "Try it live"),
    ("fact_check", "Error analysis", "What does it mix up? If too much, train again.", "evaluation", "", "Find out"),
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
    st.caption("The process of Djellali and Deljanin's paper (its Figure 4), a page for each step.")
