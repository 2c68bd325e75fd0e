"""What can be taken away: a report, every prediction, the figures, the model card, the network and the lesson."""

import json
from functools import partial

from fer_core.checkpoints.export import lesson_notebook, pack_checkpoint
from fer_core.evaluation.robustness import is_measured, robustness_steps
from fer_core.recognition.recognize import to_csv
from fer_core.reports.evaluation import evaluation_report
from fer_core.reports.evaluation_data import figures_document, prediction_table
from fer_core.reports.model_card import model_card_markdown
from pages.parts.evaluation.evaluated import Evaluated
from pages.shared.charts import choose_figure_format
from pages.shared.downloads import offer_download


def show_export(shown: Evaluated) -> None:
    """Offer downloads and the format in which charts are saved."""
    card, stem = shown.checkpoint.card, f"{shown.checkpoint.name}-{shown.dataset.name}-{shown.split}-{shown.prior}"
    offer_download(
        "Report (HTML)",
        "Everything on this page as one file: it opens without a network and prints well. It holds no faces, which "
        "may not be passed on.",
        partial(_report, shown),
        f"{stem}-report.html",
        "text/html",
    )
    offer_download(
        "Every prediction (CSV)",
        "A row a face: its row in the files, its class, what it was called, all probabilities and the votes.",
        lambda: to_csv(prediction_table(shown.report, shown.faces)),
        f"{stem}-predictions.csv",
        "text/csv",
    )
    offer_download(
        "Figures (JSON)",
        "Accuracy, F1, the matrix and the rest with their intervals, for programs.",
        lambda: json.dumps(figures_document(shown.report), indent=2).encode(),
        f"{stem}-figures.json",
        "application/json",
    )
    offer_download(
        "Model card (Markdown)",
        "What it is, how it was made, how good it is and what it must not be used for.",
        lambda: model_card_markdown(card).encode(),
        f"{card.name}-card.md",
        "text/markdown",
    )
    offer_download(
        "The network (ZIP)",
        "Its files, with a short script that uses them anywhere, without this app.",
        partial(pack_checkpoint, shown.checkpoint),
        f"{card.name}.zip",
        "application/zip",
    )
    offer_download(
        "The lesson (notebook)",
        "Trains, evaluates and looks inside a network step by step, in Jupyter.",
        lesson_notebook,
        "lesson.ipynb",
        "application/x-ipynb+json",
    )
    choose_figure_format()


def _report(shown: Evaluated) -> bytes:
    checkpoint, faces = shown.checkpoint, shown.faces
    steps = (
        list(robustness_steps(checkpoint, faces, prior_adjustment=shown.prior))
        if is_measured(checkpoint, faces)
        else []
    )
    subject = f"{shown.dataset.name}, {shown.split} split, {shown.scheme.title}"
    return evaluation_report(checkpoint, shown.report, faces, subject=subject, robustness=steps).encode()
