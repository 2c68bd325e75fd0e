"""Faults of a disk, made on purpose: no space from the nth call on, and power that goes between two steps."""

import builtins
import errno
import io
import os
from dataclasses import dataclass
from pathlib import Path

OPERATIONS = {"write", "fsync", "rename", "unlink"}
"""What saving a state does to a disk."""


class FullDisk:
    """During the block, every write, flush to the disk and rename after the nth call fails for want of space.

    Attributes:
        calls: How many there were.
        struck: Whether one failed.
    """

    def __init__(self, after):
        self.after, self.calls, self.struck = after, 0, False

    def check(self):
        self.calls += 1
        if self.calls > self.after:
            self.struck = True
            raise OSError(errno.ENOSPC, "No space left on device")

    def __enter__(self):
        self._patched = [(os, "fsync"), (os, "rename"), (os, "replace")]
        self._kept = [getattr(place, name) for place, name in self._patched]
        for (place, name), call in zip(self._patched, self._kept, strict=True):
            setattr(place, name, self._failing(call))
        self._open = io.open
        io.open = builtins.open = self._opening
        return self

    def __exit__(self, *_):
        for (place, name), call in zip(self._patched, self._kept, strict=True):
            setattr(place, name, call)
        io.open = builtins.open = self._open

    def _failing(self, call):
        def checked(*arguments, **options):
            self.check()
            return call(*arguments, **options)

        return checked

    def _opening(self, file, mode="r", *arguments, **options):
        opened = self._open(file, mode, *arguments, **options)
        return _Writing(opened, self.check) if set(mode) & set("wax+") else opened


class _Writing:
    """A file whose writes may fail, after half of what was to be written, as on a real disk."""

    def __init__(self, file, check):
        self._file, self._check = file, check

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def write(self, content):
        try:
            self._check()
        except OSError:
            self._file.write(content[: len(content) // 2])
            raise
        return self._file.write(content)


@dataclass(frozen=True)
class Step:
    """One thing done to a folder: its kind, the file's name, what was written or the name it got."""

    kind: str
    name: str
    content: bytes | str = b""


class Recorder:
    """Notes, during the block, what is done to the files of a folder, in order."""

    def __init__(self, folder):
        self.folder, self.steps = Path(folder), []

    def __enter__(self):
        self._kept = os.fsync, os.rename, os.replace, os.unlink, io.open
        self._names = {}
        os.fsync = self._fsync
        os.rename = os.replace = self._rename
        os.unlink = self._unlink
        io.open = builtins.open = self._opening
        return self

    def __exit__(self, *_):
        os.fsync, os.rename, os.replace, os.unlink, io.open = self._kept
        builtins.open = self._kept[4]

    def _opening(self, file, mode="r", *arguments, **options):
        opened = self._kept[4](file, mode, *arguments, **options)
        if set(mode) & set("wax"):
            self._names[opened.fileno()] = Path(file).name
        return opened

    def _fsync(self, number):
        self._kept[0](number)
        name = self._names[number]
        self.steps += [Step("write", name, (self.folder / name).read_bytes()), Step("fsync", name)]

    def _rename(self, source, target):
        self._kept[2](source, target)
        self.steps.append(Step("rename", Path(source).name, Path(target).name))

    def _unlink(self, path, **options):
        self._kept[3](path, **options)
        self.steps.append(Step("unlink", Path(path).name))


def replay(steps, folder, lost):
    """Does the steps to another folder; then what was written but never flushed is lost: ``nothing``, half or all."""
    flushed = {step.name for step in steps if step.kind == "fsync"}
    for step in steps:
        path = folder / step.name
        if step.kind == "write":
            content = step.content
            if step.name not in flushed and lost != "nothing":
                content = content[: len(content) // 2] if lost == "half" else b""
            path.write_bytes(content)
        elif step.kind == "rename":
            path.replace(folder / step.content)
        elif step.kind == "unlink":
            path.unlink(missing_ok=True)
