"""Messages between an import's parent and its limited child, as files in a shared folder."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from fer_core.checkpoints.spec import NetworkSpec

ORDER_FILE, ANSWER_FILE = "order.json", "answer.json"

_Count = Annotated[int, Meta(ge=0)]


@dataclass(frozen=True)
class ImportOrder:
    """What the child is to do with the file ``upload`` and the faces in ``faces.npy``.

    Attributes:
        classes: How many outputs the network must have; 0 for any number.
        specs: The scalings to try it with; what else they say is not asked.
        size: Pixels of a side of its pictures, where the file leaves that open.
    """

    classes: _Count
    specs: tuple[NetworkSpec, ...]
    size: int | None = None


@dataclass(frozen=True)
class ImportAnswer:
    """The child's result; the network's files are in ``result``.

    Attributes:
        refused: Why the file was refused; "" when it was not.
        specs: What the network expects, one for each scaling it was tried with.
        called: For each of them and each face it was tried on, which output was largest.
        every: It was tried on every so-many-th face.
    """

    refused: str = ""
    outputs: _Count = 0
    weights: _Count = 0
    specs: tuple[NetworkSpec, ...] = ()
    called: tuple[tuple[_Count, ...], ...] = ()
    every: Annotated[int, Meta(ge=1)] = 1
