"""The pencil work on a face: eyes, brows, nose, mouth, folds, glasses. All coordinates are face units."""

import numpy as np

from fer_core.data.faces.canvas import Canvas
from fer_core.data.faces.expression import Expression
from fer_core.data.faces.landmarks import Curve, Eye, Landmarks, spline
from fer_core.data.faces.person import Person, Tone

_CIRCLE = np.stack([np.cos(np.linspace(0, 2 * np.pi, 25)), np.sin(np.linspace(0, 2 * np.pi, 25))], axis=1)


def darker(tone: Tone, factor: float) -> Tone:
    """A tone multiplied by a factor."""
    return tuple(factor * part for part in tone)


def ellipse(center: Curve | tuple[float, float], radius_x: float, radius_y: float) -> Curve:
    """The outline of an ellipse, ``(25, 2)``."""
    return np.asarray(np.asarray(center) + _CIRCLE * (radius_x, radius_y))


def draw_eye(canvas: Canvas, eye: Eye, person: Person) -> None:
    """Draws the eyeball, the iris, the lids and their shadows."""
    skin, iris_tone = person.palette.skin, person.palette.iris
    ball = np.concatenate([eye.upper_lid, eye.lower_lid[::-1]])
    canvas.fill(ellipse(eye.center - (0, 0.05), 0.19, 0.10), tone=darker(skin, 0.62), opacity=0.35, soft=0.04)
    canvas.fill(ball, tone=person.palette.eye_white, opacity=0.95, soft=0.004)
    window, white = canvas.area(ball)
    look = eye.center + (0, -0.012)
    for radius, tone, opacity in ((1.0, darker(iris_tone, 0.6), 1.0), (0.8, iris_tone, 0.9), (0.42, (0.02,), 1.0)):
        part, mask = canvas.area(ellipse(look, eye.iris * radius, eye.iris * radius), soft=0.004)
        canvas.paint(part, mask * opacity * _within(mask.shape, part, white, window), tone)
    top, bottom = eye.upper_lid, eye.lower_lid
    canvas.stroke(top + (0, 0.022), tone=(0.05,), width=0.03, opacity=0.45, soft=0.010)  # the lid's shadow on the ball
    canvas.stroke(top, tone=(0.04,), width=0.026, opacity=0.95, soft=0.004)
    canvas.stroke(bottom, tone=darker(skin, 0.35), width=0.012, opacity=0.75, soft=0.005)
    canvas.stroke(eye.crease, tone=darker(skin, 0.38), width=0.016, opacity=0.7, soft=0.008)


def _within(
    shape: tuple[int, ...], part: tuple[slice, slice], mask: np.ndarray, window: tuple[slice, slice]
) -> np.ndarray:
    """A mask of one window, cut out of and padded to another window's place."""
    cut = np.zeros(shape, np.float32)
    top, left = max(part[0].start, window[0].start), max(part[1].start, window[1].start)
    low, right = min(part[0].stop, window[0].stop), min(part[1].stop, window[1].stop)
    if top < low and left < right:
        inside = mask[top - window[0].start : low - window[0].start, left - window[1].start : right - window[1].start]
        cut[top - part[0].start : low - part[0].start, left - part[1].start : right - part[1].start] = inside
    return cut


def draw_eye_light(canvas: Canvas, eye: Eye, light_x: float) -> None:
    """Draws the reflection of the light in an eye."""
    if eye.lower_lid[6, 1] - eye.upper_lid[6, 1] > 0.05:
        spot = eye.center + (0.028 * np.sign(light_x), -0.034)
        canvas.fill(ellipse(spot, 0.017, 0.017), tone=(0.97,), opacity=0.9, soft=0.004)


def draw_brow(canvas: Canvas, eye: Eye, person: Person) -> None:
    """Draws one brow: its area, then single hairs."""
    half = np.column_stack([np.zeros_like(eye.brow_width), eye.brow_width / 2])
    area = np.concatenate([eye.brow - half, (eye.brow + half)[::-1]])
    tone = darker(person.palette.hair, 0.75)
    canvas.fill(area, tone=tone, opacity=0.78, soft=0.014)
    direction = np.sign(eye.center[0])
    roots = eye.brow[1:-3:2] + half[1:-3:2] * 0.8
    lean = np.column_stack([np.linspace(0.01, 0.07, len(roots)) * direction, -1.7 * eye.brow_width[1:-3:2]])
    canvas.stroke(*np.stack([roots, roots + lean], axis=1), tone=tone, width=0.010, opacity=0.55)


