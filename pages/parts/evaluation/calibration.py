"""Whether a checkpoint's confidence is honest, and what "not sure" costs and brings."""

from dataclasses import replace

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint, update_card
from fer_core.datasets.store import DatasetCard, list_datasets
from fer_core.evaluation.calibration import calibration_error, coverage_at, coverage_curve, reliability
from fer_core.evaluation.complete_card import complete_card
from fer_core.plots.calibration import confidence_figure, coverage_figure, reliability_figure
from fer_core.plots.style import BLUE
from fer_core.storage.plaintext import percent
from pages.parts.evaluation.evaluated import Evaluated, metric
from pages.shared import cached
from pages.shared.charts import drawn, show_chart
from pages.shared.messages import errors_shown, plain
from pages.shared.projector import part_settings


def show_calibration(shown: Evaluated) -> None:
    """Show the reliability diagram, the calibration, and the coverage–accuracy curve with a threshold to try."""
    report, calibration = shown.report, shown.checkpoint.card.calibration
    _calibration(shown)
    left, right = st.columns(2, gap="medium")
    with left:
        raw, table = shown.raw_report(), reliability(report.confidence, report.is_right)
        is_calibrated = calibration.temperature != 1
        name = "calibrated" if is_calibrated else "uncalibrated"
        before = reliability(raw.confidence, raw.is_right) if is_calibrated else None
        alt = "Reliability diagram: accuracy by confidence."
        figure = drawn(reliability_figure, {name: table}, {name: BLUE}, before=before)
        show_chart("evaluation_reliability", alt, figure)
        figure = drawn(confidence_figure, reliability(report.confidence, report.is_right, bins=20))
        show_chart("evaluation_confidence", "Number of answers by confidence.", figure)
    with right:
        _not_sure(shown)


def _calibration(shown: Evaluated) -> None:
    calibration = shown.checkpoint.card.calibration
    after, before = (calibration_error(r.probabilities, r.y_true) for r in (shown.report, shown.raw_report()))
    with st.container(horizontal=True):
        expected = "Expected calibration error: mean gap between confidence and accuracy, in 15 bins."
        metric("Calibration error (ECE)", f"{100 * after:.1f} points", help=expected)
        if calibration.fitted_on:
            metric("Uncalibrated", f"{100 * before:.1f} points", help="The same before temperature scaling.")
            explained = "Divides the logits. Above 1, the network was overconfident."
            metric("Temperature", f"{calibration.temperature:.2f}", help=explained)
    if calibration.fitted_on:
        st.caption(f"Temperature fitted on {plain(calibration.fitted_on)} and used on every page.")
    elif shown.checkpoint.is_own:
        _offer_calibration(shown.checkpoint, shown.dataset)


def _offer_calibration(checkpoint: Checkpoint, shown: DatasetCard) -> None:
    own = next((c for c in list_datasets() if c.fingerprint == checkpoint.card.dataset_fingerprint), None)
    data = own or (shown if shown.has_pictures and not shown.is_drawn else None)
    st.info("This checkpoint is not calibrated; it may be overconfident.")
    if data is None:
        st.caption("Import a labeled dataset to calibrate it on validation faces.")
    elif st.button(f"Calibrate on “{plain(data.name)}”", icon=":material/tune:"):
        with errors_shown(), st.spinner("Classifying validation and test faces …"):
            complete_card(checkpoint, cached.records(data), data.name)
            st.rerun()


@st.fragment
def _not_sure(shown: Evaluated) -> None:
    report, calibration = shown.report, shown.checkpoint.card.calibration
    own = round(100 * calibration.not_sure_below) or 50
    chart = st.container()
    explained = "Preview only: Photos, Webcam and Videos use the card’s threshold."
    key = f"evaluation_not_sure_{shown.checkpoint.name}"
    threshold = part_settings().slider("Not-sure threshold", 0, 99, own, format="%d%%", key=key, help=explained) / 100
    curve = coverage_curve(report.confidence, report.is_right)
    at = coverage_at(report.confidence, report.is_right, threshold)
    alt = "Accuracy by share of faces answered."
    with chart:
        show_chart("evaluation_coverage", alt, drawn(coverage_figure, {"answers": curve}, {"answers": BLUE}, at))
    if at.coverage in (0.0, 1.0):
        every = "Every face gets an answer" if at.coverage else "No face gets an answer"
        st.markdown(f"{every}; {percent(report.accuracy)} of the answers are right.")
    else:
        st.markdown(
            f"It answers **{percent(at.coverage)}** of the faces with **{percent(at.accuracy)}** "
            f"accuracy. Of the withheld answers, {percent(at.withheld_accuracy)} are right."
        )
    _offer_threshold(shown, threshold)


def _offer_threshold(shown: Evaluated, threshold: float) -> None:
    calibration = shown.checkpoint.card.calibration
    in_use = percent(calibration.not_sure_below, 0) if calibration.not_sure_below else "none"
    st.caption(f"In use: {in_use}. At 50%, a calibrated network withholds answers more likely wrong than right.")
    if not shown.checkpoint.is_own:
        st.caption("A shipped checkpoint’s threshold is fixed; your own can be changed.")
    elif shown.split != "validation":
        st.caption("Set another threshold on the validation split; test is held out.")
    elif st.button(f"Use {percent(threshold, 0)}", disabled=threshold == calibration.not_sure_below):
        with errors_shown():
            card = shown.checkpoint.card
            update_card(shown.checkpoint, replace(card, calibration=replace(calibration, not_sure_below=threshold)))
        st.rerun()
