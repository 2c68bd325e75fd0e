import re
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fer_core.checkpoints.checkpoint import Checkpoint, delete_checkpoint, list_checkpoints
from fer_core.checkpoints.foreign.readings import use_reading
from fer_core.checkpoints.spec import DEFAULT_SPEC, NetworkSpec, Reading
from fer_core.datasets import store
from fer_core.datasets.subsets import save_subset
from fer_core.labels import KNOWN_ORDERS, PAPER_EMOTIONS
from pages.shared.cached import version_of

APP = str(Path(__file__).parents[2] / "app.py")

UNIT = NetworkSpec(scaling="unit")


@pytest.fixture(scope="module", autouse=True)
def _fresh_caches():
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def page(home):
    return AppTest.from_file(APP, default_timeout=120).switch_page("pages/comparison.py")


@pytest.fixture
def two(small_demo, save_tiny):
    own = {"dataset_fingerprint": store.dataset_card("demo").fingerprint}
    save_tiny("straight", **own)
    save_tiny("turned", class_names=PAPER_EMOTIONS[::-1], **own)


def texts(page):
    kinds = (page.markdown, page.caption, page.info, page.success, page.warning)
    return " ".join(e.value for kind in kinds for e in kind).replace("\\", "")


def html(page):
    return " ".join(e.proto.body for e in page.get("html"))


def view(page, name):
    page.segmented_control(key="comparison_view").set_value(name).run()
    assert not page.exception
    return page


def test_with_one_checkpoint_it_says_what_to_do(home_with_checkpoint, page):
    page.run()
    assert not page.exception
    assert "Choose a second checkpoint" in page.info[0].value
    assert "Train a checkpoint" in [link.proto.label for link in page.get("page_link")]


def test_saved_subsets_are_compared(two, page):
    page.run()
    view(page, "Subsets")
    assert "no saved subset yet" in texts(page)
    card = store.dataset_card("demo")
    save_subset(card, "first", range(140), "the first")
    save_subset(card, "training", range(10), "nothing of the test")
    page.run()
    table = page.dataframe[0].value
    assert table["subset"].tolist() == ["all faces", "first"]
    assert set(table["is_significant"]) <= {"yes", "no"}
    assert "No faces of this test in: training" in texts(page)
    page.selectbox(key="only").select("first").run()
    assert not page.exception
    assert page.dataframe[0].value["n"].nunique() == 1


def test_without_any_picture_the_shipped_ones_are_compared(tmp_path, monkeypatch):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    page = AppTest.from_file(APP, default_timeout=120).switch_page("pages/comparison.py").run()
    assert not page.exception
    assert page.selectbox(key="dataset").value == "FER+"
    assert page.dataframe[0].value["accuracy"].tolist() == pytest.approx([87.31, 86.36], abs=0.01)
    assert "257 of the 3,137 faces are exact copies" in texts(page)
    view(page, "Head to head")
    assert "Import FER2013 to see them" in texts(page)
    page.selectbox(key="dataset").set_value("demo").run()
    assert not page.exception
    assert "Drawn faces" in texts(page)


@pytest.fixture
def compared(two, page):
    page.run()
    assert not page.exception
    assert not page.error
    return page


def test_the_leaderboard_and_a_verdict_in_words(compared):
    table = compared.dataframe[0].value
    assert set(table["checkpoint"]) == {"straight", "turned"}
    assert table["accuracy"].is_monotonic_decreasing
    assert table["p_value"].iloc[0] == "best"
    assert (table["milliseconds"] > 0).all()
    assert re.search(r"is better than|No significant difference|classify the same", texts(compared))
    assert len(compared.get("plotly_chart")) == 3


def test_head_to_head_shows_who_is_right_where(compared):
    view(compared, "Head to head")
    assert re.search(r"both classify \*\*\d+\*\* correctly and \*\*\d+\*\* wrongly", texts(compared))
    assert "McNemar" in texts(compared)
    shown = 0
    for box in (0, 1):
        chosen = next(c for c in compared.segmented_control if c.label == "Correct")
        chosen.set_value(chosen.options[box]).run()
        assert not compared.exception
        shown += html(compared).count("<img ")
    assert shown > 0


def test_the_same_one_twice_is_no_pair(compared):
    view(compared, "Head to head")
    names = [next(b for b in compared.selectbox if b.label == label) for label in ("First", "Second")]
    names[0].select(names[1].value).run()
    assert not compared.exception
    assert "two different" in texts(compared)


def test_settings_and_reports(compared):
    view(compared, "Settings and curves")
    assert "settings are identical" in texts(compared)
    compared.toggle(key="comparison_all_settings").set_value(True).run()
    assert "learning rate" in compared.dataframe[0].value.index
    view(compared, "Export")
    assert [b.label for b in compared.get("download_button")] == ["Report (HTML)", "Every prediction (CSV)"]
    assert any("python -m fer_core compare" in block.value for block in compared.code)


