"""What the pages' tests share: the app opened at a page, without a browser."""

import gc
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fer_core.faces.detection import Face
from pages.shared.notice import ACCEPTED
from pages.shared.webcam import camera, stream
from pages.shared.webcam.peer import PeerError

APP = Path(__file__).parents[2] / "app.py"
SECONDS = 60
"""What one run of a page may take on a busy machine."""


@pytest.fixture(scope="module", autouse=True)
def _fresh_caches():
    """What one test file's pages cached is not another's."""
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="module", autouse=True)
def _frozen_heap():
    """Streamlit collects garbage after every run of a page; what other tests imported or left need not be searched."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nothing_to_draw(monkeypatch):
    """No browser has to draw anything here."""
    monkeypatch.setattr("pages.shared.navigation.HEADING_ALONE", 0)


@pytest.fixture(autouse=True)
def _faults_are_exceptions(request, monkeypatch):
    """Pages show a fault as an incident; here it is an exception, or no test would notice one."""
    if "faults_as_shown" not in request.fixturenames:
        monkeypatch.setattr("pages.shared.navigation.report_fault", lambda error: False)


@pytest.fixture
def faults_as_shown():
    """Leaves faults as people see them."""


@pytest.fixture
def app_at():
    """Makes the app at a page such as "photos", with query parameters if wanted; it has not run yet.

    The notice about faces has been accepted; ``del app.session_state["notice accepted"]`` takes that back.
    """

    def make(page, /, **query):
        app = AppTest.from_file(str(APP), default_timeout=SECONDS)
        app.session_state[ACCEPTED] = True
        app.query_params.update(query)
        return app.switch_page(f"pages/{page}.py")

    return make


@pytest.fixture
def open_page(app_at):
    """The same after its first run, which must not fail."""

    def opened(page, /, **query):
        app = app_at(page, **query).run()
        assert not app.exception
        return app

    return opened


class Browser:
    """Stands in for what only a browser has: it answers for the camera, and makes an offer if it is to."""

    def __init__(self):
        self.says, self.offers, self.connected, self.closed = camera.PENDING, False, True, 0

    def show_camera(self, attempt, is_on, answer, servers, on_offer):
        if is_on and self.offers:
            on_offer()
        return self.says

    def offer(self, attempt):
        return f"the browser's offer {attempt}"

    def peer(self, on_frame, servers):
        return self

    def answer(self, offer):
        if self.offers == "broken":
            raise PeerError("no")
        return "an answer"

    @property
    def is_connected(self):
        return self.connected

    def close(self):
        self.closed += 1


class OneFace:
    """A detector that finds one face wherever it looks."""

    minimum_confidence = 0.5

    def detect(self, image):
        return (Face((100, 100, 220, 220)),)


@pytest.fixture
def browser(monkeypatch):
    """The browser's side of live video."""
    browser = Browser()
    stream.server_slots.clear()  # others' tests have not left theirs
    monkeypatch.setattr(camera, "show_camera", browser.show_camera)
    monkeypatch.setattr(camera, "offer", browser.offer)
    monkeypatch.setattr(stream, "Peer", browser.peer)
    return browser
