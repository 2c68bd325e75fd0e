"""What FER Lab is, what is loaded, and where to go next."""

from collections.abc import Sequence

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint, damaged_checkpoints, list_checkpoints
from fer_core.datasets.store import DatasetCard, damaged_datasets, ensure_demo, list_datasets
from fer_core.plots.pictures import face_grid
from fer_core.storage.plaintext import percent
from fer_core.training.runs.store import list_runs
from pages.shared import cached
from pages.shared.links import script, show_link
from pages.shared.messages import errors_shown, plain, show_damages
from pages.shared.navigation import start_page
from pages.shared.next_step import next_step
from pages.shared.paper_steps import show_process


def main() -> None:
    start_page(
        "overview",
        "Teach a computer to name the expression on a face, see where it is right and where it is wrong, and try it on "
        "your own photos. Everything runs on the computer that started it; no picture is sent anywhere else.",
    )
    faces = st.container()
    show_next_step()
    st.subheader("How it works", anchor="process")
    show_process()
    left, right = st.columns(2)
    with left:
        show_datasets(list_datasets())
        show_damages(damaged_datasets())
    with right:
        show_checkpoints(list_checkpoints())
        show_damages(damaged_checkpoints())
    st.info(
        "**An expression is not a feeling.** A network names what a face looks like to other people. Nobody can read "
        "from a picture what a person feels, and even ten people looking at the same face often disagree.",
        icon=":material/psychology_alt:",
    )
    with faces, errors_shown(stop=False):
        show_faces()  # last, because the demo faces may have to be drawn first


def show_faces() -> None:
    if not list_datasets():
        with st.spinner("Drawing the demo faces, this once. You can read on meanwhile …"):
            ensure_demo()
        st.rerun()
    cards = {card.name: card for card in list_datasets()}
    card = cards.get(st.session_state.get("dataset", ""), next(iter(cards.values())))
    records = cached.records(card)
    rows = cached.typical_faces(records)
    described = [f"A face that people called {name} (row {row} of {card.name})" for name, row in rows.items()]
    st.html(face_grid(records.images[list(rows.values())], list(rows), described, size=76, columns=len(rows)))
    kind = "drawn by this app" if card.is_drawn else f"from the dataset {plain(card.name)}"
    st.caption(f"A typical face for each expression, {kind}.")


def show_next_step() -> None:
    step = next_step(list_datasets(), list_checkpoints(), list_runs())
    with st.container(border=True, key="overview_next_step"):
        text, action = st.columns([3, 1], vertical_alignment="center")
        text.markdown(f"**Next: {plain(step.title)}**  \n{plain(step.reason)}")
        label = plain(step.label)
        if action.button(label, type="primary", icon=":material/arrow_forward:", key="overview_next", width="stretch"):
            st.switch_page(script(step.page), query_params=step.query)


def show_datasets(cards: Sequence[DatasetCard]) -> None:
    st.subheader("Datasets", anchor="datasets")
    for card in (*cards[:3], *(card for card in cards[3:] if card.is_drawn)):
        with st.container(border=True):
            votes = "ten votes each" if card.votes_file else "FER2013's labels, no votes"
            kind = "drawn, not photographed" if card.is_drawn else "imported"
            st.markdown(f"**{plain(card.name)}** · {kind}  \n{sum(card.sizes.values()):,} faces, {votes}")
            show_link("Look at them", "dataset", {"dataset": card.name}, arrow=True)
    if len(cards) > 4:
        st.caption(f"and {len(cards) - 4} more, on the Dataset page.")
    if not cards:
        st.caption("The demo faces are being drawn.")


def show_checkpoints(checkpoints: Sequence[Checkpoint]) -> None:
    st.subheader("Checkpoints", anchor="checkpoints")
    for checkpoint in checkpoints[:4]:
        with st.container(border=True):
            show_checkpoint(checkpoint)
    if len(checkpoints) > 4:
        st.caption(f"and {len(checkpoints) - 4} more, on the Evaluation page.")
    if not checkpoints:
        with st.container(border=True):
            st.markdown("No network has been trained yet.")
            show_link("Train one", "training", arrow=True)


def show_checkpoint(checkpoint: Checkpoint) -> None:
    card, scores = checkpoint.card, checkpoint.card.best
    known = (
        f"learned from {plain(card.dataset)}  \n"
        f"Right on **{percent(scores.test_accuracy, 1)}** of the test faces, which chose nothing  \n"
        f"{percent(scores.validation_accuracy, 1)} of validation, {percent(scores.train_accuracy, 1)} of what it "
        "learned from"
    )
    unknown = "imported  \nWhat it was trained on and how good it is, its file does not say."
    words = unknown if card.is_imported else known
    st.markdown(f"**{plain(card.name)}** · {len(card.class_names)} classes, {words}")
    show_link("See its errors", "evaluation", {"checkpoint": card.name}, arrow=True)


main()
