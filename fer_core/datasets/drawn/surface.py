"""The relief of a face: how far every point stands out, what light makes of it, how it moves when the head turns."""

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.drawn.canvas import LEFT, SPAN, TOP, Floats
from fer_core.datasets.drawn.expression import Expression
from fer_core.datasets.drawn.landmarks import Curve, Landmarks
from fer_core.datasets.drawn.person import View

Hill = tuple[float, float, float, float, float]
"""A Gaussian hill: height, center and spread across, center and spread down."""

_DEPTH = 0.62  # half the depth of a head, in face units
_BEHIND = np.float32(-0.55)  # where ears, neck and hair lie
_ROUNDING = np.float32(7.0)  # sharpness of the bend between the head and what lies behind it


def grid(size: int) -> tuple[Floats, Floats]:
    """Face coordinates of the cells of a square relief: x ``(size,)`` and y ``(size,)`` float32."""
    steps = (np.arange(size, dtype=np.float32) + 0.5) * (SPAN / size)
    return (steps + LEFT).astype(np.float32), (steps + TOP).astype(np.float32)


def _dome(x: Floats, half: Floats) -> Floats:
    """A round section of a given half width ``(n, 1)`` in every row."""
    return np.asarray(_DEPTH * (1 - np.abs(x / half) ** 2.6), np.float32)


