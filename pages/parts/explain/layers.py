"""A walk through the layers of a network."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.explain.arithmetic import products, sliding_window
from fer_core.explain.layers import Layer, describe_layer
from fer_core.explain.pictures import filter_shades, map_shades, strongest
from fer_core.faces.preprocessing import STEPS
from fer_core.plots.pictures import contact_sheet, picture_html
from pages.parts.explain.network import FACE, choose_layer
from pages.parts.explain.softmax import show_softmax
from pages.parts.explain.window import show_face_values, show_map
from pages.shared.messages import plain
from pages.shared.tiles import last_click, show_tiles
from pages.shared.words import explained

_LISTED = 5  # products of a dense layer
_TILE = 44  # CSS pixels
_MOST_VALUES = 500_000  # that a browser is sent for one map


@st.fragment
def show_layers(
    face: NDArray[np.uint8], seen: NDArray[np.uint8], layers: Sequence[Layer], card: ModelCard, prior: PriorAdjustment
) -> None:
    """Show one layer at a time, with the network above.

    The face is ``(48, 48)`` uint8, as found, and after the checkpoint's own pre-processing.
    """
    place = choose_layer(seen, layers)
    if place < 0:
        _face(face, seen, card)
        return
    layer = layers[place]
    before = layers[layer.sources[0]] if layer.sources[0] >= 0 else None
    source = before.output if before else seen[..., None].astype(np.float32)
    st.markdown(f"**{layer.title}.** {explained(describe_layer(layers, place))}")
    if layer.kind == "softmax":
        show_softmax(source.ravel(), layer.output, card, prior)
    elif layer.is_map:
        _maps(layer, source, before.title if before else FACE)
    else:
        _numbers(layer, card.class_names if layer.output.size == len(card.class_names) else ())
        if layer.kind == "dense":
            _sum(layer, source, card.class_names)


def _face(face: NDArray[np.uint8], seen: NDArray[np.uint8], card: ModelCard) -> None:
    steps = [STEPS[name].title for name in card.preprocessing.steps]
    done = f" Then this network applies, in this order: {', '.join(steps)}." if steps else ""
    st.markdown(
        f"**{FACE}.** Found, turned upright, cropped and scaled down: 48×48 = 2,304 gray values from 0 (black) to 255 "
        f"(white).{done} The network’s first step divides them by 255. Point at a pixel to read it."
    )
    if steps:
        st.html(picture_html(face, 144, "The face before this network's pre-processing"))
    show_face_values(seen)


def _maps(layer: Layer, source: NDArray[np.float32], before: str) -> None:
    """One of the maps enlarged, and all of them below, the strongest first: a click enlarges another."""
    order, key = strongest(layer), f"explain_map_{layer.title}"
    clicks = [last_click(f"{key} {kind}", len(order)) for kind in ("maps", "filters")]
    rank = next((place for place in clicks if place is not None), st.session_state.get(key, 0))
    st.session_state[key] = rank = min(rank, len(order) - 1)
    number = int(order[rank])
    window = sliding_window(layer, source, number) if source.size <= _MOST_VALUES else None
    if window is None and layer.kind in ("convolution", "pooling"):
        too_many = f"it reads {source.size:,} values, too many to send to a browser"
        why = too_many if source.size > _MOST_VALUES else "recomputed, they differ"
        st.caption(f"The computation of this layer cannot be shown: {why}.")
    show_map(f"Map {number + 1} of {layer.title}", layer.output[..., number], window, before)
    some = f"Its {len(order)} strongest maps" if len(order) < layer.output.shape[-1] else "Its maps"
    st.caption(f"{some} of this face, the strongest first. Click one to enlarge it.")
    names = [f"Map {number + 1}" for number in order]
    show_tiles(contact_sheet(map_shades(layer)), names, key=f"{key} maps", size=_TILE, chosen=rank)
    if layer.kind == "convolution" and layer.weights.shape[-1] == 1:
        st.caption("Their filters, in the same order: white adds, black subtracts, gray ignores.")
        names = [f"Filter {number + 1}" for number in order]
        show_tiles(contact_sheet(filter_shades(layer)), names, key=f"{key} filters", size=_TILE, chosen=rank)


def _numbers(layer: Layer, class_names: Sequence[str]) -> None:
    values = layer.output.ravel()
    if class_names:
        table = pd.DataFrame({"class": list(class_names), "score": values})
        st.bar_chart(table, x="class", y="score", horizontal=True, sort=False)
        return
    active = int((values > 0).sum())
    st.caption(f"{active:,} of {values.size:,} are above 0 for this face. The 200 largest, from the largest down:")
    st.bar_chart(pd.DataFrame({"value": np.sort(values)[::-1][:200]}), height=220)


def _sum(layer: Layer, source: NDArray[np.float32], class_names: Sequence[str]) -> None:
    """The largest number of a dense layer as a sum."""
    top = int(layer.output.argmax())
    made = products(layer, source, top)
    is_score = layer.output.size == len(class_names)
    what = f"The score of {plain(class_names[top])}" if is_score else f"The largest value, number {top}"
    rest = made.total - made.bias - float((made.values[:_LISTED] * made.weights[:_LISTED]).sum())
    shown = list(zip(made.inputs, made.values, made.weights, strict=True))[:_LISTED]
    lines = [
        *((f"input {place}", value, weight, value * weight) for place, value, weight in shown),
        (f"the {len(made.inputs) - len(shown):,} others", None, None, rest),
        ("the bias", None, None, made.bias),
        ("the sum", None, None, made.total),
    ]
    st.markdown(f"**{what}, computed.** The largest products:")
    names = ["value", "times weight", "gives"]
    table = pd.DataFrame(lines, columns=["", *names])
    formats = dict.fromkeys(names, st.column_config.NumberColumn(format="%.3f"))
    st.dataframe(table, hide_index=True, height="content", placeholder="", column_config=formats)
