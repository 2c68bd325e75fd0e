"""Trying a head on pictures and on the webcam."""

from collections.abc import Callable
from contextlib import closing

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.lessons.teach.head import Head
from pages.parts.teach.state import Lesson
from pages.parts.teach.webcam import Camera, try_live
from pages.shared import cached
from pages.shared.held_pictures import upload_pictures
from pages.shared.messages import errors_shown
from pages.shared.notice import are_samples_drawn_only
from pages.shared.seen_pictures import Answerer, SeenPictures

YOURS, THEIRS = "Your head", "Their head"
_TRY_ON = _PICTURES, _WEBCAM = "Pictures", "Webcam"
_KEY = "teach_try_on"


def show_try(taught: Lesson, checkpoint: Checkpoint, camera: Camera, admits: Callable[[], bool]) -> None:
    """Show a head's answers to pictures or to the webcam, whose faces of people the notice must admit."""
    head = _choose_head(taught)
    if head is None:
        st.info("Train first, or load a classmate's head under “Swap”.")
        return
    if _choose_what(camera) == _PICTURES:
        _try_pictures(taught, checkpoint, head, admits)
    elif admits():
        try_live(taught, checkpoint, head, camera)


def _choose_what(camera: Camera) -> str:
    def choose() -> None:
        if st.session_state[_KEY] == _WEBCAM:
            camera.bring("try")

    chosen = st.segmented_control(
        "On", _TRY_ON, default=_PICTURES, required=True, key=_KEY, persist_state="session", on_change=choose
    )
    return str(chosen)


def _try_pictures(taught: Lesson, checkpoint: Checkpoint, head: Head, admits: Callable[[], bool]) -> None:
    samples = cached.samples(drawn_only=are_samples_drawn_only())
    title = st.pills("Sample pictures", list(samples), key="teach_samples")
    files = [(title, samples[title])] if title else []
    if admits():
        files += [(file.name, file.getvalue()) for file in upload_pictures("teach_try", "Your pictures")]
    seen = SeenPictures.of_session("teach_seen")
    sources = [seen.source(*file) for file in files]
    with errors_shown():
        answerer = Answerer(taught.store(checkpoint).classifier(head), (head,))
        with closing(seen.recognized(sources, answerer)) as found:
            photos = list(found)
    for number, (source, photo) in enumerate(zip(sources, photos, strict=True), start=1):
        seen.show(source, photo, number)
    seen.forget_others(photos, sources)


def _choose_head(taught: Lesson) -> Head | None:
    heads = {YOURS: taught.taught.head} if taught.taught else {}
    heads |= {THEIRS: taught.loaded[1]} if taught.loaded else {}
    if len(heads) < 2:
        return next(iter(heads.values()), None)
    name = st.segmented_control("Answers by", list(heads), default=YOURS, required=True, key="teach_who")
    return heads[str(name)]
