"""The command line: ``python -m fer_core COMMAND``. The pages make the same calls."""

import argparse
import json
import math
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import get_args

if __name__ == "__main__":  # what is imported next takes a second: Ctrl-C in it has nothing to end but this process
    signal.signal(signal.SIGINT, lambda *_: os.write(2, b"fer_core: Interrupted.\n") and os._exit(130))

from fer_core.checkpoints.foreign.imports import AUTO
from fer_core.checkpoints.priors import DEFAULT_PRIOR, PriorAdjustment
from fer_core.checkpoints.spec import SCALINGS
from fer_core.cli import Command, commands, evaluation, runs
from fer_core.cli.data import add_data_commands
from fer_core.cli.runs import add_search, add_settings, add_train
from fer_core.cli.teach import add_teach, teach
from fer_core.cli.terminal import INTERRUPTED, Interruptible, show_plainly, shows_everything
from fer_core.errors import FerError
from fer_core.labels import KNOWN_ORDERS, LABEL_SCHEMES, SPLITS
from fer_core.recognition.videos.analysis import FaceDistance

_OLD_PRIORS = {"between": "halfway", "equal": "uniform"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default this process's, and print its answer.

    Return the exit status: 0, 1 when something failed or 130 after Ctrl-C, both said in a sentence on standard error.
    """
    show_plainly()
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.run is None:
        parser.print_help()
        return 0
    with Interruptible():
        return _carry_out(options)
    print(f"fer_core: Interrupted. {_to_go_on(options)}", file=sys.stderr)
    return INTERRUPTED


def _carry_out(options: argparse.Namespace) -> int:
    try:
        answer = options.run(options)
    except FerError as error:
        print(f"fer_core: {error}", file=sys.stderr)
        return 1
    print(json.dumps(answer.document, indent=2, ensure_ascii=not shows_everything()) if options.json else answer.text)
    for problem in answer.problems:
        print(f"fer_core: {problem}", file=sys.stderr)
    return 1 if answer.problems else 0


def _to_go_on(options: argparse.Namespace) -> str:
    if options.go_on:
        return f"To resume: python -m fer_core {options.go_on}"
    return "Completed work is kept. Run the command again to continue."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fer_core", description="Facial expression recognition on FER+.")
    parser.set_defaults(run=None, go_on="")
    choose = parser.add_subparsers(metavar="COMMAND", title="commands")

    command = _add(choose, "import-data", commands.import_data, "import FER2013 and the FER+ votes")
    command.add_argument(
        "--images",
        type=Path,
        required=True,
        help="fer2013.csv or icml_face_data.csv, also .gz, .bz2, .xz, .zip or .tar.gz",
    )
    command.add_argument("--votes", type=Path, help="fer2013new.csv; without it, only FER2013's own labels are stored")
    command.add_argument("--name", help="name of the dataset (default: ferplus, or fer2013 without votes)")

    add_data_commands(partial(_add, choose))
    _add(choose, "datasets", commands.datasets, "list the stored datasets")

    add_train(_add(choose, "train", runs.train, "train a network and save it as a checkpoint"))
    add_search(_add(choose, "search", runs.search, "search for the best training settings"))
    add_settings(_add(choose, "describe", runs.describe, "list a network's layers, weights and multiply-adds"))

    add_teach(_add(choose, "teach", teach, "teach a checkpoint new classes from folders of pictures"))
    _add(choose, "runs", runs.runs, "list the training runs")
    _add(choose, "checkpoints", commands.checkpoints, "list the checkpoints")

    _add_evaluation(choose)
    _add_import(_add(choose, "import-checkpoint", evaluation.import_file, "import a network trained elsewhere"))
    _add_calibrate(_add(choose, "calibrate", evaluation.calibrate, "calibrate a checkpoint and complete its card"))
    _add_keep(_add(choose, "keep-answers", evaluation.keep, "store checkpoints' predictions on FER+ with them"))

    _add_predict(
        _add(choose, "predict", commands.predict, "find faces in pictures and videos and classify their expressions")
    )
    return parser


def _add_predict(command: argparse.ArgumentParser) -> None:
    """The options of :func:`fer_core.cli.commands.predict`."""
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="pictures or videos")
    command.add_argument("--checkpoint", help="name of a checkpoint (default: the first that “checkpoints” lists)")
    command.add_argument("--csv", action="store_true", help="print CSV, one row per face and frame")
    command.add_argument(
        "--annotated",
        type=Path,
        metavar="PATH",
        help="write annotated files to this folder, or one video to PATH.mp4",
    )
    _add_overwrite(command)
    _add_prior(command, "--common")
    command.add_argument(
        "--frames-per-second", type=_rate, default=10.0, help="frames per second to analyze in videos (default: 10)"
    )
    command.add_argument(
        "--sight",
        dest="face_distance",
        choices=get_args(FaceDistance),
        default="room",
        help="distance of the faces in videos (default: room)",
    )


def _add_evaluation(choose: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands that measure checkpoints, and that which takes one out of the app."""
    evaluate = _add(choose, "evaluate", evaluation.evaluate, "measure a checkpoint on a labeled dataset")
    evaluate.add_argument("checkpoint")
    evaluate.add_argument("--predictions", type=Path, metavar="FILE.csv", help="write every prediction as CSV")

    compare = _add(choose, "compare", evaluation.compare, "compare checkpoints with confidence intervals and p-values")
    compare.add_argument("checkpoints", nargs="+", metavar="CHECKPOINT", help="two or more checkpoints")
    compare.add_argument(
        "--subsets", action="store_true", help="also compare on each saved subset, with Holm's correction"
    )

    report = _add(choose, "report", evaluation.report, "write a report as one HTML file, or a model card")
    report.add_argument("checkpoints", nargs="+", metavar="CHECKPOINT", help="one checkpoint, or several to compare")
    report.add_argument("--output", type=Path, metavar="FILE.html", help="output file (default: NAME-report.html)")
    report.add_argument(
        "--robustness", action="store_true", help="also measure robustness to blur, noise, … (takes minutes)"
    )
    report.add_argument("--model-card", type=Path, metavar="FILE.md", help="write the checkpoint's card as Markdown")

    export = _add(choose, "export", evaluation.export, "export a network as ONNX, Keras and LiteRT, with scripts")
    export.add_argument("checkpoint")
    export.add_argument("--output", type=Path, metavar="FILE.zip", help="output file (default: CHECKPOINT.zip)")

    for command in (evaluate, report, export):
        _add_overwrite(command)
    for command in (evaluate, compare, report):
        _add_prior(command)
        command.add_argument("--dataset", default="demo", help="name of a stored dataset (default: demo)")
        command.add_argument("--split", choices=SPLITS, default="test")
        command.add_argument(
            "--labels", choices=tuple(LABEL_SCHEMES), help="label scheme (default: that of the training)"
        )
        command.add_argument("--exclude", default="", metavar="SUBSET", help="exclude the rows of this subset")
        command.add_argument("--only", default="", metavar="SUBSET", help="evaluate only the rows of this subset")


def _add_import(command: argparse.ArgumentParser) -> None:
    """The options of :func:`fer_core.cli.evaluation.import_file`."""
    command.add_argument("file", type=Path, help="a .keras, .h5, .tflite or .onnx file")
    command.add_argument(
        "--classes",
        default=AUTO,
        help=f"classes in output order, comma-separated, or {', '.join(KNOWN_ORDERS)} (default: auto, the best fit)",
    )
    command.add_argument(
        "--scaling",
        choices=(AUTO, *SCALINGS),
        default=AUTO,
        help="scaling of the gray values (default: auto, the best fit)",
    )
    command.add_argument(
        "--mean",
        type=_numbers,
        default=(),
        help="mean for custom scaling, of values 0 to 1: one number, or one per channel",
    )
    command.add_argument(
        "--deviation", type=_numbers, default=(), help="standard deviation for custom scaling, likewise"
    )
    command.add_argument("--size", type=int, help="input size in pixels, if an .onnx file leaves it open")
    command.add_argument("--name", help="name of the checkpoint (default: that of the file)")


def _add_calibrate(command: argparse.ArgumentParser) -> None:
    """The options of :func:`fer_core.cli.evaluation.calibrate`."""
    command.add_argument("checkpoint")
    command.add_argument("--dataset", default="demo", help="name of a stored dataset (default: demo)")
    command.add_argument(
        "--not-sure",
        type=_share,
        default=0.5,
        metavar="SHARE",
        help="answers below this confidence are “not sure” (default: 0.5)",
    )
    command.add_argument(
        "--robustness", action="store_true", help="also measure robustness to blur, noise, … (takes minutes)"
    )
    command.add_argument("--replace", action="store_true", help="replace figures measured on another dataset")


def _add_keep(command: argparse.ArgumentParser) -> None:
    """The options of :func:`fer_core.cli.evaluation.keep`."""
    command.add_argument("checkpoints", nargs="*")
    command.add_argument("--dataset", default="ferplus", help="imported FER+ dataset with pictures (default: ferplus)")
    command.add_argument("--votes", type=Path, metavar="FILE", help="also write the votes that ship with the app")
    _add_overwrite(command)


def _add_overwrite(command: argparse.ArgumentParser) -> None:
    command.add_argument("--overwrite", action="store_true", help="overwrite existing files")


def _add_prior(command: argparse.ArgumentParser, *old_names: str) -> None:
    command.add_argument(
        "--prior",
        *old_names,
        type=lambda text: _OLD_PRIORS.get(text, text),
        choices=get_args(PriorAdjustment),
        default=DEFAULT_PRIOR,
        help=f"assumed class prior: training, uniform or halfway between (default: {DEFAULT_PRIOR})",
    )


def _add(
    choose: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, what: str
) -> argparse.ArgumentParser:
    command = choose.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    command.add_argument("--json", action="store_true", help="print one JSON document")
    command.set_defaults(run=run)
    return command


def _rate(text: str) -> float:
    return _number(text, "a number above 0, up to 1,000", lambda rate: 0 < rate <= 1000)


def _share(text: str) -> float:
    return _number(text, "a number from 0 to below 1", lambda share: 0 <= share < 1)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(_number(part, "a number, or several separated by commas", math.isfinite) for part in text.split(","))


def _number(text: str, expected: str, is_meant: Callable[[float], bool]) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not is_meant(number):
        raise argparse.ArgumentTypeError(f"expected {expected}, not “{text}”")
    return number


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    if (
        status == INTERRUPTED and "tensorflow" in sys.modules
    ):  # whose threads would crash on a way out they do not expect
        os._exit(status)
    sys.exit(status)
