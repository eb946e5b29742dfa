"""Numbers that a person gives a run, by an option or a variable of `make`."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path


def at_least(least: int) -> Callable[[str], int]:
    """What argparse makes a number of; it refuses a smaller one than this."""

    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}, not {value}")
        return value

    number.__name__ = "int"  # argparse names it where the text is no number
    return number


def from_environment(name: str, usual: int, least: int = 1) -> int:
    """A number of the environment; raises ValueError where it is none, or too small."""
    text = os.environ.get(name) or str(usual)
    try:
        return at_least(least)(text)
    except ValueError:
        raise ValueError(f"{name} is no number: {text}") from None
    except argparse.ArgumentTypeError as error:
        raise ValueError(f"{name} {error}") from None


def file(text: str) -> Path:
    """A file to write, in a folder that is there."""
    path = Path(text)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"no such folder: {path.parent}")
    return path
