"""Datasets are imported once, mapped ever after, and never half there."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from fer_core.datasets import store
from fer_core.datasets.store import (
    check_name,
    dataset_card,
    delete_dataset,
    ensure_demo,
    import_dataset,
    list_datasets,
    load_records,
)
from fer_core.errors import DatasetError
from tests.datasets.formats import images_text, random_data

PROJECT = Path(__file__).parents[2]
ARRAYS = ("images", "emotion", "split", "votes")


@pytest.fixture(autouse=True)
def _in_this_home(home):
    pass


def everything(folder):
    """All files but the locks, which stay."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder): path.read_bytes() for path in files}


def flip(path, position=-1):
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(0, 0))


def test_an_import_is_loaded_back(files, data):
    card = import_dataset(*files)
    records = load_records("ferplus")
    np.testing.assert_array_equal(records.images, data.images)
    np.testing.assert_array_equal(records.votes, data.votes)
    assert records.fingerprint == card.fingerprint
    assert (card.name, card.images_file, card.votes_file) == ("ferplus", "fer2013.csv", "fer2013new.csv")
    assert card.sizes == {"train": 2, "validation": 2, "test": 2}


def test_without_votes_it_has_another_name(files):
    assert import_dataset(files[0]).name == "fer2013"
    assert not load_records("fer2013").has_votes


def test_a_repeated_import_is_recognized_without_parsing(files):
    parsed = []
    first = import_dataset(*files, progress=parsed.append)
    assert parsed
    parsed.clear()
    assert import_dataset(*files, progress=parsed.append) == first
    assert parsed == []


def test_other_content_of_the_same_name_is_parsed(files):
    first = import_dataset(*files)
    other = random_data(seed=1)
    files[0].write_text(images_text(other.images, other.emotion, other.split))
    assert import_dataset(*files).fingerprint != first.fingerprint
    np.testing.assert_array_equal(load_records("ferplus").images, other.images)


def test_the_same_rows_under_another_compression_have_the_same_fingerprint(files, write):
    plain = import_dataset(*files, name="plain")
    packed = import_dataset(write("fer2013.csv.gz", gzip.compress(files[0].read_bytes())), files[1], name="packed")
    assert packed.fingerprint == plain.fingerprint
    assert packed.images_sha256 != plain.images_sha256


def test_loading_maps_the_arrays(files):
    import_dataset(*files)
    images = load_records("ferplus").images
    assert isinstance(images, np.memmap)
    assert not images.flags.writeable


@pytest.mark.parametrize("array", ARRAYS)
@pytest.mark.parametrize(
    "harm", [flip, Path.unlink, lambda p: p.write_bytes(p.read_bytes()[:-3]), lambda p: flip(p, 9)]
)
def test_a_damaged_array_is_rebuilt_from_its_sources(files, data, array, harm):
    card = import_dataset(*files)
    harm(store.data_folder() / "ferplus" / f"{array}.npy")
    np.testing.assert_array_equal(getattr(load_records("ferplus"), array), getattr(data, array))
    assert dataset_card("ferplus").fingerprint == card.fingerprint


@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_array_without_its_sources_is_refused(files, which):
    import_dataset(*files)
    files[which].unlink()
    flip(store.data_folder() / "ferplus" / "images.npy")
    with pytest.raises(DatasetError, match=r"The stored copy of “ferplus” is damaged\. Import fer2013\.csv again\."):
        load_records("ferplus")


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b", "nowhere.csv"])
def test_a_damaged_array_is_not_rebuilt_from_what_no_file_can_be_called(files, path):
    name = import_dataset(*files).name
    folder = store.data_folder() / name
    (folder / "images.npy").write_bytes(b"")
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | {"images_path": path}))
    with pytest.raises(DatasetError, match="is damaged"):
        load_records(name)


def test_a_damaged_array_is_not_rebuilt_from_other_sources(files):
    import_dataset(*files)
    files[0].write_bytes(files[0].read_bytes() + b"\n")
    flip(store.data_folder() / "ferplus" / "images.npy")
    with pytest.raises(DatasetError, match="is damaged"):
        load_records("ferplus")


def test_importing_again_mends_a_dataset_whose_first_sources_are_gone(files, tmp_path, data):
    import_dataset(*files)
    moved = [shutil.move(path, tmp_path / f"moved-{path.name}") for path in files]
    flip(store.data_folder() / "ferplus" / "images.npy")
    import_dataset(*map(Path, moved))
    np.testing.assert_array_equal(load_records("ferplus").images, data.images)


