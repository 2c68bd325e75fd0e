"""What a run makes of the validation faces, epoch by epoch, as HTML that costs a page less than a chart."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import class_colors
from fer_core.plots.evaluation import RIGHT_COLOR, WRONG_COLOR, cell_opacity
from fer_core.plots.prediction import picture_html
from fer_core.storage.plaintext import percent
from fer_core.training.runs.validation import EpochView, FollowedFaces

_MOST_STEPS = 24


def confusion_table(matrix: Sequence[Sequence[int]], class_names: Sequence[str]) -> str:
    """A confusion matrix as a small table: rows are true classes, columns what they were taken for.

    Args:
        matrix: ``(classes, classes)`` counts; a class without faces keeps its row.
        class_names: In the same order.

    Returns:
        HTML; a cell is the darker the larger its share of the row.
    """
    counts = np.asarray(matrix)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    heads = "".join(
        f'<th scope="col" style="font-weight:400;padding:2px;writing-mode:vertical-rl;transform:rotate(180deg);'
        f'text-align:left">{escape(name)}</th>'
        for name in class_names
    )
    rows = "".join(_row(class_names, row, counts[row], shares[row]) for row in range(len(class_names)))
    caption = '<caption style="caption-side:bottom;text-align:left;opacity:.75;padding-top:6px">'
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:separate;border-spacing:2px;font-size:13px;'
        f'font-variant-numeric:tabular-nums">{caption}rows: the true class · columns: what it was taken for</caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(names: Sequence[str], row: int, counts: NDArray[np.int64], shares: NDArray[np.float64]) -> str:
    cells = "".join(
        _cell(f"{names[row]} taken for {names[column]}", int(counts[column]), float(shares[column]), row == column)
        for column in range(len(names))
    )
    head = f'<th scope="row" style="font-weight:400;text-align:right;padding-right:6px">{escape(names[row])}</th>'
    return f"<tr>{head}{cells}</tr>"


def _cell(title: str, count: int, share: float, right: bool) -> str:
    color = RIGHT_COLOR if right else WRONG_COLOR
    ground = f"color-mix(in srgb, {color} {100 * cell_opacity(share):.0f}%, transparent)"
    text = "color:#fff;" if share >= 0.5 else "" if count else "opacity:.45;"
    style = f"background:{ground};{text}min-width:34px;height:30px;text-align:center;border-radius:4px"
    return f'<td title="{escape(title)}: {count}" style="{style}">{count}</td>'


def followed_strip(faces: FollowedFaces, views: Sequence[EpochView], class_names: Sequence[str]) -> str:
    """The same few validation faces with what the network takes them for, and how that changed.

    Args:
        faces: The faces.
        views: The complete epochs, in order; the last one is written out, the ones before are a row of squares in
            the colours of the emotions, the paler the less sure.
        class_names: The classes.

    Returns:
        HTML that flows into as many columns as there is room for.
    """
    tiles = "".join(
        _tile(faces.images[face], class_names[faces.labels[face]], [view.faces[face] for view in views], class_names)
        for face in range(len(faces.labels))
    )
    return (
        '<div style="display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:14px;'
        f'font-size:13px;line-height:1.35">{tiles}</div>'
    )


def _tile(image: NDArray[np.uint8], true: str, answers: Sequence[Sequence[float]], names: Sequence[str]) -> str:
    picture = picture_html(image, 96, f"A validation face that shows {true}")
    if not answers:
        return f"<div>{picture}<div>{escape(true)}</div></div>"
    best = int(np.argmax(answers[-1]))
    right = names[best] == true
    mark, word = ("✓", "right") if right else ("✗", f"is {true}")
    color = RIGHT_COLOR if right else WRONG_COLOR
    steps = "".join(_step(epoch, answer, names) for epoch, answer in _thinned(answers))
    return (
        f"<div>{picture}<div><b>{escape(names[best])}</b> {percent(answers[-1][best])}</div>"
        f'<div><span style="color:color-mix(in srgb, {color} 75%, currentColor)">{mark}</span> {escape(word)}</div>'
        f'<div style="display:flex;gap:1px;width:96px;margin-top:3px">{steps}</div></div>'
    )


def _step(epoch: int, answer: Sequence[float], names: Sequence[str]) -> str:
    best = int(np.argmax(answer))
    color, opacity = class_colors(names)[names[best]], 0.25 + 0.75 * answer[best]
    title = f"Epoch {epoch}: {names[best]}, {percent(answer[best])}"
    return f'<div title="{escape(title)}" style="flex:1;height:10px;background:{color};opacity:{opacity:.2f}"></div>'


def _thinned(answers: Sequence[Sequence[float]]) -> list[tuple[int, Sequence[float]]]:
    """Epochs, from 1, with their answers: the first, the last and evenly spread ones between them."""
    last = len(answers) - 1
    picked = np.unique(np.linspace(0, last, min(_MOST_STEPS, len(answers))).round().astype(int))
    return [(int(index) + 1, answers[index]) for index in picked]
