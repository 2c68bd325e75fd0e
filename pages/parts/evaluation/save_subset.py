"""Saving the faces that a filter keeps as a subset, on which checkpoints are then compared."""

import numpy as np
import streamlit as st

from fer_core.datasets.subsets import list_subsets, save_subset
from fer_core.evaluation.filters import ALL_GRAYS, ALL_VOTES, FaceFilter
from fer_core.evaluation.leaderboard import ALL_FACES
from fer_core.labels import SPLITS
from fer_core.storage.plaintext import interval_text, percent
from pages.parts.evaluation.evaluated import Evaluated
from pages.shared import cached
from pages.shared.links import show_link
from pages.shared.messages import errors_shown, plain
from pages.shared.saved_subsets import show_saved_subsets

_SAVED = "evaluation_saved_subset"


def offer_subsets(shown: Evaluated) -> None:
    """Offer filters of the faces, what the checkpoint scores on them, a name to save them under, and those saved."""
    st.subheader("Save a subset", anchor="subset")
    chosen = _choose_filter(shown)
    with errors_shown(stop=False):
        _describe(shown, chosen)
    name_box, button = st.columns([3, 1], vertical_alignment="bottom")
    name = name_box.text_input("Subset name", max_chars=60, key="evaluation_subset_name")
    if button.button("Save subset", icon=":material/filter_alt:", width="stretch"):
        with errors_shown(stop=False):
            faces = cached.labeled(cached.records(shown.dataset), shown.scheme, SPLITS)
            saved = save_subset(shown.dataset, name, faces.rows[chosen.keeps(faces)], chosen.in_words)
            st.session_state[_SAVED] = saved.name
            st.rerun()
    if saved_name := st.session_state.pop(_SAVED, ""):
        st.success(f"**{plain(saved_name)}** is saved, with the faces of all splits. Choose it as “Faces” above.")
        show_link("Compare checkpoints", "comparison", {"comparison_view": "Subsets", "dataset": shown.dataset.name})
    show_saved_subsets(shown.dataset, cached.outcomes(cached.records(shown.dataset), shown.scheme))


def _choose_filter(shown: Evaluated) -> FaceFilter:
    faces, known = shown.faces, {each.name: each for each in list_subsets(shown.dataset)}
    left, right = st.columns(2, gap="medium")
    with left:
        classes = st.multiselect("Classes", faces.class_names, placeholder="all", key="evaluation_subset_classes")
        within = st.selectbox("Within", [ALL_FACES, *known], key="evaluation_subset_within") if known else ALL_FACES
    with right:
        votes = _range("Label votes", ALL_VOTES, "votes") if len(faces.votes) else ALL_VOTES
        grays = _range("Mean gray value", ALL_GRAYS, "grays") if faces.has_pictures else ALL_GRAYS
    return FaceFilter(tuple(classes), votes, grays, known.get(within))


def _range(label: str, ends: tuple[int, int], key: str) -> tuple[int, int]:
    low, high = st.slider(label, *ends, ends, key=f"evaluation_subset_{key}")
    return int(low), int(high)


def _describe(shown: Evaluated, chosen: FaceFilter) -> None:
    kept = np.flatnonzero(chosen.keeps(shown.faces))
    words = f"**{len(kept):,} of {len(shown.faces):,} faces** of this test"
    if len(kept):
        part = shown.report.take(kept)
        words += f": accuracy {percent(part.accuracy)} (95% CI {interval_text(*part.accuracy_interval())})"
    st.markdown(f"{words}.")
