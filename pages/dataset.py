"""The dataset room: who is in the data, what it looks like, what is doubtful in it, and how it gets in."""

from pages.parts.dataset.detective import show_detective
from pages.parts.dataset.faces import show_faces
from pages.parts.dataset.lab import show_lab
from pages.parts.dataset.overview import show_overview
from pages.parts.dataset.room import announce_import, show_room
from pages.parts.dataset.shown import ShownDataset
from pages.shared import cached
from pages.shared.drawings import note_drawings
from pages.shared.links import invite_pictures
from pages.shared.messages import errors_shown
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_dataset, choose_scheme, choose_view
from pages.shared.projector import page_settings

VIEWS = OVERVIEW, FACES, LAB, DETECTIVE, ROOM = "Overview", "Faces", "Pre-processing", "Detective", "Import"


def main() -> None:
    start_page("dataset", "Look at the faces, votes and errors a network learns from.")
    announce_import()
    with page_settings():
        view = choose_view(VIEWS, "view")
    if view == ROOM:
        show_room()
        return
    if view == LAB:
        _show_lab()
        return
    shown = _choose_data(with_votes_alone=view == OVERVIEW)
    if shown.card.is_drawn and view in (OVERVIEW, FACES):
        note_drawings("dataset")
    if not shown.card.has_pictures:
        source = "[FER+](https://github.com/microsoft/FERPlus) by Microsoft, MIT license"
        invite_pictures("see its faces and Table 1", ships=f"Counted from the shipped votes: {source}.")
    with errors_shown():
        {OVERVIEW: show_overview, FACES: show_faces}.get(view, show_detective)(shown)


def _choose_data(*, with_votes_alone: bool) -> ShownDataset:
    left, right = page_settings().columns(2)
    with errors_shown():
        with left:
            card = choose_dataset([] if with_votes_alone else None)
        records = cached.records(card)
        with right:
            scheme = choose_scheme(records.schemes)
        return ShownDataset(card, scheme, records, cached.outcomes(records, scheme))


def _show_lab() -> None:
    with errors_shown():
        card = choose_dataset()
        show_lab(card, cached.records(card))


main()
