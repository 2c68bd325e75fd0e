"""The saved subsets of a dataset: what they hold, renaming and deleting."""

import streamlit as st

from fer_core.datasets.detective.findings import exclusion_effect
from fer_core.datasets.store import DatasetCard
from fer_core.datasets.subsets import Subset, delete_subsets, list_subsets, rename_subset
from fer_core.datasets.summary import LabelOutcomes
from fer_core.errors import FerError
from pages.shared.messages import plain, refuse

_FAULT = "subset fault"


def show_saved_subsets(dataset: DatasetCard, outcomes: LabelOutcomes) -> None:
    """List a dataset's subsets, with the labeled faces of each split; each can be renamed and deleted."""
    if fault := st.session_state.pop(_FAULT, None):
        refuse(fault)
    subsets = list_subsets(dataset)
    if not subsets:
        return
    st.subheader("Saved subsets", anchor="subsets")
    for known in subsets:
        counts = exclusion_effect(outcomes, known.rows)["left out"]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{plain(known.name)}**: {plain(known.reason)}. {len(known):,} rows, of which labeled: "
                + ", ".join(f"{count:,} {split}" for split, count in counts.items()),
                width="stretch",
            )
            _offer_changes(dataset, known)


def _offer_changes(dataset: DatasetCard, known: Subset) -> None:
    with st.popover("Edit", icon=":material/edit:"):
        key = f"rename_subset_{known.name}"
        st.text_input("Name", known.name, max_chars=60, key=key)
        st.button("Rename", icon=":material/edit:", key=f"{key}_now", on_click=_rename, args=(dataset, known.name, key))
        st.caption("Runs and figures that name a subset cannot be repeated once it is renamed or deleted.")
        st.button(
            "Delete",
            icon=":material/delete:",
            key=f"delete_subset_{known.name}",
            on_click=delete_subsets,
            args=(dataset, known.name),
        )


def _rename(dataset: DatasetCard, name: str, key: str) -> None:
    try:
        rename_subset(dataset, name, st.session_state[key])
    except FerError as error:
        st.session_state[_FAULT] = error
