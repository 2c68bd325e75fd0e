"""The datasets that are here, and the ways to bring in more."""

import streamlit as st

from fer_core.datasets.store import DatasetCard, damaged_datasets
from pages.parts.dataset.cards import show_cards
from pages.parts.dataset.import_pictures import offer_pictures
from pages.parts.dataset.import_tables import offer_tables
from pages.parts.dataset.shown import ShownDataset
from pages.parts.dataset.tables import show_splits
from pages.shared import cached
from pages.shared.messages import errors_shown, plain, show_damages

NEWS = "imported_dataset"
"""Key of the dataset that was just imported, until that has been said."""

KINDS = TABLES, PICTURES = "FER2013 and FER+", "Folders of pictures"


def announce_import() -> None:
    """Select a dataset that was just imported; called before the dataset is chosen."""
    if card := st.session_state.get(NEWS):
        st.session_state["dataset"] = card.name


def show_room() -> None:
    """Show the stored datasets and the import."""
    if card := st.session_state.pop(NEWS, None):
        _report(card)
    st.subheader("Bring in faces", anchor="import")
    kind = st.segmented_control(
        "What do you have?", KINDS, default=TABLES, required=True, key="import_kind", bind="query-params", wrap=True
    )
    with errors_shown(stop=False):
        made = offer_tables() if kind == TABLES else offer_pictures()
        if made:
            st.session_state[NEWS] = made
            st.rerun()
    show_cards()
    show_damages(damaged_datasets())


def _report(card: DatasetCard) -> None:
    """What was imported, what was left out and why."""
    labels = "with ten votes each" if card.votes_file else "with their own labels"
    st.success(f"**{plain(card.name)}** is here: {sum(card.sizes.values()):,} faces {labels}.", icon=":material/check:")
    if card.kind == "pictures":
        st.markdown(f"Splits: {plain(card.splits)}.")
        if card.skipped:
            reasons = ", ".join(f"{count:,} {plain(reason)}" for reason, count in card.skipped.items())
            st.markdown(f"Left out: {reasons}.")
    elif card.votes_file:
        st.markdown("Both files have the same number of rows and the same splits; they were joined by row order.")
    with errors_shown(stop=False):
        records = cached.records(card)
        scheme = records.schemes[0]
        show_splits(ShownDataset(card, scheme, records, cached.outcomes(records, scheme)))
