"""Set a run up, start it, watch it learn, and use what came of it."""

import streamlit as st

from fer_core.training.runs import list_runs, start_run
from pages.shared.messages import errors_shown
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_dataset
from pages.shared.run_view import choose_run, show_run
from pages.shared.training_form import training_form

NEW, FOLLOW = "New training", "Follow a run"

start_page(
    "Training",
    "Train the paper's network and watch it learn. A run goes on when you leave this page or close the browser, "
    "and its checkpoint is ready on the other pages as soon as it ends.",
)

runs = list_runs()
default = FOLLOW if any(run.status.is_active for run in runs) else NEW
if st.session_state.pop("run_started", False):
    st.session_state["training_view"] = FOLLOW
view = st.segmented_control(
    "View",
    [NEW, FOLLOW],
    default=None if "training_view" in st.session_state else default,
    required=True,
    key="training_view",
    label_visibility="collapsed",
    persist_state="session",
)

if view == FOLLOW:
    run = choose_run(runs)
    if run is None:
        st.info("No run yet. Set one up under “New training”.", icon=":material/model_training:")
    else:
        with errors_shown():
            show_run(run.name)
    st.stop()

left, right = st.columns([1, 2], gap="large", vertical_alignment="bottom")
with left:
    dataset = choose_dataset()
right.caption(
    "These faces are drawn. Twenty epochs take some two minutes: the first five stay flat, then it gets the idea."
    if dataset.is_drawn
    else "The settings begin at the paper's Table 4. Every choice explains itself behind its question mark."
)
with errors_shown():
    wanted = training_form(dataset)
    if wanted:
        config, name = wanted
        st.session_state["run"] = start_run(config, name or None).name
        st.session_state["run_started"] = True
        st.rerun()
