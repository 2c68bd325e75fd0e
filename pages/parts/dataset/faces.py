"""Faces by class, split, agreement and row: leafed through on contact sheets, each a click from its votes."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.summary import LEFT_OUT, PAPER_SPLITS, LabelOutcomes, first_votes, shuffled, votes_in_words
from fer_core.labels import OWN_LABELS
from pages.parts.dataset.face_detail import linked_row, show_linked_face
from pages.parts.dataset.shown import ShownDataset, show_sheet
from pages.shared import cached
from pages.shared.links import asked_number
from pages.shared.messages import plain
from pages.shared.projector import is_projected, part_settings

ALL = "All"
_ALL_CLASSES, _ANY = "all classes", "any"
# Least width in CSS pixels, and faces on a page.
_SIZES = {"Small": (48, 1000), "Medium": (88, 200), "Large": (150, 48)}
_MOST_RANGES = 50

_first_votes = cached.by_content(8)(first_votes)


@dataclass(frozen=True)
class _Filter:
    """Which faces are wanted."""

    splits: Sequence[str]
    outcomes: Sequence[str]
    own: str
    votes: tuple[int, int]

    def rows(self, records: FaceRecords, outcomes: LabelOutcomes) -> NDArray[np.int64]:
        rows = outcomes.rows(self.splits, self.outcomes)
        if self.own != _ANY:
            rows = rows[np.asarray(records.emotion)[rows] == OWN_LABELS.index(self.own)]
        if self.votes != (0, 10):
            first = _first_votes(records)[rows]
            rows = rows[(first >= self.votes[0]) & (first <= self.votes[1])]
        return rows


@dataclass(frozen=True, eq=False)
class AskedRows:
    """Row numbers that somebody asks for.

    Attributes:
        rows: ``(n,)`` those that a dataset has, each once, in the order in which they were named.
        missing: Those that it does not have, as they were written.
        unreadable: What is not a number and no range.
    """

    rows: NDArray[np.int64]
    missing: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


@st.fragment
def show_faces(shown: ShownDataset) -> None:
    """Show the faces of a dataset, with what the chosen label scheme makes of them."""
    records, outcomes = shown.records, shown.outcomes
    wanted, named, size = _ask(records, outcomes)
    sample = asked_number("sample") or 0
    rows = wanted.rows(records, outcomes)
    if named is None:
        rows = shuffled(rows, sample)
    else:
        rows = named.rows[np.isin(named.rows, rows)]
        _describe_asked(named, len(rows), len(records))
    if not len(rows):
        if named is None or len(named.rows):
            st.info("No face matches. Choose another class, split or agreement.", icon=":material/search_off:")
        show_linked_face(shown)
        return
    width, on_page = _SIZES[size]
    first = on_page * (_ask_page(math.ceil(len(rows) / on_page), sample, shuffles=named is None) - 1)
    on_this_page = rows[first : first + on_page]
    order = f"in random order, sample {sample}" if sample and named is None else "in file order"
    st.caption(
        f"{first + 1:,} to {first + len(on_this_page):,} of {len(rows):,} faces, {order}. Rows count from 0; "
        "click a face for its votes."
    )
    marked = linked_row(len(records))
    show_sheet(
        shown,
        on_this_page,
        key="dataset_faces",
        size=width,
        captions=[_caption(records, int(row)) for row in on_this_page] if size == "Large" else (),
        chosen=int(np.flatnonzero(on_this_page == marked)[0]) if marked in on_this_page else -1,
    )
    show_linked_face(shown, rows)


def _ask(records: FaceRecords, outcomes: LabelOutcomes) -> tuple[_Filter, AskedRows | None, str]:
    """What to show, the rows asked for, and how large. Options are the words themselves: they stand in the address."""
    row = st.container(horizontal=is_projected(), vertical_alignment="center")
    with row:
        above = part_settings()
    controls = above.container(horizontal=True)
    split = _segments(controls, "Split", [ALL, *PAPER_SPLITS.values()], ALL)
    size = _segments(controls, "Size", list(_SIZES), "Medium")
    left_out = {f"left out: {name}": name for name in LEFT_OUT if outcomes.counts().loc[name].sum()}
    offered = [_ALL_CLASSES, *outcomes.class_names, *left_out]
    chosen = str(
        row.pills(
            "Class", offered, default=_ALL_CLASSES, required=True, key="class", bind="query-params",
            on_change=_first_page, wrap=True, width="stretch" if is_projected() else "content",
            label_visibility="collapsed" if is_projected() else "visible",
        )
    )  # fmt: skip
    if chosen in left_out:
        st.caption(f"Left out: {LEFT_OUT[left_out[chosen]]}.")
    classes = outcomes.class_names if chosen == _ALL_CLASSES else (left_out.get(chosen, chosen),)
    below = above if is_projected() else st
    left, middle, right = below.columns([1.2, 1, 1.4], gap="medium")
    with left:
        named = _ask_rows(len(records))
    own = _ask_own(middle) if records.has_votes else _ANY
    votes = _ask_agreement(right) if records.has_votes else (0, 10)
    splits = [name for name, title in PAPER_SPLITS.items() if split in (ALL, title)]
    return _Filter(splits, classes, own, votes), named, size


def _ask_own(place: DeltaGenerator) -> str:
    return place.selectbox(
        "FER2013’s label", [_ANY, *OWN_LABELS[:7]], key="own", bind="query-params", on_change=_first_page
    )


def _ask_agreement(place: DeltaGenerator) -> tuple[int, int]:
    low, high = place.slider(
        "Agreement",
        0,
        10,
        (0, 10),
        key="agreement",
        bind="query-params",
        on_change=_first_page,
        help="Votes of ten for the top answer; 10 is unanimous.",
    )
    return int(low), int(high)


def _ask_rows(count: int) -> AskedRows | None:
    """The rows somebody asks for by number, in their order, or None when nobody does."""
    text = st.text_input(
        "Find rows",
        placeholder="such as 12, 500-520",
        max_chars=200,
        key="find",
        bind="query-params",
        on_change=_first_page,
        help="Row numbers from 0, or ranges. The other filters still apply.",
    )
    return parse_rows(text, count) if text.strip() else None


def parse_rows(text: str, count: int) -> AskedRows:
    """Read row numbers such as ``12, 500-520`` of a dataset with ``count`` rows."""
    rows: dict[int, None] = {}
    missing, unreadable = [], []
    for part in re.sub(r"\s*[-–]\s*", "-", text).replace(",", " ").replace(";", " ").split()[:_MOST_RANGES]:
        match = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", part, re.ASCII)
        if match is None:
            unreadable.append(part)
            continue
        first, last = sorted((int(match[1]), int(match[2] or match[1])))
        if last >= count:
            missing.append(part if first >= count else f"{count}-{last}")
        rows |= dict.fromkeys(range(first, min(last + 1, count)))
    return AskedRows(np.array(list(rows), np.int64), tuple(missing), tuple(unreadable))


def _describe_asked(asked: AskedRows, shown: int, count: int) -> None:
    """Say which of the rows that somebody asks for are not shown, and why."""
    if asked.unreadable:
        words = ", ".join(map(plain, asked.unreadable[:5]))
        st.warning(f"Not a row number: {words}. Enter numbers or ranges, such as 12, 500-520.", icon=":material/edit:")
    if asked.missing:
        words = ", ".join(map(plain, asked.missing[:5]))
        st.warning(f"No such row: {words}. The last row is {count - 1:,}.", icon=":material/search_off:")
    if hidden := len(asked.rows) - shown:
        st.caption(f"{hidden:,} of these {len(asked.rows):,} rows are hidden by the other filters or the labels.")


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


def _ask_page(pages: int, sample: int, *, shuffles: bool) -> int:
    if st.session_state.get("page", 1) > pages:
        _first_page()
    controls = st.container(horizontal=True, vertical_alignment="center")
    with controls:
        page = st.pagination(pages, key="page", bind="query-params")
        if shuffles:
            st.button(
                "Another sample", icon=":material/shuffle:", key="dataset_shuffle", on_click=_shuffle, args=[sample + 1]
            )
        if sample and shuffles:
            st.button("File order", icon=":material/sort:", key="dataset_unshuffle", on_click=_shuffle, args=[0])
    return page


def _shuffle(sample: int) -> None:
    if sample:
        st.query_params["sample"] = str(sample)
    else:
        st.query_params.pop("sample", None)
    _first_page()


def _first_page() -> None:
    st.session_state["page"] = 1


def _caption(records: FaceRecords, row: int) -> str:
    votes = f": {votes_in_words(records.votes[row])}" if records.has_votes else ""
    return f"row {row}{votes}"
