"""The live video of a page: its states from "off" to "playing", and what watches over it; a session has one.

streamlit-webrtc answers the browser, but its own component there is not used: told by a page to play, it starts once
for each time it is drawn while it loads, and the answer to one start may reach another, which leaves a black picture.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any

import av
import streamlit as st

from fer_core.recognition.webcam import FrameAnalyzer, StreamSettings
from fer_core.service.deployment import read_ice_servers
from fer_core.service.incidents import record_event
from fer_core.service.webcam_slots import WebcamSlots
from pages.shared.messages import page_name, plain, refuse_with
from pages.shared.operator import deployment, setting
from pages.shared.webcam import camera
from pages.shared.webcam.peer import Peer, PeerError

_WANTED, _ATTEMPT, _PROBLEM = "webcam_on", "webcam_attempt", "webcam_problem"
_PEER, _ANSWER, _BEGUN, HOLDER = "webcam_peer", "webcam_answer", "webcam_begun", "webcam_holder"
_ANALYZER = "webcam_analyzer"

CONNECTING_SECONDS, FIRST_FRAME_SECONDS, STALLED_SECONDS = 10.0, 20.0, 6.0
"""How long a stream may take to connect once the camera is there, to send its first frame, and to send the next."""

_REFRESH_SECONDS = 0.5


def analyzer_with(settings: StreamSettings) -> FrameAnalyzer:
    """This session's analyzer; new settings act on its next frame."""
    analyzer: FrameAnalyzer = st.session_state.setdefault(_ANALYZER, FrameAnalyzer(settings))
    analyzer.settings = settings
    return analyzer


def start() -> None:
    """Switch the camera on, from the next run of the page, if the server has a place for one more."""
    _end()
    if not slots().take(_holder()):
        record_event("webcam refused: busy", page=page_name())
        stop(camera.BUSY if slots().count else camera.OFF)
        return
    record_event("webcam started", page=page_name())
    st.session_state[_WANTED] = True
    st.session_state[_PROBLEM] = ""


def stop(problem: str = "") -> None:
    """Switch the camera off, from the next run of the page, perhaps because of a problem."""
    _end()
    st.session_state[_WANTED] = False
    st.session_state[_PROBLEM] = problem


def leave() -> None:
    """Switch the camera off with its page; a problem is still told there, beside a single picture taken instead."""
    stop(problem())


def is_wanted() -> bool:
    """Whether the camera is switched on."""
    return bool(st.session_state.get(_WANTED))


def problem() -> str:
    """The name of what made the camera stop, or ""."""
    return str(st.session_state.get(_PROBLEM, ""))


def show_stream(analyzer: FrameAnalyzer) -> None:
    """Show the live video where it is wanted, or what it is waiting for.

    Raises:
        SettingError: The setting of the STUN and TURN servers cannot be read.
    """
    attempt, answer = st.session_state.setdefault(_ATTEMPT, _newest()), st.session_state.get(_ANSWER, "")
    servers = ice_servers()
    report = camera.show_camera(attempt, is_wanted(), answer, servers, lambda: _connect(analyzer, servers))
    if not is_wanted():
        if not problem():
            show_off()
    elif report not in (camera.PENDING, camera.WAITING):
        stop(report)
        st.rerun()
    elif _PEER not in st.session_state and report == camera.PENDING:
        st.info("Waiting for the camera. If your browser asks, choose **Allow**.", icon=":material/videocam:")
    elif _PEER not in st.session_state:
        st.warning(
            "No answer from your browser yet. Choose **Allow** near the address.",
            icon=":material/videocam:",
        )


def show_off() -> None:
    """Show that the camera is off."""
    with st.container(border=True, height=240, horizontal_alignment="center", vertical_alignment="center"):
        st.markdown("# :material/videocam_off:", width="content", text_alignment="center")
        st.markdown("**The camera is off**  \nFace the light.", width="content", text_alignment="center")


def show_switch(start: Callable[[], None] = start, key: str = "webcam_switch") -> None:
    """Show the button that switches the camera on or off."""
    if is_wanted():
        st.button("Stop the camera", icon=":material/videocam_off:", key=f"{key}_off", on_click=stop)
    else:
        st.button("Start the camera", type="primary", icon=":material/videocam:", key=f"{key}_on", on_click=start)


