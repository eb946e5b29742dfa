"""Settings: the one place that reads the environment, once, into frozen models."""

import os
from functools import cache
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class SettingsError(RuntimeError):
    """The environment lacks a variable or holds a wrong one; names it, never its value."""


class Settings(BaseModel):
    """Base of every room's settings: field ``orders_table`` is variable ``ORDERS_TABLE``."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, populate_by_name=True)

    waybill_local: bool = False
    """True under local/: the engine there needs a bridge or two (see local/README.md)."""
    log_level: str = "INFO"


S = TypeVar("S", bound=Settings)


def load_settings(model: type[S]) -> S:
    """Read the environment into ``model``; raises :class:`SettingsError`."""
    try:
        return model.model_validate(dict(os.environ))
    except ValidationError as error:
        names = ", ".join(str(part["loc"][0]) for part in error.errors())
        raise SettingsError(f"missing or wrong environment variables: {names}") from None


@cache
def base_settings() -> Settings:
    """The settings that every function has."""
    return load_settings(Settings)


def on_lambda() -> bool:
    """True inside a Lambda execution environment, where INIT time is the fastest there is."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
