"""What the faces of a video looked like over time: a band for each face, the classes stacked in their colors."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fer_core.labels import class_colors
from fer_core.plots.style import styled
from fer_core.recognition.timelines import FaceTimeline
from fer_core.storage.plaintext import percent

MAX_LISTED_TIMELINES = 8
"""Most faces of a chart; of more, those seen for longest."""

_POINTS = 400  # of a face on the chart: more than a screen resolves
_GAP = 1.0  # seconds without a face after which its band is interrupted
_GROUND = "rgba(128, 140, 160, 0.16)"
_ROW_HEIGHT, _ROW_SPACE, _BELOW = 84, 44, 96  # in pixels


def longest_seen(timelines: Sequence[FaceTimeline], count: int = MAX_LISTED_TIMELINES) -> tuple[FaceTimeline, ...]:
    """Return those seen in most frames, in the order of their numbers."""
    most = sorted(timelines, key=lambda one: (-len(one.times), one.number))[:count]
    return tuple(sorted(most, key=lambda one: one.number))


def emotion_timeline(timelines: Sequence[FaceTimeline], seconds: float, *, interval: float = 0.1) -> go.Figure:
    """Draw the shares of the classes over time as bands of at least one face; the frames' interval is in seconds."""
    rows = len(timelines)
    height = rows * (_ROW_HEIGHT + _ROW_SPACE) + _BELOW
    spacing = _ROW_SPACE / (height - _BELOW - _ROW_SPACE) if rows > 1 else 0.0
    titles = [face_in_words(timeline) for timeline in timelines]
    figure = make_subplots(rows=rows, cols=1, shared_xaxes=True, vertical_spacing=spacing, subplot_titles=titles)
    for row, timeline in enumerate(timelines, start=1):
        _add_band(figure, timeline, row, interval)
    _style(figure, seconds, height)
    return figure


def face_in_words(timeline: FaceTimeline) -> str:
    """Return a face and its most frequent labels, such as "Face 2 · labeled happiness 61%, neutral 39% of the time"."""
    shares = [f"{name} {percent(share, 0)}" for name, share in list(timeline.shares.items())[:3]]
    return f"<b>Face {timeline.number}</b> · labeled {', '.join(shares)} of the time"


def _add_band(figure: go.Figure, timeline: FaceTimeline, row: int, interval: float) -> None:
    times, shares = _outline(*_thinned(timeline.times, timeline.probabilities), interval)
    colors = class_colors(timeline.class_names)
    for index, name in enumerate(timeline.class_names):
        figure.add_scatter(
            x=times,
            y=shares[:, index],
            name=name,
            legendgroup=name,
            showlegend=row == 1,
            stackgroup=f"face {row}",
            mode="lines",
            line={"width": 0, "color": colors[name]},
            fillcolor=colors[name],
            hovertemplate="%{y:.0%}",
            row=row,
            col=1,
        )


def _thinned(
    times: NDArray[np.float64], probabilities: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return means of neighboring moments, so that a long video's chart stays light."""
    step = -(-len(times) // _POINTS)
    starts = np.arange(0, len(times), step)
    counts = np.diff(np.append(starts, len(times)))
    sums = np.add.reduceat(probabilities.astype(np.float64), starts, axis=0)
    return times[starts], sums / counts[:, None]


def _outline(
    times: NDArray[np.float64], shares: NDArray[np.float64], interval: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of a band that falls to nothing wherever the face is gone for over ``_GAP`` seconds."""
    usual = max(interval, float(np.median(np.diff(times))) if len(times) > 1 else interval)
    last = np.append(np.flatnonzero(np.diff(times) > max(_GAP, 2 * usual)), len(times) - 1)
    first = np.append(0, last[:-1] + 1)
    ends = times[last] + usual
    nothing = np.zeros((len(last), shares.shape[1]))
    all_times = np.concatenate([times, times[first], ends, ends])
    all_shares = np.concatenate([shares, nothing, shares[last], nothing])
    ranks = np.repeat([1, 0, 2, 3], [len(times), len(first), len(last), len(last)])
    order = np.lexsort((ranks, all_times))
    return all_times[order].round(3), all_shares[order].round(4)


def _style(figure: go.Figure, seconds: float, height: int) -> None:
    styled(
        figure,
        height=height,
        margin={"l": 8, "r": 8, "t": _ROW_SPACE, "b": 8},
        hovermode="x unified",
        legend={"x": 0, "xanchor": "left", "font": {"size": 13}},
    )
    figure.add_shape(
        {"type": "rect", "x0": 0, "x1": seconds, "y0": 0, "y1": 1, "line": {"width": 0}},
        fillcolor=_GROUND,
        layer="below",
        row="all",
        col=1,
    )
    figure.update_annotations(x=0, xanchor="left", font={"size": 14})
    figure.update_xaxes(range=[0, max(seconds, 0.1)], showgrid=False, ticksuffix=" s", fixedrange=True)
    figure.update_yaxes(range=[0, 1], showticklabels=False, showgrid=False, fixedrange=True)
