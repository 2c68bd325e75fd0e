"""The live video of the webcam page: its states from "off" to "playing", and the fragment that watches over it."""

import os
import time
from typing import Any

import streamlit as st
from streamlit_webrtc import webrtc_streamer

from fer_core.iceservers import read_ice_servers
from fer_core.streaming import FrameAnalyser
from pages.shared.messages import plain
from pages.shared.webcam_camera import CONSTRAINTS, PENDING, READY, WAITING, ask_for_camera

_STREAM, _WANTED, _ATTEMPT, _PROBLEM, _BEGUN = "webcam", "webcam on", "webcam attempt", "webcam problem", "webcam begun"
_CONNECTING_SECONDS = 12.0  # once the camera is there
_FIRST_FRAME_SECONDS = 20.0
_STALLED_SECONDS = 6.0
_VIDEO = {"autoPlay": True, "controls": False, "muted": True, "playsInline": True, "style": {"width": "100%"}}
_ASLEEP = "<style>.st-key-webcam-video {position: absolute; opacity: 0; pointer-events: none}</style>"


def start() -> None:
    """Switches the camera on, from the next run of the page."""
    st.session_state[_WANTED] = True
    st.session_state[_ATTEMPT] = st.session_state.get(_ATTEMPT, 0) + 1
    st.session_state[_PROBLEM] = ""
    st.session_state.pop(_BEGUN, None)


def stop(problem: str = "") -> None:
    """Switches the camera off, from the next run of the page, perhaps because of a problem."""
    st.session_state[_WANTED] = False
    st.session_state[_PROBLEM] = problem


def forget() -> None:
    """Leaves the camera off, as for someone who comes to the page: it never goes on by itself."""
    for key in (_WANTED, _PROBLEM, _BEGUN):
        st.session_state.pop(key, None)


def is_wanted() -> bool:
    """Whether the camera is switched on."""
    return bool(st.session_state.get(_WANTED))


def problem() -> str:
    """The name of what made the camera stop, or ""."""
    return str(st.session_state.get(_PROBLEM, ""))


def show_stream(analyser: FrameAnalyser) -> None:
    """Shows the live video where it is wanted, or what it is waiting for.

    The video's component is always on the page, asleep: one that is told to play as it appears starts several times.

    Args:
        analyser: Looks at its frames.
    """
    wanted = is_wanted()
    answer = ask_for_camera(st.session_state[_ATTEMPT]) if wanted else ""
    playing = wanted and answer == READY
    if wanted and not playing:
        _say_waiting(answer)
    if wanted and answer not in (PENDING, WAITING, READY):
        stop(answer)
        st.rerun()
    if playing and _BEGUN not in st.session_state:
        st.session_state[_BEGUN] = (time.monotonic(), analyser.latest().number)
    if not playing:
        st.html(_ASLEEP)
        if not wanted and not problem():
            _say_off()
    _stream(analyser, playing=playing)


def failure(analyser: FrameAnalyser) -> str:
    """The name of what is wrong with a stream that should be playing, or ""."""
    if not is_wanted() or _BEGUN not in st.session_state:
        return ""
    begun, first = st.session_state[_BEGUN]
    latest = analyser.latest()
    if latest.number > first:
        return "Stalled" if analyser.now() - latest.time > _STALLED_SECONDS else ""
    allowed = _FIRST_FRAME_SECONDS if st.session_state[_STREAM].state.playing else _CONNECTING_SECONDS
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


def _stream(analyser: FrameAnalyser, *, playing: bool) -> None:
    with st.container(key="webcam-video"):
        webrtc_streamer(
            _STREAM,
            rtc_configuration={"iceServers": ice_servers()},
            media_stream_constraints=CONSTRAINTS,
            video_frame_callback=analyser.on_frame,
            async_processing=True,
            desired_playing_state=playing,
            video_html_attrs=_VIDEO,
            media_toggle_controls=False,
        )


def _say_off() -> None:
    """What stands in the video's place before the start."""
    with st.container(border=True, height=300, horizontal_alignment="center", vertical_alignment="center"):
        st.markdown("# :material/videocam_off:", width="content", text_alignment="center")
        st.markdown(
            "**The camera is off**  \nSit where there is light on your face.", width="content", text_alignment="center"
        )


def _say_waiting(answer: str) -> None:
    if answer == PENDING:
        st.info("Asking your browser for the camera. If it asks you, choose **Allow**.", icon=":material/videocam:")
        return
    st.warning(
        "Your browser has not answered yet. Look for its question near the address, and choose **Allow**.",
        icon=":material/videocam:",
    )


def say_problem_of_frames(analyser: FrameAnalyser) -> None:
    """Says what failed in the frames of the last seconds; the video goes on and the next frame is tried."""
    if text := analyser.problem():
        st.error(
            f"Some frames could not be looked at: {plain(text)}. The next ones are tried.", icon=":material/error:"
        )
