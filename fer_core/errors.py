"""What can go wrong through a person's files or choices, each said with its remedy.

Every class here is a :class:`FerError`: the pages show its text, the command line prints it, and neither prints a
traceback. A mistake of the calling code is a ``ValueError`` instead.
"""

from dataclasses import dataclass


class FerError(Exception):
    """Base of every error a user can cause; the message says what is wrong, where, and what to do next.

    Args:
        is_hint: Whether something was only left empty or mistyped: pages then show the message without a number, and
            nothing is logged.
    """

    def __init__(self, message: str = "", *, is_hint: bool = False) -> None:
        super().__init__(message)
        self.is_hint = is_hint


class DatasetError(FerError):
    """A dataset file or a stored dataset cannot be used."""


class ImageError(FerError):
    """A picture cannot be read or is refused."""


class VideoError(FerError):
    """A video cannot be read or is refused."""


class CheckpointError(FerError):
    """A checkpoint is missing, damaged or does not fit."""


class TrainingError(FerError):
    """A training configuration is impossible, or a run ended badly."""


class DivergenceError(TrainingError):
    """A run's loss is no longer a number."""


class EvaluationError(FerError):
    """A checkpoint cannot be scored on a dataset, or checkpoints cannot be compared."""


class TeachError(FerError):
    """Examples, or a head that was taught with some, cannot be used."""


class SettingError(FerError):
    """A setting of the environment or of the secrets cannot be used."""


@dataclass(frozen=True)
class Damage:
    """Something stored that cannot be used; what lies beside it can.

    Attributes:
        name: What it was called.
        reason: What is wrong with it and what to do, for people.
    """

    name: str
    reason: str
