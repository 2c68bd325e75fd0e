"""Where a drawn face can go: into a file, and to other pages."""

from functools import partial

import streamlit as st

from fer_core.datasets.drawn.face import Face
from fer_core.faces.images import encode_png
from pages.shared.downloads import download_button
from pages.shared.links import open_page
from pages.shared.look_inside import SentFace, look_inside
from pages.shared.navigation import SENT_EXAMPLE, SENT_PICTURE

_LARGE = 960


def _portrait_file(face: Face) -> bytes:
    return encode_png(face.portrait(_LARGE))


def offer_to_send(face: Face) -> None:
    """Buttons that save the face or open another page with it, and its address."""
    with st.container(horizontal=True):
        download_button("Save as picture", partial(_portrait_file, face), "face.png")
        if st.button("Look inside", icon=":material/neurology:", key="build_face_explain"):
            look_inside(SentFace(face.seen(), "The face you built"))
        if st.button("Open on Photos", icon=":material/add_a_photo:", key="build_face_photos"):
            st.session_state[SENT_PICTURE] = "Drawn face", _portrait_file(face)
            open_page("photos")
        if st.button("Teach with it", icon=":material/emoji_objects:", key="build_face_teach"):
            st.session_state[SENT_EXAMPLE] = face.text
            open_page("teach")
    st.caption("The page's address contains this face; share it.")
