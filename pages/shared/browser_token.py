"""A random token that a browser keeps, so that it is told from others after a reload; it says nothing of a person."""

import re

import streamlit as st

_KEPT = "browser token"
_TOKEN = re.compile("[0-9a-f]{32}")
_JS = """
export default function ({ setStateValue }) {
  let token = null;
  try { token = localStorage.getItem("fer_lab_token"); } catch { /* private window: a token for this page only */ }
  if (!/^[0-9a-f]{32}$/.test(token ?? "")) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    token = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    try { localStorage.setItem("fer_lab_token", token); } catch { /* as above */ }
  }
  setStateValue("token", token);
}
"""
_component = st.components.v2.component("fer_browser_token", js=_JS)


def browser_token() -> str | None:
    """Return this browser's token, 32 hexadecimal digits, or None in the first moment of a session."""
    if _KEPT in st.session_state:
        return str(st.session_state[_KEPT])
    token = _component(key="browser_token", on_token_change=_rerun_only).get("token")
    if isinstance(token, str) and _TOKEN.fullmatch(token):
        st.session_state[_KEPT] = token
        return token
    return None


def _rerun_only() -> None:
    """A component reports only what has a callback; the rerun that follows is all that is wanted."""
