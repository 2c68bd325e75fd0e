"""The demo dataset: drawn faces with simulated votes, in the two file formats of FER2013 and FER+.

It lets every page work before the real files are there. Everything in it follows from a seed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from fer_core.datasets.dataset import FaceRecords, fingerprint_of
from fer_core.datasets.drawn.canvas import one_thread
from fer_core.datasets.drawn.expression import Expression, blend, emotion_expression
from fer_core.datasets.drawn.person import Person, View, random_person, random_view
from fer_core.datasets.drawn.portrait import draw_face
from fer_core.errors import DatasetError
from fer_core.labels import EMOTIONS, FER2013_EMOTIONS, SPLITS, USAGE_SPLITS, VOTE_COLUMNS

DEMO_SEED = 2013
"""The seed of the demo dataset."""

DEMO_FILE = Path(__file__).with_name("demo.npz")
"""The drawn dataset, made by ``python -m fer_core.datasets.demo``: no page waits for drawing."""

DEMO_SIZES: Mapping[str, int] = {"train": 3200, "validation": 400, "test": 400}
"""Rows per split."""

_SPREAD = 2.2  # of the views: people in photographs hold their heads less still than sitters
_SHEET_ROW = 40  # faces; it divides every size
_TAGGERS = 10
_NOT_A_FACE = 0.005  # share of pictures without a face, as in FER2013
_FER2013_CARE = 0.45  # how often the original label is the crowd's without drawing lots

_FREQUENCY = {
    "neutral": 0.235,
    "happiness": 0.205,
    "surprise": 0.14,
    "sadness": 0.14,
    "anger": 0.115,
    "disgust": 0.06,
    "fear": 0.075,
    "contempt": 0.03,
}
"""How often each emotion is meant: uneven as in FER+, but milder."""

_MISTAKEN_FOR: Mapping[str, Mapping[str, float]] = {
    "neutral": {"sadness": 0.6, "contempt": 0.2, "anger": 0.2},
    "happiness": {"neutral": 0.6, "surprise": 0.3, "contempt": 0.1},
    "surprise": {"fear": 0.7, "happiness": 0.3},
    "sadness": {"neutral": 0.6, "disgust": 0.2, "fear": 0.2},
    "anger": {"disgust": 0.6, "neutral": 0.3, "sadness": 0.1},
    "disgust": {"anger": 0.7, "sadness": 0.3},
    "fear": {"surprise": 0.75, "sadness": 0.25},
    "contempt": {"neutral": 0.5, "happiness": 0.4, "disgust": 0.1},
}
"""What taggers take each emotion for when they are wrong (rows sum to one)."""


@dataclass(frozen=True)
class Sitter:
    """A person who shows something, seen from somewhere."""

    person: Person
    expression: Expression
    view: View


@dataclass(frozen=True, eq=False)
class Sitting:
    """One picture of the dataset and what the crowd says about it.

    Attributes:
        shown: Who is to be drawn, or a picture ``(48, 48)`` uint8 that holds no face.
        votes: ``(10,)`` uint8 votes in the order of ``VOTE_COLUMNS``, summing to ten.
        emotion: The original FER2013 id, an index into ``FER2013_EMOTIONS``.
    """

    shown: Sitter | NDArray[np.uint8]
    votes: NDArray[np.uint8]
    emotion: int

    def image(self) -> NDArray[np.uint8]:
        """Draw the ``(48, 48)`` uint8 gray picture."""
        if isinstance(self.shown, Sitter):
            return draw_face(self.shown.person, self.shown.expression, self.shown.view)
        return self.shown


def _meant_mixture(rng: Generator) -> tuple[dict[str, float], Expression]:
    """Draw what a face is meant to show: strengths of one or two emotions, and the expression they make."""
    main = str(rng.choice(list(_FREQUENCY), p=list(_FREQUENCY.values())))
    strength = 1.0 if main == "neutral" else float(0.55 + 0.45 * rng.beta(2.6, 1.3))
    strengths = {main: strength}
    if rng.random() < 0.30:
        second = str(rng.choice(list(_MISTAKEN_FOR[main]), p=list(_MISTAKEN_FOR[main].values())))
        if second != "neutral":
            strengths[second] = float(rng.uniform(0.10, 0.50))
    variants = rng.integers(0, 12, len(strengths))
    shares = {emotion_expression(e, 1.0, int(v)): s for (e, s), v in zip(strengths.items(), variants, strict=True)}
    return strengths, blend(shares)


def vote_probabilities(strengths: Mapping[str, float]) -> NDArray[np.float64]:
    """What one tagger answers to strengths of emotions (0 to 1): ``(10,)`` probabilities of ``VOTE_COLUMNS``.

    A weak expression looks neutral, a mixture divides the crowd by the squares of its strengths, every emotion loses
    some votes to those it is known to be mistaken for, and a few taggers do not know.
    """
    seen = {emotion: strength**2 for emotion, strength in strengths.items()}
    seen["neutral"] = seen.get("neutral", 0.0) + 0.5 * (1 - max(strengths.values())) ** 1.5
    answers = np.zeros(len(VOTE_COLUMNS))
    for emotion, weight in seen.items():
        answers[VOTE_COLUMNS.index(emotion)] += 0.90 * weight
        for other, share in _MISTAKEN_FOR[emotion].items():
            answers[VOTE_COLUMNS.index(other)] += 0.10 * share * weight
    answers /= answers.sum()
    answers[VOTE_COLUMNS.index("unknown")] = 0.015
    answers[VOTE_COLUMNS.index("NF")] = 0.002
    return np.asarray(answers / answers.sum())


def _original_label(votes: NDArray[np.uint8], rng: Generator) -> int:
    """FER2013's own label: the crowd's most of the time, else somebody's guess (contempt does not exist there)."""
    shares = votes[: len(EMOTIONS)] + 0.35
    if rng.random() < _FER2013_CARE:
        shares = shares**6
    by_name = dict(zip(EMOTIONS, shares, strict=True))
    by_name["neutral"] += by_name["contempt"]
    weights = np.array([by_name[name] for name in FER2013_EMOTIONS])
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def _no_face(rng: Generator) -> NDArray[np.uint8]:
    """A picture that slipped into the collection although it holds no face: blots, a page of lines, a texture."""
    coarse = rng.integers(0, 256, (int(rng.integers(3, 14)), int(rng.integers(3, 14)))).astype(np.uint8)
    picture = cv2.resize(coarse, (192, 192), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(rng.integers(0, 12))):
        a, b = rng.integers(0, 192, (2, 2))
        cv2.line(picture, a.tolist(), b.tolist(), int(rng.integers(0, 256)), int(rng.integers(2, 16)), cv2.LINE_AA)
    return np.asarray(cv2.resize(picture, (48, 48), interpolation=cv2.INTER_AREA), np.uint8)


