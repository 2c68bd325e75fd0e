"""The webcam page in a real browser: live faces, a picture, a log, and what is said when the camera cannot be had."""

import os
import re
import time

import numpy as np
import pytest

from fer_core.faces.images import read_image
from tests.e2e import conftest as camera

pytestmark = pytest.mark.browser

SLOW = 40_000
"""Milliseconds that starting may take where the machine is busy with other things."""

COUNT_CONNECTIONS = """
window.connections = 0;
const Peer = RTCPeerConnection;
window.RTCPeerConnection = class extends Peer { constructor(...options) { super(...options); connections++; } };
"""

KEEP_TRACKS = """
window.tracks = [];
const media = navigator.mediaDevices, open = media.getUserMedia.bind(media);
media.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  tracks.push(...stream.getTracks());
  return stream;
};
"""

PHONE = """
{
  const media = navigator.mediaDevices;
  const list = media.enumerateDevices.bind(media), open = media.getUserMedia.bind(media);
  const labels = ['camera2 1, facing front', 'camera2 0, facing back', 'camera2 2, facing back'];
  media.enumerateDevices = async () => {
    await list();
    return labels.map((label, at) => ({kind: 'videoinput', deviceId: `camera-${at}`, label}));
  };
  media.getUserMedia = async (wanted) => {
    const asked = wanted.video.deviceId?.exact ?? 'camera-0';
    const stream = await open({video: true});
    stream.getVideoTracks()[0].getSettings = () =>
      ({deviceId: asked, facingMode: asked === 'camera-0' ? 'user' : 'environment'});
    return stream;
  };
}
"""
"""A phone with Android as this browser's media devices: two cameras on the back, one in front."""

AGES = """
async (shown, [bits, size, samples]) => {
  const local = document.createElement('video');
  local.muted = true;
  local.srcObject = await navigator.mediaDevices.getUserMedia({video: {width: 640, height: 480}});
  await local.play();
  const canvas = document.createElement('canvas');
  canvas.width = bits; canvas.height = 1;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const read = (video, mirrored) => {
    const square = size * video.videoWidth / 640, left = mirrored ? video.videoWidth - bits * square : 0;
    context.drawImage(video, left, video.videoHeight - square, bits * square, square, 0, 0, bits, 1);
    const pixels = context.getImageData(0, 0, bits, 1).data;
    let number = 0;
    for (let bit = 0; bit < bits; bit++) {
      if (pixels[4 * (mirrored ? bits - 1 - bit : bit) + 1] > 127) number += 1 << bit;
    }
    return number;
  };
  const pairs = [];
  for (let i = 0; i < samples; i++) {
    pairs.push([read(local, false), read(shown, true)]);
    await new Promise((resolve) => setTimeout(resolve, 97));
  }
  local.srcObject.getTracks().forEach((track) => track.stop());
  return pairs;
}
"""
"""Which frame of the camera an own look at it shows, and which one the page, at many moments."""


RUNS_THAT_OVERTAKE = """
async ([script, constraints]) => {
  const { default: run } = await import(URL.createObjectURL(new Blob([script], {type: 'text/javascript'})));
  const host = document.createElement('div'), parentElement = host.attachShadow({mode: 'open'});
  parentElement.innerHTML = '<div class="stage"><video></video></div><form class="choices"><label><select></select>' +
    '</label><label><input type="checkbox" checked></label><output></output></form>';
  document.body.append(host);
  const data = {attempt: 2, on: true, answer: '', servers: [], mirrored: true, constraints};
  const before = {...data, attempt: 1, on: false};
  const offered = new Promise((resolve, reject) => {
    setTimeout(reject, 20000, new Error('no offer came'));
    const setStateValue = (name, value) => (name === 'offer' ? resolve(value.attempt) : reject(value));
    const outOfDate = run({data, parentElement, setStateValue});
    window.leave = run({data, parentElement, setStateValue});
    outOfDate(); // as Streamlit does with what the first returned when the second was already under way
    run({data: before, parentElement, setStateValue}); // and so may a run arrive that was before both
  });
  const attempt = await offered;
  host.remove();
  leave();
  return [attempt, ...tracks.map((track) => track.readyState)];
}
"""


