"""The operator's settings (of the environment, else Streamlit's secrets), and whether the visitor is the operator."""

import hmac
import os

import streamlit as st

from fer_core.errors import SettingError
from fer_core.service.deployment import Deployment, read_deployment
from fer_core.service.incidents import record_event
from fer_core.service.server_paths import is_private_server

_OPENED = "diagnostics opened"


def setting(name: str) -> str:
    """The text of a setting, or "" when it is not set."""
    text = os.environ.get(name, "")
    if not text and st.secrets.load_if_toml_exists():
        text = str(st.secrets.get(name, ""))
    return text


def deployment() -> Deployment:
    """How the operator wants the app to run.

    Raises:
        SettingError: A setting cannot be used.
    """
    return read_deployment(setting)


def is_private() -> bool:
    """Whether this visitor sits at the computer that runs the app."""
    return is_private_server(str(st.get_option("server.address") or ""), dict(st.context.headers))


def is_operator_here() -> bool:
    """Whether this visitor is the operator without a key: alone on a personal computer."""
    try:
        return deployment().context == "personal" and is_private()
    except SettingError:  # whoever sits at the server is told what is wrong with it
        return is_private()


def admits_operator(how: Deployment) -> bool:
    """Whether this session may see the page; where a key opens it, asks for the key.

    On a shared server everybody has the same menu and the same address, so a mere switch would open it to the class:
    the setting is a key, which the operator types once in a session.
    """
    if is_operator_here() or st.session_state.get(_OPENED) == how.operator_key != "":
        return True
    if not how.operator_key:
        st.info(
            "For the operator only: open it on the server itself (personal context), or enter the key set in "
            "`FER_OPERATOR`.",
            icon=":material/lock:",
        )
        return False
    typed = st.text_input("Operator key", type="password", key="diagnostics_key")
    if hmac.compare_digest(typed.encode(), how.operator_key.encode()):
        st.session_state[_OPENED] = how.operator_key
        record_event("diagnostics opened", page="diagnostics")
        st.rerun()
    if typed:
        record_event("diagnostics refused", page="diagnostics")
        st.warning("Wrong key.", icon=":material/lock:")
    return False
