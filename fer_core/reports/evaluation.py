"""Reports on one checkpoint and on several, each as one HTML file."""

from collections.abc import Sequence

import pandas as pd

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.datasets.dataset import FerDataset
from fer_core.datasets.subsets import Subset
from fer_core.evaluation.calibration import calibration_error, coverage_at, coverage_curve, reliability
from fer_core.evaluation.comparison import p_value_text
from fer_core.evaluation.descriptions import describe_cell, describe_false_alarms, describe_misses, describe_scope
from fer_core.evaluation.leaderboard import Leaderboard, settings_table
from fer_core.evaluation.report import EvaluationReport, class_curves
from fer_core.evaluation.robustness import PERTURBATIONS, RobustnessStep, robustness_table
from fer_core.evaluation.subgroups import accuracy_by_agreement, accuracy_by_bucket, brightness, contrast, random_tagger
from fer_core.plots.calibration import coverage_figure, reliability_figure
from fer_core.plots.classes import bucket_figure, class_figure, precision_recall_figure, robustness_figure, roc_figure
from fer_core.plots.comparison import class_difference_figure, speed_figure
from fer_core.plots.confusion import confusion_figure, matrix_difference_figure
from fer_core.plots.style import BLUE, series_colors
from fer_core.reports.page import Section, bullets, chart, html_page, paragraph, table, tiles
from fer_core.storage.plaintext import interval_text, percent, setting_text, setting_title


def evaluation_report(
    checkpoint: Checkpoint,
    report: EvaluationReport,
    dataset: FerDataset,
    *,
    subject: str,
    robustness: Sequence[RobustnessStep] = (),
) -> str:
    """Return what the Evaluation page shows as HTML, without pictures: FER2013's may not be passed on.

    The dataset has the images that were scored; the subject describes it, such as "ferplus, test split, FER+ majority".
    """
    sections = [
        _headline(report, dataset),
        _confusion(report, dataset),
        _classes(report),
        _confidence(checkpoint, report),
        _subgroups(report, dataset),
    ]
    if robustness:
        units = {perturbation.name: perturbation.unit for perturbation in PERTURBATIONS}
        figure = robustness_figure(robustness_table(robustness), units)
        sections.append(Section("Robustness", chart("robustness", figure)))
    sections.append(_about(checkpoint))
    return html_page(
        f"{checkpoint.name}: evaluation",
        f"Evaluated on {subject}, class prior: {report.answered_by.prior}.",
        sections,
    )


def comparison_report(leaderboard: Leaderboard, milliseconds: dict[str, float], subsets: Sequence[Subset] = ()) -> str:
    """Return what the Comparison page shows as HTML, given each checkpoint's time per face and the saved subsets."""
    best, second = leaderboard.entries[:2]
    pair = leaderboard.pair(second.name, best.name)
    names = [entry.name for entry in leaderboard.entries]
    colors = series_colors(names)
    curves = {e.name: coverage_curve(e.report.confidence, e.report.is_right) for e in leaderboard.entries}
    board = table(leaderboard_texts(leaderboard, milliseconds))
    board += chart("speed", speed_figure(leaderboard.table(), milliseconds, colors))
    verdict = paragraph(pair.verdict(), "verdict")
    matrices = {e.name: confusion_figure(e.report, cells="row shares") for e in leaderboard.entries}
    sections = [
        Section("", verdict + bullets(leaderboard.caveats())),
        Section("Leaderboard", board),
        Section("Confidence", chart("coverage", coverage_figure(curves, colors))),
        *([Section("Saved subsets", table(subset_texts(leaderboard.on_subsets(subsets))))] if subsets else []),
        *(_pair_section(leaderboard, other, best.name) for other in names[1:]),
        *(Section(f"Confusion matrix: {name}", chart(f"matrix-{name}", matrices[name])) for name in names),
        Section("Differences of settings", table(settings_table([e.checkpoint for e in leaderboard.entries]))),
    ]
    lead = (
        f"{len(names)} checkpoints on the same {len(leaderboard.test):,} faces: {leaderboard.dataset_name}, "
        f"{leaderboard.split} split, {leaderboard.scheme.title}."
    )
    return html_page(" · ".join(names), lead, sections)


def leaderboard_texts(leaderboard: Leaderboard, milliseconds: dict[str, float]) -> pd.DataFrame:
    """Return the leaderboard as texts, given each checkpoint's time per face."""
    lines = leaderboard.table().to_dict("records")
    return pd.DataFrame(
        {
            "accuracy": [percent(x["accuracy"]) for x in lines],
            "95% CI": [interval_text(x["low"], x["high"]) for x in lines],
            "macro F1": [f"{x['macro_f1']:.3f}" for x in lines],
            "p vs. best": ["–", *(p_value_text(x["p_value"]) for x in lines[1:])],
            "ECE": [f"{100 * x['ece']:.1f} points" for x in lines],
            "weights": [f"{x['weights']:,}" for x in lines],
            "file": [f"{x['megabytes']:.1f} MB" for x in lines],
            "per face": [f"{milliseconds[x['checkpoint']]:.2f} ms" for x in lines],
            "training": [f"{x['training_seconds'] / 60:,.0f} min" if x["training_seconds"] else "–" for x in lines],
        },
        index=[x["checkpoint"] for x in lines],
    )


