"""Our own wordings: a folder of them, one file for each message, channel and language."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Final

from notify.policy.rules import Audience, Channel
from notify.words.languages import LOCALES
from notify.words.template import Template, read_texts

FOLDER: Final = Path(__file__).with_name("templates")
LAYOUTS: Final = ("layout.html.j2", "layout.txt.j2")


class Defaults:
    """The wordings of a folder, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._read: dict[str, str] = {}

    def template(self, message: str, channel: Channel, language: str) -> Template:
        """Return the wording of a message in one of our languages.

        Raises FileNotFoundError where there is none.
        """
        source = self._source(f"{message}/{channel}.{language}.j2")
        if channel is Channel.SMS:
            return Template({"body": source.strip()})
        return Template(read_texts(source))

    def labels(self, audience: Audience, language: str) -> dict[str, str]:
        """Return the words around a mail's wording."""
        return read_texts(self._source(_labels(audience, language)))

    def version(self, message: str, channel: Channel, language: str, audience: Audience) -> str:
        """Name the wording: another name whenever any file a message is made of changes."""
        made_of = [f"{message}/{channel}.{language}.j2"]
        if channel is Channel.EMAIL:
            made_of += [_labels(audience, language), *LAYOUTS]
        digest = hashlib.sha256("\0".join(map(self._source, made_of)).encode())
        return digest.hexdigest()[:12]

    @cached_property
    def layouts(self) -> tuple[str, str]:
        """Return what makes HTML and text of a mail's words."""
        html, text = map(self._source, LAYOUTS)
        return html, text

    def _source(self, name: str) -> str:
        if name not in self._read:
            self._read[name] = (self._folder / name).read_text(encoding="utf-8")
        return self._read[name]


def _labels(audience: Audience, language: str) -> str:
    if language not in LOCALES:
        raise FileNotFoundError(language)
    return f"labels/{audience}.{language}.j2"
