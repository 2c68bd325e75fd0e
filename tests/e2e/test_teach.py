"""In a real browser: a beginner's way through Teach it, with drawn faces and with a camera that shows them."""

import base64
import re

import pytest
from playwright.sync_api import expect

from fer_core.datasets.drawn.scene import draw_scene
from fer_core.faces.images import encode_png
from tests.e2e.conftest import GRANTED, accept_notice
from tests.e2e.test_pages import grave_violations
from tests.tools.visits import settle_down

pytestmark = pytest.mark.browser

_SOON = 60_000  # ms
_SAVED = 240_000  # ms that Keras may take on a busy machine

CAMERA = """
{
  const canvas = Object.assign(document.createElement('canvas'), {width: 640, height: 480});
  const context = canvas.getContext('2d');
  let face = new Image(), tick = 0;
  window.wear = async (address) => { const next = new Image(); next.src = address; await next.decode(); face = next; };
  setInterval(() => { context.drawImage(face, 6 * Math.sin(tick++ / 9), 4 * Math.sin(tick / 13)); }, 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
}
"""
"""A camera before which a drawn person sways, with the expression that ``wear`` gives her."""


def wear(page, emotion):
    picture = draw_scene(7, faces=1, size=(480, 640), emotions=(emotion,)).image
    page.evaluate("wear", "data:image/png;base64," + base64.b64encode(encode_png(picture)).decode())


def name_class(page, number, name):
    box = page.get_by_role("textbox", name=f"Class {number}", exact=True)
    box.fill(name)
    box.press("Enter")
    settle_down(page)


def choose_class(page, name):
    page.get_by_role("combobox", name="Class", exact=True).click()
    page.get_by_role("option", name=name).click()
    page.get_by_text(f"“{name}”: ").wait_for(timeout=_SOON)


def examples_of(page, name):
    return int(re.search(r"(\d+) of", page.get_by_text(f"“{name}”: ").inner_text())[1])


def hold(page, seconds, *, press, release):
    button = page.get_by_role("button", name="Hold to record")
    button.scroll_into_view_if_needed()
    button.hover()
    button.focus()
    press()
    page.get_by_role("button", name=re.compile(r"Recording: \d+")).wait_for(timeout=_SOON)
    page.wait_for_timeout(1000 * seconds)
    release()
    button.wait_for(timeout=_SOON)


def record_twice(page, name):
    """With the mouse, then with the keyboard."""
    choose_class(page, name)
    hold(page, 3, press=page.mouse.down, release=page.mouse.up)
    expect(page.get_by_text(f"“{name}”: 0 of")).to_be_hidden(timeout=_SOON)
    first = examples_of(page, name)
    hold(page, 2, press=lambda: page.keyboard.down("Space"), release=lambda: page.keyboard.up("Space"))
    expect(page.get_by_text(f"“{name}”: {first} of")).to_be_hidden(timeout=_SOON)
    expect(page.get_by_text("in 2 recordings")).to_have_count(1 if name == "grin" else 2, timeout=_SOON)


def test_two_faces_are_recorded_taught_tried_live_and_kept(serve, tmp_path, open_browser):
    address, _ = serve(tmp_path)  # whose checkpoint other tests do not see
    page = open_browser(*GRANTED)
    page.add_init_script(CAMERA)
    page.goto(f"{address}/teach")
    page.get_by_role("radiogroup", name="From").get_by_text("Webcam").click(timeout=_SOON)
    accept_notice(page)
    wear(page, "happiness")
    page.get_by_role("button", name="Start the camera").click(timeout=_SOON)
    page.get_by_text("“Class 1”: 0 of").wait_for(timeout=_SOON)
    name_class(page, 1, "grin")
    name_class(page, 2, "scowl")
    record_twice(page, "grin")
    wear(page, "anger")
    page.wait_for_timeout(1000)  # until the stream shows it
    record_twice(page, "scowl")
    assert grave_violations(page) == []

    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Held-out accuracy: 95% CI")).to_be_visible(timeout=_SOON)
    page.get_by_role("radiogroup", name="On").get_by_text("Webcam").click()
    for emotion, name in (("anger", "scowl"), ("happiness", "grin")):
        wear(page, emotion)
        expect(page.get_by_text("looks like").first).to_contain_text(name, timeout=_SOON)
    assert grave_violations(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    settle_down(page)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.get_by_role("button", name="Use camera here").click()  # back to recording, on a phone
    page.get_by_role("button", name="Hold to record").click(timeout=_SOON)  # a tap
    page.get_by_text("in 3 recordings").wait_for(timeout=_SOON)
    page.set_viewport_size({"width": 1280, "height": 900})

    page.get_by_text("Keep", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).fill("grin-or-scowl")
    page.get_by_role("button", name="Save checkpoint").click()
    page.get_by_text("is saved; choose it on any page").wait_for(timeout=_SAVED)
    page.get_by_role("link", name="Open on Photos").click()
    page.get_by_role("heading", name="Photos").wait_for(timeout=_SOON)
    expect(page.get_by_role("combobox", name="Checkpoint")).to_have_value("grin-or-scowl", timeout=_SOON)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_drawn_faces_are_taught_and_the_box_names_a_class_that_is_there(lab, open_browser):
    page = open_browser()
    page.goto(f"{lab}/teach")
    page.get_by_role("button", name="Use drawn faces").click(timeout=_SOON)
    page.get_by_text("12 examples").first.wait_for(timeout=_SOON)
    expect(page.get_by_role("combobox", name="Class", exact=True)).to_have_value("smiling")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Held-out accuracy: 95% CI")).to_be_visible(timeout=_SOON)
