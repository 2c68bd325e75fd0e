"""Rounds can be repeated, points are the voters', and a room counts each seat's first answer and nothing else."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.checkpoints.classifier import Prediction
from fer_core.datasets.store import load_records
from fer_core.datasets.votes import majority
from fer_core.labels import EMOTIONS, SPLITS
from fer_core.lessons.codes import CODE_LENGTH, SharedByCode
from fer_core.lessons.quiz.rooms import MOST_SEATS, Room
from fer_core.lessons.quiz.rounds import QUESTIONS, Question, QuizRound, draw_round, draw_rows, verdict


@pytest.fixture
def records(small_demo):
    return load_records("demo")


def question(votes=(6, 3, 0, 0, 0, 0, 0, 0, 1, 0), says=None):
    prediction = says and Prediction(np.float32([name == says for name in EMOTIONS]), EMOTIONS)
    return Question(np.zeros((48, 48), np.uint8), np.uint8(votes), prediction)


def room_of(count=2, says=None):
    return Room("ABCDE", "host", lambda: QuizRound(tuple(question(says=says) for _ in range(count))))


def advanced(room, steps=1):
    for _ in range(steps):
        room.advance(room.standing())
    return room


def test_a_seed_is_a_round(records):
    np.testing.assert_array_equal(draw_rows(records, 5), draw_rows(records, 5))
    assert set(draw_rows(records, 5)) != set(draw_rows(records, 6))


def test_a_round_is_test_faces_that_a_majority_calls_an_emotion(records):
    rows = draw_rows(records, 1)
    assert len(set(rows.tolist())) == len(rows) == QUESTIONS
    assert majority(records.votes)[0][rows].all()
    assert (records.split[rows] == SPLITS.index("test")).all()


def test_a_round_holds_faces_votes_and_answers(records):
    network = SimpleNamespace(predictions=lambda faces: tuple(question(says="fear").prediction for _ in faces))
    played = draw_round(records, 1, network, count=5, is_simulated=True)
    for row, asked in zip(draw_rows(records, 1, 5), played.questions, strict=True):
        np.testing.assert_array_equal(asked.face, records.images[row])
        np.testing.assert_array_equal(asked.votes, records.votes[row])
        assert asked.network_points == asked.points("fear")
    assert (played.has_network, played.voters) == (True, "simulated voters")
    assert not draw_round(records, 1).has_network


def test_faces_without_votes_make_no_round(records):
    with pytest.raises(ValueError, match="with votes"):
        draw_round(replace(records, votes=np.zeros((0, 10), np.uint8)), 0)


def test_points_are_how_many_of_ten_agree():
    asked = question()
    assert [asked.points(name) for name in ("neutral", "happiness", "fear", "unknown", "smirk")] == [6, 3, 0, 0, 0]
    assert asked.best_points == 6
    assert question((1, 0, 0, 0, 0, 0, 0, 0, 9, 0)).best_points == 1
    assert (asked.network_points, question(says="happiness").network_points) == (0, 3)


@pytest.mark.parametrize(
    ("mine", "theirs", "words"),
    [([5, 5], [4, 4], "You agree"), ([1], [2], "by 1 point."), ([3], [3], "equally often"), ([0], [5], "by 5 points")],
)
def test_the_verdict_says_who_and_by_how_much(mine, theirs, words):
    assert words in verdict(mine, theirs, "people")


def test_a_room_is_led_from_the_lobby_to_the_end():
    room, seen = room_of(2), []
    for _ in range(6):
        standing = room.standing()
        seen.append((standing.phase, standing.question))
        room.advance(standing)
    assert seen == [("lobby", 0), ("voting", 0), ("revealed", 0), ("voting", 1), ("revealed", 1), ("over", 1)]
    assert room.standing().phase == "over"


def test_a_second_click_on_the_same_button_changes_nothing():
    room = advanced(room_of())
    seen = room.standing()
    room.advance(seen)
    room.advance(seen)
    assert room.standing().phase == "revealed"


def test_votes_of_many_at_once_are_counted_once_each():
    room = room_of()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(room.join, map(str, range(200))))
        advanced(room)
        list(pool.map(lambda i: room.vote(str(i % 200), 0, EMOTIONS[i % 2]), range(800)))
    assert room.counts(0) == dict.fromkeys(EMOTIONS, 0) | {"neutral": 100, "happiness": 100}
    assert (room.standing().joined, room.standing().voted) == (200, 200)


def test_only_the_first_vote_of_a_seat_on_the_present_face_counts():
    room = room_of()
    room.join("a")
    assert not room.vote("a", 0, "fear")  # still in the lobby
    advanced(room)
    assert room.vote("a", 0, "fear")
    assert not room.vote("a", 0, "anger")
    assert not room.vote("a", 1, "anger")
    assert not room.vote("stranger", 0, "anger")
    advanced(room)
    room.join("late")
    assert not room.vote("late", 0, "anger")  # revealed
    assert room.answer_of("a", 0) == "fear"
    assert sum(room.counts(0).values()) == 1
    advanced(room)
    assert room.vote("late", 1, "anger")


@pytest.mark.parametrize("answer", ["unknown", "<b>", ""])
def test_what_is_no_emotion_is_no_vote(answer):
    with pytest.raises(ValueError, match="Expected an emotion"):
        advanced(room_of()).vote("a", 0, answer)


def test_a_room_has_an_end_of_seats_and_the_host_takes_none():
    room = room_of()
    assert not room.join("host")
    assert all(room.join(str(i)) for i in range(MOST_SEATS))
    assert not room.join("one more")
    assert room.join("0")
    assert room.standing().joined == MOST_SEATS


def test_the_score_is_of_revealed_faces_only():
    room = room_of(2, says="happiness")
    for seat in "ab":
        room.join(seat)
    advanced(room)
    room.vote("a", 0, "neutral")
    room.vote("b", 0, "happiness")
    assert room.score().faces == 0
    advanced(room)
    assert (room.score().room, room.score().network, room.score().best, room.score().faces) == (4.5, 3, 6, 1)
    advanced(room, 3)
    assert (room.score().best, room.score().faces) == (12, 2)


def test_another_round_keeps_code_and_seats_and_forgets_votes():
    room = room_of()
    room.join("a")
    advanced(room)
    room.vote("a", 0, "fear")
    room.play_again()
    standing = room.standing()
    assert (standing.phase, standing.joined, standing.voted, standing.played) == ("lobby", 1, 0, 2)
    assert room.answer_of("a", 0) is None


def test_a_room_needs_a_face():
    with pytest.raises(ValueError, match="at least one question"):
        room_of(0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.sampled_from((*EMOTIONS, "go"))), max_size=40))
def test_whatever_is_sent_a_seat_has_one_answer_a_face_and_it_is_the_first(sent):
    room, first = room_of(3), {}
    for seat in "abc":
        room.join(seat)
    for seat, index, answer in sent:
        standing = room.standing()
        if answer == "go":
            room.advance(standing)
        else:
            counted = room.vote(seat, index, answer)
            may = standing.phase == "voting" and index == standing.question and (seat, index) not in first
            assert counted == may
            if counted:
                first[seat, index] = answer
    for index in range(3):
        assert room.counts(index) == {
            name: Counter(a for (_, i), a in first.items() if i == index)[name] for name in EMOTIONS
        }


def test_rooms_are_found_by_their_code_however_it_is_typed():
    rooms = SharedByCode()
    room = rooms.open(lambda code: Room(code, "host", lambda: QuizRound((question(),))))
    assert len(room.code) == CODE_LENGTH
    assert rooms.find(f" {room.code[:2].lower()} {room.code[2:]} ") is room
    assert rooms.find("nope") is None
    assert rooms.find("x" * 10_000) is None


def test_old_rooms_give_way():
    now = [0.0]
    rooms = SharedByCode(most=3, seconds=60, clock=lambda: now[0])
    make = lambda code: Room(code, "host", lambda: QuizRound((question(),)))  # noqa: E731
    first, *_others = [rooms.open(make) for _ in range(4)]
    assert rooms.find(first.code) is None
    kept = rooms.open(make)
    now[0] = 59
    assert rooms.find(kept.code) is kept
    now[0] = 118
    assert rooms.find(kept.code) is kept  # its use has kept it
    now[0] = 200
    assert rooms.find(kept.code) is None
