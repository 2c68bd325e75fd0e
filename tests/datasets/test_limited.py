"""Files from anywhere are read by a process of their own, which cannot hurt this one."""

import gzip
import io
import os
import struct
import sys
import time
import tracemalloc
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from fer_core.datasets.cards import ARRAYS
from fer_core.datasets.crops import largest_face
from fer_core.datasets.limited import pictures_read_apart, pictures_scanned_apart, records_read_apart
from fer_core.datasets.pictures import read_pictures, scan_pictures
from fer_core.datasets.readers import read_records
from fer_core.datasets.splits import SplitRule
from fer_core.datasets.store import import_pictures, list_datasets, load_records, picture_names
from fer_core.errors import DatasetError
from fer_core.faces.detection import PhotoDetector
from fer_core.faces.images import read_image
from fer_core.recognition.samples import sample_pictures


@pytest.fixture
def left(home):
    """What limited processes have left behind."""
    return lambda: [path.name for path in (home / "data").iterdir() if path.suffix != ".lock"]


@pytest.mark.child
def test_it_reads_what_this_process_reads_and_leaves_nothing(demo_files, left):
    images, votes = demo_files
    here = read_records(images, votes)
    with records_read_apart(images, votes, None) as apart:
        assert apart.fingerprint == here.fingerprint
        for array in ARRAYS:
            np.testing.assert_array_equal(getattr(apart, array), getattr(here, array))
    assert left() == []


@pytest.mark.child
def test_a_refusal_comes_back_word_for_word(tmp_path, left):
    path = tmp_path / "bad.csv"
    path.write_text("emotion,pixels,Usage\n0,1 2 3,Training\n")
    with pytest.raises(DatasetError) as here:
        read_records(path)
    with pytest.raises(DatasetError) as apart, records_read_apart(path, None, None):
        pass
    assert str(apart.value) == str(here.value)
    assert left() == []


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


def png(image):
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG", compress_level=1)
    return content.getvalue()


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def faces(tmp_path):
    """A zip of twelve small pictures in three splits, one of which is unclear, and a broken one."""
    rng = np.random.default_rng(0)
    names = [f"{split}/{name}/{i}.png" for split in ("train", "test", "eval") for name in ("sad", "7") for i in "12"]
    members = {name: png(rng.integers(0, 256, (50, 60, 3)).astype(np.uint8)) for name in names}
    return zipped(tmp_path / "faces.zip", members | {"train/sad/broken.png": b"no picture", "notes.txt": b""})


@pytest.mark.child
@pytest.mark.parametrize("as_upload", [False, True])
def test_pictures_are_read_as_in_this_process(faces, left, as_upload):
    source = io.BytesIO(faces.read_bytes()) if as_upload else faces
    here, apart = scan_pictures(faces, "faces"), pictures_scanned_apart(source, "faces")
    assert (apart.groups, apart.skipped, apart.source) == (here.groups, here.skipped, source)
    mapping = {"sad": "sadness", "7": "anger"}
    with pytest.raises(DatasetError) as unclear_here:
        read_pictures(here, mapping)
    with pytest.raises(DatasetError) as unclear, pictures_read_apart(apart, mapping, SplitRule(), None):
        pass
    assert str(unclear.value) == str(unclear_here.value)
    assert "--split eval=test" in str(unclear.value)
    here, apart = (plan.with_splits({"eval": "validation"}) for plan in (here, apart))
    expected = read_pictures(here, mapping)
    with pictures_read_apart(apart, mapping, SplitRule(), None) as found:
        for fact in ("names", "skipped", "damaged", "sha256"):
            assert getattr(found, fact) == getattr(expected, fact)
        assert found.damaged == ("train/sad/broken.png",)
        assert found.records.fingerprint == expected.records.fingerprint
        np.testing.assert_array_equal(found.records.images, expected.records.images)
    assert left() == []


@pytest.mark.child
def test_faces_are_found_there_as_here(tmp_path, left):
    astronaut = read_image(sample_pictures()["Astronaut"])
    folder = tmp_path / "photos" / "happy"
    folder.mkdir(parents=True)
    (folder / "astronaut.png").write_bytes(png(astronaut))
    (folder / "nobody.png").write_bytes(png(np.full((100, 100, 3), 128, np.uint8)))
    plan = pictures_scanned_apart(folder.parent, "photos")
    card = import_pictures(plan, plan.suggested, name="mine", find_faces=True, apart=True)
    assert (sum(card.sizes.values()), card.skipped) == (1, {"without a face": 1})
    np.testing.assert_array_equal(load_records("mine").images[0], largest_face(astronaut, PhotoDetector()))
    assert left() == ["mine"]


@contextmanager
def little_memory():
    """Python and NumPy hold at most 8 MB more in this process during the block."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.child
def test_huge_pictures_do_not_fill_this_process(tmp_path, home):
    huge = png(np.zeros((7000, 7000), np.uint8))
    path = zipped(tmp_path / "huge.zip", {f"sad/{i}.png": huge for i in range(2)})
    with little_memory():
        plan = pictures_scanned_apart(path, "huge.zip")
        card = import_pictures(plan, plan.suggested, name="huge", apart=True)
    assert sum(card.sizes.values()) == 2


@pytest.mark.child
def test_an_endless_list_of_files_does_not_fill_this_process(tmp_path, left):
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, *[0] * 7, 1, *[0] * 6) + b"x"
    directory = entry * 210_000
    path = tmp_path / "endless.zip"
    path.write_bytes(directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, len(directory), 0, 0))
    with little_memory(), pytest.raises(DatasetError, match="more than 200,000 files"):
        pictures_scanned_apart(path, "endless.zip")
    assert left() == []


def readers():
    """The processes that read files apart: a test run has other children too, such as a browser."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found += [child] if "fer_core.datasets.limited" in child.cmdline() else []
    return found


def end_the_reader(share):
    for reader in readers():
        reader.kill()


def cancel(share):
    raise KeyboardInterrupt


@pytest.mark.child
@pytest.mark.parametrize(
    ("progress", "error", "words"),
    [(end_the_reader, DatasetError, "ended, because"), (cancel, KeyboardInterrupt, "^$")],
)
def test_what_ends_early_leaves_nothing(faces, left, progress, error, words):
    plan = scan_pictures(faces, "faces").with_splits({"eval": "test"})
    with pytest.raises(error, match=words):
        import_pictures(plan, plan.suggested, name="mine", progress=progress, apart=True)
    assert left() == []
    assert readers() == []


@pytest.mark.child
def test_where_nothing_can_be_written_that_is_said(faces, home):
    (home / "data").write_text("no folder")
    with pytest.raises(DatasetError, match=r"There is no space to read faces in .* Allow writing in"):
        pictures_scanned_apart(faces, "faces")


@pytest.mark.child
@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow only names in Unicode")
def test_names_in_no_known_encoding_are_kept(tmp_path, left):
    folder = tmp_path / "faces" / "sad"
    folder.mkdir(parents=True)
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.png")).write_bytes(png(np.eye(48, dtype=np.uint8)))
    plan = pictures_scanned_apart(folder.parent, "faces")
    import_pictures(plan, plan.suggested, name="mine", apart=True)
    assert picture_names("mine") == ("sad/\udcff.png",)
