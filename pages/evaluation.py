"""What a checkpoint gets right and wrong, and the pictures behind every cell of its confusion matrix."""

from typing import Any

import streamlit as st

from fer_core.checkpoint import Checkpoint
from fer_core.data.dataset import FerDataset
from fer_core.data.store import DEMO, DatasetCard
from fer_core.evaluation.report import EvaluationReport
from fer_core.plots.evaluation import cell_gallery, confusion_figure
from pages.shared import cached
from pages.shared.about import about_checkpoint
from pages.shared.messages import errors_shown, plain
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_checkpoint, choose_dataset
from pages.shared.scores import show_classes, show_figures

_PICTURES = 12
_CELL, _TRUE, _CALLED, _MATRIX = "cell", "true class", "called class", "matrix"
_SPLIT = "The validation split chose the best epoch, so it flatters a little. The test split chose nothing."
_REMEMBERED: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def _choose() -> tuple[Checkpoint, DatasetCard, str]:
    columns = st.columns([2, 2, 1.4])
    with columns[0]:
        checkpoint = choose_checkpoint()
    if checkpoint is None:
        st.info("There is no checkpoint to evaluate yet. Train one first: on the drawn demo faces it takes minutes.")
        st.page_link("pages/training.py", label="Train a checkpoint", icon=":material/model_training:")
        st.stop()
    with columns[1]:
        dataset = choose_dataset()
    split = columns[2].segmented_control(
        "Split", ["test", "validation"], default="test", required=True, key="eval_split", help=_SPLIT, **_REMEMBERED
    )
    return checkpoint, dataset, split or "test"


def _data_note(checkpoint: Checkpoint, dataset: DatasetCard) -> None:
    if checkpoint.card.dataset_fingerprint == dataset.fingerprint:
        return
    source = "the drawn demo faces" if checkpoint.card.dataset == DEMO else f"“{plain(checkpoint.card.dataset)}”"
    st.info(
        f"“{plain(checkpoint.name)}” was trained on {source}: the figures show how well it carries over to this data."
    )


@st.fragment
def _confusion(checkpoint: Checkpoint, dataset: str, split: str) -> None:
    report = cached.report(checkpoint, dataset, split)
    st.subheader("Which expressions it mixes up")
    matrix, pictures = st.columns(2, gap="medium")
    with pictures:
        cell = _choose_cell(report)
        faces = cached.labelled(dataset, checkpoint.card.scheme, split)
        _pictures(report, faces, cell, f"{checkpoint.name} {dataset} {split}")
    with matrix:
        shown = st.segmented_control(
            "Cells show", ["counts", "shares"], default="counts", required=True, key="cells", **_REMEMBERED
        )
        st.plotly_chart(
            confusion_figure(report, shares=shown == "shares", cell=cell),
            key=_MATRIX,
            on_select=_cell_clicked,
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Confusion matrix. The boxes “True class” and “Called” choose its cells by keyboard.",
        )
        st.caption("Blue is right, orange wrong; the stronger, the larger a cell’s share of its row.")


def _choose_cell(report: EvaluationReport) -> tuple[str, str]:
    """The cell that was clicked, chosen or linked to, at first the most frequent mistake; the address names it."""
    names = report.class_names
    linked = tuple(st.query_params.get(_CELL, "").split("~"))
    start = linked if len(linked) == 2 and set(linked) <= set(names) else report.commonest_mistake()
    boxes = zip(st.columns(2), (_TRUE, _CALLED), ("True class", "Called"), start, strict=True)
    for column, key, label, first in boxes:
        if st.session_state.get(key) not in names:
            st.session_state[key] = first
        column.selectbox(label, names, key=key, persist_state="session")
    cell = st.session_state[_TRUE], st.session_state[_CALLED]
    st.query_params[_CELL] = "~".join(cell)
    return cell


def _cell_clicked() -> None:
    for point in st.session_state[_MATRIX]["selection"]["points"][:1]:
        st.session_state[_TRUE], st.session_state[_CALLED] = point["customdata"][:2]


def _pictures(report: EvaluationReport, faces: FerDataset, cell: tuple[str, str], key: str) -> None:
    positions = report.cell(*cell)
    st.markdown(f"**{plain(report.cell_in_words(*cell))}.**")
    pages, page = -(-len(positions) // _PICTURES), 1
    if pages > 1:
        page = st.pagination(pages, max_visible_pages=5, key=f"page {key} {cell}")
    if pages:
        votes = ", the crowd’s votes of ten" if len(faces.votes) else ""
        st.caption(f"The surest first. Under each face: how sure the network was{votes}, and its row in the files.")
        st.html(cell_gallery(report, faces, positions[(page - 1) * _PICTURES : page * _PICTURES]))


start_page("Evaluation", "How often a checkpoint is right, which expressions it mixes up, and on which pictures.")
checkpoint, dataset, split = _choose()
with errors_shown():
    report = cached.report(checkpoint, dataset.name, split)
_data_note(checkpoint, dataset)
show_figures(report)
_confusion(checkpoint, dataset.name, split)
st.subheader("Class by class")
show_classes(report)
about_checkpoint(checkpoint)
