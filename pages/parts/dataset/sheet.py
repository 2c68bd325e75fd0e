"""Many faces on a page at the price of one: a grid of a contact sheet's faces, and a map of images as dots."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.detective.overview import ImageMap
from fer_core.plots.pictures import Sheet, contact_sheet
from pages.shared import cached

_FOLDER = Path(__file__).parent / "components"


def _source(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_grid = st.components.v2.component(
    "fer_contact_sheet",
    html='<div class="sheet"><canvas hidden></canvas><div class="grid" role="group"></div></div>',
    css=_source("contact_sheet.css"),
    js=_source("drawing.js") + _source("contact_sheet.js"),
)
_map = st.components.v2.component(
    "fer_image_map",
    html='<div class="legend"></div><div class="map"><canvas role="img" aria-label="A map of images"></canvas>'
    '<div class="card" hidden><div class="face"></div><div class="words"></div></div></div>',
    css=_source("image_map.css"),
    js=_source("drawing.js") + _source("image_map.js"),
)


@cached.by_content(64)
def sheet_of(records: FaceRecords, rows: NDArray[np.int64]) -> Sheet:
    """Lay the faces of some rows on one sheet."""
    return contact_sheet(records.images[rows])


def choose_face(
    sheet: Sheet,
    texts: Sequence[str],
    *,
    key: str,
    size: int,
    captions: Sequence[str] = (),
    chosen: int = -1,
    together: int = 1,
) -> int | None:
    """Show faces side by side, as many in a row as there is room for, enlarged without blur.

    Args:
        sheet: The faces.
        texts: What each shows, for the pointer and for those who do not see it.
        key: Of the component.
        size: Least width of a face, in CSS pixels.
        captions: What stands below each, or nothing.
        chosen: Place of the face that is marked.
        together: How many neighbours belong together and stay in one line.

    Returns:
        The place of the face that was just clicked, or None.
    """
    drawing = {"sheet": sheet.address, "columns": sheet.columns, "lines": sheet.lines, "size": size}
    data = drawing | {"texts": list(texts), "captions": list(captions), "chosen": chosen, "together": together}
    return _place(_grid(key=key, data=data, on_place_change=_nothing).get("place"), sheet.count)


def choose_point(
    image_map: ImageMap,
    sheet: Sheet,
    classes: Sequence[str],
    colors: Mapping[str, str],
    texts: Sequence[str],
    *,
    key: str,
) -> int | None:
    """Show images as dots in their class's colour; the image itself appears near the pointer.

    Returns:
        The place of the image that was just clicked, or None.
    """
    low, high = image_map.xy.min(axis=0), image_map.xy.max(axis=0)
    unit = (image_map.xy - low) / (high - low).clip(min=1e-9)
    data = {
        "sheet": sheet.address,
        "columns": sheet.columns,
        "lines": sheet.lines,
        "x": unit[:, 0].round(4).tolist(),
        "y": unit[:, 1].round(4).tolist(),
        "classes": list(classes),
        "colors": dict(colors),
        "texts": list(texts),
    }
    return _place(_map(key=key, data=data, on_place_change=_nothing).get("place"), sheet.count)


def _nothing() -> None:
    """A click is read from the answer; the callback only declares that there are clicks."""


def _place(value: object, count: int) -> int | None:
    """A place that the browser named, if there is such a place."""
    return value if type(value) is int and 0 <= value < count else None
