"""A folder of pictures for each class becomes a head, on the command line."""

import io
import json
import zipfile

import pytest

from fer_core.__main__ import main
from fer_core.lessons.teach.head import parse_head
from fer_core.lessons.teach.keeping import pack_examples
from fer_core.lessons.teach.sources import beginning


@pytest.fixture
def folder(tmp_path):
    """The page's own file of examples, unpacked."""
    with zipfile.ZipFile(io.BytesIO(pack_examples(beginning()))) as file:
        for name in file.namelist():
            path = tmp_path / "examples" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.read(name))
    return tmp_path / "examples"


def test_a_folder_becomes_a_head(save_tiny, folder, tmp_path, capsys):
    save_tiny()
    target = tmp_path / "head.json"
    words = ["teach", "--examples", str(folder), "--base", "tiny", "--head", "svm", "--output", str(target), "--json"]
    assert main(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["classes"] == {"frowning": 12, "smiling": 12}
    assert document["recordings"] == 24
    assert parse_head(target.read_bytes()).class_names == ("frowning", "smiling")


def test_what_is_left_out_is_named_with_its_folder_and_nothing_is_saved_unasked(save_tiny, folder, capsys):
    save_tiny()
    (folder / ".thumbnails").mkdir()
    (folder / "smiling" / "torn.jpg").write_bytes(b"\xff\xd8")
    assert main(["teach", "--examples", str(folder), "--base", "tiny"]) == 1  # something was left out
    said = capsys.readouterr()
    assert "smiling: torn.jpg is incomplete or damaged" in said.err
    assert "Nothing was saved. Add --name NAME" in said.out


@pytest.mark.parametrize(
    ("asked", "said"),
    [("gone", "has no two folders with faces. Make a folder for each class"), (".", "has no two folders with faces"),
     ("examples/smiling", "has 12 folders; the maximum is 10 classes")],
)  # fmt: skip
def test_a_folder_without_classes_is_a_sentence(save_tiny, folder, asked, said, capsys):
    save_tiny()
    assert main(["teach", "--examples", str(folder.parent / asked), "--base", "tiny"]) == 1
    assert said in capsys.readouterr().err
