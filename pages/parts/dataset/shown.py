"""The dataset somebody looks at, and its faces on contact sheets: many on a page at the price of one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.store import DatasetCard, picture_names
from fer_core.datasets.summary import PAPER_SPLITS, LabelOutcomes, votes_in_words
from fer_core.labels import OWN_LABELS, SPLITS, LabelScheme
from fer_core.plots.pictures import Sheet, contact_sheet
from pages.shared import cached

ROW = "row"
"""The parameter of the address that names a face, which is shown once ``show_linked_face`` is reached."""

_FOLDER = Path(__file__).parent / "components"


@cached.by_content(8)
def _file_names(card: DatasetCard) -> tuple[str, ...]:
    return picture_names(card.name)


@cached.by_content(64)
def _sheet_of(records: FaceRecords, rows: NDArray[np.int64]) -> Sheet:
    return contact_sheet(records.images[rows])


@dataclass(frozen=True, eq=False)
class ShownDataset:
    """A dataset, its faces, and what the chosen label scheme makes of them."""

    card: DatasetCard
    scheme: LabelScheme
    records: FaceRecords
    outcomes: LabelOutcomes

    @property
    def files(self) -> tuple[str, ...]:
        """The files of a dataset of pictures; empty for others."""
        return _file_names(self.card)

    def describe(self, row: int) -> str:
        """Describe a face for the pointer and for those who do not see it."""
        records = self.records
        votes = f"; votes: {votes_in_words(records.votes[row])}" if records.has_votes else ""
        split, label = PAPER_SPLITS[SPLITS[records.split[row]]], OWN_LABELS[records.emotion[row]]
        return f"Row {row}, {split}{votes}; own label: {label}"


def component(name: str, html: str, file: str) -> Any:  # noqa: ANN401 (Streamlit does not name the type)
    """Declare a component from its files."""
    css, *js = ((_FOLDER / part).read_text(encoding="utf-8") for part in (f"{file}.css", "drawing.js", f"{file}.js"))
    return st.components.v2.component(name, html=html, css=css, js="".join(js))


_grid = component(
    "fer_contact_sheet",
    '<div class="sheet"><canvas hidden></canvas><div class="grid" role="group"></div></div>',
    "contact_sheet",
)


def show_sheet(
    shown: ShownDataset,
    rows: NDArray[np.int64],
    *,
    key: str,
    size: int,
    captions: Sequence[str] = (),
    chosen: int = -1,
    together: int = 1,
) -> None:
    """Show faces side by side, enlarged without blur; a click opens one.

    Args:
        shown: The dataset.
        rows: ``(n,)`` row numbers.
        key: Of the component.
        size: Least width of a face, in CSS pixels.
        captions: What stands below each, or nothing.
        chosen: Place of the face that is marked.
        together: How many neighbors belong together and stay in one line.
    """
    texts = [shown.describe(int(row)) for row in rows]
    data: dict[str, object] = {
        "texts": texts,
        "captions": list(captions),
        "size": size,
        "chosen": chosen,
        "together": together,
    }
    open_clicked(_grid, shown, rows, key, data)


def open_clicked(
    shows: Any,  # noqa: ANN401
    shown: ShownDataset,
    rows: NDArray[np.int64],
    key: str,
    data: dict[str, object],
) -> None:
    """Show the faces of some rows by a component, and name the one that is clicked in the address."""
    sheet = _sheet_of(shown.records, rows)
    drawing: dict[str, object] = {"sheet": sheet.address, "columns": sheet.columns, "lines": sheet.lines}
    place = shows(key=key, data=drawing | data, on_place_change=_nothing).get("place")
    if type(place) is int and 0 <= place < len(rows):
        open_face(int(rows[place]))


def _nothing() -> None:
    """A click is read from the answer; the callback only declares that there are clicks."""


def open_face(row: int) -> None:
    """Name a face in the address."""
    st.query_params[ROW] = str(row)


def choose_page(count: int, on_page: int, key: str) -> slice:
    """Ask which page to show, where there are several; return the places on it."""
    pages = math.ceil(count / on_page)
    if st.session_state.get(key, 1) > pages:
        st.session_state[key] = 1
    page = st.pagination(pages, key=key, bind="query-params") if pages > 1 else 1
    return slice((page - 1) * on_page, min(page * on_page, count))
