"""Which face the Explain page looks into: of a dataset, an upload, the webcam, or one sent from another page."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.summary import votes_in_words
from pages.shared import cached
from pages.shared.address import check_asked, newly_asked, write_choice
from pages.shared.drawings import link_ferplus_figures
from pages.shared.held_pictures import Picture, choose_picture, take_picture
from pages.shared.links import asked_number
from pages.shared.look_inside import sent_face
from pages.shared.notice import admits_faces
from pages.shared.pickers import choose_dataset, choose_view
from pages.shared.seen_pictures import Answerer, SeenPictures

_STEADY = "The answer is the mean over the face at three scales and their mirror images, as on Photos."
_DATASET, _UPLOAD, _CAMERA, _SENT = "Dataset", "Picture", "Webcam", "Sent here"
_ROW = "row"  # in the session as in the address
_OLD = {"From a dataset": _DATASET, "From a picture": _UPLOAD, "From the webcam": _CAMERA}  # in old addresses


@dataclass(frozen=True, eq=False)
class ExplainedFace:
    """A face to look into, ``(48, 48)`` uint8, and what is known of it, for people.

    One from a picture is answered as on the Photos page: with its mirror image.
    """

    image: NDArray[np.uint8]
    caption: str
    is_from_picture: bool = False


def choose_face(checkpoint: Checkpoint, prior: PriorAdjustment, place: DeltaGenerator) -> ExplainedFace | None:
    """Show the controls that choose a face; return it, or None while none is chosen: what is asked stands in a place.

    Raises:
        FerError: The dataset, the checkpoint or the detector cannot be used.
    """
    sent = sent_face()
    sources = [*([] if sent is None else [_SENT]), _DATASET, _UPLOAD, _CAMERA]
    source = choose_view(sources, "explain_source", label="Face", old_views=_OLD)
    if source == _SENT and sent is not None:
        caption = f"{sent.caption}. {_STEADY}" if sent.is_steady else f"{sent.caption}."
        return ExplainedFace(sent.image, caption, is_from_picture=sent.is_steady)
    if source == _DATASET:
        return _from_dataset()
    if source == _CAMERA:
        picture = _frozen_frame(checkpoint, prior, place)
    else:
        picture = choose_picture("explain_upload", checkpoint.card, prior, notice_in=place)
    return _from_picture(picture, checkpoint, prior, place) if picture else None


def _frozen_frame(checkpoint: Checkpoint, prior: PriorAdjustment, place: DeltaGenerator) -> Picture | None:
    with place:
        if not admits_faces(checkpoint.card, prior):
            return None
    frame = take_picture("explain_camera", "Freeze a frame")
    return Picture(frame.name, frame.getvalue()) if frame else None


def _from_dataset() -> ExplainedFace:
    dataset = choose_dataset()
    records = cached.records(dataset)
    _follow_row(len(records))
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="small"):
        number = st.number_input(
            "Row", 0, len(records) - 1, step=1, key=_ROW, on_change=_write_row, help="Counted from 0."
        )
        st.button(
            "Random",
            icon=":material/casino:",
            help="Another face, drawn at random.",
            on_click=_draw_row,
            args=[len(records)],
        )
    row = int(number)
    votes = votes_in_words(records.votes[row]) if records.has_votes else "without votes"
    kind = "Votes"
    if dataset.is_drawn:
        kind = "A drawn face, simulated votes"
        link_ferplus_figures()
    return ExplainedFace(np.asarray(records.images[row]), f"Row {row:,} of {dataset.name}. {kind}: {votes}")


def _follow_row(count: int) -> None:
    """Let the address choose a row; what it cannot mean is the last row or the first."""
    row = min(int(st.session_state.get(_ROW, 0)), count - 1)
    if (asked := newly_asked(_ROW)) is not None:
        row = min(asked_number(_ROW) or 0, count - 1)
        check_asked(_ROW, asked, ["", str(row)], str(row))
    st.session_state[_ROW] = row


def _write_row() -> None:
    write_choice(_ROW, _ROW, "0")


def _draw_row(rows: int) -> None:
    st.session_state[_ROW] = int(np.random.default_rng().integers(rows))
    _write_row()


def _from_picture(
    picture: Picture, checkpoint: Checkpoint, prior: PriorAdjustment, place: DeltaGenerator
) -> ExplainedFace | None:
    seen = SeenPictures.of_session("explain_seen")
    source = seen.source(*picture)
    (photo,) = seen.recognized([source], Answerer.of(checkpoint, prior))
    seen.forget_others([photo], [source])
    if not photo.recognitions:
        with place:
            seen.show(source, photo, 1)
        return None
    if photo.anyway is not None or source.is_cropped:
        seen.offer_whole(source, "Choose again", 1)
    number = 1
    if len(photo.recognitions) > 1:
        number = int(st.number_input("Which face", 1, len(photo.recognitions), 1))
    kind = f"Face {number} of {picture.name}"
    if photo.anyway is not None:
        kind = f"{photo.shown_anyway.capitalize()}: no face was found in {picture.name}"
    return ExplainedFace(photo.recognitions[number - 1].crop, f"{kind}. {_STEADY}", is_from_picture=True)
