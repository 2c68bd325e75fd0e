"""Hair, beards and scarves. All coordinates are face units."""

import cv2
import numpy as np

from fer_core.datasets.drawn.canvas import LEFT, SPAN, TOP, Canvas, Floats, Mark, Window
from fer_core.datasets.drawn.features import darker, ellipse
from fer_core.datasets.drawn.landmarks import Curve, Landmarks, spline
from fer_core.datasets.drawn.person import Person

_ORIGIN = {"fringe": (0.0, -1.45), "parted": (0.16, -1.34), "long": (0.0, -1.42)}  # where strands come from
_FROM_THE_FACE = (-0.08, -0.30)  # the origin of hair that is combed back


def _mirrored(right: list[tuple[float, float]], stretch: float = 1.0) -> Curve:
    """A closed shape from its right half, listed from the top middle down."""
    left = [(-x, y) for x, y in right[::-1] if x > 0]
    return spline(np.asarray([*right, *left]) * (stretch, 1), closed=True)


def _outer(person: Person) -> Curve:
    """The silhouette of the hair (or of the scarf)."""
    v = person.hair_volume
    top = (0.0, -1.21 - 0.12 * v)
    crown = [(0.39, -1.11 - 0.12 * v), (0.68 + 0.05 * v, -0.82 - 0.08 * v), (0.765 + 0.07 * v, -0.40)]
    match person.hair:
        case "long":
            fall = [(0.84 + 0.10 * v, 0.1), (0.88 + 0.12 * v, 0.7), (0.86 + 0.1 * v, 1.3), (0.5, 1.7)]
        case "scarf":
            fall = [(0.82, 0.2), (0.75, 0.75), (0.66, 1.2), (0.62, 1.7)]
        case "curly":
            top = (0.0, -1.30 - 0.25 * v)
            crown = [(0.5, -1.22 - 0.25 * v), (0.83 + 0.12 * v, -0.92 - 0.15 * v), (0.90 + 0.18 * v, -0.42)]
            fall = [(0.88 + 0.15 * v, 0.0), (0.78 + 0.12 * v, 0.32), (0.55, 0.4)]
        case _:
            fall = [(0.745, -0.10), (0.68, 0.12), (0.4, 0.2)]
    shape = _mirrored([top, *crown, *fall], person.face_width)
    if person.hair == "curly":
        place = np.arange(len(shape)) + person.texture % 50
        shape = shape * (1 + 0.016 * np.sin(1.3 * place) + 0.018 * np.sin(2.1 * place))[:, None]
    return shape


def _opening(person: Person) -> Curve:
    """The part of the silhouette in which the face shows."""
    low = [(0.72, 0.2), (0.95, 0.6), (0.5, 1.8), (0.0, 1.9)]
    match person.hair:
        case "fringe":
            line = [(0.0, -0.45), (0.30, -0.44), (0.54, -0.37), (0.66, -0.10)]
        case "parted":
            part = [(-0.70, 0.1), (-0.68, -0.30), (-0.57, -0.52), (-0.30, -0.72), (0.12, -0.88), (0.38, -0.70)]
            rest = [(0.58, -0.50), (0.67, -0.28), (0.70, 0.1), (0.9, 0.6), (0.0, 1.8), (-0.9, 0.6)]
            return spline(np.asarray([*part, *rest]) * (person.face_width, 1), closed=True)
        case "scarf":
            line = [(0.0, -0.74), (0.38, -0.66), (0.61, -0.30), (0.64, 0.2), (0.54, 0.68)]
            low = [(0.28, 1.0), (0.0, 1.10)]
        case "long":
            line = [(0.0, -0.88), (0.28, -0.74), (0.53, -0.42), (0.65, -0.05)]
            low = [(0.69, 0.3), (0.66, 0.85), (0.62, 1.8), (0.0, 1.9)]
        case "bun":
            line = [(0.0, -0.84), (0.34, -0.80), (0.57, -0.60), (0.67, -0.25)]
        case _:
            line = [(0.0, -0.78), (0.32, -0.77), (0.53, -0.65), (0.61, -0.40), (0.69, -0.15)]
    return _mirrored([*line, *low], person.face_width)


