"""The dataset room's commands do what its views do."""

import io
import zipfile

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from fer_core.__main__ import main
from fer_core.datasets.store import dataset_card, load_records
from fer_core.datasets.subsets import list_subsets
from fer_core.storage.files import runs_folder
from fer_core.training.runs.store import list_runs
from tests.cli.test_commands import answer, refusal

TRAIN = ("train", "--set", "scheme=fer2013", "epochs=1")


@pytest.fixture
def pictures(tmp_path):
    path = tmp_path / "faces.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(20):
            png = io.BytesIO()
            Image.fromarray(np.random.default_rng(i).integers(0, 256, (60, 60)).astype(np.uint8)).save(png, "PNG")
            archive.writestr(f"{['happy', '0'][i % 2]}/{i}.png", png.getvalue())
    return str(path)


def test_import_pictures(capsys, home, pictures):
    card = answer(capsys, "import-pictures", pictures, "--name", "mine", "--map", "0=anger", "--seed", "4")
    assert card["mapping"] == {"0": "anger", "happy": "happiness"}
    assert card["sizes"] == {"train": 16, "validation": 2, "test": 2}
    assert "seed 4" in card["splits"]
    assert len(load_records("mine")) == 20


@pytest.mark.child
def test_numbers_are_never_guessed(capsys, home, pictures):
    card = answer(capsys, "import-pictures", pictures, "--name", "mine")
    assert card["mapping"] == {"happy": "happiness"}
    assert card["skipped"] == {"in a folder without a class": 10}
    assert "not a pair" in refusal(capsys, "import-pictures", pictures, "--name", "x", "--map", "0:anger")
    assert "is not a class" in refusal(capsys, "import-pictures", pictures, "--name", "x", "--map", "0=rage")


@pytest.mark.child
def test_folders_without_a_class_are_named_and_unknown_ones_refused(capsys, home, pictures):
    assert main(["import-pictures", pictures, "--name", "mine"]) == 0
    assert "no class, so their pictures are left out: 0 (10)" in capsys.readouterr().out
    words = ("import-pictures", pictures, "--name", "mine")
    assert "There is no folder “nofolder”" in refusal(capsys, *words, "--map", "nofolder=anger")
    assert "not a valid split assignment" in refusal(capsys, *words, "--split", "eval=test")


@pytest.mark.child
def test_what_is_too_little_is_said_before_training(capsys, home, pictures):
    answer(capsys, "import-pictures", pictures, "--name", "one")
    assert "All 8 training faces are labeled happiness" in refusal(capsys, *TRAIN, "--dataset", "one")
    assert "labeled happiness" in refusal(capsys, "search", *TRAIN[1:], "--dataset", "one", "--over", "seed=1,2")
    assert list_runs() == ()
    answer(capsys, "import-pictures", pictures, "--name", "few", "--map", "0=anger")
    runs_folder().mkdir()
    with FileLock(runs_folder() / ".busy.training.lock"):  # so that it ends where training would begin
        assert main([*TRAIN, "--dataset", "few", "--name", "busy"]) == 1
    warned = capsys.readouterr().err
    assert "warning: Too few training faces to learn these classes: anger 8, happiness 8" in warned
    assert "note: This dataset has no face labeled disgust" in warned


def test_inspect_makes_lists_that_train_and_evaluate_accept(capsys, home_with_checkpoint):
    document = answer(capsys, "inspect", "demo", "--exclude", "label-conflicts", "--name", "mine")
    rows = document["findings"]["label-conflicts"]
    assert rows
    (made,) = list_subsets(dataset_card("demo"))
    assert (made.name, made.rows) == ("mine", tuple(sorted(rows)))
    assert set(document["pairs"]) >= {"across splits", "within a split", "train and test"}
    before, after = (
        answer(capsys, "evaluate", "tiny", "--dataset", "demo", *extra)["n"] for extra in ([], ["--exclude", "mine"])
    )
    assert before >= after
    assert "there are: mine" in refusal(capsys, "evaluate", "tiny", "--dataset", "demo", "--exclude", "other")
    assert "there are: mine" in refusal(capsys, "train", "--set", "exclude=other", "epochs=1")
    assert "choose one of" in refusal(capsys, "inspect", "demo", "--exclude", "nothing")


def test_settings_name_steps_that_there_are(capsys, small_demo):
    assert "Unknown step" in refusal(capsys, "train", "--set", "preprocessing=blur")


def test_download_data(capsys, home, tmp_path, monkeypatch):
    def fetched(folder):
        return folder / "fer2013new.csv"

    monkeypatch.setattr("fer_core.cli.data.download_votes", fetched)
    monkeypatch.setattr("fer_core.cli.data.download_faces", lambda folder, account: folder / "fer2013.csv")
    paths = answer(capsys, "download-data", "--to", str(tmp_path))
    assert [path.rsplit("/", 1)[1] for path in paths] == ["fer2013new.csv", "fer2013.csv"]
    assert len(answer(capsys, "download-data", "--to", str(tmp_path), "--votes-only")) == 1
