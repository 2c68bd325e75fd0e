"""A card for each stored dataset; deleting asks first."""

import streamlit as st

from fer_core.datasets.exclusions import list_exclusions
from fer_core.datasets.store import DatasetCard, delete_dataset, list_datasets
from fer_core.errors import DatasetError
from fer_core.service.diagnostics import megabytes_in
from fer_core.storage.files import data_folder
from pages.shared import cached
from pages.shared.messages import plain, refuse_with

_FAULT = "delete_fault"
_SHORT = 12  # characters of a fingerprint that tell datasets apart


def show_cards() -> None:
    """Show the cards of all stored datasets."""
    if fault := st.session_state.pop(_FAULT, ""):
        refuse_with(plain(fault), "dataset not deleted")
    cards = list_datasets()
    st.subheader("Your datasets" if cards else "There is no dataset yet", anchor="datasets")
    for card in cards:
        with st.container(border=True):
            _show_card(card)


def _show_card(card: DatasetCard) -> None:
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        st.markdown(f"**{plain(card.name)}** · {sum(card.sizes.values()):,} faces · {_source(card)}")
        sizes = ", ".join(f"{count:,} {split}" for split, count in card.sizes.items())
        lists = ", ".join(plain(known.name) for known in list_exclusions(card))
        st.caption(
            f"{sizes}  \nLabels: {_schemes(card)}  \nFingerprint {card.fingerprint[:_SHORT]} · imported "
            f"{plain(card.created_at[:10])} · {megabytes_in(data_folder() / card.name):,.1f} MB"
            + (f" · exclusion lists: {lists}" if lists else "")
        )
        if card.mapping:
            st.caption(
                "Classes: " + ", ".join(f"{plain(folder)} → {plain(name)}" for folder, name in card.mapping.items())
            )
        if card.skipped:
            st.caption("Left out: " + ", ".join(f"{n:,} {plain(reason)}" for reason, n in card.skipped.items()))
    with right:
        st.button(
            "Look at it",
            icon=":material/visibility:",
            key=f"open_{card.name}",
            on_click=_open,
            args=(card.name,),
            width="stretch",
        )
        if not card.is_drawn and st.button(
            "Delete", icon=":material/delete:", key=f"delete_{card.name}", width="stretch"
        ):
            _confirm(card)


def _open(name: str) -> None:
    st.session_state["dataset"] = name
    st.session_state["view"] = "Overview"


@st.dialog("Delete this dataset?", icon=":material/delete:")
def _confirm(card: DatasetCard) -> None:
    st.markdown(
        f"**{plain(card.name)}** with {sum(card.sizes.values()):,} faces and its exclusion lists will be gone for "
        "everybody who uses this server. Checkpoints trained on it stay, and so do the files it was imported from."
    )
    with st.container(horizontal=True):
        if st.button(
            "Delete for good",
            type="primary",
            icon=":material/delete:",
            key="delete_now",
            on_click=_delete,
            args=(card.name,),
        ):
            st.rerun()
        if st.button("Keep it", key="keep"):
            st.rerun()


def _delete(name: str) -> None:
    try:
        delete_dataset(name)
    except DatasetError as error:
        st.session_state[_FAULT] = str(error)  # somebody else deleted it a moment before


def _source(card: DatasetCard) -> str:
    if card.is_drawn:
        return "drawn by this app"
    if card.kind == "pictures":
        return f"pictures of {plain(card.images_file)}, splits: {plain(card.splits)}"
    return " + ".join(plain(name) for name in (card.images_file, card.votes_file) if name)


def _schemes(card: DatasetCard) -> str:
    try:
        return ", ".join(scheme.name for scheme in cached.records(card).schemes)
    except DatasetError as error:
        return plain(str(error))
