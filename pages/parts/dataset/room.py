"""The datasets that are here, and the ways to bring in more."""

from functools import partial

import streamlit as st

from fer_core.datasets.pictures import DAMAGED
from fer_core.datasets.store import DatasetCard, damaged_datasets, delete_dataset, list_datasets
from fer_core.datasets.subsets import list_subsets
from fer_core.errors import DatasetError
from fer_core.service.diagnostics import megabytes_in
from fer_core.storage.files import data_folder
from pages.parts.dataset.import_pictures import offer_pictures
from pages.parts.dataset.import_tables import offer_tables
from pages.parts.dataset.shown import ShownDataset
from pages.parts.dataset.tables import show_splits
from pages.shared import cached
from pages.shared.deletion import confirm_deletion, show_delete_fault
from pages.shared.messages import errors_shown, plain, show_damages

_NEWS = "dataset_imported"
_SHORT = 12  # characters of a fingerprint that tell datasets apart
KINDS = TABLES, PICTURES = "FER2013 and FER+", "Folders of pictures"


def announce_import() -> None:
    """Select a dataset that was just imported; called before the dataset is chosen."""
    if card := st.session_state.get(_NEWS):
        st.session_state["dataset"] = card.name


def show_room() -> None:
    """Show the stored datasets and the import."""
    if card := st.session_state.pop(_NEWS, None):
        _report(card)
    st.subheader("Import", anchor="import")
    kind = st.segmented_control(
        "Kind", KINDS, default=TABLES, required=True, key="import_kind", bind="query-params", wrap=True
    )
    with errors_shown(stop=False):
        made = offer_tables() if kind == TABLES else offer_pictures()
        if made:
            st.session_state[_NEWS] = made
            st.rerun()
    _show_cards()
    show_damages(damaged_datasets())


def _report(card: DatasetCard) -> None:
    """What was imported, what was left out and why."""
    labels = "with ten votes each" if card.votes_file else "with their own labels"
    st.success(
        f"**{plain(card.name)}** imported: {sum(card.sizes.values()):,} faces {labels}.", icon=":material/check:"
    )
    if card.kind == "pictures":
        st.markdown(f"Splits: {plain(card.splits)}.")
        if card.skipped:
            reasons = ", ".join(f"{count:,} {plain(reason)}" for reason, count in card.skipped.items())
            st.markdown(f"Left out: {reasons}.")
        if card.damaged:
            listed, count = "\n".join(f"- {plain(name)}" for name in card.damaged), len(card.damaged)
            unread = card.skipped.get(DAMAGED, count)
            with st.expander(f"Unreadable files: {unread:,}"):
                st.markdown(listed)
    elif card.votes_file:
        st.markdown("Rows and splits of both files match.")
        if card.votes_note:
            st.warning(plain(card.votes_note), icon=":material/how_to_vote:")
    with errors_shown(stop=False):
        records = cached.records(card)
        scheme = records.schemes[0]
        show_splits(ShownDataset(card, scheme, records, cached.outcomes(records, scheme)))


def _show_cards() -> None:
    show_delete_fault()
    cards = list_datasets()
    st.subheader("Your datasets" if cards else "No dataset yet", anchor="datasets")
    for card in cards:
        with st.container(border=True):
            _show_card(card)


def _show_card(card: DatasetCard) -> None:
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        st.markdown(f"**{plain(card.name)}** · {sum(card.sizes.values()):,} faces · {_source(card)}")
        sizes = ", ".join(f"{count:,} {split}" for split, count in card.sizes.items())
        lists = ", ".join(plain(known.name) for known in list_subsets(card))
        st.caption(
            f"{sizes}  \nLabels: {_schemes(card)}  \nFingerprint {card.fingerprint[:_SHORT]} · imported "
            f"{plain(card.created_at[:10])} · {megabytes_in(data_folder() / card.name):,.1f} MB"
            + (f" · subsets: {lists}" if lists else "")
        )
        if card.mapping:
            classes = ", ".join(f"{plain(folder)} → {plain(name)}" for folder, name in card.mapping.items())
            st.caption(f"Classes: {classes}")
        if card.skipped:
            st.caption("Left out: " + ", ".join(f"{n:,} {plain(reason)}" for reason, n in card.skipped.items()))
    with right:
        st.button(
            "Open",
            icon=":material/visibility:",
            key=f"dataset_open_{card.name}",
            on_click=_open,
            args=(card.name,),
            width="stretch",
        )
        key = f"dataset_delete_{card.name}"
        if not card.is_drawn and st.button("Delete", icon=":material/delete:", key=key, width="stretch"):
            warning = (
                f"Deletes **{plain(card.name)}** with {sum(card.sizes.values()):,} faces and its subsets for "
                "all users. Checkpoints and the imported files stay."
            )
            confirm_deletion("dataset", warning, partial(delete_dataset, card.name))


def _open(name: str) -> None:
    st.session_state["dataset"] = name
    st.query_params.pop("view", None)
    st.session_state.pop("view", None)


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
