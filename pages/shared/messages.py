"""How a page says that something is wrong: one door, through which every refusal gets its number in the log."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from fer_core.errors import Damage, FerError
from fer_core.service.incidents import record_error, record_refusal
from fer_core.storage.plaintext import visible

PAGE = "page shown"
"""Key of the name of the page that this session looks at."""

_MOST_DAMAGES = 5
_TOLD = "incidents told"
REMEMBERED = 200
"""Refusals of a session that keep their number while they are shown again and again."""

_JOINER = "\N{WORD JOINER}"
_REWRITTEN = re.compile(r"(?<=:)(?=material/|streamlit:|//)|(?<=www)(?=\.)|(?<=@)|(?<=[-<>~])(?=[-=>])")
"""Where Streamlit and GitHub's Markdown find links, icons and arrows even in escaped text."""


@contextmanager
def errors_shown(*, stop: bool = True) -> Iterator[None]:
    """Show a :class:`FerError` of the block as a sentence with its number in the log; then stop the page or go on."""
    try:
        yield
    except FerError as error:
        refuse(error)
        if stop:
            st.stop()


def refuse(error: FerError, *, icon: str = ":material/error:") -> None:
    """Show a refusal: its sentence, which names the remedy, and its number; of a hint, the sentence alone."""
    if error.is_hint:
        st.info(plain(str(error)), icon=":material/info:")
        return
    number = _told(str(error)) or _tell(str(error), record_error(error, page=page_name()).number)
    st.error(_with_number(plain(str(error)), number), icon=icon)


def refuse_with(sentence: str, kind: str, *, icon: str = ":material/error:") -> None:
    """Show a refusal for which nothing was raised on this page: what is wrong and what to do, as Markdown.

    The kind is what the log calls it; never a name, a file or a prediction.
    """
    number = _told(sentence) or _tell(sentence, record_refusal(kind, page=page_name()).number)
    st.error(_with_number(sentence, number), icon=icon)


def show_damages(damages: Sequence[Damage]) -> None:
    """Say what is stored but cannot be used: a line for each of the first few."""
    for damage in damages[:_MOST_DAMAGES]:
        st.warning(f"**{plain(damage.name)}**: {plain(damage.reason)}", icon=":material/broken_image:")
    if len(damages) > _MOST_DAMAGES:
        st.caption(f"and {len(damages) - _MOST_DAMAGES} more damaged ones.")


def report_fault(error: Exception) -> bool:
    """Log a fault of the program, show its number instead of a traceback, and tell Streamlit that it was shown."""
    number = record_error(error, page=page_name(), is_fault=True).number
    sentence = (
        "FER Lab failed; everything you saved is safe. Reload the page; if it happens again, tell the "
        "operator this number."
    )
    st.error(_with_number(sentence, number), icon=":material/bug_report:")
    return True


def page_name() -> str:
    """Which page this session looks at, in lower case."""
    return str(st.session_state.get(PAGE, ""))


def plain(text: str) -> str:
    """Text that Streamlit's Markdown shows literally, whatever a file name or a label contains."""
    joined = _REWRITTEN.sub(_JOINER, visible(text))
    return "".join(f"\\{c}" if c in r"\`*_{}[]()#+-.!|<>~$:&" else c for c in joined)


def _with_number(sentence: str, number: str) -> str:
    return f"{sentence}  \n:small[Incident {number}]"


def _told(sentence: str) -> str:
    """The number under which this session was already told a sentence on this page, or ""."""
    return str(st.session_state.get(_TOLD, {}).get((page_name(), sentence), ""))


def _tell(sentence: str, number: str) -> str:
    told = st.session_state.setdefault(_TOLD, {})
    told[page_name(), sentence] = number
    if len(told) > REMEMBERED:
        del told[next(iter(told))]
    return number
