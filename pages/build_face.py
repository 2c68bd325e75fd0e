"""Build a face: move the muscles of a drawn face and watch a network change its mind."""

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint, list_checkpoints
from pages.parts.build_face.answer import show_face, show_presets
from pages.parts.build_face.challenge import show_challenges
from pages.parts.build_face.change import show_change
from pages.parts.build_face.controls import choose_face, follow_address
from pages.parts.build_face.curves import show_curves
from pages.parts.build_face.send import offer_to_send
from pages.shared.messages import errors_shown
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_checkpoint, choose_view
from pages.shared.projector import is_projected, page_settings

_SLIDERS_HEIGHT = 320  # CSS pixels on a projector, where the challenge below the sliders is to be seen too

VIEWS = CHANGE, CURVES, CHALLENGES, SEND = "Smallest change", "Response curves", "Challenges", "Save and send"


def _choose_second(first: Checkpoint) -> Checkpoint | None:
    others = {one.name: one for one in list_checkpoints() if one.name != first.name}
    name = st.selectbox(
        "Second checkpoint",
        list(others),
        index=None,
        placeholder="none",
        key="build_face_second",
        persist_state="session",
        help="Answers beside the first one.",
    )
    return others.get(name or "")


start_page(
    "build_face",
    "Move the muscles of a drawn face (action units of FACS) and watch a network change its answer.",
)
follow_address()
left, right = page_settings().columns(2, gap="large")
with left:
    checkpoint = choose_checkpoint()
with right:
    second = _choose_second(checkpoint)
with page_settings():
    show_presets()
picture, sliders = st.columns([10, 13], gap="large")
with sliders, st.container(height=_SLIDERS_HEIGHT if is_projected() else "content"):
    face = choose_face()
with errors_shown():
    with picture:
        show_face(face, [checkpoint] if second is None else [checkpoint, second])
    with page_settings():
        view = choose_view(VIEWS, "build_face_view")
    if view == CHANGE:
        show_change(face, checkpoint)
    elif view == CURVES:
        show_curves(face, checkpoint)
    elif view == CHALLENGES:
        show_challenges(face, checkpoint)
    else:
        offer_to_send(face)
