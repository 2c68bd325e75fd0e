"""A page of faces of one class and split, to leaf through, to enlarge and to shuffle."""

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from fer_core.data.dataset import FaceRecords
from fer_core.data.summary import LEFT_OUT, PAPER_SPLITS, LabelOutcomes, shuffled, votes_in_words
from fer_core.labels import FER2013_EMOTIONS, SPLITS
from fer_core.plots.data import face_grid

_ALL = "all"
_SIZES = {"small": (64, 40), "medium": (96, 21), "large": (192, 8)}  # least width in CSS pixels, faces on a page
_MOST_SAMPLES = 9999


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
    width, on_page = _SIZES[size]
    first = on_page * (_ask_page(math.ceil(len(rows) / on_page), sample) - 1)
    shown = rows[first : first + on_page]
    with_votes = size == "large"
    captions = [_caption(records, row, with_votes=with_votes) for row in shown]
    st.html(face_grid(records.images[shown], captions, [_description(records, row) for row in shown], size=width))
    order = "in the order of the file" if not sample else f"in random order, sample {sample}"
    st.caption(f"{first + 1:,} to {first + len(shown):,} of {len(rows):,} faces, {order}. Rows are counted from 0.")


def _ask_filter(outcomes: LabelOutcomes) -> tuple[Sequence[str], Sequence[str], str]:
    titles = {_ALL: "All", **PAPER_SPLITS}
    counts = outcomes.counts()
    controls = st.container(horizontal=True)
    split = controls.segmented_control(
        "Split",
        list(titles),
        format_func=lambda s: titles[s],
        default=_ALL,
        required=True,
        key="split",
        bind="query-params",
        on_change=_first_page,
    )
    size = controls.segmented_control(
        "Size",
        list(_SIZES),
        format_func=str.capitalize,
        default="medium",
        required=True,
        key="size",
        bind="query-params",
        on_change=_first_page,
    )
    splits = SPLITS if split == _ALL else (str(split),)
    counted = counts[list(splits)].sum(axis=1)
    offered = [_ALL, *outcomes.class_names, *(reason for reason in LEFT_OUT if counts.loc[reason].sum())]
    chosen = st.pills(
        "Class",
        offered,
        format_func=lambda name: "all" if name == _ALL else _class_label(name, int(counted[name])),
        default=_ALL,
        required=True,
        key="class",
        bind="query-params",
        on_change=_first_page,
    )
    if chosen in LEFT_OUT:
        st.caption(f"Left out of training and testing: {LEFT_OUT[str(chosen)]}.")
    return splits, outcomes.class_names if chosen == _ALL else (str(chosen),), str(size)


def _class_label(name: str, count: int) -> str:
    return f"left out: {name} · {count:,}" if name in LEFT_OUT else f"{name} · {count:,}"


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
    return min(int(text), _MOST_SAMPLES) if text.isascii() and text.isdigit() and len(text) < 9 else 0


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
    return f"Row {row}, {split}{votes}; FER2013's label: {FER2013_EMOTIONS[records.emotion[row]]}"
