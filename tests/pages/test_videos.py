"""The Videos page: a job in a child process, its progress, its result, and nothing of it left behind."""

import time

import pytest

from fer_core.recognition.samples import sample_videos
from fer_core.recognition.videos import jobs

SAMPLE = sample_videos()["Two moods"]


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    assert (jobs.PROJECT / "app.py").exists()  # imported before the home is changed: children run in the project
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def page(home, temporary, app_at):
    return app_at("videos")


@pytest.fixture
def ready(save_tiny, page):
    save_tiny()
    page.run()
    assert not page.exception
    yield page
    if "videos_job" in page.session_state:
        page.session_state["videos_job"].close()


def texts(page):
    kinds = (page.markdown, page.caption, page.info, page.error, page.warning)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def button(page, label):
    return next(b for b in page.button if b.label == label)


def upload(page, name, content):
    page.file_uploader[0].set_value([(name, content, "video/mp4")])
    page.run()
    button(page, "Analyze the video").click()
    return until_it_ends(page)


def until_it_ends(page):
    page.run()
    job = page.session_state["videos_job"]
    deadline = time.monotonic() + 120
    while job.status.is_active:
        assert time.monotonic() < deadline, job.status
        time.sleep(0.05)
    page.run()
    assert not page.exception
    return page


def downloads(page):
    return [element.proto.label for element in page.get("download_button")]


def test_without_a_checkpoint_it_leads_to_training(page):
    page.run()
    assert not page.exception
    assert "No checkpoint yet" in page.info[0].value
    assert not page.file_uploader


def test_the_empty_page_invites_and_says_what_becomes_of_videos(ready):
    assert "until you remove them" in texts(ready)
    assert "not a feeling" in texts(ready)
    assert button(ready, "Analyze “Two moods”")
    assert not [b for b in ready.button if b.label == "Analyze the video"]


def test_the_sample_becomes_a_timeline(ready, temporary):
    ready.select_slider(key="videos_rate").set_value(2)
    button(ready, "Analyze “Two moods”").click()
    until_it_ends(ready)
    assert "2 faces" in texts(ready)
    assert "24 of 180 frames analyzed" in texts(ready)
    assert len(ready.get("plotly_chart")) == 1
    assert len(ready.get("video")) == 1
    assert downloads(ready) == ["Annotated video", "CSV"]
    button(ready, "Another video").click().run()
    assert not ready.exception
    assert ready.file_uploader
    assert not list(temporary.glob("*/video"))


def test_a_video_is_analyzed_again_without_a_new_upload(ready, save_tiny, temporary):
    save_tiny("other")
    ready.select_slider(key="videos_rate").set_value(1)
    button(ready, "Analyze “Two moods”").click()
    until_it_ends(ready)
    before = ready.session_state["videos_job"]
    assert button(ready, "Analyze again").disabled
    other = next(c for c in ready.selectbox(key="checkpoint").options if c != before.checkpoint.name)
    ready.selectbox(key="checkpoint").set_value(other).run()
    button(ready, "Analyze again").click()
    until_it_ends(ready)
    job = ready.session_state["videos_job"]
    assert job.checkpoint.name == other
    assert job.name == before.name
    assert "2 faces" in texts(ready)
    assert not before.folder.exists()


def test_progress_is_shown_and_cancel_deletes_everything(ready, temporary):
    ready.select_slider(key="videos_rate").set_value(30)
    ready.selectbox(key="videos_face_distance").set_value("crowd")
    button(ready, "Analyze “Two moods”").click().run()
    assert not ready.exception
    assert button(ready, "Cancel")
    job = ready.session_state["videos_job"]
    deadline = time.monotonic() + 120
    while job.status.frames == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    ready.run()
    assert ready.get("progress")[0].proto.text.split(" ")[1] == "frames"
    button(ready, "Cancel").click().run()
    assert not ready.exception
    assert ready.file_uploader
    assert not list(temporary.glob("*/video"))


@pytest.mark.parametrize("content", [b"no video", b"", SAMPLE.read_bytes()[:5000]])
def test_a_bad_file_is_one_sentence(ready, content):
    upload(ready, "**x** [y].mp4", content)
    (error,) = ready.error
    assert error.value.startswith(r"\*\*x\*\* \[y\]")
    assert "Traceback" not in texts(ready)
    button(ready, "Another video").click().run()
    assert ready.file_uploader


def test_a_damaged_file_shows_what_was_readable(ready):
    content = SAMPLE.read_bytes()
    upload(ready, "cut.mp4", content[: len(content) // 2])
    assert "of about 180 frames readable" in ready.warning[0].value.replace("\\", "")
    assert len(ready.get("plotly_chart")) == 1


def test_the_analysis_goes_on_while_other_pages_are_visited(ready):
    ready.select_slider(key="videos_rate").set_value(1)
    button(ready, "Analyze “Two moods”").click().run()
    ready.switch_page("pages/photos.py").run()
    assert not ready.exception
    ready.switch_page("pages/videos.py")
    until_it_ends(ready)
    assert "2 faces" in texts(ready)
