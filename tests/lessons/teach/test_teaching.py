"""A head is scikit-learn's own fit, honestly held out, and its file is read or refused in a sentence."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from fer_core.checkpoints.features import Features
from fer_core.errors import TeachError
from fer_core.evaluation.intervals import grouped_difference_interval, grouped_interval, wilson
from fer_core.lessons.teach.advice import advise, ordered_share
from fer_core.lessons.teach.examples import ExampleClass, Examples
from fer_core.lessons.teach.head import LONGEST_FILE, estimator, parse_head
from fer_core.lessons.teach.swap import compare_heads
from fer_core.lessons.teach.teaching import FeatureStore, learning_curve, teach

KINDS = "softmax", "svm"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("names", [("a", "b"), ("a", "b", "c")])
def test_a_head_is_what_scikit_learn_fits(store, make_examples, kind, names):
    examples = make_examples(names)
    head = teach(store, examples, kind).head
    features = store.of(examples.images)
    theirs = estimator(kind).fit(features.astype(float), examples.labels)
    scores = theirs.decision_function(features)
    scores = np.stack([-scores, scores], axis=1) if len(names) == 2 else scores
    own = head.scores(features)
    centered, expected = (each - each.mean(axis=1, keepdims=True) for each in (own, scores))
    scale = (centered * expected).sum() / (expected**2).sum()  # of calibration
    assert scale > 0
    np.testing.assert_allclose(centered, scale * expected, atol=2e-4 * np.abs(centered).max())
    np.testing.assert_array_equal(own.argmax(axis=1), theirs.predict(features))
    np.testing.assert_allclose(head.probabilities(features), softmax(own, axis=1), atol=1e-6)


def test_features_are_computed_once_a_face(store, make_examples, monkeypatch):
    examples, asked = make_examples(), []
    real = Features.of_preprocessed
    monkeypatch.setattr(Features, "of_preprocessed", lambda self, faces: asked.append(len(faces)) or real(self, faces))
    first = store.of(examples.images)
    more = make_examples(seed=1).images[:2]
    store.of(np.concatenate([examples.images, more]))
    assert asked == [len(examples), 2]
    store.keep_only(more)
    np.testing.assert_array_equal(store.of(examples.images), first)
    assert asked == [len(examples), 2, len(examples)]


def test_one_recording_of_a_class_leaves_nothing_to_test_on(store, make_examples):
    taught = teach(store, make_examples(recordings=1, frames=20), "softmax")
    assert taught.held_out is None
    assert learning_curve(store, make_examples(recordings=1, frames=20), "softmax") == ()
    assert "Record each class at least twice" in advise(make_examples(recordings=1, frames=20), taught)[0]


def test_held_out_accuracy_is_not_that_of_frames(store, make_examples):
    """Recordings whose light says nothing: every frame is known by its recording, no recording by its class."""
    examples = make_examples(("a", "b"), recordings=6, frames=20, noise=60.0)
    taught = teach(store, examples, "svm")
    assert taught.held_out is not None
    assert taught.train_accuracy > taught.held_out.accuracy
    low, high = taught.interval
    naive = taught.held_out.accuracy_interval()
    assert high - low > naive[1] - naive[0]


def test_the_curve_ends_at_the_held_out_accuracy(store, make_examples):
    examples = make_examples(recordings=6)
    points = learning_curve(store, examples, "softmax")
    assert [point.examples for point in points] == sorted(point.examples for point in points)
    assert points[-1].accuracy == pytest.approx(teach(store, examples, "softmax").held_out.accuracy)


def test_empty_classes_are_left_out(store, make_examples):
    examples = make_examples().with_class("still empty")
    assert teach(store, examples, "softmax").head.class_names == ("open", "closed", "wide")
    with pytest.raises(TeachError, match="at least two classes"):
        teach(store, Examples(), "softmax")


def test_the_classifier_answers_as_the_head(store, make_examples):
    examples = make_examples()
    head = teach(store, examples, "softmax").head
    classifier = store.classifier(head)
    expected = head.probabilities(store.of(examples.images))
    np.testing.assert_allclose(classifier.predict(examples.images), expected, atol=1e-6)
    assert classifier.predict_one(examples.images[0]).class_names == head.class_names


def test_a_head_survives_its_file(store, make_examples):
    examples = make_examples()
    head = teach(store, examples, "svm").head
    again = parse_head(head.to_json())
    features = store.of(examples.images)
    np.testing.assert_allclose(again.probabilities(features), head.probabilities(features), atol=1e-5)
    assert (again.class_names, again.examples, again.recordings) == (head.class_names, head.examples, head.recordings)


def without_names(document):
    return {key: value for key, value in document.items() if key != "class_names"}


HOSTILE = {
    "nothing": lambda head: b"",
    "no JSON": lambda head: b"\x80\x04pickle",
    "a list": lambda head: b"[1, 2]",
    "deep": lambda head: b"[" * 100_000,
    "large": lambda head: b" " * (LONGEST_FILE + 1),
    "NaN": lambda head: head.to_json().replace(b'"bias":[', b'"bias":[NaN,'),
    "infinite": lambda head: head.to_json().replace(b'"bias":[', b'"bias":[1e999,'),
    "huge": lambda head: changed(head, bias=[1e30, 0, 0]),
    "no names": lambda head: json.dumps(without_names(json.loads(head.to_json()))).encode(),
    "one class": lambda head: changed(head, class_names=["a"]),
    "eleven classes": lambda head: changed(head, class_names=[f"c{i}" for i in range(11)]),
    "equal names": lambda head: changed(head, class_names=["a", "A", "b"]),
    "acting names": lambda head: changed(head, class_names=["<b>", "b", "c"]),
    "ragged": lambda head: changed(head, weights=[[1, 2, 3], [1, 2]]),
    "text for a number": lambda head: changed(head, bias=["1", 2, 3]),
    "a bad hash": lambda head: changed(head, base_sha256="../../etc"),
    "a field too many": lambda head: changed(head, run="rm"),
    "a later version": lambda head: changed(head, schema_version=2),
    "negative counts": lambda head: changed(head, recordings=-1),
}


def changed(head, **values):
    return json.dumps(json.loads(head.to_json()) | values).encode()


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_heads_are_refused_in_a_sentence(store, make_examples, what):
    head = teach(store, make_examples(), "softmax").head
    with pytest.raises(TeachError, match=r"is not a FER Lab head|a head has at most"):
        parse_head(HOSTILE[what](head))


@given(st.binary(max_size=300))
def test_any_bytes_are_no_head(content):
    with pytest.raises(TeachError):
        parse_head(content)


def test_a_head_of_another_network_is_refused(store, make_examples, save_tiny, make_card):
    head = parse_head(changed(teach(store, make_examples(), "softmax").head, base_sha256="0" * 64))
    with pytest.raises(TeachError, match="trained on another network, named “tiny”"):
        store.classifier(head)


def test_a_head_with_too_few_weights_for_its_base_is_refused(store, make_examples):
    examples = make_examples()
    head = teach(store, examples, "softmax").head
    short = parse_head(changed(head, weights=head.weights[1:].tolist()))
    with pytest.raises(TeachError, match="weights a class, but “tiny” has"):
        store.classifier(short).predict(examples.images)
    with pytest.raises(TeachError, match="Ask for the file again"):
        compare_heads(store, examples, short, None)


def test_a_network_without_a_dense_layer_is_refused(store, make_examples, monkeypatch):
    monkeypatch.setattr(Features, "of_preprocessed", lambda self, faces: np.empty((len(faces), 0), np.float32))
    with pytest.raises(TeachError, match="no dense layer"):
        FeatureStore(store.checkpoint, store.network).of(make_examples().images)


def test_heads_are_compared_on_the_same_recordings(store, make_examples):
    mine, theirs = make_examples(seed=0), make_examples(("wide", "open", "other"), seed=5)
    taught, head = teach(store, mine, "softmax"), teach(store, theirs, "softmax").head
    swap = compare_heads(store, mine, head, taught)
    assert swap.examples.class_names == ("open", "wide")
    np.testing.assert_array_equal(swap.own.y_true, swap.theirs.y_true)
    low, high = swap.interval
    assert low <= swap.theirs.accuracy - swap.own.accuracy <= high
    assert "On the same 40 examples" in swap.in_words
    assert compare_heads(store, mine, head, None).own is None
    with pytest.raises(TeachError, match="Their classes are"):
        compare_heads(store, Examples((ExampleClass("x"), ExampleClass("open"))), head, taught)


def test_what_else_tells_the_classes_apart_is_said(store, make_examples):
    """These classes differ in their light alone."""
    examples = make_examples(("surprise", "calm"), noise=2.0)
    advice = advise(examples, teach(store, examples, "softmax"))
    assert any("Almost all “surprise” pictures are darker" in sentence for sentence in advice)
    uneven = examples.without_recording(1).without_recording(2).without_recording(3)
    sentences = " ".join(advise(uneven, teach(store, uneven, "softmax")))
    assert "“calm” has 4 times the examples of “surprise”" in sentences
    assert "Fewer than 10 examples: “surprise”" in sentences


def test_the_share_of_ordered_pairs_is_the_auc():
    own, others = np.arange(10.0), np.arange(10.0)
    assert ordered_share(own + 100, others) == 1.0
    assert ordered_share(own, others) == 0.5
    assert ordered_share(own[:3], others) == 0.5


def test_groups_widen_an_interval():
    right = np.repeat([True, False, True, True], 25)
    alone, together = np.arange(100), np.repeat(np.arange(4), 25)
    assert grouped_interval(right, alone) == pytest.approx(wilson(75, 100), abs=0.01)
    low, high = grouped_interval(right, together)
    assert low < wilson(75, 100)[0]
    assert high > wilson(75, 100)[1]
    assert grouped_interval(np.ones(100, bool), together) == wilson(4, 4)
    assert grouped_difference_interval(np.zeros(100), together) == (0, 0)
    assert grouped_difference_interval(np.ones(3), np.zeros(3, int)) == (-1, 1)
