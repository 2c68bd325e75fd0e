import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.storage.plaintext import duration, interval_text, percent, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\tand  spaces", "two lines and spaces"),
        ("\u202egpj.exe", "�gpj.exe"),
        ("a\x1b[31mred\x00", "a�[31mred�"),
        ("zero\u200bwidth\ufeff", "zero�width�"),
        ("\ud800", "�"),
        ("نام‌ها and 👩‍👧", "نام‌ها and 👩‍👧"),
        ("", ""),
    ],
)
def test_what_acts_unseen_is_replaced(text, shown):
    assert visible(text) == shown


def test_what_is_long_ends_with_an_ellipsis():
    assert visible("x" * 10_000) == "x" * 1999 + "…"
    assert visible("abcdef", most=4) == "abc…"


@given(st.text(max_size=300))
def test_anything_becomes_one_short_line(text):
    shown = visible(text, most=50)
    assert len(shown) <= 50
    shown.encode()  # no lone surrogate is left
    assert "\n" not in shown
    assert visible(shown, most=50) == shown


@pytest.mark.parametrize(("share", "digits", "text"), [(0.845, 1, "84.5%"), (1, 0, "100%"), (0.12345, 2, "12.35%")])
def test_shares_are_read_as_per_cent(share, digits, text):
    assert percent(share, digits) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5_340, "89 min"), (5_400, "1 h 30 min")]
)
def test_time_spans_are_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_intervals_of_shares_are_read_in_percent():
    assert interval_text(0.861, 0.8841) == "86.1–88.4"
