"""How quickly the dataset room opens and answers, and what an import and the search for duplicates cost."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import numpy as np
import psutil

from fer_core.datasets.detective.duplicates import find_duplicates
from fer_core.datasets.store import load_records
from fer_core.storage.files import PROJECT
from tests.benchmark.figure import AbsentError, Bench, seconds
from tests.benchmark.realdata import imported, real_files

_LOOK_EVERY = 0.01  # seconds

_PAGE = """
import json, sys, time
from streamlit.testing.v1 import AppTest

def opened():
    app = AppTest.from_file("app.py", default_timeout=300).switch_page("pages/dataset.py")
    app.query_params["dataset"] = "ferplus"
    return app

def timed(change):
    start = time.perf_counter()
    change.run()
    return time.perf_counter() - start

opened().run()  # fills the caches
app = opened()
first = timed(app)
assert not app.exception and app.get("plotly_chart")
changes = []
for split in ("Training", "Validation", "Testing", "Side by side", "All"):
    changes.append(timed(app.segmented_control(key="bars").set_value(split)))
for drawing in ("Stream", "Matrix"):
    changes.append(timed(app.segmented_control(key="relabelling").set_value(drawing)))
app.segmented_control(key="view").set_value("Faces").run()
for size in ("Small", "Large", "Medium"):
    changes.append(timed(app.segmented_control(key="size").set_value(size)))
for name in ("fear", "anger", "all classes"):
    changes.append(timed(app.pills(key="class").set_value(name)))
for votes in ((3, 7), (10, 10), (0, 10)):
    changes.append(timed(app.slider(key="agreement").set_value(votes)))
changes.append(timed(app.selectbox(key="own").set_value("sadness")))
changes.append(timed(app.text_input(key="find").set_value("100-300")))
assert not app.exception and app.get("bidi_component")
sys.stdout.write(json.dumps({"first": first, "slowest": max(changes)}))
"""


def duplicates_seconds() -> float:
    """Time to compare all 35,887 images with each other."""
    with imported() as name:
        images = np.asarray(load_records(name).images)
    return seconds(lambda: find_duplicates(images))


def import_megabytes() -> float:
    """Most memory that the import of the plain 301 MB ``fer2013.csv`` and the votes takes, in a process of its own."""
    images, votes = real_files()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "fer2013.csv"
        with gzip.open(images) as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 24)
        words = ["import-data", "--images", str(plain), "--votes", str(votes)]
        child = psutil.Popen(
            [sys.executable, "-m", "fer_core", *words],
            env=os.environ | {"FER_HOME": folder},
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
        )
        peak = 0
        while child.poll() is None:
            try:
                peak = max(peak, child.memory_info().rss)
            except psutil.Error:
                break
            time.sleep(_LOOK_EVERY)
    if child.wait():
        raise AbsentError("The import failed.")
    return peak / 1e6


def first_chart_seconds() -> float:
    """Time to run the Dataset page on the full FER+ for a new visitor, with a warm cache."""
    return _page_times()["first"]


def filter_milliseconds() -> float:
    """The slowest of its changes of a filter, over the views of figures and of faces."""
    return 1000 * _page_times()["slowest"]


@cache
def _page_times() -> dict[str, float]:
    """Both at once, in a process of its own that holds nothing but the page."""
    with imported():
        answer = subprocess.run(
            [sys.executable, "-c", _PAGE],
            cwd=PROJECT,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
    if answer.returncode:
        raise AbsentError(f"The page did not run: {answer.stderr.strip().splitlines()[-1]}")
    times: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return times


DATASET_BENCHES = (
    Bench("data.duplicates_s", "s for 35,887 images", 0.0, 30.0, duplicates_seconds),
    Bench("data.import_peak_mb", "MB", 0.0, 1500.0, import_megabytes),
    Bench("pages.dataset_first_chart_s", "s with a warm cache", 0.0, 1.0, first_chart_seconds),
    Bench("pages.dataset_filter_ms", "ms for the slowest change of a filter", 0.0, 300.0, filter_milliseconds),
)
"""What is measured of the dataset room."""
