"""What the API accepts of an edit, and what it means in the order's currency."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from orders.details import MAX_STORED_BYTES
from orders.edits.edit import NewLine, NewQuantity, Wish
from orders.models import MAX_QUANTITY, LineId, LineRequest, Note
from orders.order import MAX_LINES
from waybill.http import Model
from waybill.money import Money
from waybill.problems import FieldError, Unprocessable


class EditLine(Model):
    """How many units of a line there are to be; 0 removes it, tax is that of the units added."""

    line_id: LineId
    quantity: Annotated[int, Field(strict=True, ge=0, le=MAX_QUANTITY)]
    tax: Money | None = None


class EditOrder(Model):
    """POST /v1/orders/{order_id}/edits: lines to add, lines to change, the price of shipping."""

    add: Annotated[Sequence[LineRequest], Field(max_length=MAX_LINES)] = Field(default_factory=list)
    lines: Annotated[Sequence[EditLine], Field(max_length=MAX_LINES)] = Field(default_factory=list)
    shipping_price: Money | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _each_line_once(self) -> Self:
        named = [line.line_id for line in self.lines]
        if len(named) != len(set(named)):
            raise ValueError("each line once")
        return self


def read_wish(request: EditOrder, currency: str) -> Wish:
    """Return what is wished, in minor units.

    Raises :class:`Unprocessable` for amounts of another currency than the order's, and for more
    than is ever stored.
    """
    errors = [
        FieldError(f"{pointer}/currency", f"the order is in {currency}")
        for pointer, money in _amounts(request)
        if money.currency != currency
    ]
    if len(request.model_dump_json(exclude_defaults=True).encode()) > MAX_STORED_BYTES:
        errors.append(FieldError("/add", f"the edit exceeds {MAX_STORED_BYTES} bytes"))
    if errors:
        raise Unprocessable("this cannot be quoted", errors=errors)
    return Wish(
        add=tuple(
            NewLine(
                sku=line.sku,
                quantity=line.quantity,
                unit_price=line.unit_price.amount,
                discount=line.discount.amount if line.discount else 0,
                tax=line.tax.amount if line.tax else 0,
                title=line.title,
                requires_shipping=line.requires_shipping,
            )
            for line in request.add
        ),
        set_to=tuple(
            NewQuantity(line.line_id, line.quantity, line.tax.amount if line.tax else None)
            for line in request.lines
        ),
        shipping=request.shipping_price.amount if request.shipping_price else None,
        note=request.note,
    )


def _amounts(request: EditOrder) -> Iterator[tuple[str, Money]]:
    for index, line in enumerate(request.add):
        yield f"/add/{index}/unit_price", line.unit_price
        if line.discount:
            yield f"/add/{index}/discount", line.discount
        if line.tax:
            yield f"/add/{index}/tax", line.tax
    for index, changed in enumerate(request.lines):
        if changed.tax:
            yield f"/lines/{index}/tax", changed.tax
    if request.shipping_price:
        yield "/shipping_price", request.shipping_price
