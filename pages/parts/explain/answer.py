"""What an answer rests on, how it changes when the face does, and which faces look alike to the network."""

import time
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Classifier, Prediction
from fer_core.checkpoints.features import Features
from fer_core.datasets.store import DatasetCard
from fer_core.datasets.summary import votes_in_words
from fer_core.errors import FerError
from fer_core.explain.gradcam import grad_cam
from fer_core.explain.layers import Layer
from fer_core.explain.neighbors import look_at_all, nearest, store_features, stored_features
from fer_core.explain.pictures import heat_overlay
from fer_core.explain.probes import Nudges, nudged, occlusion_map, stability
from fer_core.faces.images import encode_png
from fer_core.labels import SPLITS
from fer_core.plots.pictures import face_grid, picture_html
from fer_core.plots.prediction import in_words, probability_bars
from fer_core.storage.plaintext import duration, percent
from pages.shared import cached
from pages.shared.messages import errors_shown, plain

_NEIGHBORS = 12
_NUDGES = tuple(f"explain_nudge_{name}" for name in ("brightness", "rotation", "blur", "shift_x", "shift_y", "padding"))
_LOOKING = "Computing features …"


def show_evidence(face: NDArray[np.uint8], read: Callable[[], Sequence[Layer]], classifier: Classifier) -> None:
    """The occlusion map, Grad-CAM and how often small nudges keep the answer."""
    names = list(classifier.class_names)
    answer = classifier.predict_one(face)
    class_name = st.selectbox("Explain class", names, names.index(answer.class_name), key="explain_class")
    index = names.index(class_name)
    left, right = st.columns(2, gap="large")
    with left:
        alt = "Where covering the face"
        _show_wide(heat_overlay(face, occlusion_map(face, classifier, index)), alt)
        st.markdown(
            f"**Occlusion.** A gray square covers each position. Orange: the probability of {plain(class_name)} "
            "falls; blue: it rises."
        )
    with right:
        try:
            alt = f"Where the last convolution supports {class_name}"
            _show_wide(heat_overlay(face, grad_cam(read(), index)), alt)
            st.markdown(
                f"**Grad-CAM.** Where the last convolution supports {plain(class_name)}; coarse, because its maps are "
                "small."
            )
        except FerError as error:
            st.info(plain(str(error)), icon=":material/info:")
    share = stability(face, classifier)
    st.markdown(f"**Stability: {percent(share, 0)}**")
    st.progress(share)
    st.caption(
        f"Share of 64 slightly changed copies (5° of rotation, 2 pixels, a shade of light) still called "
        f"{plain(answer.class_name)}. Do not trust an answer with a low share."
    )


def _show_wide(pixels: NDArray[np.uint8], alt: str) -> None:
    """Show a picture as wide as there is room."""
    st.image(encode_png(pixels), width="stretch", alt=alt)


def show_nudges(face: NDArray[np.uint8], classifier: Classifier) -> None:
    """Sliders that change the face, and the probabilities before and after."""
    controls, before, after = st.columns([2, 2, 2], gap="large")
    with controls:
        padding = "Shrinks the face; its edge is repeated."
        nudges = Nudges(
            brightness=st.slider("Brightness", -0.5, 0.5, 0.0, 0.05, key=_NUDGES[0]),
            rotation=st.slider("Rotation (°)", -45.0, 45.0, 0.0, 1.0, key=_NUDGES[1]),
            blur=st.slider("Blur (pixels)", 0.0, 4.0, 0.0, 0.1, key=_NUDGES[2]),
            shift_x=st.slider("Shift right (pixels)", -12, 12, 0, key=_NUDGES[3]),
            shift_y=st.slider("Shift down (pixels)", -12, 12, 0, key=_NUDGES[4]),
            padding=st.slider("Padding (pixels)", 0, 16, 0, key=_NUDGES[5], help=padding),
        )
        st.button("Reset", icon=":material/restart_alt:", on_click=_set_back)
    changed = nudged(face, nudges)
    for place, title, image in ((before, "Original", face), (after, "Nudged", changed)):
        with place:
            prediction = classifier.predict_one(image)
            st.markdown(f"**{title}** {plain(in_words(prediction))}")
            st.html(picture_html(image, 144, f"The face, {title.lower()}"))
            st.html(probability_bars(prediction))


def _set_back() -> None:
    for key in _NUDGES:
        st.session_state.pop(key, None)


def show_alike(face: NDArray[np.uint8], checkpoint: Checkpoint, dataset: DatasetCard) -> None:
    """The faces of a training split nearest to a face by what the network knows of them, with their ten votes."""
    records = cached.records(dataset)
    training = np.flatnonzero(records.split == SPLITS.index("train"))
    features = stored_features(checkpoint, records.fingerprint)
    learned = checkpoint.card.dataset_fingerprint == records.fingerprint
    kind = "training faces" if learned else "faces"
    if features is None:
        st.caption(
            f"The network must first read all {len(training):,} {kind} of “{plain(dataset.name)}”: seconds for a few "
            "thousand, a minute or two for FER+. Then it is instant for everyone."
        )
        if st.button("Compute features", type="primary", icon=":material/visibility:"):
            faces = np.asarray(records.images[training])
            with errors_shown():
                features = look_at_all(checkpoint, faces, progress=_follow(len(faces)))
                store_features(checkpoint, records.fingerprint, features)
            st.rerun()
        return
    own = Features(checkpoint).of(face[None])[0]
    places = nearest(own, features, _NEIGHBORS + 1)
    rows = [row for row in training[places] if not np.array_equal(records.images[row], face)][:_NEIGHBORS]
    captions = [votes_in_words(records.votes[row]) if records.has_votes else f"row {row}" for row in rows]
    st.html(face_grid(records.images[rows], captions, [f"Row {row}" for row in rows], size=120, columns=6))
    st.caption(
        f"The {kind} of “{plain(dataset.name)}” with the most similar features before the output layer, with their "
        "ten votes. Where voters disagree, networks often do too."
        f"{'' if learned else ' It did not learn from these faces, as far as its card tells.'}"
    )


def _follow(faces: int) -> Callable[[float], object]:
    """A bar with how long it still takes, to be told the share that is done."""
    bar, start = st.progress(0.0, _LOOKING), time.monotonic()

    def tell(share: float) -> None:
        left = (time.monotonic() - start) * (1 - share) / share
        bar.progress(share, f"{_LOOKING} {share * faces:,.0f} of {faces:,}, {duration(left)} left")

    return tell


def show_answer(image: NDArray[np.uint8], caption: str, prediction: Prediction) -> None:
    """The face that is looked into, with the answer."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", wrap=False):
        st.html(picture_html(image, 112, "The face as the network sees it"), width=112)
        st.markdown(f"**{plain(in_words(prediction)).capitalize()}**", width="stretch")
    st.html(probability_bars(prediction))
    st.caption(plain(caption))
