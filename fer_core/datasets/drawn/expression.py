"""What a face does: the action units of FACS as numbers, and which of them make up each emotion."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Expression:
    """How strongly each facial action unit is contracted, from 0 (not at all) to 1 (fully).

    The names are those of the Facial Action Coding System (Ekman, Friesen & Hager, 2002); the number in each comment is
    the unit's number there. ``side`` says where one-sided movements happen: -1 only on the picture's left, 0 on both
    sides alike, +1 only on the picture's right.
    """

    inner_brow_raiser: float = 0.0  # AU1
    outer_brow_raiser: float = 0.0  # AU2
    brow_lowerer: float = 0.0  # AU4
    upper_lid_raiser: float = 0.0  # AU5
    cheek_raiser: float = 0.0  # AU6
    lid_tightener: float = 0.0  # AU7
    nose_wrinkler: float = 0.0  # AU9
    upper_lip_raiser: float = 0.0  # AU10
    lip_corner_puller: float = 0.0  # AU12
    dimpler: float = 0.0  # AU14
    lip_corner_depressor: float = 0.0  # AU15
    lower_lip_depressor: float = 0.0  # AU16
    chin_raiser: float = 0.0  # AU17
    lip_stretcher: float = 0.0  # AU20
    lip_tightener: float = 0.0  # AU23
    lips_part: float = 0.0  # AU25
    jaw_drop: float = 0.0  # AU26
    lid_droop: float = 0.0  # AU43
    side: float = 0.0

    def on_side(self, amount: float, direction: int) -> float:
        """The share of a contraction that reaches one half of the face: -1 is the picture's left, +1 its right."""
        return amount * min(1.0, max(0.0, 1.0 + self.side * direction))


_UNITS = tuple(field.name for field in fields(Expression) if field.name != "side")

EMOTION_EXPRESSIONS: Mapping[str, tuple[Expression, ...]] = {
    "neutral": (Expression(),),
    "happiness": (
        Expression(cheek_raiser=0.8, lip_corner_puller=1.0, lips_part=0.9),
        Expression(cheek_raiser=0.6, lip_corner_puller=0.85),
        Expression(cheek_raiser=1.0, lip_corner_puller=1.0, lips_part=0.9, jaw_drop=0.45),
    ),
    "surprise": (
        Expression(inner_brow_raiser=1.0, outer_brow_raiser=1.0, upper_lid_raiser=0.8, lips_part=0.5, jaw_drop=1.0),
        Expression(inner_brow_raiser=0.9, outer_brow_raiser=1.0, upper_lid_raiser=0.9, lips_part=0.6, jaw_drop=0.5),
    ),
    "sadness": (
        Expression(inner_brow_raiser=1.0, brow_lowerer=0.5, lip_corner_depressor=1.0, lid_droop=0.35),
        Expression(inner_brow_raiser=0.8, brow_lowerer=0.4, lip_corner_depressor=0.9, chin_raiser=0.7, lid_droop=0.45),
    ),
    "anger": (
        Expression(brow_lowerer=1.0, upper_lid_raiser=0.4, lid_tightener=0.7, lip_tightener=1.0),
        Expression(
            brow_lowerer=1.0,
            upper_lid_raiser=0.7,
            lid_tightener=0.5,
            upper_lip_raiser=0.5,
            lower_lip_depressor=0.5,
            lips_part=0.8,
            jaw_drop=0.3,
        ),
    ),
    "disgust": (
        Expression(nose_wrinkler=1.0, lip_corner_depressor=0.6, lower_lip_depressor=0.6, lid_tightener=0.5),
        Expression(nose_wrinkler=0.9, upper_lip_raiser=1.0, lip_corner_depressor=0.5, lips_part=0.3, brow_lowerer=0.3),
    ),
    "fear": (
        Expression(
            inner_brow_raiser=1.0,
            outer_brow_raiser=0.4,
            brow_lowerer=0.6,
            upper_lid_raiser=1.0,
            lip_stretcher=1.0,
            lips_part=0.6,
            jaw_drop=0.35,
        ),
    ),
    "contempt": (
        Expression(lip_corner_puller=0.55, dimpler=1.0, side=1.0),
        Expression(lip_corner_puller=0.55, dimpler=1.0, side=-1.0),
    ),
}
"""The action units of each emotion, one or more common variants of each.

Source: the prototypes and variants in Ekman & Friesen's EMFACS and in Lucey et al., "The Extended Cohn-Kanade Dataset"
(2010), Table 1: happiness 6+12 (25, 26), surprise 1+2+5+26, sadness 1+4+15 (17), anger 4+5+7+23 (10, 16, 25), disgust
9+15+16 or 10, fear 1+2+4+5+20+26, contempt R12+R14 on one side; neutral has none.
"""


def blend(shares: Mapping[Expression, float]) -> Expression:
    """Add expressions up, each scaled by its share (1 is all of it), every action unit stopping at 1."""
    total = sum(shares.values()) or 1.0
    units = {
        name: min(1.0, sum(share * getattr(expression, name) for expression, share in shares.items()))
        for name in _UNITS
    }
    return Expression(**units, side=sum(share * one.side for one, share in shares.items()) / total)


def emotion_expression(emotion: str, intensity: float = 1.0, variant: int = 0) -> Expression:
    """The expression of one emotion: from 0 (nothing to see) to 1 (the prototype), any variant counted round."""
    variants = EMOTION_EXPRESSIONS[emotion]
    prototype = variants[variant % len(variants)]
    return replace(blend({prototype: intensity}), side=prototype.side)
