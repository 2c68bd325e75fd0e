"""Pictures of a dataset with what networks say of them, as HTML."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.comparison import PairedComparison
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.robustness import LEVELS, PERTURBATIONS
from fer_core.labels import VOTE_COLUMNS, class_colors
from fer_core.plots.confusion import RIGHT_COLOR, WRONG_COLOR
from fer_core.plots.pictures import flowing, picture_html
from fer_core.storage.plaintext import percent
from fer_core.training.runs.validation import EpochView, FollowedFaces

_MOST_STEPS = 24


def cell_tile(report: EvaluationReport, dataset: FerDataset, position: int) -> str:
    """Return a picture, by its position, with the network's answers and the votes under it, 96 CSS pixels wide."""
    row, probabilities = report.rows[position], report.probabilities[position]
    truth, called = (report.class_names[labels[position]] for labels in (report.y_true, report.y_pred))
    order = np.argsort(-probabilities, kind="stable")
    said = ", ".join(f"{report.class_names[i]}&nbsp;{percent(probabilities[i], 0)}" for i in order[:2])
    lines = [_strip(probabilities, report.class_names), f'<div title="the network’s answers">{said}</div>']
    if len(dataset.votes):
        votes = _votes_in_words(dataset.votes[position])
        lines.append(f'<div style="opacity:.75" title="the votes of ten people">people: {votes}</div>')
    return _tile(dataset.images[position], f"Row {row}, {truth} called {called}", lines)


def pair_gallery(pair: PairedComparison, dataset: FerDataset, positions: NDArray[np.int64]) -> str:
    """Return pictures, by their positions, with what each of two checkpoints called them."""
    return flowing([_pair_tile(pair, dataset, int(p)) for p in positions], "118px", "14px 16px")


def _pair_tile(pair: PairedComparison, dataset: FerDataset, position: int) -> str:
    names, row = pair.first.class_names, pair.first.rows[position]
    truth = names[pair.first.y_true[position]]
    lines = [f"<div><b>{escape(truth)}</b></div>"]
    for name, report in zip(pair.names, (pair.first, pair.second), strict=True):
        said = f"{escape(names[report.y_pred[position]])}&nbsp;{percent(report.confidence[position], 0)}"
        lines.append(f'<div style="opacity:.8">{escape(name)}: {said}</div>')
    lines.append(f'<div style="opacity:.75">row {row}</div>')
    return _tile(dataset.images[position], f"Row {row}, {truth}", lines)


def _tile(image: NDArray[np.uint8], alt: str, lines: Sequence[str]) -> str:
    style = "font-size:12.5px;line-height:1.35;overflow-wrap:anywhere"
    return f'<div style="{style}">{picture_html(image, 96, alt)}{"".join(lines)}</div>'


def _strip(probabilities: NDArray[np.float32], class_names: Sequence[str]) -> str:
    """Return all probabilities as one bar in the emotions' colors, with the figures on hover."""
    colors = class_colors(class_names)
    shares = list(zip(class_names, probabilities, strict=True))
    figures = escape(", ".join(f"{name} {percent(share, 0)}" for name, share in shares))
    parts = "".join(f'<div style="width:{100 * p:.2f}%;background:{colors[name]}"></div>' for name, p in shares)
    style = "display:flex;width:96px;height:7px;border-radius:4px;overflow:hidden;margin:4px 0 3px"
    return f'<div role="img" aria-label="{figures}" title="{figures}" style="{style}">{parts}</div>'


def _votes_in_words(votes: NDArray[np.uint8]) -> str:
    """Return the two most frequent votes, such as "fear 6, surprise 3"."""
    order = np.argsort(-votes.astype(int), kind="stable")[:2]
    return ", ".join(f"{VOTE_COLUMNS[i]}&nbsp;{votes[i]}" for i in order if votes[i])


def perturbation_examples(image: NDArray[np.uint8]) -> str:
    """Return one ``(48, 48)`` picture under every perturbation and level as HTML."""
    lines = []
    for perturbation in PERTURBATIONS:
        made = [perturbation.perturbed(image[None], level)[0] for level in LEVELS]
        cells = "".join(
            f"<div>{picture_html(picture, 56, f'{perturbation.name} at level {level}')}"
            f'<div style="font-size:11px;opacity:.7">{perturbation.levels[level - 1]:g}</div></div>'
            for level, picture in zip(LEVELS, made, strict=True)
        )
        name = f"{escape(perturbation.name)} <span style='opacity:.7'>({escape(perturbation.unit)})</span>"
        lines.append(
            f'<div><div style="font-size:13px;margin-bottom:4px">{name}</div>'
            f'<div style="display:flex;gap:6px">{cells}</div></div>'
        )
    return f'<div style="display:flex;flex-wrap:wrap;gap:16px 28px">{"".join(lines)}</div>'


def followed_strip(faces: FollowedFaces, views: Sequence[EpochView], class_names: Sequence[str]) -> str:
    """Return a few validation faces as HTML with what the network takes them for, and how that changed.

    The last epoch is written out; all are a row of squares in the emotions' colors, the paler the less sure.
    """
    tiles = [
        _followed_tile(faces.images[i], class_names[label], [view.faces[i] for view in views], class_names)
        for i, label in enumerate(faces.labels)
    ]
    return f'<div style="font-size:13px;line-height:1.35">{flowing(tiles, "minmax(112px,1fr)", "14px")}</div>'


def _followed_tile(
    image: NDArray[np.uint8], true: str, answers: Sequence[Sequence[float]], names: Sequence[str]
) -> str:
    picture = picture_html(image, 96, f"A validation face labeled {true}")
    if not answers:
        return f"<div>{picture}<div>{escape(true)}</div></div>"
    best = int(np.argmax(answers[-1]))
    right = names[best] == true
    mark, word = ("✓", "right") if right else ("✗", f"is {true}")
    color = RIGHT_COLOR if right else WRONG_COLOR
    steps = "".join(_step(epoch, answer, names) for epoch, answer in _thinned(answers))
    return (
        f"<div>{picture}<div><b>{escape(names[best])}</b> {percent(answers[-1][best], 0)}</div>"
        f'<div><span style="color:color-mix(in srgb, {color} 75%, currentColor)">{mark}</span> {escape(word)}</div>'
        f'<div style="display:flex;gap:1px;width:96px;margin-top:3px">{steps}</div></div>'
    )


def _step(epoch: int, answer: Sequence[float], names: Sequence[str]) -> str:
    best = int(np.argmax(answer))
    color, opacity = class_colors(names)[names[best]], 0.25 + 0.75 * answer[best]
    title = f"Epoch {epoch}: {names[best]}, {percent(answer[best], 0)}"
    return f'<div title="{escape(title)}" style="flex:1;height:10px;background:{color};opacity:{opacity:.2f}"></div>'


def _thinned(answers: Sequence[Sequence[float]]) -> list[tuple[int, Sequence[float]]]:
    """Return epochs, from 1, with their answers: the first, the last and evenly spread ones between them."""
    last = len(answers) - 1
    picked = np.unique(np.linspace(0, last, min(_MOST_STEPS, len(answers))).round().astype(int))
    return [(int(index) + 1, answers[index]) for index in picked]
