"""What people call the classes in folder names: the one reviewed table of synonyms.

Only words that name the very class are in it; "calm", "pain" or "confused" are not. Numbers are never mapped: FER2013,
RAF-DB and AffectNet each number the classes in another way.
"""

import re

from fer_core.labels import EMOTIONS

SYNONYMS = {
    "neutral": ("neutral", "neutrality", "none", "no emotion", "no expression"),
    "happiness": ("happiness", "happy", "joy", "joyful", "smile", "smiling"),
    "surprise": ("surprise", "surprised"),
    "sadness": ("sadness", "sad", "unhappy"),
    "anger": ("anger", "angry"),
    "disgust": ("disgust", "disgusted"),
    "fear": ("fear", "fearful", "afraid", "scared", "frightened"),
    "contempt": ("contempt", "contemptuous", "scorn", "disdain"),
}
"""By class: the words, in lower case and with single blanks."""

SPLIT_WORDS = {
    "train": ("train", "training", "trainset", "training set"),
    "validation": ("validation", "valid", "val", "dev", "public test", "publictest"),
    "test": ("test", "testing", "testset", "test set", "private test", "privatetest"),
}
"""By split: what folders of that split are called."""


def class_of(folder: str) -> str:
    """The class a folder's name stands for, or "" when the table does not say.

    Numbers, dots, hyphens and underscores around the word are passed over: ``03_Happy`` is happiness.
    """
    return _look_up(folder, SYNONYMS)


def split_of(folder: str) -> str:
    """The split a folder's name stands for, or "" when it stands for none."""
    return _look_up(folder, SPLIT_WORDS)


def _look_up(folder: str, table: dict[str, tuple[str, ...]]) -> str:
    word = re.sub(r"[\W\d_]+", " ", folder.casefold()).strip()
    return next((name for name, words in table.items() if word in words), "")


def class_choices() -> tuple[str, ...]:
    """What a folder can become: one of the eight emotions, in FER+'s order."""
    return EMOTIONS
