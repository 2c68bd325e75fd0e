"""The choices that several pages offer, remembered between pages and kept in the address."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar, get_args

import streamlit as st

from fer_core.checkpoints.answers import has_answers
from fer_core.checkpoints.checkpoint import Checkpoint, damaged_checkpoints, list_checkpoints
from fer_core.checkpoints.priors import DEFAULT_PRIOR, PriorAdjustment
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.shipped import is_ferplus
from fer_core.datasets.store import DEMO, DatasetCard, dataset_card, is_built_in, list_datasets, list_labeled
from fer_core.datasets.subsets import Subset, list_subsets
from fer_core.datasets.titles import FERPLUS, IMPORTED_FERPLUS
from fer_core.evaluation.descriptions import describe_answers
from fer_core.evaluation.leaderboard import ALL_FACES
from fer_core.evaluation.scoring import fitting_scheme
from fer_core.labels import LabelScheme
from pages.shared.address import carried, follow_address, write_choice
from pages.shared.links import show_link
from pages.shared.messages import errors_shown, plain, show_damages
from pages.shared.streamlit_internals import release_bound_parameters

_Value = TypeVar("_Value")
PRIOR = "prior"
"""Key of the class prior, in the session and in the address."""


def choose_dataset(answered_by: Sequence[Checkpoint] | None = None) -> DatasetCard:
    """A select box of the datasets: FER+, the demo, which is stored once somebody chooses it, and imported ones.

    Where checkpoints are given, and all of them have stored answers, FER+ is offered without its pictures too.
    """
    is_answered = answered_by is not None and all(map(has_answers, answered_by))
    return _offer_datasets("dataset", list_labeled() if is_answered else list_datasets())


def choose_voted_dataset() -> DatasetCard:
    """The same for datasets with votes, at first the one chosen on another page if it has votes."""
    voted = [card for card in list_datasets() if card.votes_file]
    if st.session_state.get("dataset") in [card.name for card in voted]:
        st.session_state.setdefault("voted_dataset", st.session_state["dataset"])
    return _offer_datasets("voted_dataset", voted)


def _offer_datasets(key: str, cards: Sequence[DatasetCard]) -> DatasetCard:
    imported = {card.name: card.title for card in cards if not is_built_in(card)}
    ferplus = {card.name: card.title for card in cards if is_ferplus(card)}
    first = {DEMO: DEMO} if any(card.is_drawn for card in cards) else {}  # nobody begins with what has to be stored
    titles = ferplus | first | imported | {DEMO: DEMO}
    explanation = "“demo” is drawn by this app. Import FER2013 and FER+ on Dataset for photographs."
    chosen = _choose(
        "Dataset",
        "dataset",
        {name: name for name in titles},
        explanation,
        lambda name: titles[name],
        key=key,
        other_names={other: name for other in (FERPLUS, IMPORTED_FERPLUS) for name in ferplus},
    )
    with errors_shown():
        return dataset_card(chosen)


def choose_scheme(schemes: Sequence[LabelScheme]) -> LabelScheme:
    """A select box of the label schemes a dataset can serve."""
    by_name = {scheme.name: scheme for scheme in schemes}
    explanation = "Rule from ten votes to one label."
    return _choose("Labels", "scheme", by_name, explanation, lambda name: by_name[name].title)


def choose_left_out(dataset: DatasetCard) -> Subset | None:
    """A select box of a dataset's saved subsets to leave out, or None; nothing is drawn while there is none."""
    return _choose_subset("Exclude", "exclude", "no faces", dataset, "A saved subset, such as test copies in training.")


def choose_faces(dataset: DatasetCard) -> Subset | None:
    """A select box of a dataset's saved subsets to test on alone, or None; nothing is drawn while there is none."""
    return _choose_subset(
        "Faces", "only", ALL_FACES, dataset, "A saved subset to test on. Save some on Evaluation, Subgroups."
    )


def subset_options() -> str:
    """The command line's options for the subsets that this session has chosen on Evaluation and Comparison."""
    return "".join(f" --{name} {value}" for name, value in carried(("only", "exclude")).items())


def _choose_subset(label: str, parameter: str, none: str, dataset: DatasetCard, explanation: str) -> Subset | None:
    known = {each.name: each for each in list_subsets(dataset)}
    # No subset can have a name with a blank, so none is called as the first choice.
    return _choose(label, parameter, {none: None, **known}, explanation) if known else None


def choose_labels(records: FaceRecords, checkpoint: Checkpoint) -> LabelScheme:
    """A select box of what may label a dataset's images in a test, at first what the checkpoint was trained with."""
    by_name = {scheme.name: scheme for scheme in records.schemes if scheme.rule != "distribution"}
    first = fitting_scheme(checkpoint.card, records).name
    key = f"labels of {checkpoint.name}"  # each checkpoint has a choice of its own
    follow_address("labels", key, list(by_name), first, titles={each.title: each.name for each in by_name.values()})
    name = st.selectbox(
        "Labels",
        list(by_name),
        index=list(by_name).index(first),
        format_func=lambda n: by_name[n].title,
        key=key,
        persist_state="session",
        on_change=write_choice,
        args=("labels", key, first),
        help="The true classes. Classes unknown to the checkpoint are left out.",
    )
    return by_name[name]