def start(page, address):
    page.goto(f"{address}/webcam")
    camera.accept_notice(page)
    page.get_by_role("button", name="Start the camera").click(timeout=SLOW)


def number_in(text):
    return int(re.sub(r"\D", "", text) or 0)


def frames_looked_at(page):
    return number_in(page.get_by_text("frames analyzed").inner_text())


def frames_a_second(page):
    return number_in(page.locator('[data-testid="stMetricValue"]').first.inner_text())


def wait_for_frames(page, count, seconds=40):
    end = time.monotonic() + seconds
    while frames_looked_at(page) < count:
        assert time.monotonic() < end, page.locator('[data-testid="stMain"]').inner_text()
        page.wait_for_timeout(200)


def live_page(open_browser, camera_file):
    return open_browser(*camera.GRANTED, f"--use-file-for-fake-video-capture={camera_file}")


def test_live_faces_a_picture_and_a_log(lab, open_browser, camera_file, record_property):
    page = live_page(open_browser, camera_file)
    page.add_init_script(COUNT_CONNECTIONS)
    start(page, lab)
    wait_for_frames(page, 30)
    page.get_by_text("looks like").first.wait_for(timeout=SLOW)
    assert page.get_by_alt_text("over the last minute").count() >= 2

    page.get_by_text("Log", exact=True).click()
    page.get_by_role("button", name="Take a picture").click()
    with page.expect_download(timeout=SLOW) as download:
        page.get_by_role("button", name="Download PNG").click()
    assert read_image(download.value.path()).shape == (480, 640, 3)
    assert page.get_by_text("Face 2").count() == 1

    wait_for_frames(page, frames_looked_at(page) + 30)
    with page.expect_download(timeout=SLOW) as download:
        page.get_by_role("button", name="Download log").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("time,face,checkpoint,prior,class_name,neutral,happiness")
    assert {line.split(",")[1] for line in lines[1:]} >= {"1", "2"}

    measure(page, record_property)
    page.get_by_text("Far (5 m)").click()  # while it runs
    wait_for_frames(page, frames_looked_at(page) + 20)
    page.get_by_text("looks like").first.wait_for(timeout=SLOW)
    assert page.evaluate("connections") == 1
    page.get_by_role("button", name="Stop the camera").click()
    page.get_by_text("The camera is off").wait_for(timeout=SLOW)
    page.wait_for_timeout(1500)
    assert page.get_by_text("frames analyzed").count() == 0
    assert page.get_by_alt_text("over the last minute").count() == 0
    assert page.get_by_text("Your picture").count() == 1
    page.get_by_role("radio", name="2", exact=True).click()  # looks inside, from where one comes back to the picture
    page.get_by_text("Face 2 of your picture").wait_for(timeout=SLOW)
    page.get_by_role("link", name="Back to Webcam").click()
    page.get_by_text("Your picture").wait_for(timeout=SLOW)


def measure(page, record_property):
    """Frames a second and the age of what is shown; held to their bars where the machine is free (FER_E2E_BARS=1)."""
    with_bars = os.environ.get("FER_E2E_BARS") == "1"
    samples, looks = (200, 10) if with_bars else (30, 3)
    pairs = np.array(page.locator(".stage video").evaluate(AGES, [camera.MARKER_BITS, camera.MARKER, samples]))
    ages = (pairs[:, 0] - pairs[:, 1]) % camera.LOOP * 1000 / camera.CAMERA_FPS
    rates = []
    for _ in range(looks):
        page.wait_for_timeout(600)
        rates.append(frames_a_second(page))
    figures = {
        "fps": float(np.median(rates)),
        "age_ms": float(np.median(ages)),
        "age_ms_p95": float(np.percentile(ages, 95)),
    }
    for name, value in figures.items():
        record_property(name, value)
    if path := os.environ.get("FER_E2E_FIGURES"):
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123
            file.write(f"{figures}\n")
    if with_bars:
        assert figures["fps"] >= 12
        assert figures["age_ms_p95"] < 400


