"""Checkpoints from elsewhere, whose files the page passes on and never opens, and the ones kept here."""

import re
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.checkpoint import Checkpoint, delete_checkpoint, list_checkpoints
from fer_core.checkpoints.foreign.imports import AUTO, ForeignFile, import_checkpoint, parse_classes
from fer_core.checkpoints.foreign.readings import FITTED, YOURS, better_reading, is_used, use_reading
from fer_core.checkpoints.spec import LARGEST, SCALING_TITLES, SMALLEST, Scaling
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
    "alphabetical": "Folders by name",
    "alphabetical-8": "Folders by name, with contempt",
    "ferplus-7": "FER+ without contempt, as here",
    "raf-db": "RAF-DB’s ids",
    "affectnet-7": "AffectNet’s ids",
    "affectnet-8": "AffectNet’s ids, with contempt",
    "ck+": "CK+ without neutral",
    "ferplus-8": "FER+",
    YOURS: "Your order",
    FITTED: "Best fit",
    AUTO: "Automatic (best fit)",
    _OWN: "Custom order …",
}
_SCALING_HELP = (
    "Scaling of the gray values 0 to 255: mostly 0 to 1; a network with its own scaling layer needs 0 to 255."
)
_MEGABYTES = 400
_DONE = "comparison_imported"


def offer_import() -> None:
    """Show a form for a network from elsewhere, its classes and its scaling."""
    st.markdown(
        "Import a `.keras`, `.h5`, `.tflite` or `.onnx` network. It is checked against allowed operations "
        "and opened in a limited process without a network connection."
    )
    upload = st.file_uploader(
        "Checkpoint file",
        type=kinds("keras", "h5", "hdf5", "tflite", "onnx", "pkl", "pt", "pth", "pb"),
        max_upload_size=_MEGABYTES,
        help="A whole network, not only weights. Other formats get export instructions.",
    )
    left, right = st.columns(2)
    with left:
        classes = _choose_classes()
    with right:
        scaling, mean, deviation = _choose_scaling()
    size = st.number_input(
        "Picture size",
        min_value=SMALLEST,
        max_value=LARGEST,
        value=None,
        placeholder="as the file says",
        help="Side in pixels, for an ONNX file that leaves it open.",
    )
    name = st.text_input("Name", value=_suggested(upload.name) if upload else "", placeholder="imported", max_chars=60)
    if st.button("Check and import", icon=":material/upload_file:", type="primary", disabled=upload is None) and upload:
        with errors_shown():
            names, own = parse_classes(classes), (_numbers(mean), _numbers(deviation))
            file = ForeignFile(Path(upload.name), name.strip() or "imported", names, scaling, *own, size)
            _import(upload, file)
    done: Checkpoint | None = st.session_state.get(_DONE)
    if done and done.is_there:
        _show_imported(done)


def _choose_classes() -> str:
    """Ask for the order of the classes, in words that :func:`parse_classes` understands."""
    order = st.selectbox(
        "Class order",
        [AUTO, *KNOWN_ORDERS, _OWN],
        format_func=_order_title,
        help="Order of the network's outputs. A wrong order swaps classes; the import tries all known ones.",
    )
    if order == _OWN:
        return st.text_input(
            "Class names",
            help="In the order of the outputs, separated by commas.",
            placeholder="angry, happy, neutral, sad",
        )
    return order


def _choose_scaling() -> tuple[Scaling | None, str, str]:
    """Ask what gray values the network was trained on: a scaling, and of a custom one its mean and deviation."""
    titles: dict[Scaling | None, str] = {None: "Automatic (best fit)"} | SCALING_TITLES
    scaling = st.selectbox("Scaling", list(titles), format_func=titles.__getitem__, help=_SCALING_HELP)
    if scaling != "custom":
        return scaling, "", ""
    mean = st.text_input(
        "Mean", help="Of values 0 to 1: one number, or one per channel.", placeholder="0.5 or 0.485, 0.456, 0.406"
    )
    deviation = st.text_input(
        "Standard deviation", help="Of values 0 to 1, likewise.", placeholder="0.5 or 0.229, 0.224, 0.225"
    )
    return scaling, mean, deviation


def _numbers(text: str) -> tuple[float, ...]:
    """Read numbers separated by commas; of anything else none, which the import refuses with an example."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        return ()


def _import(upload: UploadedFile, file: ForeignFile) -> None:
    """Import the upload, for the file, and remember it for :func:`_show_imported`."""
    suffix = Path(upload.name.replace("\\", "/")).suffix[:10]
    words = "Opening it in a separate process, for up to a minute …"
    with st.spinner(words), tempfile.TemporaryDirectory(prefix="fer-upload-") as folder:
        path = Path(folder) / f"upload{suffix}"
        path.write_bytes(upload.getvalue())
        st.session_state[_DONE] = import_checkpoint(replace(file, path=path))


def _show_imported(checkpoint: Checkpoint) -> None:
    card = checkpoint.card
    st.success(f"The checkpoint **{plain(card.name)}** is ready; choose it on any page.", icon=":material/check:")
    for note in card.notes:
        (st.warning if note in card.doubts else st.info)(plain(note))
    better = better_reading(card)
    with st.container(horizontal=True):
        query = {"checkpoint": card.name}
        show_link("Evaluate it", "evaluation", query)
        show_link("Try a photo", "photos", query)
        help_ = "Switches to the class order and scaling that fit best."
        if better and st.button("Use that order", icon=":material/swap_vert:", type="primary", help=help_):
            with errors_shown():
                st.session_state[_DONE] = use_reading(checkpoint, better)
            st.rerun()
        if st.button("Remove", icon=":material/delete:", type="tertiary"):
            with errors_shown():
                delete_checkpoint(st.session_state.pop(_DONE))
            st.rerun()
    if card.readings:
        show_readings(card)


def show_readings(card: ModelCard) -> None:
    """Show the orders and scalings that an imported network was tried with, the best first."""
    st.markdown("**Class orders and scalings tried**")
    table = pd.DataFrame(
        {
            "In use": ["✓" if is_used(card, reading) else "" for reading in card.readings],
            "Accuracy": [reading.accuracy for reading in card.readings],
            "Order": [_ORDER_TITLES.get(reading.order, reading.order) for reading in card.readings],
            "Scaling": [SCALING_TITLES[reading.spec.scaling] for reading in card.readings],
            "Classes": [", ".join(reading.class_names) for reading in card.readings],
        }
    )
    columns = {"Accuracy": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)}
    st.dataframe(table, hide_index=True, height=min(38 + 35 * len(table), 320), column_config=columns)


def _order_title(order: str) -> str:
    title = _ORDER_TITLES[order]
    return f"{title}: {', '.join(KNOWN_ORDERS[order])}" if order in KNOWN_ORDERS else title


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
                warning = "is deleted for everyone on this server. Its run is kept."
                delete = partial(delete_checkpoint, checkpoint)
                confirm_deletion("checkpoint", f"**{plain(checkpoint.name)}** {warning}", delete)
