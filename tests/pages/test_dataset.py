"""The dataset page shows its tables and faces, and imports files or says why not."""

import gzip
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.data.store import import_dataset, list_datasets, load_records

APP = str(Path(__file__).parents[2] / "app.py")


def page(**query):
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params.update(query)
    app.switch_page("pages/dataset.py").run()
    assert not app.exception
    return app


def text(app):
    return " ".join(element.value for element in (*app.markdown, *app.caption, *app.info, *app.success))


def faces(app):
    return next(element.proto.body for element in app.get("html") if "<figure" in element.proto.body)


def test_the_demo_is_said_to_be_drawn_and_shows_the_papers_tables(small_demo):
    app = page()
    assert "drawn by the app, not photographed" in text(app)
    splits, first_rows, statistics = (element.value for element in app.dataframe)
    assert splits["Size"].tolist() == [96, 32, 32]
    assert splits.index.tolist() == ["Training", "Validation", "Testing"]
    assert first_rows["row"].tolist() == [0, 1, 2, 3, 4]
    expected = load_records("demo").describe_votes()
    assert (statistics == expected).all(axis=None)
    assert "of 96 training rows" in text(app)


def test_an_empty_home_draws_the_demo(home, demo_files, monkeypatch):
    monkeypatch.setattr("fer_core.data.store.write_demo_files", lambda folder: demo_files)
    assert not list_datasets()
    assert page().selectbox(key="dataset").value == "demo"


def test_faces_by_class_and_split(small_demo):
    app = page()
    assert faces(app).count("<figure") == 21
    app.segmented_control(key="split").set_value("Testing").run()
    app.pills(key="class").set_value("happiness").run()
    assert not app.exception
    shown = faces(app)
    assert "Testing" in shown
    assert "Training" not in shown
    assert "happiness" in shown


def test_a_split_without_faces_says_so(small_demo, demo_files, tmp_path):
    for path in demo_files:
        (tmp_path / path.name).write_text("".join(path.read_text().splitlines(keepends=True)[:6]))
    import_dataset(*(tmp_path / path.name for path in demo_files), name="five")
    app = page()
    app.segmented_control(key="bars").set_value("Testing")
    app.segmented_control(key="split").set_value("Testing").run()
    assert not app.exception
    assert "No face matches" in text(app)
    assert "There is no face here" in text(app)


def test_an_address_names_the_dataset_and_the_labels(small_demo, demo_files):
    import_dataset(*demo_files, name="mine")
    app = page(dataset="demo", scheme="distribution-8", **{"class": "fear"})
    assert app.selectbox(key="dataset").value == "demo"
    assert app.selectbox(key="scheme").value == "distribution-8"
    assert app.pills(key="class").value == "fear"
    assert page(dataset="nonsense", scheme="?", page="-3", sample="x").selectbox(key="dataset").value == "mine"


def test_samples_are_shuffled_and_can_be_put_back(small_demo):
    app = page()
    before = faces(app)
    app.button(key="shuffle").click().run()
    assert "sample 1" in text(app)
    assert faces(app) != before
    app.button(key="unshuffle").click().run()
    assert faces(app) == before


@pytest.mark.parametrize("show", ["Counts", "Shares"])
@pytest.mark.parametrize("split", ["All", "Testing", "Side by side"])
def test_every_view_of_the_distribution(small_demo, show, split):
    app = page()
    app.segmented_control(key="bars").set_value(split)
    app.segmented_control(key="show").set_value(show).run()
    assert not app.exception
    assert "would be right" in text(app)


def importing(**paths):
    app = page(dataset="demo")
    app.session_state["import"] = True
    app.run()
    app.segmented_control(key="import_from").set_value("Path on the server").run()
    for key, value in paths.items():
        app.text_input(key=key).set_value(str(value))
    return app.button(key="import_now").click().run()


def test_import_by_path_leads_to_the_new_dataset(small_demo, demo_files):
    app = importing(faces_path=demo_files[0], votes_path=demo_files[1], import_name="mine")
    assert not app.exception
    assert "160 faces with ten votes each" in text(app)
    assert app.selectbox(key="dataset").value == "mine"
    assert [card.name for card in list_datasets()] == ["mine", "demo"]


def test_labels_only_say_what_votes_would_add(small_demo, demo_files):
    app = importing(faces_path=demo_files[0])
    assert app.selectbox(key="dataset").value == "fer2013"
    assert app.selectbox(key="scheme").options == ["Own labels (FER2013's), seven classes"]
    assert "imported without the FER+ votes" in text(app)
    assert len(app.dataframe) == 2


def test_import_by_upload(small_demo, demo_files):
    app = page()
    app.session_state["import"] = True
    app.run()
    app.file_uploader(key="faces_upload").upload("fer2013.csv.gz", gzip.compress(demo_files[0].read_bytes()))
    app.file_uploader(key="votes_upload").upload("fer2013new.csv", demo_files[1].read_bytes())
    app.run().button(key="import_now").click().run()
    assert not app.exception
    assert app.selectbox(key="dataset").value == "ferplus"


def test_nothing_to_import_is_a_sentence(small_demo):
    assert "There is no faces file yet" in importing().error[0].value


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
    app = importing(faces_path=path)
    assert not app.exception
    assert len(app.error) == 1
    assert sentence in app.error[0].value
    assert [card.name for card in list_datasets()] == ["demo"]


def test_missing_paths_and_bad_names(small_demo, demo_files, tmp_path):
    assert "not there" in importing(faces_path=tmp_path / "nowhere.csv").error[0].value
    assert "a folder" in importing(faces_path=tmp_path).error[0].value
    assert "cannot be a name" in importing(faces_path=demo_files[0], import_name="../x").error[0].value
    assert "belongs to the drawn faces" in importing(faces_path=demo_files[0], import_name="demo").error[0].value
