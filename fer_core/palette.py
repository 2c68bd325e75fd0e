"""One colour for each emotion, in every chart and picture."""

from collections.abc import Sequence
from itertools import chain, repeat

EMOTION_COLORS = {
    "neutral": "#949687",
    "happiness": "#d6800a",
    "surprise": "#08a1cd",
    "sadness": "#4277c6",
    "anger": "#dd0f46",
    "disgust": "#2a7203",
    "fear": "#880afe",
    "contempt": "#b13887",
}
"""A colour for each emotion, as ``#rrggbb``.

Found by a search under two conditions. Each colour contrasts at least 3:1 with a white page and with a dark one
(#0e1117), as WCAG 2.2 asks of graphics. And the two nearest colours are as far apart as possible (0.114 in OKLab) to
normal sight and to the three kinds of colour blindness (Machado et al., 2009); Okabe and Ito's palette, less its yellow
and black, reaches 0.022 by the same measure.
"""


_NO_EMOTION = "#7b8698"


def class_colors(class_names: Sequence[str]) -> dict[str, str]:
    """A colour for each class: an emotion's own, and for other names those that are left, in order, then grey.

    Args:
        class_names: The classes; the same ones in the same order always get the same colours.

    Returns:
        ``#rrggbb`` by class name.
    """
    free = [color for emotion, color in EMOTION_COLORS.items() if emotion not in class_names]
    others = chain(free, repeat(_NO_EMOTION))
    return {name: EMOTION_COLORS.get(name) or next(others) for name in class_names}
