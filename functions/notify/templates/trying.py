"""Tries a wording out, before it is stored: with sample facts of every kind that will come.

Whatever our variables may hold, it must give a subject, words, a mail that clients show whole, and
an SMS of as many parts as it may take.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, combinations
from typing import Any, Final

from notify.policy.rules import Channel
from notify.templates.checking import fault_of, names_in
from notify.words import sms
from notify.words.defaults import Defaults
from notify.words.facts import AnyFacts, ItemLine, OrderLine, ParcelLine, SkuLine
from notify.words.languages import own_language
from notify.words.messages import Said
from notify.words.rendering import NoWordsError, Renderer
from notify.words.samples import sample_facts
from notify.words.shop_wording import MAX_LINES
from notify.words.sms import TextTooLongError
from notify.words.template import Template, without_comments
from notify.words.variables import Kind, Variable
from notify.words.wording import MAX_ITEMS, MAX_NUMBER, MAX_PARCELS, MAX_SHOP_NAME, MAX_TITLE
from waybill.problems import FieldError

MAX_HTML_BYTES: Final = 60_000
"""Mail programs cut longer ones: Gmail at 102 kB, with what it adds itself."""
NOTHING_LEFT: Final = "nothing is left of it"
_ALL_TOGETHER: Final = 5
"""So many variables that may be empty are tried in every combination; of more, each pair."""
_LONGEST: Final = {
    "title": MAX_TITLE,
    "shop_name": MAX_SHOP_NAME,
    "number": MAX_NUMBER,
    "carrier": MAX_NUMBER,
    "tracking_number": MAX_NUMBER,
    "name": 60,
    "tracking_url": 200,
}
_LONG: Final = 60
_ROWS: Final = {"items": ItemLine, "orders": OrderLine, "parcels": ParcelLine, "skus": SkuLine}
_MOST: Final = {"items": MAX_ITEMS, "orders": MAX_LINES, "parcels": MAX_PARCELS, "skus": MAX_LINES}
_EMPTY: Final[Mapping[Kind, Any]] = {Kind.TEXT: "", Kind.NUMBER: 0, Kind.LIST: ()}
_SCRIPTS: Final = {
    "emoji": "🎁👩‍👩‍👧",
    "right-to-left text": "שלום عالم",
    "markup": "<b>&amp;</b>",
}


@dataclass(frozen=True)
class Case:
    """Facts, and what is special about them."""

    named: str
    facts: AnyFacts


class Trial:
    """Tries wordings with our layouts."""

    def __init__(self, defaults: Defaults, renderer: Renderer | None = None) -> None:
        self._defaults = defaults
        self._renderer = renderer or Renderer(defaults.layouts)

    def faults(
        self,
        template: Template,
        said: Said,
        channel: Channel,
        locale: str,
        *,
        public_url: str = "",
    ) -> list[FieldError]:
        """Return what is wrong with a wording, by pointer; at most one fault of each text.

        It is run only where reading it finds nothing wrong.
        """
        found = read_faults(template, said)
        if found:
            return found
        full = sample_facts(said, locale, public_url=public_url)
        cases = _cases(full, said, _used(template, said))
        if channel is Channel.SMS:
            return self._try_sms(template, full, cases)
        return self._try_mail(template, said, cases)

    def _try_mail(self, template: Template, said: Said, cases: Iterator[Case]) -> list[FieldError]:
        for case in cases:
            if found := [*self._said(template, case)]:
                return found
            labels = self._defaults.labels(said.audience, own_language(case.facts.locale))
            try:
                mail = self._renderer.mail(template, case.facts, labels)
            except NoWordsError as error:  # of signs that a mail leaves out, or points of nothing
                return [FieldError(f"/{error.name}", f"{NOTHING_LEFT} with {case.named}")]
            if (size := len(mail.html.encode())) > MAX_HTML_BYTES:
                detail = f"{size} bytes of HTML with {case.named}; at most {MAX_HTML_BYTES}"
                return [FieldError("/body", detail)]
        return []

    def _said(self, template: Template, case: Case) -> Iterator[FieldError]:
        """Faults of what the texts come to."""
        for name, text in template.texts.items():
            try:
                words = self._renderer.words(text, case.facts)
            except Exception as error:
                yield FieldError(f"/{name}", _failure(error, case))
                continue
            if not words:
                yield FieldError(f"/{name}", f"{NOTHING_LEFT} with {case.named}")
            elif name != "body" and len(words.splitlines()) > 1:
                yield FieldError(f"/{name}", f"more than one line with {case.named}")
        for name, text in template.labels.items():
            try:
                self._renderer.words(text, case.facts)
            except Exception as error:
                yield FieldError(f"/labels/{name}", _failure(error, case))

    def _try_sms(
        self, template: Template, full: AnyFacts, cases: Iterator[Case]
    ) -> list[FieldError]:
        if fault := self._length(template, full):
            return [FieldError("/body", fault)]
        for case in cases:
            if found := [*self._said(template, case)]:
                return found
            try:
                text = self._renderer.sms(template, case.facts).text
            except TextTooLongError as error:
                return [FieldError("/body", f"{error} with {case.named}, even without the link")]
            if not text.strip():
                return [FieldError("/body", f"{NOTHING_LEFT} with {case.named}")]
        return []

    def _length(self, template: Template, full: AnyFacts) -> str:
        """What is too much of an ordinary SMS, with nothing taken off it; "" where nothing is."""
        body, most = template.texts["body"], template.max_parts
        ask = f"change it, or say max_parts, up to {sms.MAX_PARTS}"
        if most == 1 and (letter := sms.outside_gsm(without_comments(body))):
            return f"'{letter}' is not in GSM-7: a part is 70 characters then; {ask}"
        text = self._renderer.words(body, full)
        ucs2 = sms.needs_ucs2(without_comments(body))
        parts = sms.count_parts(text if ucs2 else sms.to_gsm(text))
        return f"{parts} parts of SMS; {ask}" if parts > most else ""


def read_faults(template: Template, said: Said) -> list[FieldError]:
    """Return what reading finds wrong with a wording; nothing of it is run."""
    named = {
        **{f"/{name}": text for name, text in template.texts.items()},
        **{f"/labels/{name}": text for name, text in template.labels.items()},
    }
    found = ((pointer, fault_of(text, said.variables)) for pointer, text in named.items())
    return [FieldError(pointer, str(fault)) for pointer, fault in found if fault]


def _used(template: Template, said: Said) -> list[Variable]:
    texts = [*template.texts.values(), *template.labels.values()]
    names = {name for text in texts for name in names_in(text)}
    return [variable for variable in said.variables if variable.name in names]


def _cases(full: AnyFacts, said: Said, used: list[Variable]) -> Iterator[Case]:
    """Yield facts that differ in what a wording may depend on, the longest first."""
    lists = {v.name: v for v in said.variables if v.kind is Kind.LIST}

    def rows(count: int) -> dict[str, Any]:
        return {name: _rows(full, lists[name], count) for name in lists}

    yield Case("long texts and 50 rows", _filled(full, said, _MOST, _long))
    yield Case("every variable", full)
    for count in (1, MAX_ITEMS):
        yield Case(f"{count} rows", _with(full, **rows(count)))
    for named, text in _SCRIPTS.items():
        yield Case(named, _filled(full, said, {}, partial(_same, text)))
    for variable in used:
        for value in variable.one_of:
            yield Case(f"{variable.name} {value}", _with(full, **{variable.name: value}))
        yield from _kinds(full, variable)
    may_be_empty = [variable for variable in used if not variable.always]
    for gone in _subsets(may_be_empty):
        empty = {variable.name: _EMPTY[variable.kind] for variable in gone}
        yield Case("no " + " and no ".join(empty), _with(full, **empty))


def _kinds(full: AnyFacts, variable: Variable) -> Iterator[Case]:
    """Yield each text that a field of a list's rows is one of."""
    for field in variable.fields:
        for value in field.one_of:
            [row, *_] = getattr(full, variable.name)
            changed = (replace(row, **{field.name: value}),)
            yield Case(f"{field.name} {value}", _with(full, **{variable.name: changed}))


