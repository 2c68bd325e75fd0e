"""One map enlarged: point at a value to see what lies in the window there, the filter, and their products."""

import base64
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.explain.arithmetic import SlidingWindow
from pages.shared.tiles import component

_FIGURE = '<figure class="{name}"><canvas {attributes}></canvas><figcaption></figcaption></figure>'
_window = component(
    "fer_window",
    '<div class="frame"><div class="look">'
    + _FIGURE.format(name="read", attributes='role="img" aria-label="Its input maps, with the window"')
    + '<div class="numbers"></div>'
    + _FIGURE.format(name="made", attributes='role="application" tabindex="0"')
    + '<div class="sum"></div><div class="controls"><button type="button" class="play">Play</button>'
    '<button type="button" class="step">Step</button><span class="place" role="status"></span></div></div></div>',
    Path(__file__).parent / "components" / "window",
)


def show_face_values(seen: NDArray[np.uint8]) -> None:
    """Show a ``(48, 48)`` uint8 face as the network gets it, with each pixel's gray under the pointer."""
    _show("the face", "The face as the network sees it", seen.astype(np.float32), white=255)


def show_map(title: str, output: NDArray[np.float32], window: SlidingWindow | None, before: str) -> None:
    """Show one ``(rows, columns)`` map enlarged, and where a window makes it, what comes into each value.

    Args:
        title: The map's name, such as "Map 3 of Convolution 1".
        output: The map.
        window: How it comes about, or None.
        before: What the window slides over, such as "Convolution 1".
    """
    _show(title, title, output, slide=None if window is None else _slide(window, before))


def _show(name: str, title: str, output: NDArray[np.float32], **more: object) -> None:
    rows, columns = output.shape
    data = {"name": name, "title": title, "output": _packed(output), "rows": rows, "columns": columns}
    _window(key="explain_window", data=data | more)


def _slide(window: SlidingWindow, before: str) -> dict[str, object]:
    height, width, channels = window.source.shape
    return {
        "rule": window.rule,
        "source": _packed(window.source),
        "height": height,
        "width": width,
        "channels": channels,
        "kernel": _packed(window.kernel),
        "bias": window.bias,
        "bend": window.bend,
        "size": window.size,
        "start": window.start,
        "stride": window.stride,
        "names": "Map",
        "before": before,
    }


def _packed(values: NDArray[np.float32]) -> str:
    """Numbers as the browser reads them at once: little-endian float32 in base64."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()
