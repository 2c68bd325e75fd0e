"""Examples: every change makes a new value, names stay apart, and what belongs together stays together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.errors import TeachError
from fer_core.lessons.teach import examples as room
from fer_core.lessons.teach.examples import ExampleClass, Examples, Recording, apart, class_name, together
from fer_core.lessons.teach.teaching import folds_of


def faces(count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, 48, 48)).astype(np.uint8)


def test_a_renamed_class_keeps_its_examples():
    before = Examples().added(0, apart("Pictures", faces(3)))
    after = before.renamed(0, "  eyebrows   up ")
    assert after.class_names == ("eyebrows up", "Class 2")
    assert after.counts() == {"eyebrows up": 3, "Class 2": 0}
    assert after.fingerprint == before.fingerprint
    assert before.class_names == ("Class 1", "Class 2")  # which is what undo goes back to


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a<b>", "a/b", "a,b", "line\nbreak\x00", "class 2", "CLASS 2"])
def test_a_name_that_is_none_or_taken_is_a_sentence(name):
    with pytest.raises(TeachError, match=r"Use up to|Choose another"):
        Examples().renamed(0, name)


def test_two_to_ten_classes():
    examples = Examples()
    for number in range(3, room.MOST_CLASSES + 1):
        examples = examples.with_class(f"Class {number}")
    with pytest.raises(TeachError, match="10 classes, the maximum"):
        examples.with_class("one more")
    with pytest.raises(TeachError, match="at least two"):
        Examples().added(0, apart("Pictures", faces(3))).ready()


def test_the_same_face_is_an_example_of_a_class_once():
    examples = Examples().added(0, apart("Pictures", faces(3)))
    again = examples.added(0, apart("Pictures", faces(5)))
    assert [len(recording) for recording in again.classes[0].recordings] == [3, 2]
    with pytest.raises(TeachError, match="already has these faces"):
        again.added(0, apart("Pictures", faces(4)))


def test_a_class_has_room_for_so_many(monkeypatch):
    monkeypatch.setattr(room, "MOST_EXAMPLES", 4)
    with pytest.raises(TeachError, match="would have 5 examples; 4 are the maximum"):
        Examples().added(0, apart("Pictures", faces(5)))


def test_faces_and_recordings_are_deleted_one_by_one():
    examples = Examples().added(0, together("Webcam 1", faces(3), "1")).added(0, together("Webcam 2", faces(2, 1), "2"))
    images = examples.classes[0].images
    without = examples.without_face(0, 3)
    np.testing.assert_array_equal(without.classes[0].images, np.delete(images, 3, axis=0))
    assert without.without_face(0, 3).classes[0].recordings[-1].title == "Webcam 1"  # an empty recording goes too
    first = examples.classes[0].recordings[0].key
    np.testing.assert_array_equal(examples.without_recording(first).images, images[3:])


def test_votes_go_with_their_faces():
    votes = np.eye(10, dtype=np.uint8)[:3]
    examples = Examples().added(0, Recording("Class votes", faces(3), ("a", "b", "c"), votes))
    np.testing.assert_array_equal(examples.without_face(0, 1).recordings[0].votes, votes[[0, 2]])


GROUPS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 9)), min_size=6, max_size=40)


@given(GROUPS)
def test_no_group_is_ever_on_both_sides(rows):
    """Each row is a face: its class, its recording, and its pixels, which other faces may have too."""
    classes = tuple(
        ExampleClass(f"class {label}", tuple(
            Recording("r", faces(1, pixels), (f"group {group}",), key=key)
            for key, (own, group, pixels) in enumerate(rows) if own == label
        ))
        for label in sorted({label for label, _, _ in rows})
    )  # fmt: skip
    examples = Examples(classes)
    if len(classes) < 2:
        return
    ordered = [row for label in sorted({row[0] for row in rows}) for row in rows if row[0] == label]
    tested = []
    for train, test in folds_of(examples, 36):
        tested += test.tolist()
        for what in (1, 2):
            assert not {ordered[i][what] for i in train} & {ordered[i][what] for i in test}
    assert len(tested) == len(set(tested))


def test_class_names_are_letters_digits_blanks_and_hyphens():
    assert class_name("  Poker-face   2 ") == "Poker-face 2"
    assert class_name("überrascht") == "überrascht"
