"""Zips from anywhere are read member by member, under caps, and nothing is ever written by their names."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.datasets.archive import Limits, open_archive
from fer_core.errors import DatasetError


def zipped(members, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


def opened(content, **limits):
    return open_archive(io.BytesIO(content), "faces.zip", Limits(**limits))


def read_all(content, **limits):
    with opened(content, **limits) as archive:
        return {name: archive.read(i) for i, name in enumerate(archive.names)}, dict(archive.skipped)


@pytest.mark.parametrize(
    "name", ["../../out.png", "/etc/out.png", "C:\\out.png", "..\\out.png", "a/" + "x" * 300 + ".png"]
)
def test_names_are_text_and_nothing_is_written(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    found, _ = read_all(zipped([(name, b"face")]))
    assert list(found.values()) == [b"face"]
    assert list(tmp_path.rglob("*")) == []


def test_what_is_no_data_is_skipped_and_counted():
    members = [
        ("a/1.png", b"1"),
        ("__MACOSX/a/._1.png", b"x"),
        (".DS_Store", b"x"),
        ("inner.zip", b"x"),
        ("a/", b""),
    ]
    found, skipped = read_all(zipped(members))
    assert list(found) == ["a/1.png"]
    assert skipped == {"hidden or system file": 2, "a nested archive": 1}


def test_protected_members_are_skipped():
    content = bytearray(zipped([("a/1.png", b"1")]))
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    assert read_all(bytes(content)) == ({}, {"protected by a password": 1})


def test_a_member_that_unpacks_to_far_more_is_refused_and_the_others_are_read():
    content = zipped([("a/bomb.png", bytes(40 << 20)), ("a/1.png", b"face")])
    assert len(content) < 100_000
    with opened(content) as archive:
        with pytest.raises(ValueError, match="too large"):
            archive.read(0)
        assert archive.read(1) == b"face"


def test_the_whole_is_capped_while_it_is_read():
    content = zipped([(f"a/{i}.png", bytes(range(256)) * 4000) for i in range(5)])
    with opened(content, total_bytes=3 << 20, ratio=1e9) as archive:
        for position in range(3):
            assert len(archive.read(position)) == 1_024_000
        with pytest.raises(DatasetError, match="unpacks to"):
            archive.read(3)


def test_too_many_members_are_refused():
    content = zipped([(f"{i}", b"") for i in range(11)])
    with pytest.raises(DatasetError, match="more than 10 files"), opened(content, members=10):
        pass


def test_a_directory_that_would_fill_the_memory_is_refused_before_it_is_read():
    content = bytearray(zipped([("a", b"1")]))
    struct.pack_into("<L", content, content.rindex(b"PK\5\6") + 12, 1 << 30)
    with pytest.raises(DatasetError, match="too many files"), opened(bytes(content)):
        pass


def test_a_lying_size_makes_one_member_unreadable():
    content = bytearray(zipped([("a/1.png", b"x" * 1000), ("a/2.png", b"y")], zipfile.ZIP_STORED))
    at = content.index(b"PK\1\2")
    struct.pack_into("<L", content, at + 24, 10)  # what the directory says it unpacks to
    with opened(bytes(content)) as archive:
        with pytest.raises(ValueError, match="damaged"):
            archive.read(0)
        assert archive.read(1) == b"y"


def test_overlapping_members_are_refused():
    content = bytearray(zipped([("a", b"x" * 500), ("b", b"y" * 500)], zipfile.ZIP_STORED))
    second = content.rindex(b"PK\1\2")
    struct.pack_into("<L", content, second + 42, 40)  # begins inside of the first
    with pytest.raises(DatasetError, match="overlap"), opened(bytes(content)):
        pass


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\3\4" + bytes(100)])
def test_what_is_no_zip_is_a_sentence(content):
    with pytest.raises(DatasetError, match=r"faces\.zip is damaged or not a zip file"), opened(content):
        pass


@given(st.data())
def test_mutated_zips_give_members_or_one_known_error(data):
    content = bytearray(zipped([("a/1.png", b"face" * 50), ("b/2.png", bytes(range(200)))]))
    for position in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[position] = data.draw(st.integers(0, 255))
    try:
        with opened(bytes(content)) as archive:
            for position in range(len(archive.names)):
                try:
                    assert len(archive.read(position)) <= 64 << 20
                except ValueError:
                    continue
    except DatasetError:
        pass
