"""The commands of the dataset room: pictures in folders, downloads, findings and subsets."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from fer_core.cli import Answer, Command
from fer_core.cli.outputs import check_free, write_file
from fer_core.datasets.dataset import label_records
from fer_core.datasets.detective.duplicates import Duplicates, find_duplicates
from fer_core.datasets.detective.findings import Finding, duplicate_findings, image_findings, vote_findings
from fer_core.datasets.download import KAGGLE_FILE, VOTES_FILE, KaggleAccount, download_faces, download_votes
from fer_core.datasets.limited import pictures_scanned_apart
from fer_core.datasets.splits import SplitRule
from fer_core.datasets.store import DatasetCard, dataset_card, import_pictures, load_records
from fer_core.datasets.subsets import delete_subsets, list_subsets, load_subset, rename_subset, save_subset
from fer_core.errors import DatasetError
from fer_core.evaluation.filters import ALL_GRAYS, ALL_VOTES, FaceFilter
from fer_core.labels import LABEL_SCHEMES, SPLITS
from fer_core.reports.dataset_card import dataset_card_markdown

AddCommand = Callable[[str, Command, str], argparse.ArgumentParser]
"""Adds a command by name, with what it does and a line of help."""


def add_data_commands(add: AddCommand) -> None:
    """Declare these commands and their options."""
    _add_pictures(add("import-pictures", store_pictures, "import pictures from class folders or a zip of them"))
    _add_download(add("download-data", download_data, "download the FER+ votes, and FER2013 with your Kaggle account"))
    _add_inspect(add("inspect", inspect, "list findings in a dataset, duplicates across splits first"))
    _add_subsets(add("subsets", subsets, "list, save, rename or delete the saved subsets of a dataset"))


def _add_pictures(command: argparse.ArgumentParser) -> None:
    command.add_argument("source", type=Path, help="folder or zip, such as one with train/angry/1.jpg")
    command.add_argument("--name", required=True, help="name of the dataset")
    command.add_argument(
        "--map",
        nargs="+",
        action="extend",
        default=[],
        metavar="FOLDER=CLASS",
        help="class of a folder whose name is no known class",
    )
    command.add_argument(
        "--split", nargs="+", action="extend", default=[], metavar="FOLDER=SPLIT", help="split of a folder such as eval"
    )
    command.add_argument("--find-faces", action="store_true", help="crop to the largest detected face")
    command.add_argument("--new-splits", action="store_true", help="draw new splits instead of using the folders'")
    command.add_argument("--seed", type=int, default=0, help="seed of the drawn splits (default: 0)")


def _add_download(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--to", type=Path, default=Path(), metavar="FOLDER", help="target folder (default: the current one)"
    )
    command.add_argument("--votes-only", action="store_true", help="skip FER2013")
    command.add_argument("--overwrite", action="store_true", help="overwrite existing files")


def _add_inspect(command: argparse.ArgumentParser) -> None:
    command.add_argument("dataset")
    command.add_argument("--exclude", metavar="FINDING", help="save this finding as a subset")
    command.add_argument("--name", help="name of that subset (default: that of the finding)")
    command.add_argument("--card", type=Path, metavar="FILE.md", help="write the dataset's card as Markdown")
    command.add_argument("--overwrite", action="store_true", help="overwrite existing files")


def _add_subsets(command: argparse.ArgumentParser) -> None:
    command.add_argument("dataset")
    command.add_argument("--save", metavar="NAME", help="save the faces selected by the options below as a subset")
    command.add_argument("--classes", default="", metavar="NAMES", help="classes, comma-separated (default: all)")
    command.add_argument(
        "--votes", type=_ends, default=ALL_VOTES, metavar="LOW..HIGH", help="votes for the label, of ten"
    )
    command.add_argument("--grays", type=_ends, default=ALL_GRAYS, metavar="LOW..HIGH", help="mean gray value, 0..255")
    command.add_argument("--within", default="", metavar="SUBSET", help="only faces of this saved subset")
    command.add_argument("--labels", choices=tuple(LABEL_SCHEMES), help="label scheme (default: the dataset's first)")
    command.add_argument("--rename", nargs=2, metavar=("SUBSET", "NAME"), help="rename a subset")
    command.add_argument("--delete", metavar="SUBSET", help="delete a subset")


def store_pictures(options: argparse.Namespace) -> Answer:
    """Store a dataset of pictures in class folders."""
    plan = pictures_scanned_apart(options.source, options.source.name).with_splits(dict(map(_pair, options.split)))
    mapping = plan.suggested | dict(map(_pair, options.map))
    rule = SplitRule(use_folders=not options.new_splits, seed=options.seed)
    card = import_pictures(plan, mapping, name=options.name, splits=rule, find_faces=options.find_faces, apart=True)
    lines = [f"The dataset “{card.name}” holds {sum(card.sizes.values()):,} faces ({card.splits})."]
    lines += [f"{folder} → {label or 'left out'}" for folder, label in mapping.items()]
    lines += [f"left out, {reason}: {count:,}" for reason, count in card.skipped.items()]
    lines += [f"could not be read: {name}" for name in card.damaged]
    lines += filter(None, [plan.unmapped_text(mapping)])
    return Answer(asdict(card), "\n".join(lines))


def download_data(options: argparse.Namespace) -> Answer:
    """Download the source files, with the Kaggle credentials that kagglehub finds."""
    names = [VOTES_FILE] if options.votes_only else [VOTES_FILE, KAGGLE_FILE]
    check_free([options.to / name for name in names], overwrite=options.overwrite)
    paths = [download_votes(options.to)]
    if not options.votes_only:
        paths.append(download_faces(options.to, KaggleAccount()))
    return Answer([str(path) for path in paths], "\n".join(str(path) for path in paths))


def inspect(options: argparse.Namespace) -> Answer:
    """List the findings, and keep one as a subset or write the dataset's card."""
    check_free([options.card], overwrite=options.overwrite)
    records = load_records(options.dataset)
    duplicates = find_duplicates(records.images)
    found = (*duplicate_findings(records, duplicates), *vote_findings(records), *image_findings(records))
    document = {
        "dataset": options.dataset,
        "pairs": _pairs(duplicates, np.asarray(records.split)),
        "findings": {finding.name: finding.rows.tolist() for finding in found},
    }
    lines = [f"{finding.name}: {len(finding):,} – {finding.title}" for finding in found]
    lines.append(f"duplicate pairs: {json.dumps(document['pairs'])}")
    if options.exclude:
        _keep(options, found)
    card = dataset_card(options.dataset)
    if options.card:
        markdown = dataset_card_markdown(card, records, records.schemes[0])
        lines.append(f"Written: {write_file(options.card, markdown.encode())}")
    lists = list_subsets(card)
    lines += [f"saved subset “{known.name}”: {len(known):,} rows" for known in lists]
    return Answer(document, "\n".join(lines))


