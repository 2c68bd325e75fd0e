"""Charts are drawn once for what they show, and anew as soon as that is something else."""

from dataclasses import dataclass

import pandas as pd

from pages.shared.charts import drawn

drawings = []


@dataclass(frozen=True, eq=False)
class Measured:
    """A value whose equality is its identity, as reports are."""

    figures: tuple[float, ...]


def draw(value, *, color="blue"):
    drawings.append((value, color))
    return [str(value), color]


def draw_otherwise(value, *, color="blue"):
    return f"otherwise {value} {color}"


def test_equal_content_is_drawn_once_whoever_holds_it():
    drawings.clear()
    first = drawn(draw, pd.DataFrame({"share": [0.1, 0.2]}, index=["anger", "fear"]))
    again = drawn(draw, pd.DataFrame({"share": [0.1, 0.2]}, index=["anger", "fear"]))
    assert again is first
    drawn(draw, Measured((0.5, 0.25)))
    drawn(draw, Measured((0.5, 0.25)))
    assert len(drawings) == 2


def test_any_other_content_is_drawn_anew():
    table = pd.DataFrame({"share": [0.1, 0.2]}, index=["anger", "fear"])
    shown = [
        drawn(draw, table),
        drawn(draw, table, color="red"),
        drawn(draw, table * 1.001),
        drawn(draw, table.rename(index={"fear": "disgust"})),
        drawn(draw, table.rename(columns={"share": "part"})),
        drawn(draw_otherwise, table),
    ]
    assert len({str(drawing) for drawing in shown}) == len(shown)