def show_problem() -> camera.Reason | None:
    """Say why the camera stopped and what to do, if something made it stop; return the reason."""
    if not problem():
        return None
    why = camera.reason(problem())
    text = f"**{why.title}.** {why.remedy}"
    if why.is_fault:
        refuse_with(text, f"webcam {camera.kind_of(problem())}", icon=":material/videocam_off:")
    else:
        st.info(text, icon=":material/hourglass_top:")
    return why


def refresh_seconds() -> float | None:
    """How often what stands beside the video is drawn again; None while the camera is off."""
    return _REFRESH_SECONDS if is_wanted() else None


def watch(analyzer: FrameAnalyzer) -> None:
    """Look after the stream whenever what stands beside it is drawn: stop one that failed, and say why."""
    if what := failure(analyzer):
        stop(what)
        st.rerun()
    if text := analyzer.problem():
        refuse_with(f"Some frames could not be analyzed: {plain(text)}. The next ones are tried.", "webcam frames")


def failure(analyzer: FrameAnalyzer) -> str:
    """The name of what is wrong with a stream that should be playing, or ""."""
    if is_wanted() and not slots().take(_holder()):
        return camera.BUSY  # it was silent for so long that another one got its place
    peer: Peer | None = st.session_state.get(_PEER)
    if not is_wanted() or peer is None:
        return ""
    begun, first = st.session_state[_BEGUN]
    latest = analyzer.latest()
    if latest.number > first:
        return camera.STALLED if analyzer.now() - latest.time > STALLED_SECONDS else ""
    allowed = FIRST_FRAME_SECONDS if peer.is_connected else CONNECTING_SECONDS
    return camera.NETWORK if time.monotonic() - begun > allowed else ""


def ice_servers() -> list[dict[str, Any]]:
    """The STUN and TURN servers of the environment, else of the secrets, else none.

    Raises:
        SettingError: The setting cannot be read.
    """
    return read_ice_servers(setting("FER_ICE_SERVERS"))


def _connect(analyzer: FrameAnalyzer, servers: list[dict[str, Any]]) -> None:
    """Answer the browser's offer; from then on its frames go through the analyzer and back."""
    offer = camera.offer(st.session_state[_ATTEMPT])
    if not offer or not is_wanted() or _PEER in st.session_state:
        return
    held, holder = slots(), _holder()

    def on_frame(frame: av.VideoFrame) -> av.VideoFrame:
        held.keep(holder)  # also of a tab in the background, whose page the browser runs seldom
        return analyzer.on_frame(frame)

    st.session_state[_PEER] = peer = Peer(on_frame, servers)
    st.session_state[_BEGUN] = (time.monotonic(), analyzer.latest().number)
    try:
        st.session_state[_ANSWER] = peer.answer(offer)
    except PeerError:
        stop(camera.NETWORK)


def _end() -> None:
    """End a connection, if there is one, and its attempt, and forget the faces that it showed."""
    st.session_state[_ATTEMPT] = max(st.session_state.get(_ATTEMPT, 0) + 1, _newest())
    peer: Peer | None = st.session_state.pop(_PEER, None)
    for key in (_ANSWER, _BEGUN):
        st.session_state.pop(key, None)
    if peer is not None:
        peer.close()
    if _ANALYZER in st.session_state:
        st.session_state[_ANALYZER].forget_faces()
    if HOLDER in st.session_state:
        slots().leave(_holder())


def _newest() -> int:
    """An attempt's number: a time in milliseconds, so that those of a new session are newer too."""
    return time.time_ns() // 10**6


def slots() -> WebcamSlots:
    """The slots for webcams, as many as the operator says; one value for the whole server."""
    return server_slots(deployment().limits.webcams)


@st.cache_resource
def server_slots(count: int) -> WebcamSlots:
    return WebcamSlots(count)


def _holder() -> str:
    """This session, by a name that nobody else knows."""
    return str(st.session_state.setdefault(HOLDER, secrets.token_hex(16)))
