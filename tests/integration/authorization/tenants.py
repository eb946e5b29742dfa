"""A shop in the midst of its work, and another that asks for its things.

What the second is answered about the first's is compared with what it is answered about things
that exist nowhere: status, headers and body, to the byte, but for the names that it asked with.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from local.openapi import apis
from notify.policy.alerts import file_of
from shops import api as shops_api
from tests.integration.authorization.second import Second
from tests.integration.conftest import Aws
from tests.integration.described.seeded import BODIES, Seeded, ask, failed_mail, tables, units
from tests.support.http import OPERATOR_KEY, http_event
from waybill.auth import SCOPES
from waybill.aws import client
from waybill.routing import Route

APIS: Final = apis()
PERSONAL: Final = ("zoe@customer.example", "Mallorca", "Zo\\u00eb", "Zoë", "Tea & Co")
"""Of the first tenant and its customers: nobody else is ever shown any of it."""
SHARED: Final = {"carrier", "platform", "event", "channel", "locale", "parcel_id", "alerts_on"}
"""Parameters whose values are no tenant's own."""
USED_KEY: Final = "used-before"
"""An Idempotency-Key that the first tenant has placed an order with."""
_WORDING: Final = BODIES["notify.put_template"] | {"subject": "Tea & Co: {{ number }}"}
_DAMAGED: Final = {"lines": units(disposition="damaged")}
_INSTEAD: Final = {
    "/v1/orders/<order_id>/returns": ("order_id", 3),
    "/v1/shipments/<shipment_id>/events": ("shipment_id", 1),
}
"""By path, what of the first tenant's has more than a page of these."""
_ID: Final = re.compile(r"\b[a-z]+_(?=[a-z]*[0-9])[0-9a-z]{10,}")
_READS: Final = {"GetItem", "BatchGetItem", "Query"}

Names = Mapping[str, str]
Tables = dict[str, dict[str, Any]]


class Answer(NamedTuple):
    """What a caller got."""

    status: int
    shown: str
    """All of it: headers and body, each name that it was asked with as "…"."""
    text: str
    """The body, as it came."""

    @property
    def items(self) -> list[Any]:
        """The things of a list."""
        found: list[Any] = json.loads(self.text)["items"]
        return found

    @property
    def cursor(self) -> str | None:
        """Where a list goes on."""
        found: str | None = json.loads(self.text)["next_cursor"]
        return found


def name_of(route: Route) -> str:
    """A route as people write it."""
    return f"{route.method} {route.path}"