def head(marks: Landmarks, size: int, hair: float = 0.0) -> Floats:
    """The relief of the skull, the jaw and the hair (its distance from the skull in face units), without features."""
    x, y = grid(size)
    outline = marks.outline[: len(marks.outline) // 2 + 1]
    half = np.interp(y, outline[:, 1], outline[:, 0]).astype(np.float32)[:, None]
    half = cv2.blur(np.maximum(half, np.float32(0.38)), (1, max(1, size // 24))).reshape(-1, 1)
    crown = np.maximum(0, -0.30 - y) ** 2 * 0.75
    under = np.maximum(0, y - marks.chin + 0.10) ** 2 * 9
    relief = _dome(x, half) - (crown + under)[:, None]
    if hair > 0:
        cap = _dome(x, half + np.float32(hair)) - (0.8 * crown + 0.5 * under)[:, None] - 0.2
        relief = np.maximum(relief, cap)
    rounded = np.logaddexp(_ROUNDING * relief, _ROUNDING * _BEHIND) / _ROUNDING  # a maximum without an edge
    return np.asarray(rounded, np.float32)


def _nose(marks: Landmarks, x: Floats, y: Floats) -> Floats:
    """The ridge of the nose, which grows to the tip and ends."""
    tip, wing = float(marks.nose_tip[1]), marks.nose_width
    rows = [-0.12, 0.06, tip - 0.05, tip + 0.005, tip + 0.095]
    height = np.interp(y, rows, [0.01, 0.06, 0.155, 0.155, 0.0]).astype(np.float32)
    width = np.interp(y, [-0.1, 0.1, tip], [0.060, 0.070, 0.088 + 0.25 * (wing - 0.1)]).astype(np.float32)
    return np.asarray(height[:, None] * np.exp(-0.5 * (x[None, :] / width[:, None]) ** 2), np.float32)


def _nose_hills(marks: Landmarks, face: Expression) -> list[Hill]:
    """The wings of the nose and the bulge between the brows."""
    tip, wing, units = float(marks.nose_tip[1]), marks.nose_width, face.middle
    bulge = 0.083 * (units.nose_wrinkler + 0.73 * units.brow_lowerer)
    return [(0.075, side * wing, 0.045, tip + 0.005, 0.05) for side in (-1, 1)] + [
        (bulge, 0, 0.09, -0.14, 0.05),
        (0.027 * units.nose_wrinkler, 0, 0.11, 0.1, 0.08),
        (0.07, 0, 0.075, tip - 0.005, 0.05),
    ]


def _side_hills(marks: Landmarks, face: Expression) -> list[Hill]:
    """What the face has twice: sockets, eyeballs, brow ridges, cheeks and the hollows under them."""
    hills: list[Hill] = []
    for eye, side in zip(marks.eyes, (-1, 1), strict=True):
        units = face.on(side)
        x, brow = float(eye.center[0]), float(eye.brow[:, 1].mean())
        inner = float(eye.brow[2, 1])
        smile = max(units.lip_corner_puller, units.cheek_raiser)
        corner = marks.mouth_corners[(side + 1) // 2]
        scowl = units.brow_lowerer * (1 - 0.7 * units.inner_brow_raiser)
        sneer = max(units.nose_wrinkler, units.upper_lip_raiser)
        hills += [
            (-0.13 - 0.038 * scowl, x, 0.17, -0.03, 0.105),
            (-0.05, side * 0.13, 0.05, -0.02, 0.07),
            (0.065, x, 0.105, 0.0, 0.07),
            (0.055 + 0.031 * units.brow_lowerer, 0.95 * x, 0.19, brow + 0.01, 0.06),
            (0.053 * units.brow_lowerer, side * 0.14, 0.07, inner - 0.02, 0.06),
            (0.05 + 0.058 * smile, side * 0.40, 0.15, 0.36 - 0.05 * smile, 0.12),
            (0.017 * sneer, side * 0.24, 0.09, 0.30, 0.10),
            (0.014 * units.dimpler, 1.12 * float(corner[0]), 0.06, float(corner[1]), 0.08),
            (
                0.017 * units.lip_corner_depressor,
                1.05 * float(corner[0]),
                0.06,
                float(corner[1]) + 0.1,
                0.06,
            ),
            (-0.045, side * 0.48, 0.10, 0.66, 0.13),
        ]
    return hills


def _mouth_hills(marks: Landmarks, face: Expression) -> list[Hill]:
    """The muzzle, the lips, the groove under them, the chin and the groove under the nose."""
    units = face.middle
    upper = float(marks.upper_lip[10, 1] + marks.upper_line[10, 1]) / 2
    lower = float(marks.lower_line[10, 1] + marks.lower_lip[10, 1]) / 2
    half = float(marks.upper_line[-1, 0] - marks.upper_line[0, 0]) / 2
    return [
        (0.075 + 0.027 * units.lip_tightener, 0, 0.8 * half, (upper + lower) / 2, 0.13),
        (0.030, 0, 0.6 * half, upper, 0.030),
        (0.026, 0, 0.55 * half, lower, 0.036),
        (-0.050 - 0.016 * units.lip_tightener, 0, 0.16, lower + 0.42 * (marks.chin - lower), 0.040),
        (0.065 + 0.033 * units.chin_raiser, 0, 0.16, marks.chin - 0.12, 0.085),
        (-0.016, 0, 0.022, upper - 0.10, 0.05),
    ]


def _sum_of(hills: list[Hill], x: Floats, y: Floats) -> Floats:
    """The relief of Gaussian hills: a sum of products of a column and a row is one product of matrices."""
    amount, at_x, spread_x, at_y, spread_y = np.asarray(hills, np.float32).T[:, :, None]
    rows = amount * np.exp(-0.5 * ((y - at_y) / spread_y) ** 2)
    return np.asarray(rows.T @ np.exp(-0.5 * ((x - at_x) / spread_x) ** 2), np.float32)


def face_relief(marks: Landmarks, expression: Expression, size: int, hair: float = 0.0) -> Floats:
    """The relief of a whole face: ``(size, size)`` float32 heights towards the viewer, in face units like ``hair``."""
    x, y = grid(size)
    hills = _nose_hills(marks, expression) + _side_hills(marks, expression) + _mouth_hills(marks, expression)
    return head(marks, size, hair) + _nose(marks, x, y) + _sum_of(hills, x, y)


def light_on_face(view: View) -> Floats:
    """The direction of the light in the turned head's own frame, a unit vector ``(3,)`` float32."""
    light = np.asarray(view.light, np.float64)
    return (rotation(view).T @ (light / np.linalg.norm(light))).astype(np.float32)


def shade(relief: Floats, light: Floats, ambient: float) -> Floats:
    """How bright a relief looks: Lambert's cosine law, cast shadows and darker hollows.

    ``light`` is a unit vector ``(3,)`` towards the light, ``ambient`` (0 to 1) what the shadows get; returned are
    ``(n, n)`` float32 from about 0 (dark) to 1.2 (facing the light).
    """
    n = len(relief)
    cell = SPAN / n
    slope_x = cv2.Sobel(relief, cv2.CV_32F, 1, 0, scale=1 / (8 * cell))
    slope_y = cv2.Sobel(relief, cv2.CV_32F, 0, 1, scale=1 / (8 * cell))
    cosine = (light[2] - slope_x * light[0] - slope_y * light[1]) / np.sqrt(1 + slope_x**2 + slope_y**2)
    across = max(float(np.hypot(light[0], light[1])), 1e-3)
    shadow = np.zeros_like(relief)
    for distance in (0.07, 0.14, 0.24):
        dx, dy = distance * light[0] / across / cell, distance * light[1] / across / cell
        shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        nearer = cv2.warpAffine(
            relief, shift, (n, n), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        np.maximum(shadow, (nearer - relief - distance * light[2] / across) * 9, out=shadow)
    shadow = cv2.GaussianBlur(np.clip(shadow, 0, 1), (0, 0), 0.022 / cell)
    hollow = np.clip(cv2.GaussianBlur(relief, (0, 0), 0.09 / cell) - relief, -0.04, 0.08)
    lit = np.maximum(cosine, 0) * (1 - 0.75 * shadow)
    return np.asarray((ambient + (1.12 - ambient) * lit) * (1 - 3.2 * hollow), np.float32)


def rotation(view: View) -> NDArray[np.float64]:
    """The head's rotation ``(3, 3)``: yaw, then pitch, then roll, about the axes x right, y down, z to the viewer."""
    yaw, pitch, roll = np.radians((view.yaw, view.pitch, view.roll))
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    nod = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    tilt = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return np.asarray(tilt @ nod @ turn)


VIEW_SPAN = 2.3
"""Face units across a picture at zoom 1."""

_CENTER = (0.0, 0.13)  # the point of the face that lands in the middle of the picture
_PIVOT = 0.12  # depth of the axis the head turns around


def project(points: Curve, view: View, size: float, heights: NDArray[np.float64] | float = 0.0) -> Curve:
    """Where points of a face ``(n, 2)``, of one height towards the viewer or ``(n,)``, land in its picture: pixels."""
    depth = np.broadcast_to(np.asarray(heights, np.float64), points.shape[:1]) - _PIVOT
    centered = np.column_stack([points - _CENTER, depth])
    seen = centered @ rotation(view)[:2].T + view.shift
    return np.asarray((seen * view.zoom / VIEW_SPAN + 0.5) * size)


def inverse_map(relief: Floats, view: View, size: int) -> tuple[Floats, Floats]:
    """For every pixel of the picture, the point of the face that is seen there (by fixed-point iteration).

    Returns x and y on the sheet, each ``(size, size)`` float32, as fractions of the sheet's width.
    """
    n = len(relief)
    turned = rotation(view)
    pixel = ((np.arange(size) + 0.5) / size - 0.5) * VIEW_SPAN / view.zoom
    seen_x, seen_y = (pixel - view.shift[0])[None, :], (pixel - view.shift[1])[:, None]
    inverse = np.linalg.inv(turned[:2, :2])
    flat_x = (inverse[0, 0] * seen_x + inverse[0, 1] * seen_y).astype(np.float32) + np.float32(_CENTER[0] - LEFT)
    flat_y = (inverse[1, 0] * seen_x + inverse[1, 1] * seen_y).astype(np.float32) + np.float32(_CENTER[1] - TOP)
    push = (inverse @ turned[:2, 2]).astype(np.float32)
    x, y = flat_x, flat_y
    for _ in range(3):
        depth = cv2.remap(
            relief, x * (n / SPAN) - 0.5, y * (n / SPAN) - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        depth -= np.float32(_PIVOT)
        x, y = flat_x - push[0] * depth, flat_y - push[1] * depth
    return x / np.float32(SPAN), y / np.float32(SPAN)
