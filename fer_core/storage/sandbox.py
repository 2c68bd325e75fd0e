"""A child process with nothing of ours: no secrets, no network where the system allows it, a folder of its own."""

import contextlib
import functools
import logging
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TypeAlias

import psutil
from filelock import FileLock

from fer_core.errors import CheckpointError, FerError
from fer_core.storage.files import PROJECT, cache_folder

GIB = 1 << 30
LOOK_EVERY = 0.25
"""Seconds between two checks of a limited process by its parent."""

_Stream: TypeAlias = int | IO[bytes]
_LOG = logging.getLogger(__name__)
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")  # Windows starts nothing without its root


def run_limited(
    module: str,
    folder: Path,
    *,
    timeout: float,
    error: type[FerError] = CheckpointError,
    while_waiting: Callable[[], object] = lambda: None,
) -> None:
    """Run a module on a folder, as :func:`start_limited`, and wait, with a call four times a second.

    After the timeout, in seconds, all is killed.

    Raises:
        FerError: Of the given kind: it took too long, in all or by a limit of its processor's time.
    """
    with (folder / "log.txt").open("wb") as log:
        child = start_limited(module, folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait(child, time.monotonic() + timeout, while_waiting)
        except subprocess.TimeoutExpired as expired:
            raise error(
                f"Opening the file took more than {timeout:.0f} seconds and was stopped. Import a smaller one."
            ) from expired
        finally:
            end_limited(child)
    if hasattr(signal, "SIGXCPU") and child.returncode == -signal.SIGXCPU:
        raise error("Reading the file took too long and was stopped. Save or export it again.")


def _wait(child: "subprocess.Popen[bytes]", end: float, while_waiting: Callable[[], object]) -> None:
    while (left := end - time.monotonic()) > LOOK_EVERY:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(LOOK_EVERY)
            return
        while_waiting()
    child.wait(max(left, 0))


def start_limited(
    module: str, folder: Path, *, stdin: "_Stream", stdout: "_Stream", stderr: "_Stream"
) -> "subprocess.Popen[bytes]":
    """Starts a module of this project with nothing of ours; it has to call :func:`limit_resources` itself.

    The folder is its only argument, its home and its place for scratch files.
    """
    return subprocess.Popen(
        [*_without_network(), sys.executable, "-P", "-m", module, str(folder)],  # -P: no modules from its folder
        cwd=folder,
        env=_environment(folder),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def limit_resources(memory: int, *, seconds: int | None = None, file_size: int = GIB, strict: bool = True) -> None:
    """Limit what this process may use, where the system can: memory, time, the size of files and their number.

    Args:
        memory: Bytes of address space.
        seconds: Of processor time; by default any.
        file_size: Bytes of each file it writes.
        strict: Whether a limit that the system refuses ends the process; the others are set all the same.
    """
    os.umask(0o077)
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 (not on Windows)

    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: file_size,
        resource.RLIMIT_NOFILE: 512,
        resource.RLIMIT_CORE: 0,
    } | ({} if seconds is None else {resource.RLIMIT_CPU: seconds})
    for kind, wanted in limits.items():
        _, hard = resource.getrlimit(kind)
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.nullcontext() if strict else contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (value, value))


@contextlib.contextmanager
def heavy_child_folder(prefix: str) -> Iterator[Path]:
    """Give a folder for one limited child that may need gigabytes, once no other such child runs; it goes afterwards.

    Raises:
        OSError: There is no room for it.
    """
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder,
        FileLock(cache_folder() / ".import.lock"),
    ):
        yield Path(folder)


@contextlib.contextmanager
def processor_seconds(seconds: int) -> Iterator[None]:
    """Let the system end this process if the block needs more processor time than this, where the system can."""
    if sys.platform == "win32":
        yield
        return
    import resource  # noqa: PLC0415 (not on Windows)

    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + seconds, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    homes = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "FER_HOME", "KERAS_HOME"), str(folder))
    return (
        kept
        | homes
        | {
            "PYTHONPATH": str(PROJECT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "CUDA_VISIBLE_DEVICES": "-1",
            "TF_CPP_MIN_LOG_LEVEL": "2",
        }
    )


def _without_network() -> list[str]:
    """What starts a program in a network namespace of its own, which has no way out."""
    prefix = network_namespace()
    if not prefix:
        _LOG.warning("An imported network is opened without a network namespace: this system denies this user one.")
    return list(prefix)


@functools.cache
def network_namespace() -> tuple[str, ...]:
    """The words that start a program in a network namespace of its own; none where the system has none."""
    program = shutil.which("unshare")
    for flags in ("-n", "-rn"):
        prefix = (program or "", flags)
        if program and subprocess.run([*prefix, "true"], capture_output=True, check=False, timeout=10).returncode == 0:
            return prefix
    return ()


def end_limited(child: "subprocess.Popen[bytes]") -> None:
    """Ends what may be left of a child and of what it started."""
    left = []
    with contextlib.suppress(psutil.NoSuchProcess):
        left = psutil.Process(child.pid).children(recursive=True)
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    elif child.poll() is None:
        child.kill()
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    child.wait()
