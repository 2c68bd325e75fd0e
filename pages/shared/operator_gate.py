"""Who may see the Diagnostics page."""

import hmac

import streamlit as st

from fer_core.errors import SettingError
from fer_core.service.deployment import Deployment
from fer_core.service.incidents import record_event
from pages.shared.operator import deployment, is_private

_OPENED = "diagnostics opened"


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
            "This page is for the person who runs the server. It opens on that very computer in the personal context, "
            "or with the key that is set as `FER_OPERATOR` (see README).",
            icon=":material/lock:",
        )
        return False
    typed = st.text_input("The operator's key", type="password", key="operator_key")
    if hmac.compare_digest(typed.encode(), how.operator_key.encode()):
        st.session_state[_OPENED] = how.operator_key
        record_event("diagnostics opened", page="diagnostics")
        st.rerun()
    if typed:
        record_event("diagnostics refused", page="diagnostics")
        st.warning("That is not the key.", icon=":material/lock:")
    return False
