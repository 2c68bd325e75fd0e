"""Checkpoints from elsewhere, whose files the page passes on and never opens, and the ones kept here."""

import re
import tempfile
from functools import partial
from pathlib import Path

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint, delete_checkpoint, list_checkpoints
from fer_core.checkpoints.foreign import SCALING_TITLES
from fer_core.checkpoints.foreign.imports import ForeignFile, import_checkpoint, parse_classes
from fer_core.labels import KNOWN_ORDERS
from fer_core.service.diagnostics import megabytes_in
from pages.shared.deletion import confirm_deletion, show_delete_fault
from pages.shared.links import show_link
from pages.shared.messages import errors_shown, plain
from pages.shared.streamlit_internals import UploadedFile
from pages.shared.uploads import kinds

_OWN = "another order"
_ORDER_TITLES = {
    "fer2013": "FER2013’s ids",
    "alphabetical": "folders by name",
    "ferplus-7": "FER+ without contempt, as here",
    "ferplus-8": "FER+",
}
_MEGABYTES = 400
_DONE = "comparison_imported"


def offer_import() -> None:
    """Show a form for a ``.keras`` file, its classes and its scaling."""
    st.markdown(
        "A `.keras` file (Keras 3) from a colleague, a repository or another tool. It is opened in a process of its "
        "own with no network, little memory and little time, checked against a list of allowed layers, and converted."
    )
    upload = st.file_uploader(
        "Checkpoint file",
        type=kinds("keras", "h5", "hdf5", "pkl", "pb"),
        max_upload_size=_MEGABYTES,
        help="Only .keras files are opened; for others you are told how to convert them.",
    )
    order = st.selectbox(
        "Its classes, in the order of its outputs",
        [*KNOWN_ORDERS, _OWN],
        format_func=_order_title,
        help="Every tool has its own order, and a wrong one turns happiness into sadness. The import tries the network "
        "on known faces and says when another order fits better.",
    )
    classes = ", ".join(KNOWN_ORDERS.get(order, ()))
    if order == _OWN:
        classes = st.text_input("Class names, separated by commas", placeholder="angry, happy, neutral, sad")
    scaling = st.selectbox("What it was trained on", list(SCALING_TITLES), format_func=SCALING_TITLES.__getitem__)
    name = st.text_input(
        "Call it", value=_suggested(upload.name) if upload else "", placeholder="imported", max_chars=60
    )
    if st.button("Check and import", icon=":material/upload_file:", type="primary", disabled=upload is None) and upload:
        with errors_shown():
            _import(upload, name.strip() or "imported", parse_classes(classes), scaling)
    done: Checkpoint | None = st.session_state.get(_DONE)
    if done and done.is_there:
        _show_imported(done, upload)


def _import(upload: UploadedFile, name: str, classes: tuple[str, ...], scaling: str, *, replaces: bool = False) -> None:
    """Import the upload and remember it for :func:`_show_imported`."""
    suffix = Path(upload.name.replace("\\", "/")).suffix[:10]
    words = "Opening it in a process of its own; this takes up to a minute …"
    with st.spinner(words), tempfile.TemporaryDirectory(prefix="fer-upload-") as folder:
        path = Path(folder) / f"upload{suffix}"
        path.write_bytes(upload.getvalue())
        file = ForeignFile(path, name, classes, scaling, replaces)  # type: ignore[arg-type]
        st.session_state[_DONE] = import_checkpoint(file)


def _show_imported(checkpoint: Checkpoint, upload: UploadedFile | None) -> None:
    card = checkpoint.card
    st.success(
        f"The checkpoint **{plain(card.name)}** is ready; it can be chosen on every page.", icon=":material/check:"
    )
    for note in card.notes:
        (st.warning if note in card.doubts else st.info)(plain(note))
    with st.container(horizontal=True):
        query = {"checkpoint": card.name}
        show_link("Evaluate it", "evaluation", query)
        show_link("Try it on a photo", "photos", query)
        if upload and (better := card.better_reading):
            label, help_ = "Use that order", "Imports the file again, in place of this checkpoint."
            if st.button(label, icon=":material/swap_vert:", type="primary", help=help_):
                with errors_shown():
                    classes = parse_classes(better["classes"])
                    _import(upload, card.name, classes, better["scaling"], replaces=True)
                st.rerun()
        if st.button("Remove it again", icon=":material/delete:", type="tertiary"):
            with errors_shown():
                delete_checkpoint(st.session_state.pop(_DONE))
            st.rerun()


def _order_title(order: str) -> str:
    return f"{_ORDER_TITLES[order]}: {', '.join(KNOWN_ORDERS[order])}" if order in KNOWN_ORDERS else f"{_OWN} …"


def _suggested(file_name: str) -> str:
    stem = Path(file_name.replace("\\", "/")).stem
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:60]


def show_kept_checkpoints() -> None:
    """List one's own checkpoints with sizes and ages; deleting asks first."""
    own = [checkpoint for checkpoint in list_checkpoints() if checkpoint.is_own]
    show_delete_fault()
    if not own:
        return
    st.subheader("Kept here", anchor="kept")
    for checkpoint in own:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            age = f"{plain(checkpoint.card.created_at[:10])} · {megabytes_in(checkpoint.directory):,.1f} MB"
            st.markdown(f"**{plain(checkpoint.name)}** · {plain(checkpoint.card.origin)} {age}")
            if st.button("Delete", icon=":material/delete:", key=f"comparison_delete_{checkpoint.name}"):
                warning = "will be gone for everybody who uses this server. The run it came from stays."
                delete = partial(delete_checkpoint, checkpoint)
                confirm_deletion("checkpoint", f"**{plain(checkpoint.name)}** {warning}", delete)
