"""The pencil work on a face: eyes, brows, nose, mouth, folds, glasses. All coordinates are face units."""

from collections.abc import Iterator

import numpy as np

from fer_core.datasets.drawn.canvas import Canvas, Mark
from fer_core.datasets.drawn.expression import ActionUnits, Expression
from fer_core.datasets.drawn.landmarks import Curve, Eye, Landmarks, spline
from fer_core.datasets.drawn.person import Person, Tone

_TURN = np.linspace(0, 2 * np.pi, 25)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)
_FINE_SCALE = 110  # pixels per face unit from which single hairs can be seen


def darker(tone: Tone, factor: float) -> Tone:
    """A tone multiplied by a factor."""
    return tuple(factor * part for part in tone)


def ellipse(center: Curve | tuple[float, float], radius_x: float, radius_y: float) -> Curve:
    """The outline of an ellipse, ``(25, 2)``."""
    return np.asarray(_CIRCLE * (radius_x, radius_y) + center)


def shifted(curve: Curve, right: float, down: float) -> Curve:
    """A curve (or a point) moved."""
    return np.asarray(curve + np.array((right, down)))


def draw_eyes(canvas: Canvas, eyes: tuple[Eye, Eye], person: Person, face: Expression) -> None:
    """Draw the sockets, the eyeballs, the irises, the lids and their shadows."""
    skin, iris = person.palette.skin, person.palette.iris
    sockets = [ellipse(eye.center - (0, 0.05), 0.19, 0.10) for eye in eyes]
    canvas.fill(*sockets, tone=darker(skin, 0.62), opacity=0.44, soft=0.04)
    for eye, units in zip(eyes, (face.left, face.right), strict=True):
        scowl = units.brow_lowerer * (1 - 0.6 * units.inner_brow_raiser)
        under = spline(np.stack([eye.brow[2] + (0, 0.05), eye.brow[7] + (0, 0.05), eye.upper_lid[8] - (0, 0.01)]))
        canvas.stroke(Mark(under, 0.06, 0.465 * scowl), tone=darker(skin, 0.4), soft=0.03)
    window, balls = canvas.area(*(np.concatenate([eye.upper_lid, eye.lower_lid[::-1]]) for eye in eyes), soft=0.003)
    canvas.paint(window, balls, darker(person.palette.eye_white, 0.92))
    for radius, tone in ((1.0, darker(iris, 0.55)), (0.8, iris), (0.42, (0.02,))):
        circles = [ellipse(eye.center - (0, 0.012), eye.iris * radius, eye.iris * radius) for eye in eyes]
        canvas.paint(window, canvas.area(*circles, soft=0.004, window=window)[1] * balls, tone)
    canvas.stroke(*(Mark(shifted(eye.upper_lid, 0, 0.022), 0.034, 0.5) for eye in eyes), tone=(0.05,), soft=0.010)
    canvas.stroke(*(Mark(eye.upper_lid, 0.028, 0.95) for eye in eyes), tone=(0.04,), soft=0.004)
    lids = [Mark(eye.lower_lid, 0.013, 0.7) for eye in eyes] + [Mark(eye.crease, 0.016, 0.65) for eye in eyes]
    canvas.stroke(*lids, tone=darker(skin, 0.36), soft=0.007)


def draw_eye_lights(canvas: Canvas, eyes: tuple[Eye, Eye], light_x: float) -> None:
    """Draw the reflection of the light in the eyes that are open."""
    side = 0.028 if light_x > 0 else -0.028
    spots = [
        ellipse(shifted(eye.center, side, -0.034), 0.016, 0.016)
        for eye in eyes
        if eye.lower_lid[6, 1] - eye.upper_lid[6, 1] > 0.07
    ]
    if spots:
        canvas.fill(*spots, tone=(0.97,), opacity=0.9, soft=0.004)


def _brow_hairs(eye: Eye) -> list[Mark]:
    """The single hairs of a brow: upright near the nose, lying along the brow further out."""
    place = np.linspace(0.0, len(eye.brow) - 1.001, 44)
    index = place.astype(int)
    along = eye.brow[1:] - eye.brow[:-1]
    along = (along / np.linalg.norm(along, axis=1, keepdims=True))[index]
    lift = np.interp(place, [0, 5, len(eye.brow)], [1.3, 0.55, 0.25])[:, None]
    way = along + lift * (0, -1)
    width = eye.brow_width[index][:, None]
    offset = (np.modf(np.arange(44) * 0.618034)[0] - 0.5)[:, None]  # golden ratio: even, without a pattern
    roots = eye.brow[index] + along * np.modf(place)[0][:, None] * 0.04 + width * offset * (0, 0.9)
    ends = roots + way * (0.75 + 0.3 * offset) * width
    return [Mark(np.stack([root, end]), 0.009, 0.55) for root, end in zip(roots, ends, strict=True)]


