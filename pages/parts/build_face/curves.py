"""How the answer follows one slider, and which sliders a network listens to most."""

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.drawn.expression import UNITS, unit_title
from fer_core.datasets.drawn.face import Face, parse_face
from fer_core.lessons.build_face.curves import Response, influences, response
from fer_core.plots.drawn_faces import influence_bars, response_figure
from pages.shared import cached
from pages.shared.charts import show_chart
from pages.shared.pickers import carried_prior

_UNIT = "build_face_unit"


@cached.by_content(64)
def _response(checkpoint: Checkpoint, prior: PriorAdjustment, face: str, unit: str) -> Response:
    return response(cached.classifier(checkpoint, prior), parse_face(face), unit)


@cached.by_content(64, "Moving every slider …")
def _influences(checkpoint: Checkpoint, prior: PriorAdjustment, face: str) -> dict[str, float]:
    return influences(cached.classifier(checkpoint, prior), parse_face(face))


def show_curves(face: Face, checkpoint: Checkpoint) -> None:
    """The response curves of one action unit beside the influence of all."""
    found = _influences(checkpoint, carried_prior(), face.text)
    left, right = st.columns([3, 2], gap="large")
    with left:
        if _UNIT not in st.session_state:
            st.session_state[_UNIT] = next(iter(found))
        unit = st.selectbox("Action unit", list(UNITS), format_func=unit_title, key=_UNIT, persist_state="session")
        now = getattr(face.expression.middle, unit)
        names = checkpoint.card.class_names
        found_response = _response(checkpoint, carried_prior(), face.text, unit)
        figure = response_figure(unit, found_response.amounts, found_response.probabilities, names, now)
        show_chart("build-face_response", f"Probability of each class while {unit_title(unit)} moves", figure)
        st.caption("Both sides move together from rest to full contraction; all else is fixed.")
    with right:
        st.markdown("**Influence of each action unit at this face**")
        alt = "Influence of each action unit; the strongest: " + ", ".join(map(unit_title, list(found)[:3]))
        show_chart("build-face_influence", alt, influence_bars(found))
