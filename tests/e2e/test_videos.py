"""The videos page in a real browser: the sample becomes a timeline, a table, and a video that plays."""

import io
import re

import pandas as pd
import pytest

from fer_core.recognition.samples import sample_videos
from fer_core.recognition.videos.reader import VideoReader
from tests.e2e.conftest import accept_notice

pytestmark = pytest.mark.browser

SLOW = 40_000
ANALYZED = 120_000
"""Milliseconds that the analysis may take where the machine is busy with other things."""

PLAYS = """
async (video) => {
  video.muted = true;
  await video.play();
  await new Promise((resolve) => {
    const look = () => (video.currentTime > 0.3 ? resolve() : setTimeout(look, 50));
    look();
  });
  return [video.videoWidth, video.videoHeight, video.duration, video.error && video.error.code];
}
"""


def test_a_video_becomes_a_timeline_a_table_and_a_video_that_plays(lab, open_browser):
    (path,) = sample_videos().values()
    page = open_browser()
    page.goto(f"{lab}/videos")
    accept_notice(page)
    page.locator('input[type="file"]').set_input_files(str(path), timeout=SLOW)
    page.get_by_role("button", name="Analyze the video").click(timeout=SLOW)
    page.get_by_role("progressbar").first.wait_for(timeout=SLOW)
    page.get_by_text("Expressions over time").wait_for(timeout=ANALYZED)
    page.locator('[data-testid="stPlotlyChart"] .main-svg').first.wait_for(timeout=SLOW)

    width, height, seconds, error = page.locator("video").evaluate(PLAYS)
    with VideoReader(path) as reader:
        frames = list(reader.frames())
    assert (height, width) == frames[0].image.shape[:2]
    assert abs(seconds - frames[-1].time) < 0.5
    assert error is None

    follow_the_playhead(page, seconds)

    with page.expect_download(timeout=SLOW) as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    table = pd.read_csv(io.BytesIO(download.value.path().read_bytes()))
    assert {"time", "face", "class_name"} <= set(table.columns)
    assert table["face"].nunique() >= 1
    with page.expect_download(timeout=SLOW) as download:
        page.get_by_role("button", name="Annotated video").click()
    with VideoReader(download.value.path()) as reader:
        assert sum(1 for _ in reader.frames()) >= len(table["time"].unique())

    look_inside_and_come_back(page, 0.25 * seconds)

    page.get_by_role("button", name="Another video").click()
    page.get_by_role("button", name="Analyze “Two moods”").wait_for(timeout=SLOW)


def look_inside_and_come_back(page, moment):
    """One click opens the face of this moment in Explain, and the way back leads to the same moment of the video."""
    page.get_by_role("button", name="Face 1", exact=True).click()
    page.get_by_role("heading", name="Explain").wait_for(timeout=SLOW)
    seen = float(re.search(r"Face 1 of .* at ([\d.]+) s", page.get_by_text("Face 1 of").inner_text(timeout=SLOW))[1])
    assert abs(seen - moment) < 0.5
    page.get_by_role("link", name="Back to Videos").click()
    page.get_by_text("Expressions over time").wait_for(timeout=SLOW)
    page.wait_for_function(
        "(wanted) => Math.abs(document.querySelector('video').currentTime - wanted) < 0.3", arg=seen, timeout=SLOW
    )


def follow_the_playhead(page, seconds):
    """The line on the chart is where the player is, and the player goes where the chart is pressed."""
    video, line = page.locator("video"), page.locator(".playhead")
    video.evaluate("(video) => video.pause()")
    band = page.locator(".nsewdrag").first
    band.scroll_into_view_if_needed()
    box = band.bounding_box()
    for share in (0.75, 0.25):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        page.wait_for_function(
            "(wanted) => Math.abs(document.querySelector('video').currentTime - wanted) < 0.3",
            arg=share * seconds,
            timeout=SLOW,
        )
        page.wait_for_timeout(200)
        assert abs(line.bounding_box()["x"] - (box["x"] + share * box["width"])) < 3


def test_an_analysis_can_be_cancelled(lab, open_browser):
    page = open_browser()
    page.goto(f"{lab}/videos")
    page.get_by_role("button", name="Analyze “Two moods”").click(timeout=SLOW)
    page.get_by_role("button", name="Cancel").click(timeout=SLOW)
    page.get_by_role("button", name="Analyze “Two moods”").wait_for(timeout=SLOW)
    assert page.locator('[data-testid="stException"]').count() == 0
