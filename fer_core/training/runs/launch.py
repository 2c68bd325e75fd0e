"""Child processes of this program that outlive whoever started them."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil

from fer_core.storage.files import PROJECT, home


def launch_command(words: list[str], log: int) -> "subprocess.Popen[bytes]":
    """Starts a command of this program that lives on when the caller ends.

    Args:
        words: The command and its options.
        log: File descriptor of what it writes to.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "fer_core", *words],
        cwd=PROJECT,
        env=os.environ | {"FER_HOME": str(home())},  # a relative one means another folder to the child
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    # Somebody has to wait for the child, or it stays in the process table as a zombie when it ends.
    threading.Thread(target=child.wait, name=" ".join(words), daemon=True).start()
    return child


def end_process(pid: int, created: float, *, patience: float = 10.0) -> None:
    """Ends a recorded process that no longer listens: it is asked to end, and killed when it does not.

    Args:
        pid: Its number.
        created: When it began, to tell it from a later one of the same number.
        patience: Seconds between the two.
    """
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
    """When a process began, in seconds on a scale that stays where it is when somebody sets the clock.

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
