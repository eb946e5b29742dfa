"""Puts words to facts: Jinja2, sandboxed, escaped, and strict about missing variables.

A wording is plain text. A mail's layouts make HTML and text of it, so both parts of a mail always
say the same, and no wording can break a mail client or smuggle in markup.
"""

from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateRuntimeError
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notify.words import sms
from notify.words.content import Mail, Sms
from notify.words.facts import AnyFacts, Facts
from notify.words.localized import direction_of
from notify.words.template import LABELS, MAIL_TEXTS, Template, without_comments
from notify.words.text import one_line

MAX_SUBJECT: Final = 150
_MAX_PARAGRAPH: Final = 2000
_SENDER: Final = "Waybill"
"""Who writes to a shop."""
_POINT: Final = "- "
_SUMS: Final = ("subtotal", "discount", "shipping", "tax")
_SEEN: Final = ("track", "why", "unsubscribe")
"""Labels without which a link or the mail's reason could not be seen."""
# What the layouts ask for, of facts that have none of it.
_NOTHING: Final[Mapping[str, Any]] = {
    "items": (),
    "more_items": 0,
    "parcels": (),
    "total": "",
    "included_tax": "",
    "tracking_url": "",
    "unsubscribe_url": "",
    **dict.fromkeys(_SUMS, ""),
}
FILTERS: Final = frozenset({"capitalize", "default", "length", "lower", "title", "trim", "upper"})
TESTS: Final = frozenset({"even", "odd"})


def _environment(*, escapes: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        autoescape=escapes, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def wordings_environment() -> ImmutableSandboxedEnvironment:
    """Return what wordings are read in: it knows a few filters and tests, and no function."""
    environment = _environment(escapes=False)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: environment.tests[name] for name in TESTS}
    return environment


class NoWordsError(TemplateRuntimeError):
    """A text comes to nothing that a reader could see; tells which: ``subject``, ``labels/why``."""

    def __init__(self, name: str) -> None:
        super().__init__(f"nothing is left of {name}")
        self.name = name


class Renderer:
    """Renders wordings in a mail's two layouts, and in as many parts of SMS as they may take."""

    def __init__(self, layouts: tuple[str, str]) -> None:
        html, text = layouts
        self._html = _environment(escapes=True).from_string(html)
        self._text = _environment(escapes=False).from_string(text)
        self._words = wordings_environment()
        self._compiled = lru_cache(maxsize=1000)(self._words.from_string)

    def words(self, text: str, facts: AnyFacts) -> str:
        """Return one text of a wording as it is said of facts; raises jinja2.TemplateError."""
        return self._template(text).render(asdict(facts)).strip()

    def mail(self, template: Template, facts: AnyFacts, labels: Mapping[str, str]) -> Mail:
        """Render a mail; ``labels`` are the layout's words, where the wording brings none.

        Raises what Jinja2 raises where the wording is broken, or names what is not there, and
        :class:`NoWordsError`.
        """
        variables = asdict(facts)
        said = {name: self._said(template.texts[name], variables) for name in MAIL_TEXTS}
        around = {**labels, **template.labels}
        subject = one_line(said["subject"], MAX_SUBJECT)
        headline = one_line(said["headline"], MAX_SUBJECT)
        blocks = blocks_of(said["body"])
        words = {
            name: one_line(self._said(around[name], variables), MAX_SUBJECT)
            for name in LABELS
            if name in around
        }
        must_say = {f"labels/{name}": words[name] for name in _SEEN if name in words}
        _check_seen({"subject": subject, "headline": headline, "body": blocks, **must_say})
        context = {**_NOTHING, **variables} | {
            "direction": direction_of(facts.locale),
            "labels": words,
            "subject": subject,
            "headline": headline,
            "blocks": blocks,
            "sums": {name: variables[name] for name in _SUMS if variables.get(name)},
        }
        html, text = (layout.render(context) for layout in (self._html, self._text))
        sender = facts.shop_name if isinstance(facts, Facts) else _SENDER
        return Mail(subject, html, text, sender)

    def sms(self, template: Template, facts: AnyFacts) -> Sms:
        """Render an SMS; the shop's name gives way, then the link.

        Raises :class:`~notify.words.sms.TextTooLongError` where it is too long even so.
        """
        body = template.texts["body"]
        variables = asdict(facts)

        def compose(shop_name: str, tracking_url: str) -> str:
            chosen = variables | {"shop_name": shop_name, "tracking_url": tracking_url}
            return one_line(self._said(body, chosen), _MAX_PARAGRAPH)

        ucs2 = template.max_parts > 1 and sms.needs_ucs2(without_comments(body))
        link = variables.get("tracking_url", "")
        text = sms.fit(compose, facts.shop_name, link, parts=template.max_parts, ucs2=ucs2)
        return Sms(text)

    def _said(self, text: str, variables: Mapping[str, Any]) -> str:
        return self._template(text).render(variables)

    def _template(self, text: str) -> Compiled:
        return self._compiled(text)


def _check_seen(texts: Mapping[str, object]) -> None:
    for name, words in texts.items():
        if not words:
            raise NoWordsError(name)


def blocks_of(body: str) -> list[dict[str, Any]]:
    """Return paragraphs, parted by empty lines; lines that begin with ``- `` are points."""
    blocks: list[dict[str, Any]] = []
    parts = "\n".join(line.strip() for line in body.splitlines()).split("\n\n")
    for part in parts:
        lines = (line for line in part.split("\n") if line)
        for are_points, run in groupby(lines, lambda line: f"{line} ".startswith(_POINT)):
            if are_points:
                points = [one_line(each[1:], _MAX_PARAGRAPH) for each in run]
                blocks.append({"text": "", "points": [point for point in points if point]})
            else:
                blocks.append({"text": one_line(" ".join(run), _MAX_PARAGRAPH), "points": []})
    return [block for block in blocks if block["text"] or block["points"]]
