"""The checkpoints that are kept here, with their sizes and ages; deleting asks first."""

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint, delete_checkpoint, list_checkpoints
from fer_core.errors import CheckpointError
from fer_core.service.diagnostics import megabytes_in
from pages.shared.messages import plain, refuse

_FAULT = "checkpoint not deleted"


def show_kept_checkpoints() -> None:
    """A line for each checkpoint of one's own; those that came with the app are not listed."""
    own = [checkpoint for checkpoint in list_checkpoints() if checkpoint.is_own]
    if fault := st.session_state.pop(_FAULT, None):
        refuse(fault)
    if not own:
        return
    st.subheader("Kept here", anchor="kept")
    for checkpoint in own:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(checkpoint.name)}** · {plain(checkpoint.card.origin)} {_age_and_size(checkpoint)}")
            if st.button("Delete", icon=":material/delete:", key=f"delete_checkpoint_{checkpoint.name}"):
                _confirm(checkpoint)


@st.dialog("Delete this checkpoint?", icon=":material/delete:")
def _confirm(checkpoint: Checkpoint) -> None:
    st.markdown(
        f"**{plain(checkpoint.name)}** will be gone for everybody who uses this server. The run it came from stays."
    )
    with st.container(horizontal=True):
        if st.button(
            "Delete for good",
            type="primary",
            icon=":material/delete:",
            key="delete_checkpoint_now",
            on_click=_delete,
            args=(checkpoint,),
        ):
            st.rerun()
        if st.button("Keep it", key="keep_checkpoint"):
            st.rerun()


def _delete(checkpoint: Checkpoint) -> None:
    try:
        delete_checkpoint(checkpoint)
    except CheckpointError as error:
        st.session_state[_FAULT] = error  # said by the run that follows


def _age_and_size(checkpoint: Checkpoint) -> str:
    return f"{plain(checkpoint.card.created_at[:10])} · {megabytes_in(checkpoint.directory):,.1f} MB"
