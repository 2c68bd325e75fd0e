"""Answers are kept beside a checkpoint as precisely as evaluation takes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fer_core.checkpoints.answers import ANSWERS_FILE, Answers, ensure_answers, has_answers, keep_answers, rounded
from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.errors import CheckpointError, EvaluationError
from fer_core.evaluation.cache import raw_probabilities
from fer_core.labels import LABEL_SCHEMES

shares = arrays.arrays(np.float32, st.tuples(st.integers(1, 40), st.integers(2, 8)), elements=st.floats(0, 1, width=32))


@given(shares)
def test_rounding_is_small_and_happens_once(probabilities):
    kept = rounded(probabilities)
    assert np.array_equal(rounded(kept), kept)
    assert np.allclose(kept, probabilities, rtol=2**-16, atol=1e-40)


@given(shares)
def test_a_file_holds_what_was_rounded(probabilities):
    answers = Answers("print", np.arange(len(probabilities), dtype=np.int64) * 3, rounded(probabilities))
    read = Answers.from_bytes(answers.to_bytes())
    assert read.fingerprint == "print"
    assert np.array_equal(read.rows, answers.rows)
    assert np.array_equal(read.probabilities, answers.probabilities)


def test_rows_that_were_not_answered_have_no_answers():
    answers = Answers("print", np.array([2, 5, 9]), np.eye(3, dtype=np.float32))
    assert answers.to(np.array([5, 9])).tolist() == [[0, 1, 0], [0, 0, 1]]
    assert answers.to(np.array([5, 6])) is None
    assert answers.to(np.array([10])) is None


@pytest.fixture
def ferplus(small_demo, monkeypatch):
    """The small demo taken for FER+."""
    records = load_records("demo")
    monkeypatch.setattr("fer_core.checkpoints.answers.ferplus_fingerprint", lambda: small_demo.fingerprint)
    return records


def test_kept_answers_are_what_the_network_says(ferplus, save_tiny):
    test = label_records(ferplus, LABEL_SCHEMES["majority-8"], ["test"])
    asked = raw_probabilities(save_tiny("asked"), test)
    kept = keep_answers(save_tiny("kept"), ferplus)
    (kept.directory / "model.tflite").unlink()  # nobody asks the network again
    assert np.array_equal(raw_probabilities(kept, test), asked)


def test_answers_are_kept_once(ferplus, save_tiny):
    kept = ensure_answers(save_tiny(), ferplus)
    written = (kept.directory / ANSWERS_FILE).stat().st_mtime_ns
    assert (ensure_answers(kept, ferplus).directory / ANSWERS_FILE).stat().st_mtime_ns == written


def test_other_datasets_leave_no_answers(home_with_checkpoint):
    assert not has_answers(ensure_answers(load_checkpoint("tiny"), load_records("demo")))


def test_damaged_answers_are_refused(ferplus, save_tiny):
    kept = keep_answers(save_tiny(), ferplus)
    (kept.directory / ANSWERS_FILE).write_bytes(b"other")
    with pytest.raises(CheckpointError, match=r"answers\.npz of the checkpoint “tiny” is damaged"):
        raw_probabilities(kept, label_records(ferplus, LABEL_SCHEMES["majority-8"], ["test"]))


def test_without_pictures_and_answers_it_says_what_to_import(save_tiny):
    faces = label_records(load_records("FER+", needs_pictures=False), LABEL_SCHEMES["majority-8"], ["test"])
    with pytest.raises(EvaluationError, match=r"“tiny” has no stored predictions .* Import FER2013"):
        raw_probabilities(save_tiny(), faces)
