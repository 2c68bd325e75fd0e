"""Bringing in pictures in class folders: look inside, review the classes, import."""

from pathlib import Path
from typing import BinaryIO, cast

import pandas as pd
import streamlit as st

from fer_core.datasets.limited import pictures_scanned_apart
from fer_core.datasets.plans import PicturePlan
from fer_core.datasets.splits import SplitRule
from fer_core.datasets.store import DatasetCard, import_pictures
from fer_core.errors import DatasetError
from fer_core.labels import EMOTIONS, SPLITS
from pages.parts.dataset.import_tables import ask_name, explain_paths, may_name_paths, opened, progress_bar
from pages.shared.messages import plain
from pages.shared.uploads import kinds

_UPLOAD, _PATH = "Upload a zip", "Path on the server"
_LEAVE_OUT = "(leave out)"
_PLAN = "dataset_picture_plan"
_MOST_MB = 400
_ONE_FACE, _MORE = "Cropped faces", "Photos: find the largest face"
_FROM_FOLDERS, _NEW = "From folders", "New random splits"

_EXPLANATION = """
A zip or folder with a folder per class, such as `train/angry/1.jpg` or `anger/1.png`. Pictures may have any size, in
gray or color.
"""


def offer_pictures() -> DatasetCard | None:
    """Ask for the pictures, shows what is in them, and imports them.

    Returns:
        The dataset that was just imported, or None.

    Raises:
        DatasetError: The import failed; nothing was changed.
    """
    st.markdown(_EXPLANATION)
    plan = _ask_plan()
    if plan is None:
        return None
    plan = _ask_unclear(plan)
    _show_found(plan)
    mapping = _ask_mapping(plan)
    finds = _ask_crop()
    rule = _ask_splits(plan)
    name = ask_name("name of the dataset")
    if st.button("Import", icon=":material/download:", type="primary", key="dataset_import_pictures_now"):
        if not name:
            raise DatasetError("No name yet. Enter one.", is_hint=True)
        return _import(plan, mapping, rule, name, finds_faces=finds)
    return None


def _ask_plan() -> PicturePlan | None:
    places = [_UPLOAD, *([_PATH] if may_name_paths() else [])]
    place = st.segmented_control(
        "Source", places, default=_UPLOAD, required=True, key="pictures_from", bind="query-params"
    )
    if place == _UPLOAD:
        upload = st.file_uploader("Zip file", kinds("zip"), key="dataset_pictures_upload", max_upload_size=_MOST_MB)
        # The zip is read where it lies, so nothing of it is held twice.
        return _plan(upload.file_id, cast("BinaryIO", upload), upload.name) if upload else None
    text = st.text_input("Folder or zip", placeholder="/home/me/faces", key="dataset_pictures_path")
    explain_paths()
    if not text.strip():
        return None
    path = opened(text)
    return _plan(str(path), path, path.name)


def _plan(key: str, source: Path | BinaryIO, name: str) -> PicturePlan:
    """What is in the pictures' source, looked up once for each."""
    known = st.session_state.get(_PLAN)
    if known is None or known[0] != key:
        with st.spinner("Reading the folders …"):
            st.session_state[_PLAN] = (key, pictures_scanned_apart(source, name))
    plan: PicturePlan = st.session_state[_PLAN][1]
    return plan


def _ask_unclear(plan: PicturePlan) -> PicturePlan:
    """Which split folders such as ``eval`` are: some call validation so and others test."""
    chosen = {
        folder: st.selectbox(
            f"Folder “{plain(folder)}”",
            ["validation", "test"],
            index=None,
            placeholder="validation or test",
            help="Validation selects the epoch; test is held out for the final figures.",
            key=f"dataset_split_of_{folder}",
            width=520,
        )
        for folder in plan.unclear_splits
    }
    return plan.with_splits({folder: split for folder, split in chosen.items() if split})


def _show_found(plan: PicturePlan) -> None:
    sizes = plan.split_sizes
    named = ", ".join(f"{sizes[split]:,} {split}" for split in SPLITS if sizes.get(split))
    st.markdown(
        f"**{plain(plan.name)}** holds {sum(plan.folders.values()):,} pictures in {len(plan.folders)} class folders"
        + (f" ({named})." if named else ", without splits.")
    )
    if plan.skipped:
        st.caption("Skipped: " + ", ".join(f"{n:,} {plain(reason)}" for reason, n in plan.skipped.items()) + ".")


def _ask_mapping(plan: PicturePlan) -> dict[str, str]:
    """The class of each folder, as the table of synonyms suggests and a person corrects it."""
    st.markdown("**Class of each folder**; folders without a class are left out.")
    suggested = plan.suggested
    table = pd.DataFrame(
        {
            "folder": list(plan.folders),
            "pictures": list(plan.folders.values()),
            "class": [suggested[folder] or _LEAVE_OUT for folder in plan.folders],
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=["folder", "pictures"],
        column_config={
            "folder": st.column_config.TextColumn("Folder"),
            "pictures": st.column_config.NumberColumn("Pictures", format="localized"),
            "class": st.column_config.SelectboxColumn("Class", options=[*EMOTIONS, _LEAVE_OUT], required=True),
        },
        key=f"dataset_mapping_{hash(tuple(plan.folders))}",
        width=520,
    )
    chosen = zip(edited["folder"].astype(str), edited["class"].astype(str), strict=True)
    mapping = {folder: "" if label == _LEAVE_OUT else label for folder, label in chosen}
    if left_out := plan.unmapped_text(mapping):
        st.caption(plain(left_out))
    return mapping


def _ask_crop() -> bool:
    """Whether faces are to be cut out of the pictures."""
    chosen = st.segmented_control(
        "Content",
        [_ONE_FACE, _MORE],
        default=_ONE_FACE,
        required=True,
        key="dataset_pictures_show",
        wrap=True,
        help="Photos: the largest face is cropped and aligned; photos without a face are left out.",
    )
    return chosen == _MORE


def _ask_splits(plan: PicturePlan) -> SplitRule:
    named = bool(plan.unclear_splits) or any(plan.split_sizes.get(split) for split in SPLITS)
    place = _NEW
    if named:
        place = str(
            st.segmented_control(
                "Splits", [_FROM_FOLDERS, _NEW], default=_FROM_FOLDERS, required=True, key="dataset_pictures_splits"
            )
        )
    left, middle, right = st.columns(3)
    validation = left.number_input("Validation, %", 0, 50, 10, key="dataset_share_validation")
    test = middle.number_input("Test, %", 0, 50, 10, key="dataset_share_test")
    seed = right.number_input("Seed", 0, 2**31 - 1, 0, key="dataset_split_seed")
    rule = SplitRule(place == _FROM_FOLDERS, validation / 100, test / 100, int(seed))
    st.caption(
        f"{plain(rule.in_words(plan.split_sizes))}. One person may appear in several splits; the Detective "
        "finds near duplicates."
    )
    return rule


def _import(
    plan: PicturePlan, mapping: dict[str, str], rule: SplitRule, name: str, *, finds_faces: bool
) -> DatasetCard:
    with progress_bar("Reading the pictures") as show:
        card = import_pictures(plan, mapping, name=name, splits=rule, find_faces=finds_faces, progress=show, apart=True)
    st.session_state.pop(_PLAN, None)
    return card
