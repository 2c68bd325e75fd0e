"""Robert Plutchik's wheel of emotions."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fer_core.plots.style import styled

_PETALS = (
    (("ecstasy", "joy", "serenity"), ("#e6c200", "#f5dd4b", "#faeda0"), "happiness in FER+"),
    (("admiration", "trust", "acceptance"), ("#6aa72e", "#9ccc65", "#cfe8b0"), "not in FER+"),
    (("terror", "fear", "apprehension"), ("#1f7a3d", "#4caf6d", "#a5d8b4"), "fear in FER+"),
    (("amazement", "surprise", "distraction"), ("#0f8fb0", "#45b8d6", "#a8deec"), "surprise in FER+"),
    (("grief", "sadness", "pensiveness"), ("#2a5caa", "#5c8bd6", "#b0c8ee"), "sadness in FER+"),
    (("loathing", "disgust", "boredom"), ("#7b3fa0", "#a46cc7", "#d5b8e6"), "disgust in FER+"),
    (("rage", "anger", "annoyance"), ("#c62828", "#e86060", "#f5b5b5"), "anger in FER+"),
    (("vigilance", "anticipation", "interest"), ("#e07b1a", "#f2a154", "#f9d3a9"), "not in FER+"),
)
"""The eight petals, clockwise from the top: names and colors from the strongest form outwards."""

_BETWEEN = ("love", "submission", "awe", "disapproval", "remorse", "contempt", "aggressiveness", "optimism")
"""What Plutchik calls the mixture of each petal with the next one."""

_RINGS = ("strongest", "middle", "mildest")


def plutchik_wheel() -> go.Figure:
    """Draw the wheel; hover shows an emotion's strength, its opposite and whether FER+ has it.

    Source: R. Plutchik, "The nature of emotions", American Scientist 89 (2001), p. 344–350.
    """
    figure, angles = go.Figure(), [45 * i for i in range(8)]
    for ring, strength in enumerate(_RINGS):
        names = [petal[0][ring] for petal in _PETALS]
        opposites = names[4:] + names[:4]
        figure.add_trace(
            go.Barpolar(
                theta=angles,
                r=[1] * 8,
                base=[ring + 0.8] * 8,
                width=[43] * 8,
                marker={"color": [petal[1][ring] for petal in _PETALS], "line": {"width": 0}},
                customdata=[[n, strength, o, p[2]] for n, o, p in zip(names, opposites, _PETALS, strict=True)],
                hovertemplate="<b>%{customdata[0]}</b> (%{customdata[1]} form)<br>opposite: %{customdata[2]}"
                "<br>%{customdata[3]}<extra></extra>",
            )
        )
        dark_petal = [ring == 0 and place > 1 for place in range(8)]
        figure.add_trace(_texts(angles, ring + 1.3, names, ["#ffffff" if dark else "#14161a" for dark in dark_petal]))
    between = [angle + 22.5 for angle in angles]
    figure.add_trace(_texts(between, 4.05, [f"<i>{name}</i>" for name in _BETWEEN], ["#767d88"] * 8))
    polar = {
        "angularaxis": {"visible": False, "rotation": 90, "direction": "clockwise"},
        "radialaxis": {"visible": False, "range": [0, 4.3]},
        "bgcolor": "rgba(0,0,0,0)",
    }
    margin = {"l": 12, "r": 12, "t": 12, "b": 12}
    return styled(figure, height=440, polar=polar, showlegend=False, margin=margin)


def _texts(angles: Sequence[float], radius: float, texts: Sequence[str], colors: Sequence[str]) -> go.Scatterpolar:
    font = {"size": 10, "color": colors}
    return go.Scatterpolar(
        theta=angles, r=[radius] * len(angles), text=texts, mode="text", textfont=font, hoverinfo="skip"
    )
