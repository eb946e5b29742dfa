"""What EasyPost tells without being asked is kept, the same way as the answer to a poll.

A push is one more way to hear of a parcel, and never the only one: polls go on, four times rarer
while pushes bring the news. So nothing of a push is stored but its news. It comes again, late, or
in another order, and changes nothing then: scans that are known are no news. It is answered 200
even where nobody has the number or nothing can be read: coming again would not help, and EasyPost
turns off a webhook that keeps failing. Only where storing fails it is 5xx, and comes again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from tracking.accounts.settings import CarrierSettings
from tracking.carriers import easypost_events
from tracking.carriers.base import GarbledError, Question
from tracking.carriers.easypost_events import Event
from tracking.carriers.registry import asked_by
from tracking.news.keeping import Keeper
from tracking.news.learning import Lessons
from tracking.parcels.shipment import Shipment
from waybill.observability import count, describe_error, logger
from waybill.problems import Unauthenticated

PUSHER: Final = "easypost"


class Outcome(StrEnum):
    """What became of a signed push; each is a metric."""

    NEWS = "PushesWithNews"
    KNOWN = "PushesKnown"
    """It said nothing that was not known."""
    UNKNOWN = "PushesOfUnknownNumbers"
    """No shipment that is still followed has the number."""
    IGNORED = "PushesIgnored"
    """About something else than a tracker."""
    UNREADABLE = "PushesUnreadable"


class Shipments(Protocol):
    """Where shipments are found."""

    def of_number(self, asked: str, number: str) -> list[Shipment]:
        """Shipments of all shops with a number that somebody pushes news of."""


class Settings(Protocol):
    """Where carriers' settings are found."""

    def settings(self, carrier: str) -> CarrierSettings | None:
        """None until the operator set them."""


@dataclass(frozen=True)
class Pushing:
    """Takes in EasyPost's events."""

    shipments: Shipments
    settings: Settings
    keeper: Keeper
    lessons: Lessons

    def receive(self, signature: str, body: bytes) -> Outcome:
        """Take in one event; raises 401 for what no configured secret has signed.

        Raises AWS's errors and ContentionError, so that the event comes again.
        """
        settings = self.settings.settings(PUSHER)
        credentials = settings.credentials if settings else {}
        secrets = [credentials.get(name, "") for name in easypost_events.SECRETS]
        if not easypost_events.is_signed(body, signature, secrets):
            count("PushesRefused")
            raise Unauthenticated("the signature does not match")
        event: Event | None = None
        try:
            event = easypost_events.read_event(body)
        except GarbledError as error:
            logger.warning("push unreadable", carrier=PUSHER, **describe_error(error))
            outcome = Outcome.UNREADABLE
        else:
            outcome = Outcome.IGNORED if event is None else self._keep(event)
        count(outcome)
        logger.info(
            "push taken in",
            carrier=PUSHER,
            event_id=event.id if event else "",
            outcome=outcome.name,
        )
        return outcome

    def _keep(self, event: Event) -> Outcome:
        followed = [
            (shipment, questions)
            for shipment in self.shipments.of_number(PUSHER, event.number)
            if PUSHER in shipment.due and (questions := set(_questions(shipment, event)))
        ]
        if not followed:
            return Outcome.UNKNOWN
        if not event.answer.known:  # EasyPost has none either: that is what polls are for
            return Outcome.KNOWN
        tells = False
        for shipment, questions in followed:
            answers = dict.fromkeys(questions, event.answer)
            heard = self.keeper.keep(shipment, PUSHER, answers, pushed=True, as_of=event.as_of)
            if heard is None:
                continue
            tells = tells or heard.tells
            if heard.has_ended:
                self.lessons.add(PUSHER, heard.shipment)
        self.lessons.learn(PUSHER)
        return Outcome.NEWS if tells else Outcome.KNOWN


def _questions(shipment: Shipment, event: Event) -> Iterator[Question]:
    """What polls would have asked to hear of the event's parcel."""
    for parcel in shipment.parcels:
        if (
            parcel.tracking_number == event.number
            and asked_by(parcel.carrier) == PUSHER
            and easypost_events.is_about(event, parcel.carrier)
        ):
            yield Question(parcel.tracking_number, parcel.carrier)
