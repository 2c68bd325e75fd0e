"""Teach it: classes of one's own on a network's features, from examples to a head that can be swapped and kept."""

from functools import cache, partial

import streamlit as st

from pages.parts.teach.classes import show_classes
from pages.parts.teach.collect import (
    DATASET,
    DRAWN,
    PICTURES,
    VOTES,
    WEBCAM,
    add_drawn,
    add_pictures,
    add_rows,
    add_votes,
    choose_source,
    choose_target,
)
from pages.parts.teach.outcome import show_keep, show_swap
from pages.parts.teach.state import Lesson, lesson
from pages.parts.teach.train import choose_kind, offer_training, show_quality
from pages.parts.teach.trial import show_try
from pages.parts.teach.webcam import Camera, add_recordings, leave
from pages.shared.messages import errors_shown, refuse
from pages.shared.navigation import start_page
from pages.shared.notice import admits_faces
from pages.shared.pickers import choose_checkpoint, choose_view
from pages.shared.projector import page_settings

VIEWS = TRY, QUALITY, SWAP, KEEP = "Try it", "How good is it?", "Swap", "Keep"


def _say_fault(taught: Lesson) -> None:
    if taught.fault is not None:
        refuse(taught.fault)
        taught.fault = None


start_page(
    "teach",
    "Show a network examples of classes you choose, train a head in a second, and see where it fails.",
    on_leave=leave,  # the camera never goes on by itself
)
mine = lesson()
camera = Camera(mine)
left, right = page_settings().columns(2, gap="large")
with left:
    checkpoint = choose_checkpoint()
with right:
    kind = choose_kind()
admits = cache(partial(admits_faces, checkpoint.card))  # one notice for the page, where faces are first asked for
adding, classes = st.columns([9, 11], gap="large")
with adding, st.container(border=True):
    st.subheader("Add examples", anchor=False)
    place = choose_target(mine)
    source = choose_source()
    if source == DRAWN:
        add_drawn(mine, place)
    elif source in (PICTURES, WEBCAM) and admits():
        if source == PICTURES:
            add_pictures(mine, place)
        else:
            add_recordings(mine, place, checkpoint, camera)
    elif source == DATASET:
        add_rows(mine, place)
    elif source == VOTES:
        add_votes(mine)
    _say_fault(mine)
with classes:
    show_classes(mine)
st.divider()
with errors_shown(stop=False):
    offer_training(mine, checkpoint, kind)
view = choose_view(VIEWS, "teach_view")
if view == TRY:
    show_try(mine, checkpoint, camera, admits)
elif view == QUALITY:
    show_quality(mine, checkpoint)
elif view == SWAP:
    show_swap(mine, checkpoint)
else:
    show_keep(mine, checkpoint)
camera.stop_unless_shown()
