"""The dataset somebody looks at, and its faces on contact sheets: many on a page at the price of one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.store import DatasetCard, picture_names
from fer_core.datasets.summary import PAPER_SPLITS, LabelOutcomes, votes_in_words
from fer_core.labels import OWN_LABELS, SPLITS, LabelScheme
from fer_core.plots.pictures import Sheet, contact_sheet
from pages.shared import cached
from pages.shared.tiles import show_tiles

ROW = "row"
"""The parameter of the address that names a face, which is shown once ``show_linked_face`` is reached."""


@cached.by_content(8)
def _file_names(card: DatasetCard) -> tuple[str, ...]:
    return picture_names(card.name)


@cached.by_content(64)
def sheet_of(records: FaceRecords, rows: NDArray[np.int64]) -> Sheet:
    """Return the contact sheet of some rows, drawn once."""
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
    place = show_tiles(
        sheet_of(shown.records, rows),
        [shown.describe(int(row)) for row in rows],
        key=key,
        size=size,
        captions=captions,
        chosen=chosen,
        together=together,
    )
    open_clicked(rows, place)


def open_clicked(rows: NDArray[np.int64], place: int | None) -> None:
    """Name in the address the row at a place that was clicked, if one was."""
    if place is not None:
        open_face(int(rows[place]))


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
