"""Drawn faces as HTML, and how networks answer when their muscles move."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.datasets.drawn.expression import UNITS, unit_title
from fer_core.datasets.drawn.face import Face
from fer_core.labels import class_colors
from fer_core.plots.pictures import data_address, image_html, jpeg_html
from fer_core.plots.style import BLUE, INK, share_axes, styled

_QUALITY = 92  # of JPEG
_STEP, _REST = 90, 900
"""Milliseconds that a face of an animation is seen."""


def portrait_html(face: Face, alt: str, size: int = 480) -> str:
    """Return a drawn face in color as HTML, at most ``size`` CSS pixels wide."""
    pixels = cv2.cvtColor(face.portrait(size), cv2.COLOR_RGB2BGR)
    return jpeg_html(cv2.imencode(".jpeg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes(), alt)


def moving_portrait_html(faces: Sequence[Face], alt: str, *, size: int, rests: int) -> str:
    """Return drawn faces one after the other as HTML, again and again; every n-th face, ``rests``, stays longer."""
    animation = cv2.Animation()
    animation.frames = [cv2.cvtColor(face.portrait(size), cv2.COLOR_RGB2BGR) for face in faces]
    animation.durations = [_REST if place % rests == 0 else _STEP for place in range(len(faces))]
    content = cv2.imencodeanimation(".webp", animation)[1].tobytes()
    return image_html(data_address(content, "webp"), alt, "border-radius:6px;max-width:100%")


def response_figure(
    unit: str,
    amounts: NDArray[np.float64],
    probabilities: NDArray[np.float32],
    class_names: tuple[str, ...],
    now: float,
) -> go.Figure:
    """Draw the probability of each class, ``(n, classes)``, against the amounts ``(n,)`` of one action unit, 0 to 1.

    A dotted line marks where the unit is ``now``.
    """
    figure, colors = go.Figure(), class_colors(class_names)
    for name, values in zip(class_names, probabilities.T, strict=True):
        line = {"color": colors[name], "width": 2.5}
        hover = f"{name} %{{y:.0%}} at %{{x:.0%}}<extra></extra>"
        figure.add_trace(go.Scatter(x=amounts, y=values, name=name, mode="lines", line=line, hovertemplate=hover))
    figure.add_vline(now, line={"color": INK, "dash": "dot"}, annotation_text="now", annotation_position="top")
    share_axes(figure, unit_title(unit), "Probability")
    return styled(figure, height=380)


def influence_bars(influences: Mapping[str, float]) -> go.Figure:
    """Draw how far each action unit can move the answer, the strongest on top."""
    names = list(influences)[::-1]
    figure = go.Figure(
        go.Bar(
            x=[influences[name] for name in names],
            y=[unit_title(name) for name in names],
            orientation="h",
            marker_color=BLUE,
            hovertemplate="%{y}: %{x:.0%}<extra></extra>",
        )
    )
    figure.update_xaxes(title_text="Largest change of the answer", range=[0, 1], tickformat=".0%")
    return styled(figure, height=24 * len(UNITS) + 60, bargap=0.35)
