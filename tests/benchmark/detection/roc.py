"""The table that decides how the opinions of photos' networks are weighed: ``python -m tests.benchmark.detection.roc``.

Half of the portraits, of the pictures without faces and of the noise, by a hash of their names, choose the weights (a
logistic regression) and the threshold; the other half reports what they are worth.
"""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from fer_core.faces.detection import PhotoDetector
from fer_core.faces.images import read_image
from tests.benchmark.detection.scenes import faceless, noise
from tests.benchmark.portraits import Picture, portraits

Rule: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_NOISE = 150  # pictures

_RULES: dict[str, Rule] = {
    "close-by look alone": lambda logits: logits[:, 0],
    "face mesh alone": lambda logits: logits[:, 1],
    "verifier alone": lambda logits: logits[:, 2],
    "look >= 0.4, then mesh": lambda logits: np.where(logits[:, 0] >= np.log(0.4 / 0.6), logits[:, 1], -20),
}


@dataclass(frozen=True, eq=False)
class Looked:
    """A picture and what the networks think of its suspects.

    Attributes:
        chooses: Whether it is of the half that chooses.
        logits: Shape (n, 3), as in :class:`~fer_core.faces.detection.Opinions`.
        turned: The same of the picture on its sides and upside down.
    """

    chooses: bool
    logits: NDArray[np.float64]
    turned: NDArray[np.float64]


def look(detector: PhotoDetector, path: Path, image: Picture) -> Looked:
    """What a detector thinks of a picture."""
    upright, turned = (
        [detector.opinions(image, face).logits for face in detector.suspects(image, turned_away=away)]
        for away in (False, True)
    )
    chooses = zlib.crc32(path.name.encode()) % 2 == 0
    return Looked(chooses, np.array(upright).reshape(-1, 3), np.array(turned).reshape(-1, 3))


def shares(with_face: Iterable[Looked], without: Iterable[Looked], rule: Rule, least: float) -> tuple[float, ...]:
    """Per cent of portraits missed, of portraits with more than one face, of pictures without any that show one."""
    counts = [int((rule(item.logits) >= least).sum()) for item in with_face]
    false = [bool((rule(item.logits) >= least).any()) for item in without]
    wrong = [count == 0 for count in counts], [count > 1 for count in counts], false
    return tuple(100 * float(np.mean(cases)) for cases in wrong)


def weights(with_face: list[Looked], without: list[Looked]) -> NDArray[np.float64]:
    """The three weights and the intercept of a logistic regression; of a portrait, the surest suspect is its face."""
    faces = [item.logits[item.logits[:, 0].argmax()] for item in with_face if len(item.logits)]
    others = [row for item in without for row in (*item.logits, *item.turned)]
    labels = np.repeat([1, 0], [len(faces), len(others)])
    model = LogisticRegression(class_weight="balanced").fit(np.array(faces + others), labels)
    return np.append(model.coef_[0], model.intercept_)


def main() -> None:
    detector = PhotoDetector()
    faces = [look(detector, path, read_image(path)) for path in portraits()]
    clouds = ((Path(f"noise {number}"), image) for number, image in enumerate(noise(_NOISE)))
    others = [look(detector, path, image) for path, image in chain(faceless(), clouds)]
    fitted = weights([item for item in faces if item.chooses], [item for item in others if item.chooses])
    print("weights of look, mesh, verifier; intercept:", np.round(fitted, 3).tolist())
    rules = _RULES | {"weighed": lambda logits: logits @ fitted[:3] + fitted[3]}
    for name, rule in rules.items():
        print(f"\n{name}: % missed, % doubled, % false (half that chooses | half that reports)")
        scores = np.concatenate([rule(item.logits) for item in faces if len(item.logits)])
        for least in np.quantile(scores, (0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05)):
            halves = [
                shares([i for i in faces if i.chooses == half], [i for i in others if i.chooses == half], rule, least)
                for half in (True, False)
            ]
            print(f"  {least:8.3f}  " + " | ".join("  ".join(f"{share:5.2f}" for share in half) for half in halves))
    turned = np.array([max(rules["weighed"](item.turned), default=-20.0) for item in others])
    print(
        "\nweighed, turned pictures: % false at", *(f"{x:.1f}: {100 * (turned >= x).mean():.2f}" for x in range(0, 9))
    )


if __name__ == "__main__":
    main()
