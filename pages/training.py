"""Set a run up, start it, follow it, compare it with others, and use its checkpoint."""

import streamlit as st

from fer_core.datasets.store import list_datasets
from fer_core.storage.files import folder_name
from fer_core.training.runs.store import damaged_runs, list_runs
from pages.parts.training.data_issues import show_data_issues
from pages.parts.training.form import training_form
from pages.parts.training.goal import choose_goal
from pages.parts.training.preview import preview_network
from pages.parts.training.run_table import show_runs, show_searches
from pages.parts.training.run_view import choose_run, show_run
from pages.parts.training.start import (
    announce_settings,
    begin_small_set,
    choose_preset,
    exchange_settings,
    fill_form,
    is_small,
)
from pages.shared.messages import errors_shown, show_damages
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_dataset
from pages.shared.projector import page_settings

NEW, FOLLOW, ALL = "New training", "Follow a run", "All runs"

start_page(
    "training",
    "Train a network and watch it learn; runs continue when you close the browser.",
)

runs = list_runs()
default = FOLLOW if "run" in st.query_params or any(run.status.is_active for run in runs) else NEW
if started := st.session_state.pop("started", None):
    st.session_state["training_view"] = ALL if started == ALL else FOLLOW
if st.session_state.pop("open_form", False):
    st.session_state["training_view"] = NEW
view = st.segmented_control(
    "View",
    [NEW, FOLLOW, ALL],
    default=None if "training_view" in st.session_state else default,
    required=True,
    key="training_view",
    label_visibility="collapsed",
    persist_state="session",
)

if view != NEW:
    show_damages(damaged_runs())
    if not runs:
        st.info("No run yet. Set one up under “New training”.", icon=":material/model_training:")
        st.stop()
    with errors_shown():
        if view == ALL:
            show_runs(runs)
            show_searches()
        else:
            with page_settings():
                run = choose_run(runs)
            show_run(run)
    st.stop()

fill_form(list_datasets())
announce_settings()
left, right = page_settings().columns([1, 2], gap="large", vertical_alignment="bottom")
with left:
    dataset = choose_dataset()
with errors_shown():
    begin_small_set(dataset)
right.caption(
    "Drawn faces: the quickest way to watch a network learn."
    if dataset.is_drawn
    else f"Only {dataset.sizes['train']:,} training faces: fine-tune fer-lab with the preset “Few pictures”."
    if is_small(dataset)
    else "The defaults are those of the paper's Table 4."
)
with errors_shown():
    choose_preset(dataset)
    st.markdown("**Your own settings**: Table 4 first, then more groups.")
    config = training_form(dataset)
    preview_network(config, dataset.sizes["train"])
    is_pointless = show_data_issues(config, dataset)
    goal = choose_goal(config)
    name = folder_name(
        st.text_input(
            "Run name",
            placeholder="date and time",
            max_chars=60,
            help="Also names the checkpoint. Letters, digits, dots, hyphens and underscores.",
            key="run_name",
        )
    )
    if st.button(goal.label, type="primary", icon=":material/play_arrow:", key="start", disabled=is_pointless):
        started = goal.start(name)
        st.session_state["started"] = ALL if goal.is_search else started
        if not goal.is_search:
            st.session_state["run"] = started
        st.rerun()
    st.caption("On the command line:")
    st.code(goal.command(name), language=None, wrap_lines=True)
    exchange_settings(config)
