"""The choice of a video and of how it is looked at."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.recognition.samples import sample_videos
from fer_core.recognition.videos.analysis import AnalysisOptions, FaceDistance
from fer_core.recognition.videos.jobs import VideoJob
from fer_core.recognition.videos.reader import VIDEO_EXTENSIONS, VideoLimits
from pages.parts.videos.view import start_job, upload_key
from pages.shared.messages import errors_shown
from pages.shared.notice import ACCEPTED, admits_faces
from pages.shared.pickers import choose_recognition
from pages.shared.streamlit_internals import UploadedFile
from pages.shared.uploads import kinds

_MAX_MEGABYTES = VideoLimits().max_bytes // 2**20
_MAX_MINUTES = VideoLimits().max_seconds / 60
_DISTANCES: dict[FaceDistance, str] = {
    "near": "close to the camera",
    "room": "up to five meters away",
    "crowd": "small, in a crowd (ten times slower)",
}


def order_analysis(checkpoint: Checkpoint, prior: PriorAdjustment) -> None:
    """Let a person choose a video, or the sample, and start its analysis."""
    places = st.container(), st.container()
    own, rest = places if st.session_state.get(ACCEPTED) else places[::-1]  # the sample needs no notice
    with own:
        upload = _uploaded() if admits_faces(checkpoint.card, prior) else None
    with rest:
        options = replace(_choose_options(), prior_adjustment=prior)
        if upload is None:
            _offer_sample(checkpoint, options)
        elif st.button("Analyze the video", type="primary", icon=":material/movie:"):
            with errors_shown(stop=False):
                start_job(upload.name, upload, checkpoint, options)
                st.rerun()


def offer_again(job: VideoJob) -> None:
    """Let a person analyze the same video once more, with another checkpoint or other settings."""
    with st.expander("Reanalyze video", icon=":material/restart_alt:"):
        checkpoint, prior_adjustment = choose_recognition()
        options = replace(_choose_options(), prior_adjustment=prior_adjustment)
        is_same = (checkpoint, options) == (job.checkpoint, job.options)
        if st.button("Analyze again", icon=":material/movie:", type="primary", disabled=is_same):
            with errors_shown(stop=False):
                start_job(job.name, job.video(), checkpoint, options)
                st.rerun()
        if is_same:
            st.caption("The checkpoint and settings are those of the result below.")


def _uploaded() -> UploadedFile | None:
    upload = st.file_uploader(
        "Your video",
        type=kinds(*VIDEO_EXTENSIONS),
        max_upload_size=_MAX_MEGABYTES,
        key=upload_key(),
        help=f"MP4, WebM, MOV or AVI, up to {_MAX_MEGABYTES} MB; the first {_MAX_MINUTES:g} minutes are analyzed.",
    )
    st.caption("Videos stay on this computer until you remove them, or minutes after you close the app.")
    return upload


def _choose_options() -> AnalysisOptions:
    left, middle, right = st.columns(3, gap="medium")
    distance = left.selectbox(
        "Face distance",
        list(_DISTANCES),
        index=1,
        format_func=lambda key: _DISTANCES[key],
        key="videos_face_distance",
        persist_state="session",
        help="The face detector. All miss faces that are turned away or covered.",
    )
    rate = middle.select_slider(
        "Frames per second",
        [1, 2, 5, 10, 15, 30],
        value=10,
        key="videos_rate",
        persist_state="session",
        help="Analyzed frames. More shows quicker changes and takes longer.",
    )
    smoothing = right.slider(
        "Smoothing (s)",
        0.0,
        2.0,
        0.4,
        0.1,
        key="videos_smoothing",
        persist_state="session",
        help="Time constant of the moving average; 0 shows raw answers, which flicker.",
    )
    return AnalysisOptions(float(rate), distance, smoothing)


def _offer_sample(checkpoint: Checkpoint, options: AnalysisOptions) -> None:
    st.subheader("Try this video")
    for title, path in sample_videos().items():
        with st.container(width=360, gap="small"):
            content = _content(path)
            st.video(content, muted=True)
            if st.button(f"Analyze “{title}”", icon=":material/movie:", width="stretch"):
                with errors_shown(stop=False):
                    start_job(f"{title}.mp4", [content], checkpoint, options)
                    st.rerun()


@st.cache_data(show_spinner=False, max_entries=4)
def _content(path: Path) -> bytes:
    return path.read_bytes()
