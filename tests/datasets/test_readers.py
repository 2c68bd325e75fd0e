"""The readers take the files people have, and name file, line and remedy when one is malformed."""

import gzip
import io
import time
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.datasets.lines import Place, TextLimits
from fer_core.datasets.readers import parse_numbers, read_records
from fer_core.datasets.votes import incomplete_votes
from fer_core.errors import DatasetError
from tests.datasets.formats import images_text, random_data, votes_text

PLACE = Place("fer2013.csv", 12)


def assert_same(records, data, *, votes=True):
    np.testing.assert_array_equal(records.images, data.images)
    np.testing.assert_array_equal(records.emotion, data.emotion)
    np.testing.assert_array_equal(records.split, data.split)
    np.testing.assert_array_equal(records.votes, data.votes if votes else data.votes[:0])


def fault(*paths, **options):
    """The sentence that reading these files ends with."""
    with pytest.raises(DatasetError) as caught:
        read_records(*paths, **options)
    return str(caught.value)


def changed(path, old, new, count=1):
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, count))
    return path


def zip_of(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fer2013/fer2013.csv", content)
        archive.writestr("__MACOSX/fer2013/._fer2013.csv", b"\0\5\26\7")
        archive.writestr("fer2013/fer2013.bib", b"@article{}")
    return buffer.getvalue()


def test_kaggles_file_with_votes(files, data):
    assert_same(read_records(*files), data)


def test_kaggles_file_without_votes(files, data):
    records = read_records(files[0])
    assert_same(records, data, votes=False)
    assert not records.has_votes


@pytest.mark.parametrize("pack", [gzip.compress, zip_of], ids=["gz", "zip"])
def test_packed_files_give_the_same_records(files, write, pack):
    packed = write("packed", pack(files[0].read_bytes()))
    assert read_records(packed, files[1]).fingerprint == read_records(*files).fingerprint


@pytest.mark.parametrize(
    "header", ["emotion, Usage, pixels", "emotion,Usage,pixels", "Usage,emotion,pixels", "EMOTION,Pixels,USAGE"]
)
def test_columns_are_found_by_name(write, data, header):
    path = write("icml_face_data.csv", images_text(data.images, data.emotion, data.split, header=header))
    assert_same(read_records(path), data, votes=False)


def quoted(text):
    return "\n".join(",".join(f'"{field}"' for field in line.split(",")) for line in text.splitlines())


@pytest.mark.parametrize(
    "alter",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        quoted,
        lambda text: text.replace(",", " , "),
        lambda text: text.replace("Training", '"Training"'),
    ],
    ids=["byte order mark", "CRLF", "no last line end", "quotes", "blanks", "some quotes"],
)
def test_harmless_differences_are_read(write, data, alter):
    images = write("fer2013.csv", alter(images_text(data.images, data.emotion, data.split)))
    votes = write("fer2013new.csv", alter(votes_text(data.votes, data.split)))
    assert_same(read_records(images, votes), data)


def test_a_column_more_is_no_harm(write, data):
    text = images_text(data.images, data.emotion, data.split)
    first, *rest = text.splitlines()
    path = write("fer2013.csv", "\n".join([first + ",source", *(line + ",web" for line in rest)]))
    assert_same(read_records(path), data, votes=False)


def test_an_empty_image_name_is_kept_as_a_row(files, data):
    changed(files[1], b"fer0000000.png", b"")
    assert_same(read_records(*files), data)


def test_rows_are_joined_by_order_not_by_name(files, data):
    changed(files[1], b"fer0000001.png", b"fer0000900.png")
    assert_same(read_records(*files), data)


def test_progress_is_told(files):
    shares = []
    read_records(files[0], progress=shares.append)
    assert shares[-1] == 1.0


