"""A photo with its faces, and the results of several to take away."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from fer_core.plots.prediction import face_cards
from fer_core.recognition.photos import Photo, annotated_name, annotated_png, annotated_zip, photo_table
from fer_core.recognition.recognize import MAX_LISTED_FACES, Recognition, to_csv
from pages.shared.downloads import download_button
from pages.shared.links import script
from pages.shared.messages import plain, refuse_with
from pages.shared.navigation import SENT_FACE

_BESIDE = 3  # faces that fit beside their picture
_HEIGHT = 560  # of a picture on the page, in pixels, at most


def show_photo(photo: Photo, content: bytes, number: int, classify_whole: Callable[[bytes], None]) -> None:
    """A framed photo with the faces in it; its number is its place on the page, from 1.

    ``classify_whole`` is called with the file's content when the whole picture is to be classified.
    """
    with st.container(border=True):
        st.markdown(f"**{plain(photo.name)}** · {plain(photo.summary)}")
        if photo.problem:
            refuse_with(plain(photo.problem), "picture refused", icon=":material/broken_image:")
            return
        beside = len(photo.recognitions) <= _BESIDE
        left, right = st.columns([3, 2], gap="medium") if beside else (st.container(), st.container())
        width, height = photo.size
        shown_width = min(width, _HEIGHT * width // height) or 1
        left.image(photo.preview, width=shown_width, alt="The picture with its faces boxed and numbered")
        with left:
            make, key = partial(annotated_png, photo, content), f"annotated {number}"
            download_button("Annotated picture", make, annotated_name(photo), key=key, type="tertiary")
        with right:
            _faces(photo, content, number, classify_whole)


def _faces(photo: Photo, content: bytes, number: int, classify_whole: Callable[[bytes], None]) -> None:
    if photo.is_whole:
        st.caption("No face was found here. This is what the network says of the whole picture, as if it were a face.")
    if not photo.recognitions:
        st.info("No face found. Faces that are small, turned away or covered are missed.", icon=":material/search_off:")
        st.button("Classify the whole picture", key=f"whole {number}", on_click=classify_whole, args=(content,))
        return
    listed = photo.recognitions[:MAX_LISTED_FACES]
    st.html(face_cards(listed, is_whole=photo.is_whole))
    offer_look_inside(listed, str(number))
    if len(photo.recognitions) > len(listed):
        st.caption(f"{len(listed)} of {len(photo.recognitions)} faces are listed here; the CSV file has all of them.")


def offer_look_inside(recognitions: Sequence[Recognition], key: str) -> None:
    """Buttons that open the Explain page with one of the faces; the key tells them from others on the page."""
    if not recognitions:
        return
    label = "Look inside the network" if len(recognitions) == 1 else "Look inside the network at face"
    numbers = [str(number) for number in range(1, len(recognitions) + 1)]
    if len(recognitions) == 1:
        chosen = numbers[0] if st.button(label, key=f"look inside {key}", icon=":material/neurology:") else None
    else:
        chosen = st.pills(label, numbers, key=f"look inside {key}")
    if chosen:
        st.session_state[SENT_FACE] = recognitions[int(chosen) - 1].crop
        st.switch_page(script("explain"))


def offer_downloads(photos: Sequence[Photo], contents: Sequence[bytes]) -> None:
    """Buttons for the table of all faces and, with several photos, for all annotated pictures."""
    with st.container(horizontal=True):
        download_button("All faces as CSV", to_csv(photo_table(photos)), "faces.csv", icon="table")
        if len(photos) > 1:
            pack = partial(annotated_zip, photos, contents)
            download_button("All annotated pictures (ZIP)", pack, "annotated.zip", icon="folder_zip")