def draw_brows(canvas: Canvas, eyes: tuple[Eye, Eye], person: Person) -> None:
    """Draw the brows: their areas, then (where they can be seen) single hairs."""
    skin = person.palette.skin
    tone = tuple(min(0.75 * hair, 0.6 * part) for hair, part in zip(person.palette.hair, skin, strict=True))
    areas = []
    for eye in eyes:
        half = np.column_stack([np.zeros_like(eye.brow_width), eye.brow_width / 2])
        areas.append(np.concatenate([eye.brow - half, (eye.brow + half)[::-1]]))
    canvas.fill(*areas, tone=tone, opacity=0.85, soft=0.016)
    if canvas.scale > _FINE_SCALE:
        hairs = [hair for eye in eyes for hair in _brow_hairs(eye)]
        canvas.stroke(*hairs, tone=tone, soft=0.004)


def draw_nose(canvas: Canvas, marks: Landmarks, person: Person, face: Expression) -> None:
    """Draw the nostrils and the edges of the wings; light does the rest."""
    skin, tip, wing = person.palette.skin, float(marks.nose_tip[1]), marks.nose_width
    units = face.middle
    flare = 0.014 * units.nose_wrinkler
    edge_depth = 0.5 + 0.276 * max(units.nose_wrinkler, units.upper_lip_raiser)
    holes = [ellipse((s * (0.46 * wing), tip + 0.052 - flare), 0.032 + flare, 0.014) for s in (-1, 1)]
    edge = spline([(wing * 0.9, tip - 0.05), (wing + 0.022, tip + 0.005), (wing * 0.82, tip + 0.055)]) - (0, flare)
    under = spline([(-wing * 0.6, tip + 0.062), (0, tip + 0.085), (wing * 0.6, tip + 0.062)])
    strokes = [Mark(edge, 0.020, edge_depth), Mark(edge * (-1, 1), 0.020, edge_depth), Mark(under, 0.026, 0.35)]
    canvas.stroke(*strokes, tone=darker(skin, 0.35), soft=0.013)
    canvas.fill(*holes, tone=darker(skin, 0.16), opacity=0.7, soft=0.010)


def draw_mouth(canvas: Canvas, marks: Landmarks, person: Person, face: Expression) -> None:
    """Draw the lips, and what is seen between them."""
    lips, skin = person.palette.lips, person.palette.skin
    upper = np.concatenate([marks.upper_lip, marks.upper_line[::-1]])
    lower = np.concatenate([marks.lower_line, marks.lower_lip[::-1]])
    canvas.stroke(Mark(shifted(marks.lower_lip[5:-5], 0, 0.034), 0.035, 0.5), tone=darker(skin, 0.45), soft=0.02)
    if float((marks.lower_line[:, 1] - marks.upper_line[:, 1]).max()) > 0.012:
        _draw_open_mouth(canvas, marks, face.middle)
    canvas.fill(lower, tone=lips, opacity=0.95, soft=0.008)
    canvas.fill(upper, tone=darker(lips, 0.82), opacity=0.88, soft=0.007)
    line = [Mark(marks.upper_line, 0.020 + 0.005 * face.middle.lip_tightener, 0.8)]
    for corner, side in zip(marks.mouth_corners, (-1, 1), strict=True):
        units = face.on(side)
        depth = 0.45 + 0.35 * max(units.dimpler, units.lip_corner_puller)
        line.append(Mark(np.stack([shifted(corner, -0.012, 0), shifted(corner, 0.012, 0)]), 0.034, depth))
    canvas.stroke(*line, tone=darker(skin, 0.12), soft=0.008)
    gloss = (marks.lower_line + marks.lower_lip)[7:14] / 2
    shine = Mark(gloss, 0.022, 0.4 * (1 - 0.7 * face.middle.lip_tightener))
    canvas.stroke(shine, tone=tuple(min(1.0, 1.5 * part) for part in lips), soft=0.014)


