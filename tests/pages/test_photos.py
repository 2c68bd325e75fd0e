import io

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from fer_core.datasets.drawn.scene import sample_scenes
from fer_core.faces.detection import Face, PhotoDetector
from fer_core.recognition.recognize import MAX_LISTED_FACES


@pytest.fixture
def page(home, app_at):
    return app_at("photos")


@pytest.fixture
def ready(home, save_tiny, page):
    save_tiny()
    page.run()
    assert not page.exception
    return page


def encoded(image, kind="PNG"):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def quarrel():
    return encoded(sample_scenes()[1].image, "JPEG")


@pytest.fixture(scope="module")
def nobody():
    return encoded(np.full((120, 200, 3), 128, np.uint8))


def upload(page, *files):
    page.file_uploader[0].set_value([(name, content, "image/jpeg") for name, content in files])
    page.run()
    assert not page.exception
    return page


def texts(page):
    return " ".join(e.value for kind in (page.markdown, page.caption, page.info) for e in kind).replace("\\", "")


def html(page):
    return " ".join(e.proto.body for e in page.get("html"))


def labels(page):
    return [e.proto.label for e in page.get("download_button")]


def test_without_a_checkpoint_it_leads_to_training(page):
    page.run()
    assert not page.exception
    assert "No checkpoint yet" in page.info[0].value
    assert not page.file_uploader


def test_empty_page_invites(ready):
    assert {"Astronaut", "Three friends", "A quarrel", "The jury"} <= {b.label for b in ready.button}
    assert "until you clear them or close the app" in texts(ready)
    assert "not a feeling" in texts(ready)
    assert not labels(ready)


def test_a_sample_is_one_click_away_and_can_be_put_back(ready):
    next(b for b in ready.button if b.label == "A quarrel").click().run()
    assert not ready.exception
    assert "A quarrel · 2 faces" in texts(ready).replace("*", "")
    assert html(ready).count("looks like: ") == 2
    ready.button_group[0].set_value([]).run()
    assert not ready.exception
    assert "looks like" not in html(ready)


def test_one_bad_file_never_stops_the_others(ready, quarrel):
    files = [("cut.jpg", quarrel[:5000]), ("*note*.jpg", b"hello"), ("good.jpg", quarrel), ("empty.png", b"")]
    upload(ready, *files)
    problems = [e.value.replace("\\", "") for e in ready.error]
    assert [p.split(" ")[0] for p in problems] == ["cut.jpg", "*note*.jpg", "empty.png"]
    assert "incomplete or damaged" in problems[0]
    assert "not a supported picture" in problems[1]
    assert "good.jpg** · 2 faces" in texts(ready)
    assert labels(ready).count("Annotated picture") == 1
    assert {"CSV", "Annotated pictures (ZIP)"} <= set(labels(ready))


def test_no_face_offers_the_whole_picture_and_says_so(ready, nobody):
    upload(ready, ("gray.png", nobody))
    assert "No face found" in texts(ready)
    next(b for b in ready.button if b.label == "Classify the whole picture").click().run()
    assert not ready.exception
    assert "No face found; the whole picture was classified" in texts(ready)
    assert "Whole picture" in html(ready)
    assert "classified anyway" in texts(ready)


def press(page, label):
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception


def test_without_a_face_it_shows_where_it_looked_and_a_place_can_be_classified(ready, nobody, monkeypatch):
    places = (Face((20, 20, 60, 60), 0.21), Face((120, 30, 170, 80), 0.34))
    monkeypatch.setattr(PhotoDetector, "candidates", lambda self, image: places)
    upload(ready, ("gray.png", nobody))
    assert "2 regions examined" in texts(ready)
    assert "Try a larger face" in texts(ready)
    press(ready, "Classify place 2")
    assert "No face found; place 2 was classified" in texts(ready)
    assert "<b>Place 2</b>" in html(ready)
    press(ready, "Classify the whole picture")
    assert "<b>Whole picture</b>" in html(ready)