def sitting(rng: Generator) -> Sitting:
    """Choose one picture of the dataset by lot and ask ten simulated taggers about it."""
    if rng.random() < _NOT_A_FACE:
        votes = np.zeros(len(VOTE_COLUMNS), np.uint8)
        votes[VOTE_COLUMNS.index("NF")] = _TAGGERS
        return Sitting(_no_face(rng), votes, int(rng.integers(len(FER2013_EMOTIONS))))
    strengths, expression = _meant_mixture(rng)
    votes = rng.multinomial(_TAGGERS, vote_probabilities(strengths)).astype(np.uint8)
    sitter = Sitter(random_person(rng), expression, random_view(rng, _SPREAD))
    return Sitting(sitter, votes, _original_label(votes, rng))


def draw_demo(sizes: Mapping[str, int] = DEMO_SIZES, seed: int = DEMO_SEED) -> FaceRecords:
    """Draw the dataset; the same seed gives the same pixels and votes, row by row, whatever follows."""
    split = np.repeat(np.arange(len(SPLITS), dtype=np.uint8), [sizes[name] for name in SPLITS])
    return drawn_records(list(islice(sittings(seed), len(split))), split)


def sittings(seed: int = DEMO_SEED) -> Iterator[Sitting]:
    """Yield the sittings of a seed, not drawn yet; those of the demo's seed are its rows, in order."""
    rng = np.random.default_rng(seed)
    while True:
        yield sitting(rng)


