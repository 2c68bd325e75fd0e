"""A head becomes a checkpoint that answers as the page does."""

import numpy as np
import pytest

from fer_core.checkpoints.checkpoint import list_checkpoints, load_checkpoint
from fer_core.checkpoints.features import Features
from fer_core.lessons.teach.keeping import MOST_APART, save_as_checkpoint
from fer_core.lessons.teach.sources import beginning
from fer_core.lessons.teach.teaching import FeatureStore, teach


@pytest.mark.child
def test_a_saved_checkpoint_answers_as_the_head(tmp_path, monkeypatch):
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    base = load_checkpoint("fer-lab")
    store, examples = FeatureStore(base, Features(base)), beginning()
    taught = teach(store, examples, "svm")
    saved = save_as_checkpoint(store, taught, examples, "mine")
    page = store.classifier(taught.head).predict(examples.images)
    assert np.abs(saved.open_classifier().predict(examples.images) - page).max() <= MOST_APART
    assert saved in list_checkpoints()
    assert "24 examples from 24 recordings" in saved.card.notes[0]
    assert saved.card.origin_in_words == "taught on fer-lab with 24 examples"
