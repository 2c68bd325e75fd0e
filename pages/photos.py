"""Every face in your pictures, and what its expression looks like to the network."""

import hashlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.recognition.photos import Photo, recognize_photos
from pages.shared import cached
from pages.shared.held_pictures import upload_pictures
from pages.shared.messages import errors_shown
from pages.shared.navigation import SENT_PICTURE, start_page
from pages.shared.notice import admits_faces, are_samples_drawn_only
from pages.shared.photo_view import PhotoActions, offer_downloads, show_photo
from pages.shared.pickers import choose_recognition

_SAMPLES, _RESULTS = "photos_samples", "photos_results"
_ANYWAY, _CROPS = "photos_anyway", "photos_crops"
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


def _forget_sent_picture() -> None:
    st.session_state.pop(SENT_PICTURE, None)


def _offer_samples() -> None:
    st.subheader("Try a sample")
    with st.container(horizontal=True, gap="medium"):
        for title, picture in cached.sample_thumbnails(320, 240, drawn_only=are_samples_drawn_only()).items():
            with st.container(width=160, gap="small"):
                st.image(picture, width=160, alt=title)
                st.button(title, width="stretch", on_click=_pick, args=(title,), help=f"Look at “{title}”")


def _pick(title: str) -> None:
    st.session_state[_SAMPLES] = [title]


@dataclass(frozen=True)
class _Source:
    """A picture file to look at: as it was chosen, or the part to which it was cropped.

    Attributes:
        chosen: The digest of the file as it was chosen.
        digest: The digest of what is looked at.
    """

    name: str
    content: bytes
    chosen: str
    digest: str

    @property
    def is_cropped(self) -> bool:
        """Whether only a part of the file is looked at."""
        return self.digest != self.chosen

    def actions(self) -> PhotoActions:
        """What helps where no face is found."""
        return PhotoActions(
            partial(st.session_state[_ANYWAY].__setitem__, self.digest),
            partial(st.session_state[_CROPS].__setitem__, self.chosen),
        )


def _source(file: _File) -> _Source:
    name, content = file
    chosen = hashlib.sha256(content).hexdigest()
    part = st.session_state[_CROPS].get(chosen)
    return _Source(name, part or content, chosen, hashlib.sha256(part).hexdigest() if part else chosen)


def _recognized(sources: list[_Source], checkpoint: Checkpoint, prior: PriorAdjustment) -> Generator[Photo]:
    """The faces in each picture, which this session keeps, so that each picture is looked at once."""
    kept: dict[tuple[object, ...], Photo] = st.session_state[_RESULTS]
    version = checkpoint.name, cached.version_of(checkpoint), prior
    anyway = [st.session_state[_ANYWAY].get(source.digest) for source in sources]
    keys = [(one.name, one.digest, what, *version) for one, what in zip(sources, anyway, strict=True)]
    new = {
        key: (one.name, one.content, what)
        for key, one, what in zip(keys, sources, anyway, strict=True)
        if key not in kept
    }
    detector, classifier = cached.photo_detector(), cached.classifier(checkpoint, prior)
    with closing(recognize_photos(list(new.values()), detector, classifier)) as found:
        for key in keys:
            if key not in kept:
                kept[key] = next(found)
            yield kept[key]


def _show(source: _Source, photo: Photo, number: int) -> None:
    show_photo(photo, source.content, number, source.actions())
    if source.is_cropped:
        st.button(
            "Undo crop",
            key=f"undo crop {number}",
            icon=":material/undo:",
            type="tertiary",
            on_click=st.session_state[_CROPS].pop,
            args=(source.chosen,),
        )


def _forget_others(photos: list[Photo], sources: list[_Source]) -> None:
    """Forget pictures that were removed; in place, because buttons hold on to what they change."""
    chosen = {source.chosen for source in sources}
    results, crops = st.session_state[_RESULTS], st.session_state[_CROPS]
    for key in [key for key, photo in results.items() if photo not in photos]:
        del results[key]
    for key in crops.keys() - chosen:
        del crops[key]


start_page(
    "photos",
    "Find every face in a picture and its apparent expression; an expression is not a feeling.",
    on_leave=_forget_sent_picture,
)
checkpoint, prior = choose_recognition()
for key in (_RESULTS, _ANYWAY, _CROPS):
    st.session_state.setdefault(key, {})
sources = [_source(file) for file in _choose_pictures(checkpoint, prior)]
progress, downloads = st.empty(), st.empty()
photos: list[Photo] = []
with errors_shown(), closing(_recognized(sources, checkpoint, prior)) as found:
    for number, source in enumerate(sources, start=1):
        progress.progress((number - 1) / len(sources), f"Looking at picture {number} of {len(sources)} …")
        photos.append(next(found))
        _show(source, photos[-1], number)
progress.empty()
_forget_others(photos, sources)
if photos:
    with downloads:
        offer_downloads(photos, [source.content for source in sources])
