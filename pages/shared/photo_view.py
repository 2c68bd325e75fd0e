"""A photo with its faces, and the results of several as files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from fer_core.plots.prediction import face_cards
from fer_core.recognition.photos import WHOLE, Photo, annotated_name, annotated_png, annotated_zip, cropped, photo_table
from fer_core.recognition.recognize import MAX_LISTED_FACES, to_csv
from pages.shared.downloads import download_button
from pages.shared.look_inside import offer_look_inside
from pages.shared.messages import plain, refuse_with

_TITLES = {None: "", WHOLE: "Whole picture"}
_CROP_WIDTH = 240  # of the part to look at again, in pixels
_BESIDE = 3  # faces that fit beside their picture
_HEIGHT = 560  # of a picture on the page, in pixels, at most


@dataclass(frozen=True)
class PhotoActions:
    """What a page does when no face was found and the visitor helps.

    Attributes:
        classify: Called with what to classify anyway: the whole picture or a candidate's number.
        crop: Called with the picture file of the part in which to look again.
    """

    classify: Callable[[int], None]
    crop: Callable[[bytes], None]


def show_photo(photo: Photo, content: bytes, number: int, actions: PhotoActions | None = None) -> None:
    """A framed photo with the faces in it; its number is its place on the page, from 1.

    Without actions nothing is offered where no face was found.
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
        left.image(photo.preview, width=shown_width, alt=_alt(photo))
        with left:
            make, key = partial(annotated_png, photo, content), f"annotated {number}"
            download_button("Annotated picture", make, annotated_name(photo), key=key, type="tertiary")
        with right:
            _show_faces(photo, content, number, actions)


def _alt(photo: Photo) -> str:
    if photo.candidates:
        return "The picture with numbered candidate regions and their scores"
    return "The picture with its faces boxed and numbered"


def _show_faces(photo: Photo, content: bytes, number: int, actions: PhotoActions | None) -> None:
    listed = photo.recognitions[:MAX_LISTED_FACES]
    if photo.anyway is not None:
        st.caption(f"No face found; classified anyway: {photo.shown_anyway}.")
    if listed:
        st.html(face_cards(listed, title=_TITLES.get(photo.anyway, f"Place {photo.anyway}")))
        offer_look_inside(listed, str(number), photo.name)
    if len(photo.recognitions) > len(listed):
        st.caption(f"{len(listed)} of {len(photo.recognitions)} faces listed; the CSV has all.")
    if not listed:
        _show_search(photo)
    if actions and (not listed or photo.anyway is not None):
        _offer_help(photo, content, number, actions)


def _show_search(photo: Photo) -> None:
    """Where it was looked for faces, and what helps."""
    count = len(photo.candidates)
    places = "1 region" if count == 1 else f"{count or 'No'} regions"
    scores = "; scores are in the picture" if count else ""
    st.info(
        "**No face found**, in the whole picture, in its parts, or turned. "
        f"{places} examined{scores}.\n\n"
        "Try a larger face (100 pixels or more), more light, or an uncovered face turned to the camera.",
        icon=":material/search_off:",
    )


def _offer_help(photo: Photo, content: bytes, number: int, actions: PhotoActions) -> None:
    with st.container(horizontal=True):
        for place, label in enumerate(["the whole picture", *_places(photo)]):
            if place != photo.anyway:
                key = f"anyway {place} {number}"
                st.button(f"Classify {label}", key=key, on_click=actions.classify, args=(place,))
        with st.popover("Crop", icon=":material/crop:"):
            _offer_crop(photo, content, number, actions)


def _places(photo: Photo) -> list[str]:
    return [f"place {place}" for place in range(1, len(photo.candidates) + 1)]


@st.fragment
def _offer_crop(photo: Photo, content: bytes, number: int, actions: PhotoActions) -> None:
    key = f"{number} {photo.size}"  # anew for each part
    left, right = st.slider("Horizontal crop (%)", 0, 100, (0, 100), key=f"crop across {key}")
    top, bottom = st.slider("Vertical crop (%)", 0, 100, (0, 100), key=f"crop down {key}")
    edges = left / 100, top / 100, right / 100, bottom / 100
    st.image(cropped(photo.preview, *edges), width=_CROP_WIDTH, alt="The part to search again")
    if st.button("Search here", key=f"look here {number}", type="primary"):
        actions.crop(cropped(content, *edges))
        st.rerun()


def offer_downloads(photos: Sequence[Photo], contents: Sequence[bytes]) -> None:
    """Buttons for the table of all faces and, with several photos, for all annotated pictures."""
    with st.container(horizontal=True):
        download_button("CSV", to_csv(photo_table(photos)), "faces.csv", icon="table")
        if len(photos) > 1:
            pack = partial(annotated_zip, photos, contents)
            download_button("Annotated pictures (ZIP)", pack, "annotated.zip", icon="folder_zip")
