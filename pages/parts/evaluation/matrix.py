"""The confusion matrix, and the pictures behind every one of its cells."""

from typing import Any

import streamlit as st

from fer_core.evaluation.descriptions import describe_cell, describe_false_alarms, describe_misses
from fer_core.evaluation.report import EvaluationReport, confusion_order
from fer_core.plots.confusion import CellValues, confusion_figure
from fer_core.plots.gallery import cell_tile
from pages.parts.evaluation.evaluated import Evaluated
from pages.shared.address import check_asked, name_in_address, newly_asked
from pages.shared.charts import chart_config, drawn
from pages.shared.links import invite_pictures
from pages.shared.look_inside import offer_row
from pages.shared.messages import plain

_PICTURES = 12
_WIDTH = 104  # of one of them, in CSS pixels
_CELL = "cell"  # in the address
_TRUE, _CALLED, _MATRIX = "evaluation_true", "evaluation_called", "evaluation_matrix"
_VALUES: tuple[CellValues, ...] = ("counts", "row shares", "column shares")
_ORDERS = ("class order", "most confused together")
_REMEMBERED: dict[str, Any] = {"bind": "query-params"}


@st.fragment
def show_matrix(shown: Evaluated) -> None:
    """Show the matrix beside the pictures of one cell; a click or the two boxes choose the cell."""
    report = shown.report
    matrix, pictures = st.columns(2, gap="medium")
    with pictures:
        cell = _choose_cell(report)
        _pictures(shown, cell)
    with matrix:
        _matrix(report, cell)
    with st.expander("In words", icon=":material/format_list_bulleted:"):
        for name in report.class_names:
            sentences = describe_misses(report, name), describe_false_alarms(report, name)
            st.markdown(f"**{plain(name)}** · {' '.join(map(plain, sentences))}")


def _matrix(report: EvaluationReport, cell: tuple[str, str]) -> None:
    chart = st.container()
    with st.container(horizontal=True):
        cells = st.segmented_control(
            "Cells", _VALUES, default="counts", required=True, key="cells", wrap=True, **_REMEMBERED
        )
        order = st.segmented_control(
            "Order", _ORDERS, default=_ORDERS[0], required=True, key="sorted", wrap=True, **_REMEMBERED
        )
    names = confusion_order(report) if order == _ORDERS[1] else report.class_names
    chart.plotly_chart(
        drawn(confusion_figure, report, cells=cells or "counts", order=names, cell=cell),
        key=_MATRIX,
        on_select=_cell_clicked,
        selection_mode="points",
        config=chart_config("confusion-matrix"),
        alt="Confusion matrix. “True class” and “Predicted class” choose a cell by keyboard.",
    )
    part = "column" if cells == "column shares" else "row"
    st.caption(
        f"Blue is right, orange wrong; darker is a larger share of its {part}. Click a cell to see its pictures."
    )


def _choose_cell(report: EvaluationReport) -> tuple[str, str]:
    """Return the cell clicked, chosen or linked to, at first the most frequent mistake; the address names it."""
    names = report.class_names
    start = report.commonest_mistake()
    if (asked := newly_asked(_CELL)) is not None:
        linked = tuple(asked.split("~"))
        is_there = len(linked) == 2 and set(linked) <= set(names)
        check_asked(_CELL, asked, [asked] if is_there or not asked else [], "~".join(start))
        st.session_state[_TRUE], st.session_state[_CALLED] = linked if is_there else start
    for column, key, label, first in zip(
        st.columns(2), (_TRUE, _CALLED), ("True class", "Predicted class"), start, strict=True
    ):
        if st.session_state.get(key) not in names:
            st.session_state[key] = first
        column.selectbox(label, names, key=key, persist_state="session", on_change=_name_cell)
    return st.session_state[_TRUE], st.session_state[_CALLED]


def _cell_clicked() -> None:
    for point in st.session_state[_MATRIX]["selection"]["points"][:1]:
        st.session_state[_TRUE], st.session_state[_CALLED] = point["customdata"][:2]
        _name_cell()


def _name_cell() -> None:
    name_in_address(_CELL, f"{st.session_state[_TRUE]}~{st.session_state[_CALLED]}", "")


def _pictures(shown: Evaluated, cell: tuple[str, str]) -> None:
    positions = shown.report.cell(*cell)
    st.markdown(f"**{plain(describe_cell(shown.report, *cell, shown.faces))}.**")
    if not shown.faces.has_pictures:
        invite_pictures("see the faces behind each cell")
        return
    pages, page = -(-len(positions) // _PICTURES), 1
    if pages > 1:
        key = f"evaluation_page {shown.key} {cell}"
        page = st.pagination(pages, max_visible_pages=5, key=key, persist_state="session")
    if pages:
        first = "Lowest confidence first" if cell[0] == cell[1] else "Most confident first"
        votes = ", votes" if len(shown.faces.votes) else ""
        st.caption(f"{first}. Under each face: probabilities{votes} and file row, which opens Explain.")
        with st.container(horizontal=True, gap="small"):
            for position in positions[(page - 1) * _PICTURES : page * _PICTURES]:
                _picture(shown, int(position))


def _picture(shown: Evaluated, position: int) -> None:
    row = int(shown.report.rows[position])
    with st.container(width=_WIDTH, gap="xxsmall"):
        st.html(cell_tile(shown.report, shown.faces, position))
        offer_row(shown.dataset.name, row, f"{row:,}")
