"""Writes small random datasets in the real file formats, independently of the code under test."""

from types import SimpleNamespace

import numpy as np

from fer_core.labels import VOTE_COLUMNS

USAGES = ("Training", "PublicTest", "PrivateTest")


def images_text(images, emotion, split, *, header="emotion,pixels,Usage"):
    """What a program that knows the format would write; the header gives the order of the columns."""
    lines = [header]
    for image, label, part in zip(images, emotion, split, strict=True):
        fields = {"emotion": str(label), "pixels": " ".join(map(str, image.ravel())), "usage": USAGES[part]}
        lines.append(",".join(fields[name.strip().lower()] for name in header.split(",")))
    return "\n".join(lines) + "\n"


def votes_text(votes, split):
    lines = [",".join(("Usage", "Image name", *VOTE_COLUMNS))]
    for row, (counts, part) in enumerate(zip(votes, split, strict=True)):
        lines.append(",".join((USAGES[part], f"fer{row:07d}.png", *map(str, counts))))
    return "\n".join(lines) + "\n"


def random_data(seed=0, n=6):
    rng = np.random.default_rng(seed)
    votes = rng.multinomial(10, np.ones(10) / 10, n).astype(np.uint8)
    return SimpleNamespace(
        images=rng.integers(0, 256, (n, 48, 48)).astype(np.uint8),
        emotion=rng.integers(0, 7, n).astype(np.uint8),
        split=(np.arange(n) % 3).astype(np.uint8),
        votes=votes,
    )
