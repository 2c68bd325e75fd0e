"""Whether this browser gives the camera to the page, and in plain words why not."""

from dataclasses import dataclass

import streamlit as st

_PROBE = """
const attempts = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  let state = attempts.get(parentElement);
  if (state && state.attempt === data.attempt) return state.end;
  if (state) state.end();
  state = { attempt: data.attempt, live: true, stream: null };
  attempts.set(parentElement, state);
  const release = () => { if (state.stream) state.stream.getTracks().forEach((track) => track.stop()); };
  const report = (word) => { if (state.live) setStateValue("report", state.attempt + ":" + word); };
  state.end = () => { state.live = false; clearTimeout(state.timer); release(); };
  if (!window.isSecureContext || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) {
    report("Insecure");
    return state.end;
  }
  state.timer = setTimeout(() => report("Waiting"), 8000);
  navigator.mediaDevices.getUserMedia({ video: data.video, audio: false }).then(
    (stream) => {
      clearTimeout(state.timer);
      state.stream = stream;
      if (!state.live) return release();
      setTimeout(release, 3000); // by then the stream has opened the camera too
      report("Ready");
    },
    (error) => { clearTimeout(state.timer); report(error.name || "Error"); },
  );
  return state.end;
}
"""

_probe = st.components.v2.component("fer_camera_probe", js=_PROBE)

READY, WAITING, PENDING = "Ready", "Waiting", ""

CONSTRAINTS = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}}, "audio": False}
"""What is asked of the camera; without the second entry browsers ask for the microphone too."""


@dataclass(frozen=True)
class Reason:
    """Why live video does not work.

    Attributes:
        title: In a few words.
        remedy: What to do, as Markdown.
    """

    title: str
    remedy: str


_NO_CAMERA = Reason(
    "No camera was found",
    "Plug one in, or switch on the one that is built in (some have a slider or a key), and start again.",
)
_IN_USE = Reason(
    "The camera does not answer",
    "Most often another program uses it: close video calls and other tabs with a camera, and start again.",
)
_REASONS = {
    "Insecure": Reason(
        "The browser gives no camera to this address",
        "Cameras work only over **https**, or on the computer that runs FER Lab, at **http://localhost**. The README "
        "tells how to serve a class over https.",
    ),
    "NotAllowedError": Reason(
        "The camera is not allowed",
        "Click the camera or the lock beside the page’s address, choose **Allow**, and start again. If there is no "
        "such choice, the system’s privacy settings keep the camera from this browser.",
    ),
    "NotFoundError": _NO_CAMERA,
    "OverconstrainedError": _NO_CAMERA,
    "NotReadableError": _IN_USE,
    "AbortError": _IN_USE,
    "Network": Reason(
        "The video does not reach this computer’s FER Lab",
        "The camera works, but the network lets no live video through: a firewall, or a network between the two of "
        "you. On a school’s network ask for UDP to be let through, or have a TURN server set (`FER_ICE_SERVERS`, see "
        "README).",
    ),
    "Stalled": Reason(
        "The video has stopped",
        "No frame has come for some seconds: the camera was unplugged, the computer slept or the network broke off. "
        "Start again.",
    ),
}


def ask_for_camera(attempt: int) -> str:
    """Asks the browser for the camera, once for each attempt.

    Args:
        attempt: A number that changes when the camera is to be asked for again.

    Returns:
        ``READY``, ``WAITING`` when the browser has not answered for a while, ``PENDING`` before that, or the name of
        what went wrong, for :func:`reason`.
    """
    data = {"attempt": attempt, "video": CONSTRAINTS["video"]}
    result = _probe(key="camera-probe", data=data, on_report_change=_rerun_only)
    of_attempt, _, word = str(result.get("report") or "").partition(":")
    return word if of_attempt == str(attempt) else PENDING


def reason(problem: str) -> Reason:
    """What a problem's name means."""
    unknown = Reason(f"The camera cannot be used ({problem})", "Try another browser, or start again.")
    return _REASONS.get(problem, unknown)


def _rerun_only() -> None:
    """A component reports only what has a callback; the rerun that follows is all that is wanted."""
