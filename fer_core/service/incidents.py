"""Incidents: every refusal and every fault gets a number, shown to the user and logged.

The log is ``logs/incidents.jsonl`` in the home: a JSON document a line, rotated. It says when, on which page, what kind
of thing, and where in this program, and nothing about the person: no message of an error (which may name a file), no
file name, no label, no picture, no prediction.
"""

import json
import logging
import logging.handlers
import secrets
import threading
import traceback
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from fer_core.storage.files import PROJECT, logs_folder
from fer_core.storage.records import read_records

LOG_FILE = "incidents.jsonl"
LARGEST_FILE = 1_000_000
"""Bytes of a file before it is rotated."""

_KEPT_FILES = 5  # older ones that stay
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that are mistaken for others when read aloud
_FRAMES = 4  # places in the program that one record names, the innermost last

_ONE_WRITER = threading.Lock()  # a file is not rotated while another thread writes to it

Nature = Literal["refusal", "fault", "event"]


@dataclass(frozen=True)
class Incident:
    """One line of the log.

    Attributes:
        number: What a person reads to the operator, such as "K7F3-9QXD"; "" for an event nobody was told of.
        time: UTC, ISO 8601, to the second.
        nature: A ``refusal`` a person can mend, a ``fault`` of the program, or an ``event`` of its operation.
        kind: The class of the error, or the name of the event.
        places: Where in the program, the innermost last: file, line and function.
    """

    number: str
    time: str
    nature: Nature
    kind: str
    page: str
    places: str = ""


def record_error(error: BaseException, *, page: str, is_fault: bool = False) -> Incident:
    """Write an error down, without its message; a fault is the program's, and nothing a person can mend."""
    return _write("fault" if is_fault else "refusal", type(error).__name__, page, _places(error))


def record_refusal(kind: str, *, page: str) -> Incident:
    """Write down a refusal for which nothing was raised, such as "webcams busy"."""
    return _write("refusal", kind, page)


def record_event(kind: str, *, page: str) -> None:
    """Write down something of the app's operation, such as "webcam started"."""
    _write("event", kind, page)


def recent_incidents(most: int = 50) -> tuple[Incident, ...]:
    """The last lines of the log, the newest first; a damaged line is left out."""
    folder = logs_folder()
    found = [*read_records(folder / f"{LOG_FILE}.1", Incident), *read_records(folder / LOG_FILE, Incident)]
    return tuple(reversed(found[-most:]))


def _number() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _places(error: BaseException) -> str:
    """Where in this project an error came from; of libraries only the last place is named, without its folder."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(PROJECT)]
    named = [f"{Path(f.filename).relative_to(PROJECT).as_posix()}:{f.lineno} {f.name}" for f in own[-_FRAMES:]]
    if frames and frames[-1] not in own:
        named.append(f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}")
    return " > ".join(named)


def _write(nature: Nature, kind: str, page: str, places: str = "") -> Incident:
    number, now = "" if nature == "event" else _number(), datetime.now(UTC).isoformat(timespec="seconds")
    incident = Incident(number, now, nature, kind, page, places)
    record = logging.LogRecord(__name__, logging.INFO, "", 0, json.dumps(asdict(incident)), None, None)
    path = logs_folder() / LOG_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _ONE_WRITER, closing(_LogFile(path, "a", LARGEST_FILE, _KEPT_FILES, encoding="utf-8")) as file:
            file.handle(record)
    except OSError:
        _say_elsewhere(record)
    return incident


class _LogFile(logging.handlers.RotatingFileHandler):
    """A rotating file that never disturbs what it reports on."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Says the line elsewhere, as on a full disk."""
        _say_elsewhere(record)


def _say_elsewhere(record: logging.LogRecord) -> None:
    logging.getLogger("fer_core").warning("The log cannot be written: %s", record.getMessage())