def test_another_page_ends_the_stream_and_coming_back_starts_anew(lab, open_browser, camera_file):
    page = live_page(open_browser, camera_file)
    page.add_init_script(KEEP_TRACKS)
    start(page, lab)
    wait_for_frames(page, 10)
    page.get_by_role("link", name="Photos").click()
    page.get_by_role("heading", name="Photos").wait_for(timeout=SLOW)
    page.wait_for_function("tracks.every((track) => track.readyState === 'ended')", timeout=SLOW)
    page.get_by_role("link", name="Webcam").click()
    page.get_by_role("button", name="Start the camera").click(timeout=SLOW)
    wait_for_frames(page, frames_looked_at(page) + 10)


def test_runs_of_the_page_that_overtake_each_other_leave_the_camera_on(lab, open_browser, camera_file):
    page = live_page(open_browser, camera_file)
    page.add_init_script(KEEP_TRACKS)
    page.goto(f"{lab}/_stcore/health")
    script = (camera.PROJECT / "pages/shared/webcam/camera.js").read_text(encoding="utf-8")
    assert page.evaluate(RUNS_THAT_OVERTAKE, [script, {"video": True, "audio": False}]) == [2, "ended"]


def camera_in_use(page):
    """The name of the camera whose picture is sent, from the newest track."""
    return page.evaluate("tracks.filter((track) => track.readyState === 'live').map((track) => track.label).join()")


def test_a_camera_is_chosen_remembered_and_done_without(lab, open_browser):
    # Chromium's second fake camera is one of depths (16 bits), which WebRTC cannot send; the third sends JPEG pictures.
    page = open_browser("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=device-count=3")
    page.add_init_script(KEEP_TRACKS)
    page.add_init_script(COUNT_CONNECTIONS)
    start(page, lab)
    wait_for_frames(page, 5)
    cameras = page.get_by_role("combobox", name="Camera", exact=True)
    assert cameras.locator("option").all_inner_texts() == [f"fake_device_{n}" for n in range(3)]
    first = camera_in_use(page)
    other = next(name for name in ("fake_device_0", "fake_device_2") if name != first)
    cameras.select_option(other)
    page.wait_for_function("(name) => tracks.at(-1).label === name", arg=other, timeout=SLOW)
    wait_for_frames(page, frames_looked_at(page) + 10)
    assert camera_in_use(page) == other
    assert page.evaluate("connections") == 1

    page.get_by_label("Mirrored").uncheck()
    wait_for_frames(page, frames_looked_at(page) + 10)
    page.reload()
    camera.accept_notice(page)
    page.get_by_role("button", name="Start the camera").click(timeout=SLOW)
    wait_for_frames(page, 5)
    assert camera_in_use(page) == other
    assert not page.get_by_label("Mirrored").is_checked()

    page.get_by_role("button", name="Stop the camera").click()
    page.get_by_text("The camera is off").wait_for(timeout=SLOW)
    page.evaluate("localStorage.setItem('fer-lab camera', 'unplugged')")
    page.get_by_role("button", name="Start the camera").click(timeout=SLOW)
    page.get_by_text("The camera you chose is not connected").wait_for(timeout=SLOW)
    wait_for_frames(page, 5)
    assert camera_in_use(page)


def test_the_picture_is_no_mirror_when_it_is_not_to_be(lab, open_browser, camera_file):
    page = live_page(open_browser, camera_file)
    start(page, lab)
    wait_for_frames(page, 10)
    marker_left = """async (video) => {
      const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      context.drawImage(video, 0, 0);
      const spread = (left) => {
        const pixels = context.getImageData(left, canvas.height - 12, 128, 8).data.filter((_, at) => at % 4 === 1);
        return Math.max(...pixels) - Math.min(...pixels);
      };
      return spread(0) > spread(canvas.width - 128);
    }"""
    video = page.locator(".stage video")
    assert not video.evaluate(marker_left)
    page.get_by_label("Mirrored").uncheck()
    wait_for_frames(page, frames_looked_at(page) + 30)
    assert video.evaluate(marker_left)


