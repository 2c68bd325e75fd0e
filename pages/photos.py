"""Every face in your pictures, and what its expression looks like to the network."""

import hashlib

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.recognition.photos import Photo, recognize_photo
from pages.shared import cached
from pages.shared.held_pictures import upload_pictures
from pages.shared.messages import errors_shown
from pages.shared.navigation import start_page
from pages.shared.notice import admits_faces, are_samples_drawn_only
from pages.shared.photo_view import offer_downloads, show_photo
from pages.shared.pickers import choose_recognition

_SAMPLES, _RESULTS, _WHOLE = "photos_samples", "photos_results", "photos_whole"
_Source = tuple[str, bytes]  # name and content of a file


def _choose_pictures(checkpoint: Checkpoint) -> list[_Source]:
    chosen = _uploaded() if admits_faces(checkpoint.card) else []
    built_in = cached.samples(drawn_only=are_samples_drawn_only())
    if st.session_state.get(_SAMPLES):
        titles = st.pills(
            "Sample pictures", list(built_in), selection_mode="multi", key=_SAMPLES, persist_state="session"
        )
        chosen += [(title, built_in[title]) for title in titles]
    elif not chosen:
        _offer_samples()
    return chosen


def _uploaded() -> list[_Source]:
    uploads = upload_pictures("photos_upload", "Your pictures")
    st.caption("Pictures stay in the memory of the computer that runs FER Lab until you clear them or close the app.")
    return [(upload.name, upload.getvalue()) for upload in uploads]


def _offer_samples() -> None:
    st.subheader("No picture at hand? Try one of these")
    with st.container(horizontal=True, gap="medium"):
        for title, picture in cached.sample_thumbnails(320, 240, drawn_only=are_samples_drawn_only()).items():
            with st.container(width=160, gap="small"):
                st.image(picture, width=160, alt=title)
                st.button(title, width="stretch", on_click=_pick, args=(title,), help=f"Look at “{title}”")


def _pick(title: str) -> None:
    st.session_state[_SAMPLES] = [title]


def _recognized(source: _Source, checkpoint: Checkpoint, prior_adjustment: PriorAdjustment) -> Photo:
    """The faces in a picture, which this session keeps, so that each picture is analyzed once."""
    name, content = source
    kept: dict[tuple[str, ...], Photo] = st.session_state.setdefault(_RESULTS, {})
    digest = hashlib.sha256(content).hexdigest()
    whole = digest in st.session_state.setdefault(_WHOLE, set())
    key = name, digest, checkpoint.name, cached.version_of(checkpoint), prior_adjustment, str(whole)
    if key not in kept:
        detector, classifier = cached.photo_detector(), cached.classifier(checkpoint, prior_adjustment)
        kept[key] = recognize_photo(name, content, detector, classifier, whole_if_none=whole)
    return kept[key]


def _classify_whole(content: bytes) -> None:
    st.session_state[_WHOLE].add(hashlib.sha256(content).hexdigest())


def _forget_others(photos: list[Photo]) -> None:
    """Forget pictures that were removed."""
    kept = st.session_state.get(_RESULTS, {})
    st.session_state[_RESULTS] = {key: photo for key, photo in kept.items() if photo in photos}


start_page(
    "photos",
    "Find every face in a picture and see what its expression looks like to the network. "
    "An expression is not a feeling: what someone feels, no picture tells.",
)
checkpoint, prior_adjustment = choose_recognition()
sources = _choose_pictures(checkpoint)
progress, downloads = st.empty(), st.empty()
photos: list[Photo] = []
for number, source in enumerate(sources, start=1):
    progress.progress((number - 1) / len(sources), f"Looking at picture {number} of {len(sources)} …")
    with errors_shown():
        photos.append(_recognized(source, checkpoint, prior_adjustment))
    show_photo(photos[-1], source[1], number, _classify_whole)
progress.empty()
_forget_others(photos)
if photos:
    with downloads:
        offer_downloads(photos, [content for _, content in sources])
