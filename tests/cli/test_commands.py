"""The command line: JSON on standard output and nothing else there, sentences and a status when something fails."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fer_core.__main__ import main
from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.datasets.store import delete_dataset, import_dataset
from fer_core.labels import PAPER_EMOTIONS
from fer_core.recognition.samples import sample_pictures

PROJECT = Path(__file__).parents[2]


def answer(capsys, *words):
    """The JSON document of a command that must succeed."""
    assert main([*words, "--json"]) == 0
    captured = capsys.readouterr()
    assert not captured.err
    return json.loads(captured.out)


def refusal(capsys, *words):
    """The sentence of a command that must fail."""
    assert main(list(words)) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    return captured.err


def test_the_demo_is_stored_only_where_there_is_nothing_else(capsys, home, demo_files, small_demo_ships):
    import_dataset(*demo_files, name="mine")
    assert [c["name"] for c in answer(capsys, "datasets")] == ["mine"]
    delete_dataset("mine")
    assert [c["name"] for c in answer(capsys, "datasets")] == ["demo"]


def test_import_data_and_datasets(capsys, home, demo_files, small_demo):
    images, votes = map(str, demo_files)
    card = answer(capsys, "import-data", "--images", images, "--votes", votes, "--name", "mine")
    assert card["name"] == "mine"
    assert card["sizes"] == {"train": 96, "validation": 32, "test": 32}
    assert [c["name"] for c in answer(capsys, "datasets")] == ["demo", "mine"]


def test_import_of_a_missing_file_is_a_sentence(capsys, home):
    assert "nowhere.csv" in refusal(capsys, "import-data", "--images", "nowhere.csv")


def test_runs_and_checkpoints_are_empty_lists_at_first(capsys, home):
    assert answer(capsys, "runs") == []
    assert answer(capsys, "checkpoints") == []


def test_checkpoints_lists_cards(capsys, home_with_checkpoint):
    (card,) = answer(capsys, "checkpoints")
    assert card["name"] == "tiny"
    assert len(card["class_names"]) == 7


def test_evaluate_reports_every_figure(capsys, home_with_checkpoint):
    report = answer(capsys, "evaluate", "tiny", "--dataset", "demo", "--split", "test")
    matrix = np.array(report["confusion_matrix"])
    assert matrix.shape == (7, 7)
    assert matrix.sum() == report["n"]
    assert np.trace(matrix) / report["n"] == pytest.approx(report["accuracy"])
    assert list(report["per_class"]) == report["class_names"]
    f1 = [figures["f1"] for figures in report["per_class"].values()]
    assert np.mean(f1) == pytest.approx(report["macro_f1"])


def test_evaluate_writes_every_prediction(capsys, home_with_checkpoint, tmp_path):
    path = tmp_path / "out" / "all.csv"
    report = answer(capsys, "evaluate", "tiny", "--predictions", str(path))
    table = pd.read_csv(path)
    assert len(table) == report["n"]
    assert table["right"].mean() == pytest.approx(report["accuracy"])


@pytest.fixture
def two_checkpoints(home_with_checkpoint, save_tiny):
    save_tiny("turned", class_names=PAPER_EMOTIONS[::-1])


def test_compare_is_paired_and_says_so_in_words(capsys, two_checkpoints):
    document = answer(capsys, "compare", "tiny", "turned", "--dataset", "demo")
    assert [c["accuracy"] for c in document["checkpoints"]] == sorted(
        (c["accuracy"] for c in document["checkpoints"]), reverse=True
    )
    (pair,) = document["pairs"]
    assert np.sum(pair["table"]) == document["n"]
    assert pair["difference"] == pytest.approx(
        document["checkpoints"][0]["accuracy"] - document["checkpoints"][1]["accuracy"]
    )
    assert 0 <= pair["p_value"] <= pair["p_value_exact"] <= 1
    low, high = pair["difference_interval"]
    assert low <= pair["difference"] <= high
    assert main(["compare", "tiny", "turned"]) == 0
    assert pair["verdict"] in capsys.readouterr().out


def test_subsets_are_saved_renamed_compared_and_deleted(capsys, two_checkpoints):
    save = ("subsets", "demo", "--save", "clear", "--classes", "happiness,neutral", "--votes", "7..10")
    (made,) = answer(capsys, *save)
    assert (made["name"], made["reason"]) == ("clear", "happiness, neutral; 7 to 10 of 10 votes")
    assert 0 < len(made["rows"]) < 160
    answer(capsys, "subsets", "demo", "--save", "dark", "--grays", "0..110", "--within", "clear")
    names = [each["name"] for each in answer(capsys, "subsets", "demo", "--rename", "dark", "dim")]
    assert names == ["clear", "dim"]
    table = answer(capsys, "compare", "tiny", "turned", "--subsets")["subsets"]
    assert [line["subset"] for line in table][:2] == ["all faces", "clear"]
    tested = answer(capsys, "evaluate", "tiny", "--only", "clear")
    assert tested["n"] == table[1]["n"]
    assert [each["name"] for each in answer(capsys, "subsets", "demo", "--delete", "dim")] == ["clear"]
    assert "no saved subset called “dim”" in refusal(capsys, "subsets", "demo", "--delete", "dim")
    assert "no class “joy”" in refusal(capsys, "subsets", "demo", "--save", "x", "--classes", "joy")


def test_compare_needs_two(capsys, home_with_checkpoint):
    assert "two different" in refusal(capsys, "compare", "tiny", "tiny")


def test_report_writes_whole_files(capsys, two_checkpoints, tmp_path):
    page, card = tmp_path / "r.html", tmp_path / "card.md"
    document = answer(capsys, "report", "tiny", "--output", str(page), "--model-card", str(card))
    assert document["files"] == [str(page), str(card)]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert card.read_text(encoding="utf-8").startswith("---\nlicense: ")
    words = ["report", "tiny", "turned", "--output", str(page)]
    assert "add --overwrite to replace it" in refusal(capsys, *words)
    assert "Leaderboard" not in page.read_text(encoding="utf-8")
    answer(capsys, *words, "--overwrite")
    assert "Leaderboard" in page.read_text(encoding="utf-8")


@pytest.mark.child
def test_export_writes_every_format(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("FER_HOME", str(tmp_path / "home"))
    target = tmp_path / "out" / "network.zip"
    assert answer(capsys, "export", "fer-lab", "--output", str(target)) == {"files": [str(target)]}
    with zipfile.ZipFile(target) as archive:
        assert {"fer-lab/model.onnx", "fer-lab/model.keras", "fer-lab/model.int8.tflite"} < set(archive.namelist())
    assert "already exists" in refusal(capsys, "export", "fer-lab", "--output", str(target))


def test_a_place_that_cannot_be_written_is_a_sentence(capsys, home_with_checkpoint, tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refusal(capsys, "report", "tiny", "--output", str(tmp_path / "file" / "r.html"))


def test_calibrate_completes_the_card(capsys, home_with_checkpoint):
    files = load_checkpoint("tiny").card.files
    document = answer(capsys, "calibrate", "tiny", "--dataset", "demo", "--not-sure", "0.45")
    card = load_checkpoint("tiny").card
    assert card.calibration.temperature == document["calibration"]["temperature"] != 1
    assert card.calibration.not_sure_below == 0.45
    assert card.measured.n == document["measured"]["n"] > 0
    assert card.files == files
    assert load_checkpoint("tiny").open_classifier().not_sure_below == 0.45


def test_calibrate_leaves_what_is_shipped_alone(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    shipped = load_checkpoint("fer-lab")
    before = {path: path.stat().st_mtime_ns for path in shipped.directory.iterdir()}
    for words in (["calibrate", "fer-lab"], ["calibrate", "fer-lab", "--replace"]):
        assert "ships with the app" in refusal(capsys, *words)
    assert {path: path.stat().st_mtime_ns for path in shipped.directory.iterdir()} == before


def test_figures_of_another_dataset_are_replaced_on_request_only(capsys, home_with_checkpoint, demo_files):
    answer(capsys, "calibrate", "tiny", "--dataset", "demo", "--robustness")
    images, _ = demo_files
    answer(capsys, "import-data", "--images", str(images), "--name", "other")
    card = load_checkpoint("tiny").card
    assert "figures measured on “demo”, and “other” is another dataset" in refusal(
        capsys, "calibrate", "tiny", "--dataset", "other"
    )
    assert load_checkpoint("tiny").card == card
    answer(capsys, "calibrate", "tiny", "--dataset", "demo")
    assert load_checkpoint("tiny").card.measured == card.measured  # its robustness too
    answer(capsys, "calibrate", "tiny", "--dataset", "other", "--replace")
    assert load_checkpoint("tiny").card.measured.dataset == "other"


def test_import_checkpoint_refuses_an_h5_file(capsys, home_with_checkpoint, tmp_path):
    path = tmp_path / "model.h5"
    path.write_bytes(b"x")
    words = ["import-checkpoint", str(path), "--classes", "fer2013", "--scaling", "unit"]
    assert "model.save('model.keras')" in refusal(capsys, *words)


def test_evaluate_names_the_checkpoints_there_are(capsys, home_with_checkpoint):
    assert "tiny" in refusal(capsys, "evaluate", "other", "--dataset", "demo")


def test_predict_finds_the_astronaut(capsys, home_with_checkpoint):
    path = next(iter(sample_pictures().values()))
    (entry,) = answer(capsys, "predict", str(path), "--checkpoint", "tiny")
    (face,) = entry["faces"]
    assert entry["file"] == str(path)
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert face["class_name"] == max(face["probabilities"], key=face["probabilities"].get)
    left, top, right, bottom = face["xyxy"]
    assert left < right
    assert top < bottom


def test_pictures_of_one_name_get_annotated_copies_of_their_own(capsys, home_with_checkpoint, tmp_path):
    source = next(iter(sample_pictures().values()))
    pictures = [tmp_path / folder / name for folder, name in (("a", "1.jpg"), ("b", "1.jpg"), ("b", "1-2.png"))]
    for picture in pictures:
        picture.parent.mkdir(exist_ok=True)
        picture.write_bytes(source.read_bytes())
    words = ["predict", *map(str, pictures), "--annotated", str(tmp_path / "out")]
    answer(capsys, *words)
    names = ["1-2-2.annotated.png", "1-2.annotated.png", "1.annotated.png"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert "already exists" in refusal(capsys, *words)
    answer(capsys, *words, "--overwrite")


@pytest.mark.parametrize(
    "words", [["evaluate", "tiny", "--predictions"], ["report", "tiny", "--model-card"], ["keep-answers", "--votes"]]
)
def test_no_command_writes_over_a_file_unasked(capsys, home_with_checkpoint, tmp_path, words):
    (tmp_path / "mine").write_text("dear to me")
    assert "already exists" in refusal(capsys, *words, str(tmp_path / "mine"))
    assert (tmp_path / "mine").read_text() == "dear to me"


def test_no_download_writes_over_a_file_unasked(capsys, tmp_path):
    (tmp_path / "fer2013new.csv").write_text("dear to me")
    assert "already exists" in refusal(capsys, "download-data", "--to", str(tmp_path), "--votes-only")


def test_predict_writes_annotated_pictures(capsys, home_with_checkpoint, tmp_path):
    path = next(iter(sample_pictures().values()))
    answer(capsys, "predict", str(path), "--annotated", str(tmp_path / "out"))
    with Image.open(tmp_path / "out" / f"{path.stem}.annotated.png") as drawn, Image.open(path) as original:
        assert drawn.size == original.size
        assert not np.array_equal(np.asarray(drawn), np.asarray(original))


def test_one_bad_picture_does_not_stop_the_others(capsys, home_with_checkpoint, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_text("no picture")
    good = next(iter(sample_pictures().values()))
    assert main(["predict", str(bad), str(good), "--checkpoint", "tiny", "--json"]) == 1
    captured = capsys.readouterr()
    entries = json.loads(captured.out)
    assert "bad.jpg" in entries[0]["error"]
    assert len(entries[1]["faces"]) == 1
    assert captured.err.count("\n") == 1


def test_predict_without_any_checkpoint_says_what_to_do(capsys, home):
    assert "train" in refusal(capsys, "predict", "face.jpg")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("epochs=many", "epochs"),
        ("color=red", "color"),
        ("epochs", "key=value"),
        ("learning_rate=7", "learning_rate"),
    ],
)
def test_bad_settings_are_refused_before_anything_starts(capsys, home, setting, said):
    assert said in refusal(capsys, "train", "--set", setting)
    assert answer(capsys, "runs") == []


def test_train_refuses_a_dataset_that_is_not_there(capsys, home):
    assert "nothing-here" in refusal(capsys, "train", "--dataset", "nothing-here")
    assert answer(capsys, "runs") == []


def test_train_reads_a_configuration_file(capsys, home, tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"epochs": "ten"}')
    assert "epochs" in refusal(capsys, "train", "--config", str(path))
    assert "missing.json" in refusal(capsys, "train", "--config", str(tmp_path / "missing.json"))


def test_describe_counts_the_network_that_the_settings_mean(capsys, home):
    network = answer(capsys, "describe")
    assert (network["weights"], len(network["layers"])) == (2_345_607, 14)
    words = ["describe", "--set", "architecture=lab-cnn", "--set", "scheme=majority-8"]
    assert answer(capsys, *words)["weights"] == 1_176_616


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["search"], "at least one setting to vary"),
        (["search", "--over", "learning_rate=0.001"], "give two or more"),
        (["search", "--over", "dropout=0..0.5", "--method", "grid"], "A grid needs lists"),
        (["search", "--over", "seed=0,1", "--trials", "0"], "not possible"),
        (["train", "--then", "epochs=9"], "need a target"),
        (["train", "--target", "0.9", "--then", "epochs=many"], "Retry 1"),
        (["train", "--set", "architecture=vgg13", "width=128", "batch_size=1024"], "GB of memory"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_before_anything_starts(capsys, home, small_demo, words, said):
    assert said in refusal(capsys, *words)
    assert answer(capsys, "runs") == []


@pytest.mark.child
def test_train_answers_with_its_card_and_nothing_else(home, small_demo):
    """In a process of its own: TensorFlow's converter writes to standard output."""
    words = ["train", "--dataset", "demo", "--name", "first", "--set", "epochs=1", "--tensorboard", "--json"]
    child = subprocess.run(
        [sys.executable, "-m", "fer_core", *words], cwd=PROJECT, capture_output=True, text=True, timeout=300, check=True
    )
    card = json.loads(child.stdout)
    assert card["name"] == "first"
    assert card["config"]["epochs"] == 1
    assert load_checkpoint("first").card.files == card["files"]
    assert list((home / "runs" / "first" / "tensorboard" / "validation").glob("events.out.*"))


def test_a_damaged_checkpoint_is_told_beside_the_others(capsys, home, save_tiny):
    save_tiny("fine")
    bad = save_tiny("bad").network_path
    bad.write_bytes(bad.read_bytes()[:-1])
    main(["checkpoints"])
    captured = capsys.readouterr()
    assert "fine: 30.0%" in captured.out
    assert "model.tflite of the checkpoint “bad” is damaged" in captured.err
