"""Child processes of this program that outlive whoever started them."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from fer_core.storage.files import PROJECT, home
from fer_core.training.settings.metrics import RunStatus, write_status


def launch_command(words: Sequence[str], log: Path) -> int:
    """Start a command of this program that lives on when the caller ends, and return its process number."""
    with log.open("ab") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", "fer_core", *words],
            cwd=PROJECT,
            env=os.environ | {"FER_HOME": str(home())},  # a relative one means another folder to the child
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    # Somebody has to wait for the child, or it stays in the process table as a zombie when it ends.
    threading.Thread(target=child.wait, name=" ".join(words), daemon=True).start()
    return child.pid


def launch_child(command: str, folder: Path, status: RunStatus) -> RunStatus:
    """Start the child (``train`` or ``search``) of a folder and record there, after its status, that it waits."""
    pid = launch_command([command, "--run", folder.name], folder / "log.txt")
    status = queued_status(pid, status.epochs, status.epoch)
    write_status(folder, status)
    return status


def queued_status(pid: int, epochs: int, epoch: int = 0) -> RunStatus:
    """Return the status of what joins the queue now."""
    created = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):  # over already: whoever looks next says that it was interrupted
        created = started(pid)
    return RunStatus("queued", epoch, epochs, message="Starting", pid=pid, pid_created=created, since=time.time())


def end_process(pid: int, created: float, *, patience: float = 10.0) -> None:
    """End a recorded process that no longer responds: terminate it, and kill it after ``patience`` seconds."""
    if not is_alive(pid, created):
        return
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        process = psutil.Process(pid)
        process.terminate()
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(patience)
            return
        process.kill()


def started(pid: int) -> float:
    """Return when a process began, in seconds on a scale that setting the clock does not move.

    On Linux that is the time since the system's start; elsewhere the system itself keeps the time of day it began at.

    Raises:
        psutil.NoSuchProcess: There is none of that number.
    """
    if not psutil.LINUX:
        return float(psutil.Process(pid).create_time())
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError as error:
        raise psutil.NoSuchProcess(pid) from error
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")  # field 22 of proc(5), counted from the state


def is_alive(pid: int, created: float) -> bool:
    """Whether a recorded process still runs: the same number and the same start, and not a zombie of ours."""
    try:
        same = abs(started(pid) - created) < 1.0
        return same and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
        return False  # gone, somebody else's, or no number of a process
