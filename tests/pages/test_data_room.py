"""Datasets come in by upload, path or download, and go only after a question."""

import gzip
import importlib.util
import io
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from fer_core.datasets import download
from fer_core.datasets.store import dataset_card, import_dataset, list_datasets, load_records
from fer_core.service.incidents import recent_incidents
from fer_core.service.server_paths import FOLDER_SETTING
from tests.pages.test_dataset import page, text

APP = str(Path(__file__).parents[2] / "app.py")


def importing(**paths):
    app = page(view="Import", import_from="Path on the server")
    for key, value in paths.items():
        app.text_input(key=key).set_value(str(value))
    return app.button(key="dataset_import_now").click().run()


def names():
    return [card.name for card in list_datasets()]


def test_import_by_path_reports_what_was_kept(small_demo, demo_files):
    app = importing(dataset_faces_path=demo_files[0], dataset_votes_path=demo_files[1], dataset_import_name="mine")
    assert not app.exception
    assert "160 faces with ten votes each" in text(app)
    assert "Rows and splits of both files match" in text(app)
    kept = app.dataframe[0].value
    assert kept["Size"].tolist() == [96, 32, 32]
    assert (kept["Kept"] <= kept["Size"]).all()
    assert names() == ["demo", "mine"]
    app.segmented_control(key="view").set_value("Overview").run()
    assert app.selectbox(key="dataset").value == "mine"


def test_import_by_upload(small_demo, demo_files, home):
    app = page(view="Import")
    app.file_uploader(key="dataset_faces_upload").upload("fer2013.csv.gz", gzip.compress(demo_files[0].read_bytes()))
    app.file_uploader(key="dataset_votes_upload").upload("fer2013new.csv", demo_files[1].read_bytes())
    app.run().button(key="dataset_import_now").click().run()
    assert not app.exception
    assert names() == ["demo", "ferplus"]
    assert [path.name for path in (home / "data").glob(".upload-*")] == []


def hint(app):
    """What the page says of a form that is empty or mistyped; never with an incident's number."""
    (text,) = [info.value for info in app.info if "Incident" not in info.value]
    return text


def test_nothing_to_import_is_a_sentence(small_demo):
    app = importing()
    assert "No faces file yet" in hint(app)
    assert not app.error


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("fer2013.csv", "emotion,pixels,Usage\n0,1 2 3,Training\n", "line 2"),
        ("fer2013.csv", "", "empty"),
        ("_odd_[x](y)*.csv", "nothing,here\n", "missing"),
    ],
)
def test_a_malformed_file_is_one_sentence_and_changes_nothing(small_demo, tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_text(content)
    app = importing(dataset_faces_path=path)
    assert not app.exception
    assert len(app.error) == 1
    assert sentence in app.error[0].value
    assert names() == ["demo"]


def test_missing_paths_and_bad_names(small_demo, demo_files, tmp_path):
    assert "nothing to import" in hint(importing(dataset_faces_path=tmp_path / "nowhere.csv"))
    assert "a folder" in hint(importing(dataset_faces_path=tmp_path))
    assert "is not a valid name" in hint(importing(dataset_faces_path=demo_files[0], dataset_import_name="../x"))
    assert "is reserved for the drawn" in hint(importing(dataset_faces_path=demo_files[0], dataset_import_name="demo"))
    assert recent_incidents() == ()


def test_blanks_in_a_name_become_hyphens(small_demo, demo_files):
    assert not importing(dataset_faces_path=demo_files[0], dataset_import_name=" my  faces ").error
    assert "my-faces" in names()


def test_visitors_of_a_shared_server_may_name_no_path(small_demo, monkeypatch, demo_files):
    monkeypatch.setattr("pages.shared.operator.is_private_server", lambda address, headers: False)
    monkeypatch.delenv(FOLDER_SETTING, raising=False)
    app = page(view="Import")
    assert "Path on the server" not in app.segmented_control(key="import_from").options
    monkeypatch.setenv(FOLDER_SETTING, str(demo_files[0].parent))
    app = importing(dataset_faces_path="/etc/passwd")
    assert "nothing to import" in hint(app)
    assert not importing(dataset_faces_path=demo_files[0].name, dataset_import_name="mine").error
    assert "mine" in names()


def test_import_by_download(small_demo, demo_files, monkeypatch):
    def fetch(number):
        def fetched(folder, *_, **__):
            target = folder / demo_files[number].name
            target.write_bytes(demo_files[number].read_bytes())
            return target

        return fetched

    monkeypatch.setattr("pages.parts.dataset.import_tables.download_votes", fetch(1))
    monkeypatch.setattr("pages.parts.dataset.import_tables.download_faces", fetch(0))
    app = page(view="Import", import_from="Download")
    app.text_input(key="dataset_kaggle_key").set_value("KGAT_mine").run()
    app.button(key="dataset_import_now").click().run()
    assert not app.exception
    assert "ferplus" in names()


def test_without_network_or_kagglehub_there_is_a_sentence(small_demo, monkeypatch):
    def offline(*_, **__):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(urllib.request, "urlopen", offline)
    app = page(view="Import", import_from="Download")
    app.button(key="dataset_import_now").click().run()
    assert "Check the network" in app.error[0].value
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *at: None if name == "kagglehub" else find(name, *at))
    assert "pip install kagglehub" in text(page(view="Import", import_from="Download"))
    assert download.VOTES_ADDRESS.startswith("https://")