def _subsets(found: list[Variable]) -> Iterator[tuple[Variable, ...]]:
    few = len(found) <= _ALL_TOGETHER
    sizes = range(1, len(found) + 1) if few else (1, 2, len(found) - 1, len(found))
    return chain.from_iterable(combinations(found, size) for size in sizes)


def _rows(full: AnyFacts, variable: Variable, count: int) -> tuple[Any, ...]:
    [row, *_] = getattr(full, variable.name)
    return (row,) * count


def _filled(
    full: AnyFacts, said: Said, most: Mapping[str, int], text: Callable[[Variable], str]
) -> AnyFacts:
    def value(variable: Variable) -> Any:
        if variable.kind is Kind.LIST:
            fields = {field.name: value(field) for field in variable.fields}
            return (_ROWS[variable.name](**fields),) * most.get(variable.name, 1)
        if variable.kind is Kind.NUMBER:
            return 10**6
        return variable.example if variable.one_of else text(variable)

    return _with(full, **{variable.name: value(variable) for variable in said.variables})


def _with(facts: AnyFacts, **changes: Any) -> AnyFacts:
    return replace(facts, **changes)


def _same(text: str, _: Variable) -> str:
    return text


def _long(variable: Variable) -> str:
    return "Ä" * _LONGEST.get(variable.name, _LONG)


def _failure(error: Exception, case: Case) -> str:
    """Say where and with what a text fails; samples alone are quoted by what Jinja2 says."""
    lines, trace = [], error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    where = f"line {lines[-1]}: " if lines else ""
    return f"{where}{error}, with {case.named}"