def subset_texts(subsets: pd.DataFrame) -> pd.DataFrame:
    """Return what :meth:`Leaderboard.on_subsets` returns as texts."""
    lines = subsets.to_dict("records")
    return pd.DataFrame(
        {
            "faces": [f"{x['n']:,}" for x in lines],
            "checkpoint": [f"{x['checkpoint']} {percent(x['accuracy'])}" for x in lines],
            "best overall": [f"{x['best']} {percent(x['best_accuracy'])}" for x in lines],
            "difference": [f"{100 * x['difference']:+.1f} points" for x in lines],
            "p (Holm)": [p_value_text(x["p_value"]) for x in lines],
            "significant": ["yes" if x["is_significant"] else "no" for x in lines],
        },
        index=[x["subset"] for x in lines],
    )


def _headline(report: EvaluationReport, dataset: FerDataset) -> Section:
    name, share = report.commonest_class
    figures = [
        ("Accuracy", percent(report.accuracy)),
        ("Macro F1", f"{report.macro_f1:.3f}"),
        ("Balanced accuracy", percent(report.balanced_accuracy)),
        ("Top-2 accuracy", percent(report.top_k_accuracy(2))),
        ("Pictures", f"{len(report):,}"),
    ]
    sentences = [
        f"95% CI of the accuracy: {interval_text(*report.accuracy_interval())}.",
        f"Always answering “{name}”: {percent(share)}.",
    ]
    if len(dataset.votes):
        tagger = percent(random_tagger(dataset))
        sentences.append(f"One random voter of the ten agrees with the label in {tagger} of cases.")
    return Section("", tiles(figures) + bullets([*sentences, *filter(None, [describe_scope(report)])]))


def _confusion(report: EvaluationReport, dataset: FerDataset) -> Section:
    mistake = describe_cell(report, *report.commonest_mistake(), dataset)
    words = [f"{describe_misses(report, name)} {describe_false_alarms(report, name)}" for name in report.class_names]
    figures = chart("confusion-counts", confusion_figure(report))
    figures += chart("confusion-shares", confusion_figure(report, cells="row shares"))
    return Section("Confusion matrix", paragraph(f"{mistake}.") + figures + bullets(words))


def _classes(report: EvaluationReport) -> Section:
    scores, intervals, texts = report.per_class(), report.class_intervals(), {}
    for name in ("precision", "recall", "f1"):
        ends = intervals[f"{name}_low"], intervals[f"{name}_high"]
        values = zip(scores[name], *ends, strict=True)
        texts[name] = [f"{percent(v)} ({interval_text(low, high)})" for v, low, high in values]
    texts["pictures"] = [f"{n:,}" for n in scores["support"]]
    body = chart("classes", class_figure(scores, intervals)) + table(pd.DataFrame(texts, index=scores.index))
    if curves := class_curves(report):
        body += chart("roc", roc_figure(curves, report.class_names))
        body += chart("precision-recall", precision_recall_figure(curves, report.class_names))
    return Section("Classes with 95% CI", body)


def _confidence(checkpoint: Checkpoint, report: EvaluationReport) -> Section:
    calibration = checkpoint.card.calibration
    error = 100 * calibration_error(report.probabilities, report.y_true)
    words = f"Calibration error (ECE): {error:.1f} points. "
    fitted = f"Temperature {calibration.temperature:.2f}, fitted on {calibration.fitted_on}."
    words += fitted if calibration.fitted_on else "Not calibrated."
    at = coverage_at(report.confidence, report.is_right, calibration.not_sure_below)
    curve = coverage_curve(report.confidence, report.is_right)
    table = reliability(report.confidence, report.is_right)
    body = paragraph(words) + chart("reliability", reliability_figure({"uncalibrated": table}, {"uncalibrated": BLUE}))
    body += chart("coverage", coverage_figure({"answers": curve}, {"answers": BLUE}, at))
    return Section("Confidence", body)


def _subgroups(report: EvaluationReport, dataset: FerDataset) -> Section:
    charts = []
    if len(dataset.votes):
        by_votes = accuracy_by_agreement(report, dataset)
        charts.append(("agreement", by_votes, "By agreement", "votes for the label"))
    if dataset.has_pictures:
        light = accuracy_by_bucket(report, brightness(dataset.images))
        charts.append(("brightness", light, "By brightness", "mean gray value, in fifths"))
        spread = accuracy_by_bucket(report, contrast(dataset.images))
        charts.append(("contrast", spread, "By contrast", "spread of the gray values, in fifths"))
    made = [chart(name, bucket_figure(t, heading, what, overall=report.accuracy)) for name, t, heading, what in charts]
    return Section("Subgroups", "".join(made))


def _about(checkpoint: Checkpoint) -> Section:
    card = checkpoint.card
    lines = {
        "origin": card.origin_in_words,
        "made on": card.created_at[:10],
        "weights": f"{card.weights:,}",
        "dataset": card.dataset_title if card.dataset else "unknown",
        **{setting_title(key): setting_text(value) for key, value in card.settings.items()},
        "network's SHA-256": card.files.get("model.tflite", ""),
    }
    return Section("The checkpoint", table(pd.DataFrame({"value": lines})) + paragraph(card.limits))


def _pair_section(leaderboard: Leaderboard, other: str, best: str) -> Section:
    pair = leaderboard.pair(other, best)
    (both, only_first), (only_second, neither) = pair.table.tolist()
    words = (
        f"Of {len(pair):,} faces, both classify {both:,} correctly and {neither:,} wrongly; only {other} "
        f"{only_first:,}, only {best} {only_second:,}."
    )
    figures = chart(f"classes-{best}-{other}", class_difference_figure(pair))
    figures += chart(f"difference-{best}-{other}", matrix_difference_figure(pair))
    verdict = paragraph(pair.verdict(), "verdict")
    return Section(f"{best} against {other}", verdict + paragraph(words) + figures)