@pytest.mark.parametrize(
    "change", [lambda t: t.replace(",", ";"), lambda t: t.replace(",", "\t"), lambda t: t + "\n \n\n"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_other_separators_and_encodings_and_empty_lines_at_the_end_are_read(files, data, change, encoding):
    for path in files:
        path.write_text(change(path.read_text()), encoding=encoding)
    assert_same(read_records(*files), data)
    assert_same(read_records(*files, limits=TextLimits(chunk=50)), data)  # an empty line ends a block


def test_rows_with_more_than_ten_votes_are_told_and_those_with_fewer_counted(write, data):
    faces = write("f.csv", images_text(data.images, data.emotion, data.split))
    for excess in (1, 90):
        votes = data.votes.astype(int)
        votes[2] = 10 if excess == 90 else votes[2]
        votes[2, 0] += excess == 1 and votes[2, 0] < 10
        total = votes[2].sum()
        message = fault(faces, write("v.csv", votes_text(votes, data.split)))
        assert f"v.csv, line 4: {total} votes, where FER+ has ten people's" in message
    votes = data.votes.copy()
    votes[1, votes[1].argmax()] -= 1
    votes[4] = 0
    note = incomplete_votes(read_records(faces, write("v.csv", votes_text(votes, data.split))).votes)
    assert note.startswith("2 rows have fewer than ten votes, 1 of them none at all.")
    assert incomplete_votes(data.votes) == incomplete_votes(np.zeros((0, 10), np.uint8)) == ""


def test_lines_are_counted_across_blocks(files):
    text = files[0].read_text().splitlines()
    text[4] = "9" + text[4][1:]
    files[0].write_text("\n".join(text))
    assert "fer2013.csv, line 5: emotion is “9”" in fault(files[0], limits=TextLimits(chunk=1000))


MALFORMED = {
    "missing column": (
        b"pixels",
        b"picture",
        "line 1: the column “pixels” is missing (found: emotion, picture, usage)",
    ),
    "column twice": (b"emotion,", b"pixels,emotion,", "line 1: the column “pixels” stands there twice"),
    "unknown usage": (b"PublicTest", b"Public", "line 3: Usage is “Public” where Training, PublicTest or PrivateTest"),
    "one column more": (b"PublicTest", b"PublicTest,x,y", "line 3: 5 columns instead of 3"),
    "one column less": (b",PublicTest", b"", "line 3: 2 columns instead of 3"),
    "empty line": (b"PublicTest\n", b"PublicTest\n\n", "line 4: the line is empty"),
    "a pixel more": (b",PublicTest", b" 7,PublicTest", "line 3: 2,305 pixel values where 2,304 belong"),
    "out of range": (b",Training", b"999,Training", "instead of a whole number from 0 to 255"),
    "negative": (b" ", b" -", "line 2: “-"),
    "float": (b" ", b" 0.5 ", "line 2: “0.5” instead of a whole number from 0 to 255"),
    "text": (b" ", b" dark ", "line 2: “dark” instead of"),
    "nan": (b" ", b" nan ", "line 2: “nan” instead of"),
    "NUL": (b" ", b"\0 ", "line 2: "),
    "not UTF-8 header": (b"emotion", b"\xe9motion", "is not a UTF-8 text file"),
}


@pytest.mark.parametrize(("old", "new", "expected"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_faces_file_is_told(files, old, new, expected):
    message = fault(changed(files[0], old, new))
    assert message.startswith("fer2013.csv")
    assert expected in message
    assert message.count(". ") >= 1
    assert message.endswith(".")


@pytest.mark.parametrize("label", ["7", "-1", "", "happy", "3.0", "1e0"])
def test_an_unknown_emotion_is_told(write, data, label):
    text = images_text(data.images, data.emotion, data.split).splitlines()
    text[3] = label + text[3][1:]
    message = fault(write("fer2013.csv", "\n".join(text)))
    assert f"fer2013.csv, line 4: emotion is “{label}” where 0 to 6 belongs" in message


MALFORMED_VOTES = {
    "missing column": (b"contempt", b"disdain", "line 1: the column “contempt” is missing"),
    "no usage": (b"Usage", b"Use", "line 1: the column “usage” is missing"),
    "a vote more": (b"fer0000002.png", b"fer0000002.png,1", "line 4: 13 columns instead of 12"),
    "text": (b"fer0000002.png,", b"fer0000002.png,many", "line 4: neutral is “many"),
    "negative": (b"fer0000002.png,", b"fer0000002.png,-", "line 4: neutral is “-"),
    "too many": (b"fer0000002.png,", b"fer0000002.png,11", "line 4: neutral is “11"),
    "float": (b"fer0000002.png,", b"fer0000002.png,0.", "line 4: neutral is “0."),
    "unknown usage": (b"PrivateTest", b"Secret", "line 4: Usage is “Secret”"),
}


@pytest.mark.parametrize(("old", "new", "expected"), MALFORMED_VOTES.values(), ids=MALFORMED_VOTES)
def test_a_malformed_votes_file_is_told(files, old, new, expected):
    message = fault(files[0], changed(files[1], old, new))
    assert message.startswith("fer2013new.csv")
    assert expected in message


def test_votes_are_never_shifted_into_another_column(files):
    text = files[1].read_text().splitlines()
    text[1] = "Training,fer0000000.png,4 0,,0,1,3,2,0,0,0,0"
    files[1].write_text("\n".join(text))
    assert "line 2: neutral is “4 0”" in fault(*files)


def test_a_row_missing_in_one_file_is_told(files):
    files[1].write_text("\n".join(files[1].read_text().splitlines()[:-1]))
    message = fault(*files)
    assert "fer2013new.csv has 5 rows and fer2013.csv 6. Choose two files" in message
    assert "Choose two files of the same release" in message


def test_files_in_another_order_are_told(files):
    text = files[1].read_text().splitlines()
    text[3], text[4] = text[4], text[3]
    files[1].write_text("\n".join(text))
    message = fault(*files)
    assert "fer2013new.csv and fer2013.csv have different splits in line 4" in message
    assert "Choose the two original files" in message


@pytest.mark.parametrize("which", [0, 1])
def test_a_header_without_rows_is_told(files, which):
    files[which].write_text(files[which].read_text().splitlines()[0] + "\n")
    assert "has a header but no rows. Choose the file with the data." in fault(*files)


def test_the_two_files_swapped_are_told(files):
    message = fault(files[1], files[0])
    assert "fer2013new.csv, line 1: the column “emotion” is missing" in message
    assert "Choose fer2013.csv or icml_face_data.csv." in message


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_told_in_printable_words(files, encoding):
    files[0].write_text(files[0].read_text(), encoding=encoding)
    message = fault(files[0])
    assert message.startswith("fer2013.csv")
    assert message.isprintable()


def test_a_picture_is_told(write):
    assert "is not a UTF-8 text file" in fault(write("face.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256))))


@pytest.mark.parametrize("name", ["pixels", "a"])
def test_a_header_of_40000_columns_is_refused_at_once(write, name):
    path = write("bomb.csv", ",".join([name] * 40_000) + "\n")
    start = time.process_time()
    assert "bomb.csv, line 1: more than 64 columns. Choose fer2013.csv" in fault(path)
    assert time.process_time() - start < 1


def test_a_huge_cell_is_told(write, data):
    text = images_text(data.images[:1], [0], [0]).replace(" ", " 1 1 ", 400_000 // 4)
    assert "pixel values where 2,304 belong" in fault(write("fer2013.csv", text))


def test_too_many_rows_are_refused(files):
    told = fault(files[0], limits=TextLimits(rows=4))
    assert "fer2013.csv has more than 4 rows. Check that it is the right file." in told


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 9), header=st.permutations(["emotion", " pixels", " Usage"]))
def test_what_was_written_is_read_back(tmp_path, seed, n, header):
    data = random_data(seed, n)
    images, votes = tmp_path / "images.csv", tmp_path / "votes.csv"
    images.write_text(images_text(data.images, data.emotion, data.split, header=",".join(header)))
    votes.write_text(votes_text(data.votes, data.split))
    assert_same(read_records(images, votes), data)


@settings(max_examples=3 * settings().max_examples)
@given(choice=st.data(), packed=st.sampled_from(["plain", "gzip", "zip"]), which=st.sampled_from([0, 1]))
def test_a_mutated_file_gives_valid_data_or_an_error(files, tmp_path, choice, packed, which):
    pack = {"plain": bytes, "gzip": gzip.compress, "zip": zip_of}[packed]
    content = bytearray(pack(files[which].read_bytes()))
    # Half of the changes hit the first bytes, where headers are.
    position = choice.draw(st.integers(0, len(content) - 1) | st.integers(0, 120), "position")
    kind = choice.draw(st.sampled_from(["change", "insert", "delete", "cut"]), "kind")
    new = choice.draw(st.sampled_from(b'\0\n\r",. -+19eE\xff\xfe') | st.integers(0, 255), "byte")
    if kind == "cut":
        del content[position:]
    else:
        content[position : position + (kind != "insert")] = b"" if kind == "delete" else bytes([new])
    paths = list(files)
    paths[which] = tmp_path / "mutated"
    paths[which].write_bytes(content)
    try:
        records = read_records(*paths)
    except DatasetError as error:
        assert str(error).endswith(".")  # noqa: PT017
        return
    assert records.images.shape == (6, 48, 48)
    assert records.votes.shape == (6, 10)
    assert records.emotion.max() <= 6
    assert records.split.max() <= 2
    assert records.votes.max() <= 10


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
        ("1 2 256", "“256” instead of a whole number from 0 to 255"),
        ("1 2 00000300", "“00000300” instead of"),
        ("1 -2 3", "“-2” instead of"),
        ("1 2.0 3", "“2.0” instead of"),
        ("1 2e1 3", "“2e1” instead of"),
        ("1 0x1 3", "“0x1” instead of"),
        ("1 two 3", "“two” instead of"),
        ("1 nan 3", "“nan” instead of"),
        ("1 2\0 3", "instead of a whole number"),
        ("1 99999999999999999999 3", "“99999999999999999999” instead of"),
        ("1 18446744073709551616 3", "“18446744073709551616” instead of"),
        ("1 \N{ARABIC-INDIC DIGIT TWO} 3", "instead of a whole number"),
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
