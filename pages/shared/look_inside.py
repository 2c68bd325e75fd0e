"""From a face on any page to the Explain page, and back to where one was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.recognition.recognize import Recognition
from pages.shared.address import carried
from pages.shared.links import PAGES, open_page, show_link
from pages.shared.messages import page_name

_FACE, _BACK = "face to explain", "page to go back to"
_LABEL, _ICON = "Look inside", ":material/neurology:"


@dataclass(frozen=True, eq=False)
class SentFace:
    """A face that another page sends to Explain.

    Attributes:
        image: ``(48, 48)`` uint8.
        caption: What it is.
        is_steady: Whether it is answered like a photo, by several looks, or like a dataset's face.
    """

    image: NDArray[np.uint8]
    caption: str
    is_steady: bool = True


def look_inside(face: SentFace) -> NoReturn:
    """Open Explain with a face."""
    _remember_page()
    st.session_state[_FACE] = face
    open_page("explain", carried(("checkpoint", "prior")))


def offer_row(dataset: str, row: int, label: str = _LABEL) -> None:
    """Show a link that opens Explain with a face of a dataset."""
    _remember_page()
    show_link(label, "explain", carried(("checkpoint", "prior")) | {"dataset": dataset, "row": str(row)})


def offer_look_inside(recognitions: Sequence[Recognition], key: str, name: str) -> None:
    """Show buttons that open Explain with one of the faces of a picture; the key tells them from others on the page."""
    if not recognitions:
        return
    numbers = [str(number) for number in range(1, len(recognitions) + 1)]
    if len(recognitions) == 1:
        chosen = numbers[0] if st.button(_LABEL, key=f"look inside {key}", icon=_ICON) else None
    else:
        chosen = st.pills(f"{_LABEL} at face", numbers, key=f"look inside {key}")
    if chosen:
        look_inside(SentFace(recognitions[int(chosen) - 1].crop, f"Face {chosen} of {name}"))


def sent_face() -> SentFace | None:
    """Return the face that another page sent, if one did."""
    face: SentFace | None = st.session_state.get(_FACE)
    return face


def show_way_back() -> None:
    """Show a link to the page that opened this one, as it was; nothing where none did."""
    if back := st.session_state.get(_BACK):
        page, query = back
        with st.container(key="way_back"):
            show_link(f"Back to {PAGES[page].title}", page, query)


def forget_sent_face() -> None:
    """Forget the face and the way back: called on every page but Explain, when it is opened."""
    st.session_state.pop(_FACE, None)
    st.session_state.pop(_BACK, None)


def _remember_page() -> None:
    here = page_name()
    page = next(name for name, page in PAGES.items() if here in (page.title.casefold(), page.heading.casefold()))
    st.session_state[_BACK] = page, {name: st.query_params.get_all(name) for name in st.query_params}
