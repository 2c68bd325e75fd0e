"""The operator's settings as this server has them: the environment first, else Streamlit's secrets."""

import os

import streamlit as st

from fer_core.service.deployment import Deployment, read_deployment


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
