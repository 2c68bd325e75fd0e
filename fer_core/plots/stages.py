"""Stages of a face with their histograms, side by side, as HTML."""

import base64
from collections.abc import Sequence
from html import escape

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.faces.images import to_gray
from fer_core.recognition.stages import Stage

_BINS = 64
_HEIGHT = 56  # CSS pixels of a histogram
_CUT = 0.995  # of the bins fit; the few that are higher are cut, or they would flatten all others


def stage_cards(stages: Sequence[Stage]) -> str:
    """A card for each stage: its number and title, the picture, the histogram of its greys, and two figures.

    Args:
        stages: In order.

    Returns:
        HTML that flows into as many columns as there is room for.
    """
    cards = "".join(_card(number, stage) for number, stage in enumerate(stages, start=1))
    grid = "display:grid;grid-template-columns:repeat(auto-fill,minmax(clamp(150px,28%,240px),1fr));gap:24px 20px"
    return f'<div style="{grid}">{cards}</div>'


def histogram_html(gray: NDArray[np.uint8]) -> str:
    """How frequent each grey is, black on the left and white on the right.

    Args:
        gray: Any shape, uint8.
    """
    counts = np.histogram(gray, bins=_BINS, range=(0, 256))[0]
    highest = max(float(np.quantile(counts, _CUT)), 1.0)
    bars = "".join(
        f'<div style="flex:1;height:{100 * min(1.0, count / highest):.1f}%;background:currentColor;opacity:.55"></div>'
        for count in counts
    )
    words = f"Histogram: greys from {gray.min()} to {gray.max()}, mean {gray.mean():.0f}"
    line = f"display:flex;align-items:flex-end;height:{_HEIGHT}px;border-bottom:1px solid;gap:1px"
    scale = "height:5px;background:linear-gradient(to right,#000,#fff);border-radius:0 0 3px 3px"
    return f'<div role="img" aria-label="{words}"><div style="{line}">{bars}</div><div style="{scale}"></div></div>'


def _card(number: int, stage: Stage) -> str:
    gray = to_gray(stage.image)
    figures = f"mean {gray.mean():.0f} · spread {gray.std():.0f}"
    shown = "display:block;width:100%;aspect-ratio:1;object-fit:cover;image-rendering:pixelated;border-radius:6px"
    return (
        '<div style="display:flex;flex-direction:column;gap:8px">'
        f"<div><b>{number}. {escape(stage.title)}</b>"
        f'<div style="font-size:13px;opacity:.8;min-height:2.7em;line-height:1.35">{escape(stage.meaning)}</div></div>'
        f'<img src="{_address(stage.image)}" alt="{escape(stage.title)}" style="{shown}">'
        f'{histogram_html(gray)}<div style="font-size:13px;opacity:.8">{figures}</div></div>'
    )


def _address(image: NDArray[np.uint8]) -> str:
    pixels = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", pixels)[1].tobytes()).decode()
