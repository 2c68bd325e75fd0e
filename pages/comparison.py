"""Which checkpoint is better, on the same images and in words; and checkpoints from elsewhere."""

from collections.abc import Sequence

import streamlit as st

from fer_core.checkpoints.answers import has_answers
from fer_core.checkpoints.checkpoint import Checkpoint, damaged_checkpoints, list_checkpoints
from fer_core.datasets.store import DEMO
from fer_core.datasets.subsets import rows_outside
from fer_core.evaluation.leaderboard import Leaderboard
from fer_core.evaluation.scoring import evaluation_scheme
from fer_core.faces.images import read_image
from fer_core.plots.prediction import answers_side_by_side
from fer_core.recognition.recognize import MAX_LISTED_FACES, reclassify, recognize, recognize_whole
from pages.parts.comparison.checkpoints import offer_import, show_kept_checkpoints
from pages.parts.comparison.leaderboard import show_export, show_leaderboard, show_settings
from pages.parts.comparison.pair import show_pair
from pages.parts.comparison.subsets import show_subsets
from pages.shared import cached
from pages.shared.address import check_asked, name_in_address, newly_asked
from pages.shared.drawings import note_drawings
from pages.shared.held_pictures import choose_picture
from pages.shared.links import show_link
from pages.shared.messages import errors_shown, plain, show_damages
from pages.shared.navigation import start_page
from pages.shared.pickers import (
    choose_dataset,
    choose_faces,
    choose_labels,
    choose_left_out,
    choose_prior,
    choose_split,
    choose_view,
)

_MOST = 8
_COMPARED = "compare"
_PAIR = "Head to head"
_VIEWS = {
    "Leaderboard": show_leaderboard,
    _PAIR: show_pair,
    "Subsets": show_subsets,
    "Settings and curves": show_settings,
    "Export": show_export,
}
_PHOTO, _IMPORT = "On a photo", "Add a checkpoint"


def _choose_checkpoints(damaged: set[str]) -> list[Checkpoint]:
    found = {checkpoint.name: checkpoint for checkpoint in list_checkpoints()}
    first = [name for name in found if name not in damaged][:2]
    if (asked := newly_asked(_COMPARED)) is not None:
        wanted = asked.split(",") if asked else first
        there = [name for name in dict.fromkeys(wanted) if name in found][:_MOST] or first
        for gone in set(wanted) - set(found):
            check_asked(_COMPARED, gone, (), ", ".join(there))
        st.session_state[_COMPARED] = there
    names = st.multiselect(
        "Checkpoints",
        list(found),
        default=first,
        max_selections=_MOST,
        key=_COMPARED,
        persist_state="session",
        on_change=_name_compared,
        args=(",".join(first),),
        help="Two or more checkpoints.",
    )
    return [found[name] for name in names]


def _name_compared(default: str) -> None:
    name_in_address(_COMPARED, ",".join(st.session_state[_COMPARED]), default)


def _compare(checkpoints: list[Checkpoint]) -> Leaderboard:
    """Return the leaderboard on the chosen dataset, labels and split; refusals end the page with the reason."""
    dataset_column, labels_column = st.columns([2, 3])
    row = st.container(horizontal=True, gap="medium")
    with dataset_column:
        dataset = choose_dataset(checkpoints)
    with errors_shown():
        records = cached.records(dataset)
    with labels_column:
        scheme = choose_labels(records, checkpoints[0])
    with row:
        split, prior = choose_split(), choose_prior(*checkpoints)
        only, leave_out = choose_faces(dataset), choose_left_out(dataset)
    others = [c.name for c in checkpoints if c.card.is_trained and evaluation_scheme(c.card) != scheme]
    if others:
        st.caption(f"Trained with other labels: {plain(', '.join(others))}. All are scored by the labels chosen here.")
    with errors_shown():
        return cached.leaderboard(
            checkpoints,
            records,
            dataset.name,
            scheme=scheme,
            split=split,
            without=rows_outside(dataset, leave_out, only),
            prior_adjustment=prior,
        )


def _show_verdict(leaderboard: Leaderboard) -> None:
    best, second = leaderboard.entries[:2]
    pair = leaderboard.pair(second.name, best.name)
    show = st.success if pair.is_significant else st.info
    show(f"**{plain(pair.verdict())}**", icon=":material/balance:")


def _show_photo(checkpoints: Sequence[Checkpoint]) -> None:
    """Show an upload or a sample picture, and the answers side by side."""
    prior = choose_prior(*checkpoints)
    picture = choose_picture("comparison_photo", checkpoints[0].card, prior)
    if picture is None:
        return
    with errors_shown():
        image = read_image(picture.content, name=picture.name)
        networks = [cached.classifier(checkpoint, prior) for checkpoint in checkpoints]
        found = recognize(image, cached.photo_detector(), networks[0])[:MAX_LISTED_FACES]
        if not found:
            st.info("No face found; the whole picture is classified instead.")
            found = (recognize_whole(image, networks[0]),)
        answers = [reclassify(found, network) for network in networks]
    st.image(image, width=min(360, image.shape[1]), alt="The picture")
    st.html(answers_side_by_side(answers, [checkpoint.name for checkpoint in checkpoints]))


start_page("comparison", "Compare checkpoints on the same faces, with confidence intervals and significance tests.")
damages = damaged_checkpoints()
checkpoints = _choose_checkpoints({damage.name for damage in damages})
show_damages(damages)
view = choose_view([*_VIEWS, _PHOTO, _IMPORT], "comparison_view", old_views={"Take away": "Export"})  # codespell:ignore
if view == _IMPORT:
    offer_import()
    show_kept_checkpoints()
elif len(checkpoints) < 2:
    st.info("Choose a second checkpoint, train one, or import one above.")
    show_link("Train a checkpoint", "training")
elif view == _PHOTO:
    _show_photo(checkpoints)
else:
    leaderboard = _compare(checkpoints)
    if leaderboard.dataset_name == DEMO and any(map(has_answers, checkpoints)):
        note_drawings("comparison")
    if view != _PAIR:  # which says it of the two that are chosen there
        _show_verdict(leaderboard)
    if caveats := leaderboard.caveats():
        st.caption(" ".join(map(plain, caveats)))
    with errors_shown():
        _VIEWS[view](leaderboard)
