"""The messages there are wordings of: for whom, by which channels, and what they may say.

The policy decides which of them are sent, and when; a test holds the two tables together.
"""

from dataclasses import dataclass
from typing import Final

from notify.policy.rules import Audience, Channel
from notify.words.variables import SPENDER, Variable, variables

_MAIL: Final = (Channel.EMAIL,)
_BOTH: Final = (Channel.EMAIL, Channel.SMS)


@dataclass(frozen=True)
class Said:
    """What can be said of one matter."""

    name: str
    audience: Audience
    channels: tuple[Channel, ...]
    variables: tuple[Variable, ...]

    @property
    def about_shipment(self) -> bool:
        """True of one shipment of an order, false of the order or of nothing a customer has."""
        return any(variable.name == "parcels" for variable in self.variables)


_ABOUT: Final = ("shop_name", "number", "name")
_GOODS: Final = ("items", "more_items")
_SUMS: Final = ("subtotal", "discount", "shipping", "tax", "included_tax", "total")
_ORDER: Final = variables(*_ABOUT, *_GOODS, "placed_on", *_SUMS)
_SHIPMENT: Final = variables(
    *_ABOUT, *_GOODS, "placed_on", "parcels", "tracking_url", "estimated_delivery"
)


def _order(name: str, *more: Variable) -> Said:
    return Said(name, Audience.CUSTOMER, _MAIL, (*_ORDER, *more))


def _shipment(name: str, channels: tuple[Channel, ...] = _MAIL, *more: Variable) -> Said:
    return Said(name, Audience.CUSTOMER, channels, (*_SHIPMENT, *more))


def _shop(name: str, *names: str, more: tuple[Variable, ...] = ()) -> Said:
    return Said(name, Audience.SHOP, _MAIL, (*variables("shop_name", *names), *more))


_TABLE: Final = (
    _order("order_confirmed"),
    _order("order_cancelled", *variables("reason", reason="cancelled")),
    _order("order_refunded", *variables("refunded")),
    _shipment("shipment_dispatched"),
    _shipment("out_for_delivery", (Channel.SMS,)),
    _shipment("available_for_pickup", _BOTH),
    _shipment("delivery_attempted", _BOTH),
    _shipment("delivered", _BOTH),
    _shipment("action_required"),
    _shipment("estimate_changed", _MAIL, *variables("previous_estimate")),
    _shop("order_held", "orders", "more_orders"),
    _shop("stock_alert", "skus", "more_skus"),
    _shop("stock_drift", "skus", "more_skus"),
    _shop("carrier_down", "carrier", "since"),
    _shop("budget_spent", "channel", "limit", "day", more=(SPENDER,)),
)
MESSAGES: Final = {said.name: said for said in _TABLE}
