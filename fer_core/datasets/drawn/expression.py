"""What a face does: the action units of FACS as numbers, and which of them make up each emotion."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal

Region = Literal["Brows", "Eyes", "Nose and cheeks", "Mouth"]


@dataclass(frozen=True)
class Unit:
    """What is known of an action unit.

    Attributes:
        number: Its number in the Facial Action Coding System (Ekman, Friesen & Hager, 2002).
        region: Where it shows.
        more: What a person does to contract it further, as an imperative.
        less: What a person does to relax it.
        has_sides: Whether its left and right halves move apart; the others move in the middle.
    """

    number: int
    region: Region
    more: str
    less: str
    has_sides: bool = True


def _unit(number: int, region: Region, more: str, less: str, *, has_sides: bool = True) -> Any:  # noqa: ANN401
    return field(default=0.0, metadata={"unit": Unit(number, region, more, less, has_sides)})


@dataclass(frozen=True)
class ActionUnits:
    """How strongly each action unit of one half of a face is contracted, from 0 (not at all) to 1 (fully).

    Names and numbers are those of the Facial Action Coding System.

    Raises:
        ValueError: A contraction is not between 0 and 1.
    """

    inner_brow_raiser: float = _unit(1, "Brows", "raise the inner brows", "relax the inner brows")
    outer_brow_raiser: float = _unit(2, "Brows", "raise the outer brows", "relax the outer brows")
    brow_lowerer: float = _unit(4, "Brows", "lower and knit the brows", "unknit the brows")
    upper_lid_raiser: float = _unit(5, "Eyes", "open the eyes wider", "open the eyes less")
    lid_tightener: float = _unit(7, "Eyes", "tighten the lids", "relax the lids")
    lid_droop: float = _unit(43, "Eyes", "let the lids droop", "lift the lids")
    cheek_raiser: float = _unit(6, "Nose and cheeks", "raise the cheeks", "lower the cheeks")
    nose_wrinkler: float = _unit(9, "Nose and cheeks", "wrinkle the nose", "smooth the nose")
    upper_lip_raiser: float = _unit(10, "Nose and cheeks", "raise the upper lip", "lower the upper lip")
    lip_corner_puller: float = _unit(12, "Mouth", "raise the lip corners", "lower the lip corners")
    dimpler: float = _unit(14, "Mouth", "tighten the lip corner", "relax the lip corner")
    lip_corner_depressor: float = _unit(15, "Mouth", "press the lip corners down", "press the lip corners down less")
    lip_stretcher: float = _unit(20, "Mouth", "stretch the lips sideways", "stretch the lips less")
    lower_lip_depressor: float = _unit(16, "Mouth", "pull the lower lip down", "raise the lower lip", has_sides=False)
    chin_raiser: float = _unit(17, "Mouth", "push the chin up", "relax the chin", has_sides=False)
    lip_tightener: float = _unit(23, "Mouth", "tighten the lips", "relax the lips", has_sides=False)
    lips_part: float = _unit(25, "Mouth", "part the lips", "close the lips", has_sides=False)
    jaw_drop: float = _unit(26, "Mouth", "drop the jaw", "close the jaw", has_sides=False)

    def __post_init__(self) -> None:
        for name in UNITS:
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must be between 0 and 1. Received {getattr(self, name)!r}.")


UNITS: Mapping[str, Unit] = {one.name: one.metadata["unit"] for one in fields(ActionUnits)}
"""The action units by the names of the fields of :class:`ActionUnits`, from the brows down."""


def unit_title(name: str) -> str:
    """A unit's title, such as "AU1 Inner brow raiser"."""
    return f"AU{UNITS[name].number} {name.replace('_', ' ').capitalize()}"


_NAMES = {unit.number: name for name, unit in UNITS.items()}
_CODE = re.compile(r"([0-9]{1,2})([LR]?)")


@dataclass(frozen=True)
class Expression:
    """The action units of both halves of a face, as the picture shows them: left and right are the viewer's.

    Raises:
        ValueError: A unit that moves in the middle is not the same on both sides.
    """

    left: ActionUnits = ActionUnits()
    right: ActionUnits = ActionUnits()

    def __post_init__(self) -> None:
        for name, unit in UNITS.items():
            if not unit.has_sides and getattr(self.left, name) != getattr(self.right, name):
                raise ValueError(f"{name} has no sides.")

    def on(self, direction: int) -> ActionUnits:
        """The units of one half: -1 is the picture's left, +1 its right."""
        return self.left if direction < 0 else self.right

    @cached_property
    def middle(self) -> ActionUnits:
        """What reaches the middle of the face: the mean of both halves."""
        return ActionUnits(*((getattr(self.left, name) + getattr(self.right, name)) / 2 for name in UNITS))

    def units(self) -> dict[str, float]:
        """The contractions by their codes: ``12`` on both sides, ``12L`` and ``12R`` where they differ; no zeros.

        The JSON form of an expression; :func:`expression_of` reads it.
        """
        codes: dict[str, float] = {}
        for name, unit in UNITS.items():
            left, right = getattr(self.left, name), getattr(self.right, name)
            sides = {"": left} if left == right else {"L": left, "R": right}
            codes |= {f"{unit.number}{side}": amount for side, amount in sides.items() if amount}
        return codes

    def moved(self, name: str, left: float, right: float) -> "Expression":
        """The expression with one unit set anew."""
        return Expression(replace(self.left, **{name: left}), replace(self.right, **{name: right}))


