"""Faces beside what the network says of them, as HTML: fifty of them cost a page less than one chart."""

import base64
from collections.abc import Mapping, Sequence
from html import escape

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import NOT_SURE, Prediction
from fer_core.labels import class_colors
from fer_core.recognition.recognize import Recognition
from fer_core.storage.plaintext import percent

_BAR_GROUND = "color-mix(in srgb, currentColor 10%, transparent)"


def picture_html(gray: NDArray[np.uint8], size: int, alt: str) -> str:
    """A small grey picture, enlarged without blur.

    Args:
        gray: Shape (height, width), uint8.
        size: Width on the page, in CSS pixels.
        alt: What it shows, for those who do not see it.

    Returns:
        An ``img`` element with the picture inside.
    """
    data = base64.b64encode(cv2.imencode(".png", gray)[1].tobytes()).decode()
    style = f"display:block;width:{size}px;max-width:100%;height:auto;image-rendering:pixelated;border-radius:6px"
    return f'<img src="data:image/png;base64,{data}" alt="{escape(alt)}" style="{style}">'


def jpeg_html(jpeg: bytes, alt: str) -> str:
    """A picture inside the page: one that changes often would be gone from the server before a browser asks for it.

    Args:
        jpeg: The file's content.
        alt: What it shows, for those who do not see it.
    """
    data = base64.b64encode(jpeg).decode()
    style = "display:block;max-width:100%;height:auto;border-radius:6px"
    return f'<img src="data:image/jpeg;base64,{data}" alt="{escape(alt)}" style="{style}">'


def in_words(prediction: Prediction) -> str:
    """The answer as people say it, such as "looks like: happiness (92 %)" or "not sure; most likely fear (31 %)"."""
    answer = f"{prediction.class_name} ({percent(prediction.confidence)})"
    return f"looks like: {answer}" if prediction.is_sure else f"{NOT_SURE}; most likely {answer}"


def probability_bars(prediction: Prediction) -> str:
    """One bar for each class in the classes' own order, so that two faces can be compared line by line.

    Args:
        prediction: What the network says of a face.

    Returns:
        HTML: name, bar in the emotion's colour and percent.
    """
    colors = class_colors(prediction.class_names)
    rows = [
        _bar(name, float(share), colors[name], percent(share), bold=name == prediction.class_name)
        for name, share in zip(prediction.class_names, prediction.probabilities, strict=True)
    ]
    return _bars(prediction.class_names, rows)


def _bars(names: Sequence[str], rows: Sequence[str]) -> str:
    widest = max(map(len, names))
    grid = f"display:grid;grid-template-columns:minmax({0.58 * widest:.1f}em,max-content) minmax(40px,1fr) 3.1em"
    return f'<div style="{grid};gap:2px 8px;align-items:center;font-size:13px;line-height:1.3">{"".join(rows)}</div>'


def share_bars(counts: Mapping[str, int], *, most: int, unit: str = "") -> str:
    """One bar for each class of some counts.

    Args:
        counts: By class name, in the order in which they are shown.
        most: The count that fills a bar.
        unit: What stands behind each number.

    Returns:
        HTML: name, bar in the emotion's colour and the count; the largest ones are bold.
    """
    colors, largest = class_colors(tuple(counts)), max(counts.values(), default=0)
    rows = [
        _bar(name, count / most, colors[name], f"{count}{unit}", bold=0 < count == largest)
        for name, count in counts.items()
    ]
    return _bars(list(counts), rows)


def face_cards(recognitions: Sequence[Recognition], *, is_whole: bool = False) -> str:
    """A card for each face: its number, the crop as the network sees it, the answer in words and the bars.

    Args:
        recognitions: The faces.
        is_whole: Whether they are no faces but whole pictures, which have no number.

    Returns:
        HTML that flows into as many columns as there is room for.
    """
    titles = ["Whole picture" if is_whole else f"Face {number}" for number in range(1, len(recognitions) + 1)]
    cards = "".join(map(_card, titles, recognitions))
    grid = "display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,290px),1fr));gap:20px"
    return f'<div style="{grid}">{cards}</div>'


def _bar(name: str, share: float, color: str, text: str, *, bold: bool) -> str:
    weight = "font-weight:600" if bold else "opacity:.85"
    fill = f"width:{100 * share:.2f}%;height:100%;background:{color};border-radius:3px"
    return (
        f'<div style="{weight}">{escape(name)}</div>'
        f'<div style="height:12px;background:{_BAR_GROUND};border-radius:3px"><div style="{fill}"></div></div>'
        f'<div style="{weight};text-align:right;font-variant-numeric:tabular-nums">{escape(text)}</div>'
    )


def _card(title: str, item: Recognition) -> str:
    words = in_words(item.prediction)
    picture = picture_html(item.crop, 96, f"{title} as the network sees it")
    return (
        '<div style="display:grid;grid-template-columns:96px 1fr;gap:4px 14px">'
        f'<div style="grid-column:1/-1;font-size:15px"><b>{escape(title)}</b> {escape(words)}</div>'
        f"<div>{picture}</div>{probability_bars(item.prediction)}</div>"
    )


def answers_side_by_side(faces: Sequence[Sequence[Recognition]], names: Sequence[str]) -> str:
    """A row for each face: its crop, then what each network says of it.

    Args:
        faces: For each network, the same faces in the same order.
        names: What the networks are called.

    Returns:
        HTML; networks stand side by side where there is room.
    """
    rows = []
    for number, answers in enumerate(zip(*faces, strict=True), start=1):
        columns = "".join(
            f'<div><div style="font-size:14px;margin-bottom:4px"><b>{escape(name)}</b><br>'
            f"{escape(in_words(item.prediction))}</div>{probability_bars(item.prediction)}</div>"
            for name, item in zip(names, answers, strict=True)
        )
        picture = picture_html(answers[0].crop, 96, f"Face {number} as the networks see it")
        grid = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,200px),1fr))"
        inner = f"{grid};gap:16px 24px;flex:1 1 240px"
        rows.append(
            '<div style="display:flex;flex-wrap:wrap;gap:14px 20px;margin-bottom:26px">'
            f'<div><b>Face {number}</b>{picture}</div><div style="{inner}">{columns}</div></div>'
        )
    return "".join(rows)
