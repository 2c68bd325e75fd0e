"""Accuracy by subgroup: by how people agreed, by light, by contrast and by the face's size."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.evaluation.subgroups import (
    accuracy_by_agreement,
    accuracy_by_bucket,
    are_face_sizes_kept,
    brightness,
    contrast,
    face_sizes,
    random_tagger,
)
from fer_core.plots.classes import bucket_figure
from fer_core.storage.plaintext import percent
from pages.parts.evaluation.evaluated import Evaluated, metric
from pages.parts.evaluation.save_subset import offer_subsets
from pages.shared.charts import drawn, show_chart
from pages.shared.links import invite_pictures
from pages.shared.messages import plain

_ASKED = "evaluation_face_sizes"


def show_subgroups(shown: Evaluated) -> None:
    """Show baselines, then accuracy by agreement, brightness, contrast and face size."""
    report, faces = shown.report, shown.faces
    _baselines(shown)
    places = [*st.columns(2, gap="medium"), *st.columns(2, gap="medium")]
    with places[0]:
        if len(faces.votes):
            _chart(shown, accuracy_by_agreement(report, faces), "By agreement", "votes for the label")
        else:
            st.info("This dataset has no votes, so agreement is unknown.")
    if faces.has_pictures:
        with places[1]:
            table = accuracy_by_bucket(report, brightness(faces.images))
            _chart(shown, table, "By brightness", "mean gray value, 0 black to 255 white, in fifths")
        with places[2]:
            table = accuracy_by_bucket(report, contrast(faces.images))
            _chart(shown, table, "By contrast", "spread of the gray values, in fifths")
        with places[3]:
            _by_size(shown)
    else:
        with places[1]:
            invite_pictures("see accuracy by brightness, contrast and face size")
    st.caption("Lines: 95% CI (Wilson). Dotted: accuracy on all pictures.")
    offer_subsets(shown)


def _baselines(shown: Evaluated) -> None:
    report = shown.report
    name, share = report.commonest_class
    with st.container(horizontal=True):
        metric("This checkpoint", percent(report.accuracy))
        always = "Accuracy of one answer for every face."
        metric(f"Always “{plain(name)}”", percent(share), help=always)
        if len(shown.faces.votes):
            one = "How often one random voter of the ten agrees with the label."
            metric("One random person", percent(random_tagger(shown.faces)), help=one)


def _by_size(shown: Evaluated) -> None:
    key = f"{_ASKED} {shown.key}"
    if not are_face_sizes_kept(shown.faces) and not st.session_state.get(key):
        st.markdown("**By face size**")
        st.caption("The face detector runs on every picture: seconds per thousand.")
        if not st.button("Measure faces", icon=":material/straighten:"):
            return
        st.session_state[key] = True
    bar = st.empty()
    sizes = face_sizes(shown.faces, progress=partial(bar.progress, text="Measuring faces …"))
    bar.empty()
    table = accuracy_by_bucket(shown.report, sizes, unit=" px", known=np.asarray(sizes > 0))
    _chart(shown, table, "By face size", "side of the detected box in 48 pixels, in fifths")


def _chart(shown: Evaluated, table: pd.DataFrame, heading: str, what: str) -> None:
    words = "; ".join(f"{r['bucket']}: {percent(r['accuracy'])} of {r['n']}" for r in table.to_dict("records"))
    figure = drawn(bucket_figure, table, heading, what, overall=shown.report.accuracy)
    show_chart(f"evaluation_{heading.lower().replace(' ', '-')}", f"Accuracy {heading.lower()}. {words}", figure)
