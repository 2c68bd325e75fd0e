"""A video's faces, followed from frame to frame: decode, detect, crop, classify, track; one frame in memory."""

import ctypes
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.priors import DEFAULT_PRIOR, PriorAdjustment
from fer_core.errors import VideoError
from fer_core.faces.detection import Detector, FaceDetector, PhotoDetector
from fer_core.recognition.drawing import draw_faces
from fer_core.recognition.recognize import recognize_frame
from fer_core.recognition.timelines import VideoResult
from fer_core.recognition.tracking import DEFAULT_SMOOTHING, TrackedFace, Tracking
from fer_core.recognition.videos.reader import VideoFrame, VideoLimits, VideoReader
from fer_core.recognition.videos.writer import AudioTrack, VideoWriter

FaceDistance = Literal["near", "room", "crowd"]
"""Faces within about two meters of the camera, within five, or small ones too, which takes ten times as long."""

MAX_FACES = 20
"""In a frame with more faces only the largest are tracked."""

_FRAMES_PER_TRIM = 50


@dataclass(frozen=True)
class AnalysisOptions:
    """How a video is analyzed.

    Attributes:
        frames_per_second: Frames analyzed; no more than it has.
        face_distance: Which faces are looked for.
        smoothing: Time constant of the probabilities in seconds; 0 leaves the network's answers raw.
        prior_adjustment: The class prior, for whoever opens the classifier.
    """

    frames_per_second: float = 10.0
    face_distance: FaceDistance = "room"
    smoothing: float = DEFAULT_SMOOTHING
    prior_adjustment: PriorAdjustment = DEFAULT_PRIOR

    def __post_init__(self) -> None:
        if not 0 < self.frames_per_second <= 1000:
            raise ValueError(f"Expected frames_per_second above 0. Received {self.frames_per_second}.")
        if self.face_distance not in get_args(FaceDistance) or self.smoothing < 0:
            raise ValueError(f"Expected a face_distance and a smoothing of at least 0. Received {self}.")


@dataclass(frozen=True)
class Progress:
    """How far an analysis is.

    Attributes:
        fraction: 0 to 1; 0 while the video does not say how long it is.
        frames: Analyzed so far.
        eta_seconds: Until the end, at this speed; 0 if that is not known.
    """

    fraction: float = 0.0
    frames: int = 0
    eta_seconds: float = 0.0


class AnalysisCanceledError(VideoError):
    """The analysis was asked to stop."""


class VideoAnalysis:
    """An analysis under way, which keeps a few numbers for each face and frame, but no picture."""

    def __init__(
        self, reader: VideoReader, detector: Detector, classifier: Classifier, options: AnalysisOptions
    ) -> None:
        self._reader = reader
        self._detector = detector
        self._classifier = classifier
        self._options = options
        self._times: list[float] = []
        self._faces: list[tuple[int, int, int]] = []  # number, label, index of the time
        self._probabilities: list[NDArray[np.float32]] = []
        self._boxes: list[tuple[int, int, int, int]] = []
        self._notes: list[str] = []
        self._started = time.monotonic()

    @property
    def progress(self) -> Progress:
        """How far it is."""
        length = min(self._reader.seconds, self._reader.limits.max_seconds)
        fraction = min(1.0, self._times[-1] / length) if self._times and length else 0.0
        elapsed = time.monotonic() - self._started
        eta = elapsed * (1 - fraction) / fraction if fraction else 0.0
        return Progress(fraction, len(self._times), eta)

    def steps(self) -> Iterator[tuple[VideoFrame, tuple[TrackedFace, ...]]]:
        """Go through the video once; yields each analyzed frame with its faces, by their numbers.

        Raises:
            VideoError: No frame at all can be decoded.
        """
        limits, tracking = self._reader.limits, Tracking()
        interval = max(1 / self._options.frames_per_second, self._reader.seconds / limits.max_frames)
        for frame in self._reader.frames(interval):
            found = recognize_frame(frame.image, self._detector, self._classifier)
            if len(found) > MAX_FACES:
                found = tuple(sorted(found, key=lambda item: -item.face.height)[:MAX_FACES])
            tracking = tracking.updated(found, frame.time, smoothing=self._options.smoothing)
            faces = tuple(sorted(tracking.faces, key=lambda face: face.number))
            self._record(frame.time, faces)
            yield frame, faces
            if len(self._times) >= limits.max_frames or time.monotonic() - self._started > limits.wall_seconds:
                self._notes.append(f"The analysis ended at {frame.time:.0f} s, after {len(self._times):,} frames.")
                break
        else:
            self._note_the_end()

    def result(self) -> VideoResult:
        """Everything found so far."""
        faces = np.array(self._faces, np.int64).reshape(-1, 3)
        times = np.array(self._times, np.float64)
        classes = self._classifier.class_names
        return VideoResult(
            name=self._reader.title,
            class_names=classes,
            seconds=float(times[-1]) if len(times) else 0.0,
            frames=len(times),
            decoded=self._reader.decoded,
            times=times[faces[:, 2]],
            faces=faces[:, 0],
            labels=faces[:, 1],
            probabilities=np.array(self._probabilities, np.float32).reshape(-1, len(classes)),
            boxes=np.array(self._boxes, np.int64).reshape(-1, 4),
            notes=tuple(self._notes),
        )

    def _record(self, moment: float, faces: tuple[TrackedFace, ...]) -> None:
        names, index = self._classifier.class_names, len(self._times)
        self._times.append(moment)
        for face in faces:
            self._faces.append((face.number, names.index(face.class_name), index))
            self._probabilities.append(face.prediction.probabilities)
            self._boxes.append(face.xyxy)

    def _note_the_end(self) -> None:
        if self._reader.is_cut:
            minutes = self._reader.limits.max_seconds / 60
            self._notes.append(f"Only the first {minutes:g} minutes were analyzed.")
        elif shortfall := self._reader.shortfall():
            self._notes.append(f"The file is incomplete or damaged: {shortfall}.")


