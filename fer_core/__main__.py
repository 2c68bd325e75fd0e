"""The command line: ``python -m fer_core COMMAND``, the same calls as the pages make."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fer_core.errors import FerError, TrainingError
from fer_core.training.config import TrainingConfig


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: The words after the program's name; by default those of this process.

    Returns:
        The exit status: 0, or 1 after a :class:`FerError`, whose sentence goes to standard error.
    """
    options = _parser().parse_args(arguments)
    try:
        document, text = options.run(options)
    except FerError as error:
        print(f"fer_core: {error}", file=sys.stderr)
        return 1
    print(json.dumps(document, indent=2, ensure_ascii=False) if options.json else text)
    return 0


def _train(options: argparse.Namespace) -> tuple[Any, str]:
    from fer_core.training.job import run_job
    from fer_core.training.runs import create_run, find_run

    if options.run_name:
        folder = find_run(options.run_name).folder
    else:
        config = TrainingConfig()
        if options.config:
            config = TrainingConfig.from_json(_read_text(options.config))
        config = config.with_settings(dict(_assignment(text) for text in options.set))
        if options.dataset:
            config = config.with_settings({"dataset": options.dataset})
        folder = create_run(config, options.name).folder
    checkpoint = run_job(folder)
    return asdict(checkpoint.card), f"The checkpoint “{checkpoint.name}” is in {checkpoint.directory}."


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path} cannot be read as text ({error}). Check the path.") from error


def _assignment(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator:
        raise TrainingError(f"“{text}” is no setting. Write it as key=value, for example epochs=10.")
    return key, value


def _import(options: argparse.Namespace) -> tuple[Any, str]:
    from fer_core.data.store import import_dataset

    card = import_dataset(options.images, options.votes, name=options.name)
    return asdict(card), f"The dataset “{card.name}” holds {sum(card.sizes.values()):,} faces."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fer_core")
    commands = parser.add_subparsers(required=True)
    c = commands.add_parser("import-data")
    c.add_argument("--images", type=Path, required=True)
    c.add_argument("--votes", type=Path)
    c.add_argument("--name")
    c.add_argument("--json", action="store_true")
    c.set_defaults(run=_import)
    c = commands.add_parser("train")
    c.add_argument("--config", type=Path)
    c.add_argument("--set", nargs="+", default=[])
    c.add_argument("--dataset")
    c.add_argument("--name")
    c.add_argument("--run", dest="run_name")
    c.add_argument("--json", action="store_true")
    c.set_defaults(run=_train)
    return parser


if __name__ == "__main__":
    sys.exit(main())
