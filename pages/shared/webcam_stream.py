"""The live video of the webcam page: its states from "off" to "playing", and what watches over it.

streamlit-webrtc's worker is the server's end of the connection. Its component in the browser is not used: told to play
by the page, it starts once for each time it is drawn while it loads, and the answer to one start then reaches another.
"""

import os
import time
from typing import Any

import streamlit as st
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaRelay
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from streamlit_webrtc.config import compile_rtc_configuration
from streamlit_webrtc.webrtc import SignallingTimeoutError, WebRtcMode, WebRtcWorker

from fer_core.iceservers import read_ice_servers
from fer_core.streaming import FrameAnalyser
from pages.shared import webcam_camera
from pages.shared.messages import plain

_WANTED, _ATTEMPT, _PROBLEM = "webcam on", "webcam attempt", "webcam problem"
_WORKER, _ANSWER, _BEGUN = "webcam worker", "webcam answer", "webcam begun"
_CONNECTING_SECONDS = 10.0  # once the camera is there
_FIRST_FRAME_SECONDS = 20.0
_STALLED_SECONDS = 6.0
_ANSWER_SECONDS = 10.0  # aiortc asks STUN servers for up to five
_UNANSWERABLE = (
    SignallingTimeoutError,
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    OperationError,
    ValueError,
    LookupError,
    AssertionError,
    OSError,
)  # what a broken offer or a network without addresses makes of aiortc
_UNUSED = (
    "source_video_track",
    "source_audio_track",
    "sink_video_track",
    "sink_audio_track",
    "player_factory",
    "in_recorder_factory",
    "out_recorder_factory",
    "audio_frame_callback",
    "queued_video_frames_callback",
    "queued_audio_frames_callback",
    "on_video_ended",
    "on_audio_ended",
    "video_processor_factory",
    "audio_processor_factory",
)  # of what the worker can do besides, and wants to be told


class NewestFrames(MediaRelay):
    """A relay whose consumers get the newest frame and miss those that came while they were busy: no lag can grow."""

    def subscribe(self, track: MediaStreamTrack, buffered: bool = False) -> MediaStreamTrack:
        """A proxy of a track for one consumer, without a queue even if one is asked for."""
        del buffered
        return super().subscribe(track, buffered=False)


def start() -> None:
    """Switches the camera on, from the next run of the page."""
    _end()
    st.session_state[_WANTED] = True
    st.session_state[_ATTEMPT] = st.session_state.get(_ATTEMPT, 0) + 1
    st.session_state[_PROBLEM] = ""


def stop(problem: str = "") -> None:
    """Switches the camera off, from the next run of the page, perhaps because of a problem."""
    _end()
    st.session_state[_WANTED] = False
    st.session_state[_PROBLEM] = problem


def is_wanted() -> bool:
    """Whether the camera is switched on."""
    return bool(st.session_state.get(_WANTED))


def problem() -> str:
    """The name of what made the camera stop, or ""."""
    return str(st.session_state.get(_PROBLEM, ""))


def show_stream(analyser: FrameAnalyser) -> None:
    """Shows the live video where it is wanted, or what it is waiting for.

    Args:
        analyser: Looks at its frames.

    Raises:
        SettingError: The setting of the STUN and TURN servers cannot be read.
    """
    attempt = st.session_state[_ATTEMPT] if is_wanted() else 0
    answer = st.session_state.get(_ANSWER, "")
    servers = ice_servers()
    report = webcam_camera.show_camera(attempt, answer, servers, lambda: _connect(analyser, servers))
    if not attempt:
        if not problem():
            _say_off()
    elif report not in (webcam_camera.PENDING, webcam_camera.WAITING):
        stop(report)
        st.rerun()
    elif _WORKER not in st.session_state:
        _say_waiting(report)


def failure(analyser: FrameAnalyser) -> str:
    """The name of what is wrong with a stream that should be playing, or ""."""
    worker: WebRtcWorker[Any, Any] | None = st.session_state.get(_WORKER)
    if not is_wanted() or worker is None:
        return ""
    begun, first = st.session_state[_BEGUN]
    latest = analyser.latest()
    if latest.number > first:
        return "Stalled" if analyser.now() - latest.time > _STALLED_SECONDS else ""
    allowed = _FIRST_FRAME_SECONDS if worker.pc.connectionState == "connected" else _CONNECTING_SECONDS
    return "Network" if time.monotonic() - begun > allowed else ""


def ice_servers() -> list[dict[str, Any]]:
    """The STUN and TURN servers of the environment, else of the secrets, else none.

    Raises:
        SettingError: The setting cannot be read.
    """
    name = "FER_ICE_SERVERS"
    text = os.environ.get(name, "")
    if not text and st.secrets.load_if_toml_exists():
        text = str(st.secrets.get(name, ""))
    return read_ice_servers(text)


def say_problem_of_frames(analyser: FrameAnalyser) -> None:
    """Says what failed in the frames of the last seconds; the video goes on and the next frame is tried."""
    if text := analyser.problem():
        st.error(
            f"Some frames could not be looked at: {plain(text)}. The next ones are tried.", icon=":material/error:"
        )


def _connect(analyser: FrameAnalyser, servers: list[dict[str, Any]]) -> None:
    """Answers the browser's offer: from then on its frames go through the analyser and back."""
    offer = webcam_camera.offer(st.session_state[_ATTEMPT])
    if not offer or not is_wanted() or _WORKER in st.session_state:
        return
    worker = _worker(analyser, servers)
    st.session_state[_WORKER] = worker
    st.session_state[_BEGUN] = (time.monotonic(), analyser.latest().number)
    try:
        st.session_state[_ANSWER] = worker.process_offer(offer, "offer", timeout=_ANSWER_SECONDS).sdp
    except _UNANSWERABLE:
        stop("Network")


def _worker(analyser: FrameAnalyser, servers: list[dict[str, Any]]) -> "WebRtcWorker[Any, Any]":
    """The server's end of a connection, which ends with the session or when its page is left."""
    return WebRtcWorker(
        mode=WebRtcMode.SENDRECV,
        rtc_configuration=compile_rtc_configuration({"iceServers": servers}),
        video_frame_callback=analyser.on_frame,
        async_processing=True,
        sendback_video=True,
        sendback_audio=False,
        video_receiver_size=1,
        audio_receiver_size=1,
        relay=NewestFrames(),
        **dict.fromkeys(_UNUSED),
    )


def _end() -> None:
    """Ends a connection, if there is one."""
    worker: WebRtcWorker[Any, Any] | None = st.session_state.pop(_WORKER, None)
    for key in (_ANSWER, _BEGUN):
        st.session_state.pop(key, None)
    if worker is not None:
        worker.stop()


def _say_off() -> None:
    """What stands in the video's place before the start."""
    with st.container(border=True, height=300, horizontal_alignment="center", vertical_alignment="center"):
        st.markdown("# :material/videocam_off:", width="content", text_alignment="center")
        st.markdown(
            "**The camera is off**  \nSit where there is light on your face.", width="content", text_alignment="center"
        )


def _say_waiting(report: str) -> None:
    if report == webcam_camera.PENDING:
        st.info("Asking your browser for the camera. If it asks you, choose **Allow**.", icon=":material/videocam:")
        return
    st.warning(
        "Your browser has not answered yet. Look for its question near the address, and choose **Allow**.",
        icon=":material/videocam:",
    )
