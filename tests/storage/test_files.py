"""What is written is there whole or not at all."""

import json
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.storage.files import is_folder_name, read_json, write_json, write_text
from fer_core.storage.records import as_record


def full(*_, **__):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_a_failing_step_leaves_the_old_text_and_nothing_else(tmp_path, monkeypatch, step):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    monkeypatch.setattr(*((os, step) if step == "fsync" else (Path, step)), full)
    with pytest.raises(OSError, match="No space"):
        write_text(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_text_is_replaced_and_folders_are_made(tmp_path):
    path = tmp_path / "a" / "b" / "c.txt"
    for text in ("one", "zwei ü ☺"):
        write_text(path, text)
        assert path.read_text(encoding="utf-8") == text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.text("abz.-_ /\\:09COMNULconé\0", max_size=62))
@settings(max_examples=3 * settings().max_examples)
def test_a_name_is_one_folder_on_every_system(name):
    if is_folder_name(name):
        assert PureWindowsPath(name).name == PurePosixPath(name).name == name
        assert name.isascii()
        assert name[0] not in ".-_"
        assert name[-1] != "."  # which Windows leaves out
        assert len(name) <= 60


@pytest.mark.parametrize("name", ["a", "fer-lab", "lab.2", "a" * 60, "console", "nul1", "x.con"])
def test_a_name_may_be(name):
    assert is_folder_name(name)


@pytest.mark.parametrize(
    "name", ["", "..", ".a", "-a", "a.", "a" * 61, "a/b", r"a\b", "con", "CON", "Nul.txt", "com1", "ü"]
)
def test_a_name_may_not_be(name):
    assert not is_folder_name(name)


@settings(max_examples=25)
@given(document=st.dictionaries(st.text(), json_values, max_size=4))
def test_json_comes_back(tmp_path, document):
    path = tmp_path / "document.json"
    write_json(path, document)
    assert read_json(path) == document


@pytest.mark.parametrize("text", ["", "[]", "5", "{", "null", "[" * 100_000])
def test_what_is_no_json_object_is_a_value_error(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011 - json's own text differs
        read_json(path)


@dataclass(frozen=True)
class Record:
    name: str
    share: float
    state: Literal["good", "bad"]
    counts: dict[str, int]
    classes: tuple[str, ...] = ()
    n: int = 0


GOOD = {"name": "x", "share": 0.5, "state": "good", "counts": {"a": 1}}


def test_a_record_is_built_from_json_types():
    assert as_record(Record, json.loads(json.dumps(GOOD))) == Record("x", 0.5, "good", {"a": 1})
    assert as_record(Record, GOOD | {"share": 1, "classes": ["a", "b"]}).classes == ("a", "b")


@pytest.mark.parametrize(
    "change",
    [
        {"name": 5},
        {"name": None},
        {"share": "0.5"},
        {"share": True},
        {"state": "ugly"},
        {"state": ["good"]},
        {"counts": []},
        {"counts": {"a": "1"}},
        {"classes": (1,)},
        {"n": 1.5},
        {"n": True},
        {"more": 1},
    ],
)
def test_a_field_of_another_type_is_a_value_error(change):
    with pytest.raises(ValueError, match=r"Expected|Invalid|Unknown field"):
        as_record(Record, GOOD | change)


@pytest.mark.parametrize("document", [5, None, [], "x", {}, {"name": "x"}])
def test_what_is_no_record_is_a_value_error(document):
    with pytest.raises(ValueError, match=r"Expected|missing"):
        as_record(Record, document)