@pytest.fixture
def zipped(small_demo):
    """A zip of the demo's first faces in folders of odd names."""
    content, records = io.BytesIO(), load_records("demo")
    with zipfile.ZipFile(content, "w") as archive:
        for row in range(40):
            png = io.BytesIO()
            Image.fromarray(records.images[row]).save(png, "PNG")
            folder = ["Angry", "03_happy", "calm"][row % 3]
            archive.writestr(f"faces/{folder}/{row}.png", png.getvalue())
        archive.writestr("faces/readme.txt", "hello")
    return content.getvalue()


def offering(zipped):
    app = page(view="Import", import_kind="Folders of pictures")
    app.file_uploader(key="dataset_pictures_upload").upload("faces.zip", zipped)
    return app.run()


def test_pictures_are_reviewed_and_imported(zipped):
    app = offering(zipped)
    assert "40 pictures in 3 class folders" in text(app)
    mapping = app.dataframe[0].value if app.dataframe else app.get("arrow_data_frame")[0].value
    assert dict(zip(mapping["folder"], mapping["class"], strict=True)) == {
        "03_happy": "happiness",
        "Angry": "anger",
        "calm": "(leave out)",
    }
    app.text_input(key="dataset_import_name").set_value("mine")
    app.button(key="dataset_import_pictures_now").click().run()
    assert not app.exception
    card = next(card for card in list_datasets() if card.name == "mine")
    assert card.mapping == {"03_happy": "happiness", "Angry": "anger"}
    assert card.skipped == {"not a picture": 1, "in a folder without a class": 13}
    assert sum(card.sizes.values()) == 27
    assert "27 faces with their own labels" in text(app)
    for view in ("Overview", "Faces"):
        app.segmented_control(key="view").set_value(view).run()
        assert not app.exception
        if view == "Overview":
            assert "Usage" not in app.dataframe[0].value
            assert app.dataframe[1].value["file"].str.startswith("faces/").all()


def test_an_eval_folder_is_asked_about_and_damaged_files_are_named(zipped):
    content = io.BytesIO(zipped)
    with zipfile.ZipFile(io.BytesIO(zipped)) as whole:
        face = whole.read("faces/Angry/0.png")
    with zipfile.ZipFile(content, "a") as archive:
        for place in ("eval/Angry/90.png", "eval/03_happy/91.png"):
            archive.writestr(f"faces/{place}", face)
        archive.writestr("faces/Angry/torn.png", face[:40])
    app = offering(content.getvalue())
    assert "These folders have no class, so their pictures are left out" in text(app)
    app.text_input(key="dataset_import_name").set_value("mine")
    app.button(key="dataset_import_pictures_now").click().run()
    assert any("may mean validation or test" in error.value for error in app.error)
    app.selectbox(key="dataset_split_of_eval").select("test")
    app.button(key="dataset_import_pictures_now").click().run()
    assert dataset_card("mine").sizes["test"] == 2
    assert dataset_card("mine").damaged == ("faces/Angry/torn.png",)
    assert "Unreadable files: 1" in [box.label for box in app.expander]


def test_pictures_need_a_name_and_a_real_zip(zipped):
    app = offering(zipped)
    app.button(key="dataset_import_pictures_now").click().run()
    assert "No name yet" in hint(app)
    app = offering(b"no zip")
    assert not app.exception
    assert "not a zip file" in app.error[0].value.replace("\\", "")


def test_deleting_asks_first(small_demo, demo_files):
    import_dataset(*demo_files, name="mine")
    app = page(view="Import")
    app.button(key="dataset_delete_mine").click().run()
    assert names() == ["demo", "mine"]
    app.button(key="dataset_delete_now").click().run()
    assert not app.exception
    assert names() == ["demo"]


def test_cards_tell_source_counts_fingerprint_and_labels(small_demo, demo_files):
    card = import_dataset(*demo_files, name="mine")
    app = page(view="Import")
    shown = text(app)
    assert "**mine** · 160 faces" in shown
    assert card.fingerprint[:12] in shown
    assert "96 train, 32 validation, 32 test" in shown
    assert "majority-7, majority-8" in shown
    assert "dataset_delete_demo" not in [button.key for button in app.button]
    app.button(key="dataset_open_mine").click().run()
    assert app.segmented_control(key="view").value == "Overview"
    assert app.selectbox(key="dataset").value == "mine"
