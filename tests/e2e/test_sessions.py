"""A picture is out of the server's memory soon after its tab was closed, though nobody else ever comes."""

import re
import subprocess
import sys
import time
import urllib.request

import pytest

from fer_core.recognition.samples import sample_pictures
from tests.e2e.conftest import PROJECT, accept_notice, free_port, wait_until_up

pytestmark = pytest.mark.browser

SLOW = 60_000
QUICKER = """
from pages.shared import sessions
sessions.SECONDS_BETWEEN_LOOKS = 0.2
from streamlit.web import cli
cli.main(["run", "app.py", "--server.headless", "true", "--server.port", {port!r}])
"""
"""A server that looks after absent sessions fifty times as often: 3.6 seconds instead of three minutes."""


def uploaded_bytes(address):
    with urllib.request.urlopen(f"{address}/_stcore/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return sum(int(n) for n in re.findall(r"^cache_memory_bytes\{.*UploadedFileManager.*\} (\d+)", text, re.M))


def test_what_a_session_uploaded_goes_with_it(tmp_path, open_browser, monkeypatch):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    port = str(free_port())
    address = f"http://localhost:{port}"
    server = subprocess.Popen([sys.executable, "-c", QUICKER.format(port=port)], cwd=PROJECT)
    try:
        wait_until_up(address, server)
        page = open_browser()
        page.goto(f"{address}/photos")
        accept_notice(page)
        (path, *_) = sample_pictures().values()
        page.locator('input[type="file"]').set_input_files(str(path), timeout=SLOW)
        page.get_by_text("looks like:").first.wait_for(timeout=SLOW)
        assert uploaded_bytes(address) == path.stat().st_size
        page.context.browser.close()
        end = time.monotonic() + 30
        while uploaded_bytes(address):
            assert time.monotonic() < end, "it is still there"
            time.sleep(0.5)
    finally:
        server.terminate()
        server.wait(30)
