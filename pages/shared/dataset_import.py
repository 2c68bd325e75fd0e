"""Bringing FER2013 and the FER+ votes into the app, from this computer or from the one that runs it."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer_core.data.store import DatasetCard, import_dataset, list_datasets
from fer_core.errors import DatasetError
from pages.shared.messages import errors_shown, plain

_NEWS = "imported_dataset"
_UPLOAD, _PATH = "Upload", "Path on the server"
_TYPES = ("csv", "gz", "zip")
_CHUNK = 1 << 20

_EXPLANATION = """
Two files make the real dataset. **The faces**: `fer2013.csv` from Kaggle (301 MB; `.gz` and `.zip` are fine, and so is
`icml_face_data.csv`). **The votes**: `fer2013new.csv` from Microsoft's FERPlus repository on GitHub. Without the votes
you still get FER2013's own labels, but neither the paper's classes nor its Table 2.
"""


def announce_import() -> None:
    """Selects a dataset that was just imported and says so; called before the dataset is chosen."""
    if card := st.session_state.pop(_NEWS, None):
        st.session_state["dataset"] = card.name
        st.session_state["import"] = False
        votes = "with ten votes each" if card.votes_file else "with FER2013's own labels"
        st.success(
            f"**{plain(card.name)}** is here: {sum(card.sizes.values()):,} faces {votes}.", icon=":material/check:"
        )


def offer_import() -> None:
    """An expander that imports a dataset and then starts the page again with it."""
    label = "Import FER2013 and the FER+ votes"
    with st.expander(label, icon=":material/upload_file:", key="import", bind="query-params") as panel:
        if not panel.open:
            return
        st.markdown(_EXPLANATION)
        place = st.segmented_control(
            "Where are the files?", [_UPLOAD, _PATH], default=_UPLOAD, required=True, key="import_from"
        )
        read = _ask_uploads() if place == _UPLOAD else _ask_paths()
        name = _ask_name()
        if st.button("Import", icon=":material/download:", type="primary", key="import_now"):
            with errors_shown(stop=False):
                st.session_state[_NEWS] = read(name)
                st.rerun()


def _ask_uploads() -> Callable[[str], DatasetCard]:
    left, right = st.columns(2)
    faces = left.file_uploader("Faces", _TYPES, key="faces_upload", help="fer2013.csv or icml_face_data.csv")
    votes = right.file_uploader("Votes (optional)", _TYPES, key="votes_upload", help="fer2013new.csv")
    st.caption(
        "A large upload passes through the server's memory. For the plain 301 MB file, zip it first or give its path."
    )
    return lambda name: _import_uploads(faces, votes, name)


def _ask_paths() -> Callable[[str], DatasetCard]:
    left, right = st.columns(2)
    faces = left.text_input("Faces file", placeholder="/home/me/fer2013.csv", key="faces_path")
    votes = right.text_input("Votes file (optional)", placeholder="/home/me/fer2013new.csv", key="votes_path")
    st.caption("Paths on the computer that runs FER Lab. If you started it yourself, that is this computer.")
    return lambda name: _import_paths(faces, votes, name)


def _ask_name() -> str:
    name = st.text_input(
        "Name", placeholder="ferplus, or fer2013 without votes", max_chars=60, key="import_name"
    ).strip()
    if name in (card.name for card in list_datasets() if not card.is_drawn):
        st.caption(f":material/info: The dataset {plain(name)} is replaced once the import has succeeded.")
    return name


def _import_uploads(faces: UploadedFile | None, votes: UploadedFile | None, name: str) -> DatasetCard:
    if faces is None:
        raise DatasetError("There is no faces file yet. Choose fer2013.csv, plain or packed, in “Faces”.")
    with tempfile.TemporaryDirectory() as folder:
        return _import(
            _saved(faces, Path(folder) / "faces"), _saved(votes, Path(folder) / "votes") if votes else None, name
        )


def _import_paths(faces: str, votes: str, name: str) -> DatasetCard:
    paths = [Path(text.strip().strip("\"'")).expanduser() for text in (faces, votes) if text.strip()]
    if not faces.strip():
        raise DatasetError("There is no faces file yet. Enter the path of fer2013.csv, plain or packed.")
    for path in paths:
        if not path.is_file():
            raise DatasetError(f"{path} is {'a folder' if path.is_dir() else 'not there'}. Enter the path of the file.")
    return _import(paths[0], paths[1] if len(paths) > 1 else None, name)


def _import(faces: Path, votes: Path | None, name: str) -> DatasetCard:
    bar = st.progress(0.0, text="Checking the files …")

    def show(done: float) -> None:
        bar.progress(done, text=f"Reading the faces: {done:.0%}")

    try:
        return import_dataset(faces, votes, name=name or None, progress=show)
    finally:
        bar.empty()


def _saved(upload: UploadedFile, folder: Path) -> Path:
    """The upload as a file of its own name, so that errors can name it."""
    folder.mkdir()
    path = folder / (Path(upload.name).name[-100:] or "upload")
    with path.open("wb") as file:
        shutil.copyfileobj(upload, file, _CHUNK)
    return path
