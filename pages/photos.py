"""Every face in your pictures, and what its expression looks like to the network."""

from contextlib import closing

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.recognition.photos import Photo
from pages.shared import cached
from pages.shared.held_pictures import upload_pictures
from pages.shared.messages import errors_shown
from pages.shared.navigation import SENT_PICTURE, start_page
from pages.shared.notice import admits_faces, are_samples_drawn_only
from pages.shared.photo_view import offer_downloads
from pages.shared.pickers import choose_recognition
from pages.shared.seen_pictures import Answerer, SeenPictures

_SAMPLES, _SEEN = "photos_samples", "photos_seen"
_File = tuple[str, bytes]  # name and content of a file


def _choose_pictures(checkpoint: Checkpoint, prior: PriorAdjustment) -> list[_File]:
    samples, own = st.container(), st.container()  # samples need no notice, so they stand before it
    with own:
        chosen = _uploaded() if admits_faces(checkpoint.card, prior) else []
    if sent := st.session_state.get(SENT_PICTURE):
        chosen.append(sent)
    with samples:
        if st.session_state.get(_SAMPLES):
            built_in = cached.samples(drawn_only=are_samples_drawn_only())
            titles = st.pills(
                "Sample pictures", list(built_in), selection_mode="multi", key=_SAMPLES, persist_state="session"
            )
            chosen += [(title, built_in[title]) for title in titles]
        elif not chosen:
            _offer_samples()
    return chosen


def _uploaded() -> list[_File]:
    uploads = upload_pictures("photos_upload", "Your pictures")
    st.caption("Pictures stay in memory until you clear them or close the app.")
    return [(upload.name, upload.getvalue()) for upload in uploads]


def _offer_samples() -> None:
    st.subheader("Try a sample")
    with st.container(horizontal=True, gap="medium"):
        for title, picture in cached.sample_thumbnails(320, 240, drawn_only=are_samples_drawn_only()).items():
            with st.container(width=160, gap="small"):
                st.image(picture, width=160, alt=title)
                st.button(title, width="stretch", on_click=_pick, args=(title,), help=f"Look at “{title}”")


def _pick(title: str) -> None:
    st.session_state[_SAMPLES] = [title]


start_page("photos", "Find every face in a picture and its apparent expression; an expression is not a feeling.")
checkpoint, prior = choose_recognition()
seen = SeenPictures.of_session(_SEEN)
sources = [seen.source(*file) for file in _choose_pictures(checkpoint, prior)]
progress, downloads = st.empty(), st.empty()
photos: list[Photo] = []
with errors_shown(), closing(seen.recognized(sources, Answerer.of(checkpoint, prior))) as found:
    for number, source in enumerate(sources, start=1):
        progress.progress((number - 1) / len(sources), f"Looking at picture {number} of {len(sources)} …")
        photos.append(next(found))
        seen.show(source, photos[-1], number)
progress.empty()
seen.forget_others(photos, sources)
if photos:
    with downloads:
        offer_downloads(photos, [source.content for source in sources])
