"""The mean face of each class, and a map of the images."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint, list_checkpoints
from fer_core.checkpoints.features import Features
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.detective.overview import ImageMap, map_images, mean_faces, pixel_vectors, sample_rows
from fer_core.datasets.summary import PAPER_SPLITS, LabelOutcomes
from fer_core.faces.preprocessing import stretch_contrast
from fer_core.labels import SPLITS, class_colors
from fer_core.plots.pictures import face_grid
from fer_core.storage.plaintext import percent
from pages.parts.dataset.face_detail import show_linked_face
from pages.parts.dataset.shown import ShownDataset, open_clicked, sheet_of
from pages.shared import cached
from pages.shared.messages import plain
from pages.shared.tiles import clicked_place, component

PIXELS = "pixels"
_ALL = "All"
_COUNTS = (500, 1000, 2000)

_map = component(
    "fer_image_map",
    '<div class="legend"></div><div class="map"><canvas role="img" aria-label="A map of images"></canvas>'
    '<div class="card" hidden><div class="face"></div><div class="words"></div></div></div>',
    Path(__file__).parent / "components" / "image_map",
)


@cached.by_content(8, "Averaging the faces …")
def _class_means(records: FaceRecords, outcomes: LabelOutcomes) -> dict[str, NDArray[np.uint8]]:
    return mean_faces(records.images, outcomes, SPLITS)


@cached.by_content(16, "Placing the images …")
def _image_map(
    records: FaceRecords, outcomes: LabelOutcomes, splits: Sequence[str], checkpoint: Checkpoint | None, count: int
) -> ImageMap:
    """Some images as points of a plane, by what a checkpoint makes of them or, without one, by their pixels."""
    rows = outcomes.rows(splits, outcomes.class_names)
    chosen = sample_rows(rows, outcomes.outcome[rows], count)
    images = records.images[chosen]
    return map_images(chosen, Features(checkpoint).of(images) if checkpoint else pixel_vectors(images))


def show_means(shown: ShownDataset) -> None:
    """Show the mean of all faces of each class."""
    means, counts = _class_means(shown.records, shown.outcomes), shown.outcomes.counts().sum(axis=1)
    st.markdown(
        f"Mean face of each class under “{plain(shown.scheme.title)}”, contrast stretched. Classes with "
        "similar means are hard to distinguish."
    )
    captions = [f"{name} ({counts[name]:,})" for name in means]
    described = [f"Mean of {counts[name]:,} {name} faces" for name in means]
    st.html(
        face_grid(
            np.stack([stretch_contrast(mean) for mean in means.values()]), captions, described, size=150, columns=4
        )
    )


@st.fragment
def show_map(shown: ShownDataset) -> None:
    """Show some images of each class as dots: alike ones lie together."""
    outcomes = shown.outcomes
    splits, checkpoint, count = _ask()
    rows = outcomes.rows(splits, outcomes.class_names)
    if len(rows) < 3:
        st.info("Too few faces for a map. Choose another split.", icon=":material/search_off:")
        return
    placed = _image_map(shown.records, outcomes, splits, checkpoint, count)
    st.caption(
        f"{len(placed.rows):,} faces, balanced by class where possible. The axes explain "
        f"{percent(placed.shares[0])} and {percent(placed.shares[1])} of the variance; click a dot for its "
        "votes, a class to hide it."
    )
    names = [outcomes.outcome_of(int(row)) for row in placed.rows]
    low, high = placed.xy.min(axis=0), placed.xy.max(axis=0)
    x, y = ((placed.xy - low) / (high - low).clip(min=1e-9)).round(4).T.tolist()
    texts = [f"{name}\n{shown.describe(int(row))}" for name, row in zip(names, placed.rows, strict=True)]
    data = {"x": x, "y": y, "classes": names, "colors": dict(class_colors(outcomes.class_names)), "texts": texts}
    place = clicked_place(_map, sheet_of(shown.records, placed.rows), "dataset_map", data)
    open_clicked(placed.rows, place)
    show_linked_face(shown, placed.rows)


def _ask() -> tuple[list[str], Checkpoint | None, int]:
    """The splits, the checkpoint (None for pixels) and the number of images."""
    checkpoints = {checkpoint.name: checkpoint for checkpoint in list_checkpoints()}
    left, middle, right = st.columns(3)
    split = left.selectbox("Split", [_ALL, *PAPER_SPLITS.values()], key="map_split", bind="query-params")
    by = middle.selectbox(
        "Similarity by",
        [PIXELS, *checkpoints],
        key="map_by",
        bind="query-params",
        format_func=lambda name: "their pixels" if name == PIXELS else f"features of {name}",
        help="Pixels, or the features a checkpoint’s network computes before its output.",
    )
    count = right.selectbox("Faces", _COUNTS, index=1, key="map_count", bind="query-params")
    splits = [name for name in SPLITS if split in (_ALL, PAPER_SPLITS[name])]
    return splits, checkpoints.get(by), int(count)
