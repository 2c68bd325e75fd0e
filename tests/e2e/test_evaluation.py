"""In a real browser: the cell of the most frequent confusion opens its pictures, by mouse and by keyboard."""

import re
import time

import pytest

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.evaluation.scoring import evaluate_checkpoint
from fer_core.labels import LABEL_SCHEMES

pytestmark = pytest.mark.browser

_PICTURES = 12
_IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'

_CELL_PLACE = """
([row, column]) => {
  const chart = document.querySelector('.js-plotly-plot'), {xaxis, yaxis} = chart._fullLayout;
  const box = chart.querySelector('.nsewdrag').getBoundingClientRect();
  return [box.x + xaxis.d2p(column), box.y + yaxis.d2p(row)];
}
"""


@pytest.fixture
def report(home_with_checkpoint):
    """What the page is going to show."""
    records, checkpoint = load_records("demo"), load_checkpoint("tiny")
    return evaluate_checkpoint(checkpoint, label_records(records, LABEL_SCHEMES["majority-7"], ["test"]))


@pytest.fixture
def page(report, home_with_checkpoint, serve, open_browser):
    """The page, opened at a cell without pictures."""
    address, _ = serve(home_with_checkpoint)
    page = open_browser()
    page.goto(f"{address}/evaluation?dataset=demo&checkpoint=tiny&cell={'~'.join(an_empty_cell(report))}")
    page.wait_for_selector(".js-plotly-plot .nsewdrag", timeout=90_000)
    page.wait_for_selector(_IDLE, timeout=30_000)
    assert shown_rows(page) == []
    return page


def an_empty_cell(report):
    matrix = report.confusion_matrix()
    names = report.class_names
    return next((names[i], names[j]) for i in range(7) for j in range(7) if not matrix[i, j])


def expected_rows(report):
    positions = report.cell(*report.commonest_mistake())[:_PICTURES]
    assert len(positions) > 1
    return report.rows[positions].tolist()


def shown_rows(page):
    """Row numbers of the pictures of the cell, in their order on the page."""
    texts = page.locator("img[alt^='Row ']").evaluate_all("pictures => pictures.map(picture => picture.alt)")
    return [int(re.match(r"Row (\d+)", text)[1]) for text in texts]


def wait_for_rows(page, expected, timeout=20.0):
    end = time.monotonic() + timeout
    while shown_rows(page) != expected and time.monotonic() < end:
        page.wait_for_timeout(20)
    assert shown_rows(page) == expected


def test_a_click_on_the_commonest_confusion_shows_its_pictures(page, report):
    true, called = report.commonest_mistake()
    row, column = (report.class_names.index(name) for name in (true, called))
    page.mouse.click(*page.evaluate(_CELL_PLACE, [row, column]))
    wait_for_rows(page, expected_rows(report))
    assert f"cell={true}~{called}" in page.url.replace("%7E", "~")
    assert page.get_by_text(f"{true} face").count() > 0


def test_the_keyboard_alone_reaches_the_same_pictures(page, report):
    for label, name in zip(("True class", "Predicted class"), report.commonest_mistake(), strict=True):
        tab_to(page, label)
        page.keyboard.press("Control+a")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        page.wait_for_selector(_IDLE)
    wait_for_rows(page, expected_rows(report))


def tab_to(page, label):
    """Presses Tab until the box of that label has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if label in (page.evaluate("document.activeElement.getAttribute('aria-label') || ''")):
            return
    raise AssertionError(f"Tab does not reach {label}")
