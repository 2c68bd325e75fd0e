"""What the command line says of a video."""

from pathlib import Path
from typing import Any

from fer_core.checkpoints.classifier import Classifier
from fer_core.recognition.timelines import FaceTimeline, VideoResult
from fer_core.recognition.videos.analysis import AnalysisOptions, analyze_video
from fer_core.storage.plaintext import percent


def predict_video(path: Path, classifier: Classifier, annotated: Path | None, options: AnalysisOptions) -> VideoResult:
    """Follows the faces of a video file.

    Args:
        path: The file.
        classifier: Names the expressions.
        annotated: Where to write the annotated video: a file that ends in ``.mp4``, or a folder; None for nowhere.
        options: How the video is looked at.

    Raises:
        VideoError: It cannot be read, or the annotated video cannot be written.
    """
    if annotated is not None and annotated.suffix.lower() != ".mp4":
        annotated = annotated / f"{path.stem}.annotated.mp4"
    return analyze_video(path, classifier, options=options, annotated=annotated)


def video_document(path: Path, result: VideoResult) -> dict[str, Any]:
    """A result in JSON types: the counts, and each face moment by moment."""
    return {
        "file": str(path),
        "seconds": result.seconds,
        "frames_analysed": result.frames,
        "frames_decoded": result.decoded,
        "notes": list(result.notes),
        "faces": [_face(timeline, result) for timeline in result.timelines],
    }


def video_in_words(path: Path, result: VideoResult) -> str:
    """A result in a line for the file, one for each face, and one for each note."""
    faces = [
        f"  face {one.number}, {one.times[0]:.1f} to {one.times[-1]:.1f} s: looks like: "
        + ", ".join(f"{name} {percent(share)}" for name, share in one.shares.items())
        for one in result.timelines
    ]
    return "\n".join([f"{path}: {result.summary}", *faces, *(f"  {note}" for note in result.notes)])


def _face(timeline: FaceTimeline, result: VideoResult) -> dict[str, Any]:
    rows = zip(
        timeline.times.tolist(),
        timeline.labels.tolist(),
        timeline.probabilities.astype(float).tolist(),
        result.boxes[result.faces == timeline.number].tolist(),
        strict=True,
    )
    names = timeline.class_names
    return {
        "face": timeline.number,
        "shares": timeline.shares,
        "moments": [
            {
                "time": time,
                "xyxy": box,
                "class_name": names[label],
                "probabilities": dict(zip(names, probabilities, strict=True)),
            }
            for time, label, probabilities, box in rows
        ],
    }
