"""The gate before cameras, photos and videos: whether they are on here, and the notice that is read first."""

import streamlit as st

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.priors import DEFAULT_PRIOR, PriorAdjustment
from fer_core.service.incidents import record_event
from fer_core.service.notice import CLOSED_REASON, CLOSED_REMEDY, notice_points, notice_summary
from pages.shared.messages import errors_shown, page_name, plain
from pages.shared.operator import deployment

ACCEPTED = "notice accepted"
"""Key of whether this session has accepted the notice."""


def admits_faces(card: ModelCard | None = None, prior: PriorAdjustment = DEFAULT_PRIOR) -> bool:
    """Whether this session may give the app pictures of people; where it may not yet, the page says why.

    The card is of the checkpoint that would look at them, whose error rates under the class prior are told.
    """
    with errors_shown():
        how = deployment()
    if not how.admits_faces:
        st.info(f"{CLOSED_REASON}\n\n{plain(CLOSED_REMEDY)}", icon=":material/school:")
        return False
    if st.session_state.get(ACCEPTED):
        return True
    with st.container(border=True, key="notice"):
        st.markdown(f"**Before your first picture.** {plain(notice_summary(card, how, prior))}")
        st.button("I agree", type="primary", icon=":material/check:", on_click=_accept, key="notice_accept")
        with st.expander("More"):
            points = [f"**{title}.** {plain(sentence)}" for title, sentence in notice_points(card, how, prior)]
            st.markdown("\n\n".join(points))
    return False


def are_samples_drawn_only() -> bool:
    """Whether of the built-in pictures only the drawn ones may be offered."""
    with errors_shown():
        return not deployment().admits_faces


def _accept() -> None:
    st.session_state[ACCEPTED] = True
    record_event("notice accepted", page=page_name())
