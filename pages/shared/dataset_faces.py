"""A page of faces of one class and split, to leaf through, to enlarge and to shuffle."""

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.data.dataset import FaceRecords
from fer_core.data.summary import LEFT_OUT, PAPER_SPLITS, LabelOutcomes, shuffled, votes_in_words
from fer_core.labels import OWN_LABELS, SPLITS
from fer_core.plots.data import face_grid

ALL = "All"
_ALL_CLASSES = "all classes"
# Least width in CSS pixels, columns, faces on a page: full rows on a desk and on a phone.
_SIZES = {"Small": (64, 10, 40), "Medium": (96, 7, 21), "Large": (160, 4, 8)}


@st.fragment
def show_faces(records: FaceRecords, outcomes: LabelOutcomes) -> None:
    """Shows the faces of a dataset by class and split.

    Args:
        records: The faces.
        outcomes: What the chosen label scheme makes of them.
    """
    st.subheader("What they look like", anchor="faces")
    splits, classes, size = _ask_filter(outcomes)
    sample = _sample_number()
    rows = shuffled(outcomes.rows(splits, classes), sample)
    if not len(rows):
        st.info("No face matches. Choose another class or split.", icon=":material/search_off:")
        return
    width, columns, on_page = _SIZES[size]
    first = on_page * (_ask_page(math.ceil(len(rows) / on_page), sample) - 1)
    shown = rows[first : first + on_page]
    with_votes = size == "Large"
    captions = [_caption(records, row, with_votes=with_votes) for row in shown]
    described = [_description(records, row) for row in shown]
    st.html(face_grid(records.images[shown], captions, described, size=width, columns=columns))
    order = "in the order of the file" if not sample else f"in random order, sample {sample}"
    st.caption(f"{first + 1:,} to {first + len(shown):,} of {len(rows):,} faces, {order}. Rows are counted from 0.")


def _ask_filter(outcomes: LabelOutcomes) -> tuple[Sequence[str], Sequence[str], str]:
    """The splits and outcomes to show, and the size. Options are the words themselves: they stand in the address."""
    controls = st.container(horizontal=True)
    split = _segments(controls, "Split", [ALL, *PAPER_SPLITS.values()], ALL)
    size = _segments(controls, "Size", list(_SIZES), "Medium")
    left_out = {f"left out: {name}": name for name in LEFT_OUT if outcomes.counts().loc[name].sum()}
    offered = [_ALL_CLASSES, *outcomes.class_names, *left_out]
    chosen = st.pills(
        "Class", offered, default=_ALL_CLASSES, required=True, key="class", bind="query-params", on_change=_first_page
    )
    if chosen in left_out:
        st.caption(f"Left out of training and testing: {LEFT_OUT[left_out[chosen]]}.")
    classes = outcomes.class_names if chosen == _ALL_CLASSES else (left_out.get(str(chosen), str(chosen)),)
    return [name for name, title in PAPER_SPLITS.items() if split in (ALL, title)], classes, size


def _segments(place: DeltaGenerator, label: str, options: Sequence[str], default: str) -> str:
    return str(
        place.segmented_control(
            label,
            options,
            default=default,
            required=True,
            key=label.lower(),
            bind="query-params",
            on_change=_first_page,
            wrap=True,
        )
    )


def _ask_page(pages: int, sample: int) -> int:
    if st.session_state.get("page", 1) > pages:
        _first_page()
    controls = st.container(horizontal=True, vertical_alignment="center")
    with controls:
        page = st.pagination(pages, key="page", bind="query-params")
        st.button("Another sample", icon=":material/shuffle:", key="shuffle", on_click=_shuffle, args=[sample + 1])
        if sample:
            st.button("File order", icon=":material/sort:", key="unshuffle", on_click=_shuffle, args=[0])
    return page


def _sample_number() -> int:
    text = st.query_params.get("sample", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _shuffle(sample: int) -> None:
    if sample:
        st.query_params["sample"] = str(sample)
    else:
        st.query_params.pop("sample", None)
    _first_page()


def _first_page() -> None:
    st.session_state["page"] = 1


def _caption(records: FaceRecords, row: np.int64, *, with_votes: bool) -> str:
    votes = f": {votes_in_words(records.votes[row])}" if with_votes and records.has_votes else ""
    return f"row {row}{votes}"


def _description(records: FaceRecords, row: np.int64) -> str:
    split = PAPER_SPLITS[SPLITS[records.split[row]]]
    votes = f"; votes: {votes_in_words(records.votes[row])}" if records.has_votes else ""
    return f"Row {row}, {split}{votes}; FER2013's label: {OWN_LABELS[records.emotion[row]]}"
