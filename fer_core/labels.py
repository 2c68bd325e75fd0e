"""The class vocabularies: the only place in the project where an order of classes is written.

Names travel with datasets and checkpoints; no other module may infer an order. The names are those of FER+
(``happiness``, not ``happy``), for every scheme, so that two checkpoints can be compared class by class.
"""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Literal

VOTE_COLUMNS = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "NF",
)
"""Columns of ``fer2013new.csv``: eight emotions, then "unknown" and "not a face"."""

EMOTIONS = VOTE_COLUMNS[:8]
"""The eight emotions of FER+."""

PAPER_EMOTIONS = EMOTIONS[:7]
"""The seven emotions the paper's network tells apart: FER+ without contempt."""

FER2013_EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""What the ids 0 to 6 in the ``emotion`` column of ``fer2013.csv`` stand for."""

OWN_LABELS = (*FER2013_EMOTIONS, "contempt")
"""What the ids 0 to 7 of a stored dataset's own labels stand for: FER2013's, then contempt, which only folders have."""

SPLITS = ("train", "validation", "test")
"""The three splits, in the order in which datasets store them (0, 1, 2)."""

USAGE_SPLITS = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
"""FER2013's ``Usage`` column in our words; the paper's Table 3 uses the public test as validation."""

Rule = Literal["fer2013", "majority", "distribution"]


@dataclass(frozen=True)
class LabelScheme:
    """How rows become labels.

    Attributes:
        name: The identifier used in configurations, cards and on the command line.
        title: The name people read.
        rule: ``fer2013`` takes the files' own label (FER2013's, or the folder's name), ``majority`` the FER+ majority,
            ``distribution`` trains on the FER+ vote distribution (validation and test stay majority).
        class_names: The classes, in the order of the network's outputs.
    """

    name: str
    title: str
    rule: Rule
    class_names: tuple[str, ...]


LABEL_SCHEMES = {
    scheme.name: scheme
    for scheme in (
        LabelScheme("majority-7", "FER+ majority, 7 classes", "majority", PAPER_EMOTIONS),
        LabelScheme("majority-8", "FER+ majority, 8 classes", "majority", EMOTIONS),
        LabelScheme("distribution-7", "FER+ vote distribution, 7 classes", "distribution", PAPER_EMOTIONS),
        LabelScheme("distribution-8", "FER+ vote distribution, 8 classes", "distribution", EMOTIONS),
        LabelScheme("fer2013", "Own labels (FER2013's), 7 classes", "fer2013", FER2013_EMOTIONS),
        LabelScheme("own-8", "Own labels with contempt, 8 classes", "fer2013", EMOTIONS),
    )
}
"""Every label scheme by name; the first is the default."""

KNOWN_ORDERS = {
    "fer2013": FER2013_EMOTIONS,
    "alphabetical": tuple(sorted(FER2013_EMOTIONS)),
    "alphabetical-8": tuple(sorted(EMOTIONS)),
    "ferplus-7": PAPER_EMOTIONS,
    "ferplus-8": EMOTIONS,
    "raf-db": ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"),
    "affectnet-7": ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger"),
    "affectnet-8": ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt"),
    "ck+": ("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise"),
}
"""The orders in which public checkpoints have their classes: FER2013's ids, folders by name with seven and eight
classes, FER+ without and with contempt, and the ids of RAF-DB, AffectNet and CK+."""

SYNONYMS = {
    "neutral": (
        *("neutral", "neutrality", "none", "no emotion", "no expression"),
        *("neutralitat", "neutre", "neutralite", "neutro", "neutralidad"),
    ),
    "happiness": (
        *("happiness", "happy", "joy", "joyful", "smile", "smiling"),
        *("freude", "freudig", "frohlich", "froehlich", "glucklich", "gluecklich"),
        *("joie", "joyeux", "heureux", "bonheur", "alegria", "alegre", "felicidad", "feliz"),
    ),
    "surprise": (
        *("surprise", "surprised", "uberraschung", "ueberraschung", "uberrascht", "ueberrascht"),
        *("surpris", "sorpresa", "sorprendido"),
    ),
    "sadness": ("sadness", "sad", "unhappy", "trauer", "traurig", "traurigkeit", "tristesse", "triste", "tristeza"),
    "anger": (
        *("anger", "angry", "arger", "aerger", "argerlich", "aergerlich", "wut", "wutend", "wuetend", "zorn", "zornig"),
        *("colere", "en colere", "enojo", "enojado", "enfado", "enfadado", "ira"),
    ),
    "disgust": ("disgust", "disgusted", "ekel", "angeekelt", "degout", "degoute", "asco", "asqueado"),
    "fear": (
        *("fear", "fearful", "afraid", "scared", "frightened"),
        *("angst", "angstlich", "aengstlich", "furcht", "peur", "apeure", "miedo", "temor", "asustado"),
    ),
    "contempt": (
        *("contempt", "contemptuous", "scorn", "disdain"),
        *("verachtung", "verachtlich", "veraechtlich", "mepris", "meprisant", "desprecio", "despectivo"),
    ),
}
"""The English, German, French and Spanish words for each class, in lower case, without accents, with single blanks.

Only words that name the very class are in it; "calm", "pain", "confused" and the Spanish "disgusto" (annoyance) are
not. Numbers are never mapped: FER2013, RAF-DB and AffectNet each number the classes in another way.
"""


def class_of(word: str) -> str:
    """Return the class that a lower-case word names, or "" when the table of synonyms has no such word."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return next((name for name, words in SYNONYMS.items() if plain in words), "")


DEFAULT_SCHEME = "majority-7"


def majority_scheme(class_names: Collection[str]) -> str:
    """Return the name of the majority scheme for a network of some classes: with contempt, or the paper's without."""
    return "majority-8" if "contempt" in class_names else DEFAULT_SCHEME


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
"""A color for each emotion, as ``#rrggbb``.

Found by a search under two conditions. Each color contrasts at least 3:1 with a white page and with a dark one
(#0e1117), as WCAG 2.2 asks of graphics. And the two nearest colors are as far apart as possible (0.114 in OKLab) to
normal sight and to the three kinds of color blindness (Machado et al., 2009); Okabe and Ito's palette, less its yellow
and black, reaches 0.022 by the same measure.
"""


NO_EMOTION_COLOR = "#7b8698"
"""The gray of what is no emotion: "unknown", "not a face", left-out pictures, and classes beyond the colors."""


def class_colors(class_names: Sequence[str]) -> dict[str, str]:
    """A color for each class: an emotion's own, and for other names those that are left, in order, then gray.

    Args:
        class_names: The classes; the same ones in the same order always get the same colors.

    Returns:
        ``#rrggbb`` by class name.
    """
    free = [color for emotion, color in EMOTION_COLORS.items() if emotion not in class_names]
    others = chain(free, repeat(NO_EMOTION_COLOR))
    return {name: EMOTION_COLORS.get(name) or next(others) for name in class_names}
