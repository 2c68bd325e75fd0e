"""How a page says that something is wrong, or that nothing is there yet."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from fer_core.errors import FerError


@contextmanager
def errors_shown(*, stop: bool = True) -> Iterator[None]:
    """Shows a :class:`FerError` of the block as a sentence on the page.

    Args:
        stop: Whether the page ends there; otherwise it goes on after the block.
    """
    try:
        yield
    except FerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        if stop:
            st.stop()


def plain(text: str) -> str:
    """Text that Streamlit's Markdown shows literally, whatever a file name or a label contains."""
    escaped = "".join(f"\\{c}" if c in r"\`*_{}[]()#+-.!|<>~$:&" else c for c in text)
    return " ".join(escaped.split())
