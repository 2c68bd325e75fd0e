"""Groups of drawn people, who belong to them by the drawing: a biased sample of the demo, and a test of each group."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.demo import DEMO_SEED, Sitter, drawn_records, sittings
from fer_core.datasets.drawn.person import Person
from fer_core.datasets.votes import majority
from fer_core.labels import SPLITS

_LIGHT, _DARK = 0.6, 0.45  # gray of the skin: light from here on; the darkest that people by lot have
_TEST = SPLITS.index("test")


def _with_skin(person: Person, gray: float) -> Person:
    tones = person.palette
    lips = gray / tones.skin[0] * tones.lips[0]
    return replace(person, palette=replace(tones, skin=(gray,), lips=(lips,)))


def _plain(person: Person) -> Person:
    light = _with_skin(person, max(_LIGHT, person.palette.skin[0]))
    return replace(light, glasses=0.0, beard=0.0, moustache=0.0)


def _with_glasses(person: Person) -> Person:
    return replace(person, glasses=1.0)


def _with_beard(person: Person) -> Person:
    return replace(person, beard=0.95, moustache=1.0)


def _dark(person: Person) -> Person:
    return _with_skin(person, _DARK)


_GROUPS: Mapping[str, Callable[[Person], Person]] = {
    "none of these": lambda plain: plain,
    "glasses": _with_glasses,
    "beard": _with_beard,
    "dark skin": _dark,
    "all three": lambda plain: _with_glasses(_with_beard(_dark(plain))),
}
"""How a person with light skin and neither glasses nor a beard becomes one of each group."""

GROUP_NAMES = tuple(_GROUPS)
"""The groups of which tests are drawn."""

PLAIN, LEFT_OUT = GROUP_NAMES[0], GROUP_NAMES[1:]
"""The people of a biased sample, and those it leaves out."""


def is_plain(person: Person) -> bool:
    """Whether a person has light skin and neither glasses nor a beard."""
    return person == _plain(person)


def biased_rows(demo: FaceRecords) -> NDArray[np.int64]:
    """Return the training and validation rows of the demo that a sample of plain people leaves out."""
    return np.flatnonzero(_others(len(demo)) & (demo.split != _TEST))


@cache  # a second of chance, and the same for good
def _others(rows: int) -> NDArray[np.bool_]:
    shown = [each.shown for each in islice(sittings(), rows)]
    return np.array([isinstance(each, Sitter) and not is_plain(each.person) for each in shown], bool)


def draw_groups(people: int) -> FaceRecords:
    """Draw test faces of people who are in no other set, one group after the other, in the order of ``GROUP_NAMES``.

    The same people are drawn once for each group, and all but what makes the group stays: expression, view, light and
    votes. There are only faces about which the crowd agrees.
    """
    clear = ((each, each.shown) for each in sittings(DEMO_SEED + 1) if majority(each.votes[None])[0][0])
    chosen = list(islice(((each, sitter) for each, sitter in clear if isinstance(sitter, Sitter)), people))
    drawn = [
        replace(each, shown=replace(sitter, person=version(_plain(sitter.person))))
        for version in _GROUPS.values()
        for each, sitter in chosen
    ]
    return drawn_records(drawn, np.full(len(drawn), _TEST, np.uint8))
