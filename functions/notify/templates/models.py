"""Wordings as the API takes and shows them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, RootModel, StrictInt, StringConstraints

from notify.policy.rules import Audience, Channel
from notify.words.template import LABELS, MAIL_TEXTS, SMS_TEXTS, Template
from notify.words.variables import Kind, Variable
from waybill.http import Instant, Model
from waybill.problems import FieldError, Unprocessable
from waybill.text import one_line, some_lines

_MAX_PARTS: Final = 4
Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(one_line)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=5_000), AfterValidator(some_lines)]
Label = Annotated[str, StringConstraints(max_length=200), AfterValidator(one_line)]
Parts = Annotated[StrictInt, Field(ge=1, le=_MAX_PARTS)]


class Labels(Model):
    """The words around a mail's wording; what is left out is as we say it."""

    hello: Label | None = None
    more: Label | None = None
    """Of goods that are not named: "and 3 more"."""
    subtotal: Label | None = None
    discount: Label | None = None
    shipping: Label | None = None
    tax: Label | None = None
    included_tax: Label | None = None
    total: Label | None = None
    track: Label | None = None
    """On the button that leads to the tracking page."""
    order: Label | None = None
    why: Label | None = None
    """At the end: why the reader gets this mail."""
    unsubscribe: Label | None = None


class NewTemplate(Model):
    """Body of PUT /v1/templates/{event}/{channel}/{locale}: Jinja2 in plain text.

    A mail has a subject, a headline and a body; an SMS a body, and it may say max_parts.
    """

    subject: Line | None = None
    headline: Line | None = None
    body: Body
    """Empty lines part paragraphs; lines that begin with "- " are the points of a list."""
    labels: Labels | None = None
    max_parts: Parts | None = None
    """How many parts of SMS it may take, and be paid for; 1 unless told. From 2 on it may also
    have letters outside GSM-7."""


class RowField(Model):
    """What each row of a list holds."""

    name: str
    type: Kind
    meaning: str
    example: str | int
    values: list[str]
    """The texts it may be, where they are known; a later version may have more."""
    always: bool
    """Never empty."""


class VariableView(Model):
    """A name that a wording may use."""

    name: str
    type: Kind
    meaning: str
    example: str | int | list[dict[str, str | int]]
    values: list[str]
    always: bool
    fields: list[RowField]


class Source(StrEnum):
    """Whose a wording is."""

    DEFAULT = "default"
    SHOP = "shop"


class TemplateView(Model):
    """A wording: the shop's own, or ours where it has none."""

    event: str
    channel: Channel
    locale: str
    audience: Audience
    source: Source
    version: str
    """As it stands on the ledger beside the messages that are said so; of the shop's own, its
    ETag."""
    written_in: str
    """The language of the words: ours may be English where we have none in this one."""
    subject: str | None
    headline: str | None
    body: str
    labels: Labels | None
    max_parts: int | None
    updated_at: Instant | None
    variables: list[VariableView]


class TemplateSummary(Model):
    """That there is a wording, and whose."""

    event: str
    channel: Channel
    locale: str
    audience: Audience
    source: Source
    version: str


class TemplateList(Model):
    """A page of the list."""

    items: list[TemplateSummary]
    next_cursor: str | None


class NewPreview(Model):
    """Body of POST …/preview; without a template, what is stored or ours is shown."""

    template: NewTemplate | None = None
    """A draft, which need not be stored."""
    order_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    """Whose facts are used, with the scope orders:read; else a sample's."""


class MailPreview(Model):
    """A mail as it would be sent."""

    subject: str
    html: str
    text: str


class Encoding(StrEnum):
    """The alphabet that an SMS is sent in."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


class SmsPreview(Model):
    """An SMS as it would be sent, and what it would be billed as."""

    text: str
    encoding: Encoding
    parts: int


class Preview(RootModel):  # type: ignore[type-arg] # a generic is built at import
    """A mail or an SMS, by the channel."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    root: MailPreview | SmsPreview


_FIELDS: Final[Mapping[Channel, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    Channel.EMAIL: (MAIL_TEXTS, ("max_parts",)),
    Channel.SMS: (SMS_TEXTS, ("subject", "headline", "labels")),
}
"""Of a channel's wording: the fields it has, and those it does not know."""


def template_of(wish: NewTemplate, channel: Channel, below: str = "") -> Template:
    """Return the domain's form; raises 422 for what the channel lacks or does not know.

    ``below`` is the pointer that the template stands at.
    """
    given = {name: getattr(wish, name) for name in MAIL_TEXTS if getattr(wish, name) is not None}
    wanted, refused = _FIELDS[channel]
    errors = [FieldError(f"{below}/{name}", "is missing") for name in wanted if name not in given]
    errors += [
        FieldError(f"{below}/{name}", f"{channel} has none")
        for name in refused
        if getattr(wish, name) is not None
    ]
    if errors:
        raise Unprocessable("the template does not fit its channel", errors=errors)
    labels = wish.labels.model_dump(exclude_none=True) if wish.labels else {}
    return Template({name: _plain(given[name]) for name in wanted}, labels, wish.max_parts or 1)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def labels_view(template: Template) -> Labels | None:
    """Return the labels that a template brings, or None."""
    known = {name: text for name, text in template.labels.items() if name in LABELS}
    return Labels(**known) if known else None


def variable_view(variable: Variable) -> VariableView:
    """Return the API's form of a variable."""
    example = variable.example
    if variable.kind is Kind.LIST:
        example = [dict(row) for row in example]
    return VariableView(
        name=variable.name,
        type=variable.kind,
        meaning=variable.meaning,
        example=example,
        values=list(variable.one_of),
        always=variable.always,
        fields=[
            RowField(
                name=field.name,
                type=field.kind,
                meaning=field.meaning,
                example=field.example,
                values=list(field.one_of),
                always=field.always,
            )
            for field in variable.fields
        ],
    )
