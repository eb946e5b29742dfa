"""What clients are told: answers agree with each other, with what is stored, and with the past."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.judge.answered_facts import FactAnswers
from tests.simulation.judge.answered_orders import OrderAnswers
from tests.simulation.judge.answered_stock import StockAnswers
from tests.simulation.judge.identity import shipment_id
from tests.simulation.judge.rules import STATUSES_OF_CALLS, USUAL_STATUSES
from tests.simulation.judge.verdict import Call, Item, Write, broken
from tests.simulation.judge.world import World

_SERVER_ERROR: Final = 500
_OWN_FAULT: Final = "urn:problem-type:waybill:internal-error"
"""What a handler answers that did not expect an error; a dependency's refusal is 503."""
_TOO_MANY: Final = 429
_CREATED: Final = 201
_DONE: Final = frozenset({200, 201})
_ID: Final = re.compile(r"\b(?:ord|shp|mov|trk|msg)_[0-9a-z]{26}\b")
_KEY: Final = re.compile(r"(?:Bearer )?wb_([0-9a-z]+)_")
_SHOP_PART: Final = 26
_CREATING: Final = frozenset({"/v1/orders", "/v1/stock-movements", "/v1/shipments"})
_OF_ORDER: Final = re.compile(r"/v1/orders/\w+/(edits|payments|returns)")
"""Where what a call makes of an order is answered as it was made, however often it is asked for."""


@dataclass(frozen=True)
class Created:
    """What a creating request was first answered."""

    request: str
    answer: str
    number: int
    """Writes there had been when it was answered."""


class Answers:
    """Judges every answer a client sees."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._orders = OrderAnswers(world)
        self._facts = FactAnswers(world)
        self._stock = StockAnswers(world)
        self._asked: dict[tuple[str, int], tuple[int, bool]] = {}
        """Calls on their way: how many writes there had been, and whether things went wrong."""
        self._created: dict[tuple[str, ...], Created] = {}
        self._owners: dict[str, str] = {}
        self._shops: dict[str, str] = {}
        self.judged = 0

    # --- whose is what ---------------------------------------------------------------------------

    def wrote(self, write: Write) -> None:
        """Remember whose the new ids are."""
        for step in write.steps:
            if step.old is None and step.kind in _NAMES:
                for name in _NAMES[step.kind](step.new):
                    owner = self._owners.setdefault(name, step.new["shop_id"])
                    if owner != step.new["shop_id"]:
                        broken("tenants", f"{name} belongs to two shops", name)

    # --- calls -----------------------------------------------------------------------------------

    def asked(self, client: str, call: Call, *, faults: bool) -> None:
        """A client sends a call."""
        self._asked[client, id(call)] = self._world.number, faults

    def answered(
        self, client: str, call: Call, status: int, headers: Mapping[str, str],
        body: Any, *, faults: bool,
    ) -> None:  # fmt: skip
        """A client sees an answer: of a call that went wrong, perhaps after the last fault."""
        since, went_wrong = self._asked.pop((client, id(call)), (0, False))
        if not _is_expected(call, status, faults=faults or went_wrong):
            broken("status", f"{call.method} {call.path} was answered {status}", call.path)
        if isinstance(body, dict) and body.get("type") == _OWN_FAULT:
            broken("status", f"{call.method} {call.path} failed by itself", call.path)
        shop_id = self._shop_of(client, call, status, body)
        self._check_owners(call, body, shop_id)
        if shop_id is None:
            return
        self.judged += 1
        if call.method == "POST" and (call.path in _CREATING or _OF_ORDER.fullmatch(call.path)):
            self._check_creation(shop_id, call, status, body, since)
        self._stock.check(shop_id, call, status, body, since)
        if call.path.startswith("/v1/orders"):
            self._orders.check(shop_id, call, status, headers, body, since)
        if call.path.startswith(("/v1/orders/", "/v1/returns/")):
            self._facts.check(shop_id, call, status, headers, body, since)

    def _shop_of(self, client: str, call: Call, status: int, body: Any) -> str | None:
        """Whose call it is: by its key; else by what this client first made, or was shown."""
        named = shop_of(call)
        if named is None and status in _DONE:
            made = str(body.get("id")) if isinstance(body, dict) else ""
            known = [self._owners.get(name) for name in (made, *_ID.findall(call.path))]
            named = next((owner for owner in known if owner is not None), None)
            named = self._shops.get(client, named)
        if named is not None:
            self._shops.setdefault(client, named)
        return named or self._shops.get(client)

    def _check_owners(self, call: Call, body: Any, shop_id: str | None) -> None:
        if shop_id is None or body is None:
            return
        asked = f"{call.path} {call.query} {call.body}"
        for name in _ID.findall(json.dumps(body, default=str)):
            if self._owners.get(name, shop_id) != shop_id and name not in asked:
                broken("tenants", f"{shop_id} was told {name} of another shop", name)

    def _check_creation(self, shop_id: str, call: Call, status: int, body: Any, since: int) -> None:
        identity = identity_of(shop_id, call)
        request = json.dumps(call.body, sort_keys=True, default=str)
        first = self._created.get(identity) if identity else None
        again = first is not None and first.number <= since
        if status >= _SERVER_ERROR or status == _TOO_MANY:
            return
        if status != _CREATED:
            if first is not None and again and first.request == request:
                broken("idempotency", f"a request answered 201 is now {status}", *_ids_of(first))
            return
        answer = body["id"] if _waited(call) else json.dumps(body)
        if first is not None and first.request != request:
            broken("idempotency", "two requests under one identity", *_ids_of(first), body["id"])
        if first is not None and first.answer != answer:
            broken("idempotency", "the same request, another answer", *_ids_of(first), body["id"])
        if call.path in _CREATING and self._owners.get(body["id"]) != shop_id:
            broken("lost", f"{body['id']} was answered 201 and is not stored", body["id"])
        if identity and first is None:
            self._created[identity] = Created(request, answer, self._world.number)

    def known_orders(self) -> list[tuple[str, str]]:
        """Shop and id of every order that was answered 201."""
        return self._orders.placed()


def shop_of(call: Call) -> str | None:
    """The shop whose API key signs a call: a key's first 26 characters name its shop."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    match = _KEY.match(headers.get("authorization") or call.key or "")
    return f"shop_{match[1][:_SHOP_PART]}" if match and len(match[1]) > _SHOP_PART else None