def _draw_open_mouth(canvas: Canvas, marks: Landmarks, units: ActionUnits) -> None:
    """Draw the dark of the mouth, the tongue and both rows of teeth."""
    gap = (marks.lower_line - marks.upper_line) * (0, 1)
    inside = np.concatenate([marks.upper_line, marks.lower_line[::-1]])
    canvas.fill(inside, tone=(0.07,), soft=0.004)
    window, hole = canvas.area(inside, soft=0.004)

    def seen(area: Curve, tone: Tone, opacity: float, soft: float) -> None:
        cover = canvas.area(area, soft=soft, window=window)[1] * hole * np.float32(opacity)
        canvas.paint(window, cover, tone[: canvas.tones.shape[2]])

    if units.jaw_drop > 0.2:
        tongue = ellipse(marks.lower_line[10] - (0, 0.015), 0.13, 0.03 + 0.03 * units.jaw_drop)
        seen(tongue, (0.45, 0.20, 0.18), 0.75, 0.02)
    low = 0.108 * min(1.0, units.lower_lip_depressor + 0.338 * units.lip_stretcher)
    bared = min(1.0, 0.24 + units.lip_corner_puller + units.upper_lip_raiser + 0.53 * units.lip_stretcher)
    rows = [np.concatenate([marks.upper_line, (marks.upper_line + np.minimum(gap * 0.85, (0, 0.066 * bared)))[::-1]])]
    if low > 0.01:
        rows.append(np.concatenate([marks.lower_line - np.minimum(gap * 0.4, (0, low)), marks.lower_line[::-1]]))
    for row, tone in zip(rows, ((0.90, 0.89, 0.84), (0.80, 0.79, 0.75)), strict=False):
        seen(row, tone, 0.92, 0.006)
    if canvas.scale > _FINE_SCALE:
        _draw_gaps_of_teeth(canvas, rows)


def _draw_gaps_of_teeth(canvas: Canvas, rows: list[Curve]) -> None:
    """Draw the fine lines between teeth; they narrow towards the corners."""
    marks = []
    for row in rows:
        half = len(row) // 2
        top, bottom = row[:half], row[half:][::-1]
        for at in np.sin(np.linspace(-1.15, 1.15, 10)):
            x = 0.30 * at
            a, b = (np.array([x, np.interp(x, edge[:, 0], edge[:, 1])]) for edge in (top, bottom))
            if top[0, 0] < x < top[-1, 0] and b[1] - a[1] > 0.015:
                marks.append(Mark(np.stack([a, b]), 0.007, 0.35))
    canvas.stroke(*marks, tone=(0.35,), soft=0.004)


def draw_folds(canvas: Canvas, marks: Landmarks, person: Person, face: Expression) -> None:
    """Draw all the folds of a face."""
    folds = (_cheek_folds, _mouth_folds, _forehead_folds, _brow_folds, _nose_folds, _eye_folds)
    strokes = [stroke for fold in folds for stroke in fold(marks, face, person.age)]
    canvas.stroke(*strokes, tone=darker(person.palette.skin, 0.36), soft=0.015)


def _cheek_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """From the wings of the nose past the corners of the mouth (deepened by AU9, AU10, AU12, AU14)."""
    tip, wing = float(marks.nose_tip[1]), marks.nose_width
    for corner, side in zip(marks.mouth_corners, (-1, 1), strict=True):
        units = face.on(side)
        smile = max(units.lip_corner_puller, 0.5 * units.dimpler)
        sneer = max(units.nose_wrinkler, units.upper_lip_raiser)
        depth = 0.08 + 0.20 * age + 0.307 * smile + 0.627 * sneer + 0.134 * units.lip_stretcher
        end = (abs(corner[0]) + 0.055 + 0.03 * smile, corner[1] - 0.03 + 0.05 * smile)
        middle = ((wing + end[0]) / 2 + 0.045 + 0.03 * smile, (tip + end[1]) / 2 - 0.02)
        start = (wing + 0.015, tip - 0.05 - 0.088 * sneer)
        yield Mark(spline([start, middle, end]) * (side, 1), 0.030, min(0.85, depth))
        dimple = corner + np.array([(0.03 * side, -0.06), (0.05 * side, -0.01), (0.035 * side, 0.05)])
        yield Mark(spline(dimple), 0.024, 0.963 * units.dimpler)


