"""Analysis of a live stream's frames in the stream's thread, while a page reads the results.

A page swaps the settings as one frozen value, which acts on the next frame. Nothing is kept beyond the last minute and
the latest frame, unless a log is asked for.
"""

import math
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import av
import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier, Prediction
from fer_core.faces.detection import DEFAULT_MARGIN, DEFAULT_MINIMUM_SIZE, Detector, Face
from fer_core.recognition.drawing import draw_faces, draw_notice, draw_recognitions
from fer_core.recognition.recognize import Recognition, recognize_frame
from fer_core.recognition.tracking import DEFAULT_SMOOTHING, TrackedFace, Tracking

HISTORY_SECONDS = 60.0
"""How far back the history of a stream goes."""

MOMENTS_A_SECOND = 5
"""Moments of a second that the history and the log keep."""

LONGEST_LOG = 100_000
"""Rows of a log; the oldest make room for newer ones."""

_RATE_WINDOW = 2.0  # seconds over which frames are counted
_TIMED_FRAMES = 60
_PROBLEM_SHOWN = 5.0  # seconds for which a failure is reported


@dataclass(frozen=True)
class StreamSettings:
    """How frames are analyzed and shown; replaced as a whole.

    Attributes:
        margin: What a crop shows beyond the detector's box on each side, as a part of the box.
        minimum_size: Faces narrower or lower than this are left out, in pixels.
        smoothing: Time constant of the probabilities in seconds; 0 is raw.
    """

    detector: Detector
    classifier: Classifier
    margin: float = DEFAULT_MARGIN
    minimum_size: int = DEFAULT_MINIMUM_SIZE
    smoothing: float = DEFAULT_SMOOTHING
    mirrored: bool = True

    def detect(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """The faces that are large enough, from left to right."""
        faces = self.detector.detect(image)
        return tuple(face for face in faces if min(face.width, face.height) >= self.minimum_size)


@dataclass(frozen=True, eq=False)
class StreamResult:
    """What was found in one frame.

    Attributes:
        number: How many frames were analyzed, this one included; 0 before the first.
        time: Seconds of the analyzer's clock.
        image: The frame shown, without drawings, RGB, shape (height, width, 3).
    """

    number: int = 0
    time: float = 0.0
    image: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0, 3), np.uint8))
    faces: tuple[TrackedFace, ...] = ()

    @property
    def recognitions(self) -> tuple[Recognition, ...]:
        """The faces from left to right, with their smoothed probabilities."""
        return tuple(replace(face.recognition, prediction=face.prediction) for face in self.faces)

    def drawn(self) -> NDArray[np.uint8]:
        """The frame with its faces boxed and numbered from left to right."""
        return draw_recognitions(self.image, self.recognitions)


@dataclass(frozen=True, eq=False)
class Moment:
    """A face at one moment of the history.

    Attributes:
        time: Seconds of the analyzer's clock.
        face: The face's number.
        prediction: Its smoothed probabilities.
        class_name: Its steady label.
    """

    time: float
    face: int
    prediction: Prediction
    class_name: str


@dataclass(frozen=True)
class StreamRate:
    """How fast a stream was analyzed in the last seconds; ``milliseconds`` is the median time of one frame."""

    frames_per_second: float
    milliseconds: float


