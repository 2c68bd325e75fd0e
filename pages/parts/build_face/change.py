"""The smallest change of a face that makes a network say another class, step by step."""

import numpy as np
import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.drawn.face import Face, parse_face
from fer_core.lessons.build_face.change import Change, frames, smallest_change
from fer_core.plots.drawn_faces import moving_portrait_html, portrait_html
from fer_core.storage.plaintext import percent
from pages.parts.build_face.controls import put
from pages.shared import cached
from pages.shared.messages import plain
from pages.shared.pickers import carried_prior

_ASKED, _TARGET, _PLAY = "build_face_change", "build_face_target", "build_face_play"
_SIZE, _FRAMES = 200, 6


@cached.by_content(64, "Trying moves …")
def cached_change(checkpoint: Checkpoint, prior: PriorAdjustment, face: str, target: str) -> Change | None:
    """The smallest change from a face, in its text form, to a class."""
    return smallest_change(cached.classifier(checkpoint, prior), parse_face(face), target)


def show_change(face: Face, checkpoint: Checkpoint) -> None:
    """A class to choose and, once asked for, the fewest and smallest moves that lead to it."""
    classifier = cached.classifier(checkpoint, carried_prior())
    prediction = classifier.predict_one(face.seen())
    others = [name for name in classifier.class_names if name != prediction.class_name]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = st.selectbox("Target class", others, key=_TARGET, width=240)
        if st.button("Find smallest change", type="primary", icon=":material/conversion_path:"):
            st.session_state[_ASKED] = face.text, target
    asked = st.session_state.get(_ASKED)
    if asked is None:
        st.caption("The fewest and smallest slider moves, up to four, that change the answer.")
    elif asked != (face.text, target):
        st.caption("Face or class changed. Search again.")
    else:
        _show_moves(cached_change(checkpoint, carried_prior(), face.text, target), face, checkpoint, target)


def _show_moves(change: Change | None, face: Face, checkpoint: Checkpoint, target: str) -> None:
    if change is None:
        st.info(f"No four moves make “{plain(checkpoint.name)}” say {plain(target)}. Start from another face.")
        return
    words = _sentence(", then ".join(move.in_words for move in change.moves))
    st.markdown(f"**{plain(words)}**: {plain(target)} {percent(change.probability, 0)}")
    answers = cached.classifier(checkpoint, carried_prior()).predictions(np.stack([one.seen() for one in change.faces]))
    titles = ["Now", *(_sentence(move.in_words) for move in change.moves)]
    with st.container(horizontal=True, gap="medium"):
        for one, prediction, title in zip(change.faces, answers, titles, strict=True):
            with st.container(width=_SIZE, gap="small"):
                st.html(portrait_html(one, f"The face: {title}", _SIZE))
                st.markdown(f"{plain(title)}  \n{plain(prediction.class_name)} {percent(prediction.confidence, 0)}")
        if st.session_state.get(_PLAY):
            moving = [change.faces[0], *frames(change.faces, _FRAMES)]
            with st.container(width=_SIZE, gap="small"):
                st.html(moving_portrait_html(moving, "The moves, one after the other", size=_SIZE, rests=_FRAMES))
                st.markdown("All moves, animated")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Use this face", icon=":material/check:", on_click=put, args=[change.faces[-1]])
        st.toggle("Play the moves", key=_PLAY, persist_state="session", help="All moves as an animation.")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
