"""What a run is made from and made on, beside its settings: enough to repeat and to judge it."""

import os
import platform
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from fer_core.storage.files import PROJECT
from fer_core.storage.records import read_record, write_record

_LIBRARIES = ("tensorflow", "keras", "numpy", "scikit-learn", "ai-edge-litert")
_PROBE_FILE = "precision.json"


@dataclass(frozen=True)
class Probe:
    """Which number format a run calculates in, and what was measured to choose it.

    Attributes:
        precision: ``float32`` or ``mixed_bfloat16``.
        float32_ms: Time of one convolution with its gradients, as in bfloat16; 0 when nothing was measured.
    """

    precision: str
    float32_ms: float = 0.0
    bfloat16_ms: float = 0.0


@dataclass(frozen=True)
class Provenance:
    """Where a checkpoint comes from; a card holds it as JSON types.

    Attributes:
        run: The run's own ``id``.
        strategy: How the arithmetic was shared out, and to how many devices.
        unlabelled: Rows of each split that the label rule leaves out.
        used: Training faces that were used, after the label rule and the share.
        taken_over: SHA-256 of each checkpoint's network that the run began with or was taught by, by name.
        git: State of the program: a commit, ``-changed`` behind it when files differ from it, or "".
    """

    run: str
    seed: int
    probe: Probe
    strategy: str = "one device"
    unlabelled: dict[str, int] = field(default_factory=dict)
    used: int = 0
    taken_over: dict[str, str] = field(default_factory=dict)
    git: str = ""


def write_probe(folder: Path, probe: Probe) -> None:
    """Keep a run's number format, so that it goes on with the same one when it is resumed."""
    write_record(folder / _PROBE_FILE, probe)


def read_probe(folder: Path) -> Probe | None:
    """The number format a run has begun with, or None before it has."""
    try:
        return read_record(folder / _PROBE_FILE, Probe)
    except (OSError, ValueError):
        return None


def git_state() -> str:
    """The program's commit, with ``-changed`` when tracked files differ from it; "" where there is no repository."""
    commit = _git("rev-parse", "HEAD")
    changed = commit and _git("status", "--porcelain", "--untracked-files=no")
    return f"{commit}-changed" if changed else commit


def _git(*words: str) -> str:
    try:
        answer = subprocess.run(
            ["git", "-C", str(PROJECT), *words], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()


def library_versions() -> dict[str, str]:
    """Versions of Python and of what a result can depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES}


def hardware() -> str:
    """The processor's name where the system tells it, else its family, and its cores."""
    return f"{_processor()}, {os.cpu_count()} cores"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
