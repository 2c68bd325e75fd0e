"""A walk through the layers of a network."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from fer_core.insight.anatomy import Layer
from fer_core.insight.pictures import filter_sheet, map_sheet, png
from fer_core.insight.words import explain
from fer_core.plots.anatomy import Block, network_figure
from pages.shared.charts import drawn


def show_layers(layers: Sequence[Layer], class_names: Sequence[str]) -> None:
    """Shows one layer at a time, with the network drawn above.

    Args:
        layers: The layers with what the face left in them.
        class_names: Names of the outputs.
    """
    titles = [layer.title for layer in layers]
    chosen = st.select_slider("Layer", titles, key="layer", help="From the face on the left to the answer.")
    place = titles.index(chosen)
    st.plotly_chart(
        drawn(network_figure, tuple(map(Block.of, layers)), place),
        config={"displayModeBar": False},
        key="network",
        alt=f"The network as blocks, from the face to the answer; {chosen} is framed.",
    )
    st.caption("Blue: convolution · grey: pooling, averaging, flattening · violet: dense · orange: softmax")
    st.markdown(f"**{chosen}.** {explain(layers, place)}")
    layer = layers[place]
    if layer.kind == "softmax":
        _softmax(layers[layer.sources[0]].output, layer.output, class_names)
    elif layer.is_map:
        _maps(layer)
    else:
        _numbers(layer, class_names if layer.output.size == len(class_names) else ())


def _maps(layer: Layer) -> None:
    if layer.kind == "convolution" and layer.weights.shape[-1] == 1:
        st.image(
            png(filter_sheet(layer)),
            width="stretch",
            caption="Its filters: white adds, black subtracts, grey ignores",
            alt=f"The filters of {layer.title}",
        )
    st.image(
        png(map_sheet(layer)),
        width="stretch",
        caption="Its maps of this face, the strongest first",
        alt=f"The maps that {layer.title} makes of this face",
    )


def _numbers(layer: Layer, class_names: Sequence[str]) -> None:
    values = layer.output.ravel()
    if class_names:
        st.bar_chart(pd.DataFrame({"class": list(class_names), "score": values}), x="class", y="score", horizontal=True)
        return
    active = int((values > 0).sum())
    st.caption(f"{active:,} of {values.size:,} are above 0 for this face. The 200 largest, from the largest down:")
    st.bar_chart(pd.DataFrame({"value": np.sort(values)[::-1][:200]}), height=220)


def _letters(name: str) -> str:
    """A class name that a formula can hold, whatever a foreign checkpoint calls its classes."""
    return "".join(c for c in name if c.isalnum() or c == " ")


def _softmax(scores: NDArray[np.float32], shares: NDArray[np.float32], class_names: Sequence[str]) -> None:
    top = int(shares.argmax())
    powers = np.exp(scores.astype(float))
    st.latex(r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}} \qquad (1)")
    st.latex(
        rf"p_{{\text{{{_letters(class_names[top])}}}}} = \frac{{e^{{{scores[top]:.2f}}}}}"
        rf"{{{' + '.join(f'e^{{{z:.2f}}}' for z in scores)}}}"
        rf" = \frac{{{powers[top]:.3g}}}{{{powers.sum():.3g}}} = {shares[top]:.3f}"
    )
    table = pd.DataFrame({"class": class_names, "score z": scores, "e to the z": powers, "probability": shares})
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "score z": st.column_config.NumberColumn(format="%.2f"),
            "e to the z": st.column_config.NumberColumn(format="%.3g"),
            "probability": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
        },
    )
