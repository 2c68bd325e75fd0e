"""Where everything is in a face: curves in face units, from a person and an expression.

Face units: the origin lies between the eyes, x points to the picture's right, y down; the chin is about one unit below
the eyes. Curves are float64 arrays ``(n, 2)``.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.drawn.expression import ActionUnits, Expression
from fer_core.datasets.drawn.person import Person

Curve = NDArray[np.float64]

_LID_POINTS = np.linspace(-1.0, 1.0, 13)
_LIP_POINTS = np.linspace(-1.0, 1.0, 21)


@dataclass(frozen=True, eq=False)
class Eye:
    """One eye and its brow.

    Attributes:
        center: ``(2,)`` the middle of the eye.
        upper_lid: ``(13, 2)`` from the inner to the outer corner.
        lower_lid: ``(13, 2)`` from the inner to the outer corner.
        crease: ``(13, 2)`` the fold above the upper lid.
        brow: ``(n, 2)`` the brow's middle line, from the nose outwards.
        brow_width: ``(n,)`` the brow's thickness along that line.
        iris: Radius of the iris.
    """

    center: Curve
    upper_lid: Curve
    lower_lid: Curve
    crease: Curve
    brow: Curve
    brow_width: NDArray[np.float64]
    iris: float


@dataclass(frozen=True, eq=False)
class Landmarks:
    """All the curves of a face.

    Attributes:
        outline: ``(n, 2)`` closed outline of the skull and the jaw.
        eyes: The eye on the picture's left, then the one on its right.
        nose_tip: ``(2,)`` tip of the nose.
        nose_width: Half the distance between the wings of the nose.
        upper_lip: ``(21, 2)`` upper edge of the upper lip, left to right.
        upper_line: ``(21, 2)`` lower edge of the upper lip.
        lower_line: ``(21, 2)`` upper edge of the lower lip.
        lower_lip: ``(21, 2)`` lower edge of the lower lip.
        chin: The y of the chin.
    """

    outline: Curve
    eyes: tuple[Eye, Eye]
    nose_tip: Curve
    nose_width: float
    upper_lip: Curve
    upper_line: Curve
    lower_line: Curve
    lower_lip: Curve
    chin: float

    @property
    def mouth_corners(self) -> tuple[Curve, Curve]:
        """The left and the right corner of the mouth, each ``(2,)``."""
        return self.upper_line[0], self.upper_line[-1]


@lru_cache(maxsize=16)
def _spline_basis(n_points: int, steps: int, closed: bool) -> NDArray[np.float64]:
    """Weights ``(n, n_points)`` that turn control points into a Catmull-Rom spline (uniform, tension 1/2)."""
    segments = n_points if closed else n_points - 1
    t = np.linspace(0.0, 1.0, steps, endpoint=False)
    weights = 0.5 * np.stack([-(t**3) + 2 * t**2 - t, 3 * t**3 - 5 * t**2 + 2, -3 * t**3 + 4 * t**2 + t, t**3 - t**2])
    basis = np.zeros((segments * steps + (not closed), n_points))
    for segment in range(segments):
        for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
            point = (segment + offset) % n_points if closed else min(max(segment + offset, 0), n_points - 1)
            basis[segment * steps : (segment + 1) * steps, point] += weight
    if not closed:
        basis[-1, -1] = 1.0
    basis.flags.writeable = False  # it is shared
    return basis


def spline(points: object, *, steps: int = 6, closed: bool = False) -> Curve:
    """A smooth curve ``(m, 2)`` through points ``(n, 2)``, ``steps`` for each (uniform Catmull-Rom)."""
    control = np.asarray(points, dtype=np.float64)
    return np.asarray(_spline_basis(len(control), steps, closed) @ control, dtype=np.float64)


def face_outline(person: Person, chin: float) -> Curve:
    """The closed outline of the skull and the jaw, ``(n, 2)``."""
    w, jaw = person.face_width, person.jaw_width
    right = [
        (0.0, -1.16),
        (0.36 * w, -1.08),
        (0.62 * w, -0.80),
        (0.725 * w, -0.40),
        (0.735 * w, 0.05),
        (0.695 * w, 0.40),
        (0.58 * w * jaw, 0.40 + (chin - 0.40) * 0.50),
        (0.37 * w * jaw, 0.40 + (chin - 0.40) * 0.84),
        (0.19 * w * jaw, chin - 0.015),
    ]
    left = [(-x, y) for x, y in right[:0:-1]]
    return spline([*right, (0.0, chin), *left], steps=5, closed=True)


def _brow(person: Person, units: ActionUnits, direction: int) -> tuple[Curve, NDArray[np.float64]]:
    """The middle line and the thickness of one brow."""
    inner_up = 0.2 * units.inner_brow_raiser
    outer_up = 0.1 * units.outer_brow_raiser
    down = 0.151 * units.brow_lowerer * (1 - 0.341 * units.inner_brow_raiser)
    down += 0.025 * units.nose_wrinkler
    knit = 0.032 * units.brow_lowerer + 0.018 * units.nose_wrinkler
    base, arch = -0.245 * person.brow_height, 0.045 * person.brow_arch
    reach = person.eye_distance
    line = spline(
        [
            (0.125 * reach - knit, base + 0.01 - inner_up + down),
            (0.22 * reach - knit, base - 0.4 * arch - 0.75 * inner_up - 0.35 * outer_up + 1.518 * down),
            (0.36 * reach - 0.4 * knit, base - arch - 0.25 * inner_up - 0.85 * outer_up + 1.05 * down),
            (0.48 * reach, base - 0.55 * arch - outer_up + 0.399 * down),
            (0.575 * reach, base + 0.05 - 0.7 * outer_up - 0.082 * down),
        ],
        steps=4,
    )
    width = (
        0.058 * person.brow_thickness * np.interp(np.linspace(0, 1, len(line)), [0, 0.2, 0.6, 1], [0.75, 1, 0.8, 0.25])
    )
    return line * (direction, 1), width * (1 + 0.157 * units.brow_lowerer)


def _eye(person: Person, units: ActionUnits, direction: int) -> Eye:
    """One eye of a face, its lids and its brow."""
    half = 0.155 * person.eye_size
    opening = 1 + 0.962 * units.upper_lid_raiser - 0.305 * units.lid_tightener - 0.392 * units.cheek_raiser
    opening -= 0.75 * units.lid_droop + 0.332 * units.nose_wrinkler + 0.095 * units.dimpler + 0.132 * units.brow_lowerer
    upper = 0.078 * person.eye_size * max(0.05, opening)
    lift = 0.923 * units.cheek_raiser + 0.667 * units.lid_tightener
    lift += 0.553 * units.nose_wrinkler + 0.098 * units.dimpler
    lower = 0.045 * person.eye_size * max(-0.1, 1 + 0.225 * units.upper_lid_raiser - lift)
    center = np.array([0.335 * person.eye_distance, 0.0])
    t = _LID_POINTS
    arc = np.sqrt(np.maximum(0, 1 - np.abs(t) ** 1.9))
    x = center[0] + half * t
    tilt = -person.eye_tilt * t
    frown = 0.009 * person.eye_size * units.brow_lowerer * (1 - units.inner_brow_raiser)
    upper_lid = np.stack([x, tilt - upper * arc * (1 - 0.18 * t) - frown * t * arc], axis=1)
    lower_lid = np.stack([x, tilt + lower * np.maximum(0, 1 - t**2) * (1 + 0.25 * t)], axis=1)
    upper_lid[:, 1] = np.minimum(upper_lid[:, 1], lower_lid[:, 1])
    fold = 0.030 + 0.03 * max(0.0, opening - 0.6) + 0.012 * units.inner_brow_raiser
    crease = np.stack([x * 1.01, upper_lid[:, 1] - fold * (0.45 + 0.55 * arc)], axis=1)
    brow, brow_width = _brow(person, units, direction)
    mirror = (direction, 1)
    return Eye(
        center * mirror,
        upper_lid * mirror,
        lower_lid * mirror,
        crease * mirror,
        brow,
        brow_width,
        0.078 * person.eye_size,
    )


def _corner(
    person: Person, units: ActionUnits, middle: ActionUnits, rest: float, direction: int
) -> tuple[float, float]:
    """Where one corner of the mouth is."""
    out = 0.152 * units.lip_corner_puller + 0.07 * units.dimpler
    out += 0.149 * units.lip_stretcher - 0.074 * middle.lip_tightener
    out -= 0.04 * units.lip_corner_depressor + 0.02 * middle.chin_raiser
    out -= 0.077 * middle.jaw_drop * (1 - units.lip_corner_puller) * (1 - units.lip_stretcher)
    down = 0.099 * units.lip_corner_depressor + 0.035 * units.lip_stretcher
    down -= 0.219 * units.lip_corner_puller + 0.061 * units.dimpler
    down += 0.04 * units.nose_wrinkler
    return direction * (0.235 * person.mouth_width + out), rest + down + 0.10 * middle.jaw_drop


def _mouth(person: Person, face: Expression, rest: float) -> tuple[Curve, Curve, Curve, Curve]:
    """The four edges of the lips, from the top down."""
    middle = face.middle
    left, right = (_corner(person, face.on(side), middle, rest, side) for side in (-1, 1))
    t = _LIP_POINTS
    share = (1 + t) / 2

    def across(at_left: float, at_right: float) -> NDArray[np.float64]:
        return np.asarray(at_left + (at_right - at_left) * share)

    aside = 0.08 * (face.right.dimpler - face.left.dimpler)
    x, corners = across(left[0], right[0]) + aside, across(left[1], right[1])
    square = 2.473 * middle.lip_stretcher
    bow = 1 - np.abs(t) ** (2.2 + middle.jaw_drop + square)
    wide = 1 - np.abs(t) ** 4
    parted = min(1.0, 20 * middle.lips_part)
    smile = middle.lip_corner_puller
    top = rest - 0.018 * middle.lips_part - 0.01 * middle.chin_raiser + 0.02 * smile * (1 - middle.lips_part)
    top -= 0.008 * middle.nose_wrinkler
    gap = 0.061 * middle.lips_part + 0.258 * middle.jaw_drop
    raised = wide * across(*(0.039 * u.upper_lip_raiser + 0.046 * u.nose_wrinkler for u in (face.left, face.right)))
    upper_line = corners + (top - corners) * bow + 0.006 * np.cos(3 * np.pi * t) * bow - raised
    lowered = 0.076 * middle.lower_lip_depressor * parted * wide
    sag = (top + gap - corners) * (1 - np.abs(t) ** (2 + middle.jaw_drop + square))
    lower_line = np.maximum(corners + sag - (1 - parted) * raised + lowered, upper_line)
    thin = (1 - 0.53 * middle.lip_tightener) * (1 - 0.3 * smile) * (1 - 0.211 * middle.lip_stretcher)
    cupid = 1 - 0.28 * np.exp(-((t / 0.13) ** 2))
    full = 0.056 * person.lip_fullness * thin * (1 - 0.26 * middle.upper_lip_raiser)
    upper_lip = upper_line - full * (1 - np.abs(t) ** 1.6) * cupid
    thick = 0.078 * person.lip_fullness * thin * (1 + 0.412 * middle.lower_lip_depressor + 0.194 * middle.chin_raiser)
    lower_lip = lower_line + thick * (1 - t**2) ** 0.8
    return tuple(np.stack([x, y], axis=1) for y in (upper_lip, upper_line, lower_line, lower_lip))  # type: ignore[return-value]


def landmarks(person: Person, expression: Expression) -> Landmarks:
    """Where everything is in one person's face, in face units, seen from the front."""
    units = expression.middle
    tip = 0.42 * person.nose_length
    rest = tip + 0.275
    chin = rest + 0.37 * person.chin_length + 0.15 * units.jaw_drop - 0.02 * units.chin_raiser
    width = 0.125 * person.nose_width + 0.022 * units.nose_wrinkler + 0.015 * units.lip_corner_puller
    return Landmarks(
        face_outline(person, chin),
        (_eye(person, expression.left, -1), _eye(person, expression.right, 1)),
        np.array([0.0, tip - 0.058 * units.nose_wrinkler]),
        width,
        *_mouth(person, expression, rest),
        chin,
    )