def test_one_photo_and_all_answers_side_by_side(compared):
    view(compared, "On a photo")
    pills = next(p for p in compared.get("button_group") if "Astronaut" in p.options)
    pills.set_value("Astronaut").run()
    assert not compared.exception
    assert html(compared).count("Face 1 as the networks see it") == 1
    for name in ("straight", "turned"):
        assert f"<b>{name}</b>" in html(compared)


def test_who_was_trained_on_the_test_is_refused_in_words(two, same_faces_as_training, page):
    page.query_params["dataset"] = same_faces_as_training
    page.run()
    assert not page.exception
    assert "was trained on" in page.error[0].value.replace("\\", "")
    assert not page.dataframe


def test_a_refused_file_is_a_sentence_and_nothing_more(two, page):
    page.run()
    view(page, "Add a checkpoint")
    page.file_uploader[0].upload("model.h5", b"\x89HDF\r\n\x1a\n", "application/octet-stream").run()
    next(b for b in page.button if b.label == "Check and import").click().run()
    assert not page.exception
    assert "Save the model again" in page.error[0].value
    assert len(list_checkpoints()) == 2


def test_an_import_is_announced_with_its_doubts_and_can_be_removed(two, save_tiny, page, monkeypatch):
    asked = []
    orders = KNOWN_ORDERS["fer2013"], PAPER_EMOTIONS
    readings = [Reading("yours", orders[0], DEFAULT_SPEC, 0.14), Reading("ferplus-7", orders[1], UNIT, 0.66)]

    def instead(file):
        asked.append((file.name, file.class_names, file.scaling, file.path.read_bytes()))
        card = save_tiny(file.name, origin="imported", notes=("About **them**.",), readings=tuple(readings[::-1]))
        return use_reading(card, readings[0])

    monkeypatch.setattr("pages.parts.comparison.checkpoints.import_checkpoint", instead)
    page.run()
    view(page, "Add a checkpoint")
    page.file_uploader[0].upload("my net!.keras", b"content", "application/octet-stream").run()
    next(b for b in page.selectbox if b.label == "Class order").select("fer2013").run()
    next(b for b in page.button if b.label == "Check and import").click().run()
    assert not page.exception
    assert asked == [("my-net", orders[0], None, b"content")]
    assert "my-net" in page.success[0].value.replace("\\", "")
    assert r"\*\*them\*\*" in page.info[0].value
    assert r"66\.0%" in page.warning[0].value
    assert page.dataframe[0].value["Accuracy"].tolist() == [0.66, 0.14]
    assert page.dataframe[0].value["In use"].tolist() == ["", "✓"]
    next(b for b in page.button if b.label == "Use that order").click().run()
    assert not page.exception
    (used,) = [c.card for c in list_checkpoints() if c.name == "my-net"]
    assert (used.class_names, used.spec) == (orders[1], UNIT)
    versions = {version_of(Checkpoint(Path(), card)) for card in (used, replace(used, class_names=orders[0]))}
    assert len(versions | {version_of(Checkpoint(Path(), replace(used, spec=DEFAULT_SPEC)))}) == 3  # no stale answers
    assert page.dataframe[0].value["In use"].tolist() == ["✓", ""]
    assert not page.warning
    assert "Use that order" not in [b.label for b in page.button]
    delete_checkpoint(next(c for c in list_checkpoints() if c.name == "my-net"))  # somebody else was quicker
    next(b for b in page.button if b.label == "Remove").click().run()
    assert not page.exception
    assert "my-net" not in [c.name for c in list_checkpoints()]
    assert not page.success


def test_imports_offer_the_known_orders_and_own_names(two, page):
    page.run()
    view(page, "Add a checkpoint")
    order = next(b for b in page.selectbox if b.label == "Class order")
    assert len(order.options) == 2 + len(KNOWN_ORDERS)
    order.select("another order").run()
    assert not page.exception
    assert any(box.label == "Class names" for box in page.text_input)
    scaling = next(b for b in page.selectbox if b.label == "Scaling")
    scaling.select("custom").run()
    assert not page.exception
    assert [box.label for box in page.text_input if "0 to 1" in box.help] == ["Mean", "Standard deviation"]


def test_names_are_shown_as_text(two, save_tiny, page):
    save_tiny("x.1_2", limits="l", config={"scheme": "majority-7", "<b>odd</b>": "[x](y)"})
    page.query_params["compare"] = ["straight", "x.1_2"]
    page.run()
    assert not page.exception
    view(page, "Settings and curves")
    assert "<b>odd</b>" in page.dataframe[0].value.index.tolist()


def test_checkpoints_of_one_s_own_are_listed_with_size_and_age_and_can_be_deleted(
    home_with_checkpoint, save_tiny, open_page
):
    save_tiny("second")
    page = open_page("comparison", comparison_view="Add a checkpoint")
    listed = [m.value.replace("\\", "") for m in page.markdown if "MB" in m.value]
    assert len(listed) == 2
    assert all("trained 2026-01-02" in line for line in listed)
    page.button(key="comparison_delete_second").click().run()
    page.button(key="comparison_delete_now").click().run()
    assert not page.exception
    assert not (home_with_checkpoint / "models" / "second").exists()
    assert (home_with_checkpoint / "models" / "tiny").exists()
