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
from fer_core.plots.prediction import picture_html
from fer_core.storage.plaintext import percent


def cell_gallery(report: EvaluationReport, dataset: FerDataset, positions: Sequence[int] | NDArray[np.int64]) -> str:
    """Pictures of a dataset with the network's confidence, the crowd's votes and the row number under each.

    Args:
        report: What a checkpoint said about the dataset.
        dataset: The dataset that was evaluated.
        positions: Which pictures, as indices into both.

    Returns:
        HTML that flows into as many columns as there is room for.
    """
    return _flowing([_tile(report, dataset, int(position)) for position in positions], width=96)


def _flowing(tiles: Sequence[str], width: int) -> str:
    grid = f"display:grid;grid-template-columns:repeat(auto-fill,{width}px);gap:14px 16px"
    return f'<div style="{grid}">{"".join(tiles)}</div>'


def _tile(report: EvaluationReport, dataset: FerDataset, position: int) -> str:
    row, probabilities = report.rows[position], report.probabilities[position]
    truth, called = (report.class_names[labels[position]] for labels in (report.y_true, report.y_pred))
    picture = picture_html(dataset.images[position], 96, f"Row {row}, {truth} called {called}")
    order = np.argsort(-probabilities, kind="stable")
    said = ", ".join(f"{report.class_names[i]}&nbsp;{100 * probabilities[i]:.0f}&nbsp;%" for i in order[:2])
    lines = [f'<div title="the network’s answers">{said}</div>']
    if len(dataset.votes):
        votes = _votes_in_words(dataset.votes[position])
        lines.append(f'<div style="opacity:.75" title="the votes of ten people">people: {votes}</div>')
    lines.append(f'<div style="opacity:.75">row {row}</div>')
    strip = _strip(probabilities, report.class_names)
    style = "font-size:12.5px;line-height:1.35;overflow-wrap:anywhere"
    return f'<div style="{style}">{picture}{strip}{"".join(lines)}</div>'


def _strip(probabilities: NDArray[np.float32], class_names: Sequence[str]) -> str:
    """All probabilities as one bar in the emotions' colours, with the figures where the mouse rests."""
    colors = class_colors(class_names)
    figures = ", ".join(f"{n} {percent(p, 1)}" for n, p in zip(class_names, probabilities, strict=True))
    parts = "".join(
        f'<div style="width:{100 * p:.2f}%;background:{colors[n]}"></div>'
        for n, p in zip(class_names, probabilities, strict=True)
    )
    style = "display:flex;width:96px;height:7px;border-radius:4px;overflow:hidden;margin:4px 0 3px"
    return f'<div role="img" aria-label="{escape(figures)}" title="{escape(figures)}" style="{style}">{parts}</div>'


def _votes_in_words(votes: NDArray[np.uint8]) -> str:
    """The two most frequent votes, such as "fear 6, surprise 3"."""
    order = np.argsort(-votes.astype(int), kind="stable")[:2]
    return ", ".join(f"{VOTE_COLUMNS[i]}&nbsp;{votes[i]}" for i in order if votes[i])


def perturbation_examples(image: NDArray[np.uint8]) -> str:
    """One picture under every perturbation and level, as a table of small pictures.

    Args:
        image: ``(48, 48)`` uint8.

    Returns:
        HTML.
    """
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


def pair_gallery(pair: PairedComparison, dataset: FerDataset, positions: Sequence[int] | NDArray[np.int64]) -> str:
    """Pictures with what each of two checkpoints called them.

    Args:
        pair: What the two said.
        dataset: The images that were scored.
        positions: Which pictures, as indices into both.

    Returns:
        HTML that flows into as many columns as there is room for.
    """
    return _flowing([_pair_tile(pair, dataset, int(position)) for position in positions], width=118)


def _pair_tile(pair: PairedComparison, dataset: FerDataset, position: int) -> str:
    names, row = pair.first.class_names, pair.first.rows[position]
    truth = names[pair.first.y_true[position]]
    said = [
        f'<div style="opacity:.8">{escape(name)}: {escape(names[report.y_pred[position]])}&nbsp;'
        f"{100 * report.confidence[position]:.0f}&nbsp;%</div>"
        for name, report in zip(pair.names, (pair.first, pair.second), strict=True)
    ]
    picture = picture_html(dataset.images[position], 96, f"Row {row}, {truth}")
    style = "font-size:12.5px;line-height:1.35;overflow-wrap:anywhere"
    return (
        f'<div style="{style}">{picture}<div><b>{escape(truth)}</b></div>{"".join(said)}'
        f'<div style="opacity:.7">row {row}</div></div>'
    )