def draw_nose(canvas: Canvas, marks: Landmarks, person: Person, face: Expression) -> None:
    """Draws the nostrils and the edges of the wings; light does the rest."""
    skin, tip, wing = person.palette.skin, float(marks.nose_tip[1]), marks.nose_width
    flare = 0.012 * face.nose_wrinkler
    for side in (-1, 1):
        hole = ellipse((side * (0.46 * wing), tip + 0.052 - flare), 0.034 + flare, 0.017)
        canvas.fill(hole, tone=darker(skin, 0.14), opacity=0.85, soft=0.010)
        edge = [
            (wing * 0.9, tip - 0.05 - flare),
            (wing + 0.022, tip + 0.005 - flare),
            (wing * 0.82, tip + 0.055 - flare),
        ]
        canvas.stroke(spline(edge) * (side, 1), tone=darker(skin, 0.35), width=0.020, opacity=0.5, soft=0.012)
    under = spline([(-wing * 0.6, tip + 0.06), (0, tip + 0.085), (wing * 0.6, tip + 0.06)])
    canvas.stroke(under, tone=darker(skin, 0.35), width=0.028, opacity=0.45, soft=0.014)


def draw_mouth(canvas: Canvas, marks: Landmarks, person: Person, face: Expression) -> None:
    """Draws the lips, and what is seen between them."""
    lips, skin = person.palette.lips, person.palette.skin
    upper = np.concatenate([marks.upper_lip, marks.upper_line[::-1]])
    lower = np.concatenate([marks.lower_line, marks.lower_lip[::-1]])
    canvas.stroke(marks.lower_lip[5:-5] + (0, 0.032), tone=darker(skin, 0.45), width=0.035, opacity=0.5, soft=0.02)
    if float((marks.lower_line[:, 1] - marks.upper_line[:, 1]).max()) > 0.012:
        _draw_open_mouth(canvas, marks, face)
    canvas.fill(lower, tone=lips, opacity=0.85, soft=0.008)
    canvas.fill(upper, tone=darker(lips, 0.78), opacity=0.9, soft=0.007)
    canvas.stroke(marks.upper_line, tone=(0.05,), width=0.020, opacity=0.85, soft=0.005)
    gloss = (marks.lower_line + marks.lower_lip)[7:14] / 2
    canvas.stroke(gloss, tone=tuple(min(1.0, 1.5 * part) for part in lips), width=0.022, opacity=0.4, soft=0.014)
    for corner, side in zip(marks.mouth_corners, (-1, 1), strict=True):
        depth = 0.45 + 0.35 * face.on_side(max(face.dimpler, face.lip_corner_puller), side)
        canvas.fill(ellipse(corner, 0.03, 0.022), tone=darker(skin, 0.3), opacity=min(0.8, depth), soft=0.014)


def _draw_open_mouth(canvas: Canvas, marks: Landmarks, face: Expression) -> None:
    """Draws the dark of the mouth, the teeth and the tongue."""
    inside = np.concatenate([marks.upper_line, marks.lower_line[::-1]])
    gap = marks.lower_line - marks.upper_line
    canvas.fill(inside, tone=(0.07,), soft=0.004)
    upper_teeth = min(1.0, 0.25 + face.lip_corner_puller + face.upper_lip_raiser + 0.5 * face.lip_stretcher)
    shown = np.minimum(gap * (0, 0.85), (0, 0.085 * upper_teeth))
    teeth = np.concatenate([marks.upper_line[2:-2], (marks.upper_line + shown)[2:-2][::-1]])
    canvas.fill(teeth, tone=(0.90, 0.89, 0.84)[: canvas.tones.shape[2]], opacity=0.92, soft=0.006)
    if face.lower_lip_depressor > 0.2 or face.lip_stretcher > 0.3:
        rim = marks.lower_line - np.minimum(gap * (0, 0.4), (0, 0.05))
        lower_teeth = np.concatenate([rim[4:-4], marks.lower_line[4:-4][::-1]])
        canvas.fill(lower_teeth, tone=(0.78,), opacity=0.8, soft=0.008)
    elif face.jaw_drop > 0.35:
        center = marks.lower_line[10] - (0, 0.025)
        canvas.fill(ellipse(center, 0.11, 0.045), tone=(0.36,), opacity=0.7, soft=0.02)


