"""Before a camera, a photo or a video there is the notice; at school and at work they start off."""

import pytest

from pages.shared.held_pictures import OWN
from pages.shared.notice import ACCEPTED

DOORS = {
    "photos": {},
    "videos": {},
    "webcam": {},
    "explain": {"explain_source": "Picture", "explain_upload_choice": OWN},
    "comparison": {"comparison_view": "On a photo", "comparison_photo_choice": OWN},
    "dataset": {"view": "Pre-processing", "lab_source": "A photo", "dataset_lab_photo_choice": OWN},
}
"""Every page that takes pictures of people, and the choices that lead there."""


def doors(page):
    """The boxes and cameras that take pictures of people."""
    boxes = [e.proto.label for e in page.get("file_uploader")]
    return [*boxes, *(e.proto.label for e in page.get("camera_input"))]


def words(page):
    return " ".join(e.value for kind in (page.markdown, page.subheader, page.info) for e in kind).replace("\\", "")


def labels(page):
    return [b.label for b in page.button]


@pytest.fixture
def visit(home_with_checkpoint, save_tiny, app_at):
    save_tiny("second")

    def visited(name):
        page = app_at(name)
        del page.session_state[ACCEPTED]
        for key, value in DOORS[name].items():
            page.session_state[key] = value
        page.run()
        assert not page.exception
        return page

    return visited


@pytest.mark.parametrize("name", DOORS)
def test_the_notice_comes_before_every_door_and_once_in_a_session(visit, name):
    page = visit(name)
    assert "Before your first picture" in words(page)
    assert "xpression is not a feeling" in words(page)
    assert not doors(page)
    assert "Start the camera" not in labels(page)
    page.button(key="notice_accept").click().run()
    assert not page.exception
    assert "Before your first picture" not in words(page)
    assert doors(page) or "Start the camera" in labels(page)
    page.switch_page("pages/photos.py").run()
    assert "Your pictures" in doors(page)


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize("context", ["education", "workplace"])
def test_at_school_and_at_work_every_door_starts_shut(visit, name, context, monkeypatch):
    monkeypatch.setenv("FER_CONTEXT", context)
    page = visit(name)
    assert "switched off" in words(page)
    assert "Safety and law" in words(page)
    assert not doors(page)
    assert "Start the camera" not in labels(page)
    assert "Astronaut" not in labels(page)
    assert "notice_accept" not in [b.key for b in page.button]
    assert name != "webcam" or not [*page.slider, *page.selectbox, *page.segmented_control]  # nothing to be set


def test_the_operator_can_open_them_and_the_notice_still_comes_first(visit, monkeypatch):
    monkeypatch.setenv("FER_CONTEXT", "education")
    monkeypatch.setenv("FER_OWN_FACES", "enabled")
    monkeypatch.setenv("FER_CONTACT", "Ms *Smith*")
    page = visit("photos")
    assert "Ms *Smith*" in words(page)
    assert not doors(page)
    page.button(key="notice_accept").click().run()
    assert doors(page)


def test_a_misspelt_context_opens_nothing(visit, monkeypatch):
    monkeypatch.setenv("FER_CONTEXT", "eductaion")
    page = visit("photos")
    assert not doors(page)
    assert any("CONTEXT" in e.value for e in page.error)


def test_drawn_samples_need_no_notice(visit):
    page = visit("photos")
    next(b for b in page.button if b.label == "A quarrel").click().run()
    assert "2 faces" in words(page)


@pytest.mark.parametrize("name", ["overview", "dataset", "training", "evaluation", "comparison", "explain", "quiz"])
def test_the_dataset_rooms_stay_open_at_school(home_with_checkpoint, open_page, name, monkeypatch):
    monkeypatch.setenv("FER_CONTEXT", "education")
    page = open_page(name)
    assert not page.error
    assert "switched off" not in words(page)


@pytest.mark.parametrize("name", ["explain", "comparison", "dataset"])
def test_samples_stand_before_the_notice(visit, app_at, name):
    page = visit(name)
    next(g for g in page.get("button_group") if OWN in g.options).set_value("A quarrel").run()
    assert "Before your first picture" not in words(page)
    assert any("data:image" in h.proto.body for h in page.get("html"))
