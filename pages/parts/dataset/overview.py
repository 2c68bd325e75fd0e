"""Class distribution by split and label scheme, relabeling, and the paper's tables."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from fer_core.datasets.summary import PAPER_SPLITS, imbalance, relabeling
from fer_core.plots.confusion import relabeling_matrix
from fer_core.plots.datasets import balance_in_words, class_distribution, relabeling_stream
from fer_core.reports.dataset_card import dataset_card_markdown
from fer_core.storage.plaintext import percent
from pages.parts.dataset.shown import ShownDataset
from pages.parts.dataset.tables import show_first_rows, show_splits, show_statistics
from pages.shared import cached
from pages.shared.charts import drawn
from pages.shared.downloads import download_button
from pages.shared.messages import plain

ALL, COMPARE = "All", "Side by side"
SHOWN = (ALL, *PAPER_SPLITS.values(), COMPARE)
VALUES = COUNTS, SHARES = "Counts", "Shares"
DRAWINGS = MATRIX, STREAM = "Matrix", "Stream"

_relabeling = cached.by_content(64)(relabeling)


@st.fragment
def show_overview(shown: ShownDataset) -> None:
    """Show the figures of a dataset; one choice of the split rules all of them."""
    st.subheader("Class distribution", anchor="distribution")
    controls = st.container(horizontal=True)
    split = controls.segmented_control(
        "Split", SHOWN, default=ALL, required=True, key="bars", bind="query-params", wrap=True
    )
    values = controls.segmented_control("Show", VALUES, default=COUNTS, required=True, key="show", bind="query-params")
    splits = [name for name, title in PAPER_SPLITS.items() if split in (ALL, COMPARE, title)]
    _show_distribution(shown, splits, shares=values == SHARES, side_by_side=split == COMPARE)
    _show_relabeling(shown, splits)
    show_splits(shown)
    if shown.records.has_pictures:
        show_first_rows(shown)
    show_statistics(shown, splits)


def _show_distribution(shown: ShownDataset, splits: Sequence[str], *, shares: bool, side_by_side: bool) -> None:
    outcomes = shown.outcomes
    classes = outcomes.counts().loc[list(outcomes.class_names), list(splits)].rename(columns=PAPER_SPLITS)
    total = classes.sum(axis=1).rename(ALL if len(splits) > 1 else PAPER_SPLITS[splits[0]])
    words = balance_in_words(total)
    _show_balance(total)
    st.plotly_chart(
        drawn(class_distribution, classes if side_by_side else total.to_frame(), shares=shares),
        key="dataset_distribution",
        config={"displayModeBar": False},
        alt=words,
    )
    st.markdown(words)
    with st.container(horizontal=True):
        counts, name = outcomes.counts().to_csv(index_label="class"), f"{shown.card.name}-class-distribution.csv"
        download_button("Download counts", counts, name, key="dataset_download_counts")
        download_button(
            "Download card",
            lambda: dataset_card_markdown(shown.card, shown.records, shown.scheme).encode(),
            f"{shown.card.name}-card.md",
            help="Source, counts by class and split, known issues and limits, as Markdown.",
        )


def _show_balance(total: pd.Series) -> None:
    faces = int(total.sum())
    with st.container(horizontal=True):
        st.metric("Labeled faces", f"{faces:,}", border=True)
        st.metric(
            "Imbalance",
            f"{imbalance(total):,.0f} : 1",
            help="Largest class divided by the smallest nonempty one.",
            border=True,
        )
        st.metric(
            "Majority baseline",
            percent(total.max() / max(faces, 1)),
            help="Accuracy of always answering the largest class.",
            border=True,
        )


def _show_relabeling(shown: ShownDataset, splits: Sequence[str]) -> None:
    if not (shown.records.has_votes and shown.records.has_pictures) or shown.scheme.rule == "fer2013":
        return
    table = _relabeling(shown.records, shown.outcomes, splits)
    if table.empty:
        return
    st.subheader("Relabeling: FER2013 → FER+", anchor="relabelling")
    same = sum(int(table.loc[name, name]) for name in table.index if name in table.columns)
    total = int(table.to_numpy().sum())
    st.markdown(
        f"Ten people relabeled every FER2013 face. Of {total:,} faces **{same:,} "
        f"({percent(same / max(total, 1))}) kept their label** under “{plain(shown.scheme.title)}”."
    )
    drawing = st.segmented_control(
        "Draw as", DRAWINGS, default=MATRIX, required=True, key="relabelling", bind="query-params"
    )
    if drawing == MATRIX:
        st.html(drawn(relabeling_matrix, table))
    else:
        st.plotly_chart(
            drawn(relabeling_stream, table),
            key="dataset_relabeling_stream",
            config={"displayModeBar": False},
            alt="FER2013's labels against those of ten people; the matrix holds the same numbers.",
        )
    st.caption(
        "Rows: FER2013’s label. Columns: the ten people’s; blue is unchanged, orange changed."
        if drawing == MATRIX
        else "Left: FER2013’s label. Right: the ten people’s; width is the number of faces."
    )
    st.download_button(
        "Download matrix",
        table.to_csv(),
        f"{shown.card.name}-relabelling.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
        key="dataset_download_relabeling",
    )