def test_a_picture_is_cropped_and_looked_at_again(ready, nobody):
    upload(ready, ("gray.png", nobody))
    ready.slider[0].set_value((50, 100)).run()
    ready.slider[1].set_value((0, 25)).run()
    press(ready, "Search here")
    ready.run()
    (photo,) = ready.session_state["photos_seen"].results.values()
    assert photo.size == (100, 30)
    assert ready.slider[0].value == (0, 100)
    press(ready, "Undo crop")
    (photo,) = ready.session_state["photos_seen"].results.values()
    assert photo.size == (200, 120)


def test_each_picture_is_looked_at_once(ready, quarrel, nobody, monkeypatch):
    seen = []
    look = PhotoDetector.candidates
    monkeypatch.setattr(PhotoDetector, "candidates", lambda self, image: seen.append(1) or look(self, image))
    upload(ready, ("a.jpg", quarrel), ("b.png", nobody))
    ready.run()
    upload(ready, ("a.jpg", quarrel))
    assert len(seen) == 2
    kept = ready.session_state["photos_seen"].results
    assert [key[0] for key in kept] == ["a.jpg"]


def test_pictures_survive_a_look_inside_until_they_are_cleared(ready, quarrel, nobody):
    upload(ready, ("a.jpg", quarrel), ("b.png", nobody))
    ready.button_group(key="look inside 1").set_value("1").run()
    assert ready.title[0].value == "Explain"
    ready.switch_page("pages/photos.py").run()
    assert "a.jpg** · 2 faces" in texts(ready)
    assert "b.png" in texts(ready)
    assert "Earlier pictures: a.jpg, b.png" in texts(ready)
    upload(ready, ("c.png", nobody))
    assert texts(ready).count(" · No face found") == 2
    ready.button(key="clear photos_upload").click().run()
    assert not ready.exception
    assert "a.jpg" not in texts(ready)
    assert not ready.session_state["photos_seen"].results
    ready.switch_page("pages/about.py").run()
    ready.switch_page("pages/photos.py").run()
    assert "a.jpg" not in texts(ready)


def test_the_same_file_twice_is_no_trouble(ready, nobody):
    upload(ready, ("a.png", nobody), ("a.png", nobody))
    assert texts(ready).count("a.png") == 2


def test_many_faces_are_listed_up_to_a_limit(ready, quarrel, monkeypatch):
    look = PhotoDetector.candidates
    monkeypatch.setattr(PhotoDetector, "candidates", lambda self, image: look(self, image) * 30)
    upload(ready, ("crowd.jpg", quarrel))
    assert html(ready).count("looks like: ") == MAX_LISTED_FACES
    assert "50 of 60 faces listed" in texts(ready)


def test_file_names_are_text(ready, nobody):
    upload(ready, ("**x** [y](http://z) $1$ :smile:.png", nobody))
    assert any(r"\*\*x\*\* \[y\]" in m.value for m in ready.markdown)
    assert "<b>x" not in html(ready)


def test_a_damaged_checkpoint_gives_one_sentence(ready, home, quarrel):
    (home / "models" / "tiny" / "model.tflite").write_bytes(b"damaged")
    st.cache_resource.clear()
    upload(ready, ("a.jpg", quarrel))
    assert "is damaged" in ready.error[0].value.replace("\\", "")


def test_a_face_of_a_picture_is_looked_into(ready, quarrel):
    upload(ready, ("quarrel.jpg", quarrel, "image/jpeg")[:2])
    row = ready.button_group(key="look inside 1")
    assert row.options == ["1", "2"]
    row.set_value("2").run()
    assert not ready.exception
    assert ready.title[0].value == "Explain"
    assert "Face 2 of quarrel.jpg" in texts(ready)
    assert any(link.proto.label == "Back to Photos" for link in ready.get("page_link"))
