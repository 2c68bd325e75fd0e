"""A folder is there whole or not at all, for one writer at a time, even when writers are killed."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fer_core.errors import FerError
from fer_core.storage.folders import new_folder, only_writer, read_settled, remove_folder, sweep

PROJECT = Path(__file__).parents[2]


def seen(folder):
    """What is in a folder beside the locks, which stay."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_a_new_folder_appears_when_the_block_ends(tmp_path):
    target = tmp_path / "deep" / "folder"
    with new_folder(target) as folder:
        (folder / "a").write_text("1")
        assert not target.exists()
    assert (target / "a").read_text() == "1"
    assert seen(target.parent) == ["folder"]


def test_a_new_folder_replaces_the_old_one_completely(tmp_path):
    target = tmp_path / "folder"
    for name in ("a", "b"):
        with new_folder(target) as folder:
            (folder / name).write_text(name)
    assert [p.name for p in target.iterdir()] == ["b"]
    assert seen(tmp_path) == ["folder"]


def replace_and_raise(target, error):
    with new_folder(target) as folder:
        (folder / "a").write_text("new")
        raise error


@pytest.mark.parametrize("error", [OSError, ValueError, KeyboardInterrupt])
def test_a_failing_block_leaves_the_old_folder_and_nothing_else(tmp_path, error):
    target = tmp_path / "folder"
    with new_folder(target) as folder:
        (folder / "a").write_text("old")
    with pytest.raises(error):
        replace_and_raise(target, error)
    assert (target / "a").read_text() == "old"
    assert seen(tmp_path) == ["folder"]


@pytest.mark.parametrize("failing", [1, 2])
def test_a_failing_exchange_leaves_the_old_folder_and_nothing_else(tmp_path, monkeypatch, failing):
    target = tmp_path / "folder"
    with new_folder(target) as folder:
        (folder / "a").write_text("old")
    calls = []
    rename = Path.rename

    def sometimes(self, to):
        calls.append(to)
        if len(calls) == failing:
            raise OSError(28, "No space left on device")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", sometimes)
    with pytest.raises(OSError, match="No space"), new_folder(target) as folder:
        (folder / "a").write_text("new")
    monkeypatch.undo()
    assert len(calls) >= failing
    assert (target / "a").read_text() == "old"
    assert seen(tmp_path) == ["folder"]


def in_another_process(code):
    """Run code that ends by itself with SIGKILL, as a process that is killed at that line."""
    lines = "import os, signal\nfrom pathlib import Path\nfrom fer_core.storage.folders import *\n"
    died = subprocess.run([sys.executable, "-c", lines + code], cwd=PROJECT, timeout=60, check=False)
    assert died.returncode < 0


DIE = "os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize("settle", ["write", "read", "sweep"])
@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("instant", ["writing", "between the renames", "removing"])
def test_what_a_killed_process_left_is_swept_and_nothing_is_lost(tmp_path, settle, there, instant):
    target = tmp_path / "folder"
    if there:
        with new_folder(target) as folder:
            (folder / "a").write_text("old")
    if instant == "between the renames" and there:  # killed there: the old one is set aside, the new one not in place
        in_another_process(
            f"rename = Path.rename\nPath.rename = lambda p, to: {DIE} if p.name == '.folder.new' else rename(p, to)\n"
            f"with new_folder(Path({str(target)!r})) as f: (f / 'a').write_text('new')"
        )
        assert not target.exists()
    elif instant == "removing" and there:
        in_another_process(
            f"import shutil\nrmtree = shutil.rmtree\n"
            f"shutil.rmtree = lambda p, **k: {DIE} if p.exists() else rmtree(p, **k)\n"
            f"remove_folder(Path({str(target)!r}))"
        )
        assert (tmp_path / ".folder.deleted").exists()
    else:
        in_another_process(f"with new_folder(Path({str(target)!r})) as f: (f / 'a').write_text('new'); {DIE}")
        assert (tmp_path / ".folder.new" / "a").exists()
    kept = there and instant != "removing"
    if settle == "write":
        with new_folder(tmp_path / "folder") as folder:
            assert (target / "a").exists() == kept
            (folder / "a").write_text("old")
        kept = True
    elif settle == "read":
        assert read_settled(target, lambda: (target / "a").exists() or None) == (True if kept else None)
        sweep(tmp_path)
    else:
        sweep(tmp_path)
    assert seen(tmp_path) == (["folder"] if kept else [])
    if kept:
        assert (target / "a").read_text() == "old"


def test_what_somebody_writes_at_this_moment_is_not_swept(tmp_path):
    def sweep_elsewhere():
        sweep(tmp_path)

    with new_folder(tmp_path / "folder") as folder:
        (folder / "a").write_text("1")
        thread = threading.Thread(target=sweep_elsewhere)
        thread.start()
        thread.join()
    assert (tmp_path / "folder" / "a").read_text() == "1"


def test_old_scratch_folders_go_after_a_day_and_others_stay(tmp_path):
    for name, age in ((".mine-x1y2", 25), (".upload-abc", 23), (".exclusions", 99)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age * 3600,) * 2)
    sweep(tmp_path)
    assert seen(tmp_path) == [".exclusions", ".upload-abc"]


def test_one_writer_at_a_time_and_the_other_is_told(tmp_path):
    said = []

    def second():
        try:
            with only_writer(tmp_path / "folder", FerError("it is taken")):
                said.append("mine")
        except FerError as error:
            said.append(str(error))

    with only_writer(tmp_path / "folder"), only_writer(tmp_path / "folder", FerError("by myself?")):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    second()
    assert said == ["it is taken", "mine"]


def test_a_folder_that_is_not_there_is_no_reason_to_wait(tmp_path):
    looks = []
    assert read_settled(tmp_path / "nothing", lambda: looks.append(1)) is None
    assert looks == [1]
    assert seen(tmp_path) == []


def test_a_folder_is_never_missing_or_mixed_for_who_reads_while_it_is_replaced(tmp_path):
    target, ended, found = tmp_path / "folder", threading.Event(), []

    def write(number):
        with new_folder(target) as folder:
            (folder / "a").write_text(str(number))

    def read():
        try:
            return (target / "a").read_text()
        except FileNotFoundError:
            return None

    def reader():
        while not ended.is_set():
            found.append(read_settled(target, read))

    write(0)
    thread = threading.Thread(target=reader)
    thread.start()
    for number in range(1, 100):
        write(number)
    ended.set()
    thread.join()
    assert len(found) > 10
    assert None not in found


def test_a_removed_folder_is_gone(tmp_path):
    with new_folder(tmp_path / "folder") as folder:
        (folder / "a").write_text("1")
    remove_folder(tmp_path / "folder")
    assert seen(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        remove_folder(tmp_path / "folder")
