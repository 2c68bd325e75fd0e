"""A real Chromium in front of a real server, with a fake camera that plays a file drawn here.

The tests skip with a reason where Chromium or Playwright is missing; in CI (``CI=true``) they fail instead.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from fer_core.datasets.drawn.scene import draw_scene
from tests.tools.visits import draw_demo

PROJECT = Path(__file__).parents[2]
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
)
GRANTED = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
MARKER, MARKER_BITS, CAMERA_FPS, LOOP = 16, 8, 20, 200
"""Pixels of a square of the frame counter, its squares, and the frames of the fake camera a second and in its loop."""


def absent(reason):
    """Skips a test, or fails it in CI, where nothing may be missing."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


def find_chromium():
    """Path of the browser, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium():
    """Path of the browser."""
    path = find_chromium()
    if path is None:
        absent("Chromium is not installed (apt-get install chromium)")
    return path


@pytest.fixture(scope="session")
def playwright():
    """Playwright, started once."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("playwright is not installed (pip install -r tests/requirements.txt)")
    with sync_playwright() as started:
        yield started


def accept_notice(page):
    """Reads what stands before the first camera, photo or video of a session, and agrees."""
    page.get_by_role("button", name="I agree").click(timeout=40_000)


def write_camera(path, seed=5, size=(480, 640)):
    """Writes what the fake camera plays: two drawn people who sway, and the frame's number as black and white squares.

    YUV4MPEG2: a line of text, then for each frame the word FRAME and its planes, Y, U and V.
    """
    scene = draw_scene(seed, faces=2, size=size, emotions=("happiness", "surprise")).image
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{size[1]} H{size[0]} F{CAMERA_FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(LOOP):
            frame = np.roll(scene, round(12 * np.sin(2 * np.pi * number / LOOP)), axis=1)
            for bit in range(MARKER_BITS):
                frame[-MARKER:, bit * MARKER : (bit + 1) * MARKER] = 255 * (number >> bit & 1)
            file.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes())


@pytest.fixture(scope="session")
def camera_file(tmp_path_factory):
    """What the fake camera plays."""
    path = tmp_path_factory.mktemp("camera") / "camera.y4m"
    write_camera(path)
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(url, server):
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.25)
    raise AssertionError("the server did not come up")


@contextmanager
def running(home, script="app.py", **environment):
    """A server over a home: its port, process and log; it ends with the block. The app's, or that of another script."""
    port, log = free_port(), home / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "localhost"]
    with log.open("w") as file:
        variables = os.environ | {"FER_HOME": str(home)} | environment
        process = subprocess.Popen(command, cwd=PROJECT, env=variables, stdout=file, stderr=subprocess.STDOUT)
    try:
        wait_until_up(f"http://127.0.0.1:{port}", process)
        yield SimpleNamespace(port=port, process=process, log=log)
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for all browsers that need no home of their own, with the demo faces and the shipped checkpoint."""
    home = tmp_path_factory.mktemp("home")
    draw_demo(home)
    # A closed browser's webcam is given back after half a minute; tests come sooner.
    with running(home, FER_WEBCAMS="20") as started:
        yield started


@pytest.fixture
def serve():
    """Starts servers over a test's own home; they end with the test."""
    with ExitStack() as stack:

        def start(home, **environment):
            started = stack.enter_context(running(home, **environment))
            return f"http://localhost:{started.port}", started.process

        yield start


@pytest.fixture
def lab(server):
    """The server's address; whatever a test does, no traceback may reach its log."""
    before = len(server.log.read_text())
    yield f"http://localhost:{server.port}"
    assert "Traceback" not in server.log.read_text()[before:], server.log.read_text()[before:]


@pytest.fixture
def open_browser(playwright, chromium):
    """Opens browsers with given flags; they close with the test."""
    opened = []

    def launch(*flags, **options):
        browser = playwright.chromium.launch(executable_path=chromium, args=[*CHROMIUM_FLAGS, *flags])
        opened.append(browser)
        return browser.new_context(viewport={"width": 1280, "height": 900}, **options).new_page()

    yield launch
    for browser in opened:
        browser.close()
