"""Break it: guess what one change does to a network, then see it happen."""

import streamlit as st

from fer_core.checkpoints.answers import has_answers
from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import AnsweredBy, PriorAdjustment
from fer_core.datasets.store import DatasetCard
from fer_core.evaluation.scoring import fitting_scheme
from fer_core.lessons.break_it.catalogue import EXPERIMENTS, find_experiment
from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.results import SideResult
from fer_core.lessons.break_it.trial import Trial
from pages.parts.break_it.view import show_sides, show_trial, show_verdict
from pages.shared import cached
from pages.shared.address import follow_address, write_choice
from pages.shared.drawings import link_ferplus_figures
from pages.shared.lesson_record import offer_lesson
from pages.shared.links import asked_number
from pages.shared.messages import errors_shown, plain
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_checkpoint, choose_dataset, choose_prior
from pages.shared.projector import page_settings

_EXPERIMENT = "break_it_experiment"


def _choose_experiment() -> Experiment:
    names = [experiment.name for experiment in EXPERIMENTS]
    titles = {experiment.name: experiment.title for experiment in EXPERIMENTS}
    follow_address("experiment", _EXPERIMENT, names, names[0])
    name = st.pills(
        "Experiment",
        names,
        format_func=lambda n: titles[n],
        key=_EXPERIMENT,
        default=names[0],
        required=True,
        persist_state="session",
        label_visibility="collapsed",
        on_change=write_choice,
        args=("experiment", _EXPERIMENT, names[0]),
    )
    return find_experiment(name or names[0])


def _seed() -> int:
    return asked_number("seed", below=100_000) or 0


def _guess_of(experiment: Experiment) -> int | None:
    """The visitor's guess, which the address keeps, or None before there is one."""
    name, _, choice = st.query_params.get("guess", "").partition("-")
    valid = name == experiment.name and choice in [str(i) for i in range(len(experiment.choices))]
    return int(choice) if valid else None


def _ask(experiment: Experiment, trial: Trial | None) -> None:
    """The question, before anything is shown."""
    with st.container(border=True):
        st.markdown(f"**{experiment.usual}** against **{experiment.changed}**")
        choice = st.radio(experiment.question, experiment.choices, index=None, key=f"break_it_guess_{experiment.name}")
        label = "Train both and see" if experiment.trains else "Try it and see"
        if st.button(label, type="primary", icon=":material/science:", disabled=choice is None, key="break_it_try"):
            if trial is not None:
                trial.start()
            st.query_params["guess"] = f"{experiment.name}-{experiment.choices.index(str(choice))}"
            st.rerun()
        if experiment.trains:
            st.caption(
                "Trains two small networks, in about a minute; everyone who starts this experiment watches the same "
                "runs. They leave no checkpoint."
            )


def _guess_again() -> None:
    del st.query_params["guess"]


def _other_seed() -> None:
    st.query_params["seed"] = str(_seed() + 1)
    del st.query_params["guess"]


def _choose_subject(experiment: Experiment) -> tuple[DatasetCard, tuple[Checkpoint, PriorAdjustment] | None]:
    """Choose the faces, in one row with what differs in training, or else with the network that is asked."""
    place = page_settings()
    if experiment.trains:
        first, rest = place.columns([1, 2], gap="medium", vertical_alignment="bottom")
        rest.caption(f"What differs: `{experiment.differences()}`. Everything else, the seed too, is the same.")
        with first:
            return choose_dataset(), None
    first, second, third = place.columns(3, gap="medium")
    with first:
        dataset = choose_dataset()
    with second:
        checkpoint = choose_checkpoint()
    with third:
        return dataset, (checkpoint, choose_prior(checkpoint))


def _read(
    dataset: DatasetCard, asked: tuple[Checkpoint, PriorAdjustment], experiment: Experiment
) -> tuple[SideResult, SideResult]:
    """Both sides of an experiment that trains nothing."""
    checkpoint, prior = asked
    records = cached.records(dataset)
    scheme = fitting_scheme(checkpoint.card, records)
    results = cached.misread(checkpoint, cached.labeled(records, scheme, ["test"]), experiment.mistake, prior)
    kind = "drawn test faces" if dataset.is_drawn else "test faces"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{plain(AnsweredBy(checkpoint.name, prior).in_words)}, on {results[0].matrix.sum():,} {kind}.")
        if dataset.is_drawn and has_answers(checkpoint):
            link_ferplus_figures()
    return results


def _offer_more(*, trains: bool) -> None:
    st.button("Guess again", icon=":material/replay:", on_click=_guess_again)
    if trains:
        st.button(
            "Another seed",
            icon=":material/casino:",
            on_click=_other_seed,
            help="Other initial weights and another order of the faces: is the result the same?",
        )
    offer_lesson()


start_page("break_it", "Change one thing, guess what it does, then see it happen.")
with page_settings() if "guess" in st.query_params else st.container():
    experiment = _choose_experiment()
dataset, asked = _choose_subject(experiment)
with errors_shown():
    trial = Trial.of(experiment, dataset, _seed()) if experiment.trains else None
    guess = _guess_of(experiment)
    if guess is None:
        _ask(experiment, trial)
        st.stop()
    results = trial.results() if trial else _read(dataset, asked, experiment) if asked else None
    said, shown = st.columns([4, 8] if experiment.exam else [3, 9], gap="small")
    with said:
        if results is None:
            st.markdown(f"{experiment.question}\n\nYour guess: **{experiment.choices[guess]}.**")
        else:
            show_verdict(experiment, results, guess)
    with shown:
        if trial is not None:
            show_trial(trial)
        elif results is not None:
            show_sides(experiment, results)
    if results is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            _offer_more(trains=experiment.trains)
