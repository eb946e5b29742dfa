"""Reasons that wordings may tell of are those that an order can have."""

from typing import get_args

from notify.words.messages import MESSAGES
from orders.holds.models import PlaceHold
from orders.order import CancelReason, HoldKind


def told(message: str, name: str) -> set[str]:
    """What a variable of a message, or a field of one, may be."""
    variables = MESSAGES[message].variables
    named = [*variables, *(field for one in variables for field in one.fields)]
    return set(next(one.one_of for one in named if one.name == name))


def test_a_shop_is_told_of_each_kind_of_hold() -> None:
    assert told("order_held", "reason") == set(HoldKind)


def test_a_customer_is_told_of_each_reason_to_cancel() -> None:
    assert told("order_cancelled", "reason") == set(CancelReason)


def test_a_person_places_every_kind_of_hold_but_that_of_a_stock_decision() -> None:
    kinds = set(get_args(PlaceHold.model_fields["kind"].annotation))
    assert kinds == set(HoldKind) - {HoldKind.INVENTORY_OUT_OF_STOCK}
