"""A button that records while it is held."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_HTML = '<button type="button" aria-pressed="false"><i aria-hidden="true"></i><span></span></button>'
_CSS = """
button { display: flex; align-items: center; justify-content: center; gap: .6rem; width: 100%; min-height: 3.25rem;
    padding: .5rem 1rem; font: 600 1rem var(--st-font); color: var(--st-background-color);
    background: var(--st-primary-color); border: 1px solid transparent; border-radius: var(--st-base-radius);
    cursor: pointer; user-select: none; -webkit-user-select: none; -webkit-touch-callout: none; touch-action: none }
span { min-width: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
i { flex: none; width: .8rem; height: .8rem; border-radius: 50%; background: currentColor }
button[aria-pressed="true"] { color: #fff; background: #b3261e }
button:disabled { color: var(--st-text-color); background: var(--st-secondary-background-color);
    border-color: var(--st-border-color); cursor: default; opacity: .7 }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px }
@media (prefers-reduced-motion: no-preference) {
    button[aria-pressed="true"] i { animation: blink 1s infinite alternate }
    @keyframes blink { to { opacity: .3 } }
}
"""
_button = st.components.v2.component(
    "fer_hold", html=_HTML, css=_CSS, js=Path(__file__).with_name("hold.js").read_text(encoding="utf-8")
)

_KEY = "teach_hold"


def show_hold_button(
    label: str, recording: str, *, is_disabled: bool, on_press: Callable[[], None], on_release: Callable[[], None]
) -> None:
    """Show the button.

    Args:
        label: What it says while nobody holds it.
        recording: What it says while it is held.
        is_disabled: Whether it cannot be pressed; one that is held is released.
        on_press: Called, before the page or fragment runs again, when it is pressed.
        on_release: The same when it is released; perhaps without a press before, if both came at once.
    """

    def heard() -> None:
        message = st.session_state[_KEY].get("hold")
        (on_press if isinstance(message, dict) and message.get("held") is True else on_release)()

    data = {"label": label, "recording": recording, "disabled": is_disabled}
    _button(key=_KEY, data=data, on_hold_change=heard)