def test_a_copied_folder_is_intact_and_goes_by_its_own_name(files):
    import_dataset(*files)
    folder = store.data_folder()
    shutil.copytree(folder / "ferplus", folder / "copy", copy_function=shutil.copyfile)
    shutil.rmtree(folder / "ferplus")
    assert [card.name for card in list_datasets()] == ["copy"]
    assert len(load_records("copy")) == 6


@pytest.mark.parametrize("failing", range(4))
def test_an_interrupted_import_leaves_what_was_there(files, monkeypatch, failing):
    import_dataset(*files)
    before = everything(store.data_folder())
    other = random_data(seed=1)
    files[0].write_text(images_text(other.images, other.emotion, other.split))
    saved = []
    save = np.save

    def full(path, *arguments, **options):
        saved.append(path)
        if len(saved) > failing:
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")
        save(path, *arguments, **options)

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(
        DatasetError, match=r"could not be stored \(No space left on device\); nothing was changed\. Free"
    ):
        import_dataset(*files)
    assert len(saved) == failing + 1
    assert everything(store.data_folder()) == before


def test_a_card_that_cannot_be_written_leaves_nothing(files, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DatasetError, match="nothing was changed"):
        import_dataset(*files)
    assert everything(store.data_folder()) == {}
    assert list_datasets() == ()


def test_a_malformed_file_leaves_what_was_there(files):
    import_dataset(*files)
    before = everything(store.data_folder())
    files[0].write_bytes(files[0].read_bytes()[:-40])
    with pytest.raises(DatasetError, match=r"fer2013\.csv, line 7"):
        import_dataset(*files)
    assert everything(store.data_folder()) == before


def test_a_home_that_cannot_be_written_is_told(files, home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("FER_HOME", str(home / "file"))
    with pytest.raises(DatasetError, match=r"could not be stored .*Allow writing in .*or set FER_HOME to"):
        import_dataset(*files)
    with pytest.raises(DatasetError, match=r"demo faces could not be stored .*FER_HOME"):
        ensure_demo()
    assert list_datasets() == ()


@pytest.mark.parametrize("name", ["", ".", "..", "../up", "a/b", "a\\b", "-a", ".a", "é", "x" * 61, "C:", "a\0"])
def test_names_that_are_no_folder_everywhere_are_refused(files, name):
    with pytest.raises(DatasetError, match="is not a valid name"):
        check_name(name)
    with pytest.raises(DatasetError):
        load_records(name)


def test_good_names_are_taken(files):
    assert import_dataset(*files, name="My-data_2").name == "My-data_2"


def test_the_name_of_the_demo_is_not_given_away(files):
    with pytest.raises(DatasetError, match="is reserved for the drawn faces"):
        import_dataset(*files, name="demo")


@pytest.mark.parametrize("source", ["missing.csv", "."])
def test_a_source_that_cannot_be_read_is_told(home, source):
    with pytest.raises(DatasetError, match=r"cannot be read .*Check the path"):
        import_dataset(home / source)


def test_a_file_name_that_is_no_unicode_can_be_imported(files, tmp_path):
    path = shutil.copy(files[0], tmp_path / os.fsdecode(b"fer\xff.csv"))
    assert import_dataset(Path(path)).images_file == "fer\udcff.csv"
    assert len(load_records("fer2013")) == 6


def test_deleting_is_for_good(files):
    import_dataset(*files)
    delete_dataset("ferplus")
    assert list_datasets() == ()
    with pytest.raises(DatasetError, match="has no pictures here"):
        load_records("ferplus")


def test_a_missing_dataset_is_told_with_those_there_are(files):
    import_dataset(*files, name="mine")
    with pytest.raises(DatasetError, match=r"no dataset “yours” \(there are: mine\)"):
        dataset_card("yours")


BAD_CARDS = {
    "empty": lambda card: "",
    "cut": lambda card: json.dumps(card)[:-20],
    "no object": lambda card: "[]",
    "deep": lambda card: "[" * 100_000,
    "another version": lambda card: json.dumps(card | {"schema_version": 2}),
    "a field more": lambda card: json.dumps(card | {"color": 1}),
    "a field less": lambda card: json.dumps({k: v for k, v in card.items() if k != "sizes"}),
    "no arrays": lambda card: json.dumps(card | {"arrays": {}}),
    "arrays of nothing": lambda card: json.dumps(card | {"arrays": {a: {} for a in ARRAYS}}),
    "wrong types": lambda card: json.dumps(card | {"sizes": 5}),
    "wrong inner types": lambda card: json.dumps(card | {"sizes": {"train": "many"}}),
    "no text": lambda card: None,
}


@pytest.mark.parametrize("spoil", BAD_CARDS.values(), ids=BAD_CARDS)
def test_a_damaged_card_is_left_out_refused_and_replaced_by_an_import(files, spoil):
    import_dataset(*files, name="good")
    import_dataset(*files, name="bad")
    path = store.data_folder() / "bad" / "card.json"
    text = spoil(json.loads(path.read_text()))
    path.write_bytes(b"\xff\xfe\x80" if text is None else text.encode())
    assert [card.name for card in list_datasets()] == ["good"]
    with pytest.raises(DatasetError, match=r"“bad” .*[Ii]mport (it )?again"):
        load_records("bad")
    import_dataset(*files, name="bad")
    assert len(load_records("bad")) == 6


def test_the_demo_is_drawn_once_and_again_when_the_drawing_changes(small_demo):
    assert ensure_demo() == small_demo
    assert small_demo.is_drawn
    path = store.data_folder() / "demo" / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"source": "drawn by this app (version 0)"}))
    (path.parent / "before").touch()
    assert ensure_demo().source == small_demo.source
    assert not (path.parent / "before").exists()


