"""The command line: JSON on standard output and nothing else there, sentences and a status when something fails."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_core.__main__ import main
from fer_core.checkpoint import load_checkpoint
from fer_core.samples import sample_pictures

PROJECT = Path(__file__).parent.parent


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


def test_import_data_and_datasets(capsys, home, demo_files, small_demo):
    images, votes = map(str, demo_files)
    card = answer(capsys, "import-data", "--images", images, "--votes", votes, "--name", "mine")
    assert card["name"] == "mine"
    assert card["sizes"] == {"train": 96, "validation": 32, "test": 32}
    assert [c["name"] for c in answer(capsys, "datasets")] == ["mine", "demo"]


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
        ("colour=red", "colour"),
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
    assert answer(capsys, "describe", "--set", "architecture=lab-cnn", "scheme=majority-8")["weights"] == 1_176_616


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["search"], "at least one setting to vary"),
        (["search", "--over", "learning_rate=0.001"], "give two or more"),
        (["search", "--over", "dropout=0..0.5", "--method", "grid"], "A grid needs lists"),
        (["search", "--over", "seed=0,1", "--trials", "0"], "not possible"),
        (["train", "--then", "epochs=9"], "no target"),
        (["train", "--target", "0.9", "--then", "epochs=many"], "Attempt 1"),
        (["train", "--set", "architecture=vgg13", "width=128", "batch_size=1024"], "GB of memory"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_before_anything_starts(capsys, home, small_demo, words, said):
    assert said in refusal(capsys, *words)
    assert answer(capsys, "runs") == []


def test_train_answers_with_its_card_and_nothing_else(home, small_demo):
    """In a process of its own: TensorFlow's converter writes to standard output."""
    words = ["train", "--dataset", "demo", "--name", "first", "--set", "epochs=1", "--json"]
    child = subprocess.run(
        [sys.executable, "-m", "fer_core", *words], cwd=PROJECT, capture_output=True, text=True, timeout=300, check=True
    )
    card = json.loads(child.stdout)
    assert card["name"] == "first"
    assert card["config"]["epochs"] == 1
    assert load_checkpoint("first").card.files == card["files"]
