"""The browser's side of live video: the component that opens the camera, and in plain words why it cannot."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_HTML = """
<div class="stage">
  <video autoplay muted playsinline aria-label="Live video with the faces boxed"></video>
  <p role="status">The camera is on. Connecting …</p>
</div>
<form class="choices" hidden>
  <label>Camera <select aria-label="Camera"></select></label>
  <label><input type="checkbox" checked> Mirrored</label>
  <output></output>
</form>
"""
_CSS = """
.stage { display: none; position: relative; overflow: hidden; border-radius: var(--st-base-radius) }
.stage.connecting, .stage.playing { display: block }
.connecting { aspect-ratio: 4 / 3 }
video { display: block; width: 100%; height: auto }
p { position: absolute; inset: 0; display: grid; place-items: center; margin: 0; background: #14161a; color: #fff;
    font-family: var(--st-font) }
.playing p { display: none }
.choices { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; margin: .6rem 0 0;
    font: .875rem var(--st-font); color: var(--st-text-color) }
[hidden] { display: none !important }
label { display: inline-flex; align-items: center; gap: .5rem; max-width: 100% }
select { min-width: 0; max-width: 16rem; min-height: 2.25rem; padding: 0 .5rem; font: inherit; color: inherit;
    background: var(--st-secondary-background-color); border: 1px solid var(--st-border-color);
    border-radius: var(--st-base-radius) }
input { width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--st-primary-color) }
:is(select, input):focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px }
"""
_camera = st.components.v2.component(
    "fer_camera", html=_HTML, css=_CSS, js=Path(__file__).with_name("camera.js").read_text(encoding="utf-8")
)

KEY = "camera"
"""The component's key in the session state."""

WAITING, PENDING = "Waiting", ""

BUSY, OFF, NETWORK, STALLED = "Busy", "Off", "Network", "Stalled"
"""The names of problems that the server finds; the others come from the browser."""

_CONSTRAINTS = {
    "video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 24}},
    "audio": False,
}
# Without the last entry browsers ask for the microphone too.


@dataclass(frozen=True)
class Reason:
    """Why live video does not work.

    Attributes:
        remedy: What to do, as Markdown.
        is_fault: Whether something is broken.
        camera_works: Whether the browser can still take single pictures.
    """

    title: str
    remedy: str
    is_fault: bool = True
    camera_works: bool = False


_NO_CAMERA = Reason(
    "No camera found",
    "Plug one in or switch on the built-in one, and start again.",
)
_IN_USE = Reason(
    "The camera does not answer",
    "Close video calls and other tabs that use the camera, and start again.",
)
_REASONS = {
    "Insecure": Reason(
        "No camera at this address",
        "Browsers allow cameras only over **https** or at **http://localhost**. See “HTTPS” in `.streamlit/README.md`.",
    ),
    "NoWebRTC": Reason(
        "No live video in this browser",
        "Enable WebRTC in its settings or extensions, or use another browser.",
        camera_works=True,
    ),
    "NotAllowedError": Reason(
        "Camera access is denied",
        "Click the camera or lock beside the address, choose **Allow**, and start again. Otherwise check the "
        "system’s privacy settings.",
    ),
    "NotFoundError": _NO_CAMERA,
    "OverconstrainedError": _NO_CAMERA,
    "NotReadableError": _IN_USE,
    "AbortError": _IN_USE,
    NETWORK: Reason(
        "The network blocks live video",
        "The camera works. Ask for UDP to be allowed, or for a TURN server (`FER_ICE_SERVERS`, see "
        "`.streamlit/README.md`).",
        camera_works=True,
    ),
    BUSY: Reason(
        "The server's webcam limit is reached",
        "Try again in a minute, or upload a photo.",
        is_fault=False,
        camera_works=True,
    ),
    OFF: Reason(
        "Live video is off on this server",
        "The operator disabled it (`FER_WEBCAMS`). Single pictures work.",
        is_fault=False,
        camera_works=True,
    ),
    "Ended": Reason(
        "The camera has stopped",
        "It was unplugged or switched off, or the computer slept. Check it and start again.",
    ),
    STALLED: Reason(
        "The video has stopped",
        "No frame for some seconds: the computer slept or the network failed. Start again.",
        camera_works=True,
    ),
}


def show_camera(
    attempt: int, is_on: bool, answer: str, servers: list[dict[str, Any]], on_offer: Callable[[], None]
) -> str:
    """Open the browser's camera and show the video that comes back.

    Args:
        attempt: A number that grows whenever the camera is switched on or off; messages of older ones are out of date.
        is_on: Whether the camera is switched on.
        answer: The SDP that answers the browser's offer, or "" before there is one.
        servers: STUN and TURN servers, as browsers take them.
        on_offer: Called when the browser has made its offer, for :func:`offer`.

    Returns:
        ``PENDING``, ``WAITING`` when the browser's question has not been answered for a while, or the name of a
        problem, for :func:`reason`.
    """
    data = {"attempt": attempt, "on": is_on, "answer": answer, "servers": servers, "constraints": _CONSTRAINTS}
    state = _camera(
        key=KEY,
        data=data | {"mirrored": is_mirrored()},
        on_report_change=_rerun_only,
        on_offer_change=on_offer,
        on_mirrored_change=_rerun_only,
    )
    return _of_attempt(attempt, state.get("report"), "word")


def offer(attempt: int) -> str:
    """The SDP that the browser offers in this attempt, or ""."""
    return _of_attempt(attempt, st.session_state[KEY].get("offer"), "sdp")


def is_mirrored() -> bool:
    """Whether the live picture is to be a mirror, as the browser last said; its own memory decides."""
    return bool((st.session_state.get(KEY) or {}).get("mirrored", True))


def reason(problem: str) -> Reason:
    """What a problem's name means."""
    unknown = Reason(
        f"The camera cannot be used ({problem})", "Try another browser, or start again.", camera_works=True
    )
    return _REASONS.get(problem, unknown)


def kind_of(problem: str) -> str:
    """What the log calls a problem; what a browser says that is not known here does not get into the log."""
    return problem if problem in _REASONS else "unknown"


def _of_attempt(attempt: int, message: object, name: str) -> str:
    """A part of what the browser said, unless it said that in an earlier attempt."""
    if not isinstance(message, dict) or message.get("attempt") != attempt:
        return ""
    return str(message.get(name) or "")


def _rerun_only() -> None:
    """A component reports only what has a callback; the rerun that follows is all that is wanted."""
