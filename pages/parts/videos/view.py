"""An analysis of a video: its progress while it runs, and what was found."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.plots.pictures import jpeg_html
from fer_core.plots.timeline import MAX_LISTED_TIMELINES, emotion_timeline, longest_seen
from fer_core.recognition.recognize import to_csv
from fer_core.recognition.timelines import VideoResult
from fer_core.recognition.videos.analysis import AnalysisOptions
from fer_core.recognition.videos.jobs import JobStatus, VideoJob
from fer_core.storage.plaintext import duration, file_stem
from pages.shared.charts import show_fixed_chart
from pages.shared.downloads import download_button
from pages.shared.look_inside import SentFace, look_inside
from pages.shared.messages import errors_shown, plain, refuse_with
from pages.shared.sessions import finish_with_session
from pages.shared.tiles import component

_JOB, _ROUND = "videos_job", "videos_round"
_PLAYER, _CHART = "videos_player", "videos_chart"
_PLAYHEAD, _MOMENT = "videos_playhead", "videos_moment"
_playhead = component(
    "fer_playhead",
    '<div class="open"><span>Look inside the network at this moment:</span><div class="faces"></div></div>',
    Path(__file__).with_name("playhead"),
)


def current_job() -> VideoJob | None:
    """This session's analysis, under way or done, if there is one."""
    return st.session_state.get(_JOB)


def upload_key() -> str:
    """The key of the upload box: a new one for each video, so that the box is empty and frees the last one."""
    return f"videos_upload_{st.session_state.get(_ROUND, 0)}"


def start_job(name: str, content: Iterable[bytes], checkpoint: Checkpoint, options: AnalysisOptions) -> None:
    """Start this session's analysis in a child process.

    Raises:
        VideoError: The video cannot be stored.
    """
    job = VideoJob(name, content, checkpoint, options)
    finish_with_session(job.close)
    _forget()
    st.session_state[_JOB] = job
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def show_job(job: VideoJob) -> None:
    """Show an analysis, anew every half second while it runs."""
    if job.status.is_active:
        _follow()
        return
    _heading(job).button(
        "Another video",
        icon=":material/restart_alt:",
        on_click=_forget,
        width="stretch",
        help="Deletes this video and its results.",
    )
    if job.status.state == "failed":
        refuse_with(plain(job.status.message), "video refused")
        return
    with errors_shown():
        _show_result(job, job.result)


@st.fragment(run_every=0.5)
def _follow() -> None:
    job = current_job()
    if job is None or not job.status.is_active:
        st.rerun()
    status = job.status
    if _heading(job).button("Cancel", icon=":material/close:", key="videos_cancel", width="stretch"):
        _forget()
        st.rerun()
    st.progress(status.fraction, text=_in_words(status))
    st.caption("You can leave this page and come back.")
    if preview := job.preview():
        st.html(jpeg_html(preview, "The frame under analysis, with its faces boxed"))


def _heading(job: VideoJob) -> DeltaGenerator:
    """What is analyzed and by which network, and the place beside it."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"**{plain(job.name)}** · answers by {plain(job.answered_by.in_words)}")
    return right


def _in_words(status: JobStatus) -> str:
    if status.state == "waiting":
        return "Waiting: other videos are being analyzed, or the network is loading."
    if not status.frames:
        return "Opening the video …"
    parts = [f"{status.frames:,} frames analyzed"]
    if status.eta_seconds:
        parts.append(f"{duration(status.eta_seconds)} left")
    return " · ".join(parts)


def _forget() -> None:
    st.session_state.pop(_MOMENT, None)
    job = st.session_state.pop(_JOB, None)
    if job is not None:
        job.close()


def _show_result(job: VideoJob, result: VideoResult) -> None:
    for note in result.notes:
        st.warning(plain(note), icon=":material/warning:")
    if not result.timelines:
        st.info("No face found. Small, turned or covered faces are missed.")
    left, right = st.columns([3, 2], gap="large")
    with left:
        with st.container(key=_PLAYER):
            st.video(job.annotated(), start_time=st.session_state.get(_MOMENT, 0.0), muted=True)
        _offer_downloads(job, result)
    with right:
        _explain(result)
    if result.timelines:
        _show_timeline(job, result)


def _explain(result: VideoResult) -> None:
    facts = {"face": result.faces_in_words, "movie": result.frames_in_words, "timer": f"{result.seconds:.1f} seconds"}
    st.markdown("  \n".join(f":material/{icon}:\u2002{plain(fact)}" for icon, fact in facts.items()))
    st.markdown(
        "Each face keeps its number while in view and shows its likeliest expression. The chart stacks all "
        "probabilities; click it to move the player."
    )


def _offer_downloads(job: VideoJob, result: VideoResult) -> None:
    stem = file_stem(job.name, "video")
    with st.container(horizontal=True):
        download_button("Annotated video", job.annotated, f"{stem}-faces.mp4")
        download_button("CSV", lambda: to_csv(_table(job)), f"{stem}-faces.csv", icon="table")


def _table(job: VideoJob) -> pd.DataFrame:
    return job.result.table().assign(**job.answered_by._asdict())


def _show_timeline(job: VideoJob, result: VideoResult) -> None:
    listed = longest_seen(result.timelines)
    st.subheader("Expressions over time")
    if len(listed) < len(result.timelines):
        st.caption(f"The {MAX_LISTED_TIMELINES} longest-seen faces of {len(result.timelines)}; the CSV has all.")
    interval = result.seconds / max(result.frames - 1, 1)
    alt = "; ".join(f"Face {one.number}: mostly {next(iter(one.shares))}" for one in listed)
    seconds = result.seconds + interval
    with st.container(key=_CHART):
        show_fixed_chart("videos_timeline", alt, emotion_timeline(listed, seconds, interval=interval))
    data = {"player": _PLAYER, "chart": _CHART, "seconds": max(seconds, 0.1), "faces": [one.number for one in listed]}
    _playhead(key=_PLAYHEAD, data=data, on_moment_change=_nothing)
    if moment := st.session_state.get(_PLAYHEAD, {}).get("moment"):
        _look_inside(job, result, moment)


def _nothing() -> None:
    """A moment is read from the session; the callback only declares that there are moments."""


def _look_inside(job: VideoJob, result: VideoResult, moment: Mapping[str, Any]) -> None:
    """Open Explain with a face where it is seen nearest to a moment."""
    face, seconds = moment.get("face"), moment.get("seconds")
    if type(face) is not int or not isinstance(seconds, int | float):
        return
    row = result.nearest_row(face, float(seconds))
    if row is not None:
        st.session_state[_MOMENT] = at = float(result.times[row])
        look_inside(SentFace(job.crop(row), f"Face {face} of {job.name} at {at:.1f} s", is_steady=False))
