"""How a server is: versions, processor, disk, memory and runs, in numbers and without anybody's names."""

import platform
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import psutil

from fer_core.checkpoints.checkpoint import list_checkpoints
from fer_core.service.deployment import Deployment
from fer_core.storage.files import cache_folder, data_folder, home, logs_folder, runs_folder
from fer_core.training.runs.provenance import hardware
from fer_core.training.runs.store import list_runs

PACKAGES = (
    "streamlit",
    "streamlit-webrtc",
    "aiortc",
    "av",
    "tensorflow",
    "keras",
    "ai-edge-litert",
    "opencv-python-headless",
    "pillow",
    "numpy",
    "pandas",
    "plotly",
)
"""What problems most often come from."""

_MEGABYTE = 2**20


@dataclass(frozen=True)
class FolderSize:
    """One of the app's folders: how many datasets, runs, checkpoints or files it holds, and what they take."""

    folder: str
    entries: int
    megabytes: float


def versions() -> dict[str, str]:
    """Versions of Python, the system and the packages; "missing" for one that is not installed."""
    found = {"python": platform.python_version(), "system": f"{platform.system()} {platform.release()}"}
    return found | {name: _version(name) for name in PACKAGES}


def machine() -> dict[str, str]:
    """The processor, what it can do that training gains from, and memory; all in words."""
    memory = psutil.virtual_memory()
    return {
        "processor": hardware(),
        "instructions": ", ".join(_instructions()) or "unknown",
        "memory": f"{memory.available / _MEGABYTE:,.0f} of {memory.total / _MEGABYTE:,.0f} MB free",
        "this server's memory": f"{psutil.Process().memory_info().rss / _MEGABYTE:,.0f} MB",
        "disk": f"{shutil.disk_usage(home()).free / _MEGABYTE:,.0f} MB free",
    }


def folders() -> tuple[FolderSize, ...]:
    """The folders of the home with their sizes; one that is not there yet is empty."""
    named = {
        "datasets (data)": data_folder(),
        "runs": runs_folder(),
        "cache": cache_folder(),
        "logs": logs_folder(),
    }
    own = [checkpoint.directory for checkpoint in list_checkpoints() if checkpoint.is_own]
    checkpoints = FolderSize("own checkpoints (models)", len(own), sum(map(megabytes_in, own)))
    return (*(FolderSize(name, _entries(path), megabytes_in(path)) for name, path in named.items()), checkpoints)


def runs_by_state() -> dict[str, int]:
    """How many runs are running, queued, finished and so on."""
    return dict(Counter(run.status.state for run in list_runs()))


def settings_in_words(deployment: Deployment) -> dict[str, str]:
    """The operator's settings in force; the key itself is not shown."""
    limits = deployment.limits
    return {
        "context": deployment.context,
        "own faces": "on" if deployment.admits_faces else "off",
        "contact": "set" if deployment.contact else "not set",
        "diagnostics for others": "with a key" if deployment.operator_key else "off",
        "webcams at a time": f"{limits.webcams:,}",
        "one upload": f"{limits.upload_mb:,} MB",
        "uploads of a session": f"{limits.session_mb:,} MB",
        "uploads of all sessions": f"{limits.server_mb:,} MB",
    }


def megabytes_in(folder: Path) -> float:
    """The size of all files below a folder; what vanishes meanwhile counts nothing."""
    return sum(map(_size, folder.rglob("*"))) / _MEGABYTE if folder.is_dir() else 0.0


def _size(path: Path) -> int:
    try:
        status = path.lstat()
    except OSError:
        return 0
    return status.st_size if path.is_file() else 0


def _entries(folder: Path) -> int:
    return sum(not path.name.startswith(".") for path in folder.iterdir()) if folder.is_dir() else 0


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _instructions() -> list[str]:
    """NumPy's list of the processor's vector instructions, and on Linux those for small numbers besides."""
    found = list(np.show_config(mode="dicts")["SIMD Extensions"].get("found", []))
    if sys.platform == "linux":
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
        found += sorted(flags & {"avx512_bf16", "avx512_vnni", "avx_vnni", "amx_bf16", "amx_int8"})
    return [str(name) for name in found]