def subsets(options: argparse.Namespace) -> Answer:
    """List the saved subsets of a dataset, after saving, renaming or deleting one if requested."""
    card = dataset_card(options.dataset)
    if options.save:
        _save_subset(card, options)
    if options.rename:
        rename_subset(card, *options.rename)
    if options.delete:
        delete_subsets(card, load_subset(card, options.delete).name)
    known = list_subsets(card)
    document = [{"name": each.name, "reason": each.reason, "rows": list(each.rows)} for each in known]
    lines = [f"{each.name}: {len(each):,} rows – {each.reason}" for each in known]
    return Answer(document, "\n".join(lines) or f"“{options.dataset}” has no saved subset yet.")


def _save_subset(card: DatasetCard, options: argparse.Namespace) -> None:
    records = load_records(options.dataset, needs_pictures=False)
    faces = label_records(records, LABEL_SCHEMES[options.labels] if options.labels else records.schemes[0])
    within = load_subset(card, options.within) if options.within else None
    chosen = FaceFilter(tuple(filter(None, options.classes.split(","))), options.votes, options.grays, within)
    save_subset(card, options.save, faces.rows[chosen.keeps(faces)], chosen.in_words)


def _ends(text: str) -> tuple[int, int]:
    low, dots, high = text.partition("..")
    try:
        return int(low), int(high if dots else low)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a range such as 8..10, not “{text}”") from None


def _keep(options: argparse.Namespace, found: tuple[Finding, ...]) -> None:
    chosen = next((finding for finding in found if finding.name == options.exclude), None)
    if chosen is None:
        names = ", ".join(finding.name for finding in found)
        raise DatasetError(f"There is no finding “{options.exclude}”; choose one of {names}.")
    save_subset(dataset_card(options.dataset), options.name or chosen.name, chosen.rows, chosen.title)


def _pairs(duplicates: Duplicates, split: np.ndarray) -> dict[str, int]:
    across = duplicates.across(split)
    counts = {
        "within a split": int((~across).sum()),
        "across splits": int(across.sum()),
        "across splits, exact": int((across & duplicates.exact).sum()),
    }
    for first, second in (("train", "test"), ("train", "validation"), ("validation", "test")):
        both = {SPLITS.index(first), SPLITS.index(second)}
        counts[f"{first} and {second}"] = sum({*pair} == both for pair in split[duplicates.pairs].tolist())
    return counts


def _pair(text: str) -> tuple[str, str]:
    folder, separator, label = text.partition("=")
    if not separator:
        raise DatasetError(f"“{text}” is not a pair. Write folder=class, for example 0=anger.")
    return folder, label
