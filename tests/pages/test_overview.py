"""The overview says what is there and what to do next."""

from functools import partial

import pytest

from fer_core.datasets.store import DEMO, import_dataset, list_datasets
from fer_core.training.runs.store import create_run
from fer_core.training.settings.config import TrainingConfig
from pages.shared.links import MENU


@pytest.fixture
def overview(open_page):
    return partial(open_page, "overview")


def text(app):
    return " ".join(element.value for element in (*app.markdown, *app.caption, *app.info))


def html(app):
    return " ".join(element.proto.body for element in app.get("html"))


def table(app):
    return app.dataframe[0].value.set_index("Name")["Details"]


def test_an_empty_home_shows_the_product_working_and_draws_no_dataset(tmp_path, monkeypatch, overview):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    app = overview()
    assert app.title[0].value == "FER Lab"
    assert "Answers by fer-lab, class prior: halfway" in text(app).replace("\\", "")
    assert "Face 1" in html(app)
    assert table(app)["FER+"].startswith("35,887 faces, ten votes each")
    assert table(app)["fer-lab"].startswith("87.3% test accuracy")
    assert "An expression is not a feeling" in text(app)
    assert not list_datasets()


def test_another_sample_is_one_click_away(tmp_path, monkeypatch, overview):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    app = overview()
    next(button for button in app.button if button.label == "A quarrel").click().run()
    assert not app.exception
    assert "Face 2" in html(app)


def test_at_school_no_photograph_of_a_person_is_shown(tmp_path, monkeypatch, overview):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    monkeypatch.setenv("FER_CONTEXT", "education")
    app = overview()
    assert [button.label for button in app.button if button.disabled] == ["Three friends"]
    assert "Astronaut" not in [button.label for button in app.button]


def test_three_ways_in_lead_to_every_page_of_the_menu(home_with_checkpoint, overview):
    app = overview()
    assert {"Try it", "Learn", "Lab"} <= {header.value for header in app.subheader}
    links = [element.proto.page for element in app.main.get("page_link")]
    assert {page for way in ("Try it", "Learn", "Lab") for page in MENU[way]} <= set(links)


def test_every_step_of_the_paper_links_to_a_page(small_demo, overview):
    links = [element.proto.page for element in overview().main.get("page_link")]
    assert links[-5:] == ["dataset", "dataset", "training", "webcam", "evaluation"]


def test_without_a_network_it_leads_to_training(small_demo, overview):
    app = overview()
    assert "No trained network yet" in text(app)
    assert "Train one" in [element.proto.label for element in app.get("page_link")]


def test_a_checkpoint_shows_its_honest_scores(home_with_checkpoint, overview):
    assert table(overview())["tiny"] == "30.0% test accuracy · 40.0% validation · 50.0% training · 7 classes of “demo”"


def test_real_faces_want_a_network_and_then_nothing(home_with_checkpoint, demo_files, save_tiny, overview):
    card = import_dataset(*demo_files, name="mine")
    app = overview()
    assert "Train on “mine”" not in text(app)  # whoever imported it, others did not choose it
    app.session_state["dataset"] = "mine"
    assert "Train on “mine”" in text(app.run())
    save_tiny("better", dataset="mine", dataset_fingerprint=card.fingerprint)
    assert "Next:" not in text(app.run())


@pytest.mark.parametrize("name", ["a-run", "two.runs_2"])
def test_a_training_under_way_comes_first(home_with_checkpoint, name, overview):
    create_run(TrainingConfig(epochs=7), name)
    app = overview()
    assert "is training" in text(app)
    assert "0 of 7 epochs complete" in text(app)
    assert app.button(key="overview_next").label == "Follow the training"


def test_a_damaged_dataset_is_a_sentence(small_demo, home, overview):
    (home / "data" / DEMO / "card.json").write_text("{")
    assert any("**demo**:" in warning.value for warning in overview().warning)


@pytest.mark.parametrize(("file", "words"), [("model.tflite", "its contents changed"), ("card.json", "card")])
def test_what_is_damaged_is_shown_and_the_rest_goes_on(home_with_checkpoint, save_tiny, open_page, file, words):
    bad = save_tiny("bad").directory / file
    bad.write_bytes(bad.read_bytes()[:-9])
    for page in ("overview", "photos", "comparison", "evaluation"):
        said = [warning.value for warning in open_page(page).warning]
        assert any("**bad**:" in warning and words in warning for warning in said), page
    assert "tiny" in table(open_page("overview"))


def test_a_damaged_dataset_is_shown(home_with_checkpoint, demo_files, home, overview):
    import_dataset(*demo_files, name="mine")
    (home / "data" / "mine" / "card.json").write_text("{")
    assert any("**mine**:" in warning.value for warning in overview().warning)