def drawn_records(chosen: Sequence[Sitting], split: NDArray[np.uint8]) -> FaceRecords:
    """Draw sittings, each a row of a split, an index into ``SPLITS``."""
    with one_thread():
        pixels = np.stack([each.image() for each in chosen])
    emotion = np.array([each.emotion for each in chosen], np.uint8)
    votes = np.stack([each.votes for each in chosen])
    return FaceRecords(pixels, emotion, split, votes, fingerprint_of(pixels, emotion, split, votes))


def write_demo_files(folder: Path, sizes: Mapping[str, int] = DEMO_SIZES, seed: int = DEMO_SEED) -> tuple[Path, Path]:
    """Draw the dataset and write it in the formats of the real files."""
    folder.mkdir(parents=True, exist_ok=True)
    records = draw_demo(sizes, seed)
    usage_of = {split: usage for usage, split in USAGE_SPLITS.items()}
    usages = [usage_of[SPLITS[split]] for split in records.split]
    pixels = [" ".join(map(str, image.ravel().tolist())) for image in records.images]
    is_face = records.votes[:, VOTE_COLUMNS.index("NF")] < _TAGGERS
    faces = pd.DataFrame({"emotion": records.emotion, "pixels": pixels, "Usage": usages})
    votes = pd.DataFrame(records.votes, columns=list(VOTE_COLUMNS))
    votes.insert(0, "Image name", [f"fer{row:07d}.png" if face else "" for row, face in enumerate(is_face)])
    votes.insert(0, "Usage", usages)
    paths = folder / "fer2013.csv", folder / "fer2013new.csv"
    for frame, path in zip((faces, votes), paths, strict=True):
        frame.to_csv(path, index=False, lineterminator="\n")
    return paths


def pack_demo(records: FaceRecords) -> bytes:
    """Return a dataset as the content of ``DEMO_FILE``: its faces side by side in one lossless picture (WebP)."""
    sheet = records.images.reshape(-1, _SHEET_ROW, 48, 48).swapaxes(1, 2).reshape(-1, _SHEET_ROW * 48)
    webp = cv2.imencode(".webp", sheet, [cv2.IMWRITE_WEBP_QUALITY, 101])[1]  # above 100 means: without loss
    content = BytesIO()
    np.savez(content, sheet=webp, emotion=records.emotion, split=records.split, votes=records.votes)
    return content.getvalue()


def read_demo() -> FaceRecords:
    """Read the dataset from its file.

    Raises:
        DatasetError: The file is missing or damaged.
    """
    try:
        with np.load(DEMO_FILE, allow_pickle=False) as arrays:
            sheet = np.asarray(cv2.imdecode(arrays["sheet"], cv2.IMREAD_GRAYSCALE), np.uint8)
            emotion, split, votes = arrays["emotion"], arrays["split"], arrays["votes"]
        pixels = sheet.reshape(-1, 48, _SHEET_ROW, 48).swapaxes(1, 2).reshape(-1, 48, 48)
        return FaceRecords(pixels, emotion, split, votes, fingerprint_of(pixels, emotion, split, votes))
    except (OSError, ValueError, TypeError, KeyError, EOFError, BadZipFile, cv2.error) as error:
        raise DatasetError(f"{DEMO_FILE} is missing or damaged. Restore it, or install FER Lab again.") from error


if __name__ == "__main__":  # python -m fer_core.datasets.demo draws the file anew, after a change of the drawing
    DEMO_FILE.write_bytes(pack_demo(draw_demo()))