class FrameAnalyzer:
    """Analyze one stream's frames, one by one; ``clock`` gives seconds that never go back.

    Attributes:
        on_faces: Called with the time and the faces of each frame, in the stream's thread, if anybody listens.
    """

    def __init__(self, settings: StreamSettings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.on_faces: Callable[[float, Sequence[Recognition]], None] | None = None
        self._clock = clock
        self._lock = threading.Lock()
        self._tracking = Tracking()
        self._latest = StreamResult()
        self._history: deque[Moment] = deque()
        self._log: deque[Moment] = deque(maxlen=LONGEST_LOG)
        self.is_logging = False
        self._timings: deque[tuple[float, float]] = deque(maxlen=_TIMED_FRAMES)
        self._next_moment = 0.0
        self._latest_problem = (-math.inf, "")

    def on_frame(self, frame: av.VideoFrame) -> av.VideoFrame:
        """A stream's callback: the frame with its faces drawn in; never raises, so that the stream goes on."""
        with ExitStack[bool]() as stack:
            stack.push(self._note_problem)
            return _to_frame(self.annotate(_to_rgb(frame)))
        return frame

    def annotate(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Analyze a frame, RGB, shape (height, width, 3), uint8, and draw what was found into a copy.

        When something fails, the copy shows a notice.
        """
        settings, start = self.settings, time.perf_counter()
        image = np.asarray(cv2.flip(rgb, 1), np.uint8) if settings.mirrored else np.ascontiguousarray(rgb)
        shown = image.copy()
        with ExitStack[bool]() as stack:
            stack.push(self._note_problem)
            recognitions = recognize_frame(image, settings, settings.classifier, margin=settings.margin)
            now = self._clock()
            if on_faces := self.on_faces:
                on_faces(now, recognitions)
            self._tracking = self._tracking.updated(recognitions, now, smoothing=settings.smoothing)
            draw_faces(shown, self._tracking.faces)
            self._record(image, self._tracking.faces, 1000 * (time.perf_counter() - start))
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
        """The analyzer's clock."""
        return self._clock()

    def rate(self) -> StreamRate:
        """How fast frames were analyzed in the last seconds; zero when none was."""
        now = self._clock()
        with self._lock:
            recent = [(end, cost) for end, cost in self._timings if now - end <= _RATE_WINDOW]
        if len(recent) < 2:
            return StreamRate(0.0, recent[0][1] if recent else 0.0)
        seconds = max(recent[-1][0] - recent[0][0], 1e-6)
        return StreamRate((len(recent) - 1) / seconds, statistics.median(cost for _, cost in recent))

    def problem(self) -> str:
        """What went wrong in a frame of the last seconds, or ""."""
        noted, text = self._latest_problem
        return text if self._clock() - noted < _PROBLEM_SHOWN else ""

    def forget_faces(self) -> None:
        """Forget every frame, face and listener, as before the first one; logging ends, and the log's rows stay."""
        self.on_faces, self.is_logging = None, False
        with self._lock:
            self._tracking, self._latest = Tracking(), StreamResult()
            self._history.clear()
            self._timings.clear()

    def start_log(self) -> None:
        """Start a new, empty log."""
        with self._lock:
            self._log.clear()
            self.is_logging = True

    def stop_log(self) -> None:
        """Stop logging; the rows stay until the next start, or until they are cleared."""
        self.is_logging = False

    def clear_log(self) -> None:
        """Forget the log's rows."""
        with self._lock:
            self._log.clear()

    @property
    def has_log(self) -> bool:
        """Whether a log has rows."""
        return bool(self._log)

    def log_rows(self) -> pd.DataFrame:
        """The log as a table.

        Its columns are time (seconds since its first row), face, checkpoint, prior, class_name and each class.
        """
        with self._lock:
            log = tuple(self._log)
        rows = [
            {"time": round(m.time - log[0].time, 2), "face": m.face, **m.prediction.answered_by._asdict()}
            | {"class_name": m.class_name}
            | dict(zip(m.prediction.class_names, m.prediction.probabilities.astype(float).tolist(), strict=True))
            for m in log
        ]
        return pd.DataFrame(rows) if rows else pd.DataFrame(columns=["time", "face", "class_name"])

    def _note_problem(self, _kind: object, error: BaseException | None, _traceback: object) -> bool:
        """Suppress an exception, as nothing may escape a stream's callback, but note it."""
        if not isinstance(error, Exception):
            return False
        self._latest_problem = (self._clock(), f"{type(error).__name__}: {error}")
        return True

    def _record(self, image: NDArray[np.uint8], faces: tuple[TrackedFace, ...], milliseconds: float) -> None:
        now = self._clock()
        with self._lock:
            self._latest = StreamResult(self._latest.number + 1, now, image, faces)
            self._timings.append((now, milliseconds))
            while self._history and now - self._history[0].time > HISTORY_SECONDS:
                self._history.popleft()
            if now < self._next_moment:
                return
            self._next_moment = max(self._next_moment, now - 1 / MOMENTS_A_SECOND) + 1 / MOMENTS_A_SECOND
            moments = [Moment(now, face.number, face.prediction, face.class_name) for face in faces]
            self._history.extend(moments)
            if self.is_logging:
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
