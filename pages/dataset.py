"""The faces and their labels: how many of each class, what they look like, and the paper's Tables 1 to 3."""

import streamlit as st

from fer_core.data.summary import PAPER_SPLITS, LabelOutcomes
from fer_core.plots.data import balance_in_words, class_distribution
from pages.shared import cached
from pages.shared.dataset_faces import ALL, show_faces
from pages.shared.dataset_import import announce_import, offer_import
from pages.shared.dataset_tables import show_tables
from pages.shared.messages import errors_shown
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_dataset, choose_scheme

COMPARE = "Side by side"
SHOWN = (ALL, *PAPER_SPLITS.values(), COMPARE)
VALUES = COUNTS, SHARES = "Counts", "Shares"


def main() -> None:
    start_page("Dataset", "Every network is only as good as the faces it learned from. Have a look at them first.")
    announce_import()
    left, right = st.columns(2)
    with errors_shown():
        with left:
            card = choose_dataset()
        records = cached.records(card.name)
        with right:
            scheme = choose_scheme(records.schemes)
        outcomes = cached.outcomes(card.name, scheme.name)
    offer_import()
    if card.is_drawn:
        st.info(
            "These faces are **drawn by the app, not photographed**, and their votes are simulated. They are good for "
            "trying everything out and tell nothing about real faces.",
            icon=":material/draw:",
        )
    show_distribution(card.name, outcomes)
    show_faces(records, outcomes)
    show_tables(card.name, records, outcomes)


@st.fragment
def show_distribution(dataset: str, outcomes: LabelOutcomes) -> None:
    st.subheader("How many of each", anchor="distribution")
    controls = st.container(horizontal=True)
    split = controls.segmented_control(
        "Split", SHOWN, default=ALL, required=True, key="bars", bind="query-params", wrap=True
    )
    values = controls.segmented_control("Show", VALUES, default=COUNTS, required=True, key="show", bind="query-params")
    counts = outcomes.counts()
    classes = counts.loc[list(outcomes.class_names)].rename(columns=PAPER_SPLITS)
    total = classes.sum(axis=1).rename(ALL)
    shown = classes if split == COMPARE else total.to_frame() if split == ALL else classes[[split]]
    words = balance_in_words(total if split in (ALL, COMPARE) else classes[split])
    st.plotly_chart(
        class_distribution(shown, shares=values == SHARES),
        key="distribution",
        config={"displayModeBar": False},
        alt=words,
    )
    st.markdown(words)
    st.download_button(
        "Download the counts",
        counts.to_csv(index_label="class"),
        f"{dataset}-class-distribution.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
        key="download_counts",
    )


main()
