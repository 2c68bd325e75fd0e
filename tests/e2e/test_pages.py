"""Every page in a real browser: nothing is broken, and nobody is kept out."""

import shutil
import urllib.parse

import pytest
from axe_playwright_python.sync_playwright import Axe

from fer_core.lessons.glossary import GLOSSARY
from tests.e2e.conftest import CHROMIUM_FLAGS, running
from tests.tools.screenshots import shoot
from tests.tools.visits import PAGES, new_context, settle_down, visiting, visiting_in

GRAVE = ("serious", "critical")
REACHED = """
() => {
  const seen = element => element.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const within = document.querySelector('[data-testid="stMain"]');
  const wanted = [...within.querySelectorAll('button, a[href], input, select, textarea, [role="slider"]')];
  return wanted.filter(element => seen(element) && !element.disabled && element.tabIndex >= 0 && !element.dataset.been)
    .filter(element => element.type !== 'radio' && element.role !== 'radio')
    .map(element => element.outerHTML.slice(0, 200));
}
"""
MARK = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return false;
  element.dataset.been = 'yes';
  return true;
}
"""


@pytest.fixture(scope="module")
def browser(playwright, chromium):
    started = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
    yield started
    started.close()


@pytest.fixture(scope="module")
def address(server):
    return f"http://localhost:{server.port}"


@pytest.fixture(scope="module")
def small_address(tmp_path_factory, demo_home):
    """A server over a home with few demo faces and the shipped checkpoint."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(demo_home, home, dirs_exist_ok=True)
    with running(home) as server:
        yield f"http://localhost:{server.port}"


@pytest.fixture(scope="module")
def context(browser):
    shared = new_context(browser)
    yield shared
    shared.close()


def grave_violations(page):
    """What axe finds that keeps people out."""
    return [
        f"{violation['id']}: {node['target']} {node['html'][:300]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def unreached(page):
    """What the Tab key does not reach."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if not page.evaluate(MARK):
            break
    return page.evaluate(REACHED)


@pytest.mark.parametrize("page", PAGES)
def test_one_visit_finds_nothing_wrong(context, small_address, page):
    """The everyday form of the three tests below: one server, one browser, one context."""
    with visiting_in(context, small_address, page) as visit:
        assert grave_violations(visit.page) == []
        assert unreached(visit.page) == []
        visit.page.set_viewport_size({"width": 390, "height": 900})
        settle_down(visit.page)
        assert visit.overflow() <= 0
        assert [*visit.complaints, *visit.exceptions()] == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", [*PAGES, "break_it?dataset=demo&experiment=overfitting"])
def test_axe_finds_nothing_serious(browser, address, page, scheme):
    with visiting(browser, address, page, scheme=scheme) as visit:
        assert grave_violations(visit.page) == []


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_wrong_on_a_page(browser, address, tmp_path, *, page, width, scheme):
    assert shoot(browser, address, page, tmp_path, width=width, scheme=scheme) == []
    assert (tmp_path / f"{page}-{width}-{scheme}.png").stat().st_size > 10_000


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_everything_on_a_page_is_reached_by_the_tab_key(browser, address, page):
    with visiting(browser, address, page) as visit:
        assert unreached(visit.page) == []


@pytest.mark.browser
def test_an_experiment_is_guessed_by_keyboard_alone(browser, address):
    with visiting(browser, address, "break_it?dataset=demo&experiment=twice") as visit:
        visit.page.locator('input[type="radio"]').first.focus()
        visit.page.keyboard.press("Space")
        settle_down(visit.page)
        visit.page.get_by_role("button", name="Try it and see").focus()
        visit.page.keyboard.press("Enter")
        visit.page.get_by_text("Why.").wait_for(timeout=60_000)
        assert visit.exceptions() == []


@pytest.mark.browser
def test_a_word_is_explained_under_the_mouse_and_in_the_glossary(browser, address):
    with visiting(browser, address, "break_it?dataset=demo&experiment=order&guess=order-0") as visit:
        link = visit.page.get_by_role("link", name="accuracy", exact=True).first
        assert link.get_attribute("title") == GLOSSARY["accuracy"]
        target = link.get_attribute("href")
    assert urllib.parse.urlparse(target).path == "/about"
    with visiting(browser, address, target.split("/")[-1]) as visit:
        assert GLOSSARY["accuracy"] in visit.page.inner_text('[data-testid="stMain"]')
