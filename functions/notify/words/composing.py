"""Chooses a message's wording and puts it to facts: the shop's own where it has one, else ours.

A shop's wording was checked when it was saved. Should one fail all the same, because our variables
have changed since, ours is used in its place, so that no message is ever lost to its wording.
"""

from collections.abc import Mapping
from typing import Protocol

from notify.policy.rules import Channel
from notify.words.content import Composed, Mail, Sms
from notify.words.defaults import Defaults
from notify.words.facts import AnyFacts, FactsIn
from notify.words.languages import language_of, nearest, own_language, written_in
from notify.words.messages import MESSAGES
from notify.words.rendering import Renderer
from notify.words.template import Own, Place, Template
from waybill.observability import count, describe_error, logger


class OwnTemplates(Protocol):
    """What shops have written; see :class:`notify.templates.cache.CachedTemplates`."""

    def of_shop(self, shop_id: str) -> Mapping[Place, Own]:
        """Return a shop's own wordings, up to a minute old."""


class Composer:
    """Composes messages."""

    def __init__(
        self,
        own: OwnTemplates,
        defaults: Defaults | None = None,
        renderer: Renderer | None = None,
    ) -> None:
        self._own = own
        self._defaults = defaults or Defaults()
        self._renderer = renderer or Renderer(self._defaults.layouts)

    def compose(self, shop_id: str, wanted: Place, facts: FactsIn) -> Composed:
        """Compose a message for a reader's locale; what fails of a shop's own is said in ours."""
        if found := self._own_of(shop_id, wanted):
            place, own = found
            try:
                return self.own(wanted, place, own, facts)
            except Exception as error:
                count("TemplatesFailed")
                logger.error(
                    "template failed",
                    shop_id=shop_id,
                    template=str(place),
                    template_version=own.version,
                    **describe_error(error),
                )
        return self.default(wanted, facts)

    def own(self, wanted: Place, place: Place, own: Own, facts: FactsIn) -> Composed:
        """Compose in a shop's own wording, which stands at ``place``; raises what it fails with."""
        written = written_in(language_of(place.locale), wanted.locale)
        content = self._rendered(wanted, own.template, facts(written))
        return Composed(content, f"shop/{place}", str(own.version))

    def default(self, wanted: Place, facts: FactsIn) -> Composed:
        """Compose in our wording of the reader's language, else in English."""
        language = own_language(wanted.locale)
        template = self._defaults.template(wanted.message, wanted.channel, language)
        content = self._rendered(wanted, template, facts(written_in(language, wanted.locale)))
        audience = MESSAGES[wanted.message].audience
        version = self._defaults.version(wanted.message, wanted.channel, language, audience)
        place = Place(wanted.message, wanted.channel, language)
        return Composed(content, str(place), version)

    def _own_of(self, shop_id: str, wanted: Place) -> tuple[Place, Own] | None:
        own = self._own.of_shop(shop_id)
        if not own:
            return None
        for locale in nearest(wanted.locale):
            place = Place(wanted.message, wanted.channel, locale)
            if place in own:
                return place, own[place]
        return None

    def _rendered(self, wanted: Place, template: Template, facts: AnyFacts) -> Mail | Sms:
        if wanted.channel is Channel.SMS:
            return self._renderer.sms(template, facts)
        audience = MESSAGES[wanted.message].audience
        labels = self._defaults.labels(audience, own_language(facts.locale))
        return self._renderer.mail(template, facts, labels)
