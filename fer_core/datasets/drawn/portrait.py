"""Drawing one face: relief, pencil work, light, the turn of the head, the print."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.drawn import features, hair, surface
from fer_core.datasets.drawn.canvas import Canvas, Floats
from fer_core.datasets.drawn.expression import Expression
from fer_core.datasets.drawn.landmarks import Landmarks, landmarks, spline
from fer_core.datasets.drawn.person import Person, View

_PRINT_MEAN, _PRINT_SPREAD = 0.49, 0.205  # tones of a good print

_SHOULDER_X = 0, 0.26, 0.44, 0.62, 0.95, 1.24, 1.45, 1.55, 1.6, 0
_SHOULDER_Y = 1.52, 1.44, 1.28, 1.31, 1.42, 1.57, 1.84, 2.4, 4.5, 5
_SHOULDER = np.column_stack([_SHOULDER_X, _SHOULDER_Y])
_NECKLINE = spline(np.concatenate([_SHOULDER, _SHOULDER[-2:0:-1] * (-1, 1)]), closed=True)


@dataclass(frozen=True, eq=False)
class Layer:
    """A drawn head before it is laid over a background.

    Attributes:
        tones: ``(n, n, channels)`` float32, 0 to 1, already multiplied by the opacity.
        alpha: ``(n, n)`` float32 opacity.
    """

    tones: Floats
    alpha: Floats

    def over(self, background: Floats) -> Floats:
        """The layer laid over a background of the same shape."""
        return np.asarray(self.tones + (1 - self.alpha[..., None]) * background, np.float32)


def _draw_base(canvas: Canvas, marks: Landmarks, person: Person) -> None:
    """Draw neck, ears and the skin of the face."""
    skin, w = person.palette.skin, person.face_width
    neck = np.array([(-0.41, 0.3), (0.41, 0.3), (0.43, 1.25), (0.60, 1.7), (-0.60, 1.7), (-0.43, 1.25)]) * (w, 1)
    canvas.fill(neck, tone=features.darker(skin, 0.86), solid=True)
    under_chin = features.ellipse((0, marks.chin - 0.02), 0.46 * w, 0.20)
    canvas.fill(under_chin, tone=features.darker(skin, 0.3), opacity=0.45, soft=0.06)
    if person.hair not in ("long", "scarf", "curly"):
        ears = [features.ellipse((side * 0.755 * w, 0.07), 0.085, 0.19) for side in (-1, 1)]
        canvas.fill(*ears, tone=features.darker(skin, 0.9), solid=True, soft=0.008)
        shells = [features.ellipse((side * 0.745 * w, 0.07), 0.035, 0.10) for side in (-1, 1)]
        canvas.fill(*shells, tone=features.darker(skin, 0.5), opacity=0.5, soft=0.02)
    canvas.fill(marks.outline, tone=skin, solid=True, soft=0.005)
    cheeks = [features.ellipse((side * 0.42, 0.33), 0.17, 0.12) for side in (-1, 1)]
    if len(skin) > 1:  # a blush shows in color only
        canvas.fill(*cheeks, tone=person.palette.lips, opacity=0.16, soft=0.07)


def draw_head(person: Person, expression: Expression, view: View, size: int) -> Layer:
    """Draw a head without a background, ``size`` pixels wide and high."""
    marks = landmarks(person, expression)
    canvas = Canvas(max(128, round(1.5 * size)), len(person.palette.skin))
    hair_depth = 0.0 if person.hair == "bald" else 0.12
    relief = surface.face_relief(marks, expression, min(256, round(0.42 * canvas.size)), hair_depth)
    hair.draw_back_hair(canvas, person)
    _draw_base(canvas, marks, person)
    hair.draw_beard(canvas, marks, person)
    features.draw_folds(canvas, marks, person, expression)
    features.draw_nose(canvas, marks, person, expression)
    features.draw_mouth(canvas, marks, person, expression)
    features.draw_eyes(canvas, marks.eyes, person, expression)
    features.draw_brows(canvas, marks.eyes, person)
    hair.draw_hair(canvas, person)
    light = surface.shade(relief, surface.light_on_face(view), view.ambient)
    canvas.tones *= cv2.resize(light, (canvas.size, canvas.size), interpolation=cv2.INTER_LINEAR)[..., None]
    features.draw_eye_lights(canvas, marks.eyes, view.light[0])
    features.draw_glasses(canvas, marks, person)
    return _turned(canvas, relief, view, size)


def _turned(canvas: Canvas, relief: Floats, view: View, size: int) -> Layer:
    """The sheet as seen by the camera; the relief is smoothed first, because a fold cannot be undone by a map."""
    smooth = cv2.GaussianBlur(np.maximum(relief, -0.12), (0, 0), len(relief) / 55)
    coarse = surface.inverse_map(smooth, view, min(size, 64))
    x, y = (cv2.resize(one, (size, size), interpolation=cv2.INTER_LINEAR) * canvas.size - 0.5 for one in coarse)
    sheet = np.concatenate([canvas.tones, canvas.alpha[..., None]], axis=2)
    seen = cv2.remap(sheet, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Layer(seen[..., :-1], seen[..., -1])


def backdrop(person: Person, view: View, size: int) -> Floats:
    """A plain wall in the light of the view, ``(size, size, channels)`` float32."""
    ramp = np.linspace(-0.5, 0.5, size, dtype=np.float32)
    light = 1 + 0.25 * (view.light[0] * ramp[None, :] + view.light[1] * ramp[:, None])
    return np.asarray(light[..., None] * np.asarray(person.palette.background, np.float32), np.float32)


def dress(picture: Floats, person: Person, view: View, corner: tuple[float, float], size: float) -> None:
    """Draw shoulders and a neckline into a picture ``(h, w, channels)``, 0 to 1, in place.

    The head's square has its upper left corner at ``corner`` (x, y) and ``size`` pixels across; shoulders neither turn
    nor tilt with the view.
    """
    upright = replace(view, yaw=0.0, pitch=0.0, roll=0.0)
    line = surface.project(_NECKLINE, upright, size) + corner
    if line[:, 1].min() >= len(picture):
        return
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(line * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    top = int(max(0, line[:, 1].min()))
    part, cover = picture[top:], mask[top:, :, None] * np.float32(1 / 255)
    fall = np.linspace(0.85, 0.50, len(part), dtype=np.float32)[:, None, None]
    aside = (np.arange(part.shape[1], dtype=np.float32) - np.float32(line[0, 0])) / np.float32(size)
    light = fall * (1 + 0.9 * view.light[0] * np.clip(aside, -0.6, 0.6))[:, None]
    part += cover * (light.astype(np.float32) * np.asarray(person.palette.cloth, np.float32) - part)


def draw_face(person: Person, expression: Expression, view: View, size: int = 48) -> NDArray[np.uint8]:
    """Draw one face in gray, the way FER2013 shows faces: ``(size, size)`` uint8, ``size`` 16 or more.

    The person's palette has one tone each.
    """
    return draw_picture(person, expression, view, size)[..., 0]


def draw_picture(person: Person, expression: Expression, view: View, size: int) -> NDArray[np.uint8]:
    """Draw one face in its palette's tones: ``(size, size, channels)`` uint8, ``size`` 16 or more."""
    large = size * (2 if size < 400 else 1)
    picture = draw_head(person, expression, view, large).over(backdrop(person, view, large))
    dress(picture, person, view, (0.0, 0.0), large)
    if large > size:
        picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA).reshape(size, size, -1)
    if view.blur > 0:
        picture = cv2.GaussianBlur(picture, (0, 0), view.blur * size / 48).reshape(size, size, -1)
    return printed(picture, view)


def _exposed(picture: Floats, amount: float) -> Floats:
    """A picture with the mean and the spread of its middle brought towards those of a good print."""
    height, width = picture.shape[:2]
    middle = picture[height // 8 : -height // 16, width // 6 : -width // 6]
    mean, spread = float(middle.mean()), max(float(middle.std()), 0.03)
    gain = (_PRINT_SPREAD / spread) ** amount
    return np.asarray((picture - mean) * gain + mean + amount * (_PRINT_MEAN - mean), np.float32)


def printed(picture: Floats, view: View) -> NDArray[np.uint8]:
    """Contrast, brightness and grain of the print; float tones (0 to 1) become uint8."""
    tones = picture if view.exposure == 0 else _exposed(picture, view.exposure)
    tones = (tones - 0.5) * view.contrast + 0.5 + view.brightness
    if view.noise > 0:
        tones = tones + np.random.default_rng(view.seed).standard_normal(picture.shape, np.float32) * view.noise
    return np.asarray(np.clip(tones * 255 + 0.5, 0, 255).astype(np.uint8))
