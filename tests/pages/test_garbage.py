"""What pages leave behind goes soon, and all of it at once."""

import gc
import time
import tomllib
from weakref import ref

import pytest

from fer_core.storage.files import PROJECT
from pages.shared.garbage import collect_soon


class Thing:
    """Something that only a full collection frees."""

    def __init__(self):
        self.itself = self


@pytest.fixture
def collections(monkeypatch):
    """Counts full collections; other tests' pages may still have one due."""
    counted, collect = [], gc.collect
    monkeypatch.setattr(gc, "collect", lambda: (counted.append("full"), collect()))
    return counted


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_one_collection_serves_all_who_asked_until_then(collections):
    thing = ref(Thing())
    for _ in range(50):
        collect_soon(pause=0.2)
    wait_for(lambda: collections and thing() is None)
    assert len(collections) == 1


def test_it_can_be_asked_for_again(collections):
    for count in (1, 2):
        collect_soon(pause=0.01)
        wait_for(lambda: len(collections) >= count)  # noqa: B023  # called at once


def test_streamlit_does_not_collect_after_every_page():
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())
    assert settings["runner"]["postScriptGC"] is False