def draw_folds(canvas: Canvas, marks: Landmarks, person: Person, face: Expression) -> None:
    """Draws the folds that age and the action units leave in the skin."""
    dark, age = darker(person.palette.skin, 0.38), person.age
    tip, wing = float(marks.nose_tip[1]), marks.nose_width
    for corner, side in zip(marks.mouth_corners, (-1, 1), strict=True):
        smile = face.on_side(max(face.lip_corner_puller, 0.7 * face.dimpler), side)
        depth = 0.10 + 0.22 * age + 0.42 * smile + 0.35 * max(face.nose_wrinkler, face.upper_lip_raiser)
        end = (abs(corner[0]) + 0.055 + 0.03 * smile, corner[1] - 0.03 + 0.05 * smile)
        middle = ((wing + end[0]) / 2 + 0.045 + 0.03 * smile, (tip + end[1]) / 2 - 0.02)
        cheek = spline([(wing + 0.015, tip - 0.05), middle, end])
        canvas.stroke(cheek * (side, 1), tone=dark, width=0.028, opacity=min(0.8, depth), soft=0.016)
        sad = max(face.lip_corner_depressor, 0.4 * face.chin_raiser)
        if sad > 0.1:
            below = spline(
                [corner + (side * 0.02, 0.015), corner + (side * 0.055, 0.10), corner + (side * 0.045, 0.19)]
            )
            canvas.stroke(below, tone=dark, width=0.028, opacity=0.6 * sad, soft=0.016)
    _draw_brow_folds(canvas, marks, face, dark, age)
    _draw_eye_folds(canvas, marks, face, dark, age)


def _draw_brow_folds(canvas: Canvas, marks: Landmarks, face: Expression, dark: Tone, age: float) -> None:
    """Draws the lines of the forehead (AU1, AU2), between the brows (AU4) and on the bridge of the nose (AU9)."""
    raised = max(face.inner_brow_raiser, face.outer_brow_raiser)
    reach = 0.42 if face.outer_brow_raiser > 0.5 * face.inner_brow_raiser else 0.22
    for level in (0, 1, 2):
        y = -0.50 - 0.095 * level - 0.05 * raised
        line = spline([(-reach, y + 0.04), (-0.4 * reach, y), (0, y + 0.02), (0.4 * reach, y), (reach, y + 0.04)])
        canvas.stroke(
            line, tone=dark, width=0.022, opacity=(0.10 * age + 0.50 * raised) * (1 - 0.2 * level), soft=0.014
        )
    knit = max(face.brow_lowerer, 0.6 * face.nose_wrinkler)
    if knit > 0.05:
        y = float(marks.eyes[1].brow[0, 1])
        for side in (-1, 1):
            crease = spline([(side * 0.050, y - 0.11), (side * 0.042, y - 0.02), (side * 0.058, y + 0.07)])
            canvas.stroke(crease, tone=dark, width=0.022, opacity=0.75 * knit, soft=0.012)
    if face.nose_wrinkler > 0.05:
        lines = [
            spline([(s * 0.03, y), (s * 0.085, y - 0.012), (s * 0.135, y + 0.05)])
            for s in (-1, 1)
            for y in (0.0, 0.075, 0.15)
        ]
        canvas.stroke(*lines, tone=dark, width=0.020, opacity=0.65 * face.nose_wrinkler, soft=0.012)


def _draw_eye_folds(canvas: Canvas, marks: Landmarks, face: Expression, dark: Tone, age: float) -> None:
    """Draws the bags under the eyes and the crow's feet (AU6)."""
    for eye, side in zip(marks.eyes, (-1, 1), strict=True):
        low = eye.lower_lid[2:-1] * (1, 1) + (0, 0.055)
        canvas.stroke(low, tone=dark, width=0.022, opacity=0.14 + 0.2 * age + 0.3 * face.cheek_raiser, soft=0.014)
        if face.cheek_raiser > 0.05:
            x, y = eye.upper_lid[-1]
            rays = [
                np.array([(x + side * 0.03, y + 0.5 * d), (x + side * 0.11, y + 1.4 * d)]) for d in (-0.03, 0.01, 0.05)
            ]
            canvas.stroke(*rays, tone=dark, width=0.016, opacity=0.5 * face.cheek_raiser, soft=0.008)


def draw_glasses(canvas: Canvas, marks: Landmarks, person: Person) -> None:
    """Draws the frames of a pair of glasses."""
    if person.glasses <= 0:
        return
    frames = []
    for eye, side in zip(marks.eyes, (-1, 1), strict=True):
        x, y = float(eye.center[0]), 0.025
        w, h = 0.215, 0.150
        rim = [
            (x - w, y - 0.6 * h),
            (x, y - h),
            (x + w, y - 0.6 * h),
            (x + 0.9 * w, y + 0.7 * h),
            (x, y + h),
            (x - 0.9 * w, y + 0.7 * h),
        ]
        frames += [
            spline([*rim, rim[0]]),
            np.array([(x + side * w, y - 0.08), (side * 0.76 * person.face_width, y - 0.10)]),
        ]
    frames.append(
        spline(
            [(float(marks.eyes[0].center[0]) + 0.215, 0.0), (0, -0.035), (float(marks.eyes[1].center[0]) - 0.215, 0.0)]
        )
    )
    canvas.stroke(*frames, tone=(0.07,), width=0.028, opacity=person.glasses, soft=0.004)
