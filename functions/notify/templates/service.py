"""Use cases of shops' own wordings: show, save, take back, preview."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from jinja2 import TemplateError

from notify.templates.repository import Stored
from notify.templates.trying import NOTHING_LEFT, Trial, read_faults
from notify.words.composing import Composer
from notify.words.content import Composed
from notify.words.defaults import Defaults
from notify.words.facts import FactsIn
from notify.words.languages import LOCALES, own_language
from notify.words.messages import MESSAGES
from notify.words.rendering import NoWordsError, Renderer
from notify.words.sms import MAX_PARTS, TextTooLongError
from notify.words.template import Own, Place, Template
from waybill.clock import Clock, to_text
from waybill.dynamo import ContentionError
from waybill.preconditions import Precondition
from waybill.problems import FieldError, Unprocessable

MAX_WORDINGS: Final = 300
"""Of one shop, some requests at once aside: all of them are kept in each process that sends."""
_ATTEMPTS: Final = 8


class Templates(Protocol):
    """Where wordings are; see :class:`notify.templates.repository.TemplateTable`."""

    def get(self, shop_id: str, place: Place) -> Stored:
        """Return what stands at a place now."""

    def put(self, shop_id: str, place: Place, stored: Stored, actor: str) -> bool:
        """Write over the version before; False where that is not there."""

    def of_shop(self, shop_id: str) -> Mapping[Place, Own]:
        """Return all of a shop's wordings."""


@dataclass(frozen=True)
class Shown:
    """A wording at a place, and whose it is."""

    place: Place
    template: Template
    version: str
    own: Stored | None = None
    """None: it is ours."""


class TemplateService:
    """What shops do with their wordings."""

    def __init__(self, templates: Templates, clock: Clock, public_url: str = "") -> None:
        self._templates = templates
        self._clock = clock
        self._public_url = public_url
        self._defaults = Defaults()
        renderer = Renderer(self._defaults.layouts)
        self._trial = Trial(self._defaults, renderer)
        self._composer = Composer(templates, self._defaults, renderer)

    def show(self, shop_id: str, place: Place) -> Shown:
        """Return the shop's own wording at a place, else ours."""
        return self._shown(place, self._templates.get(shop_id, place))

    def all(self, shop_id: str) -> list[Shown]:
        """Return every wording there is, one for each place: the shop's own, or ours."""
        own = self._templates.of_shop(shop_id)
        ours = (
            Place(said.name, channel, locale)
            for said in MESSAGES.values()
            for channel in said.channels
            for locale in LOCALES
        )
        found = [
            Shown(place, mine.template, str(mine.version), Stored(mine.template, mine.version))
            for place, mine in own.items()
            if place.message in MESSAGES
        ]
        found += [self._shown(place, Stored()) for place in ours if place not in own]
        return sorted(found, key=lambda shown: _position(shown.place))

    def save(
        self, shop_id: str, place: Place, template: Template, seen: Precondition, actor: str
    ) -> Shown:
        """Store a wording that was tried out; the same again writes nothing.

        Raises 422 with what is wrong, or for more than :data:`MAX_WORDINGS`; 412, and
        :class:`ContentionError`.
        """
        tried = False

        def decide(before: Stored) -> Template:
            nonlocal tried
            if not before.template and len(self._templates.of_shop(shop_id)) >= MAX_WORDINGS:
                raise Unprocessable(f"a shop has at most {MAX_WORDINGS} wordings of its own")
            if before.template != template and not tried:
                self._try(template, place)
                tried = True
            return template

        return self._shown(place, self._change(shop_id, place, seen, actor, decide))

    def take_back(self, shop_id: str, place: Place, seen: Precondition, actor: str) -> None:
        """Let ours be said again; where the shop has none of its own, nothing is written."""
        self._change(shop_id, place, seen, actor, lambda _: None)

    def preview(
        self, shop_id: str, wanted: Place, draft: Template | None, facts: FactsIn
    ) -> Composed:
        """Compose a message as it would be sent; raises 422 for a draft that says nothing."""
        if draft is None:
            return self._composer.compose(shop_id, wanted, facts)
        if faults := read_faults(draft, MESSAGES[wanted.message]):
            raise _refused([FieldError(f"/template{at}", detail) for at, detail in faults])
        whole = Own(replace(draft, max_parts=MAX_PARTS), 0)  # nothing is taken off a draft
        try:
            return self._composer.own(wanted, wanted, whole, facts)
        except NoWordsError as error:
            raise _refused([FieldError(f"/template/{error.name}", NOTHING_LEFT)]) from error
        except (TemplateError, TextTooLongError) as error:
            raise _refused([FieldError("/template/body", str(error))]) from error

    def _try(self, template: Template, place: Place) -> None:
        said = MESSAGES[place.message]
        faults = self._trial.faults(
            template, said, place.channel, place.locale, public_url=self._public_url
        )
        if faults:
            raise _refused(faults)

    def _change(
        self,
        shop_id: str,
        place: Place,
        seen: Precondition,
        actor: str,
        decide: Callable[[Stored], Template | None],
    ) -> Stored:
        for _ in range(_ATTEMPTS):
            before = self._templates.get(shop_id, place)
            seen.check(before.version if before.template else 0)
            decided = decide(before)
            if decided == before.template:
                return before
            now = to_text(self._clock())
            after = Stored(decided, before.version + 1, now)
            if self._templates.put(shop_id, place, after, actor):
                return after
        raise ContentionError

    def _shown(self, place: Place, stored: Stored) -> Shown:
        if stored.template is not None:
            return Shown(place, stored.template, str(stored.version), stored)
        language = own_language(place.locale)
        audience = MESSAGES[place.message].audience
        version = self._defaults.version(place.message, place.channel, language, audience)
        template = self._defaults.template(place.message, place.channel, language)
        return Shown(place, template, version)


def _position(place: Place) -> tuple[str, str, str]:
    return place.message, place.channel.value, place.locale


def _refused(faults: list[FieldError]) -> Unprocessable:
    return Unprocessable("the template would not do", errors=faults)
