"""The detective: duplicates, doubtful labels and images that are no faces, and the lists made of them."""

import streamlit as st

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.detective.findings import (
    Finding,
    duplicate_findings,
    exclusion_effect,
    image_findings,
    vote_findings,
)
from fer_core.datasets.subsets import save_subset
from pages.parts.dataset.face_detail import show_linked_face
from pages.parts.dataset.map import show_map, show_means
from pages.parts.dataset.pairs import duplicates_of, show_pairs
from pages.parts.dataset.shown import ShownDataset, choose_page, show_sheet
from pages.shared import cached
from pages.shared.address import follow_address, name_in_address
from pages.shared.messages import errors_shown, plain
from pages.shared.saved_subsets import show_saved_subsets

LOOKS = FINDINGS, PAIRS, MEANS, MAP = "Findings", "Duplicate pairs", "Mean faces", "Map"
_ON_PAGE, _SIZE = 120, 72
_MADE, _FINDING = "dataset_saved_subset", "finding"


@cached.by_content(4)
def _duplicate_findings(records: FaceRecords) -> tuple[Finding, ...]:
    return duplicate_findings(records, duplicates_of(records))


@cached.by_content(4, "Checking every image …")
def _other_findings(records: FaceRecords) -> tuple[Finding, ...]:
    return (*vote_findings(records), *image_findings(records))


def show_detective(shown: ShownDataset) -> None:
    """Show what is doubtful in a dataset."""
    look = st.segmented_control(
        "Look at", LOOKS, default=FINDINGS, required=True, key="look", bind="query-params", wrap=True
    )
    if look == FINDINGS:
        _show_findings(shown)
    elif look == PAIRS:
        show_pairs(shown)
    elif look == MEANS:
        show_means(shown)
    else:
        show_map(shown)


@st.fragment
def _show_findings(shown: ShownDataset) -> None:
    finding = _choose_finding((*_duplicate_findings(shown.records), *_other_findings(shown.records)))
    st.markdown(f"**{len(finding):,} images.** {finding.meaning}")
    if len(finding):
        rows = finding.rows[choose_page(len(finding), _ON_PAGE, "finding_page")]
        show_sheet(shown, rows, key="dataset_finding_faces", size=_SIZE)
        _offer_list(shown, finding)
    show_saved_subsets(shown.card, shown.outcomes)
    show_linked_face(shown, finding.rows)


def _choose_finding(found: tuple[Finding, ...]) -> Finding:
    """The chosen kind of doubt; the address names it without its count, which Streamlit's own binding would add."""
    by_name = {finding.name: finding for finding in found}
    first = next(iter(by_name))
    follow_address(_FINDING, _FINDING, list(by_name), first)
    name = st.selectbox(
        "Finding",
        list(by_name),
        format_func=lambda name: f"{by_name[name].title} ({len(by_name[name]):,})",
        key=_FINDING,
        persist_state="session",
        on_change=_finding_chosen,
        args=(first,),
    )
    return by_name[name]


def _finding_chosen(default: str) -> None:
    name_in_address(_FINDING, st.session_state[_FINDING], default)
    _first_page()


def _first_page() -> None:
    st.session_state["finding_page"] = 1


def _offer_list(shown: ShownDataset, finding: Finding) -> None:
    st.subheader("Save as a subset", anchor="exclude")
    st.markdown(
        "A saved subset can be excluded from training and evaluation, and compared on alone. Effect of its exclusion "
        f"under “{plain(shown.scheme.title)}”:"
    )
    effect = exclusion_effect(shown.outcomes, finding.rows)
    numbers = {name: st.column_config.NumberColumn(name.capitalize(), format="localized") for name in map(str, effect)}
    st.dataframe(effect, column_config={**numbers, "_index": st.column_config.Column("Split")}, width=520)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Subset name", finding.name, max_chars=60, key=f"dataset_list_name_{finding.name}", width=280
        )
        if st.button("Save subset", icon=":material/playlist_remove:", key="dataset_make_list"):
            with errors_shown(stop=False):
                made = save_subset(shown.card, name.strip(), finding.rows, finding.title)
                st.session_state[_MADE] = made.name
                st.rerun()
    if made_name := st.session_state.pop(_MADE, ""):
        st.success(
            f"**{plain(made_name)}** is saved. Choose it as “Exclude” on Training, Evaluation and Comparison.",
            icon=":material/check:",
        )
