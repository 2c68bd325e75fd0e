"""The overview says what is there and what to do next."""

from functools import partial

import pytest

from fer_core.datasets.store import DEMO, import_dataset
from fer_core.training.runs.store import create_run
from fer_core.training.settings.config import TrainingConfig


@pytest.fixture
def overview(open_page):
    return partial(open_page, "overview")


def text(app):
    return " ".join(element.value for element in (*app.markdown, *app.caption, *app.info))


def test_a_fresh_start_draws_the_demo_and_suggests_training(small_demo, overview):
    app = overview()
    assert app.title[0].value == "FER Lab"
    assert "Train your first network" in text(app)
    assert "160 faces, ten votes each" in text(app)
    assert "No network has been trained yet" in text(app)
    assert "An expression is not a feeling" in text(app)
    assert app.button(key="overview_next").label == "Train on the demo faces"


def test_an_empty_home_gets_its_demo(home, quick_drawing, overview):
    assert "drawn by this app" in text(overview())
    assert (home / "data" / DEMO / "card.json").exists()


def test_every_step_of_the_paper_links_to_a_page(small_demo, overview):
    links = [element.proto.page for element in overview().get("page_link")]
    assert links[:5] == ["dataset", "dataset", "training", "webcam", "evaluation"]


def test_a_checkpoint_shows_its_honest_scores(home_with_checkpoint, overview):
    app = overview()
    assert "**30.0 %** of the test faces" in text(app)
    assert "Bring in real faces" in text(app)


def test_real_faces_want_a_network_and_then_a_photo(home_with_checkpoint, demo_files, save_tiny, overview):
    card = import_dataset(*demo_files, name="mine")
    assert "Train on “mine”" in text(overview())
    save_tiny("better", dataset="mine", dataset_fingerprint=card.fingerprint)
    assert "Try it on a photo" in text(overview())


@pytest.mark.parametrize("name", ["a-run", "two.runs_2"])
def test_a_training_under_way_comes_first(home_with_checkpoint, name, overview):
    create_run(TrainingConfig(epochs=7), name)
    app = overview()
    assert "is learning right now" in text(app)
    assert "0 of 7 epochs are complete" in text(app)
    assert app.button(key="overview_next").label == "Follow the training"


def test_a_damaged_dataset_is_a_sentence(small_demo, home, overview):
    (home / "data" / DEMO / "card.json").write_text("{")
    assert "160 faces" in text(overview())  # the demo is drawn again


@pytest.mark.parametrize(("file", "words"), [("model.tflite", "is not the file that was saved"), ("card.json", "card")])
def test_what_is_damaged_is_shown_and_the_rest_goes_on(home_with_checkpoint, save_tiny, open_page, file, words):
    bad = save_tiny("bad").directory / file
    bad.write_bytes(bad.read_bytes()[:-9])
    for page in ("overview", "photos", "comparison", "evaluation"):
        said = [warning.value for warning in open_page(page).warning]
        assert any("**bad**:" in warning and words in warning for warning in said), page
    assert "**tiny** ·" in text(open_page("overview"))


def test_a_damaged_dataset_is_shown(home_with_checkpoint, demo_files, home, overview):
    import_dataset(*demo_files, name="mine")
    (home / "data" / "mine" / "card.json").write_text("{")
    assert any("**mine**:" in warning.value for warning in overview().warning)
