"""The command that teaches a head with a folder of examples."""

import argparse
from pathlib import Path

from fer_core.checkpoints.checkpoint import DEFAULT_CHECKPOINT, load_checkpoint
from fer_core.checkpoints.features import Features
from fer_core.cli import Answer
from fer_core.cli.outputs import check_free, write_file
from fer_core.faces.detection import PhotoDetector
from fer_core.lessons.teach.advice import advise
from fer_core.lessons.teach.head import HEAD_TITLES
from fer_core.lessons.teach.keeping import save_as_checkpoint
from fer_core.lessons.teach.sources import read_folder
from fer_core.lessons.teach.teaching import FeatureStore, Taught
from fer_core.lessons.teach.teaching import teach as teach_head
from fer_core.storage.plaintext import interval_text, percent


def add_teach(command: argparse.ArgumentParser) -> None:
    """The options of :func:`teach`."""
    command.add_argument(
        "--examples", type=Path, required=True, metavar="FOLDER", help="a folder of pictures for each class"
    )
    command.add_argument(
        "--base", default=DEFAULT_CHECKPOINT, help=f"name of the base checkpoint (default: {DEFAULT_CHECKPOINT})"
    )
    command.add_argument(
        "--head", choices=tuple(HEAD_TITLES), default="softmax", help="kind of head (default: softmax)"
    )
    command.add_argument("--name", help="save base and head as a checkpoint of this name")
    command.add_argument("--output", type=Path, metavar="FILE.json", help="write only the head")
    command.add_argument("--overwrite", action="store_true", help="overwrite existing files")


def teach(options: argparse.Namespace) -> Answer:
    """Train a head on the pictures of a folder, and save it as a checkpoint or as a file if requested."""
    if options.output:
        check_free([options.output], [], overwrite=options.overwrite)
    checkpoint = load_checkpoint(options.base)
    examples, problems = read_folder(options.examples, PhotoDetector())
    store = FeatureStore(checkpoint, Features(checkpoint))
    taught = teach_head(store, examples, options.head)
    lines = [_result(taught), *advise(examples, taught)]
    if options.output:
        write_file(options.output, taught.head.to_json())
        lines.append(f"Head saved in {options.output}.")
    saved = save_as_checkpoint(store, taught, examples, options.name) if options.name else None
    if saved:
        lines.append(f"Checkpoint “{saved.name}” saved in {saved.directory}.")
    elif not options.output:
        lines.append("Nothing was saved. Add --name NAME to keep a checkpoint, or --output FILE.json to keep the head.")
    document = {
        "classes": taught.head.examples,
        "recordings": taught.head.recordings,
        "held_out_accuracy": taught.held_out.accuracy if taught.held_out else None,
        "interval": list(taught.interval),
        "train_accuracy": taught.train_accuracy,
        "checkpoint": saved.name if saved else None,
    }
    return Answer(document, "\n".join(lines), problems)


def _result(taught: Taught) -> str:
    counts = ", ".join(f"{count:,} {name}" for name, count in taught.head.examples.items())
    if taught.held_out is None:
        return f"Taught with {counts}."
    accuracy = percent(taught.held_out.accuracy)
    return f"Taught with {counts}: {accuracy} held-out accuracy (95% CI {interval_text(*taught.interval)})."
