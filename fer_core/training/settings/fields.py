"""Settings: frozen dataclasses whose values are checked, with one form in JSON and one in the command line's text."""

import functools
import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, TypeGuard, cast, get_args, get_origin, get_type_hints

import msgspec

from fer_core.errors import TrainingError
from fer_core.storage.plaintext import split_words

_PLAIN = {int: "whole number", float: "number", str: "word", bool: "switch (true or false)", tuple: "list of words"}

Assignments = dict[str, str]
"""Settings as the command line's ``--set`` takes them: text by dotted name."""


def read_assignments(texts: Iterable[str]) -> Assignments:
    """Read settings from texts such as ``epochs=10``.

    Raises:
        TrainingError: One has no equals sign.
    """
    pairs = [text.partition("=") for text in texts]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise TrainingError(f"“{wrong[0]}” is not a setting. Write key=value, for example epochs=10.")
    return {name: value for name, _, value in pairs}


def assignments_text(assignments: Assignments, separator: str = ", ") -> str:
    """Write settings: "learning_rate=0.001, epochs=20"."""
    return separator.join(f"{name}={value}" for name, value in assignments.items())


@dataclass(frozen=True)
class Settings:
    """Base of a group of settings: numbers with limits (``Annotated[…, Meta]``), words, lists of words, and groups."""

    def __post_init__(self) -> None:
        for name, hint in _hints(type(self)).items():
            object.__setattr__(self, name, _checked(name, getattr(self, name), hint))

    @classmethod
    def hints(cls) -> dict[str, Any]:
        """The type of each setting with its limits, by dotted name."""
        flat: dict[str, Any] = {}
        for name, hint in _hints(cls).items():
            flat |= {f"{name}.{inner}": h for inner, h in hint.hints().items()} if _is_group(hint) else {name: hint}
        return flat

    @classmethod
    def ranges(cls) -> dict[str, tuple[float, float]]:
        """Lowest and highest value of each numeric setting, both allowed, by dotted name."""
        return {name: _limits(hint) for name, hint in cls.hints().items() if get_origin(hint) is Annotated}

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return document

    def differences(self, other: "Settings") -> dict[str, Any]:
        """The settings in which this differs from another of its kind, by dotted name."""
        theirs = other.flat()
        return {name: value for name, value in self.flat().items() if theirs[name] != value}

    def flat(self) -> dict[str, Any]:
        """Every setting by the name ``--set`` takes: ``{"epochs": 50, "augmentation.flip": False, …}``."""
        flat: dict[str, Any] = {}
        for name in _hints(type(self)):
            value = getattr(self, name)
            flat |= (
                {f"{name}.{k}": v for k, v in value.flat().items()} if isinstance(value, Settings) else {name: value}
            )
        return flat

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Read settings as JSON has them; what is not given keeps its default.

        Raises:
            TrainingError: A setting is unknown, of the wrong type or out of its range.
        """
        hints = _hints(cls)
        if unknown := sorted(set(settings) - set(hints)):
            raise TrainingError(f"Unknown setting “{unknown[0]}”. Choose from {', '.join(hints)}.")
        return cls(**{name: _from_json(value, hints[name]) for name, value in settings.items()})

    @classmethod
    def from_flat(cls, settings: Mapping[str, Any]) -> Self:
        """Read what :meth:`flat` returns; what is not given keeps its default.

        Raises:
            TrainingError: See :meth:`from_dict`.
        """
        document: dict[str, Any] = {}
        for name, value in settings.items():
            group, dot, inner = name.partition(".")
            if dot and _is_group(_hints(cls).get(group)):
                document.setdefault(group, {})[inner] = value
            else:
                document[name] = value
        return cls.from_dict(document)

    def with_settings(self, assignments: Mapping[str, str]) -> Self:
        """Return a copy with settings from text, as the command line's ``--set key=value`` gives them.

        Raises:
            TrainingError: A setting is unknown, unreadable or out of its range.
        """
        hints = self.hints()
        return self.from_flat(self.flat() | {k: _from_text(k, text, hints.get(k)) for k, text in assignments.items()})

    def to_json(self) -> str:
        """Return the settings as a JSON document."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises:
            TrainingError: The text is no JSON object, or a setting in it is wrong.
        """
        try:
            settings = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise TrainingError(f"The configuration is not valid JSON ({error}). Correct it and try again.") from error
        if not isinstance(settings, dict):
            raise TrainingError("The configuration must be a JSON object such as {“epochs”: 50}.")
        return cls.from_dict(settings)


_cached_hints = functools.cache(functools.partial(get_type_hints, include_extras=True))


def _hints(kind: type[Settings]) -> dict[str, Any]:
    return _cached_hints(cast("Hashable", kind))


def _is_group(hint: object) -> TypeGuard[type[Settings]]:
    return isinstance(hint, type) and issubclass(hint, Settings)


def _limits(hint: Any) -> tuple[float, float]:  # noqa: ANN401  (an annotation)
    meta: msgspec.Meta = hint.__metadata__[0]
    return float(meta.ge or 0), float(meta.le or 0)


def _checked(name: str, value: object, hint: Any) -> object:  # noqa: ANN401
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        if get_origin(hint) is Literal:
            raise TrainingError(f"{name} is “{value}”; choose one of {', '.join(get_args(hint))}.") from error
        kind = getattr(hint, "__origin__", hint)
        if get_origin(hint) is Annotated and type(value) in (int, kind):
            low, high = _limits(hint)
            raise TrainingError(f"{name} is {value!s:.20}; choose a number from {low:g} to {high:g}.") from error
        raise _mismatch(name, value, kind) from error


def _mismatch(name: str, value: object, kind: type) -> TrainingError:
    return TrainingError(f"{name} is “{value}” instead of a {_PLAIN.get(kind, 'group of settings')}.")


def _from_json(value: object, hint: object) -> object:
    if _is_group(hint) and isinstance(value, dict):
        return hint.from_dict(value)
    # Files from before lists were lists hold their words joined.
    return split_words(value) if get_origin(hint) is tuple and isinstance(value, str) else value


def _from_text(name: str, text: str, hint: object) -> object:
    kind = getattr(hint, "__origin__", hint)
    if kind not in (int, float, bool):
        return text
    try:
        return msgspec.convert(text, kind, strict=False)
    except ValueError as error:
        raise _mismatch(name.rpartition(".")[2], text, kind) from error