def _mouth_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """Below the corners of the mouth (AU15, age), across the chin (AU17) and around tight lips (AU23)."""
    units = face.middle
    for corner, side in zip(marks.mouth_corners, (-1, 1), strict=True):
        depth = 0.08 * age + 0.429 * max(face.on(side).lip_corner_depressor, 0.4 * units.chin_raiser)
        way = np.array([(0.025 * side, 0.02), (0.055 * side, 0.09), (0.050 * side, 0.16)])
        yield Mark(spline(corner + way), 0.028, depth)
    y = float(marks.lower_lip[10, 1]) + 0.075
    arc = spline([(-0.12, y + 0.05), (-0.06, y + 0.01), (0.0, y), (0.06, y + 0.01), (0.12, y + 0.05)])
    yield Mark(arc, 0.028, 0.875 * units.chin_raiser + 0.289 * units.lip_tightener)


def _forehead_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """Across the forehead: over its width when AU2 is at work, short ones in the middle for AU1 alone."""
    for eye, side in zip(marks.eyes, (-1, 1), strict=True):
        units = face.on(side)
        raised = max(units.inner_brow_raiser, units.outer_brow_raiser)
        reach = 0.42 if units.outer_brow_raiser > 0.5 * units.inner_brow_raiser else 0.22
        top = float(eye.brow[:, 1].min()) - 0.13
        for level in (0, 1, 2):
            y = top - 0.085 * level
            points = [(0, y + 0.015), (0.4 * reach, y), (reach, y + 0.04)]
            depth = 0.12 * age + 0.30 * age**2 + (0.23 + 0.28 * age) * raised
            yield Mark(spline(points) * (side, 1), 0.022, depth * (1 - 0.22 * level))


def _brow_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """Between the brows (AU4, AU9)."""
    for eye, side in zip(marks.eyes, (-1, 1), strict=True):
        units = face.on(side)
        knit = max(units.brow_lowerer, 0.6 * units.nose_wrinkler)
        y = float(eye.brow[0, 1])
        crease = spline([(0.048, y - 0.10), (0.040, y - 0.02), (0.056, y + 0.07)])
        yield Mark(crease * (side, 1), 0.024, (0.729 + 0.2 * age) * knit)


def _nose_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """Across the bridge of the nose and down its sides (AU9)."""
    for side in (-1, 1):
        wrinkled = face.on(side).nose_wrinkler
        for low in (-0.03, 0.04, 0.11):
            line = spline([(0.01, low), (0.065, low - 0.012), (0.120, low + 0.05)])
            yield Mark(line * (side, 1), 0.020, 0.617 * wrinkled)
        yield Mark(spline([(0.10, 0.12), (0.15, 0.21), (0.17, 0.31)]) * (side, 1), 0.024, 0.162 * wrinkled)


def _eye_folds(marks: Landmarks, face: Expression, age: float) -> Iterator[Mark]:
    """Bags under the eyes (AU6, AU7, AU9) and crow's feet (AU6)."""
    for eye, side in zip(marks.eyes, (-1, 1), strict=True):
        units = face.on(side)
        bag = 0.10 + 0.2 * age + 0.25 * max(units.cheek_raiser, 0.779 * units.lid_tightener, units.nose_wrinkler)
        yield Mark(shifted(eye.lower_lid[2:-1], 0, 0.055), 0.022, bag)
        corner = eye.upper_lid[-1]
        for rise in (-0.03, 0.01, 0.05):
            ray = corner + np.array([(0.035 * side, 0.5 * rise), (0.105 * side, 1.4 * rise)])
            yield Mark(ray, 0.016, 0.3 * age**2 + (0.25 + 0.35 * age) * units.cheek_raiser)


def draw_glasses(canvas: Canvas, marks: Landmarks, person: Person) -> None:
    """Draw the frames of a pair of glasses, if the person wears one."""
    if person.glasses <= 0:
        return
    w, h, y = 0.215, 0.150, 0.025
    x = float(marks.eyes[1].center[0])
    corners = [(x - w, y - 0.6 * h), (x, y - h), (x + w, y - 0.6 * h), (x + 0.9 * w, y + 0.7 * h), (x, y + h)]
    rim = spline([*corners, (x - 0.9 * w, y + 0.7 * h)], closed=True)
    temple = np.array([(x + w, y - 0.08), (0.74 * person.face_width, y - 0.10)])
    bridge = spline([(w - x, 0.0), (0, -0.035), (x - w, 0.0)])
    closed = np.concatenate([rim, rim[:1]])
    curves = [closed, closed * (-1, 1), temple, temple * (-1, 1), bridge]
    canvas.stroke(*(Mark(curve, 0.028, person.glasses) for curve in curves), tone=(0.07,), soft=0.004)
