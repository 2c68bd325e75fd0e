"""Which face the Explain page looks into: of a dataset, an upload, the webcam, or one sent from another page."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.summary import votes_in_words
from fer_core.recognition.photos import WHOLE, Photo, recognize_photo
from pages.shared import cached
from pages.shared.held_pictures import take_picture, upload_picture
from pages.shared.links import asked_number
from pages.shared.messages import errors_shown, plain, refuse_with
from pages.shared.navigation import SENT_FACE
from pages.shared.notice import admits_faces
from pages.shared.pickers import choose_dataset, choose_view
from pages.shared.streamlit_internals import UploadedFile

_PHOTO = "picture to explain"
_STEADY = "The answer is the mean over the face at three scales and their mirror images, as on Photos."
_DATASET, _UPLOAD, _CAMERA, _SENT = "Dataset", "Picture", "Webcam", "Sent here"
_OLD = {"From a dataset": _DATASET, "From a picture": _UPLOAD, "From the webcam": _CAMERA}  # in old addresses


@dataclass(frozen=True, eq=False)
class ExplainedFace:
    """A face to look into, ``(48, 48)`` uint8, and what is known of it, for people.

    One from a picture is answered as on the Photos page: with its mirror image.
    """

    image: NDArray[np.uint8]
    caption: str
    is_from_picture: bool = False


def choose_face(checkpoint: Checkpoint, prior: PriorAdjustment) -> ExplainedFace | None:
    """The controls that choose a face, or None while none is chosen."""
    sent = st.session_state.get(SENT_FACE)
    sources = [*([] if sent is None else [_SENT]), _DATASET, _UPLOAD, _CAMERA]
    source = choose_view(sources, "explain_source", label="Face", old_views=_OLD)
    if source == _SENT and sent is not None:
        return ExplainedFace(sent, f"As it was found in a picture. {_STEADY}", is_from_picture=True)
    return _from_dataset() if source == _DATASET else _from_picture(checkpoint, prior, source)


def forget_sent_face() -> None:
    """Forget the face that another page sent, which is still there."""
    st.session_state.pop(SENT_FACE, None)


def _from_dataset() -> ExplainedFace:
    dataset = choose_dataset()
    records = cached.records(dataset)
    if "row" not in st.session_state:
        st.session_state["row"] = min(asked_number("row") or 0, len(records) - 1)
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="small"):
        number = st.number_input(
            "Row", 0, len(records) - 1, step=1, key="row", bind="query-params", help="Counted from 0."
        )
        st.button(
            "Random",
            icon=":material/casino:",
            help="Another face, drawn at random.",
            on_click=_draw_row,
            args=[len(records)],
        )
    row = int(number)
    words = votes_in_words(records.votes[row]) if records.has_votes else "without votes"
    return ExplainedFace(np.asarray(records.images[row]), f"Row {row:,} of {dataset.name}. Votes: {words}")


def _draw_row(rows: int) -> None:
    st.session_state["row"] = int(np.random.default_rng().integers(rows))


def _from_picture(checkpoint: Checkpoint, prior: PriorAdjustment, source: str) -> ExplainedFace | None:
    if not admits_faces(checkpoint.card, prior):
        return None
    if source == _CAMERA:
        upload = take_picture("explain_camera", "Freeze a frame with your face")
    else:
        upload = upload_picture("explain_upload", "A picture with a face")
    if upload is None:
        st.caption("It stays in the memory of the computer that runs FER Lab until you clear it or close the app.")
        return None
    photo = _looked_at(upload, cached.classifier(checkpoint, prior))
    if photo.problem or not photo.recognitions:
        refuse_with(
            plain(photo.problem) or "No face was found. Choose a picture in which one is larger.",
            "picture refused",
            icon=":material/broken_image:",
        )
        return None
    number = 1
    if len(photo.recognitions) > 1:
        number = int(st.number_input("Which face", 1, len(photo.recognitions), 1))
    whole = "The whole picture: no face was found in it"
    kind = f"Face {number} as the network sees it" if photo.anyway is None else whole
    return ExplainedFace(photo.recognitions[number - 1].crop, f"{kind}. {_STEADY}", is_from_picture=True)


def _looked_at(upload: UploadedFile, classifier: Classifier) -> Photo:
    """What was found in a picture; kept while it is on the page, so that no click looks for its faces again."""
    key = upload.file_id, *classifier.answered_by
    kept: tuple[tuple[str, ...], Photo] | None = st.session_state.get(_PHOTO)
    if kept is None or kept[0] != key:
        with errors_shown():
            detector = cached.photo_detector()
            photo = recognize_photo(upload.name, upload.getvalue(), detector, classifier, anyway=WHOLE)
        st.session_state[_PHOTO] = kept = key, photo
    return kept[1]
