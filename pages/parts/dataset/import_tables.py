"""Bringing in FER2013 and the FER+ votes: by upload, from a path, or from where they are published."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from fer_core.datasets.download import KaggleAccount, can_ask_kaggle, download_faces, download_votes
from fer_core.datasets.lines import Progress
from fer_core.datasets.store import DatasetCard, import_dataset, list_datasets
from fer_core.errors import DatasetError
from fer_core.service.server_paths import allowed_path, import_folder
from fer_core.storage.files import data_folder, folder_name
from fer_core.storage.plaintext import percent
from pages.shared.messages import plain
from pages.shared.operator import is_private
from pages.shared.streamlit_internals import UploadedFile
from pages.shared.uploads import kinds

_UPLOAD, _PATH, _DOWNLOAD = "Upload", "Path on the server", "Download"
_TYPES = kinds("csv", "gz", "bz2", "xz", "zip", "tar", "tgz")
_CHUNK = 1 << 20
_MOST_MB = 400

_EXPLANATION = """
**Faces**: `fer2013.csv` (301 MB) from [Kaggle](https://www.kaggle.com/datasets/deadskull7/fer2013), for research and
teaching, not to be passed on; `icml_face_data.csv` works too.\\
**Votes**: `fer2013new.csv` from Microsoft's [FERPlus](https://github.com/microsoft/FERPlus) (MIT license), needed for
the paper's classes. Rows are joined by order. `.gz`, `.bz2`, `.xz`, `.zip`, `.tar.gz`, semicolons and UTF-16 are read.
"""

Read = Callable[[str], DatasetCard]
"""Imports under a name ("" for the usual one)."""


def offer_tables() -> DatasetCard | None:
    """Ask for the two files and imports them.

    Returns:
        The dataset that was just imported, or None.

    Raises:
        DatasetError: The import failed; nothing was changed.
    """
    st.markdown(_EXPLANATION)
    places = [_UPLOAD, *([_PATH] if may_name_paths() else []), _DOWNLOAD]
    place = st.segmented_control(
        "Source",
        places,
        default=_UPLOAD,
        required=True,
        key="import_from",
        bind="query-params",
        wrap=True,
    )
    read = {_UPLOAD: _ask_uploads, _PATH: _ask_paths}.get(str(place), _ask_download)()
    name = ask_name("ferplus, or fer2013 without votes")
    if st.button("Import", icon=":material/download:", type="primary", key="dataset_import_now"):
        return read(name)
    return None


def ask_name(placeholder: str) -> str:
    """What to call the new dataset; says when that replaces one."""
    name = st.text_input("Name", placeholder=placeholder, max_chars=60, key="dataset_import_name")
    name = folder_name(name)
    if name in (card.name for card in list_datasets() if not card.is_drawn):
        st.caption(f":material/info: The dataset {plain(name)} is replaced once the import has succeeded.")
    return name


def may_name_paths() -> bool:
    """Whether this visitor may import from a path at all."""
    return is_private() or import_folder() is not None


def explain_paths() -> None:
    """Say whose paths are meant."""
    if is_private():
        st.caption("Paths on this computer.")
    else:
        st.caption(f"Paths below {plain(str(import_folder()))} on the server.")


def opened(text: str) -> Path:
    """The path that was typed.

    Raises:
        DatasetError: There is nothing at it that this visitor may import.
    """
    return allowed_path(text, private=is_private())


def _ask_uploads() -> Read:
    left, right = st.columns(2)
    faces = left.file_uploader(
        "Faces", _TYPES, key="dataset_faces_upload", help="fer2013.csv or icml_face_data.csv", max_upload_size=_MOST_MB
    )
    votes = right.file_uploader("Votes (optional)", _TYPES, key="dataset_votes_upload", help="fer2013new.csv")
    return lambda name: _import_uploads(faces, name, lambda folder: _saved(votes, folder / "votes") if votes else None)


def _ask_paths() -> Read:
    left, right = st.columns(2)
    faces = left.text_input("Faces file", placeholder="/home/me/fer2013.csv", key="dataset_faces_path")
    votes = right.text_input("Votes file (optional)", placeholder="/home/me/fer2013new.csv", key="dataset_votes_path")
    explain_paths()
    return lambda name: _import_paths(faces, votes, name)


def _ask_download() -> Read:
    if not can_ask_kaggle():
        st.info(
            "Install kagglehub (`pip install kagglehub`) to download FER2013, or upload fer2013.csv; the votes "
            "come from GitHub.",
            icon=":material/package_2:",
        )
        faces = st.file_uploader("Faces", _TYPES, key="dataset_faces_beside_download", max_upload_size=_MOST_MB)
        return lambda name: _import_uploads(faces, name, _fetch_votes)
    left, right = st.columns(2)
    username = left.text_input(
        "Kaggle user name", key="dataset_kaggle_user", help="Leave it empty for a token (KGAT_…)."
    )
    key = right.text_input("Kaggle key", type="password", key="dataset_kaggle_key")
    own = " Empty: this computer's own account." if is_private() else ""
    st.caption(
        f"From Kaggle, Settings, API; used for the download only, not stored.{own} Downloads 300 MB from Kaggle and "
        "1.6 MB from GitHub."
    )
    return lambda name: _import_downloaded(KaggleAccount(username.strip(), key.strip()), name)


def _import_uploads(faces: UploadedFile | None, name: str, votes_in: Callable[[Path], Path | None]) -> DatasetCard:
    if faces is None:
        raise DatasetError("No faces file yet. Choose fer2013.csv, plain or packed, in “Faces”.", is_hint=True)
    with _scratch() as folder:
        votes = votes_in(folder)
        return _import(_saved(faces, folder / "faces"), votes, name)


def _import_paths(faces: str, votes: str, name: str) -> DatasetCard:
    if not faces.strip():
        raise DatasetError("No faces file yet. Enter the path of fer2013.csv, plain or packed.", is_hint=True)
    return _import(_file(faces), _file(votes) if votes.strip() else None, name)


def _file(text: str) -> Path:
    path = opened(text)
    if path.is_dir():
        raise DatasetError("That path is a folder. Enter the path of the file.", is_hint=True)
    return path


def _import_downloaded(account: KaggleAccount, name: str) -> DatasetCard:
    if not account.key and not is_private():
        raise DatasetError("No Kaggle key yet. Enter your own, or upload fer2013.csv.", is_hint=True)
    with _scratch() as folder:
        votes = _fetch_votes(folder)
        with progress_bar("Downloading the faces from Kaggle") as show:
            faces = download_faces(folder, account, progress=show)
        return _import(faces, votes, name)


def _fetch_votes(folder: Path) -> Path:
    with st.spinner("Downloading the votes from GitHub …"):
        return download_votes(folder)


def _import(faces: Path, votes: Path | None, name: str) -> DatasetCard:
    with progress_bar("Reading the faces") as show:
        return import_dataset(faces, votes, name=name or None, progress=show, apart=True)


@contextmanager
def progress_bar(words: str) -> Iterator[Progress]:
    """A bar that is there while the block runs, and what moves it."""
    bar = st.progress(0.0, text=f"{words} …")

    def show(done: float) -> None:
        bar.progress(done, text=f"{words}: {percent(done, 0)}")

    try:
        yield show
    finally:
        bar.empty()


@contextmanager
def _scratch() -> Iterator[Path]:
    """A hidden folder beside the datasets, where there is room for them."""
    data_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data_folder(), prefix=".upload-") as folder:
        yield Path(folder)


def _saved(upload: UploadedFile, folder: Path) -> Path:
    """The upload as a file of its own name, so that errors can name it; copied in pieces."""
    folder.mkdir()
    path = folder / (Path(upload.name).name[-100:] or "upload")
    with path.open("wb") as file:
        shutil.copyfileobj(upload, file, _CHUNK)
    return path
