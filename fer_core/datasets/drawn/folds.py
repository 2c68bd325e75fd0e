"""The folds that age and the action units leave in the skin. All coordinates are face units."""

from collections.abc import Iterator

import numpy as np

from fer_core.datasets.drawn.canvas import Canvas, Mark
from fer_core.datasets.drawn.expression import Expression
from fer_core.datasets.drawn.features import darker, shifted
from fer_core.datasets.drawn.landmarks import Landmarks, spline
from fer_core.datasets.drawn.person import Person


def draw_folds(canvas: Canvas, marks: Landmarks, person: Person, face: Expression) -> None:
    """Draw all the folds of a face."""
    folds = (_cheek_folds, _mouth_folds, _forehead_folds, _brow_folds, _eye_folds)
    strokes = [stroke for fold in folds for stroke in fold(marks, face, person.age)]
    canvas.stroke(*strokes, tone=darker(person.palette.skin, 0.36), soft=0.015)


def _cheek_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """From the wings of the nose past the corners of the mouth (deepened by AU9, AU10, AU12, AU14)."""
    tip, wing = float(marks.nose_tip[1]), marks.nose_width
    for corner, side in zip(marks.mouth_corners, (-1, 1), strict=True):
        smile = face.on_side(max(face.lip_corner_puller, 0.7 * face.dimpler), side)
        depth = 0.08 + 0.20 * age + 0.38 * smile + 0.30 * max(face.nose_wrinkler, face.upper_lip_raiser)
        end = (abs(corner[0]) + 0.055 + 0.03 * smile, corner[1] - 0.03 + 0.05 * smile)
        middle = ((wing + end[0]) / 2 + 0.045 + 0.03 * smile, (tip + end[1]) / 2 - 0.02)
        yield Mark(spline([(wing + 0.015, tip - 0.05), middle, end]) * (side, 1), 0.030, min(0.75, depth))


def _mouth_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """Below the corners of the mouth (AU15, age) and across the chin (AU17)."""
    depth = 0.08 * age + 0.42 * max(face.lip_corner_depressor, 0.4 * face.chin_raiser)
    for corner, side in zip(marks.mouth_corners, (-1, 1), strict=True):
        way = np.array([(0.025 * side, 0.02), (0.055 * side, 0.09), (0.050 * side, 0.16)])
        yield Mark(spline(corner + way), 0.028, depth)
    y = float(marks.lower_lip[10, 1]) + 0.075
    arc = spline([(-0.12, y + 0.05), (-0.06, y + 0.01), (0.0, y), (0.06, y + 0.01), (0.12, y + 0.05)])
    yield Mark(arc, 0.028, 0.5 * face.chin_raiser)


def _forehead_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """Across the forehead: over its width when AU2 is at work, short ones in the middle for AU1 alone."""
    raised = max(face.inner_brow_raiser, face.outer_brow_raiser)
    reach = 0.42 if face.outer_brow_raiser > 0.5 * face.inner_brow_raiser else 0.22
    top = float(marks.eyes[1].brow[:, 1].min()) - 0.13
    for level in (0, 1, 2):
        y = top - 0.085 * level
        points = [(-reach, y + 0.04), (-0.4 * reach, y), (0, y + 0.015), (0.4 * reach, y), (reach, y + 0.04)]
        yield Mark(spline(points), 0.022, (0.12 * age + (0.22 + 0.28 * age) * raised) * (1 - 0.22 * level))


def _brow_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """Between the brows (AU4) and on the bridge of the nose (AU9)."""
    knit = max(face.brow_lowerer, 0.6 * face.nose_wrinkler)
    y = float(marks.eyes[1].brow[0, 1])
    crease = spline([(0.048, y - 0.10), (0.040, y - 0.02), (0.056, y + 0.07)])
    for side in (-1, 1):
        yield Mark(crease * (side, 1), 0.024, (0.55 + 0.2 * age) * knit)
        for low in (0.02, 0.10):
            line = spline([(0.02, low), (0.075, low - 0.012), (0.130, low + 0.055)])
            yield Mark(line * (side, 1), 0.022, 0.55 * face.nose_wrinkler)


def _eye_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """Bags under the eyes and crow's feet (AU6)."""
    for eye, side in zip(marks.eyes, (-1, 1), strict=True):
        yield Mark(shifted(eye.lower_lid[2:-1], 0, 0.055), 0.022, 0.10 + 0.2 * age + 0.25 * face.cheek_raiser)
        corner = eye.upper_lid[-1]
        for rise in (-0.03, 0.01, 0.05):
            ray = corner + np.array([(0.035 * side, 0.5 * rise), (0.105 * side, 1.4 * rise)])
            yield Mark(ray, 0.016, (0.25 + 0.35 * age) * face.cheek_raiser)
