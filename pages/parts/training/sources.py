"""The controls for what a run takes over from other checkpoints: its first weights, and teachers."""

from collections.abc import Collection
from dataclasses import replace

import streamlit as st

from fer_core.training.runs.sources import start_options, teacher_options
from fer_core.training.settings.config import TrainingConfig
from pages.parts.training.controls import slider, switch
from pages.shared.messages import plain

SOURCE_SETTINGS = ("start_from", "teachers", "teacher_share", "live_teachers")
_START, _TEACHERS, _LIVE = "training_start_from", "training_teachers", "live_teachers"


def with_sources(config: TrainingConfig) -> TrainingConfig:
    """Ask for the checkpoints that fit the other settings, and return these with :data:`SOURCE_SETTINGS`."""
    config = replace(config, live_teachers=bool(st.session_state.get(_LIVE, False)))
    fitting, teaching = start_options(config), teacher_options(config)
    _keep(_START, fitting)
    _keep(_TEACHERS, teaching)
    with st.expander("Fine-tuning and distillation", icon=":material/school:"):
        left, middle, right = st.columns(3, gap="large")
        with left:
            start = st.multiselect(
                "Initial weights",
                fitting,
                placeholder="Random",
                help="Random, or those of checkpoints with the same architecture; several are averaged (a model soup).",
                key=_START,
                persist_state="session",
            )
        with middle:
            chosen = st.multiselect(
                "Teachers",
                teaching,
                placeholder="None",
                help="Checkpoints whose mean answer is mixed into the labels (distillation).",
                key=_TEACHERS,
                persist_state="session",
            )
        with right:
            slider(
                "teacher_share",
                "Teachers' share",
                "Weight of the teachers' answers in each label.",
                disabled=not chosen,
            )
            switch(
                _LIVE,
                "Live teachers",
                "Teachers answer every augmented face: better, slower; same pre-processing only.",
                disabled=not (chosen or config.live_teachers),
            )
    share = st.session_state["teacher_share"]
    return replace(config, start_from=tuple(start), teachers=tuple(chosen), teacher_share=share)


def _keep(key: str, options: Collection[str]) -> None:
    """Forget chosen checkpoints that are not there or do not fit any longer, and say so."""
    chosen = st.session_state.get(key, [])
    if gone := [name for name in chosen if name not in options]:
        st.session_state[key] = [name for name in chosen if name in options]
        listed = ", ".join(map(plain, gone))
        st.toast(
            f"{listed}: not here, or of another network or without these classes; left out.", icon=":material/school:"
        )
