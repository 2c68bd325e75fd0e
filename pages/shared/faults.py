"""Faults of the program on a page become incidents with a number, wherever in a run they happen."""

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared.messages import report_fault


def report_faults() -> None:
    """Has Streamlit hand this session's faults to :func:`~pages.shared.messages.report_fault`.

    Streamlit takes such a function only where its server is built by hand (``st.App``); set on the run and on the
    session, it is called for pages, for callbacks and for fragments that run by themselves.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    context.on_script_error = report_fault
    session = runtime.get_instance().get_app_session(context.session_id) if runtime.exists() else None
    if session is not None:
        session._on_script_error = report_fault
