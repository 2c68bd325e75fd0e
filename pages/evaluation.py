"""Accuracy of a checkpoint with confidence intervals, its errors, and the pictures behind every figure."""

import streamlit as st

from fer_core.checkpoints.answers import has_answers
from fer_core.datasets.store import DEMO
from fer_core.evaluation.descriptions import describe_scope
from fer_core.evaluation.scoring import evaluation_scheme
from pages.parts.evaluation.about import about_checkpoint
from pages.parts.evaluation.calibration import show_calibration
from pages.parts.evaluation.classes import show_classes, show_figures
from pages.parts.evaluation.evaluated import Evaluated
from pages.parts.evaluation.export import show_export
from pages.parts.evaluation.matrix import show_matrix
from pages.parts.evaluation.robustness import show_robustness
from pages.parts.evaluation.subgroups import show_subgroups
from pages.shared import cached
from pages.shared.drawings import note_drawings
from pages.shared.messages import errors_shown, plain
from pages.shared.navigation import start_page
from pages.shared.pickers import (
    choose_checkpoint,
    choose_dataset,
    choose_faces,
    choose_labels,
    choose_left_out,
    choose_prior,
    choose_split,
    choose_view,
)
from pages.shared.projector import page_settings

_VIEWS = {
    "Confusions": show_matrix,
    "Classes": show_classes,
    "Calibration": show_calibration,
    "Subgroups": show_subgroups,
    "Robustness": show_robustness,
    "Export": show_export,
}
_OLD_VIEWS = {
    "Mix-ups": "Confusions",  # codespell:ignore
    "Sureness": "Calibration",  # codespell:ignore
    "Conditions": "Subgroups",
    "Take away": "Export",  # codespell:ignore
}


def _choose() -> Evaluated:
    settings = page_settings()
    checkpoint_column, dataset_column, labels_column = settings.columns([1.5, 2.4, 1.8])
    row = settings.container(horizontal=True, gap="medium")
    with checkpoint_column:
        checkpoint = choose_checkpoint()
    with dataset_column:
        dataset = choose_dataset([checkpoint])
    with errors_shown():
        records = cached.records(dataset)
    with labels_column:
        scheme = choose_labels(records, checkpoint)
    with row:
        split = choose_split()
        prior = choose_prior(checkpoint)
        only, leave_out = choose_faces(dataset), choose_left_out(dataset)
    with errors_shown():
        return Evaluated.of(checkpoint, dataset, scheme, split, prior=prior, leave_out=leave_out, only=only)


def _notes(shown: Evaluated) -> None:
    card = shown.checkpoint.card
    notes = [describe_scope(shown.report)]
    if shown.leave_out or shown.only:
        labeled = len(cached.labeled(cached.records(shown.dataset), shown.scheme, [shown.split]))
        subset = f" of “{plain(shown.only.name)}”" if shown.only else ""
        without = f" without “{plain(shown.leave_out.name)}”" if shown.leave_out else ""
        notes.append(f"Tested on {len(shown.labeled):,} of {labeled:,} labeled faces: those{subset}{without}.")
    if shown.dataset.is_drawn and has_answers(shown.checkpoint):
        note_drawings("evaluation")
    elif not card.is_trained:
        notes.append(f"“{plain(card.name)}” ({plain(card.origin_in_words)}) may have been trained on these faces.")
    elif card.dataset_fingerprint != shown.dataset.fingerprint:
        is_demo = card.dataset == DEMO
        source = "the drawn demo faces" if is_demo else plain(card.dataset_title)
        notes.append(f"“{plain(card.name)}” was trained on {source}: the figures show how well it transfers.")
    if shown.scheme != evaluation_scheme(card) and card.is_trained:
        notes.append(f"It was trained with other labels: {plain(card.scheme.title)}.")
    for note in filter(None, notes):
        st.info(note)


start_page("evaluation", "Measure a checkpoint's accuracy, see its confusions, and check its calibration.")
shown = _choose()
_notes(shown)
show_figures(shown)
view = choose_view(list(_VIEWS), "evaluation_view", old_name="view", old_views=_OLD_VIEWS)
with errors_shown():
    _VIEWS[view](shown)
about_checkpoint(shown.checkpoint)
