"""Two sides of an experiment beside each other, and the guess beside what happened."""

import streamlit as st

from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.results import SideResult, figures, result_of
from fer_core.lessons.break_it.trial import Trial, is_over
from fer_core.plots.classes import groups_figure
from fer_core.plots.confusion import confusion_table
from fer_core.plots.training import learning_curve
from fer_core.reports.lesson import Tried
from fer_core.training.runs.lifecycle import stop_run
from fer_core.training.runs.run_queue import position_text, runs_before
from fer_core.training.runs.store import Run
from pages.shared.charts import drawn, show_fixed_chart
from pages.shared.lesson_record import record_experiment
from pages.shared.messages import plain
from pages.shared.pickers import choose_view
from pages.shared.states import state_badge
from pages.shared.words import explained

CURVES, MATRIX, GROUPS = "Curves", "Confusion matrix", "Groups"


def show_trial(trial: Trial) -> None:
    """Shows both runs as they stand, anew every second while they are under way.

    Raises:
        TrainingError: A run that was interrupted cannot be gone on with.
    """
    over = trial.results() is not None

    @st.fragment(run_every=None if over else 1.0)
    def follow() -> None:
        _show_runs(trial)
        if not over and trial.results() is not None:
            st.rerun()  # once: the verdict above is due

    follow()


def _show_runs(trial: Trial) -> None:
    runs = {run.name: run for run in trial.runs()}
    view = choose_view(_views(trial.experiment), f"break_it_view_{trial.experiment.name}")
    titles = trial.experiment.usual, trial.experiment.changed
    results = trial.results()
    if view == GROUPS and results:
        _show_groups(dict(zip(titles, results, strict=True)))
        return
    waiting = False
    for column, name, title in zip(st.columns(2, gap="small"), trial.names, titles, strict=True):
        with column:
            run = runs.get(name)
            st.markdown(f"##### {title}")
            if run is None:
                st.caption("Not started.")
                waiting = True
                continue
            if run.status.state != "finished":
                _progress(run)
            _show_side(result_of(run), run.config.epochs, name, view)
            waiting = waiting or not (run.status.is_active or is_over(run))
    if waiting and st.button(
        "Resume", icon=":material/play_arrow:", key="break_it_go_on", help="A run was interrupted."
    ):
        trial.start()
        st.rerun()
    active = [run for run in runs.values() if run.status.is_active]
    if active and st.button("Stop both", icon=":material/stop_circle:", key="break_it_stop_both"):
        for run in active:
            stop_run(run)


def _views(experiment: Experiment) -> tuple[str, ...]:
    if experiment.exam:
        return GROUPS, CURVES, MATRIX
    return (MATRIX, CURVES) if experiment.is_about_classes else (CURVES, MATRIX)


def _show_groups(sides: dict[str, SideResult]) -> None:
    """Both sides' accuracy on validation faces and on each group they were asked about at their end."""
    counts = {
        title: tuple((group.name, group.hits, group.n) for group in (side.validation, *side.groups))
        for title, side in sides.items()
    }
    alt = "Accuracy of both sides with 95% intervals: " + ", ".join(name for name, _, _ in next(iter(counts.values())))
    show_fixed_chart("break_it_groups", f"{alt}.", drawn(groups_figure, counts))


def _progress(run: Run) -> None:
    status = run.status
    before = runs_before(run) if status.state == "queued" else ()
    words = position_text(len(before)) if before else status.message
    st.markdown(f"{state_badge(status.state)} {plain(words)}")
    if status.is_active:
        st.progress(min((status.epoch + status.progress) / max(status.epochs, 1), 1.0))


def show_sides(experiment: Experiment, results: tuple[SideResult, SideResult]) -> None:
    """Both sides of an experiment that trained nothing."""
    titles = experiment.usual, experiment.changed
    for column, result, title in zip(st.columns(2, gap="small"), results, titles, strict=True):
        with column:
            st.markdown(f"##### {title}")
            _show_side(result, 0, title, MATRIX)


def _show_side(result: SideResult, epochs: int, key: str, view: str) -> None:
    if not (result.matrix.any() or result.broke_down):
        st.caption("Curve and matrix appear after the first epoch.")
        return
    st.markdown(" · ".join(f"{label} **{value}**" for label, value, _ in figures(result)))
    if result.curve and view != MATRIX:
        alt = f"Accuracy of training and validation over {len(result.curve)} epochs."
        show_fixed_chart(f"break_it_curve_{key}", alt, drawn(learning_curve, result.curve, "accuracy", epochs))
    elif result.matrix.any():
        st.html(confusion_table(result.matrix.tolist(), result.class_names))


def show_verdict(experiment: Experiment, results: tuple[SideResult, SideResult], guess: int) -> None:
    """The guess beside what happened, and why."""
    record_experiment(Tried(experiment, results, guess))
    happened = experiment.happened(*results)
    what = f"**{experiment.choices[happened]}.**"
    if guess == happened:
        st.success(f"As you guessed: {what}", icon=":material/check_circle:")
    else:
        st.info(what, icon=":material/lightbulb:")
        st.caption(f"You guessed: {experiment.choices[guess]}.")
    st.markdown(f"**Why.** {explained(' '.join(experiment.explain(*results)))}")
