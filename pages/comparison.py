"""Which checkpoint is better, on the same images and in words; and checkpoints from elsewhere."""

from typing import Any

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint, damaged_checkpoints, list_checkpoints
from fer_core.evaluation.comparison import SIGNIFICANT
from fer_core.evaluation.leaderboard import Leaderboard
from fer_core.evaluation.scoring import evaluation_scheme
from pages.parts.comparison.board import show_board
from pages.parts.comparison.export import show_export
from pages.parts.comparison.import_checkpoint import offer_import
from pages.parts.comparison.kept_checkpoints import show_kept_checkpoints
from pages.parts.comparison.pair import show_pair
from pages.parts.comparison.photo import show_photo
from pages.parts.comparison.settings import show_settings
from pages.shared import cached
from pages.shared.links import show_link
from pages.shared.messages import errors_shown, plain, show_damages
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_dataset, choose_exclusions, choose_labels

_MOST = 8
_REMEMBERED: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
_PAIR = "Head to head"
_VIEWS = {
    "Leaderboard": show_board,
    _PAIR: show_pair,
    "Settings and curves": show_settings,
    "Take away": show_export,
}
_PHOTO, _IMPORT = "On a photo", "Add a checkpoint"


def _choose_checkpoints(damaged: set[str]) -> list[Checkpoint]:
    found = {checkpoint.name: checkpoint for checkpoint in list_checkpoints()}
    names = st.multiselect(
        "Checkpoints",
        list(found),
        default=[name for name in found if name not in damaged][:2],
        max_selections=_MOST,
        key="compare",
        help="Two or more: shipped ones, those trained here, and imported ones.",
        **_REMEMBERED,
    )
    return [found[name] for name in names]


def _hold(checkpoints: list[Checkpoint]) -> Leaderboard:
    """The leaderboard on the chosen dataset, labels and split; refusals end the page with the reason."""
    dataset_column, labels_column, split_column = st.columns([2, 3, 1.5])
    with dataset_column:
        dataset = choose_dataset()
    with errors_shown():
        records = cached.records(dataset)
    with labels_column:
        scheme = choose_labels(records, checkpoints[0])
    split = split_column.segmented_control(
        "Split", ["test", "validation"], default="test", required=True, key="eval_split", **_REMEMBERED
    )
    exclusions = choose_exclusions(dataset.name)
    others = [c.name for c in checkpoints if not c.card.is_imported and evaluation_scheme(c.card) != scheme]
    if others:
        st.caption(f"Trained with other labels: {plain(', '.join(others))}. All are judged by the labels chosen here.")
    with errors_shown():
        return cached.leaderboard(
            checkpoints,
            records,
            dataset.name,
            scheme=scheme,
            split=split or "test",
            without=exclusions.rows if exclusions else (),
        )


def _say_verdict(leaderboard: Leaderboard) -> None:
    best, second = leaderboard.entries[:2]
    p_value = leaderboard.p_values[second.name]
    words = leaderboard.pair(second.name, best.name).verdict(p_value)
    against = f" (against {plain(second.name)}, the next)" if len(leaderboard.entries) > 2 else ""
    show = st.success if p_value < SIGNIFICANT else st.info
    show(f"**{plain(words)}**{against}", icon=":material/balance:")


def _say_caveats(leaderboard: Leaderboard) -> None:
    caveats = leaderboard.caveats()
    if caveats:
        st.caption(" ".join(map(plain, caveats)))


start_page("comparison", "Which checkpoint is better? On the same faces, with intervals, and with how likely luck is.")
damages = damaged_checkpoints()
checkpoints = _choose_checkpoints({damage.name for damage in damages})
show_damages(damages)
view = st.segmented_control(
    "View",
    [*_VIEWS, _PHOTO, _IMPORT],
    default="Leaderboard",
    required=True,
    key="comparison_view",
    label_visibility="collapsed",
    **_REMEMBERED,
)
if view == _IMPORT:
    offer_import()
    show_kept_checkpoints()
elif len(checkpoints) < 2:
    st.info(
        "A comparison needs two checkpoints. Choose them above, train another one, or import one under the tab above."
    )
    show_link("Train a checkpoint", "training")
elif view == _PHOTO:
    show_photo(checkpoints)
else:
    held = _hold(checkpoints)
    if view != _PAIR:  # which says it of the two that are chosen there
        _say_verdict(held)
    _say_caveats(held)
    with errors_shown():
        _VIEWS[view or "Leaderboard"](held)
