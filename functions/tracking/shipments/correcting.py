"""A parcel's number or carrier was wrong, and is put right while nothing is known of it.

The parcel begins anew: what was heard of the wrong number is forgotten, and whoever is to be asked
now is asked as about a new one. Who polls the wrong number meanwhile has read an older version and
keeps nothing of what it is told. Saying the same again changes nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from tracking.cadence import next_due
from tracking.carriers.registry import asked_by
from tracking.numbers.identifying import normalise
from tracking.parcels.shipment import Due, Parcel, Shipment, StaleError, parcel_id
from tracking.shipments.models import NewParcel, ParcelCorrection
from tracking.shipments.recognising import (
    possible,
    read_parcel,
    refuse_known,
    taken_by,
    with_askable_carrier,
)
from tracking.status.journey import roll_up
from waybill.auth import Caller
from waybill.clock import Clock
from waybill.dynamo import ContentionError
from waybill.preconditions import Precondition
from waybill.problems import Conflict, FieldError, NotFound, Unprocessable, field_problem

_ATTEMPTS: Final = 8


class Shipments(Protocol):
    """Where shipments are kept."""

    def get(self, shop_id: str, shipment_id: str) -> Shipment | None:
        """A shipment as it stands."""

    def of_order(self, shop_id: str, order_id: str) -> list[Shipment]:
        """An order's shipments."""

    def save(self, before: Shipment, after: Shipment, actor: str) -> None:
        """Replace a shipment that is still as it was read; raises :class:`StaleError`."""


@dataclass(frozen=True)
class Correcting:
    """Corrects the parcels of shipments."""

    shipments: Shipments
    clock: Clock
    set_up: Callable[[], Collection[str]]
    """Who can be asked about parcels."""

    def correct(
        self,
        caller: Caller,
        shipment_id: str,
        wanted: str,
        correction: ParcelCorrection,
        seen: Precondition,
    ) -> Shipment:
        """Correct one parcel (``wanted`` is its id); the shipment as it then stands.

        Raises 404; 412 where the caller has seen another version; 422 for a number or a carrier
        that cannot be; 409 where scans of the parcel are known, or where another parcel of the
        order has the number; and ContentionError if others keep coming in between.
        """
        for _ in range(_ATTEMPTS):
            shipment = self.shipments.get(caller.shop_id, shipment_id)
            if shipment is None:
                raise NotFound("this shop has no such shipment")
            index = _index(shipment, wanted)
            seen.check(shipment.version)
            parcel = self._right(shipment.parcels[index], correction)
            if parcel is None:
                return shipment
            self._refuse_taken(shipment, index, parcel)
            after = corrected(shipment, index, parcel, self.clock())
            try:
                self.shipments.save(shipment, after, caller.actor)
            except StaleError:  # news of it, or another correction: decide again
                continue
            return after
        raise ContentionError

    def _right(self, before: Parcel, correction: ParcelCorrection) -> Parcel | None:
        """The parcel as it should have been registered; None if it is what it should be."""
        named = correction.model_fields_set
        if "tracking_number" in named and correction.tracking_number is None:
            raise field_problem("/tracking_number", "a parcel has a number")
        number = correction.tracking_number or before.tracking_number
        same_number = normalise(number) == before.tracking_number
        if same_number and ("carrier" not in named or _is(before.carrier, correction.carrier)):
            return None
        right = read_parcel(NewParcel(tracking_number=number, carrier=correction.carrier), "")
        if isinstance(right, FieldError):
            raise Unprocessable("a parcel that cannot be tracked", errors=[right])
        if "carrier" not in named and before.carrier in right.candidates:
            others = tuple(each for each in right.candidates if each != before.carrier)
            right = replace(right, carrier=before.carrier, others=others)
        right = with_askable_carrier(right, self.set_up)
        if same_number and right.carrier == before.carrier:
            return None
        if before.scans:
            raise Conflict(
                "the carrier has scanned this parcel: its number and carrier are not corrected"
            )
        return right

    def _refuse_taken(self, shipment: Shipment, index: int, parcel: Parcel) -> None:
        others = [each for place, each in enumerate(shipment.parcels) if place != index]
        if possible([parcel]) & possible(others):
            raise taken_by(shipment, "another parcel of this shipment has the number")
        siblings = self.shipments.of_order(shipment.shop_id, shipment.order_id)
        refuse_known([parcel], [each for each in siblings if each.id != shipment.id])


def corrected(shipment: Shipment, index: int, parcel: Parcel, now: datetime) -> Shipment:
    """The shipment with a parcel that begins anew in the place of one that was wrong."""
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    before = shipment.parcels[index]
    number = before.created_as or before.tracking_number
    carrier = before.created_with or before.carrier
    after = replace(
        parcel,
        created_as=number if number != parcel.tracking_number else "",
        created_with=carrier if carrier != parcel.carrier else "",
        corrected_at=now,
    )
    parcels = (*shipment.parcels[:index], after, *shipment.parcels[index + 1 :])
    return replace(
        shipment,
        parcels=parcels,
        state=roll_up(parcels),
        due=_due_after(shipment, parcels, before, after, now),
        version=shipment.version + 1,
        updated_at=now,
    )


def _due_after(
    shipment: Shipment, parcels: Sequence[Parcel], before: Parcel, after: Parcel, now: datetime
) -> Mapping[str, Due]:
    """Who is asked from now on: nobody for the wrong parcel, and soon for the right one."""
    former, right = asked_by(before.carrier), asked_by(after.carrier)
    due = dict(shipment.due)
    for asked in sorted({former, right}):
        known = due.pop(asked, None)
        own = [parcel for parcel in parcels if asked_by(parcel.carrier) == asked]
        is_new = asked == right
        if not own or not (is_new or known):
            continue
        next_ = next_due(
            shipment.id,
            own,
            None if is_new else known,
            now if is_new else shipment.created_at,
            now,
            estimate=min((each.estimate.start for each in own if each.estimate), default=None),
        )
        if next_:
            due[asked] = next_
    return due


def _index(shipment: Shipment, wanted: str) -> int:
    """Which of the shipment's parcels has the id; raises 404."""
    for index in range(len(shipment.parcels)):
        if parcel_id(index) == wanted:
            return index
    raise NotFound("this shipment has no such parcel")


def _is(carrier: str, named: str | None) -> bool:
    return named is not None and named.strip().lower() == carrier
