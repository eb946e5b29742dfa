"""Puts words to facts: Jinja2 templates, sandboxed, escaped, and strict about missing variables.

A wording (``<event>/email.<locale>.j2``) is plain text and sets ``subject``, ``headline`` and
``body``; the two layouts make HTML and text of it, so both parts of a mail always say the same,
and no wording can break a mail client or smuggle in markup.
"""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notify.policy.rules import Channel
from notify.words import sms
from notify.words.content import Mail, Sms
from notify.words.text import one_line
from notify.words.wording import Facts

_FOLDER: Final = Path(__file__).with_name("templates")
_LAYOUTS: Final = ("layout.html.j2", "layout.txt.j2")
_MAX_SUBJECT: Final = 150
_MAX_PARAGRAPH: Final = 2000


class Renderer:
    """The wordings of a folder."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            autoescape=lambda name: bool(name) and str(name).endswith(".html.j2"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._versions: dict[str, str] = {}

    def mail(self, template: str, facts: Facts) -> Mail:
        """Render the mail of a template in the facts' locale.

        Raises jinja2.TemplateError when a template is missing, broken, or names what is not there.
        """
        variables = asdict(facts)
        labels = self._words(f"labels/email.{facts.locale}.j2", variables)
        words = self._words(_name(template, Channel.EMAIL, facts.locale), variables)
        variables |= {
            **{name: one_line(text, _MAX_SUBJECT) for name, text in labels.items()},
            "subject": one_line(words["subject"], _MAX_SUBJECT),
            "headline": one_line(words["headline"], _MAX_SUBJECT),
            "paragraphs": _paragraphs(words["body"]),
        }
        html, text = (self._template(name).render(variables) for name in _LAYOUTS)
        return Mail(variables["subject"], html, text, facts.shop_name)

    def sms(self, template: str, facts: Facts) -> Sms:
        """Render the SMS of a template in one part; the shop's name gives way, then the link."""
        wording = self._template(_name(template, Channel.SMS, facts.locale))
        variables = asdict(facts)

        def compose(shop_name: str, tracking_url: str) -> str:
            chosen = variables | {"shop_name": shop_name, "tracking_url": tracking_url}
            return " ".join(wording.render(chosen).split())

        return Sms(sms.fit(compose, facts.shop_name, facts.tracking_url))

    def version(self, template: str, channel: Channel, locale: str) -> str:
        """Name the wording: another name whenever any file a message is made of changes."""
        name = _name(template, channel, locale)
        if name not in self._versions:
            made_of = [name]
            if channel is Channel.EMAIL:
                made_of += [f"labels/email.{locale}.j2", *_LAYOUTS]
            digest = hashlib.sha256("\0".join(map(self._source, made_of)).encode())
            self._versions[name] = digest.hexdigest()[:12]
        return self._versions[name]

    def _source(self, name: str) -> str:
        loader: Any = self._environment.loader
        return str(loader.get_source(self._environment, name)[0])

    def _template(self, name: str) -> Template:
        return self._environment.get_template(name)

    def _words(self, name: str, variables: dict[str, Any]) -> dict[str, str]:
        module = self._template(name).make_module(variables)
        return {word: str(value) for word, value in vars(module).items() if word[0] != "_"}


def _name(template: str, channel: Channel, locale: str) -> str:
    return f"{template}/{channel}.{locale}.j2"


def _paragraphs(body: str) -> list[str]:
    return [line for part in body.strip().split("\n\n") if (line := one_line(part, _MAX_PARAGRAPH))]
