"""Text for people: names and notes of unknown origin made safe to show, and numbers in words."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

MAX_SHOWN = 2000
"""Characters that are shown; what is longer ends with an ellipsis."""

_ACTING = ("Cc", "Cf", "Cs", "Co")  # Unicode's controls, format characters, lone surrogates and private ones
_JOINERS = "\u200c\u200d"  # of scripts and emoji; they do nothing else


def visible(text: str, *, most: int = MAX_SHOWN) -> str:
    """Text in one line of at most ``most`` characters, without unseen ones that act, such as on the reading direction.

    Each such character is replaced by "\N{REPLACEMENT CHARACTER}", white space by single spaces.
    """
    line = " ".join(text[: 4 * most].split())
    acts = [unicodedata.category(c) in _ACTING and c not in _JOINERS for c in line]
    shown = "".join("\N{REPLACEMENT CHARACTER}" if acting else c for c, acting in zip(line, acts, strict=True))
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def listed(names: Sequence[str]) -> str:
    """Return one name or more as a sentence lists them: "a, b and c"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def percent(share: float, digits: int = 1) -> str:
    """Return a share between 0 and 1 as printed everywhere: ``84.5%``; one face's probability has 0 digits."""
    return f"{100 * share:.{digits}f}%"


def interval_text(low: float, high: float, digits: int = 1) -> str:
    """Return the ends of an interval of shares between 0 and 1 as printed everywhere, in percent: ``86.1–88.4``."""
    return f"{100 * low:.{digits}f}–{100 * high:.{digits}f}"


def duration(seconds: float) -> str:
    """A time span as people say it: "40 s", "12 min", "1 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def split_words(text: str) -> tuple[str, ...]:
    """Words from text such as ``denoise+clahe``; "" holds none."""
    return tuple(word.strip() for word in text.split("+")) if text.strip() else ()


def setting_text(value: object) -> str:
    """A setting's value in words; :func:`split_words` reads its lists."""
    return "+".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def setting_title(name: str) -> str:
    """A setting's dotted name as people read it, its group last: "rotation (augmentation)"."""
    group, _, own = name.replace("_", " ").rpartition(".")
    return f"{own} ({group})" if group else own


def file_title(name: str, fallback: str) -> str:
    """A file's name as messages show it: no folders, control or direction characters, at most 80 characters."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name.replace("\\", "/"))
    return printable.rsplit("/", 1)[-1][:80] or fallback


def file_stem(name: str, fallback: str) -> str:
    """A file's name without folders and ending, safe on every system."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    return re.sub(r"[^\w.-]+", "_", stem).strip("._")[:80] or fallback