def choose_split() -> str:
    """Buttons of the splits on which a checkpoint can be tested."""
    splits = ["test", "validation"]
    follow_address("eval_split", "eval_split", splits, splits[0])
    return str(
        st.segmented_control(
            "Split",
            splits,
            default=splits[0],
            required=True,
            key="eval_split",
            persist_state="session",
            on_change=write_choice,
            args=("eval_split", "eval_split", splits[0]),
            help="Validation selected the epoch, so it is slightly optimistic. Test was held out.",
        )
    )


def choose_checkpoint() -> Checkpoint:
    """A select box of the checkpoints; without any, the page ends with the way to one."""
    chosen = offer_checkpoint()
    if chosen is None:
        st.info("No checkpoint yet. Train one: minutes on the drawn demo faces.")
        show_link("Train a checkpoint", "training")
        st.stop()
    return chosen


def offer_checkpoint() -> Checkpoint | None:
    """A select box of the checkpoints, or None when there is none at all; damaged ones are said below it."""
    checkpoints, chosen = {c.name: c for c in list_checkpoints()}, None
    if checkpoints:
        explanation = "A trained network. New runs appear when they end."
        chosen = _choose("Checkpoint", "checkpoint", checkpoints, explanation)
    show_damages(damaged_checkpoints())
    return chosen


def choose_recognition() -> tuple[Checkpoint, PriorAdjustment]:
    """A select box of the checkpoints beside the class prior, and who answers below; without any, the page ends."""
    left, right = st.columns(2, gap="medium")
    with left:
        checkpoint = choose_checkpoint()
    with right:
        prior = choose_prior(checkpoint)
    say_who_answers(checkpoint, prior)
    return checkpoint, prior


def say_who_answers(checkpoint: Checkpoint, prior: PriorAdjustment) -> None:
    """Name the checkpoint, the class prior, and how often they are wrong together."""
    st.caption(plain(describe_answers(checkpoint.card, prior)))


def choose_view(
    views: Sequence[str],
    key: str,
    *,
    label: str = "View",
    old_name: str = "",
    old_views: Mapping[str, str] = MappingProxyType({}),
    on_change: Callable[[], None] | None = None,
) -> str:
    """Show buttons that choose one of several views, the first by default, and return the choice.

    Each choice is an entry of the browser's history. Old addresses may use ``old_name``, and the keys of ``old_views``
    for what these views are called now.
    """
    follow_address(key, key, views, views[0], old_name=old_name, titles=old_views)

    def choose() -> None:
        release_bound_parameters()
        write_choice(key, key, views[0])
        if on_change:
            on_change()

    return str(
        st.segmented_control(
            label,
            views,
            default=views[0],
            key=key,
            required=True,
            label_visibility="collapsed",
            wrap=True,
            on_change=choose,
        )
    )


def choose_prior(*checkpoints: Checkpoint) -> PriorAdjustment:
    """Buttons of the class priors, one choice for all pages; none where no checkpoint's training shares are known."""
    if not any(checkpoint.card.prior for checkpoint in checkpoints):
        return "training"
    follow_address(PRIOR, PRIOR, get_args(PriorAdjustment), DEFAULT_PRIOR)
    chosen: PriorAdjustment = st.segmented_control(
        "Class prior",
        get_args(PriorAdjustment),
        default=DEFAULT_PRIOR,
        required=True,
        key=PRIOR,
        persist_state="session",
        on_change=write_choice,
        args=(PRIOR, PRIOR, DEFAULT_PRIOR),
        help="Assumed class frequencies, on every page. Uniform finds more rare classes than training; "
        "halfway lies between, at little cost.",
    )
    return chosen


def carried_prior() -> PriorAdjustment:
    """The class prior chosen on some page of this session."""
    chosen: PriorAdjustment = st.session_state.get(PRIOR) or DEFAULT_PRIOR
    return chosen


def _choose(
    label: str,
    parameter: str,
    values: Mapping[str, _Value],
    explanation: str,
    title: Callable[[str], str] = str,
    *,
    key: str = "",
    other_names: Mapping[str, str] = MappingProxyType({}),
) -> _Value:
    """A select box of values by name, which the address keeps; its key is the parameter's unless one is given.

    The address may name a value by its title or by one of its other names, too.
    """
    key, first = key or parameter, next(iter(values))
    titles = {other: name for other, name in other_names.items() if other not in values}
    follow_address(parameter, key, list(values), first, titles=titles | {title(name): name for name in values})
    name = st.selectbox(
        label,
        list(values),
        format_func=title,
        key=key,
        persist_state="session",
        on_change=write_choice,
        args=(parameter, key, first),
        help=explanation,
    )
    return values[name]
