"""The languages that our own wordings are in, and which of several is the nearest to a reader's."""

from collections.abc import Iterator
from typing import Final

DEFAULT_LOCALE: Final = "en"
LOCALES: Final = ("de", "en")
"""Each has a wording of every message and the labels of both layouts (tests hold them together)."""


def language_of(locale: str) -> str:
    """Return the language of a BCP 47 tag, such as ``de`` of ``de-AT``."""
    return locale.partition("-")[0]


def own_language(locale: str) -> str:
    """Return the language of ours for a reader: the reader's, else English."""
    language = language_of(locale)
    return language if language in LOCALES else DEFAULT_LOCALE


def nearest(locale: str) -> Iterator[str]:
    """Yield a tag, then what is left of it part by part: ``zh-Hant-TW``, ``zh-Hant``, ``zh``."""
    parts = locale.split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


def written_in(language: str, reader: str) -> str:
    """Return the locale of words in a language for a reader, whose region decides how dates look.

    German words for ``de-AT`` are ``de-AT``; English ones for ``fr-FR`` are ``en-FR``.
    """
    if language_of(reader) == language:
        return reader
    region = reader.rpartition("-")[2]
    return f"{language}-{region}" if region.isupper() or region.isdigit() else language
