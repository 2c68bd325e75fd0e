"""Faces beside what people and networks say of them, as HTML: fifty of them cost a page less than one chart."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import NOT_SURE, Prediction
from fer_core.datasets.votes import vote_distribution
from fer_core.labels import EMOTIONS, NO_EMOTION_COLOR, VOTE_COLUMNS, class_colors
from fer_core.plots.pictures import flowing, picture_html
from fer_core.recognition.recognize import Recognition
from fer_core.storage.plaintext import percent

_GROUND = "color-mix(in srgb, currentColor 10%, transparent)"
_WORDS = {"NF": "not a face"}


def in_words(prediction: Prediction) -> str:
    """Return the answer such as "looks like: happiness (92%)" or "not sure; most likely fear (31%)"."""
    answer = f"{prediction.class_name} ({percent(prediction.confidence, 0)})"
    return f"looks like: {answer}" if prediction.is_sure else f"{NOT_SURE}; most likely {answer}"


def probability_bars(prediction: Prediction) -> str:
    """Return one bar a class as HTML, in the classes' own order, so that two faces can be compared line by line."""
    shares = dict(zip(prediction.class_names, prediction.probabilities.astype(float), strict=True))
    return _bars({name: (share, percent(share, 0), name == prediction.class_name) for name, share in shares.items()})


def share_bars(counts: Mapping[str, int], *, most: int, unit: str = "") -> str:
    """Return one bar a class of some counts as HTML, which ``most`` fills; the largest are bold, units stand behind."""
    largest = max(counts.values(), default=0)
    return _bars({name: (n / most, f"{n}{unit}", 0 < n == largest) for name, n in counts.items()})


def _bars(lines: Mapping[str, tuple[float, str, bool]]) -> str:
    """Return a line for each class: name, bar in its color and text, given its share, its text and if it is bold."""
    colors, rows = class_colors(tuple(lines)), []
    for name, (share, text, is_bold) in lines.items():
        weight = "font-weight:600" if is_bold else "opacity:.85"
        rows.append(
            f'<div style="{weight}">{escape(name)}</div>{_bar(share, colors[name])}'
            f'<div style="{weight};text-align:right;font-variant-numeric:tabular-nums">{escape(text)}</div>'
        )
    grid = f"minmax({0.58 * max(map(len, lines)):.1f}em,max-content) minmax(40px,1fr) 3.1em"
    return _grid(grid, "2px 8px", "".join(rows))


def _bar(share: float, color: str) -> str:
    fill = f"width:{100 * share:.2f}%;height:100%;background:{color};border-radius:3px"
    return f'<div style="height:12px;background:{_GROUND};border-radius:3px"><div style="{fill}"></div></div>'


def _grid(columns: str, gap: str, cells: str) -> str:
    style = f"display:grid;grid-template-columns:{columns};gap:{gap};align-items:center;font-size:13px;line-height:1.3"
    return f'<div style="{style}">{cells}</div>'


def face_cards(recognitions: Sequence[Recognition], *, title: str = "") -> str:
    """Return a card for each face as HTML: its number, or the only one's title, the crop, the answer and the bars."""
    titles = [title or f"Face {number}" for number in range(1, len(recognitions) + 1)]
    return flowing(map(_card, titles, recognitions), "minmax(min(100%,290px),1fr)", "20px")


def _card(title: str, item: Recognition) -> str:
    picture = picture_html(item.crop, 96, f"{title} as the network sees it")
    return (
        '<div style="display:grid;grid-template-columns:96px 1fr;gap:4px 14px">'
        f'<div style="grid-column:1/-1;font-size:15px"><b>{escape(title)}</b> {escape(in_words(item.prediction))}</div>'
        f"<div>{picture}</div>{probability_bars(item.prediction)}</div>"
    )


def answers_side_by_side(faces: Sequence[Sequence[Recognition]], names: Sequence[str]) -> str:
    """Return a row for each face as HTML: its crop, then what each network says of it, given each network's faces."""
    rows = []
    for number, answers in enumerate(zip(*faces, strict=True), start=1):
        columns = "".join(
            f'<div><div style="font-size:14px;margin-bottom:4px"><b>{escape(name)}</b><br>'
            f"{escape(in_words(item.prediction))}</div>{probability_bars(item.prediction)}</div>"
            for name, item in zip(names, answers, strict=True)
        )
        picture = picture_html(answers[0].crop, 96, f"Face {number} as the networks see it")
        grid = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,200px),1fr))"
        rows.append(
            '<div style="display:flex;flex-wrap:wrap;gap:14px 20px;margin-bottom:26px">'
            f'<div><b>Face {number}</b>{picture}</div><div style="{grid};gap:16px 24px;flex:1 1 240px">{columns}</div>'
            "</div>"
        )
    return "".join(rows)


def crowd_and_network(votes: NDArray[np.uint8], prediction: Prediction | None, name: str = "") -> str:
    """Return a line for each answer as HTML: the votes, the target of training on distributions, the network's bar.

    Votes are ``(10,)`` counts in the order of ``VOTE_COLUMNS``, or ``(0,)``; the name is that of the checkpoint.
    """
    answers = list(VOTE_COLUMNS) if len(votes) else list(EMOTIONS)
    colors = class_colors(EMOTIONS) | dict.fromkeys(VOTE_COLUMNS[len(EMOTIONS) :], NO_EMOTION_COLOR)
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
        cells.append([_number(percent(said[a], 0) if a in said else "–") for a in answers])
    titles = "".join(f'<span style="opacity:.75;overflow-wrap:anywhere">{escape(title)}</span>' for title in head)
    return _grid(" ".join(columns), "5px 8px", titles + "".join(map("".join, zip(*cells, strict=True))))


def _targets(votes: NDArray[np.uint8]) -> list[str]:
    """Return the official distribution of one row, answer by answer; dots where the rule drops the row."""
    keep, shares = vote_distribution(votes[None])
    texts = [percent(share, 0) if keep[0] and share else "·" for share in shares[0]]
    return texts + ["·"] * (len(VOTE_COLUMNS) - len(texts))


def _number(text: str) -> str:
    return f'<span style="text-align:right;font-variant-numeric:tabular-nums">{text}</span>'
