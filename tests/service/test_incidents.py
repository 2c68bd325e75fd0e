import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from fer_core.errors import ImageError
from fer_core.faces.images import read_image
from fer_core.service import incidents
from fer_core.service.incidents import recent_incidents, record_error, record_event, record_refusal

SECRET = "anna-at-home.jpg"


def raised():
    with pytest.raises(ImageError) as caught:
        read_image(b"no picture", name=SECRET)
    return caught.value


def lines(home):
    return (home / "logs" / "incidents.jsonl").read_text().splitlines()


def test_a_refusal_is_a_line_without_what_was_refused(home):
    error = raised()
    assert SECRET in str(error)
    incident = record_error(error, page="photos")
    (line,) = lines(home)
    document = json.loads(line)
    assert SECRET not in line
    assert document["number"] == incident.number
    assert (document["nature"], document["kind"], document["page"]) == ("refusal", "ImageError", "photos")
    assert re.search(r"fer_core/faces/images\.py:\d+ \w+$", document["places"])
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", incident.number)


def test_a_fault_names_its_place_and_never_its_message(home):
    try:
        json.loads(SECRET)
    except ValueError as error:
        record_error(error, page="photos", is_fault=True)
    (line,) = lines(home)
    assert SECRET not in line
    assert json.loads(line)["nature"] == "fault"
    assert str(home) not in line
    assert "decoder.py" in line


def test_the_newest_come_first_and_damage_is_passed_over(home):
    first = record_refusal("one", page="a")
    with (home / "logs" / "incidents.jsonl").open("a") as file:
        file.write('{"number": "cut\n')
    record_event("two", page="b")
    found = recent_incidents()
    assert [incident.kind for incident in found] == ["two", "one"]
    assert found[1] == first
    assert [incident.kind for incident in recent_incidents(1)] == ["two"]


def test_no_log_yet_is_no_incident(home):
    assert recent_incidents() == ()


def test_the_file_is_rotated_and_many_threads_lose_nothing(home, monkeypatch):
    monkeypatch.setattr(incidents, "LARGEST_FILE", 20_000)
    with ThreadPoolExecutor(8) as pool:
        numbers = [i.number for i in pool.map(lambda _: record_refusal("x", page="p"), range(300))]
    files = sorted((home / "logs").iterdir())
    assert 2 <= len(files) <= 6
    assert all(path.stat().st_size <= 20_000 for path in files)
    kept = [json.loads(line)["number"] for path in files for line in path.read_text().splitlines()]
    assert len(kept) == len(set(numbers)) == 300
    assert set(kept) == set(numbers)


def test_a_log_that_cannot_be_written_stops_nobody(home, caplog):
    (home / "logs").write_text("a file where the folder belongs")
    with caplog.at_level(logging.WARNING):
        incident = record_refusal("busy", page="webcam")
    assert incident.number in caplog.text
