"""The commands about checkpoints that exist: evaluate, compare, report, export, calibrate, keep-answers."""

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from fer_core.checkpoints.answers import ANSWERS_FILE, has_answers, keep_answers
from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.checkpoints.export import pack_checkpoint
from fer_core.checkpoints.foreign.imports import AUTO, ForeignFile, import_checkpoint, parse_classes
from fer_core.cli import Answer
from fer_core.cli.outputs import check_free, write_file
from fer_core.datasets.shipped import write_votes
from fer_core.datasets.store import dataset_card, load_records
from fer_core.datasets.subsets import list_subsets
from fer_core.evaluation.calibration import prior_figures
from fer_core.evaluation.comparison import mcnemar
from fer_core.evaluation.complete_card import complete_card
from fer_core.evaluation.descriptions import describe_scope
from fer_core.evaluation.evaluation_set import EvaluationSet
from fer_core.evaluation.leaderboard import Leaderboard, milliseconds_per_face
from fer_core.evaluation.robustness import robustness_steps
from fer_core.evaluation.scoring import headline_figures
from fer_core.labels import LABEL_SCHEMES
from fer_core.recognition.recognize import to_csv
from fer_core.reports.evaluation import comparison_report, evaluation_report, leaderboard_texts, subset_texts
from fer_core.reports.evaluation_data import figures_document, prediction_table
from fer_core.reports.model_card import model_card_markdown
from fer_core.storage.plaintext import interval_text, percent


def evaluate(options: argparse.Namespace) -> Answer:
    """Test a checkpoint on one split of a dataset."""
    check_free([options.predictions], overwrite=options.overwrite)
    checkpoint = load_checkpoint(options.checkpoint)
    report, faces = _evaluation_set(options).evaluate(checkpoint)
    trained_prior, _ = replace(_evaluation_set(options), prior="training").evaluate(checkpoint)
    by_prior = prior_figures(trained_prior, checkpoint.card)
    if options.predictions:
        write_file(options.predictions, to_csv(prediction_table(report, faces)))
    document = {
        "dataset": options.dataset,
        "split": options.split,
        "scheme": faces.scheme,
        "exclude": options.exclude,
        "only": options.only,
        **figures_document(report),
        "prior_adjustments": {prior: asdict(seen) for prior, seen in by_prior.items()},
    }
    lines = [
        f"{report.answered_by.in_words}, on {options.dataset}, {options.split}: accuracy {percent(report.accuracy)} "
        f"(95% CI {interval_text(*report.accuracy_interval())}), macro F1 {report.macro_f1:.3f}, "
        f"calibration error (ECE) {100 * document['calibration_error']:.1f} points, n = {len(report):,}",
        *filter(None, [describe_scope(report)]),
        "",
        report.per_class().round(3).to_string(),
    ]
    return Answer(document, "\n".join(lines))


def compare(options: argparse.Namespace) -> Answer:
    """Compare checkpoints on the same images."""
    leaderboard, times = _leaderboard(options)
    best = leaderboard.entries[0].name
    pairs = [_pair(leaderboard, entry.name, best) for entry in leaderboard.entries[1:]]
    document = {
        "dataset": leaderboard.dataset_name,
        "fingerprint": leaderboard.test.fingerprint,
        "split": leaderboard.split,
        "scheme": leaderboard.scheme.name,
        "n": len(leaderboard.test),
        "class_names": list(leaderboard.test.class_names),
        "checkpoints": [
            {
                "name": e.name,
                "prior": e.report.answered_by.prior,
                **headline_figures(e.report),
                "milliseconds": times[e.name],
                "weights": e.checkpoint.card.weights,
                "megabytes": e.megabytes,
                "training_seconds": e.checkpoint.card.seconds,
            }
            for e in leaderboard.entries
        ],
        "pairs": pairs,
        "caveats": list(leaderboard.caveats()),
    }
    if options.subsets:
        subsets = leaderboard.on_subsets(list_subsets(dataset_card(options.dataset)))
        document["subsets"] = subsets.to_dict("records")
    lines = [
        leaderboard_texts(leaderboard, times).to_string(),
        "",
        *(f"{pair['second']} against {pair['first']}: {pair['verdict']}" for pair in pairs),
        *leaderboard.caveats(),
        *(["", subset_texts(subsets).to_string()] if options.subsets else []),
    ]
    return Answer(document, "\n".join(lines))


def report(options: argparse.Namespace) -> Answer:
    """Write a report on one checkpoint, or on several that are compared, as one HTML file."""
    names = options.checkpoints
    path = options.output or Path(f"{'-'.join(names)}-report.html")
    check_free([path, options.model_card], overwrite=options.overwrite)
    if len(names) > 1:
        page = comparison_report(*_leaderboard(options), list_subsets(dataset_card(options.dataset)))
    else:
        checkpoint = load_checkpoint(names[0])
        tested, faces = _evaluation_set(options).evaluate(checkpoint)
        prior = options.prior
        steps = list(robustness_steps(checkpoint, faces, prior_adjustment=prior)) if options.robustness else []
        subject = f"{options.dataset}, {options.split} split, {LABEL_SCHEMES[faces.scheme].title}"
        page = evaluation_report(checkpoint, tested, faces, subject=subject, robustness=steps)
    written = [write_file(path, page.encode())]
    if options.model_card:
        cards = "\n---\n\n".join(
            model_card_markdown(load_checkpoint(name).card, with_head=len(names) == 1) for name in names
        )
        written.append(write_file(options.model_card, cards.encode()))
    return Answer({"files": written}, "\n".join(f"Written: {path}" for path in written))


