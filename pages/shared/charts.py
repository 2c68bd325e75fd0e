"""Plotly charts whose text has the page's colour."""

import streamlit as st

_TEXT_IN_PAGE_COLOR = """<style>
.js-plotly-plot :is(.cartesianlayer, .infolayer) text:not([style*="fill: rgb(255, 255, 255)"]) {
  fill: currentColor !important;
}
</style>"""


def legible_charts() -> None:
    """Writes the text of all charts on the page in the theme's text colour; white text stays white.

    Streamlit's own grey contrasts less than 4:1 with a light page, and less still with coloured cells.
    """
    st.html(_TEXT_IN_PAGE_COLOR)
