"""Rules of who strays: requests that nobody can read, names of nothing, keys of somebody else."""

from typing import Any

from hypothesis import strategies as st

from tests.stateful.base import Base, rule
from tests.stateful.model.orders import Order
from tests.stateful.model.said import Refused, missing, money, unprocessable
from tests.support.http import OPERATOR_KEY

_NOBODY = "ord_00000000000000000000000000"
_MOVE = {"sku": "TEE", "location_id": "hq"}
_PLACE = {
    "currency": "EUR",
    "customer": {},
    "lines": [{"sku": "TEE", "quantity": 1, "unit_price": money(1), "requires_shipping": False}],
}
_SHIP = {"parcels": [{"tracking_number": "EE400001378CN", "carrier": "ems"}]}

# What is asked, of which body, and the fields that are told to be wrong. {order} is the order's id.
_WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "no lines": ("/v1/orders", _PLACE | {"lines": []}, "/lines"),
    "a strange field": ("/v1/orders", _PLACE | {"colour": "red"}, "/colour"),
    "no currency": ("/v1/orders", _PLACE | {"currency": "euro"}, "/currency"),
    "a strange rule": ("/v1/orders", _PLACE | {"allocation": "some"}, "/allocation"),
    "a strange reason": ("/v1/orders/{order}/cancel", {"reason": "mood"}, "/reason"),
    "a stock hold": ("/v1/orders/{order}/holds", {"kind": "INVENTORY_OUT_OF_STOCK"}, "/kind"),
    "no return": ("/v1/orders/{order}/returns", {"lines": []}, "/lines"),
    "nothing moved": (
        "/v1/stock-movements",
        _MOVE | {"kind": "received", "quantity": 0},
        "/quantity",
    ),
    "no reason": ("/v1/stock-movements", _MOVE | {"kind": "adjusted", "quantity": 3}, "/reason"),
    "to nowhere": (
        "/v1/stock-movements",
        _MOVE | {"kind": "transferred", "quantity": 1},
        "/to_location_id",
    ),
    "counted on its way": (
        "/v1/stock-movements",
        _MOVE | {"kind": "counted", "quantity": 1, "in_transit": True},
        "/in_transit",
    ),
    "no such item": (
        "/v1/stock-movements",
        _MOVE | {"sku": "GONE", "kind": "received", "quantity": 1},
        "/sku",
    ),
    "no parcels": ("/v1/shipments", {"order_id": "{order}", "parcels": []}, "/parcels"),
    "nobody's parcel": (
        "/v1/shipments",
        {
            "order_id": "{order}",
            "parcels": [{"tracking_number": "EE400001378CN", "carrier": "nobody"}],
        },
        "/parcels/0/carrier",
    ),
    "no number": (
        "/v1/shipments",
        {"order_id": "{order}", "parcels": [{"tracking_number": "1"}]},
        "/parcels/0/tracking_number",
    ),
    "nobody's order": ("/v1/shipments", _SHIP | {"order_id": _NOBODY}, "/order_id"),
}
_NOTHING = (
    f"/v1/orders/{_NOBODY}",
    "/v1/orders/{order}/edits/edit_x",
    "/v1/returns/ret_x",
    "/v1/transfers/trf_nothing",
    "/v1/items/GONE",
    "/v1/locations/moon",
    "/v1/shipments/shp_00000000000000000000000000",
    "/v1/customers/nobody/preferences",
    "/v1/templates/nothing/email/en",
    "/v1/nothing",
    "/track/trk_nothing",
)
# Method, path, body and whose key, and how that is refused; {shop} is the shop's id.
_STRANGERS: dict[str, tuple[str, str, Any, str, Refused]] = {
    "without a key": ("GET", "/v1/orders", None, "", Refused(401, "unauthenticated")),
    "as the operator": ("GET", "/v1/orders", None, OPERATOR_KEY, Refused(403, "forbidden")),
    "as a neighbour": ("GET", "/v1/orders/{order}", None, "other", missing()),
    "a neighbour cancels": (
        "POST",
        "/v1/orders/{order}/cancel",
        {"reason": "staff"},
        "other",
        missing(),
    ),
    "a neighbour pays": (
        "POST",
        "/v1/orders/{order}/payments",
        {"kind": "captured", "amount": money(1)},
        "other",
        missing(),
    ),
    "a neighbour's shop": ("GET", "/v1/shops/{shop}", None, "other", missing()),
    "too much to grant": (
        "POST",
        "/v1/shops/{shop}/api-keys",
        {"name": "k", "scopes": ["everything"]},
        "own",
        unprocessable(),
    ),
    "another currency": (
        "PATCH",
        "/v1/shops/{shop}",
        {"currency": "USD"},
        "own",
        unprocessable("/currency"),
    ),
    "a strange parameter": ("GET", "/v1/orders?colour=red", None, "own", unprocessable("/colour")),
    "a strange cursor": ("GET", "/v1/orders?cursor=x", None, "own", Refused(400, "invalid-cursor")),
}


_ASKED = (*sorted(_WRONG), *_NOTHING, *sorted(_STRANGERS))
_AT_ONCE = 5


class StrayingRules(Base):
    """What is refused, whoever asks and whatever the state is."""

    @rule(order=Base.orders, first=st.integers(0, len(_ASKED) - 1))
    def stray(self, order: Order, first: int) -> None:
        """Some ask what cannot be, what is not there, or what is not theirs."""
        for what in (*_ASKED, *_ASKED)[first : first + _AT_ONCE]:
            self._stray(order, what)

    def _stray(self, order: Order, what: str) -> None:
        names = {"order": order.id, "shop": self.shop.shop_id}
        key: str | None = self.shop.key
        if what in _WRONG:
            method, (path, body, pointer) = "POST", _WRONG[what]
            refused = unprocessable(pointer)
            if "order_id" in body:
                body = body | {"order_id": body["order_id"].format(**names)}
        elif what in _NOTHING:
            method, path, body, refused = "GET", what, None, missing()
        else:
            method, path, body, whose, refused = _STRANGERS[what]
            own = {"own": self.shop.key, "other": self.shop.other_key, "": None}
            key = own.get(whose, whose)
        path, _, text = path.format(**names).partition("?")
        query = dict([text.split("=")]) if text else {}
        self.pass_seconds(1)
        answer = self.world.call(method, path, body, key=key, query=query)
        self._refused(method, path, answer, refused)
        self.tally[f"stray: {what} {answer.status}"] += 1
