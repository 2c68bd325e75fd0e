"""Fetching the source files: the FER+ votes from their public repository, FER2013 with one's own Kaggle account."""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from fer_core.datasets.lines import Progress
from fer_core.errors import DatasetError
from fer_core.storage.files import storage_remedy

VOTES_ADDRESS = "https://raw.githubusercontent.com/microsoft/FERPlus/master/fer2013new.csv"
"""Where Microsoft publishes the FER+ votes."""

KAGGLE_DATASET, KAGGLE_FILE = "deadskull7/fer2013", "fer2013.csv"
"""Where FER2013 is handed out at Kaggle."""

VOTES_FILE = "fer2013new.csv"
"""What the votes are called wherever they are fetched to."""

_FACES_BYTES = 301_072_766  # of fer2013.csv, to tell how far its download is
_TIMEOUT = 20.0
_BLOCK = 1 << 18
_POLL = 0.3
_LONGEST = 3 * 3600.0
_KEY = re.compile(r"[A-Za-z0-9_-]{8,200}")  # kagglehub would take a token that is a path for a file to be read


@dataclass(frozen=True)
class KaggleAccount:
    """Whose Kaggle account is used.

    Attributes:
        username: The account's name, or "" when the key is one of Kaggle's newer tokens.
        key: The key or token; "" for the credentials that kagglehub finds on this computer.
    """

    username: str = ""
    key: str = field(default="", repr=False)


def download_votes(
    folder: Path, *, address: str = VOTES_ADDRESS, largest: int = 32 << 20, progress: Progress | None = None
) -> Path:
    """Download the FER+ votes; progress is reported only if the server sends the size.

    Raises:
        DatasetError: There is no network, or the file is not there.
    """
    target, scratch = folder / VOTES_FILE, folder / f".{VOTES_FILE}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _fetch(address, scratch, largest, progress)
        return scratch.replace(target)
    except (urllib.error.URLError, HTTPException, TimeoutError) as error:
        raise DatasetError(
            f"The votes could not be downloaded from {address} ({_reason(error)}). Check the network, or download "
            "fer2013new.csv with a browser and upload it."
        ) from error
    except OSError as error:
        remedy = storage_remedy(error, folder)
        raise DatasetError(f"The votes could not be stored ({error.strerror or error}). {remedy}") from error
    finally:
        scratch.unlink(missing_ok=True)


def _fetch(address: str, target: Path, largest: int, progress: Progress | None) -> None:
    with urllib.request.urlopen(address, timeout=_TIMEOUT) as answer, target.open("wb") as file:  # noqa: S310
        size, done = int(answer.headers.get("Content-Length") or 0), 0
        while block := answer.read(_BLOCK):
            done += len(block)
            if done > largest:
                raise DatasetError("The download is larger than the votes file. Download it with a browser.")
            file.write(block)
            if progress and size:
                progress(min(1.0, done / size))
    if done < size:
        raise DatasetError("The download of the votes was interrupted. Try again.")


def can_ask_kaggle() -> bool:
    """Whether the optional package kagglehub is installed."""
    return importlib.util.find_spec("kagglehub") is not None


def download_faces(folder: Path, account: KaggleAccount, *, progress: Progress | None = None) -> Path:
    """Download ``fer2013.csv`` from Kaggle in a separate process, the only one that gets the account (never stored).

    Raises:
        DatasetError: kagglehub is not installed, Kaggle cannot be reached, or refuses the account.
    """
    if not can_ask_kaggle():
        raise DatasetError(
            "Downloading FER2013 needs the package kagglehub. Install it with "
            "“pip install kagglehub”, or download fer2013.csv from Kaggle with a browser."
        )
    if account.key and not _KEY.fullmatch(account.key):
        raise DatasetError("This is not a Kaggle key. Copy it from Kaggle: Settings, API, Create new token.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".kaggle-") as scratch:
        words = _run_child(Path(scratch), account, progress)
        found = next((path for path in Path(scratch).rglob(KAGGLE_FILE) if path.is_file()), None)
        if found is None:
            raise DatasetError(f"FER2013 could not be downloaded from Kaggle: {_explained(words)}")
        return found.replace(folder / KAGGLE_FILE)


def _run_child(scratch: Path, account: KaggleAccount, progress: Progress | None) -> str:
    """Let kagglehub download into a folder; returns what it printed."""
    log = scratch / "log.txt"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, KAGGLE_DATASET, KAGGLE_FILE, str(scratch.resolve() / "files")],
            env=_environment(scratch, account),
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            end = time.monotonic() + _LONGEST
            while child.poll() is None and time.monotonic() < end:
                time.sleep(_POLL)
                if progress:
                    progress(min(1.0, _size(scratch) / _FACES_BYTES))
        finally:
            child.kill()
            child.wait()
    return log.read_text(encoding="utf-8", errors="replace")


_CHILD = """
import sys
import kagglehub
kagglehub.dataset_download(sys.argv[1], path=sys.argv[2], output_dir=sys.argv[3])
"""


def _environment(scratch: Path, account: KaggleAccount) -> dict[str, str]:
    """The child's environment; the user's account must not mix with one of this computer."""
    environment = dict(os.environ) | {"KAGGLEHUB_CACHE": str(scratch.resolve() / "cache")}
    if not account.key:
        return environment
    own = {name: value for name, value in environment.items() if not name.startswith("KAGGLE_") or "API_ENV" in name}
    own |= {"HOME": str(scratch), "USERPROFILE": str(scratch), "KAGGLE_CONFIG_DIR": str(scratch)}
    if account.username:
        return own | {"KAGGLE_USERNAME": account.username, "KAGGLE_KEY": account.key}
    return own | {"KAGGLE_API_TOKEN": account.key}


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*.csv*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue  # it was renamed meanwhile
    return total


def _explained(words: str) -> str:
    """Why Kaggle gave nothing, with a remedy, from what kagglehub printed."""
    if any(sign in words for sign in ("401", "403", "Unauthenticated", "credentials")):
        return "it rejected the account. Check the user name and the key (Kaggle: Settings, API)."
    if any(sign in words for sign in ("ConnectionError", "Max retries", "NameResolution", "Timeout")):
        return "it cannot be reached. Check the network, or download fer2013.csv with a browser and upload it."
    last = next((line for line in reversed(words.splitlines()) if line.strip()), "it gave no answer")
    return f"{last[:200]}. Download fer2013.csv with a browser and upload it."


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code}"
    return str(getattr(error, "reason", error)) or type(error).__name__
