"""What is stored but cannot be used, said where the rest is listed."""

from collections.abc import Sequence

import streamlit as st

from fer_core.errors import Damage
from pages.shared.messages import plain

_MOST = 5


def show_damages(damages: Sequence[Damage]) -> None:
    """A line for each of the first few; nothing is drawn while there is none."""
    for damage in damages[:_MOST]:
        st.warning(f"**{plain(damage.name)}**: {plain(damage.reason)}", icon=":material/broken_image:")
    if len(damages) > _MOST:
        st.caption(f"and {len(damages) - _MOST} more that are damaged.")
