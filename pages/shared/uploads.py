"""What a session has uploaded: removed with the page it was meant for, and never more than there is room for."""

from collections.abc import Container
from typing import NamedTuple

from fer_core.service.deployment import Limits
from pages.shared.streamlit_internals import Uploads

MIME_TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp",
    "heic": "image/heic",
    "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "mov": "video/quicktime", "mkv": "video/x-matroska",
    "avi": "video/x-msvideo", "csv": "text/csv", "gz": "application/gzip", "zip": "application/zip",
    "json": "application/json", "html": "text/html", "md": "text/markdown", "ipynb": "application/x-ipynb+json",
}  # fmt: skip
_ANY_BYTES = "application/octet-stream"


def kinds(*endings: str) -> list[str]:
    """What a file box asks the browser for: endings of names, and the same as MIME types.

    Where it has endings alone, Streamlit holds names against them on the server too, and the whole page fails for a
    name that lost its ending on the way. With a MIME type among them it leaves that to the page, which goes by what
    the file holds and says so in a sentence; phones, which know types better than endings, then offer their pictures.
    """
    return [*endings, *dict.fromkeys(MIME_TYPES.get(ending, _ANY_BYTES) for ending in endings)]


class Removal(NamedTuple):
    """Why a session's newest files were removed: a sentence for people, a kind for the log, and their identifiers."""

    sentence: str
    kind: str
    files: frozenset[str]


def keep_within(limits: Limits, uploads: Uploads, *, is_new_page: bool, held: Container[str] = ()) -> list[Removal]:
    """Remove uploads that nobody can reach any more, and the newest ones where there are too many.

    On a new page only those stay whose identifiers are among the ``held``.

    Streamlit keeps what was uploaded on a page until the session ends, though its boxes forget it when the page is
    left; and it has no limit but that of a single file.
    """
    removals = []
    for identifier in uploads.ids if is_new_page else ():
        if identifier not in held:
            uploads.remove(identifier)
    before = uploads.ids
    while (sizes := uploads.megabytes) and (max(sizes) > limits.upload_mb or sum(sizes) > limits.session_mb):
        uploads.remove(uploads.ids[-1])
    if gone := frozenset(before).difference(uploads.ids):
        sentence = (
            f"The last file exceeds {limits.upload_mb:,} MB, or all files {limits.session_mb:,} MB, and was "
            "not kept. Clear some, or choose smaller ones."
        )
        removals.append(Removal(sentence, "upload quota", gone))
    before = uploads.ids
    while uploads.megabytes and uploads.server_megabytes > limits.server_mb:
        uploads.remove(uploads.ids[-1])
    if gone := frozenset(before).difference(uploads.ids):
        sentence = (
            "The server’s upload space is full; the last file was not kept. Try again in a few minutes, or choose a "
            "smaller one."
        )
        removals.append(Removal(sentence, "upload room full", gone))
    return removals
