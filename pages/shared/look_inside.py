"""From a face in a picture to the Explain page."""

from collections.abc import Sequence

import streamlit as st

from fer_core.recognition.recognize import Recognition

SENT_FACE = "face to explain"
"""Where a crop, ``(48, 48)`` uint8, is left for the Explain page in the session's state."""


def offer_look_inside(recognitions: Sequence[Recognition], key: str) -> None:
    """Buttons that open the Explain page with one of the faces.

    Args:
        recognitions: The faces, in the order of their numbers.
        key: What tells this row of buttons from others on the page.
    """
    if not recognitions:
        return
    label = "Look inside the network" if len(recognitions) == 1 else "Look inside the network at face"
    numbers = [str(number) for number in range(1, len(recognitions) + 1)]
    if len(recognitions) == 1:
        chosen = numbers[0] if st.button(label, key=f"look inside {key}", icon=":material/neurology:") else None
    else:
        chosen = st.pills(label, numbers, key=f"look inside {key}")
    if chosen:
        st.session_state[SENT_FACE] = recognitions[int(chosen) - 1].crop
        st.switch_page("pages/explain.py")
