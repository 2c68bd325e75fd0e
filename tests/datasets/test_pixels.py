"""Rows of numbers are read exactly, or the line and the culprit are named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.datasets.lines import Place
from fer_core.datasets.pixels import parse_numbers
from fer_core.errors import DatasetError

PLACE = Place("fer2013.csv", 12)


@given(st.lists(st.lists(st.integers(0, 255), min_size=3, max_size=3), max_size=5))
def test_numbers_come_back(rows):
    parsed = parse_numbers([" ".join(map(str, row)).encode() for row in rows], 3, PLACE)
    assert parsed.dtype == np.uint8
    assert parsed.tolist() == rows


def test_blanks_between_numbers_do_not_matter():
    assert parse_numbers([b"  1   2\t3 "], 3, PLACE).tolist() == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1 2", "2 pixel values where 3 belong"),
        ("1 2 3 4", "4 pixel values where 3 belong"),
        ("", "0 pixel values where 3 belong"),
        ("1 2 256", "“256” where a whole number from 0 to 255 belongs"),
        ("1 2 00000300", "“00000300” where"),
        ("1 -2 3", "“-2” where"),
        ("1 2.0 3", "“2.0” where"),
        ("1 2e1 3", "“2e1” where"),
        ("1 0x1 3", "“0x1” where"),
        ("1 two 3", "“two” where"),
        ("1 nan 3", "“nan” where"),
        ("1 2\0 3", "where a whole number"),
        ("1 99999999999999999999 3", "“99999999999999999999” where"),
        ("1 18446744073709551616 3", "“18446744073709551616” where"),
        ("1 \N{ARABIC-INDIC DIGIT TWO} 3", "where a whole number"),
    ],
)
def test_what_is_no_grey_value_is_named_with_its_line(text, fault):
    with pytest.raises(DatasetError) as caught:
        parse_numbers([b"1 2 3", text.encode()], 3, PLACE)
    message = str(caught.value)
    assert message.startswith("fer2013.csv, line 13: ")
    assert fault in message
    assert message.endswith("Correct that line or download the file again.")


def test_bytes_that_are_no_text_are_told():
    with pytest.raises(DatasetError, match="line 12"):
        parse_numbers([b"1 \xff 3"], 3, PLACE)


@given(st.binary(max_size=12))
def test_any_bytes_give_numbers_or_an_error(text):
    try:
        parsed = parse_numbers([text], 3, PLACE)
    except DatasetError:
        return
    assert parsed.tolist() == [[int(number) for number in text.split()]]
