"""All that the app uses of Streamlit beside its public API; without a running server there is no session."""

from collections.abc import Callable
from dataclasses import dataclass

from streamlit import runtime
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = [
    "Session",
    "StreamlitPage",
    "UploadedFile",
    "Uploads",
    "came_by_history",
    "current_session",
    "current_uploads",
    "on_fault",
    "release_bound_parameters",
]

_MEGABYTE = 2**20


@dataclass(frozen=True)
class Session:
    """One person's session on the running server."""

    server: Runtime
    id: str

    @property
    def is_open(self) -> bool:
        """Whether its tab is there."""
        return self.server.is_active_session(self.id)

    def close(self) -> None:
        """Close it for good, on the server's own thread as Streamlit asks, unless its tab is there."""
        loop = self.server._get_async_objs().eventloop
        if not loop.is_closed() and not self.is_open:
            loop.call_soon_threadsafe(self.server.close_session, self.id)


def current_session() -> Session | None:
    """The session of this run, or None without a server."""
    context = get_script_run_ctx()
    return Session(runtime.get_instance(), context.session_id) if context and runtime.exists() else None


def came_by_history() -> bool:
    """Whether this run was started by the browser's "Back" or "Forward"."""
    context = get_script_run_ctx()
    return bool(context and context.is_history_navigation)


def release_bound_parameters() -> None:
    """Take what widgets are bound to out of the address, as part of its next change: for a view left with its widgets.

    Streamlit itself does so when the run is over, and the browser's history gets an entry more.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    with context.session_state.query_params() as parameters:
        for name in list(parameters):
            if binding := parameters.get_binding_for_param(name):
                parameters.unbind_widget(binding.widget_id)
                parameters.discard_param_no_forward_msg(name)


def on_fault(show: Callable[[Exception], bool]) -> None:
    """Have Streamlit hand this session's faults to a function, which returns whether it has shown them.

    Streamlit takes such a function only where its server is built by hand (``st.App``); set on the run and on the
    session, it is called for pages, for callbacks and for fragments that run by themselves.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    context.on_script_error = show
    session = runtime.get_instance().get_app_session(context.session_id) if runtime.exists() else None
    if session is not None:
        session._on_script_error = show


@dataclass(frozen=True)
class Uploads:
    """What a session has uploaded, in memory until the session ends or it is removed."""

    store: MemoryUploadedFileManager
    session: str

    @property
    def megabytes(self) -> list[float]:
        """Size of each of its files, the oldest first."""
        return [len(file.data) / _MEGABYTE for file in self.store.file_storage.get(self.session, {}).values()]

    @property
    def server_megabytes(self) -> float:
        """Size of the files of all sessions."""
        files = (file for files in list(self.store.file_storage.values()) for file in list(files.values()))
        return sum(len(file.data) for file in files) / _MEGABYTE

    @property
    def ids(self) -> list[str]:
        """The identifiers of its files, in the same order."""
        return list(self.store.file_storage.get(self.session, {}))

    def remove(self, identifier: str) -> None:
        """Remove one of its files."""
        self.store.remove_file(self.session, identifier)


def current_uploads() -> Uploads | None:
    """The uploads of this run's session, or None where Streamlit keeps them elsewhere."""
    context = get_script_run_ctx()
    store = context.uploaded_file_mgr if context else None
    return Uploads(store, context.session_id) if context and isinstance(store, MemoryUploadedFileManager) else None
