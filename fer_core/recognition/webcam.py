"""What turns the frames of a live stream into results: safe to call from a stream's thread while a page reads.

A page swaps the settings as one frozen value, which acts on the next frame, and reads what was found from bounded
histories. Nothing is kept beyond the last minute and the latest frame, unless a log is asked for.
"""

import statistics
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

import av
import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fer_core.recognition.drawing import draw_faces, draw_notice
from fer_core.recognition.recognize import recognize
from fer_core.recognition.tracking import TrackedFace, Tracking
from fer_core.recognition.webcam_values import Moment, StreamRate, StreamResult, StreamSettings

HISTORY_SECONDS = 60.0
"""How far back the history of a stream goes."""

MOMENTS_A_SECOND = 5
"""How many moments of a second the history and the log keep."""

LONGEST_LOG = 100_000
"""Rows that a log holds; then the oldest give way."""

_RATE_WINDOW = 2.0  # seconds over which frames are counted
_TIMED_FRAMES = 60
_PROBLEM_SHOWN = 5.0  # seconds for which a frame's failure counts as present


class FrameAnalyser:
    """Looks at a stream's frames one by one; one for each stream.

    Args:
        settings: How frames are looked at first.
        clock: Seconds that never go back.
    """

    def __init__(self, settings: StreamSettings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._tracking = Tracking()
        self._latest = StreamResult()
        self._history: deque[Moment] = deque()
        self._log: deque[Moment] = deque(maxlen=LONGEST_LOG)
        self._log_start: float | None = None
        self._timings: deque[tuple[float, float]] = deque(maxlen=_TIMED_FRAMES)
        self._next_moment = 0.0
        self._problems = _Problems(clock)

    def on_frame(self, frame: av.VideoFrame) -> av.VideoFrame:
        """A stream's callback: the frame with its faces drawn in; never raises, so that the stream goes on."""
        with self._problems:
            return _to_frame(self.annotate(_to_rgb(frame)))
        return frame

    def annotate(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Look at a frame and draw what was found.

        Args:
            rgb: Shape (height, width, 3), uint8; stays as it is.

        Returns:
            A new picture of the same shape; when something fails, the frame with a notice, and the next one is tried.
        """
        settings, start = self.settings, time.perf_counter()
        image = np.asarray(cv2.flip(rgb, 1), np.uint8) if settings.mirrored else np.ascontiguousarray(rgb)
        shown = image.copy()
        with self._problems:
            faces = self._look(image, settings)
            draw_faces(shown, faces)
            self._keep(image, faces, 1000 * (time.perf_counter() - start))
            return shown
        draw_notice(shown, "Analysis paused: see the page")
        return shown

    def latest(self) -> StreamResult:
        """What was found in the newest frame."""
        with self._lock:
            return self._latest

    def history(self) -> tuple[Moment, ...]:
        """The faces of the last minute, some moments of each second, the oldest first."""
        with self._lock:
            return tuple(self._history)

    def now(self) -> float:
        """The analyser's clock."""
        return self._clock()

    def rate(self) -> StreamRate:
        """How fast frames were looked at a moment ago; zero when none was."""
        now = self._clock()
        with self._lock:
            recent = [(end, cost) for end, cost in self._timings if now - end <= _RATE_WINDOW]
        if len(recent) < 2:
            return StreamRate(0.0, recent[0][1] if recent else 0.0)
        seconds = max(recent[-1][0] - recent[0][0], 1e-6)
        return StreamRate((len(recent) - 1) / seconds, statistics.median(cost for _, cost in recent))

    def problem(self) -> str:
        """What went wrong in a frame of the last seconds, or ""."""
        return self._problems.present()

    def start_log(self) -> None:
        """Begins to keep a log, from nothing."""
        with self._lock:
            self._log.clear()
            self._log_start = self._clock()

    def stop_log(self) -> None:
        """Ends the log; what was kept stays until it is started again or the analyser goes."""
        with self._lock:
            self._log_start = None

    @property
    def is_logging(self) -> bool:
        """Whether a log is being kept."""
        return self._log_start is not None

    @property
    def has_log(self) -> bool:
        """Whether a log has rows."""
        return bool(self._log)

    def log_rows(self) -> pd.DataFrame:
        """The log as a table with the columns time (seconds since its first row), face, class_name and each class."""
        with self._lock:
            log = tuple(self._log)
        rows = [
            {"time": round(m.time - log[0].time, 2), "face": m.face, "class_name": m.class_name}
            | dict(zip(m.prediction.class_names, m.prediction.probabilities.astype(float).tolist(), strict=True))
            for m in log
        ]
        return pd.DataFrame(rows) if rows else pd.DataFrame(columns=["time", "face", "class_name"])

    def _look(self, image: NDArray[np.uint8], settings: StreamSettings) -> tuple[TrackedFace, ...]:
        recognitions = recognize(image, settings, settings.classifier, margin=settings.margin)
        self._tracking = self._tracking.updated(recognitions, self._clock(), smoothing=settings.smoothing)
        return self._tracking.faces

    def _keep(self, image: NDArray[np.uint8], faces: tuple[TrackedFace, ...], milliseconds: float) -> None:
        now = self._clock()
        with self._lock:
            self._latest = StreamResult(self._latest.number + 1, now, image, faces, milliseconds)
            self._timings.append((now, milliseconds))
            while self._history and now - self._history[0].time > HISTORY_SECONDS:
                self._history.popleft()
            if now < self._next_moment:
                return
            self._next_moment = max(self._next_moment, now - 1 / MOMENTS_A_SECOND) + 1 / MOMENTS_A_SECOND
            moments = [Moment(now, face.number, face.prediction, face.class_name) for face in faces]
            self._history.extend(moments)
            if self._log_start is not None:
                self._log.extend(moments)


def _to_rgb(frame: av.VideoFrame) -> NDArray[np.uint8]:
    if frame.format.name == "yuv420p" and frame.width % 2 == frame.height % 2 == 0:
        return np.asarray(cv2.cvtColor(frame.to_ndarray(), cv2.COLOR_YUV2RGB_I420), np.uint8)
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _to_frame(rgb: NDArray[np.uint8]) -> av.VideoFrame:
    """A frame as encoders take it, where that is possible: OpenCV makes it in an eighth of FFmpeg's time."""
    if rgb.shape[0] % 2 or rgb.shape[1] % 2:
        return av.VideoFrame.from_ndarray(rgb, format="rgb24")
    return av.VideoFrame.from_ndarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), format="yuv420p")


class _Problems:
    """Takes note of whatever fails in a block and lets the stream go on: nothing may escape a stream's callback."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._latest = (-_PROBLEM_SHOWN, "")

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self._latest = (self._clock(), f"{type(error).__name__}: {error}")
        return True

    def present(self) -> str:
        moment, text = self._latest
        return text if self._clock() - moment < _PROBLEM_SHOWN else ""