def identity_of(shop_id: str, call: Call) -> tuple[str, ...] | None:
    """What makes two creating requests the same one; None for requests that are always new."""
    body = _document(call.body)
    headers = {name.lower(): value for name, value in call.headers.items()}
    key = headers.get("idempotency-key")
    if call.path == "/v1/orders" and body.get("external_id") is not None:
        return (shop_id, call.path, body.get("channel", "api"), body["external_id"])
    if call.path == "/v1/shipments":
        order_id = str(body.get("order_id"))
        if key:
            return (shop_id, call.path, order_id, "key", key)
        parcels = sorted(str(parcel.get("tracking_number")) for parcel in body.get("parcels", ()))
        return (shop_id, call.path, order_id, *parcels)
    if key:
        return (shop_id, call.path, key)
    if _OF_ORDER.fullmatch(call.path) and body.get("reference") is not None:
        return (shop_id, call.path, str(body.get("kind")), body["reference"])
    return None


def _waited(call: Call) -> bool:
    """Whether the answer waits for what becomes of an order, and is not what it was at first."""
    return any(name.lower() == "prefer" for name in call.headers)


def _document(body: Any) -> dict[str, Any]:
    if isinstance(body, str | bytes):
        body = json.loads(body)
    return body if isinstance(body, dict) else {}


def _is_expected(call: Call, status: int, *, faults: bool) -> bool:
    if status >= _SERVER_ERROR or status == _TOO_MANY:
        return faults and status in {429, 500, 502, 503, 504}
    return status in STATUSES_OF_CALLS.get(_pattern(call), USUAL_STATUSES)


def _pattern(call: Call) -> tuple[str, str]:
    parts = call.path.split("/")
    if len(parts) > 2 and parts[1] == "track":
        return call.method, "/track/*"
    if parts[1:3] == ["webhooks", "carriers"]:
        return call.method, "/webhooks/carriers"
    if len(parts) > 3:
        parts[3] = "*"
    if len(parts) > 4 and parts[2] == "items":
        parts = parts[:4]
    return call.method, "/".join(parts)


def _ids_of(first: Created) -> tuple[str, ...]:
    return (str(json.loads(first.answer).get("id")) if first.answer[0] == "{" else first.answer,)


_NAMES: Final[dict[str, Callable[[Item], Sequence[str]]]] = {
    "order": lambda item: (item["order_id"],),
    "shipment": lambda item: (shipment_id(item), item["token"]),
    "movement": lambda item: (item["movement_id"],),
    "message": lambda item: (item["message_id"],),
}
