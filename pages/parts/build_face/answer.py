"""The drawn face, large and as a network gets it, with the answers of one or two checkpoints."""

from collections.abc import Sequence

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Prediction
from fer_core.datasets.drawn.expression import EMOTION_EXPRESSIONS, Expression
from fer_core.datasets.drawn.face import Face
from fer_core.evaluation.descriptions import describe_answers
from fer_core.plots.drawn_faces import portrait_html
from fer_core.plots.pictures import picture_html
from fer_core.plots.prediction import in_words, probability_bars
from pages.parts.build_face.controls import put_expression, surprise
from pages.shared import cached
from pages.shared.messages import plain
from pages.shared.pickers import carried_prior

_STAYS = """<style>
[data-testid="stColumn"]:has(.st-key-build_face_look) {position: sticky; top: 3.75rem; align-self: flex-start}
@media (max-width: 640px) {
  [data-testid="stColumn"]:has(.st-key-build_face_look) {z-index: 3; background: light-dark(#ffffff, #10151d)}
  .st-key-build_face_small {display: none}
  .st-key-build_face_look {flex-direction: row; align-items: flex-start}
  .st-key-build_face_look > :first-child {flex: 0 0 45%; width: 45%}
}
</style>"""
"""The face stays in sight while the sliders scroll; on a phone it is smaller, with the bars beside it."""


def units_in_words(expression: Expression) -> str:
    """The action units of an expression, such as "AU6 + AU12R" (on the right alone); "nothing moves" for none."""
    return " + ".join(f"AU{code}" for code in expression.units()) or "nothing moves"


def show_presets() -> None:
    """Buttons for the prototypes of the emotions, with their action units, and for a face by lot."""
    with st.container(horizontal=True, gap="small"):
        for emotion, variants in EMOTION_EXPRESSIONS.items():
            st.button(
                emotion.capitalize(),
                key=f"build_face_preset_{emotion}",
                on_click=put_expression,
                args=[variants[0]],
                help=f"{units_in_words(variants[0])}, after Ekman",
            )
        st.button("Surprise me", icon=":material/casino:", on_click=surprise)


def show_face(face: Face, checkpoints: Sequence[Checkpoint]) -> None:
    """The face and below it what each checkpoint says of it."""
    st.html(_STAYS)
    seen = face.seen()
    with st.container(key="build_face_look", gap="small"):
        st.html(portrait_html(face, f"A drawn face: {units_in_words(face.expression)}"))
        with st.container(horizontal=True, gap="small"):
            with st.container(width=76, gap=None, key="build_face_small"):
                st.html(picture_html(seen, 76, "The face as the network sees it"))
                st.caption("48 × 48")
            for checkpoint in checkpoints:
                with st.container(width="stretch", gap=None):
                    _show_answer(checkpoint, cached.classifier(checkpoint, carried_prior()).predict_one(seen))
    about = plain(describe_answers(checkpoints[0].card, carried_prior()))
    st.caption(f"A drawing: {units_in_words(face.expression)}. {about}")


def _show_answer(checkpoint: Checkpoint, prediction: Prediction) -> None:
    st.markdown(f"**{plain(checkpoint.name)}** {plain(in_words(prediction))}")
    st.html(probability_bars(prediction))
