"""What is taken home works where FER Lab is not."""

import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from fer_core.checkpoints.card import Calibration
from fer_core.checkpoints.export import lesson_notebook, pack_checkpoint
from fer_core.storage.files import PROJECT


@pytest.fixture
def unpacked(save_tiny, tmp_path):
    checkpoint = save_tiny("mine", calibration=Calibration(temperature=0.7, fitted_on="validation"))
    with zipfile.ZipFile(io.BytesIO(pack_checkpoint(checkpoint))) as archive:
        for name in archive.namelist():
            target = tmp_path / "taken" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
    return checkpoint, tmp_path / "taken" / "mine"


def test_the_script_says_what_the_app_says(unpacked, tmp_path):
    checkpoint, folder = unpacked
    face = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
    Image.fromarray(face).save(tmp_path / "face.png")
    command = [sys.executable, str(folder / "predict.py"), str(tmp_path / "face.png")]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path).stdout.splitlines()
    answer = checkpoint.open_classifier().predict_one(face)
    expected = sorted(zip(answer.class_names, answer.probabilities, strict=True), key=lambda pair: -pair[1])
    assert lines == [f"{name}: {share:.1%}" for name, share in expected]


def test_it_holds_every_file_of_the_checkpoint(unpacked):
    checkpoint, folder = unpacked
    assert {path.name for path in folder.iterdir()} == {*checkpoint.card.files, "card.json", "predict.py"}


def test_the_script_says_which_steps_it_does_not_take(save_tiny):
    checkpoint = save_tiny("wants", config={"scheme": "majority-7", "preprocessing": "clahe"})
    with zipfile.ZipFile(io.BytesIO(pack_checkpoint(checkpoint))) as archive:
        assert "does not take: CLAHE" in archive.read("wants/predict.py").decode()


@pytest.mark.child
def test_the_notebook_runs_from_top_to_bottom(home, small_demo):
    document = json.loads(lesson_notebook())
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    code = "\n\n".join("".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code")
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "test faces" in done.stdout
    assert "Softmax 1" in done.stdout
