"""What the API accepts of a return: strict and bounded."""

from collections.abc import Sequence
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from orders.models import LineId, Note, Quantity, Text
from orders.order import MAX_LINES
from orders.returns.rma import Disposition, ReturnReason
from waybill.http import Model
from waybill.money import Money

_MAX_ARRIVALS: Final = 2 * MAX_LINES

LocationId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class ReturnLineRequest(Model):
    """Units of a line that are to come back."""

    line_id: LineId
    quantity: Quantity
    reason: ReturnReason = ReturnReason.UNKNOWN
    note: Text | None = None


class RequestReturn(Model):
    """POST /v1/orders/{order_id}/returns."""

    lines: Annotated[Sequence[ReturnLineRequest], Field(min_length=1, max_length=MAX_LINES)]
    note: Note | None = None

    @model_validator(mode="after")
    def _each_line_once(self) -> Self:
        named = [line.line_id for line in self.lines]
        if len(named) != len(set(named)):
            raise ValueError("each line once")
        return self


class DeclineReturn(Model):
    """POST /v1/returns/{return_id}/decline."""

    note: Note | None = None


class ReceivedLine(Model):
    """Units that arrived; a location's shelf gets those that can be sold again."""

    line_id: LineId
    quantity: Quantity
    disposition: Disposition
    location_id: LocationId | None = None
    """Mandatory for restock; damaged units are put nowhere."""

    @model_validator(mode="after")
    def _shelf(self) -> Self:
        if (self.disposition is Disposition.RESTOCK) != (self.location_id is not None):
            raise ValueError("location_id: mandatory for restock, and for nothing else")
        return self


class ReceiveReturn(Model):
    """POST /v1/returns/{return_id}/receive: some of the units, or all; a line may be split.

    Without an Idempotency-Key, units that are told again are taken in again while any are due.
    """

    lines: Annotated[Sequence[ReceivedLine], Field(min_length=1, max_length=_MAX_ARRIVALS)]


class RefundReturn(Model):
    """POST /v1/returns/{return_id}/refund: what arrived and was not refunded yet."""

    amount: Money | None = None
    """Null: what the units cost, with their parts of discounts and tax, as far as it was paid."""
    reference: Text | None = None
    """The payment provider's id of the refund."""
