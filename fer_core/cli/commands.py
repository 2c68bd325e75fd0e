"""The commands that list what is stored and classify pictures and videos."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from fer_core.checkpoints.checkpoint import (
    DEFAULT_CHECKPOINT,
    Checkpoint,
    damaged_checkpoints,
    list_checkpoints,
    load_checkpoint,
)
from fer_core.checkpoints.classifier import Classifier
from fer_core.cli import Answer
from fer_core.cli.outputs import annotated_paths, check_free, write_file
from fer_core.datasets.store import damaged_datasets, ensure_demo, import_dataset, list_datasets
from fer_core.errors import FerError
from fer_core.evaluation.descriptions import describe_answers
from fer_core.faces.detection import Detector, PhotoDetector
from fer_core.faces.images import encode_png, read_image
from fer_core.recognition.drawing import draw_recognitions
from fer_core.recognition.recognize import Recognition, recognition_rows, recognize, to_csv
from fer_core.recognition.timelines import FaceTimeline, VideoResult
from fer_core.recognition.videos.analysis import AnalysisOptions, analyze_video
from fer_core.recognition.videos.container import is_video
from fer_core.storage.plaintext import percent


def import_data(options: argparse.Namespace) -> Answer:
    """Stores a dataset."""
    card = import_dataset(options.images, options.votes, name=options.name, apart=True)
    lines = [f"The dataset “{card.name}” holds {_sizes(card.sizes)}.", *filter(None, [card.votes_note])]
    return Answer(asdict(card), "\n".join(lines))


def datasets(options: argparse.Namespace) -> Answer:
    """Lists the stored datasets; the embedded demo only if there is no other or it has been used."""
    if not list_datasets():
        ensure_demo()
    cards = list_datasets()
    text = "\n".join(f"{c.name}: {_sizes(c.sizes)}, {c.source}" for c in cards)
    return Answer([asdict(c) for c in cards], text, tuple(damage.reason for damage in damaged_datasets()))


def checkpoints(options: argparse.Namespace) -> Answer:
    """Lists the checkpoints, the default one first."""
    found = list_checkpoints()
    text = "\n".join(map(_line, found)) or "There are no checkpoints yet."
    return Answer([asdict(c.card) for c in found], text, tuple(damage.reason for damage in damaged_checkpoints()))


def _line(checkpoint: Checkpoint) -> str:
    card = checkpoint.card
    if not card.is_trained:
        return f"{card.name}: {card.origin_in_words}; {', '.join(card.class_names)}"
    return f"{card.name}: {percent(card.best.test_accuracy)} test accuracy on {card.dataset_title}"


def predict(options: argparse.Namespace) -> Answer:
    """Finds and classifies the faces of each picture or video; one bad file does not stop the others."""
    targets = annotated_paths(options.files, options.annotated)
    check_free(targets, options.files, overwrite=options.overwrite)
    checkpoint = load_checkpoint(options.checkpoint) if options.checkpoint else _default_checkpoint()
    classifier = checkpoint.open_classifier(threads=2, prior_adjustment=options.prior)
    live, detector = checkpoint.open_classifier(live=True, prior_adjustment=options.prior), PhotoDetector()
    entries: list[dict[str, Any]] = []
    lines, tables, problems = [], [], []
    for path, annotated in zip(options.files, targets, strict=True):
        try:
            if is_video(path):
                entry, line, table = _predict_video(path, live, annotated, options)
            else:
                entry, line, table = _predict_picture(path, detector, classifier, annotated)
        except FerError as error:
            entries.append({"file": str(path), "faces": [], "error": str(error)})
            problems.append(str(error))
        else:
            entries.append(entry)
            lines.append(line)
            tables.append(table)
    if lines:
        lines.insert(0, describe_answers(checkpoint.card, options.prior))
    text = to_csv(pd.concat(tables)).decode("utf-8-sig").rstrip() if options.csv and tables else "\n".join(lines)
    return Answer(entries, text, tuple(problems))


def _predict_picture(
    path: Path, detector: Detector, classifier: Classifier, annotated: Path | None
) -> tuple[dict[str, Any], str, pd.DataFrame]:
    image = read_image(path)
    faces = recognize(image, detector, classifier)
    if annotated:
        write_file(annotated, encode_png(draw_recognitions(image, faces)))
    line = f"{path}: " + ("; ".join(map(_in_words, faces)) or "no face found")
    document = {"file": str(path), **classifier.answered_by._asdict(), "faces": [_face(item) for item in faces]}
    return document, line, recognition_rows(str(path), faces)


def _predict_video(
    path: Path, classifier: Classifier, annotated: Path | None, options: argparse.Namespace
) -> tuple[dict[str, Any], str, pd.DataFrame]:
    analysis = AnalysisOptions(options.frames_per_second, options.face_distance)
    result = analyze_video(path, classifier, options=analysis, annotated=annotated)
    document = {
        "file": str(path),
        **classifier.answered_by._asdict(),
        "seconds": result.seconds,
        "frames_analysed": result.frames,
        "frames_decoded": result.decoded,
        "notes": list(result.notes),
        "faces": [_timeline(timeline, result) for timeline in result.timelines],
    }
    faces = [
        f"  face {one.number}, {one.times[0]:.1f} to {one.times[-1]:.1f} s: looks like: "
        + ", ".join(f"{name} {percent(share, 0)}" for name, share in one.shares.items())
        for one in result.timelines
    ]
    lines = [f"{path}: {result.summary}", *faces, *(f"  {note}" for note in result.notes)]
    table = result.table().assign(**classifier.answered_by._asdict())
    table.insert(0, "file", str(path))
    return document, "\n".join(lines), table


def _default_checkpoint() -> Checkpoint:
    found = list_checkpoints()
    return found[0] if found else load_checkpoint(DEFAULT_CHECKPOINT)


def _face(item: Recognition) -> dict[str, Any]:
    probabilities = item.prediction.probabilities.astype(float).tolist()
    return {
        "xyxy": [int(edge) for edge in item.face.xyxy],
        "probabilities": dict(zip(item.prediction.class_names, probabilities, strict=True)),
        "class_name": item.prediction.class_name,
        "is_sure": item.prediction.is_sure,
    }


def _timeline(timeline: FaceTimeline, result: VideoResult) -> dict[str, Any]:
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
            {"time": time, "xyxy": box, "class_name": names[label], "probabilities": dict(zip(names, row, strict=True))}
            for time, label, row, box in rows
        ],
    }


def _in_words(item: Recognition) -> str:
    answer = f"{item.prediction.class_name} ({percent(item.prediction.confidence, 0)})"
    return f"looks like: {answer}" if item.prediction.is_sure else f"not sure, most likely {answer}"


def _sizes(sizes: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {split}" for split, count in sizes.items()) + " faces"
