"""Files from anywhere are read by a process of their own, which cannot hurt this one."""

import gzip
import tempfile
import time

import numpy as np
import pytest

from fer_core.datasets.cards import ARRAYS
from fer_core.datasets.limited import records_read_apart
from fer_core.datasets.readers import read_records
from fer_core.datasets.store import list_datasets
from fer_core.errors import DatasetError


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Where scratch folders are made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.child
def test_it_reads_what_this_process_reads_and_leaves_nothing(demo_files, scratch):
    images, votes = demo_files
    here = read_records(images, votes)
    with records_read_apart(images, votes, None) as apart:
        assert apart.fingerprint == here.fingerprint
        for array in ARRAYS:
            np.testing.assert_array_equal(getattr(apart, array), getattr(here, array))
    assert list(scratch.iterdir()) == []


@pytest.mark.child
def test_a_refusal_comes_back_word_for_word(tmp_path, scratch):
    path = tmp_path / "bad.csv"
    path.write_text("emotion,pixels,Usage\n0,1 2 3,Training\n")
    with pytest.raises(DatasetError) as here:
        read_records(path)
    with pytest.raises(DatasetError) as apart, records_read_apart(path, None, None):
        pass
    assert str(apart.value) == str(here.value)
    assert list(scratch.iterdir()) == []


def bomb(path, rows):
    """A table of equal black faces, packed a thousand to one."""
    row = b"3," + b"0 " * 2303 + b"0,Training\n"
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(b"emotion,pixels,Usage\n" + row * rows)
    return path


def test_a_table_that_is_packed_too_tightly_is_refused_at_once(tmp_path):
    path = bomb(tmp_path / "bomb.csv.gz", 6000)
    assert path.stat().st_size < 200_000
    start = time.process_time()
    with pytest.raises(DatasetError, match="more than 50 times its size"):
        read_records(path)
    assert time.process_time() - start < 3


def test_few_faces_may_be_packed_as_tightly_as_they_will(tmp_path):
    assert len(read_records(bomb(tmp_path / "small.csv.gz", 500)).images) == 500


@pytest.mark.child
def test_the_command_reads_apart(home, tmp_path, capsys):
    from fer_core.__main__ import main

    assert main(["import-data", "--images", str(bomb(tmp_path / "bomb.csv.gz", 6000)), "--name", "mine"]) == 1
    assert "more than 50 times its size" in capsys.readouterr().err
    assert main(["import-data", "--images", str(bomb(tmp_path / "few.csv.gz", 50)), "--name", "mine"]) == 0
    assert [card.name for card in list_datasets()] == ["mine"]
