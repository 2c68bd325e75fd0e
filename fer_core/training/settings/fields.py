"""Settings as frozen dataclasses that check themselves and survive JSON and the command line's text."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self, TypeGuard, get_args, get_type_hints

from fer_core.errors import TrainingError

_PLAIN = {int: "whole number", float: "number", str: "word", bool: "switch (true or false)"}
_SWITCHES = {"true": True, "false": False}


def number(default: float, low: float, high: float) -> Any:  # noqa: ANN401  (as dataclasses.field, it stands for its default)
    """A numeric field with its lowest and highest value, both allowed."""
    return field(default=default, metadata={"range": (low, high)})


@dataclass(frozen=True)
class Settings:
    """Base of a group of settings: numbers in ranges, words, choices, switches, and groups of these."""

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for each in fields(self):
            _check(each.name, getattr(self, each.name), hints[each.name])
            if "range" in each.metadata:
                _check_range(each.name, getattr(self, each.name), each.metadata["range"])

    @classmethod
    def ranges(cls) -> dict[str, tuple[float, float]]:
        """Lowest and highest value of each numeric setting, both allowed."""
        return {each.name: each.metadata["range"] for each in fields(cls) if "range" in each.metadata}

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON types."""
        return asdict(self)

    def differences(self, other: "Settings") -> dict[str, Any]:
        """The settings in which this differs from another of its kind, by dotted name."""
        theirs = other.flat()
        return {name: value for name, value in self.flat().items() if theirs[name] != value}

    def flat(self) -> dict[str, Any]:
        """Every setting by the name ``--set`` takes: ``{"epochs": 50, "augmentation.flip": False, …}``."""
        flat: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            inner = value.flat() if isinstance(value, Settings) else {"": value}
            flat |= {f"{each.name}.{name}" if name else each.name: item for name, item in inner.items()}
        return flat

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Reads settings as JSON has them; what is not given keeps its default.

        Raises:
            TrainingError: A setting is unknown, of the wrong type or out of its range.
        """
        hints = get_type_hints(cls)
        if unknown := sorted(set(settings) - set(hints)):
            raise TrainingError(f"There is no setting “{unknown[0]}”; there are {', '.join(hints)}.")
        values: dict[str, Any] = {name: _from_json(value, hints[name]) for name, value in settings.items()}
        return cls(**values)

    def with_settings(self, assignments: Mapping[str, str]) -> Self:
        """A copy with settings from text, as the command line's ``--set key=value`` gives them.

        Args:
            assignments: Text by name; a setting of a group has a dotted name such as ``augmentation.flip``.

        Raises:
            TrainingError: A setting is unknown, unreadable or out of its range.
        """
        hints = get_type_hints(type(self))
        values, groups = self.to_dict(), dict[str, dict[str, str]]()
        for key, text in assignments.items():
            group, dot, name = key.partition(".")
            if dot and _is_group(hints.get(group)):
                groups.setdefault(group, {})[name] = text
            else:
                values[key] = _from_text(key, text, hints.get(key, str))
        values |= {group: getattr(self, group).with_settings(given).to_dict() for group, given in groups.items()}
        return self.from_dict(values)

    def to_json(self) -> str:
        """The settings as a JSON document."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what :meth:`to_json` wrote.

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


def _is_group(hint: object) -> TypeGuard[type[Settings]]:
    return isinstance(hint, type) and issubclass(hint, Settings)


def _check(name: str, value: object, hint: object) -> None:
    choices = get_args(hint)
    if choices and value not in choices:
        raise TrainingError(f"{name} is “{value}”; choose one of {', '.join(choices)}.")
    if not choices and type(value) is not hint:
        raise TrainingError(f"{name} is “{value}” where a {_plain(hint)} belongs.")


def _plain(hint: object) -> str:
    return _PLAIN[hint] if isinstance(hint, type) and hint in _PLAIN else "group of settings"


def _check_range(name: str, value: float, bounds: tuple[float, float]) -> None:
    low, high = bounds
    if not low <= value <= high:
        raise TrainingError(f"{name} is {value!s:.20}; choose a number from {low:g} to {high:g}.")


def _from_json(value: object, hint: object) -> object:
    if _is_group(hint) and isinstance(value, dict):
        return hint.from_dict(value)
    # JSON writes 1.0 as 1: a whole number is welcome where a real one belongs.
    return float(f"{value}") if hint is float and type(value) is int else value


def _from_text(name: str, text: str, kind: object) -> object:
    try:
        if kind is bool:
            return _SWITCHES[text.lower()]
        return int(text) if kind is int else float(text) if kind is float else text
    except (ValueError, KeyError) as error:
        raise TrainingError(f"{name} is “{text}” where a {_plain(kind)} belongs.") from error