class Tenants:
    """Two shops: the first has everything, the second a little of its own."""

    def __init__(self, aws: Aws) -> None:
        self.seeded, self.aws = Seeded(aws), aws
        first = self.seeded
        self.theirs: dict[str, str] = {
            name: str(values[0]) for name, values in first.known.items()
        } | {
            "platform": "shopify",
            "email": "zoe@customer.example",
            "external_id": "web-1",
            "alerts_on": "2026-03-04",
            "customer_id": first.known["customer_id"][1],  # whose mail came back
        }
        self.bodies = first.bodies | {"orders.receive_return": _DAMAGED}
        self.theirs |= {"hold_id": self._furnish()}
        self.nobodys = {name: _made_up(name, value) for name, value in self.theirs.items()}
        held = json.dumps([aws.items(name) for name, _ in tables()], default=repr)
        self.ids = set(_ID.findall(held)) | set(first.known["key_id"])
        second = Second(aws)
        self.shop_id, self.key, self.own = second.id, second.key, second.own
        scopes = SCOPES - {"*"}
        self._with = {scope: self.new_key(scope)["key"] for scope in scopes}
        self._without = {
            scope: self.new_key(*sorted(scopes - {scope}))["key"] for scope in scopes | {"operator"}
        }
        self.revoked = self.new_key("*")["key"]
        self.revoke(self.revoked)
        first.keep()
        self.before = copy.deepcopy(self.everything())
        self._written = False
        client("dynamodb").meta.events.register("before-call.dynamodb", self._note)

    def restore(self) -> None:
        """Put everything back, if anybody has written since."""
        if self._written:
            self.seeded.restore()
            self._written = False

    def _note(self, model: Any, **_: Any) -> None:
        """What the rooms' own client is about to ask."""
        self._written |= model.name not in _READS

    def _furnish(self) -> str:
        """What the first has beside: names that were used, words, second pages; a hold's id."""
        first = self.seeded
        names = {**self.theirs, "locale": "en"}
        for path, body in (
            ("/v1/templates/<event>/<channel>/<locale>", _WORDING),
            ("/v1/customers/<customer_id>/preferences", BODIES["notify.put_preferences"]),
        ):
            (route,) = (r for r in APIS["notify"].routes if (r.method, r.path) == ("PUT", path))
            assert self.ask("notify", route, names, first.key, body=body).status == 200
        once, name = {"Idempotency-Key": USED_KEY}, self.theirs["external_id"]
        first.shop.place(headers=once, external_id=name, tags=["gift"])
        first.shop.place(tags=["gift"])
        for number in ("RR473124829DE", "EE473124829CN"):
            parcels = {"parcels": [{"tracking_number": number}], "lines": units()}
            asked = {"order_id": self.theirs["order_id"]} | parcels
            ask(APIS["tracking"], "POST", "/v1/shipments", asked, key=first.key)
        scanned = f"/v1/shipments/{first.known['shipment_id'][1]}/refresh"
        ask(APIS["tracking"], "POST", scanned, None, key=first.key)
        failed_mail(self.aws, first.shop.id, file_of(self.theirs["alerts_on"]))
        path, hold = f"/v1/orders/{self.theirs['order_id']}/holds", BODIES["orders.hold_order"]
        held: str = ask(APIS["orders"], "POST", path, hold, key=first.key)["holds"][0]["id"]
        return held

    def of_first(self, route: Route) -> Names:
        """The first tenant's things that a route is asked about."""
        if route.path not in _INSTEAD:
            return self.theirs
        name, number = _INSTEAD[route.path]
        return self.theirs | {name: self.seeded.known[name][number]}

    def new_key(self, *scopes: str) -> dict[str, Any]:
        """Another key of the second tenant."""
        asked = {"name": "till", "scopes": list(scopes)}
        return ask(shops_api, "POST", f"/v1/shops/{self.shop_id}/api-keys", asked)

    def revoke(self, key: str) -> None:
        """Take a key of the second tenant back."""
        path = f"/v1/shops/{self.shop_id}/api-keys/{key.split('_')[1]}"
        answer = shops_api.lambda_handler(http_event("DELETE", path, key=OPERATOR_KEY), None)
        assert answer["statusCode"] < 300, answer["body"]

    def key_of(self, scope: str) -> str:
        """A key of the second tenant that has one scope."""
        return self._with[scope]

    def key_without(self, scope: str) -> str:
        """A key of the second tenant that has every scope but one."""
        return self._without[scope]

    def everything(self) -> Tables:
        """Whatever lies in the tables, as moto has it."""
        return {
            name: {item.hash_key.value + item.range_key.value: item.attrs for item in rows(table)}
            for name, table in tables()
        }

    def unchanged(self) -> bool:
        """Whether everything is as it was before."""
        return not self._written or self.everything() == self.before

    def others_unchanged(self) -> bool:
        """Whether all that is not the second tenant's own is as it was before."""
        now = self.everything()
        return all(
            now[name].get(key) == item
            for name, items in self.before.items()
            for key, item in items.items()
            if self.shop_id not in key
        ) and all(
            key in self.before[name] or self.shop_id in f"{key} {item}"
            for name, items in now.items()
            for key, item in items.items()
        )

    def tells(self, text: str, asked: Names) -> list[str]:
        """What a text tells of the first tenant, beside the names that it was asked with."""
        return [
            word for word in (*PERSONAL, *self.ids) if word in text and word not in asked.values()
        ]

    def body(self, room: str, route: Route, names: Names) -> Any:
        """What a route accepts, naming these things."""
        body = self.bodies.get(f"{room}.{route.handler.__name__}")
        if body is None:
            return None
        text = json.dumps(body)
        for name, value in self.theirs.items():
            if name.endswith("_id") or name == "sku":
                text = text.replace(f'"{value}"', f'"{names[name]}"')
        return json.loads(text)

    def ask(
        self,
        room: str,
        route: Route,
        names: Names,
        key: str | None,
        *,
        body: Any = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Ask a route about things of these names."""
        path, by = route.path, {*(query or {}).values(), *(names[n] for n in route.parameters)}
        for name in route.parameters:
            path = path.replace(f"<{name}>", names[name])
        event = http_event(route.method, path, body, key=key, query=query, headers=headers)
        answer = APIS[room].lambda_handler(event, None)
        text = answer.get("body") or ""
        shown, sent = json.dumps([answer["headers"], text]), json.dumps(body)
        said = {name for name in names.values() if f'"{name}"' in sent or name in by}
        for name in sorted(said, key=len, reverse=True):
            shown = shown.replace(name, "…")
        return Answer(answer["statusCode"], shown, text)


def _made_up(name: str, value: str) -> str:
    """A name of the same kind that nobody has."""
    if name in SHARED:
        return value
    if "_" in value:
        return re.sub(r"[0-9a-z]{4}$", "1111" if value.endswith("0000") else "0000", value)
    return f"none-{value}"


def rows(table: Any) -> Iterator[Any]:
    """The items of a table of moto's."""
    for partition in table.items.values():
        yield from partition.values()
