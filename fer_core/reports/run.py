"""A training run as one HTML file."""

from typing import get_args

import pandas as pd

from fer_core.labels import LABEL_SCHEMES
from fer_core.plots.confusion import confusion_table
from fer_core.plots.training import Quantity, learning_curve
from fer_core.reports.page import Section, chart, html_page, paragraph, table, tiles
from fer_core.storage.plaintext import percent, setting_text
from fer_core.training.runs.store import Run
from fer_core.training.runs.validation import read_views


def run_report(run: Run) -> str:
    """Return the curves and settings of a run with a complete epoch as HTML, without pictures."""
    config, metrics, views = run.config, run.metrics(), read_views(run.folder)
    best = run.best_of(metrics)
    figures = [
        ("Best validation accuracy", percent(best.val_accuracy)),
        ("After epoch", f"{best.epoch} of {len(metrics)}"),
        ("Last training accuracy", percent(metrics[-1].accuracy)),
        ("Time", f"{sum(m.seconds for m in metrics) / 60:,.1f} min"),
    ]
    drawn = {name: learning_curve(metrics, name, config.epochs, best.epoch) for name in get_args(Quantity)}
    curves = "".join(chart(name, figure) for name, figure in drawn.items())
    settings = {key.replace("_", " "): setting_text(value) for key, value in config.flat().items()}
    sections = [
        Section("", tiles(figures) + (paragraph(run.record.note) if run.record.note else "")),
        Section("Curves", curves),
        Section("Settings", table(pd.DataFrame({"value": settings}))),
    ]
    if views:
        mixed = confusion_table(views[-1].matrix, config.class_names)
        sections.insert(2, Section(f"The validation faces after epoch {views[-1].epoch}", mixed))
    lead = f"Trained on “{config.dataset}” ({LABEL_SCHEMES[config.scheme].title}). {run.status.message}"
    return html_page(f"{run.name}: a training run", lead, sections)
