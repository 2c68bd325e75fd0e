"""Pictures of one sheet, each a click away, and how components of more than one file are declared."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from fer_core.plots.pictures import Sheet

_ASSETS = Path(__file__).with_name("assets")


def component(name: str, html: str, file: Path) -> Any:  # noqa: ANN401 (Streamlit does not name the type)
    """Declare a component from its HTML and the CSS and JS files that share a path without a suffix."""
    frame, css, js = (
        path.read_text(encoding="utf-8")
        for path in (_ASSETS / "drawing.js", file.with_suffix(".css"), file.with_suffix(".js"))
    )
    return st.components.v2.component(name, html=html, css=css, js=frame + js)


_tiles = component(
    "fer_contact_sheet",
    '<div class="sheet"><canvas hidden></canvas><div class="grid" role="group"></div></div>',
    _ASSETS / "contact_sheet",
)


def show_tiles(
    sheet: Sheet,
    texts: Sequence[str],
    *,
    key: str,
    size: int,
    captions: Sequence[str] = (),
    chosen: int = -1,
    together: int = 1,
) -> int | None:
    """Show the pictures of a sheet side by side, enlarged without blur; return the place of one that was clicked.

    Args:
        sheet: The pictures.
        texts: What each is, for the pointer and for those who do not see it.
        key: Of the component.
        size: Least width of a picture, in CSS pixels.
        captions: What stands below each, or nothing.
        chosen: Place of the picture that is marked.
        together: How many neighbors belong together and stay in one line.
    """
    data: dict[str, object] = {
        "texts": list(texts),
        "captions": list(captions),
        "size": size,
        "chosen": chosen,
        "together": together,
    }
    return clicked_place(_tiles, sheet, key, data)


def clicked_place(shows: Any, sheet: Sheet, key: str, data: dict[str, object]) -> int | None:  # noqa: ANN401
    """Show the pictures of a sheet by a component; return the place of one that was clicked."""
    drawing: dict[str, object] = {"sheet": sheet.address, "columns": sheet.columns, "lines": sheet.lines}
    shows(key=key, data=drawing | data, on_place_change=_nothing)
    return last_click(key, sheet.count)


def last_click(key: str, count: int) -> int | None:
    """Return which of ``count`` pictures started this run by a click on the component of a key, if one did."""
    place = st.session_state.get(key, {}).get("place")
    return place if type(place) is int and 0 <= place < count else None


def _nothing() -> None:
    """A click is read from the session; the callback only declares that there are clicks."""