def strands(canvas: Canvas, window: Window, person: Person) -> Floats:
    """The light and dark of hair strands that run away from where the hair is combed from: factors around 1."""
    rng = np.random.default_rng(person.texture)
    if person.hair == "curly":
        curls = rng.normal(1.0, 0.20, (56, 56)).astype(np.float32)
        return np.asarray(cv2.resize(curls, (canvas.size, canvas.size), interpolation=cv2.INTER_CUBIC)[window])
    fine = rng.normal(0, 0.10, 420).astype(np.float32)
    locks = cv2.resize(rng.normal(0, 0.14, (1, 60)).astype(np.float32), (420, 1), interpolation=cv2.INTER_CUBIC)
    origin = _ORIGIN.get(person.hair, _FROM_THE_FACE)
    rows, columns = (np.arange(part.start, part.stop, dtype=np.float32) * (SPAN / canvas.size) for part in window)
    x, y = np.meshgrid(columns + np.float32(LEFT - origin[0]), rows + np.float32(TOP - origin[1]))
    angle = cv2.phase(y, x) * np.float32(419 / 6.2832)
    return np.asarray((1 + fine + locks[0])[angle.astype(np.int32)], np.float32)


def draw_back_hair(canvas: Canvas, person: Person) -> None:
    """Draw what lies behind the neck and the ears."""
    if person.hair in ("long", "scarf", "curly"):
        tone = person.palette.cloth if person.hair == "scarf" else person.palette.hair
        canvas.fill(_outer(person), tone=darker(tone, 0.55), solid=True)
    if person.hair == "bun":
        canvas.fill(ellipse((0.0, -1.23), 0.30, 0.21), tone=darker(person.palette.hair, 0.8), solid=True)


def draw_hair(canvas: Canvas, person: Person) -> None:
    """Draw the hair (or the scarf) around the face."""
    if person.hair == "bald":
        return
    window, mask = canvas.area(_outer(person), soft=0.008)
    mask *= 1 - canvas.area(_opening(person), soft=0.016, window=window)[1]
    if person.hair == "scarf":
        canvas.paint(window, mask, person.palette.cloth, solid=True)
        ways = ([(-0.68, 0.25 + d), (-0.56, 0.75 + d), (0.0, 1.16 + d), (0.62, 0.78 + d)] for d in (0.0, 0.1, 0.22))
        folds = [Mark(spline(way), 0.03, 0.45) for way in ways]
        canvas.stroke(*folds, tone=darker(person.palette.cloth, 0.5), soft=0.02)
        return
    texture = strands(canvas, window, person)[..., None] * np.asarray(person.palette.hair, np.float32)
    canvas.paint(window, mask, np.clip(texture + np.float32(0.02), 0, 1), solid=True)


def draw_beard(canvas: Canvas, marks: Landmarks, person: Person) -> None:
    """Draw the beard and the moustache; the lips come over them."""
    tone = darker(person.palette.hair, 0.9)
    corner, lip = float(marks.upper_line[-1, 0]), float(marks.upper_lip[10, 1])
    if person.beard > 0:
        w, jaw, chin = person.face_width, person.face_width * person.jaw_width, marks.chin
        cheek = [(0.0, lip), (corner + 0.03, lip + 0.06), (0.50 * w, 0.44), (0.65 * w, 0.05), (0.71 * w, 0.1)]
        low = [
            (0.67 * w, 0.45),
            (0.57 * jaw, 0.42 + (chin - 0.4) * 0.55),
            (0.33 * jaw, chin - 0.05),
            (0.0, chin + 0.04),
        ]
        window, mask = canvas.area(_mirrored([*cheek, *low]), soft=0.035)
        grain = np.random.default_rng(person.texture + 1).random(mask.shape, np.float32)
        canvas.paint(window, mask * (np.float32(0.55) + np.float32(0.45) * grain) * np.float32(person.beard), tone)
    if person.moustache > 0:
        under = [(corner + 0.03, lip + 0.06), (0.10, lip + 0.015), (0.0, lip + 0.005)]
        shape = _mirrored([(0.0, lip - 0.085), (0.12, lip - 0.075), *under])
        canvas.fill(shape, tone=tone, opacity=0.9 * person.moustache, soft=0.012)
