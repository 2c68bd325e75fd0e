"""What ten people said of one face beside what a network says of it, as HTML."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Prediction
from fer_core.datasets.votes import vote_distribution
from fer_core.labels import EMOTIONS, VOTE_COLUMNS, class_colors
from fer_core.storage.plaintext import percent

_GROUND = "color-mix(in srgb, currentColor 10%, transparent)"
_NO_EMOTION = "#8a8f98"
_WORDS = {"NF": "not a face"}


def crowd_and_network(votes: NDArray[np.uint8], prediction: Prediction | None, name: str = "") -> str:
    """A line for each answer: the crowd's votes, what training on distributions would aim at, the network's bar.

    Args:
        votes: ``(10,)`` counts in the order of ``VOTE_COLUMNS``, or ``(0,)`` without votes.
        prediction: What a network says, or None.
        name: Of that network's checkpoint.

    Returns:
        HTML.
    """
    answers = list(VOTE_COLUMNS) if len(votes) else list(EMOTIONS)
    colors = class_colors(EMOTIONS) | dict.fromkeys(VOTE_COLUMNS[len(EMOTIONS) :], _NO_EMOTION)
    head, columns = [""], ["minmax(76px,max-content)"]
    cells: list[list[str]] = [[f"<span>{escape(_WORDS.get(a, a))}</span>" for a in answers]]
    if len(votes):
        total = max(1, int(votes.sum()))
        head += ["ten people", "", "target"]
        columns += ["minmax(48px,1fr)", "1.4em", "3.2em"]
        cells.append([_bar(int(v) / total, colors[a]) for a, v in zip(answers, votes, strict=True)])
        cells.append([_number(str(int(v)) if v else "·") for v in votes])
        cells.append([_number(text) for text in _targets(votes)])
    if prediction:
        said = dict(zip(prediction.class_names, prediction.probabilities.astype(float), strict=True))
        head += [name, ""]
        columns += ["minmax(48px,1fr)", "3.2em"]
        cells.append([_bar(said[a], colors[a]) if a in said else "<span></span>" for a in answers])
        cells.append([_number(percent(said[a]) if a in said else "–") for a in answers])
    titles = "".join(f'<span style="opacity:.75;overflow-wrap:anywhere">{escape(title)}</span>' for title in head)
    lines = "".join("".join(line) for line in zip(*cells, strict=True))
    grid = f"display:grid;grid-template-columns:{' '.join(columns)};gap:5px 8px;align-items:center"
    return f'<div style="{grid};font-size:13px;line-height:1.3">{titles}{lines}</div>'


def _targets(votes: NDArray[np.uint8]) -> list[str]:
    """The official distribution of one row, answer by answer; dots where the rule drops the row."""
    keep, shares = vote_distribution(votes[None])
    texts = [percent(share) if keep[0] and share else "·" for share in shares[0]]
    return texts + ["·"] * (len(VOTE_COLUMNS) - len(texts))


def _bar(share: float, color: str) -> str:
    fill = f"width:{100 * share:.2f}%;height:100%;background:{color};border-radius:3px"
    return f'<div style="height:12px;background:{_GROUND};border-radius:3px"><div style="{fill}"></div></div>'


def _number(text: str) -> str:
    return f'<span style="text-align:right;font-variant-numeric:tabular-nums">{text}</span>'