def test_a_phone_s_back_camera_is_no_mirror_and_named_as_people_say(lab, open_browser):
    page = open_browser(*camera.GRANTED)
    page.add_init_script(KEEP_TRACKS)
    page.add_init_script(PHONE)
    start(page, lab)
    wait_for_frames(page, 5)
    cameras = page.get_by_role("combobox", name="Camera", exact=True)
    assert cameras.locator("option").all_inner_texts() == ["Front camera", "Back camera", "Back camera 2"]
    assert page.get_by_label("Mirrored").is_checked()
    cameras.select_option("Back camera")
    page.wait_for_function("tracks.length === 2", timeout=SLOW)
    wait_for_frames(page, frames_looked_at(page) + 10)
    assert not page.get_by_label("Mirrored").is_checked()
    assert page.evaluate("tracks[0].readyState") == "ended"


def expect_fallback(page, title, seconds, *, camera_works=False):
    begun = time.monotonic()
    while not page.get_by_text(title).is_visible():
        assert time.monotonic() - begun < seconds, page.locator('[data-testid="stMain"]').inner_text()
        page.wait_for_timeout(100)
    page.get_by_role("link", name="Upload pictures").wait_for(timeout=SLOW)
    if camera_works:
        page.get_by_test_id("stCameraInput").wait_for(timeout=SLOW)
    assert page.get_by_test_id("stCameraInput").count() == camera_works
    assert page.locator('[data-testid="stException"]').count() == 0
    page.get_by_role("button", name="Start the camera").wait_for(timeout=SLOW)  # no retry without being asked


def test_a_denied_permission_is_said(lab, open_browser):
    page = open_browser("--use-fake-device-for-media-stream", "--deny-permission-prompts")
    start(page, lab)
    expect_fallback(page, "Camera access is denied", 15)


def test_a_missing_camera_is_said(lab, open_browser):
    page = open_browser()
    start(page, lab)
    expect_fallback(page, "No camera found", 15)


@pytest.mark.parametrize(
    ("name", "title"),
    [("NotReadableError", "The camera does not answer"), ("OverconstrainedError", "No camera found")],
)
def test_other_refusals_are_said(lab, open_browser, name, title):
    page = open_browser(*camera.GRANTED)
    page.add_init_script(
        f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('mocked', '{name}'));"
    )
    start(page, lab)
    expect_fallback(page, title, 15)


def test_a_blocked_network_is_said_within_fifteen_seconds(lab, open_browser, camera_file):
    page = live_page(open_browser, camera_file)
    page.add_init_script(  # as behind a firewall that lets nothing but a TURN server through, and there is none
        "const Peer = RTCPeerConnection; window.RTCPeerConnection = class extends Peer {"
        "constructor(options) { super({...options, iceTransportPolicy: 'relay'}); } };"
    )
    start(page, lab)
    expect_fallback(
        page, "The network blocks live video", 20, camera_works=True
    )  # what starting takes on a busy machine, and fifteen


def test_a_camera_that_is_unplugged_is_said(lab, open_browser, camera_file):
    page = live_page(open_browser, camera_file)
    page.add_init_script(KEEP_TRACKS)
    start(page, lab)
    wait_for_frames(page, 10)
    page.evaluate("tracks.forEach((track) => track.dispatchEvent(new Event('ended')))")
    expect_fallback(page, "The camera has stopped", 15)


def test_an_insecure_address_is_said(lab, open_browser):
    page = open_browser(*camera.GRANTED, "--host-resolver-rules=MAP lab.test 127.0.0.1")
    start(page, lab.replace("localhost", "lab.test"))  # which is no secure context, as http from another computer
    expect_fallback(page, "No camera at this address", 15)
