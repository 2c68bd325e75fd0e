"""What can be taken away: a report, every prediction, the figures, the model card, the network and the lesson."""

import json
from functools import partial

from fer_core.checkpoints.checkpoint import Checkpoint
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
    _offer_figures(shown)
    _offer_network(shown.checkpoint)
    offer_download(
        "The lesson (notebook)",
        "Trains, evaluates and explains a network in Jupyter.",
        lesson_notebook,
        "lesson.ipynb",
        "application/x-ipynb+json",
    )
    choose_figure_format()


def _offer_figures(shown: Evaluated) -> None:
    stem = f"{shown.checkpoint.name}-{shown.dataset.name}-{shown.split}-{shown.prior}"
    offer_download(
        "Report (HTML)",
        "Everything on this page in one offline file, without faces.",
        partial(_report, shown),
        f"{stem}-report.html",
        "text/html",
    )
    offer_download(
        "Every prediction (CSV)",
        "One row per face: file row, class, answer, probabilities and votes.",
        lambda: to_csv(prediction_table(shown.report, shown.faces)),
        f"{stem}-predictions.csv",
        "text/csv",
    )
    offer_download(
        "Figures (JSON)",
        "All figures with their intervals.",
        lambda: json.dumps(figures_document(shown.report), indent=2).encode(),
        f"{stem}-figures.json",
        "application/json",
    )


def _offer_network(checkpoint: Checkpoint) -> None:
    offer_download(
        "Model card (Markdown)",
        "Origin, training, figures and limits.",
        lambda: model_card_markdown(checkpoint.card).encode(),
        f"{checkpoint.name}-card.md",
        "text/markdown",
    )
    offer_download(
        "The network (ZIP)",
        "As ONNX, Keras and LiteRT (float32 and int8), with a short script for each that needs no FER Lab. The first "
        "download takes half a minute.",
        partial(pack_checkpoint, checkpoint),
        f"{checkpoint.name}.zip",
        "application/zip",
    )


def _report(shown: Evaluated) -> bytes:
    checkpoint, faces = shown.checkpoint, shown.faces
    steps = (
        list(robustness_steps(checkpoint, faces, prior_adjustment=shown.prior))
        if is_measured(checkpoint, faces)
        else []
    )
    subject = f"{shown.dataset.name}, {shown.split} split, {shown.scheme.title}"
    return evaluation_report(checkpoint, shown.report, faces, subject=subject, robustness=steps).encode()
