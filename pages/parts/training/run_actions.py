"""What can be done with a run: stop, pause and resume it; name it, write about it, take it along, delete it."""

import streamlit as st

from fer_core.reports.run import run_report
from fer_core.storage.files import folder_name
from fer_core.training.runs.lifecycle import (
    annotate_run,
    delete_run,
    pack_run,
    pause_run,
    rename_run,
    resume_run,
    stop_run,
)
from fer_core.training.runs.store import PAUSE, STOP, Run
from pages.parts.training.start import take_settings
from pages.shared.messages import errors_shown, plain


def steer_run(run: Run) -> None:
    """The buttons that stop, pause and resume."""
    can_resume = run.status.state in ("failed", "stopped", "paused") and run.status.epoch < run.status.epochs
    with errors_shown(stop=False), st.container(horizontal=True, horizontal_alignment="right"):
        if run.status.is_active:
            _steer_active(run)
        elif can_resume and st.button("Resume", icon=":material/resume:", key="resume"):
            resume_run(run)
            st.rerun()


def _steer_active(run: Run) -> None:
    stopping, pausing = run.asked_to(STOP), run.asked_to(PAUSE)
    if run.status.state == "queued":
        if st.button("Cancel", icon=":material/close:", disabled=stopping, key="stop"):
            stop_run(run)
            st.rerun()
        return
    label = "Pausing …" if pausing else "Pause"
    explanation = "Ends after the current epoch; Resume continues from there."
    if st.button(label, icon=":material/pause:", disabled=pausing or stopping, key="pause", help=explanation):
        pause_run(run)
        st.rerun()
    waits = stopping and not run.is_silent
    label = "Stopping …" if waits else "Stop"
    explanation = "Stop now and save the best epoch as a checkpoint."
    if st.button(label, icon=":material/stop:", disabled=waits, key="stop", help=explanation):
        stop_run(run)
        st.rerun()


def keep_run(run: Run) -> None:
    """An expander with a run's name, note and files."""
    with st.expander("Details and files", icon=":material/edit_note:"), errors_shown(stop=False):
        left, right = st.columns(2, gap="large")
        note = left.text_input("Note", run.record.note, max_chars=500, key=f"note_{run.record.id}")
        if note != run.record.note:
            annotate_run(run, note)
            st.toast("Note saved.", icon=":material/check:")
        key = f"name_{run.record.id}_{run.name}"
        name = right.text_input("Name", run.name, max_chars=60, key=key, disabled=run.status.is_active)
        name = folder_name(name)
        if name and name != run.name:
            st.session_state["renamed_run"] = rename_run(run, name).name
            st.rerun()
        with st.container(horizontal=True):
            if st.button("Use these settings", icon=":material/tune:", key="use_settings"):
                take_settings(run.config, f"the run {run.name}")
                st.session_state["open_form"] = True
                st.rerun()
            st.download_button(
                "Download everything",
                lambda: pack_run(run),
                f"{run.name}.zip",
                "application/zip",
                icon=":material/folder_zip:",
                key="download_run",
                help="Settings, figures, log, states and checkpoint.",
            )
            if run.metrics():
                st.download_button(
                    "Report (HTML)",
                    lambda: run_report(run).encode(),
                    f"{run.name}-report.html",
                    "text/html",
                    icon=":material/download:",
                    key="run_report",
                    on_click="ignore",
                    help="Curves, confusions and settings in one offline file, without faces.",
                )
            if not run.status.is_active:
                _offer_deletion(run)


def _offer_deletion(run: Run) -> None:
    with st.popover("Delete …", icon=":material/delete:"):
        st.markdown(
            f"The settings, curves, log and saved states of **{plain(run.name)}** are deleted. Its checkpoint, if "
            "any, is kept."
        )
        if st.button("Delete it", type="primary", icon=":material/delete:", key="delete_now"):
            delete_run(run)
            st.toast("Run deleted.", icon=":material/delete:")
            st.rerun()
