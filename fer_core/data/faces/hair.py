"""Hair, beards and scarves. All coordinates are face units."""

import cv2
import numpy as np

from fer_core.data.faces.canvas import LEFT, SPAN, TOP, Canvas, Floats
from fer_core.data.faces.features import darker, ellipse
from fer_core.data.faces.landmarks import Curve, Landmarks, spline
from fer_core.data.faces.person import Person, Tone


def _mirrored(right: list[tuple[float, float]], stretch: float = 1.0) -> Curve:
    """A closed shape from its right half, listed from the top middle down."""
    left = [(-x, y) for x, y in right[::-1] if x > 0]
    return spline(np.asarray([*right, *left]) * (stretch, 1), closed=True)


def _outer(person: Person) -> Curve:
    """The silhouette of the hair (or of the scarf)."""
    v = person.hair_volume
    top = (0.0, -1.21 - 0.12 * v)
    crown = [(0.42, -1.15 - 0.12 * v), (0.73 + 0.05 * v, -0.86 - 0.07 * v), (0.80 + 0.07 * v, -0.42)]
    match person.hair:
        case "long":
            fall = [(0.86 + 0.10 * v, 0.1), (0.90 + 0.12 * v, 0.7), (0.86 + 0.1 * v, 1.3), (0.5, 1.7)]
        case "scarf":
            fall = [(0.84, 0.2), (0.76, 0.8), (0.95, 1.3), (1.2, 1.7)]
        case "curly":
            fall = [(0.90 + 0.15 * v, 0.0), (0.80 + 0.12 * v, 0.32), (0.55, 0.4)]
            crown = [(0.5, -1.22 - 0.25 * v), (0.85 + 0.12 * v, -0.92 - 0.15 * v), (0.93 + 0.18 * v, -0.42)]
            top = (0.0, -1.30 - 0.25 * v)
        case _:
            fall = [(0.775, -0.10), (0.70, 0.12), (0.4, 0.2)]
    shape = _mirrored([top, *crown, *fall], person.face_width)
    if person.hair == "curly":
        wave = np.sin(np.arange(len(shape)) * 1.9 + person.texture % 7)
        shape = shape * (1 + 0.035 * wave)[:, None]
    return shape


def _opening(person: Person) -> Curve:
    """The part of the silhouette in which the face shows."""
    match person.hair:
        case "fringe":
            line = [(0.0, -0.44), (0.30, -0.43), (0.56, -0.36), (0.68, -0.10)]
        case "parted":
            part = [(-0.71, 0.1), (-0.69, -0.30), (-0.58, -0.52), (-0.30, -0.72), (0.12, -0.88), (0.38, -0.70)]
            return spline(
                [*part, (0.60, -0.50), (0.69, -0.28), (0.71, 0.1), (0.7, 0.9), (0, 1.8), (-0.7, 0.9)], closed=True
            )
        case "scarf":
            return _mirrored(
                [(0, -0.74), (0.40, -0.66), (0.64, -0.30), (0.67, 0.2), (0.56, 0.68), (0.28, 1.0), (0, 1.10)]
            )
        case "long":
            line = [(0.0, -0.86), (0.30, -0.72), (0.55, -0.42), (0.66, -0.05)]
        case "bun":
            line = [(0.0, -0.84), (0.34, -0.80), (0.58, -0.60), (0.69, -0.25)]
        case _:
            line = [(0.0, -0.76), (0.34, -0.77), (0.55, -0.66), (0.63, -0.40), (0.71, -0.15)]
    low = [(0.70, 0.2), (0.66, 0.75), (0.60, 1.8)] if person.hair == "long" else [(0.74, 0.2), (0.95, 0.6), (0.5, 1.8)]
    return _mirrored([*line, *low, (0, 1.9)], person.face_width)


