"""The child process: what it answers, and that nothing of it is left behind."""

import os
import shutil
import time

import psutil
import pytest

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.errors import VideoError
from fer_core.recognition.videos.analysis import AnalysisOptions
from fer_core.recognition.videos.jobs import JobStatus, VideoJob

OPTIONS = AnalysisOptions(frames_per_second=10.0, face_distance="near")


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A folder of temporary files for this test alone, and the project's own folder for children."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def start(home, save_tiny, temporary):
    save_tiny()
    started = []

    def start(content, name="clip.mp4", checkpoint=None):
        started.append(VideoJob(name, [content], checkpoint or load_checkpoint("tiny"), OPTIONS))
        return started[-1]

    yield start
    for job in started:
        job.close()


def ended(job):
    deadline = time.monotonic() + 60
    while job.status.is_active:
        assert time.monotonic() < deadline, (job.status, (job.folder / "log.txt").read_text())
        time.sleep(0.05)
    return job.status


def endless(couple, write_clip):
    """A video whose analysis takes longer than a test."""
    return write_clip([couple] * 2000, options={"movflags": "faststart"}).read_bytes()


def test_a_job_answers_with_files(start, write_clip, couple):
    job = start(write_clip([couple] * 12).read_bytes())
    status = ended(job)
    assert (status.state, status.message) == ("finished", "")
    assert job.result.summary == "2 faces · 4 of 12 frames analyzed · 0.3 s"
    assert job.result.name == "clip.mp4"
    assert job.annotated()[4:8] == b"ftyp"
    if os.name == "posix":
        assert job.folder.stat().st_mode & 0o077 == 0
    job.close()
    assert not job.folder.exists()


def test_a_bad_file_is_a_sentence(start):
    assert start(b"x").preview() == b""
    status = ended(start(b"no video at all", name="notes *1*.mp4"))
    assert status.state == "failed"
    assert status.message == "notes *1*.mp4 is not a supported video; save it as MP4, WebM, MOV or AVI."


def test_a_missing_checkpoint_is_a_sentence(start, save_tiny, write_clip, corner):
    checkpoint = save_tiny("nobody")
    shutil.rmtree(checkpoint.network_path.parent)
    status = ended(start(write_clip([corner]).read_bytes(), checkpoint=checkpoint))
    assert status.state == "failed"
    assert "nobody" in status.message


def test_cancelling_ends_the_child_and_deletes_everything(start, write_clip, couple, temporary):
    job = start(endless(couple, write_clip))
    deadline = time.monotonic() + 60
    while job.status.frames == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert job.preview().startswith(b"\xff\xd8")
    child = psutil.Process(job.child.pid)
    job.close()
    assert not child.is_running()
    assert not list(temporary.glob("*/video"))


def test_a_third_video_waits_for_its_turn(start, write_clip, couple):
    content = endless(couple, write_clip)
    three = [start(content) for _ in range(3)]
    deadline = time.monotonic() + 60
    while sum(job.status.frames > 0 for job in three) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (waiting,) = [job for job in three if job.status.state == "waiting"]
    assert waiting.status.is_active
    next(job for job in three if job is not waiting).close()
    while waiting.status.frames == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_forgotten_job_ends_too(start, write_clip, couple):
    job = VideoJob("clip.mp4", [endless(couple, write_clip)], load_checkpoint("tiny"), OPTIONS)
    folder, child = job.folder, psutil.Process(job.child.pid)
    del job
    assert not folder.exists()
    assert not child.is_running()


def test_a_child_that_dies_is_told(start, write_clip, couple):
    job = start(endless(couple, write_clip))
    psutil.Process(job.child.pid).kill()
    status = ended(job)
    assert status.state == "failed"
    assert "ended unexpectedly" in status.message


def test_folders_of_servers_that_are_gone_are_deleted(start, temporary):
    gone = temporary / "fer-video-999999999-abc"
    gone.mkdir()
    other = temporary / f"fer-video-{os.getpid()}-abc"
    other.mkdir()
    start(b"x")
    assert not gone.exists()
    assert other.exists()


def test_a_full_disk_is_a_sentence(save_tiny, temporary):
    def full():
        yield b"x"
        raise OSError(28, "No space left on device")

    with pytest.raises(VideoError, match="No space left"):
        VideoJob("clip.mp4", full(), save_tiny(), OPTIONS)
    assert list(temporary.iterdir()) == []


def test_a_damaged_status_is_no_trouble(start, tmp_path):
    job = start(b"x")
    job.child.wait(timeout=60)
    (job.folder / "status.json").write_text("{")
    assert job.status.state == "failed"
    JobStatus(state="finished").save(job.folder)
    assert job.status.state == "finished"
    with pytest.raises(VideoError, match="analyze the video again"):
        job.result  # noqa: B018
    with pytest.raises(VideoError, match="analyze the video again"):
        job.annotated()