NEUTRAL = Expression()
"""Nothing moves."""


def expression_of(units: Mapping[str, float]) -> Expression:
    """Return the expression of contractions by their codes, as :meth:`Expression.units` gives them.

    Raises:
        ValueError: There is no such action unit, it has no sides, or an amount is not between 0 and 1.
    """
    halves: dict[str, dict[str, float]] = {"L": {}, "R": {}}
    for code, amount in units.items():
        match = _CODE.fullmatch(code)
        name = _NAMES.get(int(match[1])) if match else None
        if match is None or name is None or (match[2] and not UNITS[name].has_sides):
            raise ValueError(f"There is no action unit “{code}”; there are {', '.join(map(str, sorted(_NAMES)))}.")
        for side in match[2] or "LR":
            halves[side][name] = float(amount)
    return Expression(ActionUnits(**halves["L"]), ActionUnits(**halves["R"]))


def facs(text: str) -> Expression:
    """Return the expression of a text such as ``"1 2 5:80 12R:55"``: codes and, where it is not 100, percent.

    Raises:
        ValueError: As :func:`expression_of`, or an amount is not a number.
    """
    parts = (part.partition(":") for part in text.split())
    return expression_of({code: float(percent or 100) / 100 for code, _, percent in parts})


EMOTION_EXPRESSIONS: Mapping[str, tuple[Expression, ...]] = {
    "neutral": (NEUTRAL,),
    "happiness": (
        facs("6:60 12 25:95"),
        facs("6:60 12:90"),
        facs("6 12 25:70 26:45"),
    ),
    "surprise": (
        facs("1 2 5:80 25:50 26"),
        facs("1:90 2 5:80 25:40 26:60"),
    ),
    "sadness": (
        facs("1:90 4:70 15:65 43:75"),
        facs("1:85 4:60 15:60 17:40 43:75"),
    ),
    "anger": (
        facs("4 5:30 7 23"),
        facs("4 5:50 7:50 10:70 16:70 25:50 26:40"),
    ),
    "disgust": (
        facs("6 9:90 10:50 14:25 15:25 23:95 26:30"),
        facs("6:90 9 10:60 15:25 17:95 23"),
    ),
    "fear": (facs("1:90 2:50 4:70 5 20 25:70 26:40"),),
    "contempt": (
        facs("2:60 4:60 10R:70 12R:65 14R:60 17 23:40"),
        facs("2:60 4:60 10L:70 12L:65 14L:60 17 23:40"),
        facs("2:40 4:55 9R:50 10R:85 12R:85 14R:70 17:70"),
        facs("2:40 4:55 9L:50 10L:85 12L:85 14L:70 17:70"),
    ),
}
"""The action units of each emotion, one or more common variants of each.

The cores are the prototypes and variants in Ekman & Friesen's EMFACS and in Lucey et al., "The Extended Cohn-Kanade
Dataset" (2010), Table 1: happiness 6+12 (25, 26), surprise 1+2+5+26, sadness 1+4+15 (17), anger 4+5+7+23 (10, 16, 25),
disgust 9+15 or 10 (17), fear 1+2+4+5+20+26, contempt R12+R14 on one side; neutral has none. Beside them stands what
often goes with them: drooping lids in sadness, raised cheeks and tight lips in disgust, a raised upper lip, an uneven
brow and a raised chin in contempt. How strong each unit is was chosen by eye and by what networks of photographed faces
answer.
"""


def blend(shares: Mapping[Expression, float]) -> Expression:
    """Add expressions up, each scaled by its share (1 is all of it), every action unit stopping at 1."""

    def half(direction: int) -> ActionUnits:
        parts = [(share, expression.on(direction)) for expression, share in shares.items()]
        return ActionUnits(*(min(1.0, sum(share * getattr(units, name) for share, units in parts)) for name in UNITS))

    return Expression(half(-1), half(1))


def emotion_expression(emotion: str, intensity: float = 1.0, variant: int = 0) -> Expression:
    """The expression of one emotion: from 0 (nothing to see) to 1 (the prototype), any variant counted round."""
    variants = EMOTION_EXPRESSIONS[emotion]
    return blend({variants[variant % len(variants)]: intensity})
