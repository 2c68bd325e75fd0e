"""Rounds can be shared, points are the crowd's, and a class's votes are counted and forgotten."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np
import pytest

from fer_core.datasets.store import load_records
from fer_core.datasets.votes import majority
from fer_core.labels import EMOTIONS, SPLITS
from fer_core.lessons.quiz import QUESTIONS, Ballots, best_points, draw_round, points, qr_code, verdict


@pytest.fixture
def records(small_demo):
    return load_records("demo")


def test_a_seed_is_a_round(records):
    assert draw_round(records, 5) == draw_round(records, 5)
    assert draw_round(records, 5) != draw_round(records, 6)


def test_a_round_is_test_faces_that_a_majority_calls_an_emotion(records):
    rows = list(draw_round(records, 1))
    assert len(set(rows)) == len(rows) == QUESTIONS
    assert majority(records.votes)[0][rows].all()
    assert (records.split[rows] == SPLITS.index("test")).all()


def test_faces_without_votes_make_no_round(records):
    with pytest.raises(ValueError, match="with votes"):
        draw_round(replace(records, votes=np.zeros((0, 10), np.uint8)), 0)


def test_points_are_how_many_of_ten_agree():
    votes = np.uint8([6, 3, 0, 0, 0, 0, 0, 0, 1, 0])
    assert [points(votes, "neutral"), points(votes, "happiness"), points(votes, "fear")] == [6, 3, 0]
    assert best_points(votes) == 6
    assert best_points(np.uint8([1, 0, 0, 0, 0, 0, 0, 0, 9, 0])) == 1


@pytest.mark.parametrize(
    ("mine", "theirs", "words"),
    [([5, 5], [4, 4], "You read"), ([1], [2], "by 1 point."), ([3], [3], "equally often"), ([0], [5], "by 5 points")],
)
def test_the_verdict_says_who_and_by_how_much(mine, theirs, words):
    assert words in verdict(mine, theirs)


def test_a_class_votes_at_once_and_every_vote_counts():
    ballots = Ballots()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: ballots.of("7b").vote(2, EMOTIONS[i % 2]), range(400)))
    assert ballots.of("7b").counts(2) == dict.fromkeys(EMOTIONS, 0) | {"neutral": 200, "happiness": 200}
    assert sum(ballots.of("7b").counts(3).values()) == 0
    assert sum(ballots.of("8a").counts(2).values()) == 0


@pytest.mark.parametrize(("question", "answer"), [(0, "unknown"), (-1, "fear"), (QUESTIONS, "fear"), (0, "<b>")])
def test_what_is_no_vote_is_refused(question, answer):
    with pytest.raises(ValueError, match="Expected an emotion"):
        Ballots().of("x").vote(question, answer)


def test_old_ballots_give_way():
    ballots = Ballots(most=5)
    ballots.of("first").vote(0, "fear")
    for number in range(5):
        ballots.of(str(number))
    assert sum(ballots.of("first").counts(0).values()) == 0
    ballots.of("kept").vote(0, "fear")
    assert sum(ballots.of("kept").counts(0).values()) == 1
    short = Ballots(seconds=-1.0)
    short.of("late").vote(0, "fear")
    assert sum(short.of("late").counts(0).values()) == 0


def test_a_telephone_reads_the_address_of_a_class():
    address = "https://lab.example.org/quiz?round=316715&class=a-CK57UZVjwY&dataset=ferplus"
    picture = np.kron(qr_code(address), np.ones((4, 4), np.uint8))
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == address
    assert (picture[:16] == 255).all()
    assert (picture[:, -16:] == 255).all()
