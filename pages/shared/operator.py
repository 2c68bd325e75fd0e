"""The operator's settings (of the environment, else Streamlit's secrets), and whether the visitor is the operator."""

import os

import streamlit as st

from fer_core.service.deployment import Deployment, read_deployment
from fer_core.service.server_paths import is_private_server


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
