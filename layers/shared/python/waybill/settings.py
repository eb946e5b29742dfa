"""Settings: the one place that reads the environment, once, into frozen models.

Dataclasses and not pydantic: most functions need no validator otherwise, and the first one that a
process builds costs a cold start some twenty milliseconds.
"""

import os
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from typing import Any, Final, TypeVar


class SettingsError(RuntimeError):
    """The environment lacks a variable or holds a wrong one; names it, never its value."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of every room's settings: field ``orders_table`` is variable ``ORDERS_TABLE``.

    A field is text, an integer or a bool.
    """

    waybill_local: bool = False
    """True under local/: the engine there needs a bridge or two (see local/README.md)."""
    log_level: str = "INFO"


S = TypeVar("S", bound=Settings)

_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False, "": False}


def load_settings(model: type[S]) -> S:
    """Read the environment into ``model``; raises :class:`SettingsError`."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for field in fields(model):
        try:
            values[field.name] = _value(field, os.environ)
        except (KeyError, ValueError):
            wrong.append(field.name.upper())
    if wrong:
        names = ", ".join(wrong)
        raise SettingsError(f"missing or wrong environment variables: {names}")
    return model(**values)


def _value(field: Field[Any], environment: Mapping[str, str]) -> Any:
    """A field's value; raises KeyError where it is missing, KeyError or ValueError where wrong."""
    name = field.name.upper()
    if name not in environment and field.default is not MISSING:
        return field.default
    text = environment[name]
    if field.type is bool:
        return _BOOLEANS[text.strip().lower()]
    return int(text) if field.type is int else text


@cache
def base_settings() -> Settings:
    """The settings that every function has."""
    return load_settings(Settings)


def on_lambda() -> bool:
    """True inside a Lambda execution environment, where INIT time is the fastest there is."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
