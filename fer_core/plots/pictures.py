"""Pictures inside HTML: small faces, grids, contact sheets and the stages of a face with their histograms."""

import base64
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fer_core.faces.images import to_gray
from fer_core.recognition.stages import Stage

_SHARP = "image-rendering:pixelated;border-radius:6px"
_GAP = 12  # CSS pixels between faces
_MAX_COLUMNS = 40
_LOSSLESS_UP_TO = 100  # faces; of more a page would become heavy, and they are shown small
_QUALITY = 90
_BINS = 64
_HEIGHT = 56  # CSS pixels of a histogram
_CUT = 0.995  # of the bins fit; the few that are higher are cut, or they would flatten all others


def data_address(content: bytes, kind: str) -> str:
    """Return an image file's content as a ``data:`` address; the kind is "png", "jpeg" or "svg+xml"."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def png_address(image: NDArray[np.uint8]) -> str:
    """Return a gray or RGB picture as a ``data:`` address, without loss."""
    pixels = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return data_address(cv2.imencode(".png", pixels)[1].tobytes(), "png")


def image_html(address: str, alt: str, style: str) -> str:
    """Return an ``img`` element; ``alt`` says what it shows."""
    return f'<img src="{address}" alt="{escape(alt)}" style="display:block;{style}">'


def picture_html(gray: NDArray[np.uint8], size: int, alt: str) -> str:
    """Return a small gray picture as HTML, enlarged without blur to ``size`` CSS pixels."""
    return image_html(png_address(gray), alt, f"width:{size}px;max-width:100%;height:auto;{_SHARP}")


def qr_code(address: str) -> NDArray[np.uint8]:
    """Return an ASCII address of some hundred characters as ``(side, side)`` uint8: black modules, a white edge."""
    code = np.asarray(cv2.QRCodeEncoder.create().encode(address), np.uint8)
    edge = int((code < 128).any(axis=1).argmax())  # white rows on top; readers want four
    return np.pad(code, max(0, 4 - edge), constant_values=255)


def qr_html(address: str, least: int) -> str:
    """Return an ASCII address as a QR code of at least ``least`` CSS pixels, sharp on every screen."""
    code = qr_code(address)
    return picture_html(code, -(-least // len(code)) * len(code), "The address as a QR code")


def jpeg_html(jpeg: bytes, alt: str) -> str:
    """Return a JPEG inside the page: one that changes often would be gone before a browser asks the server for it."""
    return image_html(data_address(jpeg, "jpeg"), alt, "max-width:100%;height:auto;border-radius:6px")


def flowing(tiles: Iterable[str], columns: str, gap: str) -> str:
    """Return HTML that flows into as many columns of a CSS width as there is room for."""
    grid = f"display:grid;grid-template-columns:repeat(auto-fill,{columns});gap:{gap}"
    return f'<div style="{grid}">{"".join(tiles)}</div>'


def face_grid(
    images: NDArray[np.uint8], captions: Sequence[str], descriptions: Sequence[str], *, size: int = 96, columns: int = 8
) -> str:
    """Return small faces side by side as HTML, as many in a row as there is room for, enlarged without blur.

    Captions stand below; descriptions are for hovering and screen readers. Faces have at least ``size`` CSS pixels and
    grow to fill their row of at most ``columns``.
    """
    cells = [
        f'<figure style="margin:0" title="{escape(text)}">'
        f"{image_html(png_address(image), text, f'width:100%;aspect-ratio:1;{_SHARP}')}"
        f'<figcaption style="font-size:13px;line-height:1.35;margin-top:4px;opacity:.85">{escape(caption)}'
        "</figcaption></figure>"
        for image, caption, text in zip(images, captions, descriptions, strict=True)
    ]
    width = f"min(100%,max({size}px,(100% - {_GAP * (columns - 1)}px)/{columns}))"
    return flowing(cells, f"minmax({width},1fr)", f"16px {_GAP}px")


def illustrated(sample: pd.DataFrame, images: NDArray[np.uint8]) -> pd.DataFrame:
    """Return a table that has the column ``row`` with each row's face in front, given the dataset's images."""
    faces = [png_address(images[row]) for row in sample["row"]]
    return pd.DataFrame({"face": faces}, index=sample.index).join(sample)


@dataclass(frozen=True)
class Sheet:
    """Many faces in one picture, a ``data:`` address, in columns and lines; the last places may be empty."""

    address: str
    columns: int
    lines: int
    count: int


def contact_sheet(images: NDArray[np.uint8]) -> Sheet:
    """Lay ``(n, height, width)`` faces, at least one, side by side, line by line: quicker than a picture for each."""
    count, height, width = images.shape
    columns = min(_MAX_COLUMNS, count)
    lines = math.ceil(count / columns)
    places = np.zeros((lines * columns, height, width), np.uint8)
    places[:count] = images
    picture = places.reshape(lines, columns, height, width).swapaxes(1, 2).reshape(lines * height, columns * width)
    if count <= _LOSSLESS_UP_TO:
        return Sheet(png_address(picture), columns, lines, count)
    content = cv2.imencode(".jpeg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
    return Sheet(data_address(content, "jpeg"), columns, lines, count)


def stage_cards(stages: Sequence[Stage]) -> str:
    """Return a card for each stage as HTML: its title, the picture, the histogram of its grays, and two figures."""
    cards = [_stage_card(number, stage) for number, stage in enumerate(stages, start=1)]
    return flowing(cards, "minmax(clamp(150px,28%,240px),1fr)", "24px 20px")


def _stage_card(number: int, stage: Stage) -> str:
    gray = to_gray(stage.image)
    shown = f"width:100%;aspect-ratio:1;object-fit:cover;{_SHARP}"
    return (
        '<div style="display:flex;flex-direction:column;gap:8px">'
        f"<div><b>{number}. {escape(stage.title)}</b>"
        f'<div style="font-size:13px;opacity:.8;min-height:2.7em;line-height:1.35">{escape(stage.meaning)}</div></div>'
        f"{image_html(png_address(stage.image), stage.title, shown)}{histogram_html(gray)}"
        f'<div style="font-size:13px;opacity:.8">mean {gray.mean():.0f} · spread {gray.std():.0f}</div></div>'
    )


def histogram_html(gray: NDArray[np.uint8]) -> str:
    """Return how frequent each gray is as HTML, black on the left and white on the right."""
    counts = np.histogram(gray, bins=_BINS, range=(0, 256))[0]
    highest = max(float(np.quantile(counts, _CUT)), 1.0)
    bars = "".join(
        f'<div style="flex:1;height:{100 * min(1.0, count / highest):.1f}%;background:currentColor;opacity:.55"></div>'
        for count in counts
    )
    words = f"Histogram: grays from {gray.min()} to {gray.max()}, mean {gray.mean():.0f}"
    line = f"display:flex;align-items:flex-end;height:{_HEIGHT}px;border-bottom:1px solid;gap:1px"
    scale = "height:5px;background:linear-gradient(to right,#000,#fff);border-radius:0 0 3px 3px"
    return f'<div role="img" aria-label="{words}"><div style="{line}">{bars}</div><div style="{scale}"></div></div>'
