"""How this server is, for the person who runs it: no names of people, files, datasets or runs, and no pictures."""

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd
import streamlit as st

from fer_core.service.diagnostics import folders, machine, runs_by_state, settings_in_words, versions
from fer_core.service.incidents import recent_incidents
from pages.shared.messages import errors_shown
from pages.shared.navigation import start_page
from pages.shared.operator import admits_operator, deployment
from pages.shared.streamlit_internals import current_uploads
from pages.shared.webcam import stream as webcam_stream


def show_table(title: str, rows: Mapping[str, str], heads: tuple[str, str]) -> None:
    st.subheader(title)
    what, value = heads
    st.dataframe(pd.DataFrame({what: list(rows), value: list(rows.values())}), hide_index=True, height="content")


def show_now() -> None:
    slots, by_state, uploads = webcam_stream.slots(), runs_by_state(), current_uploads()
    active = sum(by_state.get(state, 0) for state in ("running", "queued", "stopping"))
    with st.container(horizontal=True, gap="small"):
        st.metric("Webcams", f"{slots.taken} of {slots.count}", border=True, width=165)
        st.metric("Uploads", f"{uploads.server_megabytes if uploads else 0:,.0f} MB", border=True, width=165)
        st.metric("Active runs", active, border=True, width=165)
        st.metric("Total runs", sum(by_state.values()), border=True, width=165)
    if by_state:
        st.caption("Runs: " + ", ".join(f"{count} {state}" for state, count in sorted(by_state.items())))


def show_incidents() -> None:
    st.subheader("Incidents and events", anchor="incidents")
    incidents = recent_incidents()
    if not incidents:
        st.caption("None so far.")
        return
    st.dataframe(
        pd.DataFrame([asdict(incident) for incident in incidents]).assign(
            time=lambda table: pd.to_datetime(table["time"], utc=True)
        ),
        hide_index=True,
        column_order=["time", "number", "nature", "kind", "page", "places"],
        column_config={
            "time": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss", timezone="UTC"),
            "places": st.column_config.TextColumn("where in the program", width="large"),
        },
    )
    st.caption(
        "Times are UTC. The log, `logs/incidents.jsonl` under the home, holds no messages, names, files or pictures."
    )


start_page("diagnostics", "Server status, without names of people, files, datasets or runs.")
with errors_shown():
    how = deployment()
if not admits_operator(how):
    st.stop()
st.button("Refresh", icon=":material/refresh:")
show_now()
show_incidents()
left, right = st.columns(2, gap="large")
with left:
    show_table("Settings", settings_in_words(how), ("setting", "in force"))
    show_table("This computer", machine(), ("what", "here"))
    st.subheader("Disk")
    st.dataframe(
        pd.DataFrame([asdict(folder) for folder in folders()]),
        hide_index=True,
        height="content",
        column_config={"megabytes": st.column_config.NumberColumn("MB", format="%.1f")},
    )
with right:
    show_table("Versions", versions(), ("package", "version"))
    st.caption("Health check for monitoring: `/_stcore/health`.")
