"""What FER Lab does, shown on a picture; three ways in, the paper's process, and what is stored."""

from collections.abc import Iterator

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.checkpoints.checkpoint import Checkpoint, damaged_checkpoints, list_checkpoints
from fer_core.datasets.store import damaged_datasets, is_built_in, list_datasets, list_labeled
from fer_core.errors import FerError
from fer_core.evaluation.descriptions import describe_answers
from fer_core.plots.prediction import face_cards
from fer_core.storage.plaintext import percent
from fer_core.training.runs.store import list_runs
from pages.shared import cached
from pages.shared.lesson_bar import start_lesson
from pages.shared.links import MENU, PAGES, open_page, show_link
from pages.shared.look_inside import offer_look_inside
from pages.shared.messages import errors_shown, plain, show_damages
from pages.shared.navigation import start_page
from pages.shared.next_step import next_step
from pages.shared.notice import are_samples_drawn_only
from pages.shared.paper_steps import show_process
from pages.shared.pickers import carried_prior

_SAMPLE = "overview_sample"
_HEIGHT = 300  # of the sample picture, in pixels
_LISTED = 2  # faces that fit beside the picture
_WAYS = {
    "Try it": "Find every face in photos, videos or your webcam, with its apparent expression.",
    "Learn": "Guess against ten people, break a network, look inside one; alone or with a class.",
    "Lab": "Train networks, find their errors, and compare them on FER+.",
}


def main() -> None:
    start_page(
        "overview",
        "Recognize facial expressions, find a network's errors, and train your own, all on this computer.",
    )
    checkpoints = list_checkpoints()
    strip = show_sample(checkpoints[0]) if checkpoints else show_no_checkpoint()
    show_next_step()
    show_ways()
    st.subheader("How it works", anchor="process")
    show_process()
    show_stored(checkpoints)
    show_damages((*damaged_datasets(), *damaged_checkpoints()))
    st.info(
        "**An expression is not a feeling.** A network names what a face looks like to others; even ten "
        "people often disagree.",
        icon=":material/psychology_alt:",
    )
    with strip, errors_shown(stop=False):
        show_strip()  # last, because its pictures may have to be drawn first


def show_no_checkpoint() -> DeltaGenerator:
    with st.container(border=True):
        st.markdown("**No trained network yet.** On the drawn demo faces it takes a minute or two.")
        show_link("Train one", "training", arrow=True)
    return st.container()


def show_sample(checkpoint: Checkpoint) -> DeltaGenerator:
    """Show a picture with what a checkpoint says of its faces; return where the other pictures go."""
    drawn_only = are_samples_drawn_only()
    title = st.session_state.get(_SAMPLE) or cached.first_sample(drawn_only=drawn_only)
    with errors_shown(stop=False):
        photo = cached.sample_photo(title, checkpoint, carried_prior())
        left, right = st.columns([2, 3], gap="medium")
        width, height = photo.size
        left.image(photo.preview, width=min(360, _HEIGHT * width // height), alt=f"{title}, with its faces boxed")
        with right:
            st.html(face_cards(photo.recognitions[:_LISTED]))
            offer_look_inside(photo.recognitions[:_LISTED], "overview", title)
            more = f"Face 1 and 2 of {len(photo.recognitions)}. " if len(photo.recognitions) > _LISTED else ""
            st.caption(plain(f"{more}{describe_answers(checkpoint.card, carried_prior())}"))
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small")


def show_strip() -> None:
    """Show the other sample pictures and the way to one's own."""
    chosen = st.session_state.get(_SAMPLE) or cached.first_sample(drawn_only=are_samples_drawn_only())
    for title, picture in cached.sample_thumbnails(320, 200, drawn_only=are_samples_drawn_only()).items():
        with st.container(width=132, gap="xxsmall"):
            st.image(picture, width=132, alt=title)
            st.button(title, width="stretch", type="tertiary", on_click=_pick, args=(title,), disabled=title == chosen)
    if st.button("Your own picture", type="primary", icon=":material/add_a_photo:", key="overview_own"):
        open_page("photos")


def _pick(title: str) -> None:
    st.session_state[_SAMPLE] = title


def show_next_step() -> None:
    """Show the one thing that waits for this person, where something does."""
    mine = [card for card in list_datasets() if is_built_in(card) or card.name == st.session_state.get("dataset")]
    step = next_step(mine, list_checkpoints(), list_runs())
    if step is None:
        return
    with st.container(border=True, key="overview_next_step"):
        text, action = st.columns([3, 1], vertical_alignment="center")
        text.markdown(f"**Next: {plain(step.title)}**  \n{plain(step.reason)}")
        label = plain(step.label)
        if action.button(label, type="primary", icon=":material/arrow_forward:", key="overview_next", width="stretch"):
            open_page(step.page, step.query)


def show_ways() -> None:
    """Show the menu's three groups with what each is for."""
    for column, (way, sentence) in zip(st.columns(len(_WAYS)), _WAYS.items(), strict=True):
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            st.subheader(way, anchor=False)
            st.markdown(sentence)
            if way == "Learn":
                start_lesson()
            for name in MENU[way]:
                show_link(PAGES[name].title, name)


def show_stored(checkpoints: tuple[Checkpoint, ...]) -> None:
    """Show datasets, checkpoints and runs as one table."""
    st.subheader("Stored data", anchor="stored")
    rows = [*_datasets(), *(("Checkpoint", c.name, _known(c)) for c in checkpoints), *_runs()]
    table = pd.DataFrame(rows, columns=["Kind", "Name", "Details"])
    st.dataframe(table, hide_index=True, height=min(300, 36 * (len(table) + 1)), alt="Datasets, checkpoints and runs")


def _datasets() -> Iterator[tuple[str, str, str]]:
    for card in list_labeled():
        votes = "ten votes each" if card.votes_file else "FER2013's labels, no votes"
        kind = "drawn, votes simulated" if card.is_drawn else "imported" if card.has_pictures else "without pictures"
        yield "Dataset", card.name, f"{sum(card.sizes.values()):,} faces, {votes} · {kind}"


def _known(checkpoint: Checkpoint) -> str:
    card, scores = checkpoint.card, checkpoint.card.best
    if not card.is_trained:
        return f"{len(card.class_names)} classes · {card.origin_in_words}"
    return (
        f"{percent(scores.test_accuracy)} test accuracy · {percent(scores.validation_accuracy)} validation · "
        f"{percent(scores.train_accuracy)} training · {len(card.class_names)} classes of {card.dataset_title}"
    )


def _runs() -> Iterator[tuple[str, str, str]]:
    for run in list_runs():
        try:
            yield "Run", run.name, f"{run.status.state}, {run.status.epoch} of {run.status.epochs} epochs"
        except FerError:
            continue


main()
