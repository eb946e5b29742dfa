"""What the API accepts of a hold."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from orders.models import MAX_VALUE
from orders.order import HoldKind
from waybill.http import Model
from waybill.text import some_lines


class PlaceHold(Model):
    """POST /v1/orders/{order_id}/holds; INVENTORY_OUT_OF_STOCK is a stock decision's alone."""

    kind: Literal[
        HoldKind.AWAITING_PAYMENT,
        HoldKind.AWAITING_RETURN_ITEMS,
        HoldKind.HIGH_RISK_OF_FRAUD,
        HoldKind.INCORRECT_ADDRESS,
        HoldKind.UNKNOWN_DELIVERY_DATE,
        HoldKind.OTHER,
    ]
    note: Annotated[str, Field(max_length=MAX_VALUE), AfterValidator(some_lines)] | None = None
