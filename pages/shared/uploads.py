"""What a session has uploaded: let go with the page it was meant for, and never more than there is room for."""

from collections.abc import Callable

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from fer_core.service.deployment import Limits
from pages.shared.messages import refuse_with

_MEGABYTE = 2**20
_MIME_TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp",
    "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "mov": "video/quicktime", "mkv": "video/x-matroska",
    "avi": "video/x-msvideo", "csv": "text/csv", "gz": "application/gzip", "zip": "application/zip",
    "json": "application/json",
}  # fmt: skip
_ANY_BYTES = "application/octet-stream"


def kinds(*endings: str) -> list[str]:
    """What a file box asks the browser for: endings of names, and the same as MIME types.

    Where it has endings alone, Streamlit holds names against them on the server too, and the whole page fails for a
    name that lost its ending on the way. With a MIME type among them it leaves that to the page, which goes by what
    the file holds and says so in a sentence; phones, which know types better than endings, then offer their pictures.
    """
    return [*endings, *dict.fromkeys(_MIME_TYPES.get(ending, _ANY_BYTES) for ending in endings)]


def keep_within(limits: Limits, *, is_new_page: bool) -> None:
    """Lets go of uploads that nobody can reach any more, and of the newest ones where there are too many.

    Streamlit keeps what was uploaded on a page until the session ends, though its boxes forget it when the page is
    left; and it has no limit but that of a single file.

    Args:
        limits: What one session and all of them may hold.
        is_new_page: Whether this session comes from another page.
    """
    context = get_script_run_ctx()
    if context is None or not isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        return
    store, session = context.uploaded_file_mgr, context.session_id
    if is_new_page:
        store.remove_session_files(session)
    if _take_back(store, session, lambda: _too_large(store, session, limits)):
        refuse_with(
            f"That is too much at once: one file may have {limits.upload_mb:,} MB, and all files on a page together "
            f"{limits.session_mb:,} MB. The last one was not kept. Remove some, or choose smaller ones.",
            "upload quota",
        )
    if _take_back(store, session, lambda: held_megabytes(store) > limits.server_mb):
        refuse_with(
            "The server’s room for uploads is full at present, so the last file was not kept. Try again in a few "
            "minutes, when others have finished, or choose a smaller one.",
            "upload room full",
        )


def held_megabytes(store: MemoryUploadedFileManager, session: str | None = None) -> float:
    """MB of uploads in memory: of one session, or of all."""
    sessions = list(store.file_storage) if session is None else [session]
    return sum(len(file.data) for one in sessions for file in _files(store, one)) / _MEGABYTE


def held_here() -> float:
    """MB of uploads that all sessions of this server hold."""
    context = get_script_run_ctx()
    store = context.uploaded_file_mgr if context else None
    return held_megabytes(store) if isinstance(store, MemoryUploadedFileManager) else 0.0


def _files(store: MemoryUploadedFileManager, session: str) -> list[UploadedFileRec]:
    """A session's uploads, the oldest first."""
    return list(store.file_storage.get(session, {}).values())


def _too_large(store: MemoryUploadedFileManager, session: str, limits: Limits) -> bool:
    files = _files(store, session)
    largest = max((len(file.data) for file in files), default=0)
    return largest > limits.upload_mb * _MEGABYTE or held_megabytes(store, session) > limits.session_mb


def _take_back(store: MemoryUploadedFileManager, session: str, is_too_much: Callable[[], bool]) -> bool:
    """Removes a session's newest files until it is no longer too much; whether there were any."""
    before = len(_files(store, session))
    while is_too_much() and (files := _files(store, session)):
        store.remove_file(session, files[-1].file_id)
    return len(_files(store, session)) < before
