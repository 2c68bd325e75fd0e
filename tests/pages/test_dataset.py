"""The dataset room's views show what is in the data, alone or by a link, and what is wrong is a sentence."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer_core.datasets.detective.duplicates import find_duplicates
from fer_core.datasets.detective.findings import duplicate_findings
from fer_core.datasets.store import dataset_card, import_dataset, list_datasets, load_records
from fer_core.datasets.subsets import delete_subsets, list_subsets, save_subset
from fer_core.labels import VOTE_COLUMNS
from pages.parts.dataset.faces import parse_rows
from pages.shared.held_pictures import OWN
from pages.shared.notice import ACCEPTED

APP = str(Path(__file__).parents[2] / "app.py")


def page(**query):
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state[ACCEPTED] = True
    app.query_params.update(query)
    app.switch_page("pages/dataset.py").run()
    assert not app.exception
    return app


def text(app):
    return " ".join(element.value for element in (*app.markdown, *app.caption, *app.info, *app.success))


def html(app):
    return " ".join(element.proto.body for element in app.get("html"))


def component(app):
    """What the page gave its contact sheet or map."""
    (element,) = app.get("bidi_component")
    return json.loads(element.proto.json)


def faces(app):
    return component(app)["texts"]


def test_the_demo_is_said_to_be_drawn_and_shows_the_papers_tables(small_demo):
    app = page(dataset="demo")
    assert "Drawn faces" in text(app)
    splits, first_rows, statistics = (element.value for element in app.dataframe)
    assert splits["Size"].tolist() == [96, 32, 32]
    assert splits.index.tolist() == ["Training", "Validation", "Testing"]
    assert first_rows["row"].tolist() == [0, 1, 2, 3, 4]
    expected = load_records("demo").describe_votes()
    assert (statistics == expected).all(axis=None)
    assert "of 96 training rows" in text(app)


def test_an_empty_home_shows_ferplus_and_draws_nothing(home):
    app = page()
    assert app.selectbox(key="dataset").value == "FER+"
    assert app.metric[0].value == "31,264"
    splits, statistics = (element.value for element in app.dataframe)
    assert splits["Size"].tolist() == [28_709, 3_589, 3_589]
    assert statistics.loc["mean", "neutral"] == pytest.approx(2.995096, abs=5e-7)
    assert "Import the pictures" in [link.proto.label for link in app.get("page_link")]
    assert "github.com/microsoft/FERPlus" in text(app)
    assert not list_datasets()


def test_faces_are_shown_of_what_has_pictures(small_demo):
    app = page(dataset="FER+")
    app.segmented_control(key="view").set_value("Faces").run()
    assert not app.exception
    assert app.selectbox(key="dataset").value == "demo"


@pytest.mark.parametrize("show", ["Counts", "Shares"])
@pytest.mark.parametrize("split", ["All", "Testing", "Side by side"])
def test_every_view_of_the_distribution(small_demo, show, split):
    app = page()
    app.segmented_control(key="bars").set_value(split)
    app.segmented_control(key="show").set_value(show).run()
    assert not app.exception
    assert "Always answering" in text(app)
    assert [metric.label for metric in app.metric] == ["Labeled faces", "Imbalance", "Majority baseline"]


def test_the_split_rules_every_figure(small_demo):
    app = page(dataset="demo", bars="Testing")
    votes = load_records("demo").votes[128:]
    assert app.dataframe[2].value.loc["count"].tolist() == [32] * 10
    assert app.dataframe[2].value.loc["mean"].tolist() == pytest.approx(votes.mean(axis=0).tolist())
    assert "Of 32 faces" in text(app)


@pytest.mark.parametrize("drawing", ["Matrix", "Stream"])
def test_who_became_what(small_demo, drawing):
    app = page(dataset="demo", scheme="majority-8", relabelling=drawing)
    charts = [json.loads(chart.proto.spec)["data"][0]["type"] for chart in app.get("plotly_chart")]
    assert charts == {"Matrix": ["bar"], "Stream": ["bar", "sankey"]}[drawing]
    assert ("<table" in html(app)) == (drawing == "Matrix")
    assert "kept their label" in text(app)
    assert "Relabeling: FER2013 → FER+" not in [h.value for h in page(dataset="demo", scheme="fer2013").subheader]


def test_faces_by_class_and_split(small_demo):
    app = page(view="Faces")
    assert "1 to" in text(app)
    app.segmented_control(key="split").set_value("Testing").run()
    app.pills(key="class").set_value("happiness").run()
    assert not app.exception
    shown = faces(app)
    assert shown
    assert all("Testing" in face and "happiness" in face for face in shown)


def test_faces_by_agreement_and_own_label(small_demo):
    app = page(view="Faces", scheme="majority-8")
    app.slider(key="agreement").set_value((10, 10)).run()
    records = load_records("demo")
    unanimous = np.flatnonzero((records.votes.max(axis=1) == 10) & (records.votes.argmax(axis=1) < 8))
    assert [int(face.split()[1].strip(",")) for face in faces(app)] == unanimous.tolist()
    app.selectbox(key="own").set_value("anger").run()
    assert all("own label: anger" in face for face in faces(app))


def test_faces_by_row(small_demo):
    app = page(view="Faces", find="7, 3-5, 999", scheme="fer2013")
    assert [face.split(",")[0] for face in faces(app)] == ["Row 7", "Row 3", "Row 4", "Row 5"]
    assert "No such row: 999. The last row is 159." in warnings(app)
    app = page(view="Faces", find="nothing, 3", scheme="fer2013")
    assert "Not a row number: nothing." in warnings(app)
    assert len(faces(app)) == 1


def test_rows_that_are_asked_for_are_still_of_the_chosen_split_and_class(small_demo):
    records = load_records("demo")
    rows = [int(np.flatnonzero(records.split == split)[0]) for split in (0, 2)]
    app = page(view="Faces", find=f"{rows[0]}, {rows[1]}", split="Testing", scheme="fer2013")
    assert [face.split(",")[0] for face in faces(app)] == [f"Row {rows[1]}"]
    assert "1 of these 2 rows are hidden" in text(app)


def warnings(app):
    return " ".join(element.value.replace("\\", "") for element in app.warning)


@pytest.mark.parametrize(
    ("typed", "rows", "missing", "unreadable"),
    [
        ("12", [12], (), ()),
        ("3-5, 4", [3, 4, 5], (), ()),
        ("18-999999999", [18, 19], ("20-999999999",), ()),
        ("99; 1", [1], ("99",), ()),
        ("x 2", [2], (), ("x",)),
        ("5-3", [3, 4, 5], (), ()),
        ("1 – 2", [1, 2], (), ()),
        ("-4, 3-", [], (), ("-4", "3-")),
        ("9999999999", [], (), ("9999999999",)),
    ],
)
def test_rows_are_read_as_people_write_them(typed, rows, missing, unreadable):
    found = parse_rows(typed, 20)
    assert (found.rows.tolist(), found.missing, found.unreadable) == (rows, missing, unreadable)


def test_one_picture_carries_all_faces_of_a_page(small_demo):
    app = page(view="Faces")
    app.segmented_control(key="size").set_value("Small").run()
    given = component(app)
    assert len(given["texts"]) == given["columns"] * given["lines"] or given["lines"] == -(-len(given["texts"]) // 40)
    assert given["sheet"].startswith("data:image/")


def test_a_linked_row_opens_with_its_ten_votes(small_demo):
    records = load_records("demo")
    app = page(view="Faces", row="5")
    assert "Row **5**" in text(app)
    shown = html(app)
    assert all(name in shown for name in (*VOTE_COLUMNS[:9], "not a face", "ten people"))
    for count in records.votes[5]:
        assert f">{count or '·'}<" in shown
    app.button(key="dataset_face_on").click().run()
    assert not app.exception
    assert "Row **5**" not in text(app)


def test_a_checkpoint_stands_beside_the_crowd(home_with_checkpoint):
    app = page(view="Faces", row="5", beside="tiny")
    assert not app.exception
    assert ">tiny<" in html(app)
    assert "%<" in html(app)


@pytest.mark.parametrize("row", ["999999", "-1", "x", "5 OR 1", "٣"])
def test_links_to_no_row_open_nothing(small_demo, row):
    app = page(view="Faces", row=row)
    assert "ten people" not in html(app)
    assert faces(app)


def test_a_split_without_faces_says_so(small_demo, demo_files, tmp_path):
    for path in demo_files:
        (tmp_path / path.name).write_text("".join(path.read_text().splitlines(keepends=True)[:6]))
    import_dataset(*(tmp_path / path.name for path in demo_files), name="five")
    app = page(view="Faces", dataset="five")
    app.segmented_control(key="split").set_value("Testing").run()
    assert "No face matches" in text(app)
    app.segmented_control(key="view").set_value("Overview").run()
    app.segmented_control(key="bars").set_value("Testing").run()
    assert not app.exception
    assert "No faces" in text(app)


def test_an_address_names_the_dataset_and_the_labels(small_demo, demo_files):
    import_dataset(*demo_files, name="mine")
    app = page(dataset="demo", scheme="distribution-8", view="Faces", **{"class": "fear"})
    assert app.selectbox(key="dataset").value == "demo"
    assert app.selectbox(key="scheme").value == "distribution-8"
    assert app.pills(key="class").value == "fear"
    strange = page(dataset="nonsense", scheme="?", page="-3", sample="x", view="Nowhere", agreement="a", own="rage")
    assert strange.selectbox(key="dataset").value == "FER+"
    assert strange.segmented_control(key="view").value == "Overview"


def test_samples_are_shuffled_and_can_be_put_back(small_demo):
    app = page(view="Faces")
    before = faces(app)
    app.button(key="dataset_shuffle").click().run()
    assert "sample 1" in text(app)
    assert faces(app) != before
    app.button(key="dataset_unshuffle").click().run()
    assert faces(app) == before


def test_labels_only_say_what_votes_would_add(small_demo, demo_files):
    import_dataset(demo_files[0])
    app = page(dataset="fer2013")
    assert app.selectbox(key="scheme").options == ["Own labels (FER2013's), 7 classes"]
    assert "imported without the FER+ votes" in text(app)
    assert len(app.dataframe) == 2
    for view in ("Faces", "Detective"):
        app.segmented_control(key="view").set_value(view).run()
        assert not app.exception


def test_the_lab_shows_every_step(small_demo):
    app = page(view="Pre-processing")
    assert [title in html(app) for title in ("Stored picture", "De-noising", "Contrast stretching", "CLAHE")] == [
        True
    ] * 3 + [False]
    app.multiselect(key="dataset_lab_steps").set_value(["clahe", "equalise"]).run()
    assert not app.exception
    assert html(app).index("2. CLAHE") < html(app).index("3. Histogram equalization")
    assert "preprocessing=clahe+equalise" in app.code[0].value


@pytest.mark.parametrize(
    ("link", "steps"),
    [("clahe+denoise", ["clahe", "denoise"]), ("clahe denoise", ["clahe", "denoise"]), ("none", []), ("blur", None)],
)
def test_a_link_names_the_steps(small_demo, link, steps):
    app = page(view="Pre-processing", steps=link)
    assert app.multiselect(key="dataset_lab_steps").value == (["denoise", "stretch"] if steps is None else steps)
    app.multiselect(key="dataset_lab_steps").set_value(["equalise"]).run()
    assert app.query_params["steps"] == "equalise"
    assert app.multiselect(key="dataset_lab_steps").value == ["equalise"]


def test_the_lab_takes_a_photo_from_the_face_to_the_crop(small_demo):
    app = page(view="Pre-processing", lab_source="A photo")
    assert all(title in html(app) for title in ("Face detection", "Crop", "Rotation correction"))
    app.button_group(key="dataset_lab_photo_choice").set_value(OWN).run()
    app.file_uploader(key="dataset_lab_photo").upload("broken.png", b"\x89PNG")
    app.run()
    assert not app.exception
    assert "incomplete or damaged" in app.error[0].value


def test_steps_are_taken_to_training(small_demo):
    app = page(view="Pre-processing")
    app.multiselect(key="dataset_lab_steps").set_value(["clahe"]).run()
    app.button(key="dataset_lab_train").click().run()
    assert not app.exception
    assert "Training form: CLAHE" in text(app)
    app.switch_page("pages/training.py").run()
    assert app.multiselect(key="training_preprocessing").value == ["clahe"]


@pytest.fixture
def with_copies(home, small_demo, demo_files, tmp_path):
    """The demo files, where three test rows and a validation row repeat a training row."""
    lines = demo_files[0].read_text().splitlines()
    for copy, original in ((130, 1), (131, 2), (140, 3), (100, 4)):
        emotion, _, usage = lines[copy + 1].split(",")
        lines[copy + 1] = ",".join((emotion, lines[original + 1].split(",")[1], usage))
    path = tmp_path / "fer2013.csv"
    path.write_text("\n".join(lines) + "\n")
    import_dataset(path, demo_files[1], name="copied")
    records = load_records("copied")
    return records, find_duplicates(records.images)


def test_a_finding_becomes_a_list_with_the_count_it_changes(with_copies):
    records, duplicates = with_copies
    expected = {finding.name: finding for finding in duplicate_findings(records, duplicates)}["clean-test"]
    assert {130, 131, 140} <= set(expected.rows.tolist())
    app = page(dataset="copied", view="Detective", finding="clean-test")
    assert f"{len(expected)} images." in text(app)
    assert len(faces(app)) == len(expected)
    effect = app.dataframe[0].value
    assert effect.loc["train", "left out"] == 0
    app.button(key="dataset_make_list").click().run()
    assert not app.exception
    (made,) = list_subsets(dataset_card("copied"))
    assert made.rows == tuple(sorted(expected.rows.tolist()))
    assert "is saved" in text(app)


def test_bad_names_of_lists_are_a_sentence_and_lists_are_deleted(with_copies):
    app = page(dataset="copied", view="Detective", finding="clean-test")
    app.text_input(key="dataset_list_name_clean-test").set_value("../x")
    app.button(key="dataset_make_list").click().run()
    assert any("is not a valid name" in info.value for info in app.info)
    assert not app.error
    app.text_input(key="dataset_list_name_clean-test").set_value(" clean  set ")
    app.button(key="dataset_make_list").click().run()
    assert "clean-set" in [known.name for known in list_subsets(dataset_card("copied"))]
    delete_subsets(dataset_card("copied"), "clean-set")
    save_subset(dataset_card("copied"), "mine", [1], "for a test")
    app = page(dataset="copied", view="Detective")
    app.button(key="delete_subset_mine").click().run()
    assert list_subsets(dataset_card("copied")) == ()


def test_pairs_across_splits_are_listed(with_copies):
    records, duplicates = with_copies
    across = duplicates.across(np.asarray(records.split))
    app = page(dataset="copied", view="Detective", look="Duplicate pairs")
    assert f"**{across.sum()} pairs lie across splits**" in text(app)
    assert len(faces(app)) == 2 * min(40, across.sum())
    app.segmented_control(key="pairs_kind").set_value("Exact copies").run()
    assert "Row 130" in " ".join(faces(app))


def test_means_and_map(home_with_checkpoint):
    app = page(view="Detective", look="Mean faces")
    assert html(app).count("<figure") == 7
    app.segmented_control(key="look").set_value("Map").run()
    assert not app.exception
    by_pixels = component(app)
    assert set(by_pixels["classes"]) <= set(by_pixels["colors"])
    app.selectbox(key="map_by").set_value("tiny").run()
    assert component(app)["x"] != by_pixels["x"]


def test_training_and_evaluation_offer_the_lists(home_with_checkpoint):
    test_rows = np.flatnonzero(np.asarray(load_records("demo").split) == 2)[:5]
    save_subset(dataset_card("demo"), "clean-test", test_rows, "for a test")
    app = AppTest.from_file(APP, default_timeout=60).switch_page("pages/training.py").run()
    assert "clean-test" in app.selectbox(key="training_exclude").options
    app.switch_page("pages/evaluation.py").run()
    app.selectbox(key="exclude").set_value("clean-test").run()
    assert not app.exception
    remaining, labeled = map(int, re.findall(r"Tested on (\d+) of (\d+) labeled faces", text(app))[0])
    assert 0 < labeled - remaining <= 5
    assert f"n = {remaining} " in text(app)
