"""What a set of faces has too little of is said before anything trains on it."""

import numpy as np
import pytest

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.issues import refuse_pointless, training_set_issues
from fer_core.errors import DatasetError
from fer_core.labels import LABEL_SCHEMES, OWN_LABELS

OWN = LABEL_SCHEMES["fer2013"]


def records(counts):
    """Records with own labels: for each class how many faces training, validation and test have."""
    emotion, split = [], []
    for name, sizes in counts.items():
        emotion += [OWN_LABELS.index(name)] * sum(sizes)
        split += np.repeat([0, 1, 2], sizes).tolist()
    n = len(emotion)
    arrays = np.zeros((n, 48, 48), np.uint8), np.array(emotion, np.uint8), np.array(split, np.uint8)
    return FaceRecords(*arrays, np.zeros((0, 10), np.uint8), "f")


def said(counts, **options):
    found = training_set_issues(records(counts), OWN, **options)
    assert [issue.severity for issue in found] == sorted(
        (i.severity for i in found), key=["error", "warning", "note"].index
    )
    return {severity: [i.text for i in found if i.severity == severity] for severity in ("error", "warning", "note")}


def test_nothing_is_said_of_a_good_set():
    assert training_set_issues(records(dict.fromkeys(OWN.class_names, (100, 20, 20))), OWN) == ()


def test_one_class_can_only_be_right():
    found = said({"happiness": (40, 20, 20)})
    assert len(found["error"]) == 3
    assert "All 40 training faces are labeled happiness" in found["error"][0]
    assert "so every accuracy would be 100%" in found["error"][0]
    with pytest.raises(DatasetError, match="All 40 training faces"):
        refuse_pointless(training_set_issues(records({"happiness": (40, 20, 20)}), OWN))


@pytest.mark.parametrize("split", [0, 1, 2])
def test_a_split_without_faces_or_with_one_class_is_an_error(split):
    sizes = [50, 50, 50]
    sizes[split] = 0
    (empty,) = said({"happiness": sizes, "anger": sizes})["error"]
    assert f"No face remains for {('training', 'validation', 'test')[split]}" in empty
    (single,) = said({"happiness": (50, 50, 50), "anger": sizes})["error"]
    assert "labeled happiness" in single


def test_classes_that_are_in_some_splits_only_are_named():
    found = said({"happiness": (90, 60, 60), "anger": (90, 60, 0), "fear": (90, 0, 60), "disgust": (0, 3, 4)})
    assert not found["error"]
    first, *others = found["warning"]
    assert "No training face is labeled disgust, so 7 validation and test faces are always missed" in first
    assert [text.split(",")[0] for text in others] == [
        "No validation face is labeled fear",
        "No test face is labeled anger",
    ]
    assert "no face labeled sadness, surprise or neutral" in found["note"][0]


def test_too_few_faces_are_counted_and_what_they_can_show():
    found = said({"happiness": (100, 50, 12), "anger": (4, 50, 13)})
    assert found["warning"] == [
        "Too few training faces to learn these classes: anger 4. Add pictures until each has at least 20; hundreds are "
        "better.",
        "Accuracy on 25 test faces is uncertain by up to ±20 points (95% confidence interval). Give test at least 100 "
        "faces before you compare runs.",
    ]
    assert "happiness 10" in said({"happiness": (100, 50, 50), "anger": (400, 50, 50)}, share=0.1)["warning"][0]


def test_rows_that_are_left_out_do_not_count():
    counts = {"happiness": (50, 50, 50), "anger": (50, 50, 50)}
    anger = np.flatnonzero(records(counts).emotion == OWN_LABELS.index("anger"))
    assert not said(counts)["error"]
    assert len(said(counts, without=anger)["error"]) == 3
