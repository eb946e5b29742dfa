"""What a carrier told of a shipment is kept, whether a poll, a refresh or a push brought it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from tracking.carriers.base import Answer, Question
from tracking.news.answers import Heard, hear
from tracking.parcels.shipment import Shipment, StaleError
from waybill.clock import Clock
from waybill.dynamo import ContentionError
from waybill.observability import count

_ATTEMPTS: Final = 4


class Shipments(Protocol):
    """Where shipments are kept."""

    def get(self, shop_id: str, shipment_id: str) -> Shipment | None:
        """A shipment as it stands."""

    def save(self, before: Shipment, after: Shipment, actor: str) -> None:
        """Replace a shipment that is still as it was read; raises :class:`StaleError`."""


@dataclass(frozen=True)
class Keeper:
    """Keeps what carriers tell."""

    shipments: Shipments
    set_up: Callable[[], Collection[str]]
    """Who can be asked: what a parcel's number may yet be known to."""
    clock: Clock

    def keep(
        self,
        shipment: Shipment,
        asked: str,
        answers: Mapping[Question, Answer],
        *,
        pushed: bool = False,
        as_of: datetime | None = None,
    ) -> Heard | None:
        """Apply answers and save what is news; None where the shipment is gone.

        ``pushed``: the carrier told without being asked, at ``as_of`` if it says when; where that
        was news, it is asked less from now on.
        A shipment that somebody else changed is read again, and all is decided again; raises
        ContentionError if others keep coming in between.
        """
        before: Shipment | None = shipment
        for _ in range(_ATTEMPTS):
            if before is None:
                return None
            heard = hear(
                before,
                asked,
                answers,
                self.clock(),
                set_up=self.set_up,
                pushed=pushed,
                as_of=as_of,
            )
            try:
                if heard.is_news:
                    self.shipments.save(before, heard.shipment, f"carrier:{asked}")
            except StaleError:
                before = self.shipments.get(shipment.shop_id, shipment.id)
                continue
            _count(heard)
            return heard
        raise ContentionError


def _count(heard: Heard) -> None:
    noticed = heard.noticed
    for name, value in (
        ("CarrierNews", int(heard.is_news)),
        ("UnmappedScans", noticed.unmapped),
        ("CoarseScans", noticed.coarse),
        ("SuspectAnswers", noticed.suspect),
        ("UnreadableScans", noticed.unreadable),
        ("ScansAhead", noticed.ahead),
        ("ScansFormer", noticed.former),
        ("CarriersTurned", noticed.turned),
    ):
        if value:
            count(name, value)
