"""One HTML file that needs nothing else: no network, no app; it prints well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1b2330; background: #fff; max-width: 900px; margin: 2rem auto;
  padding: 0 1.2rem; }
h1 { font-size: 1.7rem; margin-bottom: .2rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; }
.lead { color: #4a5568; margin-top: 0; }
.verdict { font-size: 1.1rem; border-left: 4px solid #3b78d8; padding: .3rem 1rem; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 1.2rem 0; }
.tile { border: 1px solid #d5dbe5; border-radius: 10px; padding: .6rem 1rem; min-width: 120px; }
.tile b { display: block; font-size: 1.35rem; } .tile span { color: #4a5568; font-size: .9rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid #e3e8ef; }
th:first-child, td:first-child { text-align: left; }
.figure { break-inside: avoid; margin: 1rem 0; } .save { font-size: .85rem; }
.save button { font: inherit; border: 1px solid #d5dbe5; background: #f7f9fc; border-radius: 6px; padding: .1rem .6rem;
  cursor: pointer; margin-right: .4rem; }
footer { margin-top: 3rem; color: #4a5568; font-size: .85rem; }
@media print { body { max-width: none; margin: 0; font-size: 11pt; } .save { display: none; }
  h2 { break-after: avoid; } tr { break-inside: avoid; } }
"""

_SCRIPT = """
document.querySelectorAll('.figure').forEach(function (box) {
  var chart = box.querySelector('.chart'), spec = JSON.parse(box.querySelector('script').textContent);
  Plotly.newPlot(chart, spec.data, spec.layout, {displayModeBar: false, responsive: true});
  box.querySelectorAll('button').forEach(function (button) {
    button.onclick = function () {
      Plotly.downloadImage(chart, {format: button.dataset.format, filename: box.id, scale: 2,
        width: chart.offsetWidth, height: chart.offsetHeight});
    };
  });
});
window.addEventListener('beforeprint', function () {
  document.querySelectorAll('.chart').forEach(function (chart) { Plotly.Plots.resize(chart); });
});
"""

_CHART = '<div class="chart"'


@dataclass(frozen=True)
class Section:
    """A part of a report: its heading, and HTML whose text is escaped already."""

    title: str
    body: str


def html_page(title: str, lead: str, sections: Sequence[Section], *, style: str = "") -> str:
    """Return a whole document with a footer, and with Plotly's script where there is a chart.

    Title and lead are plain text; ``style`` is CSS of this document alone.
    """
    ethics = "An expression is not a feeling. Do not decide about people with these figures or this network."
    footer = f"Made with FER Lab on {datetime.now(UTC):%Y-%m-%d}. {ethics}"
    parts = "".join(f"<section><h2>{escape(s.title)}</h2>{s.body}</section>" if s.title else s.body for s in sections)
    scripts = f"<script>{get_plotlyjs()}</script><script>{_SCRIPT}</script>" if _CHART in parts else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}{style}</style></head><body>"
        f'<h1>{escape(title)}</h1><p class="lead">{escape(lead)}</p>{parts}<footer>{escape(footer)}</footer>'
        f"{scripts}</body></html>"
    )


def tiles(figures: Sequence[tuple[str, str]]) -> str:
    """Return headline figures, names and values, side by side."""
    made = "".join(
        f'<div class="tile"><span>{escape(name)}</span><b>{escape(value)}</b></div>' for name, value in figures
    )
    return f'<div class="tiles">{made}</div>'


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph of plain text."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def bullets(sentences: Sequence[str]) -> str:
    """Return a list of plain sentences; "" when there are none."""
    return f"<ul>{''.join(f'<li>{escape(s)}</li>' for s in sentences)}</ul>" if sentences else ""


def table(frame: pd.DataFrame) -> str:
    """Return a table of texts, its index first."""
    head = "".join(f"<th>{escape(str(c))}</th>" for c in ["", *frame.columns])
    lines = "".join(
        f"<tr><td>{escape(str(index))}</td>{''.join(f'<td>{escape(str(cell))}</td>' for cell in line)}</tr>"
        for index, line in zip(frame.index, frame.itertuples(index=False), strict=True)
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def chart(name: str, figure: go.Figure) -> str:
    """Return a chart with dark text and buttons that save it as PNG and SVG under a name."""
    made = go.Figure(figure).update_layout(font_color="#1b2330", paper_bgcolor="#fff", plot_bgcolor="#fff")
    spec = str(made.to_json()).replace("</", "<\\/")  # a text must not end the script element
    height = int(made.layout.height or 400)
    return (
        f'<div class="figure" id="{escape(name)}">{_CHART} style="height:{height}px"></div>'
        '<div class="save"><button data-format="png">Save as PNG</button>'
        '<button data-format="svg">Save as SVG</button></div>'
        f'<script type="application/json">{spec}</script></div>'
    )
