"""How often a photo's answer stays when the same photo comes another time: smaller, darker, mirrored, turned …"""

from collections.abc import Callable
from functools import cache, partial

from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.priors import DEFAULT_PRIOR
from fer_core.faces.detection import PhotoDetector
from fer_core.faces.images import read_image
from fer_core.recognition.recognize import recognize
from tests.benchmark.figure import Bench
from tests.benchmark.portraits import CHANGES, TURNS, Picture, portraits, turned
from tests.benchmark.subjects import shipped

_EVERY = 4  # of the portraits, so that the table is there within a quarter of an hour
_STAYS, _STAYS_TURNED = 97.0, 93.0


@cache
def _tools() -> tuple[PhotoDetector, Classifier]:
    return PhotoDetector(), shipped().open_classifier(prior_adjustment=DEFAULT_PRIOR)


def _answer(image: Picture) -> str:
    """The class of the largest face, or "" without one."""
    found = recognize(image, *_tools())
    return max(found, key=lambda item: item.face.height).prediction.class_name if found else ""


@cache
def _untouched() -> tuple[tuple[Picture, str], ...]:
    """The portraits in which a face is found, with their answers."""
    pictures = [read_image(path) for path in list(portraits())[::_EVERY]]
    return tuple((picture, answer) for picture in pictures if (answer := _answer(picture)))


def share_that_stays(change: Callable[[Picture], Picture]) -> float:
    """Per cent of the portraits' answers that stay, of those in which a face is found again."""
    pairs = [(answer, _answer(change(picture))) for picture, answer in _untouched()]
    found = [before == after for before, after in pairs if after]
    return 100 * sum(found) / len(found)


STEADY_BENCHES = (
    *(
        Bench(f"steady.{name}", "% of labels unchanged", _STAYS, 100.0, partial(share_that_stays, change))
        for name, change in CHANGES.items()
    ),
    *(
        Bench(
            f"steady.turned{degrees:+}",
            "% of labels as upright",
            _STAYS_TURNED,
            100.0,
            partial(share_that_stays, partial(turned, degrees=degrees)),
        )
        for degrees in TURNS
    ),
)
"""The table of steady answers."""
