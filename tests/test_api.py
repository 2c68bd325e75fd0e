"""The Python API: one import, one line a question, the same values as the pages', and never TensorFlow."""

import doctest
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import fer_core as fer
from fer_core.recognition.samples import sample_pictures
from fer_core.storage.files import PROJECT


@pytest.fixture(scope="module")
def picture():
    """NASA's portrait, which ships."""
    return next(iter(sample_pictures().values()))


@pytest.fixture(scope="module")
def faces(picture):
    return fer.recognize(picture)


def test_a_face_has_its_box_emotion_confidence_and_probabilities(faces):
    (face,) = faces
    left, top, right, bottom = face.box
    assert 0 <= left < right <= faces.image.shape[1]
    assert 0 <= top < bottom <= faces.image.shape[0]
    assert face.probabilities[face.emotion] == pytest.approx(face.confidence)
    assert sum(face.probabilities.values()) == pytest.approx(1)
    assert tuple(face.probabilities) == fer.load().class_names


@pytest.mark.parametrize("kind", ["text", "bytes", "pillow", "array"])
def test_any_kind_of_picture_gives_the_same_answer(picture, faces, kind):
    opened = Image.open(picture)
    given = {"text": str(picture), "bytes": picture.read_bytes(), "pillow": opened, "array": np.asarray(opened)}[kind]
    (again,) = fer.recognize(given)
    assert (again.box, again.emotion) == (faces[0].box, faces[0].emotion)
    np.testing.assert_array_equal(again.crop, faces[0].crop)


def test_faces_are_a_sequence_a_table_and_a_picture(faces):
    assert len(faces[:1]) == 1
    assert faces[:0].to_frame().empty
    table = faces.to_frame()
    assert table.loc[0, "class_name"] == faces[0].emotion
    assert list(table.columns[:7]) == ["face", "x1", "y1", "x2", "y2", "checkpoint", "prior"]
    drawn = np.asarray(faces.draw())
    assert drawn.shape == faces.image.shape
    assert (drawn != faces.image).any()


def test_a_gray_array_is_a_picture_without_faces():
    assert len(fer.recognize(np.full((64, 64), 128, np.uint8))) == 0


@pytest.mark.parametrize("bad", [np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3), np.float32), np.zeros(8, np.uint8)])
def test_other_arrays_are_mistakes_of_the_caller(bad):
    with pytest.raises(ValueError, match="Expected RGB"):
        fer.recognize(bad)


def test_errors_are_sentences(tmp_path):
    with pytest.raises(fer.FerError, match="no-such"):
        fer.recognize(tmp_path / "no-such.jpg")
    with pytest.raises(fer.FerError, match="no checkpoint"):
        fer.load("nobody")
    with pytest.raises(fer.FerError, match="nothing"):
        fer.evaluate("fer-lab", "nothing")


def test_a_checkpoint_predicts_crops(faces):
    lab = fer.load("paper-cnn", prior_adjustment="training")
    shares = lab.predict(np.stack([face.crop for face in faces]))
    assert shares.shape == (1, len(lab.class_names))


def test_ferplus_is_evaluated_and_compared_without_its_pictures(tmp_path, monkeypatch):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    report = fer.evaluate("fer-lab")
    assert (len(report), round(report.accuracy, 4)) == (3153, 0.8706)
    assert report.answered_by == ("fer-lab", "halfway")
    assert round(fer.evaluate("fer-lab", prior_adjustment="training").accuracy, 4) == 0.8731
    pair = fer.compare("fer-lab", "paper-cnn")
    low, high = pair.difference_interval()
    assert low <= pair.difference <= high < 0
    assert pair.p_value < 0.001


def run(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_imports_no_library():
    heavy = ("numpy", "pandas", "cv2", "PIL", "tensorflow", "streamlit", "plotly", "sklearn", "av")
    assert run(f"import fer_core, sys; print([m for m in {heavy} if m in sys.modules])").strip() == "[]"


def test_the_examples_in_readme_run_and_need_no_tensorflow(picture, tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", Path(PROJECT, "README.md").read_text(encoding="utf-8"), re.DOTALL)
    code = next(block for block in blocks if "import fer_core" in block).replace("class.jpg", str(picture))
    said = run(
        f"{code}\nimport sys; assert 'tensorflow' not in sys.modules and 'streamlit' not in sys.modules",
        FER_HOME=str(tmp_path),
    )
    assert "happiness" in said


def test_the_examples_of_the_docstrings_are_true(tmp_path, monkeypatch):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    failed, tried = doctest.testmod(fer)
    assert failed == 0
    assert tried >= 15


@pytest.mark.child
def test_the_notebook_runs_from_top_to_bottom(tmp_path):
    document = json.loads((PROJECT / "models" / "python.ipynb").read_text(encoding="utf-8"))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    code = "\n\n".join("".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code")
    said = run(f"{code}\nimport sys; assert 'tensorflow' not in sys.modules", FER_HOME=str(tmp_path))
    assert "happiness" in said
    assert said.count("fer-lab is better than paper-cnn on these") == 2
    assert "{'smiling': 12, 'frowning': 12}" in said


def test_a_checkpoint_is_opened_once_until_it_changes(home, save_tiny, picture):
    """Before its answer is given again; a checkpoint that was made anew answers at once."""
    save_tiny("mine")
    first = fer.recognize(picture, checkpoint="mine")
    (home / "models" / "mine" / "model.tflite").write_bytes(b"damaged, but the network is open")
    assert fer.recognize(picture, checkpoint="mine")[0].probabilities == first[0].probabilities
    (home / "models" / "mine" / "card.json").touch()
    with pytest.raises(fer.FerError, match="damaged"):
        fer.recognize(picture, checkpoint="mine")
