"""The network as a row of blocks, each the picture that a face leaves in a layer; a click opens the layer."""

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.explain.layers import Layer
from fer_core.explain.pictures import thumbnail
from fer_core.plots.network import LAYER_COLORS
from fer_core.plots.pictures import contact_sheet
from pages.shared.address import follow_address, write_choice
from pages.shared.tiles import component, last_click

FACE = "The face"
_LAYER, _NETWORK = "explain_layer", "explain_network"
_PARAMETER = "layer"
_SMALLEST, _GROWTH = 24, 0.26  # sides of blocks in CSS pixels: of the smallest, and more for each pixel of the maps

_network = component(
    "fer_network",
    '<div class="network" role="group" aria-label="The network’s layers"></div><div class="words"></div>',
    Path(__file__).parent / "components" / "network",
)


def choose_layer(seen: NDArray[np.uint8], layers: Sequence[Layer]) -> int:
    """Show the network with what the ``(48, 48)`` uint8 face leaves in each layer; return the open one, -1: the face.

    The address names the layer.
    """
    titles = [FACE, *(layer.title for layer in layers)]
    follow_address(_PARAMETER, _LAYER, titles, FACE)
    place = titles.index(st.session_state.get(_LAYER, FACE))
    sheet = contact_sheet(np.stack([seen, *map(thumbnail, layers)]))
    face = {
        "title": FACE,
        "words": "48×48 gray values from 0 to 255",
        "color": LAYER_COLORS["input"],
        "side": _side(48),
        "depth": 0,
    }
    data = {
        "sheet": sheet.address,
        "columns": sheet.columns,
        "lines": sheet.lines,
        "blocks": [face, *map(_block, layers)],
        "chosen": place,
    }
    _network(key=_NETWORK, data=data, on_place_change=partial(_open, titles))
    return place - 1


def _open(titles: Sequence[str]) -> None:
    if (place := last_click(_NETWORK, len(titles))) is not None:
        st.session_state[_LAYER] = titles[place]
        write_choice(_PARAMETER, _LAYER, FACE)


def _block(layer: Layer) -> dict[str, object]:
    """How a layer is drawn: as large as its maps, as deep as there are many; plain numbers as a column."""
    block: dict[str, object] = {
        "title": layer.title,
        "words": layer.shape_in_words(),
        "color": LAYER_COLORS[layer.kind],
    }
    if not layer.is_map:
        return block | {"flat": True, "side": _side(0), "depth": 0}
    height, _, maps = layer.output.shape
    return block | {"side": _side(height), "depth": min(3, max(0, round(math.log2(maps)) - 4))}


def _side(height: int) -> float:
    return _SMALLEST + _GROWTH * min(height, 48)
