"""Plotly charts: drawn once, with text in the page's color."""

import hashlib
import pickle
from collections.abc import Callable
from typing import Any, Literal, ParamSpec, TypeVar

import plotly.graph_objects as go
import streamlit as st

from fer_core.plots.style import CONFIG

_Values = ParamSpec("_Values")
_Drawing = TypeVar("_Drawing")

FIGURE_FORMAT, FIGURE_FORMATS = "figure format", ("PNG", "SVG")
"""Where the session remembers in which format figures are saved, and the choices."""

_LEGIBLE = """<style>
:is([data-testid^="stBaseButton-primary"]:not(:disabled), [data-testid="stMultiSelectTagsContainer"] [data-tag]) {
  &, & * {color: light-dark(#fff, #0b1220) !important}
}
.js-plotly-plot :is(.cartesianlayer, .infolayer) text:not([style*="fill: rgb(255, 255, 255)"]) {
  fill: currentColor !important;
}
[data-testid="stCaptionContainer"] code {color: inherit; font-size: 0.9em}
[data-testid="stMain"] h1 {padding: 0; font-size: 2.1rem; line-height: 1.15}
[data-testid="stMetric"] > div {
  padding: 0.3rem 0.8rem; display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center;
}
[data-testid="stMetricValue"] {font-size: 1.5rem}
[data-testid="stSidebarHeader"] {margin-bottom: 0; height: 2.5rem}
.st-key-menu h3 {font-size: 0.85rem; padding: 0.6rem 0 0 0.5rem; opacity: 0.8}
.st-key-menu [data-testid="stMarkdownContainer"] {margin-bottom: 0}
.st-key-page_head {row-gap: 0}
@media (min-width: 641px) {
  [data-testid="stMainBlockContainer"] {padding: 2.25rem 3rem 3rem}
  .st-key-page_head {flex-wrap: nowrap; & h1 {white-space: nowrap}}
}
[data-testid="stFileUploaderDropzone"]:has(input[accept*="image/heic"])
[data-testid="stFileUploaderDropzoneInstructions"] {
  & * {display: none}
  &::after {content: "JPEG, PNG or WebP, up to 50 MB each"; font-size: .875rem}
}
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] {padding-top: 3.5rem}
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) {row-gap: 1rem}
}
</style>"""


def legible_page() -> None:
    """Give text enough contrast where Streamlit's own choice has too little, and take air where it leaves too much.

    Text of charts has the theme's text color, and white text stays white: Streamlit's own gray contrasts less than 4:1
    with a light page, and less still with colored cells. On a dark page, text on the primary color is dark, because
    that color is a light one there. On a phone, columns stand below each other, where the wide gap between them would
    tear a page apart.
    """
    st.html(_LEGIBLE)


def drawn(draw: Callable[_Values, _Drawing], *values: _Values.args, **options: _Values.kwargs) -> _Drawing:
    """A figure or a piece of HTML, drawn once for what it shows and then shared by reruns and sessions; read-only.

    Plotly checks every number of a figure, which takes longer than all else on most pages. Pictures of visitors must
    not come here: what was drawn stays in memory.

    It is made by a module's function, of its arguments alone: small values, whose content is compared (Streamlit's own
    comparison of a table takes as long as drawing it).
    """
    content = pickle.dumps((draw, values, options), pickle.HIGHEST_PROTOCOL)
    made: _Drawing = _drawn(hashlib.sha256(content).hexdigest(), lambda: draw(*values, **options))
    return made


@st.cache_resource(max_entries=128, show_spinner=False)
def _drawn(content: str, _make: Callable[[], Any]) -> Any:  # noqa: ANN401
    return _make()


def chart_config(name: str) -> dict[str, Any]:
    """Plotly's settings of a chart: one button, which saves it as PNG or SVG, as chosen under "Export"."""
    kind = st.session_state.get(FIGURE_FORMAT, FIGURE_FORMATS[0]).lower()
    return CONFIG | {"toImageButtonOptions": {"format": kind, "filename": name, "scale": 2}}


def show_chart(key: str, alt: str, figure: go.Figure, *, width: int | Literal["stretch"] = "stretch") -> None:
    """Show a chart; its key is the page's name and that of the saved file, such as "comparison_accuracy-speed"."""
    st.plotly_chart(figure, key=key, width=width, config=chart_config(key.partition("_")[2]), alt=alt)


def show_fixed_chart(key: str, alt: str, figure: go.Figure) -> None:
    """Show a chart without its button."""
    st.plotly_chart(figure, config={"displayModeBar": False}, key=key, alt=alt)


def choose_figure_format() -> None:
    """Let people choose how every chart's camera button saves it."""
    st.segmented_control(
        "Image format",
        FIGURE_FORMATS,
        default=FIGURE_FORMATS[0],
        required=True,
        key=FIGURE_FORMAT,
        persist_state="session",
        help="Format of each chart's camera button: PNG, or SVG, which scales.",
    )
