"""What went wrong is told with a number that the log holds, and text of others is shown literally."""

import json
import re

import streamlit as st
from streamlit.testing.v1 import AppTest

from fer_core.errors import DatasetError
from pages.shared import messages
from pages.shared.messages import plain
from tests.tools.payloads import PAYLOADS

NUMBER = re.compile(r"Incident ([2-9A-Z]{4}-[2-9A-Z]{4})")
SPECIAL = re.compile(r"[\`*_{}\[\]()#+\-.!|<>~$:&]")
"""What means something to Markdown."""


def log(home):
    return [json.loads(line) for line in (home / "logs" / "incidents.jsonl").read_text().splitlines()]


def refusing():
    from fer_core.errors import DatasetError
    from pages.shared.messages import errors_shown

    with errors_shown(stop=False):
        raise DatasetError("The file “anna.csv” has no pixels. Choose another one.")


def test_a_refusal_has_one_number_however_often_it_is_shown(home):
    app = AppTest.from_function(refusing).run()
    app.run()
    assert "anna\\.csv" in app.error[0].value
    (line,) = log(home)
    assert NUMBER.search(app.error[0].value)[1] == line["number"]
    assert line["kind"] == "DatasetError"
    assert "anna" not in json.dumps(line)


def test_another_session_has_another_number(home):
    for _ in range(2):
        AppTest.from_function(refusing).run()
    assert len({line["number"] for line in log(home)}) == 2


def test_a_fault_is_a_sentence_with_a_number_and_no_traceback(
    home_with_checkpoint, app_at, faults_as_shown, monkeypatch
):
    def broken(**_):
        raise RuntimeError("secret detail of anna.jpg")

    monkeypatch.setattr("pages.shared.cached.samples", broken)
    app = app_at("photos").run()
    assert not app.exception
    (error,) = app.error
    assert "FER Lab failed" in error.value
    assert "secret" not in error.value
    (line,) = [line for line in log(home_with_checkpoint) if line["nature"] == "fault"]
    assert NUMBER.search(error.value)[1] == line["number"]
    assert (line["kind"], line["page"]) == ("RuntimeError", "photos")
    assert "pages/photos.py" in line["places"]
    assert "secret" not in json.dumps(line)


def test_no_page_shows_an_error_past_the_one_door():
    sources = {path.name: path.read_text() for path in messages_folder().rglob("*.py")}
    offenders = {name for name, text in sources.items() if re.search(r"\.(error|exception)\(", text)}
    assert offenders <= {"messages.py"}


def messages_folder():
    from pathlib import Path

    return Path(messages.__file__).parents[1]


def test_what_a_session_was_told_is_forgotten_in_time(home, monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    for number in range(messages.REMEMBERED + 5):
        messages.refuse(DatasetError(str(number)))
    assert len(st.session_state["incidents told"]) == messages.REMEMBERED


def test_there_are_enough_payloads():
    assert len(set(PAYLOADS)) >= 200


def means_something(shown):
    """Whether Markdown or a terminal would act on what is shown, or it is too long."""
    words = (r":(material/|streamlit:|//)", r"www\.", r"@\w", r"--|->|<-|>=|<=|~=")
    return (
        SPECIAL.search(re.sub(r"\\.", "", shown))
        or any(re.search(found, shown.replace("\\", "")) for found in words)
        or re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069]", shown)
        or len(shown) > 2 * 2000 + 600
    )


def test_nothing_in_a_payload_means_anything_to_markdown():
    assert [payload for payload in PAYLOADS if means_something(plain(payload))] == []
