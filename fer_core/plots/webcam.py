"""What a live stream shows beside its picture, as HTML that is quick to send several times a second."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import NOT_SURE
from fer_core.labels import class_colors
from fer_core.plots.pictures import data_address, image_html
from fer_core.plots.prediction import probability_bars
from fer_core.recognition.drawing import face_color
from fer_core.recognition.webcam import HISTORY_SECONDS, Moment
from fer_core.storage.plaintext import percent

_HEIGHT = 100  # of a strip, in units of a per cent
_PRESENT = 2.0  # seconds after which a face counts as gone
_FAINT = "color-mix(in srgb, currentColor 8%, transparent)"


def present_faces(history: Sequence[Moment], now: float) -> tuple[int, ...]:
    """Return the numbers of the faces seen a moment before ``now``, in seconds, the smallest first."""
    return tuple(sorted({moment.face for moment in history if now - moment.time <= _PRESENT}))


def gone_faces(history: Sequence[Moment], now: float) -> tuple[int, ...]:
    """Return the numbers of the other faces of the last minute, the one that left last first."""
    last_seen = {moment.face: moment.time for moment in history}
    gone = set(last_seen).difference(present_faces(history, now))
    return tuple(sorted(gone, key=last_seen.__getitem__, reverse=True))


def face_strip(number: int, history: Sequence[Moment], now: float) -> str:
    """Return one face as HTML: its number and emotion, the probabilities now, and those of the last minute as bands.

    The moments of the stream, the oldest first, are until ``now``, in seconds; at least one is of this face.
    """
    moments = [moment for moment in history if moment.face == number]
    latest = moments[-1]
    probability = float(latest.prediction.probabilities[latest.prediction.class_names.index(latest.class_name)])
    badge = (
        f"display:inline-block;min-width:1.7em;text-align:center;border-radius:6px;background:{face_color(number)};"
        "color:#14161a;font-weight:700;margin-right:8px;border:1px solid rgba(20,22,26,.35)"
    )
    words = f"looks like: <b>{escape(latest.class_name)}</b> ({percent(probability, 0)})"
    if probability < latest.prediction.not_sure_below:
        words = f"<b>{NOT_SURE}</b>; most likely {escape(latest.class_name)} ({percent(probability, 0)})"
    return (
        f'<div style="font-size:15px;margin-bottom:6px"><span style="{badge}">{number}</span>{words}</div>'
        f"{probability_bars(latest.prediction)}{_bands(moments, now, number)}"
    )


def _bands(moments: Sequence[Moment], now: float, number: int) -> str:
    """Return the shares of the classes second by second, stacked; gaps where the face was not seen."""
    class_names = moments[-1].prediction.class_names
    seconds = _by_second([m for m in moments if m.prediction.class_names == class_names], now)
    colors = class_colors(class_names)
    paths = [
        f'<path d="{path}" fill="{colors[name]}"/>'
        for index, name in enumerate(class_names)
        if (path := _band(seconds, index))
    ]
    box = f"0 0 {int(HISTORY_SECONDS)} {_HEIGHT}"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" preserveAspectRatio="none">{"".join(paths)}</svg>'
    address = data_address(svg.encode(), "svg+xml")  # as an image: Streamlit takes bare SVG out of pages
    style = f"margin-top:10px;width:100%;height:52px;background:{_FAINT};border-radius:4px"
    axis = "display:flex;justify-content:space-between;font-size:12px;opacity:.75;margin-top:2px"
    return (
        f"{image_html(address, f'Face {number} over the last minute', style)}"
        f'<div style="{axis}"><span>a minute ago</span><span>now</span></div>'
    )


def _by_second(moments: Sequence[Moment], now: float) -> dict[int, NDArray[np.float64]]:
    """Return cumulated mean shares (0 to 100, classes + 1 borders) for each second, counted from a minute ago."""
    rows: dict[int, list[NDArray[np.float32]]] = {}
    for moment in moments:
        second = int(HISTORY_SECONDS - (now - moment.time))
        if 0 <= second < HISTORY_SECONDS:
            rows.setdefault(second, []).append(moment.prediction.probabilities)
    return {
        second: np.concatenate([[0.0], np.cumsum(np.mean(shares, axis=0))]) * _HEIGHT for second, shares in rows.items()
    }


def _band(seconds: dict[int, NDArray[np.float64]], index: int) -> str:
    """Return the outline of one class's band: a closed shape for each stretch of seconds without a gap."""
    shapes, numbers = [], np.array(sorted(seconds), int)
    for stretch in np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1) if seconds else ():
        tops = "".join(f"L{s} {seconds[s][index]:.0f}L{s + 1} {seconds[s][index]:.0f}" for s in stretch.tolist())
        ends = "".join(
            f"L{s + 1} {seconds[s][index + 1]:.0f}L{s} {seconds[s][index + 1]:.0f}" for s in stretch[::-1].tolist()
        )
        shapes.append(f"M{tops[1:]}{ends}Z")
    return "".join(shapes)