def calibrate(options: argparse.Namespace) -> Answer:
    """Fit a checkpoint's temperature on validation faces and measure it on test faces, both for its card."""
    checkpoint = complete_card(
        load_checkpoint(options.checkpoint),
        load_records(options.dataset),
        options.dataset,
        not_sure_below=options.not_sure,
        robustness=options.robustness,
        replace_figures=options.replace,
    )
    card = checkpoint.card
    low, high = card.measured.accuracy_interval
    text = (
        f"{card.name}: temperature {card.calibration.temperature:.2f}, fitted on {card.calibration.fitted_on}. "
        f"Calibration error (ECE) on these {100 * card.calibration.error_before:.1f} → "
        f"{100 * card.calibration.error_after:.1f} points.\nOn the {card.measured.n:,} test faces: accuracy "
        f"{percent(card.measured.accuracy)} (95% CI {interval_text(low, high)}), "
        f"calibration error (ECE) {100 * card.measured.calibration_error:.1f} points."
    )
    return Answer({"calibration": asdict(card.calibration), "measured": asdict(card.measured)}, text)


def export(options: argparse.Namespace) -> Answer:
    """Write a checkpoint's network in every format, with a script for each, as one ZIP."""
    checkpoint = load_checkpoint(options.checkpoint)
    path = options.output or Path(f"{checkpoint.name}.zip")
    check_free([path], overwrite=options.overwrite)
    written = write_file(path, pack_checkpoint(checkpoint))
    return Answer({"files": [written]}, f"Written: {written}")


def keep(options: argparse.Namespace) -> Answer:
    """Keep checkpoints' answers to FER+ beside them, and write the votes that ship where a file is named."""
    check_free([options.votes], overwrite=options.overwrite)
    records = load_records(options.dataset)
    if options.votes:
        write_votes(records, options.votes)
    kept = [keep_answers(load_checkpoint(name), records) for name in options.checkpoints]
    files = [str(options.votes)] if options.votes else []
    files += [str(checkpoint.directory / ANSWERS_FILE) for checkpoint in kept if has_answers(checkpoint)]
    return Answer(
        {"files": files},
        "\n".join(f"Written: {file}" for file in files) or "Nothing was written, because this dataset is not FER+.",
    )


def import_file(options: argparse.Namespace) -> Answer:
    """Import a network of unknown provenance through a limited child process."""
    scaling = None if options.scaling == AUTO else options.scaling
    name, classes = options.name or options.file.stem, parse_classes(options.classes)
    file = ForeignFile(options.file, name, classes, scaling, options.mean, options.deviation, options.size)
    card = import_checkpoint(file).card
    tried = [f"{percent(r.accuracy):>6}  {r.order:12} {r.spec.in_words}" for r in card.readings]
    used = f"Class order: {', '.join(card.class_names)}. {card.input}."
    lines = [f"Checkpoint “{card.name}” imported. {card.limits}", used, *card.notes, "Tried:", *tried]
    return Answer(asdict(card), "\n".join(lines))


def _evaluation_set(options: argparse.Namespace) -> EvaluationSet:
    scheme = LABEL_SCHEMES[options.labels] if options.labels else None
    return EvaluationSet(options.dataset, options.split, scheme, options.exclude, options.only, options.prior)


def _leaderboard(options: argparse.Namespace) -> tuple[Leaderboard, dict[str, float]]:
    checkpoints = [load_checkpoint(name) for name in dict.fromkeys(options.checkpoints)]
    leaderboard = _evaluation_set(options).compare(checkpoints)
    return leaderboard, {c.name: milliseconds_per_face(c.open_classifier()) for c in checkpoints}


def _pair(leaderboard: Leaderboard, first: str, second: str) -> dict[str, Any]:
    pair, unseen = leaderboard.pair(first, second), leaderboard.unseen_pair(first, second)
    return {
        "first": first,
        "second": second,
        "difference": pair.difference,
        "difference_interval": pair.difference_interval(),
        "macro_f1_difference": pair.macro_f1_difference,
        "macro_f1_difference_interval": pair.macro_f1_interval(),
        "table": pair.table.tolist(),
        "p_value": mcnemar(*pair.discordant),
        "p_value_exact": mcnemar(*pair.discordant, exact=True),
        "p_value_adjusted": pair.p_value,
        "verdict": pair.verdict(),
        "unseen": {"n": len(unseen), "difference": unseen.difference, "p_value": unseen.p_value} if unseen else None,
    }