def open_detector(face_distance: FaceDistance) -> Detector:
    """Open the detector for faces at a distance.

    Raises:
        CheckpointError: The networks are not installed or do not load.
    """
    if face_distance == "crowd":
        return PhotoDetector()
    return FaceDetector("short" if face_distance == "near" else "full")


def analyze_video(
    path: Path,
    classifier: Classifier,
    *,
    name: str = "",
    options: AnalysisOptions | None = None,
    limits: VideoLimits | None = None,
    annotated: Path | None = None,
    crops: Path | None = None,
    on_progress: Callable[[Progress, VideoFrame], None] = lambda progress, frame: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> VideoResult:
    """Find every face in every analyzed frame of a video file.

    Args:
        path: The file.
        classifier: Classifies the faces.
        name: The file's name in messages; by default that of its path.
        options: How it is analyzed.
        limits: How much of it is analyzed.
        annotated: Where to write an MP4 of the analyzed frames, faces boxed, with the sound; by default nowhere.
        crops: Where to write what the classifier saw of each face: 48 x 48 bytes for each row of the result.
        on_progress: Called after each frame, which shows its faces boxed if there is to be an annotated video.
        is_cancelled: Called after each frame.

    Raises:
        VideoError: It cannot be read, or the annotated video cannot be written.
        AnalysisCanceledError: ``is_cancelled`` said so; no annotated video is left.
    """
    options = options or AnalysisOptions()
    with VideoReader(path, name=name, limits=limits) as reader:
        analysis = VideoAnalysis(reader, open_detector(options.face_distance), classifier, options)
        with _annotating(annotated, path, reader) as annotate, (crops or Path(os.devnull)).open("wb") as seen:
            for frame, faces in analysis.steps():
                annotate(frame, faces)
                seen.writelines(face.recognition.crop.tobytes() for face in faces)
                on_progress(analysis.progress, frame)
                if analysis.progress.frames % _FRAMES_PER_TRIM == 0:
                    _trim_memory()
                if is_cancelled():
                    raise AnalysisCanceledError(f"The analysis of {reader.title} was canceled.")
        return analysis.result()


@contextmanager
def _annotating(
    annotated: Path | None, path: Path, reader: VideoReader
) -> Iterator[Callable[[VideoFrame, tuple[TrackedFace, ...]], None]]:
    """A function that draws the faces into a frame and appends it, with the sound so far, to the annotated video."""
    if annotated is None:
        yield lambda frame, faces: None
        return
    with AudioTrack(path, reader.limits.max_bytes) as audio, VideoWriter(annotated, audio) as writer:

        def annotate(frame: VideoFrame, faces: tuple[TrackedFace, ...]) -> None:
            draw_faces(frame.image, faces)
            writer.add(frame.time, frame.image)
            writer.add_audio(audio.until(frame.time, reader.origin))

        yield annotate
        writer.add_audio(audio.until(reader.end, reader.origin))


def _trim_memory() -> None:
    """Return freed memory to the system; glibc would keep 20 to 40 MB more of it for each thousand frames."""
    with suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
