"""Two checkpoints head to head: the verdict, class by class, cell by cell, and the faces only one gets right."""

import streamlit as st

from fer_core.evaluation.comparison import PairedComparison, mcnemar
from fer_core.evaluation.leaderboard import Leaderboard
from fer_core.plots.comparison import class_difference_figure
from fer_core.plots.confusion import confusion_figure, matrix_difference_figure
from fer_core.plots.gallery import pair_gallery
from pages.shared.charts import drawn, show_chart
from pages.shared.links import invite_pictures
from pages.shared.messages import plain

_PICTURES = 12


def show_pair(leaderboard: Leaderboard) -> None:
    """Show what is different between two chosen checkpoints."""
    first, second = _choose_two([entry.name for entry in leaderboard.entries])
    if first == second:
        st.info("Choose two different checkpoints.")
        return
    pair = leaderboard.pair(first, second)
    _describe(leaderboard, pair)
    _charts(pair)
    _pictures(leaderboard, pair)


def _choose_two(names: list[str]) -> tuple[str, str]:
    for key, default in (("comparison_first", names[1]), ("comparison_second", names[0])):
        if st.session_state.get(key) not in names:
            st.session_state[key] = default
    left, right = st.columns(2)
    first = left.selectbox("First", names, key="comparison_first", persist_state="session")
    second = right.selectbox("Second", names, key="comparison_second", persist_state="session")
    return str(first), str(second)


def _describe(leaderboard: Leaderboard, pair: PairedComparison) -> None:
    (both, only_first), (only_second, neither) = pair.table.tolist()
    a, b = map(plain, pair.names)
    st.markdown(f"#### {plain(pair.verdict())}")
    low, high = (100 * end for end in pair.macro_f1_interval())
    st.markdown(
        f"Of {len(pair):,} faces, both classify **{both:,}** correctly and **{neither:,}** wrongly; only {a} "
        f"**{only_first:,}**, only {b} **{only_second:,}**. Macro F1: {100 * pair.macro_f1_difference:+.1f} "
        f"points (95% CI {low:+.1f} to {high:+.1f})."
    )
    if unseen := leaderboard.unseen_pair(*pair.names):
        st.caption(
            f"Without copies of training faces (n = {len(unseen):,}): {100 * unseen.difference:+.1f} points "
            f"({unseen.p_in_words})."
        )
    st.caption(
        f"McNemar’s test: p = {mcnemar(*pair.discordant):.2g}, exact "
        f"{mcnemar(*pair.discordant, exact=True):.2g}, unadjusted. Tango’s interval for accuracy, paired "
        "bootstrap (2,000 samples) for macro F1."
    )


def _charts(pair: PairedComparison) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        alt = "Difference of recall by class."
        show_chart("comparison_class-difference", alt, drawn(class_difference_figure, pair))
    with right:
        st.markdown("**Change of the confusion matrix**")
        st.caption(f"{plain(pair.names[1])} minus {plain(pair.names[0])}: green is better, red worse.")
        alt = "Difference of the two confusion matrices."
        show_chart("comparison_matrix-difference", alt, drawn(matrix_difference_figure, pair))
    with st.expander("Both matrices", icon=":material/grid_on:"):
        for column, name, report in zip(st.columns(2), pair.names, (pair.first, pair.second), strict=True):
            with column:
                st.markdown(f"**{plain(name)}**")
                alt = f"Confusion matrix of {name}, in row shares."
                figure = drawn(confusion_figure, report, cells="row shares")
                show_chart(f"comparison_confusion-matrix-{name}", alt, figure)


@st.fragment
def _pictures(leaderboard: Leaderboard, pair: PairedComparison) -> None:
    st.subheader("Faces only one classifies correctly")
    a, b = pair.names
    options = [f"only {a}", f"only {b}"]
    key, given = f"comparison_only {a} {b}", options[1]
    chosen = st.segmented_control(
        "Correct", options, format_func=plain, default=given, required=True, key=key, wrap=True
    )
    positions = pair.only_right(0 if chosen == options[0] else 1)
    if not len(positions):
        st.caption("None.")
        return
    if not leaderboard.test.has_pictures:
        st.caption(f"{len(positions):,} faces.")
        invite_pictures("see them")
        return
    pages, page = -(-len(positions) // _PICTURES), 1
    if pages > 1:
        page = st.pagination(pages, max_visible_pages=5, key=f"comparison_page {chosen} {a} {b}")
    st.caption(f"{len(positions):,} faces, largest difference first. Bold: the true class.")
    st.html(pair_gallery(pair, leaderboard.test, positions[(page - 1) * _PICTURES : page * _PICTURES]))
