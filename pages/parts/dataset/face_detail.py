"""One face of a dataset, large: its votes, its labels, and what a checkpoint says of it."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import list_checkpoints
from fer_core.checkpoints.classifier import Prediction
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.summary import LEFT_OUT, PAPER_SPLITS
from fer_core.datasets.votes import majority
from fer_core.labels import EMOTIONS, OWN_LABELS, SPLITS
from fer_core.plots.pictures import picture_html
from fer_core.plots.prediction import crowd_and_network
from pages.parts.dataset.shown import ROW, ShownDataset, open_face
from pages.shared import cached
from pages.shared.address import check_asked, follow_address, write_choice
from pages.shared.links import asked_number
from pages.shared.look_inside import offer_row
from pages.shared.messages import errors_shown, plain
from pages.shared.pickers import carried_prior

_SIZE = 300
_NO_CHECKPOINT = "none"


def show_linked_face(shown: ShownDataset, rows: NDArray[np.int64] | None = None) -> None:
    """Show the face that the address names, if it names one; "Back" and "Next" walk among some rows or all."""
    if linked_row(len(shown.records)) is not None:
        _show(shown, np.arange(len(shown.records)) if rows is None else rows)


def linked_row(count: int) -> int | None:
    """The row the address names, or None when it names none of a dataset's."""
    row, asked = asked_number(ROW, below=count), st.query_params.get(ROW, "")
    if asked and row is None:
        check_asked(ROW, asked, (), "")
    return row


def _forget() -> None:
    st.query_params.pop(ROW, None)


@st.dialog("One face", width="medium", icon=":material/face:", on_dismiss=_forget)
def _show(shown: ShownDataset, rows: NDArray[np.int64]) -> None:
    records = shown.records
    row = linked_row(len(records))
    if row is None:
        return
    row = _walk(rows, row)
    picture, facts = st.columns([1, 1.6], gap="medium")
    with picture:
        st.html(picture_html(records.images[row], _SIZE, f"Row {row}"))
        st.markdown(_facts(shown, row))
        offer_row(shown.card.name, row)
    with facts:
        prediction, name = _ask_checkpoint(records, row)
        votes = records.votes[row] if records.has_votes else np.empty(0, np.uint8)
        if len(votes) or prediction:
            st.html(crowd_and_network(votes, prediction, name))
        if len(votes):
            st.caption(
                "“Target” is the vote distribution without single votes, down to the top answers with three quarters. "
                "Dots: left out."
            )


def _walk(rows: NDArray[np.int64], row: int) -> int:
    """Buttons to the faces before and after this one; returns the one to show."""
    places = np.flatnonzero(rows == row)
    if not len(places):
        return row
    place = int(places[0])
    bar = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    back = bar.button("Back", icon=":material/chevron_left:", key="dataset_face_back", disabled=place == 0)
    middle = bar.empty()
    on = bar.button("Next", icon=":material/chevron_right:", key="dataset_face_on", disabled=place == len(rows) - 1)
    place = min(max(place + int(on) - int(back), 0), len(rows) - 1)
    open_face(int(rows[place]))
    middle.markdown(f"**{place + 1:,}** of {len(rows):,}", width="content")
    return int(rows[place])


def _facts(shown: ShownDataset, row: int) -> str:
    records, files, outcome = shown.records, shown.files, shown.outcomes.outcome_of(row)
    own = "Folder’s label" if files else "FER2013’s label"
    label = f"left out ({LEFT_OUT[outcome]})" if outcome in LEFT_OUT else f"**{plain(outcome)}**"
    lines = [f"Row **{row}**, {PAPER_SPLITS[SPLITS[records.split[row]]]}"]
    lines += [f"File: {plain(files[row])}"] if files else []
    lines += [f"{own}: **{OWN_LABELS[records.emotion[row]]}**"]
    if records.has_votes:
        keep, emotion = majority(records.votes[row][None])
        lines.append(f"FER+ majority: **{EMOTIONS[emotion[0]]}**" if keep[0] else "FER+ majority: none")
    lines.append(f"Under the chosen labels: {label}")
    return "  \n".join(lines)


def _ask_checkpoint(records: FaceRecords, row: int) -> tuple[Prediction | None, str]:
    checkpoints = {checkpoint.name: checkpoint for checkpoint in list_checkpoints()}
    names = [_NO_CHECKPOINT, *checkpoints]
    follow_address("beside", "beside", names, _NO_CHECKPOINT)
    name = st.selectbox(
        "Compare with",
        names,
        key="beside",
        persist_state="session",
        on_change=write_choice,
        args=("beside", "beside", _NO_CHECKPOINT),
    )
    if name not in checkpoints:
        return None, ""
    st.caption(f"Class prior: {carried_prior()}")
    with errors_shown():
        prediction = cached.classifier(checkpoints[name], carried_prior()).predict_one(np.asarray(records.images[row]))
    return prediction, name
