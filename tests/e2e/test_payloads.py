"""Hostile text wherever a person or a file can put text: no browser runs it, follows it or asks for it."""

import io
import json
from dataclasses import replace

import pytest
from PIL import Image

from fer_core.checkpoints.checkpoint import KERAS_FILE, LITERT_FILE, save_checkpoint
from fer_core.datasets import store
from fer_core.datasets.drawn.scene import sample_scenes
from fer_core.datasets.subsets import save_subset
from fer_core.training.runs.record import RunRecord
from fer_core.training.runs.store import create_run
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import RunStatus, write_status
from tests.e2e.conftest import accept_notice
from tests.tools.payloads import HOST, PAYLOADS

pytestmark = pytest.mark.browser

SLOW = 60_000
SHOWN = "pwned"
"""A word of most payloads: where it can be read, a page has shown some."""

SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'
TEXTS = [text.encode("utf-8", "replace").decode() for text in PAYLOADS]
CLASSES = tuple(f"{i} {' '.join(TEXTS[i::40])}"[:300] for i in range(7))


@pytest.fixture
def hostile_home(home, small_demo, demo_files, tiny_model, make_card):
    """A home in which everything that may hold free text is hostile."""
    dataset = store.import_dataset(*demo_files, name="hostile")
    save_subset(dataset, "some", [1, 2], " ".join(TEXTS)[:1500])
    path = home / "data" / "hostile" / "card.json"
    card = json.loads(path.read_text())
    card |= {"images_file": TEXTS[0], "votes_file": TEXTS[8], "splits": TEXTS[16], "created_at": TEXTS[24]}
    card |= {"mapping": {text: text for text in TEXTS}, "skipped": dict.fromkeys(TEXTS, 1)}
    path.write_text(json.dumps(card))
    for name, changes in {"hostile": {"class_names": CLASSES}, "noted": {}}.items():
        save_hostile(make_card(name, **changes), tiny_model, dataset)
    run = create_run(TrainingConfig(dataset="hostile"), "hostile", RunRecord(note=" ".join(TEXTS)[:500]))
    write_status(run.folder, RunStatus("failed", 1, 2, message=" ".join(TEXTS)[:3000]))
    return home


def save_hostile(card, network, dataset):
    def write(folder):
        (folder / KERAS_FILE).write_bytes(b"no real Keras file")
        (folder / LITERT_FILE).write_bytes(network)

    words = " ".join(TEXTS[::9])[:1500]
    changes = {"notes": tuple(TEXTS), "limits": words, "hardware": words, "dataset": words, "label_file": words}
    save_checkpoint(replace(card, dataset_fingerprint=dataset.fingerprint, origin="imported", **changes), write)


@pytest.fixture
def watched(open_browser):
    """A page, and every address it asked for that is not the server's."""
    page = open_browser()
    page.add_init_script("window.alert = () => { window.__pwned = 1 }")
    foreign = []
    page.on("request", lambda request: foreign.extend(strangers(request.url)))
    page.on("popup", lambda popup: foreign.append(popup.url))
    return page, foreign


def strangers(address):
    return [] if address.startswith(("data:", "blob:", "http://localhost:", "ws://localhost:")) else [address]


def settle(page):
    page.locator(SETTLED).wait_for(timeout=SLOW)
    page.wait_for_timeout(700)


def harmless(page, foreign):
    """Nothing ran, nothing was asked for, and nothing can be clicked that leads there."""
    assert [frame.evaluate("window.__pwned") for frame in page.frames] == [None] * len(page.frames)
    assert foreign == []
    assert page.locator(f'a[href*="{HOST}"], a[href^="javascript"], img[src*="{HOST}"]').count() == 0
    return page.locator('[data-testid="stMain"]').inner_text()


def test_no_page_acts_on_what_people_called_things(hostile_home, serve, watched):
    address, _ = serve(hostile_home)
    page, foreign = watched
    shown = {}
    for name, query in (
        ("overview", ""),
        ("dataset", "dataset=hostile"),
        ("dataset", "dataset=hostile&view=Import"),
        ("dataset", "dataset=hostile&view=Faces"),
        ("training", "run=hostile"),
        ("evaluation", "checkpoint=hostile&dataset=hostile"),
        ("evaluation", "checkpoint=noted&dataset=hostile"),
        ("comparison", "dataset=hostile"),
        ("comparison", "comparison_view=On+a+photo"),
        ("explain", "checkpoint=hostile&dataset=hostile"),
        ("quiz", ""),
        ("webcam", "checkpoint=hostile"),
        ("videos", "checkpoint=hostile"),
        ("about", ""),
        ("diagnostics", ""),
    ):
        page.goto(f"{address}/{'' if name == 'overview' else name}?{query}")
        settle(page)
        for closed in page.locator('[data-testid="stExpander"] summary').all()[:3]:
            closed.click()
        shown[name, query] = SHOWN in harmless(page, foreign)
    assert shown["dataset", "dataset=hostile&view=Import"]
    assert shown["evaluation", "checkpoint=noted&dataset=hostile"]
    assert shown["training", "run=hostile"]
    assert shown["explain", "checkpoint=hostile&dataset=hostile"]
    assert not shown["diagnostics", ""]


def test_no_file_name_is_acted_on(hostile_home, serve, watched):
    address, _ = serve(hostile_home)
    page, foreign = watched
    page.goto(f"{address}/photos?checkpoint=hostile")
    accept_notice(page)
    picture = io.BytesIO()
    Image.fromarray(sample_scenes()[1].image).save(picture, "PNG")
    names = [f"{text}.png" for text in TEXTS if "\0" not in text and len(text.encode()) < 250]  # as on a disk
    files = [{"name": name, "mimeType": "image/png", "buffer": b"no picture"} for name in names]
    files[0]["buffer"] = picture.getvalue()
    page.locator('input[type="file"]').set_input_files(files, timeout=SLOW)
    page.get_by_text("could not be read").nth(len(names) - 2).wait_for(timeout=300_000)
    settle(page)
    assert SHOWN in harmless(page, foreign)
    assert len(names) >= 200
