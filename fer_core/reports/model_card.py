"""A checkpoint's card as Markdown, for a repository or a web page."""

from dataclasses import astuple

from fer_core.checkpoints.card import MeasuredFigures, ModelCard
from fer_core.reports.hub import model_head
from fer_core.reports.markdown import plain, table
from fer_core.storage.plaintext import interval_text, percent, setting_text


def model_card_markdown(card: ModelCard, *, with_head: bool = True) -> str:
    """Return a card in the sections of Mitchell et al. (2019), Model cards for model reporting; text is escaped.

    The head, which must be a file's beginning, is what the Hugging Face Hub reads.
    """
    sections = [
        model_head(card) if with_head else "",
        f"# {plain(card.name)}",
        _details(card),
        f"## Intended use and limits\n\n{plain(card.limits)}",
        _training(card),
        _figures(card.measured),
        _calibration(card),
        _files(card),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def _details(card: ModelCard) -> str:
    lines = [
        ("Origin", card.origin_in_words),
        ("Made on", card.created_at[:10]),
        ("Weights", f"{card.weights:,}"),
        ("Input", card.input),
        ("Classes, in order", ", ".join(card.class_names)),
    ]
    notes = [f"- {plain(note)}" for note in card.notes]
    return "\n\n".join(["## Model", table(("", ""), lines), *(["\n".join(notes)] if notes else [])])


def _training(card: ModelCard) -> str:
    if not card.is_trained:
        return f"## Training\n\n{card.origin_in_words.capitalize()}."
    counts = ", ".join(f"{count:,} {split}" for split, count in card.counts.items())
    lines = [
        ("Dataset", f"{card.dataset_title} ({counts})"),
        ("Dataset fingerprint", card.dataset_fingerprint),
        ("Labels", f"{card.scheme.title}, {card.label_file or 'FER2013'}"),
        ("Label file SHA-256", card.label_file_sha256 or "–"),
        ("Time", f"{card.seconds / 60:,.0f} min on {card.hardware}, {card.precision}"),
        *((key.replace("_", " "), setting_text(value)) for key, value in card.config.items()),
    ]
    if card.prior:
        shares = ", ".join(f"{n} {percent(p)}" for n, p in zip(card.class_names, card.prior, strict=True))
        lines.append(("Classes among the training faces", shares))
    scores = [
        (f"{name} epoch ({epoch})", *(percent(accuracy) for accuracy in accuracies))
        for name, (epoch, *accuracies) in (("best", astuple(card.best)), ("last", astuple(card.last)))
    ]
    tables = table(("", ""), lines), table(("Weights of", "Training", "Validation", "Test"), scores)
    return "\n\n".join(["## Training", *tables, f"```\n{card.command}\n```"])


def _figures(measured: MeasuredFigures) -> str:
    if not measured.n:
        return ""
    low, high = measured.accuracy_interval
    f1_low, f1_high = measured.macro_f1_interval
    matrix = [(n, *map(str, row)) for n, row in zip(measured.class_names, measured.confusion_matrix, strict=True)]
    lines = [
        ("Accuracy", f"{percent(measured.accuracy)} (95% CI {interval_text(low, high)})"),
        ("Macro F1", f"{measured.macro_f1:.3f} (95% CI {f1_low:.3f}–{f1_high:.3f})"),
        ("Balanced accuracy", percent(measured.balanced_accuracy)),
        ("Top-2 accuracy", percent(measured.top2_accuracy)),
        ("Calibration error (ECE)", f"{100 * measured.calibration_error:.1f} points"),
        *([("Accuracy as int8", percent(measured.int8_accuracy))] if measured.int8_accuracy else []),
    ]
    parts = [
        "## Figures",
        f"On the {measured.split} split of {plain(measured.dataset_title)} (n = {measured.n:,}), "
        f"labels: {plain(measured.labels_title)}.",
        table(("", ""), lines),
        "Confusion matrix; rows are true classes, columns predicted:",
        table(("", *measured.class_names), matrix),
    ]
    if measured.by_prior_adjustment:
        views = [
            (prior, percent(seen.accuracy), percent(seen.balanced_accuracy), f"{seen.macro_f1:.3f}")
            for prior, seen in measured.by_prior_adjustment.items()
        ]
        priors = table(("Class prior", "Accuracy", "Balanced accuracy", "Macro F1"), views)
        parts += ["By class prior (all other figures: training):", priors]
    if measured.robustness:
        rows = [(name, *(percent(a) for a in values)) for name, values in measured.robustness.items()]
        levels = table(("", *(f"level {level}" for level in range(1, 6))), rows)
        parts += ["Robustness: accuracy from mild to severe:", levels]
    return "\n\n".join(parts)


def _calibration(card: ModelCard) -> str:
    calibration = card.calibration
    if not calibration.fitted_on:
        return "## Calibration\n\nNot calibrated."
    return (
        f"## Calibration\n\nTemperature {calibration.temperature:.2f}, fitted on {plain(calibration.fitted_on)}: "
        f"calibration error (ECE) there {100 * calibration.error_before:.1f} → {100 * calibration.error_after:.1f} "
        "points. "
        f"Answers below {percent(calibration.not_sure_below, 0)} are shown as “not sure”."
    )


def _files(card: ModelCard) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in card.versions.items())
    hashes = table(("File", "SHA-256"), list(card.files.items()))
    return f"## Files\n\n{hashes}\n\nMade with {plain(versions)}."