def test_a_damaged_demo_is_drawn_again(small_demo):
    flip(store.data_folder() / "demo" / "images.npy")
    assert load_records("demo").fingerprint == small_demo.fingerprint
    (store.data_folder() / "demo" / "card.json").write_text("{")
    assert ensure_demo().fingerprint == small_demo.fingerprint


def test_what_is_built_in_comes_before_imports(files, small_demo):
    import_dataset(*files, name="aardvark")
    assert [card.name for card in list_datasets()] == ["demo", "aardvark"]


def test_scratch_folders_are_no_datasets(files):
    import_dataset(*files)
    shutil.copytree(store.data_folder() / "ferplus", store.data_folder() / ".ferplus-x1")
    assert [card.name for card in list_datasets()] == ["ferplus"]


def test_leftovers_of_killed_imports_are_swept_after_a_day(files, home):
    old, new, lists = (home / "data" / name for name in (".upload-old", ".ferplus-new", ".exclusions"))
    for folder in (old, new, lists):
        folder.mkdir(parents=True)
    for folder in (old, lists):
        os.utime(folder, (0, 0))
    import_dataset(*files)
    assert (old.exists(), new.exists(), lists.exists()) == (False, True, True)


WRITER = """
import sys, time
from pathlib import Path
from fer_core.datasets.store import import_dataset
from fer_core.errors import DatasetError
for turn in range(15):
    try:
        import_dataset(Path(sys.argv[1 + turn % 2]), name="mine")
        print("stored")
    except DatasetError as error:
        print(error)
"""
READER = """
import os
from fer_core.datasets.dataset import fingerprint_of
from fer_core.datasets.store import load_records
while not os.path.exists(os.environ["FER_HOME"] + "/over"):
    found = load_records("mine")
    arrays = found.images, found.emotion, found.split, found.votes
    assert fingerprint_of(*arrays) == found.fingerprint
    print("read")
"""


@pytest.mark.child
def test_one_name_in_four_processes_has_one_writer_and_readers_see_it_whole(write, home):
    paths = []
    for seed in (1, 2):
        data = random_data(seed, 40)
        paths.append(str(write(f"{seed}.csv", images_text(data.images, data.emotion, data.split))))
    import_dataset(Path(paths[0]), name="mine")

    def started(code, *words):
        return subprocess.Popen(
            [sys.executable, "-c", code, *words], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    writers, readers = [started(WRITER, *paths), started(WRITER, *paths[::-1])], [started(READER), started(READER)]
    said = [line for writer in writers for line in writer.communicate(timeout=120)[0].splitlines()]
    (home / "over").touch()
    for reader in readers:
        out, errors = reader.communicate(timeout=60)
        assert not errors
        assert reader.returncode == 0
        assert len(set(out.split())) <= 1
    assert len(said) == 30
    refused = {line for line in said if line != "stored"}
    assert all(line.startswith("“mine” is being imported right now") for line in refused)
    assert [path.name for path in (home / "data").iterdir() if path.suffix != ".lock"] == ["mine"]


def test_a_name_that_is_being_imported_is_refused_with_what_to_do(files):
    said = []

    def other(share):
        if said:
            return
        thread = threading.Thread(target=lambda: said.append(refusal(files)))
        thread.start()
        thread.join()

    assert import_dataset(*files, name="mine", progress=other).name == "mine"
    assert "Wait until it is finished, or choose another name" in said[0]


def refusal(files):
    with pytest.raises(DatasetError) as caught:
        import_dataset(*files, name="mine")
    return str(caught.value)
