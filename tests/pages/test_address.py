"""What an address asks for: taken, kept apart from page to page, and named where it is not here."""

import pytest

from pages.shared.links import PAGES
from tests.pages.test_dataset import text


def gone(app):
    return " ".join(w.value.replace("\\", "") for w in app.warning if "the address asks for" in w.value)


@pytest.mark.parametrize("page", ["evaluation", "explain", "quiz", "photos", "videos", "webcam", "break_it"])
def test_an_unknown_checkpoint_is_named_on_every_page(home_with_checkpoint, open_page, page):
    assert "checkpoint “none” (shown: tiny)" in gone(open_page(page, checkpoint="none"))


@pytest.mark.parametrize(
    ("page", "query", "words"),
    [
        ("dataset", {"dataset": "lost"}, "dataset “lost” (shown: FER+)"),
        ("dataset", {"view": "Classes"}, "view “Classes” (shown: Overview)"),
        ("dataset", {"view": "Faces", "class": "wrath"}, "class “wrath” (shown: all classes)"),
        ("dataset", {"view": "Faces", "row": "99999"}, "row “99999”"),
        ("dataset", {"scheme": "none"}, "scheme “none” (shown: majority-7)"),
        ("evaluation", {"eval_split": "train"}, "split “train” (shown: test)"),
        ("evaluation", {"labels": "best"}, "labels “best” (shown: majority-7)"),
        ("evaluation", {"cell": "joy~grief"}, "cell “joy~grief”"),
        ("explain", {"row": "99999"}, "row “99999” (shown: 159)"),
        ("comparison", {"comparison_view": "Chart"}, "view “Chart” (shown: Leaderboard)"),
        ("break_it", {"experiment": "magic"}, "experiment “magic” (shown: scaling)"),
    ],
)
def test_unknown_values_are_named_with_what_is_shown_instead(home_with_checkpoint, open_page, page, query, words):
    app = open_page(page, **query)
    assert words in gone(app)
    assert words in gone(app.run())  # a rerun does not swallow it


def test_it_is_said_until_somebody_chooses(home_with_checkpoint, open_page):
    app = open_page("dataset", view="Classes")
    app.segmented_control(key="view").set_value("Faces").run()
    assert gone(app) == ""


@pytest.mark.parametrize("page", [page for page in PAGES if page != "diagnostics"])
def test_a_plain_address_is_not_commented(home_with_checkpoint, open_page, page):
    assert gone(open_page(page)) == ""


def test_known_values_are_taken_by_identifier(home_with_checkpoint, open_page):
    app = open_page("evaluation", checkpoint="tiny", dataset="demo", labels="fer2013", eval_split="validation")
    assert gone(app) == ""
    assert app.segmented_control(key="eval_split").value == "validation"


def test_each_page_has_a_view_of_its_own(home_with_checkpoint, open_page):
    app = open_page("evaluation", view="Sureness")  # parameter and view had these names  # codespell:ignore
    assert app.segmented_control(key="evaluation_view").value == "Calibration"
    app = open_page("evaluation", view="Classes")
    assert app.segmented_control(key="evaluation_view").value == "Classes"
    app.segmented_control(key="evaluation_view").set_value("Calibration").run()
    assert app.query_params["evaluation_view"] == "Calibration"
    assert open_page("dataset", evaluation_view="Classes").segmented_control(key="view").value == "Overview"


def test_only_a_choice_is_written_into_the_address(home_with_checkpoint, open_page):
    for page in ("evaluation", "break_it", "dataset"):
        assert not dict(open_page(page).query_params)


def test_the_quiz_begins_with_a_dataset_that_has_votes(home_with_checkpoint, demo_files, open_page):
    from fer_core.datasets.store import import_dataset

    import_dataset(demo_files[0], name="without")
    app = open_page("dataset", dataset="without").switch_page("pages/quiz.py").run()
    assert not app.exception
    assert app.selectbox(key="voted_dataset").value == "demo"
    assert "without the ten votes" not in text(app)


def test_only_what_somebody_chose_is_carried_along(home_with_checkpoint, demo_files, open_page):
    """Explain begins with the demo and Dataset with FER+, which has no pictures here."""
    app = open_page("explain")
    assert app.selectbox(key="dataset").value == "demo"
    assert app.switch_page("pages/dataset.py").run().selectbox(key="dataset").value == "FER+"
    app.selectbox(key="dataset").set_value("demo").run()
    app.switch_page("pages/explain.py").run()
    assert app.switch_page("pages/dataset.py").run().selectbox(key="dataset").value == "demo"


def test_ferplus_is_found_by_either_of_its_names(home_with_checkpoint, open_page):
    """A link that was made before an import, or after it, shows what is there of FER+."""
    for name in ("FER+", "ferplus"):
        app = open_page("dataset", dataset=name)
        assert gone(app) == ""
        assert app.selectbox(key="dataset").value == "FER+"


def test_where_a_dataset_was_imported_nobody_begins_with_a_demo_that_is_not_stored(home, demo_files, open_page):
    from fer_core.datasets.store import import_dataset, list_datasets

    import_dataset(*demo_files, name="mine")
    for page in ("training", "break_it"):
        assert open_page(page).selectbox(key="dataset").value == "mine"
    assert [card.name for card in list_datasets()] == ["mine"]


def test_one_prior_for_all_pages(home_with_checkpoint, save_tiny, open_page):
    save_tiny("tiny", prior=(0.4, *[0.1] * 6))
    app = open_page("photos", prior="uniform")
    assert "Answers by tiny, class prior: uniform" in text(app).replace("\\", "")
    for page in ("explain", "evaluation", "quiz", "webcam", "videos"):
        app.switch_page(f"pages/{page}.py").run()
        assert app.segmented_control(key="prior").value == "uniform"
