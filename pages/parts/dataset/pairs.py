"""Pairs of images that show the same picture, side by side, and all of them as a table to download."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.detective.duplicates import Duplicates, find_duplicates
from fer_core.labels import OWN_LABELS, SPLITS
from pages.parts.dataset.face_detail import show_linked_face
from pages.parts.dataset.shown import ShownDataset, choose_page, show_sheet
from pages.shared import cached

WHERE = ACROSS, WITHIN, BOTH = "Across splits", "Within a split", "All"
KINDS = ANY, COPIES, NEAR = "Any", "Exact copies", "Near duplicates"
_PAIRS, _SIZE = 40, 96


@cached.by_content(4, "Comparing all images, once …")
def duplicates_of(records: FaceRecords) -> Duplicates:
    """Find all duplicate pairs of a dataset, which takes some seconds."""
    return find_duplicates(records.images)


@st.fragment
def show_pairs(shown: ShownDataset) -> None:
    """Show the duplicate pairs of a dataset."""
    records = shown.records
    duplicates = duplicates_of(records)
    across = duplicates.across(records.split)
    st.markdown(
        f"{len(records):,} images contain **{len(duplicates):,} duplicate pairs**, "
        f"{int(duplicates.exact.sum()):,} of them identical. **{int(across.sum()):,} pairs lie across "
        "splits**: test faces seen in training."
    )
    chosen = _ask(duplicates, across)
    if len(chosen):
        _show_page(shown, duplicates, chosen)
    else:
        st.info("No such pair.", icon=":material/search_off:")
    st.download_button(
        "Download pairs",
        lambda: pairs_table(duplicates, records).to_csv(index=False),
        f"{shown.card.name}-duplicate-pairs.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
        key="dataset_download_pairs",
    )
    show_linked_face(shown, np.unique(duplicates.pairs[chosen]))


def pairs_table(duplicates: Duplicates, records: FaceRecords) -> pd.DataFrame:
    """All pairs with their splits and own labels, for a download."""
    columns: dict[str, object] = {}
    for name, rows in zip(("first", "second"), duplicates.pairs.T, strict=True):
        columns[f"{name}_row"] = rows
        columns[f"{name}_split"] = np.array(SPLITS)[np.asarray(records.split)[rows]]
        columns[f"{name}_label"] = np.array(OWN_LABELS)[np.asarray(records.emotion)[rows]]
    return pd.DataFrame(columns | {"exact": duplicates.exact, "correlation": duplicates.correlation.round(4)})


def _ask(duplicates: Duplicates, across: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Numbers of the pairs to show."""
    with st.container(horizontal=True):
        where = st.segmented_control(
            "Where", WHERE, default=ACROSS, required=True, key="pairs_where", bind="query-params", wrap=True
        )
        kind = st.segmented_control(
            "Kind", KINDS, default=ANY, required=True, key="pairs_kind", bind="query-params", wrap=True
        )
    wanted = np.ones(len(duplicates), np.bool_)
    wanted &= {ACROSS: across, WITHIN: ~across}.get(str(where), wanted)
    wanted &= {COPIES: duplicates.exact, NEAR: ~duplicates.exact}.get(str(kind), wanted)
    return np.flatnonzero(wanted)


def _show_page(shown: ShownDataset, duplicates: Duplicates, chosen: NDArray[np.int64]) -> None:
    places = choose_page(len(chosen), _PAIRS, "pairs_page")
    numbers = chosen[places]
    st.caption(f"Pairs {places.start + 1:,} to {places.stop:,} of {len(chosen):,}.")
    show_sheet(
        shown,
        duplicates.pairs[numbers].ravel(),
        key="dataset_pair_faces",
        size=_SIZE,
        captions=[_caption(shown.records, duplicates, int(number), side) for number in numbers for side in (0, 1)],
        together=2,
    )


def _caption(records: FaceRecords, duplicates: Duplicates, number: int, side: int) -> str:
    row = int(duplicates.pairs[number, side])
    alike = "exact copy" if duplicates.exact[number] else f"alike: {duplicates.correlation[number]:.2f}"
    last = "" if side == 0 else f"\n{alike}"
    return f"{SPLITS[records.split[row]]}\n{OWN_LABELS[records.emotion[row]]}\nrow {row}{last}"