def strands(canvas: Canvas, window: tuple[slice, slice], person: Person) -> Floats:
    """The light and dark of hair strands that run from the crown outwards, around 1.0, for a window of the sheet."""
    rng = np.random.default_rng(person.texture)
    fine = rng.normal(0, 0.16, 420).astype(np.float32)
    locks = cv2.resize(rng.normal(0, 0.22, (1, 60)).astype(np.float32), (420, 1), interpolation=cv2.INTER_CUBIC)[0]
    y = np.arange(window[0].start, window[0].stop, dtype=np.float32)[:, None] * np.float32(
        SPAN / canvas.size
    ) + np.float32(TOP)
    x = np.arange(window[1].start, window[1].stop, dtype=np.float32)[None, :] * np.float32(
        SPAN / canvas.size
    ) + np.float32(LEFT)
    part = {"parted": 0.25, "short": -0.12}.get(person.hair, 0.0)
    x, y = np.broadcast_arrays(x - np.float32(part), y + np.float32(1.02))
    angle = cv2.phase(np.ascontiguousarray(y), np.ascontiguousarray(x))
    ring = np.asarray(1 + fine + locks, np.float32)[None, :]
    return cv2.remap(ring, angle * np.float32(419 / 6.2832), np.zeros_like(angle), cv2.INTER_LINEAR)


def draw_back_hair(canvas: Canvas, person: Person) -> None:
    """Draws what lies behind the neck and the ears."""
    if person.hair in ("long", "scarf", "curly"):
        tone = person.palette.cloth if person.hair == "scarf" else person.palette.hair
        canvas.fill(_outer(person), tone=darker(tone, 0.55), solid=True)
    if person.hair == "bun":
        canvas.fill(ellipse((0.0, -1.30), 0.34, 0.26), tone=darker(person.palette.hair, 0.8), solid=True)


def draw_hair(canvas: Canvas, person: Person) -> None:
    """Draws the hair (or the scarf) around the face."""
    if person.hair == "bald":
        return
    opening = _opening(person)
    window, mask = canvas.area(_outer(person), soft=0.008)
    canvas.stroke(opening[len(opening) // 8 : -len(opening) // 8], tone=(0.1,), width=0.001, opacity=0.0)
    face_window, face = canvas.area(opening, soft=0.016)
    whole = np.zeros((canvas.size, canvas.size), np.float32)
    whole[face_window] = face
    mask = mask * (1 - whole[window])
    if person.hair == "scarf":
        canvas.paint(window, mask, person.palette.cloth, solid=True)
        _draw_scarf_folds(canvas, person.palette.cloth)
        return
    texture = strands(canvas, window, person)[..., None] * np.asarray(person.palette.hair, np.float32)
    canvas.paint(window, mask, np.clip(texture + 0.02, 0, 1).astype(np.float32), solid=True)


def _draw_scarf_folds(canvas: Canvas, tone: Tone) -> None:
    """Draws the folds of a scarf."""
    for depth in (0.0, 0.10, 0.22):
        fold = spline([(-0.72 - depth / 2, 0.2), (-0.60, 0.75 + depth), (0.0, 1.16 + depth), (0.62, 0.78 + depth)])
        canvas.stroke(fold, tone=darker(tone, 0.5), width=0.03, opacity=0.6, soft=0.02)


def draw_beard(canvas: Canvas, marks: Landmarks, person: Person) -> None:
    """Draws the beard and the moustache, under the lips' own tone."""
    tone = darker(person.palette.hair, 0.9)
    corner, lip = float(marks.upper_line[-1, 0]), float(marks.upper_lip[10, 1])
    if person.beard > 0:
        w, chin = person.face_width, marks.chin
        jaw = [
            (0.0, lip + 0.0),
            (corner + 0.03, lip + 0.06),
            (0.52 * w, 0.44),
            (0.68 * w, 0.05),
            (0.74 * w, 0.1),
            (0.70 * w, 0.45),
        ]
        low = [
            (0.60 * w * person.jaw_width, 0.42 + (chin - 0.4) * 0.55),
            (0.36 * w * person.jaw_width, chin - 0.05),
            (0.0, chin + 0.04),
        ]
        window, mask = canvas.area(_mirrored([*jaw, *low]), soft=0.035)
        grain = np.random.default_rng(person.texture + 1).random(mask.shape, np.float32)
        canvas.paint(window, mask * (0.55 + 0.45 * grain) * person.beard, tone)
    if person.moustache > 0:
        shape = _mirrored(
            [
                (0.0, lip - 0.085),
                (0.12, lip - 0.075),
                (corner + 0.03, lip + 0.06),
                (0.10, lip + 0.015),
                (0.0, lip + 0.005),
            ]
        )
        canvas.fill(shape, tone=tone, opacity=0.9 * person.moustache, soft=0.012)
