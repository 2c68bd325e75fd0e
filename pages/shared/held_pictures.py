"""Boxes for pictures that stay for the session, until they are cleared: leaving a page loses no work."""

from collections.abc import Callable, Container, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import streamlit as st

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.priors import DEFAULT_PRIOR, PriorAdjustment
from fer_core.faces.images import IMAGE_EXTENSIONS
from pages.shared import cached
from pages.shared.messages import plain
from pages.shared.notice import admits_faces, are_samples_drawn_only
from pages.shared.streamlit_internals import UploadedFile
from pages.shared.uploads import kinds

MAX_PICTURE_MB = 50
_HELD = "pictures held"
_KINDS = (*IMAGE_EXTENSIONS, "heic")  # of the last people are told what to do; the browser would refuse it silently
_LISTED = 5  # names of pictures from before
OWN = "Your own"
"""What stands behind the samples."""


class Picture(NamedTuple):
    """Name and content of a picture file, which may be damaged."""

    name: str
    content: bytes


@dataclass
class _Held:
    """The pictures of one box: those it has forgotten, and all together."""

    before: list[UploadedFile] = field(default_factory=list)
    files: list[UploadedFile] = field(default_factory=list)
    rounds: int = 0


def upload_pictures(key: str, label: str) -> list[UploadedFile]:
    """A box for picture files, one or many at once, which adds them to those that are held."""

    def draw(box: str) -> list[UploadedFile]:
        return st.file_uploader(
            label,
            kinds(*_KINDS),
            accept_multiple_files=True,
            max_upload_size=MAX_PICTURE_MB,
            key=box,
            help="JPEG, PNG or WebP; one or many.",
        )

    return _hold(key, draw)


def upload_picture(key: str, label: str) -> UploadedFile | None:
    """A box for one picture file, which takes the place of the one that is held."""

    def draw(box: str) -> list[UploadedFile]:
        file = st.file_uploader(
            label, kinds(*_KINDS), max_upload_size=MAX_PICTURE_MB, key=box, help="JPEG, PNG or WebP."
        )
        return [file] if file else []

    return next(iter(_hold(key, draw, only_newest=True)), None)


def choose_picture(
    key: str,
    card: ModelCard | None = None,
    prior: PriorAdjustment = DEFAULT_PRIOR,
    *,
    notice_in: AbstractContextManager[Any] | None = None,
) -> Picture | None:
    """Offer the samples, at first the first, and behind the notice a box for a picture of one's own.

    The card is of the checkpoint that looks at it; the notice stands in a place of its own if one is given.
    """
    samples = cached.samples(drawn_only=are_samples_drawn_only())
    title = st.pills(
        "Picture",
        [*samples, OWN],
        default=next(iter(samples)),
        required=True,
        key=f"{key}_choice",
        persist_state="session",
    )
    if title in samples:
        return Picture(str(title), samples[str(title)])
    with notice_in or nullcontext():
        is_admitted = admits_faces(card, prior)
    upload = upload_picture(key, "Face picture") if is_admitted else None
    if upload is None:
        st.caption("Pictures stay in the memory of the computer that runs FER Lab until you clear them.")
        return None
    return Picture(upload.name, upload.getvalue())


def take_picture(key: str, label: str) -> UploadedFile | None:
    """A camera for single pictures, each of which takes the place of the one that is held."""

    def draw(box: str) -> list[UploadedFile]:
        picture = st.camera_input(label, key=box)
        return [picture] if picture else []

    return next(iter(_hold(key, draw, only_newest=True)), None)


def held_files() -> set[str]:
    """The identifiers of this session's files that no change of page removes."""
    return {file.file_id for held in _all_held().values() for file in held.files}


def forget_files(identifiers: Container[str]) -> None:
    """Let go of files for which there was no room."""
    for held in _all_held().values():
        held.before = [file for file in held.before if file.file_id not in identifiers]
        held.files = [file for file in held.files if file.file_id not in identifiers]


def _hold(key: str, draw: Callable[[str], Sequence[UploadedFile]], *, only_newest: bool = False) -> list[UploadedFile]:
    """Draw a box of Streamlit's, which forgets its files when it is not drawn, and return all that is held."""
    held = _all_held().setdefault(key, _Held())
    box = f"{key} {held.rounds}" if held.rounds else key  # a new one is empty
    if box not in st.session_state:
        held.before = held.files
    new = draw(box)
    held.files = list(new) if new and only_newest else [*held.before, *new]
    if held.files:
        _offer_to_clear(key, [file.name for file in held.before if file in held.files])
    return held.files


def _offer_to_clear(key: str, names: Sequence[str]) -> None:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        if names:
            st.caption(f"Earlier pictures: {plain(', '.join(names[:_LISTED]))}{more}", width="content")
        st.button("Clear", icon=":material/delete:", type="tertiary", key=f"clear {key}", on_click=_clear, args=(key,))


def _clear(key: str) -> None:
    rounds = _all_held()[key].rounds + 1
    _all_held()[key] = _Held(rounds=rounds)


def _all_held() -> dict[str, _Held]:
    held: dict[str, _Held] = st.session_state.setdefault(_HELD, {})
    return held
