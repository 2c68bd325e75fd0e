"""A walk through the layers of a network."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.explain.arithmetic import products, work_out
from fer_core.explain.layers import Layer, describe_layer
from fer_core.explain.pictures import filter_sheet, map_sheet, slice_sheet, strongest
from fer_core.faces.images import encode_png
from fer_core.faces.preprocessing import STEPS
from fer_core.plots.network import Block, face_figure, network_figure, signed, worked_html
from fer_core.plots.pictures import picture_html
from pages.parts.explain.softmax import show_softmax
from pages.shared.charts import drawn, show_fixed_chart
from pages.shared.messages import plain
from pages.shared.words import explained

_FACE = "The face"
_LISTED = 5  # products of a dense layer


def show_layers(
    face: NDArray[np.uint8], seen: NDArray[np.uint8], layers: Sequence[Layer], card: ModelCard, prior: PriorAdjustment
) -> None:
    """Show one layer at a time, with the network drawn above.

    The face is ``(48, 48)`` uint8, as found, and after the checkpoint's own pre-processing.
    """
    titles = [_FACE, *(layer.title for layer in layers)]
    chosen = st.select_slider("Layer", titles, key="explain_layer", help="From the face on the left to the answer.")
    place = titles.index(chosen) - 1
    alt = f"The network as blocks, from the face to the answer; {chosen} is framed."
    show_fixed_chart("explain_network", alt, drawn(network_figure, tuple(map(Block.of, layers)), place))
    st.caption(
        "Green: the face · blue: convolution · gray: pooling, averaging, flattening · violet: dense · orange: softmax"
    )
    if place < 0:
        _face(face, seen, card)
        return
    layer = layers[place]
    source = layers[layer.sources[0]].output if layer.sources[0] >= 0 else seen[..., None].astype(np.float32)
    st.markdown(f"**{chosen}.** {explained(describe_layer(layers, place))}")
    if layer.kind == "softmax":
        show_softmax(source.ravel(), layer.output, card, prior)
    elif layer.is_map:
        _maps(layer, source)
    else:
        _numbers(layer, card.class_names if layer.output.size == len(card.class_names) else ())
        if layer.kind == "dense":
            _sum(layer, source, card.class_names)


def _face(face: NDArray[np.uint8], seen: NDArray[np.uint8], card: ModelCard) -> None:
    steps = [STEPS[name].title for name in card.preprocessing.steps]
    done = (
        f"This network also wants, in this order: {', '.join(steps)}." if steps else "This network wants nothing more."
    )
    st.markdown(
        f"**{_FACE}.** Found, turned upright, cut out and made small: 48×48 = 2,304 grays from 0 (black) to 255 "
        f"(white). {done} Its first step divides them by 255, so that they lie between 0 and 1. Point at a pixel to "
        "read it."
    )
    with st.container(horizontal=True, gap="large"):
        if steps:
            with st.container(width=340):
                st.html(picture_html(face, 340, "The face before this network's pre-processing"))
        with st.container(width=340):
            show_fixed_chart("explain_pixels", "The pixels that the network gets", face_figure(seen))


def show_wide(pixels: NDArray[np.uint8], alt: str, caption: str | None = None) -> None:
    """Show a picture as wide as there is room."""
    st.image(encode_png(pixels), width="stretch", caption=caption, alt=alt)


def _maps(layer: Layer, source: NDArray[np.float32]) -> None:
    if layer.kind == "convolution" and layer.weights.shape[-1] == 1:
        caption = "Its filters: white adds, black subtracts, gray ignores"
        show_wide(filter_sheet(layer), f"The filters of {layer.title}", caption)
    caption = "Its maps of this face, the strongest first"
    show_wide(map_sheet(layer), f"The maps that {layer.title} makes of this face", caption)
    if layer.kind == "convolution":
        with st.container(border=True):
            _one_map(layer, source)


def _one_map(layer: Layer, source: NDArray[np.float32]) -> None:
    """One of the maps, its filter, and its largest number worked out."""
    order = strongest(layer)
    label, key = "One of its maps, counted as above", f"explain_map_{layer.title}"
    rank = st.number_input(label, 1, len(order), key=key, help="1 is the strongest.", width=260)
    number = int(order[int(rank) - 1])
    worked = work_out(layer, source, number)
    if worked.channels > 1:
        caption = f"Its filter has a slice for each of the {worked.channels:,} maps before it; those that weigh most"
        show_wide(slice_sheet(layer, number), f"The slices of one filter of {layer.title}", caption)
    if not worked.adds_up:
        return
    st.markdown(
        f"It is brightest in row {worked.row}, column {worked.column}: **{worked.value:.3g}**. "
        + ("There the filter reads:" if worked.channels == 1 else f"Most comes from map {worked.channel} before it:")
    )
    st.html(worked_html(worked))
    others = f" {signed(worked.others)} (the other {worked.channels - 1:,} maps)" if worked.channels > 1 else ""
    bias = f"{signed(worked.bias)} (the bias)"
    st.markdown(f"{worked.here:.3g} (the sum of these products){others} {bias} = **{worked.total:.3g}**")


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
    what = f"The score of {plain(class_names[top])}" if is_score else f"The largest, number {top}"
    rest = made.total - made.bias - float((made.values[:_LISTED] * made.weights[:_LISTED]).sum())
    shown = list(zip(made.inputs, made.values, made.weights, strict=True))[:_LISTED]
    lines = [
        *((f"input {place}", value, weight, value * weight) for place, value, weight in shown),
        (f"the {len(made.inputs) - len(shown):,} others", None, None, rest),
        ("the bias", None, None, made.bias),
        ("the sum", None, None, made.total),
    ]
    st.markdown(f"**{what}, worked out.** The products that count most:")
    names = ["value", "times weight", "gives"]
    table = pd.DataFrame(lines, columns=["", *names])
    formats = dict.fromkeys(names, st.column_config.NumberColumn(format="%.3f"))
    st.dataframe(table, hide_index=True, height="content", placeholder="", column_config=formats)
