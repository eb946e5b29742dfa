"""From the domain's forms of wordings to the API's."""

from typing import TYPE_CHECKING

from notify.policy.rules import Channel
from notify.templates.models import (
    Source,
    TemplateSummary,
    TemplateView,
    labels_view,
    variable_view,
)
from notify.words.languages import language_of, own_language
from notify.words.messages import MESSAGES
from waybill.clock import from_text

if TYPE_CHECKING:
    from notify.templates.service import Shown


def summary(shown: "Shown") -> TemplateSummary:
    """Return what the list tells of a wording."""
    place = shown.place
    return TemplateSummary(
        event=place.message,
        channel=place.channel,
        locale=place.locale,
        audience=MESSAGES[place.message].audience,
        source=_source(shown),
        version=shown.version,
    )


def view(shown: "Shown") -> TemplateView:
    """Return a wording with all that whoever changes it needs to know."""
    place, template = shown.place, shown.template
    said = MESSAGES[place.message]
    language = language_of(place.locale) if shown.own else own_language(place.locale)
    updated_at = shown.own.updated_at if shown.own else None
    return TemplateView(
        event=place.message,
        channel=place.channel,
        locale=place.locale,
        audience=said.audience,
        source=_source(shown),
        version=shown.version,
        written_in=language,
        subject=template.texts.get("subject"),
        headline=template.texts.get("headline"),
        body=template.texts["body"],
        labels=labels_view(template),
        max_parts=template.max_parts if place.channel is Channel.SMS else None,
        updated_at=from_text(updated_at) if updated_at else None,
        variables=[variable_view(variable) for variable in said.variables],
    )


def _source(shown: "Shown") -> Source:
    return Source.SHOP if shown.own else Source.DEFAULT
