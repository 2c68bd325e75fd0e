"""See what each layer of a network computes, which parts of a face matter, and how stable the answer is."""

import streamlit as st

from fer_core.datasets.store import DEMO, dataset_card
from fer_core.explain.worker import open_layer_reader
from pages.parts.explain.answer import show_alike, show_answer, show_evidence, show_nudges
from pages.parts.explain.face import choose_face
from pages.parts.explain.layers import show_layers
from pages.shared import cached
from pages.shared.look_inside import show_way_back
from pages.shared.messages import errors_shown
from pages.shared.navigation import start_page
from pages.shared.pickers import choose_checkpoint, choose_prior, choose_view, say_who_answers

LAYERS, EVIDENCE, NUDGES, ALIKE = "Layer by layer", "Attribution maps", "Nudge the face", "Similar faces"
_OLD_VIEWS = {"What it rests on": EVIDENCE, "Faces alike": ALIKE}  # in old addresses

_layer_reader = cached.by_content(4, "Opening the network …")(open_layer_reader)

start_page(
    "explain",
    "See what each layer of a network computes, which parts of a face matter, and how stable the answer is.",
)
left, right = st.columns([2, 5], gap="small")
with left:
    show_way_back()
    answered, asked = st.container(), st.container()  # the settings come below what they change
    checkpoint = choose_checkpoint()
    prior = choose_prior(checkpoint)
    say_who_answers(checkpoint, prior)
with errors_shown():
    with asked:
        face = choose_face(checkpoint, prior, right)
    if face is None:
        st.stop()
    classifier = cached.classifier(checkpoint, prior)
    with answered:
        (answer,) = classifier.predictions(face.image[None], steady=face.is_from_picture)
        show_answer(face.image, face.caption, answer)
with right, errors_shown():
    view = choose_view([LAYERS, EVIDENCE, NUDGES, ALIKE], "explain_view", old_views=_OLD_VIEWS)
    if view == NUDGES:
        show_nudges(face.image, classifier)
    elif view == ALIKE:
        show_alike(face.image, checkpoint, dataset_card(st.session_state.get("dataset", DEMO)))
    else:
        seen = checkpoint.card.preprocessing.apply(face.image[None])[0]
        if view == LAYERS:
            show_layers(face.image, seen, _layer_reader(checkpoint).layers(seen), checkpoint.card, prior)
        else:
            show_evidence(face.image, lambda: _layer_reader(checkpoint).layers(seen), classifier)
