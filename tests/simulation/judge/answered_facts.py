"""Answers about edits, payments and returns: as stored, each named once, current in the call."""

from collections.abc import Mapping
from typing import Any, Final

from tests.simulation.judge.verdict import Call, Item, broken
from tests.simulation.judge.world import World

_OK: Final = 200
_CREATED: Final = 201
_DEEP: Final = 4
"""Parts of a path that names an order or a return."""


class FactAnswers:
    """Judges what clients are told of what they did to an order."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check(
        self, shop_id: str, call: Call, status: int, headers: Mapping[str, str],
        body: Any, since: int,
    ) -> None:  # fmt: skip
        """Judge one answer to a call below /v1/orders or /v1/returns."""
        parts = call.path.split("/")
        action = (call.method, *parts[_DEEP:])
        if parts[2] == "returns" and status == _OK:
            self._check_return(shop_id, headers, body, since)
        elif parts[2] == "orders" and status == _CREATED:
            pk = f"{shop_id}#{parts[_DEEP - 1]}"
            if action == ("POST", "edits"):
                self._check_quote(pk, body)
            elif action == ("POST", "payments"):
                self._check_payment(pk, call.body, body)
            elif action == ("POST", "returns"):
                self._check_requested(pk, call.body, body)
            elif action == ("POST", "holds"):
                self._check_held(pk, call.body, headers)

    def _check_quote(self, pk: str, body: Any) -> None:
        stored = self._world.now("OrdersTable", (pk, "edit"))
        if stored is None or stored["edit_id"] != body["id"]:
            stored = self._world.now("OrdersTable", (pk, f"edit#{body['id']}"))
        if stored is None:
            broken("lost", "a quote was answered and is not stored", body["id"])
        more = stored["total_after"] - stored["total_before"]
        told = (body["charge"]["amount"], body["refund"]["amount"])
        if told != (max(0, more), max(0, -more)) or body["state"] != "open":
            broken("answer", f"quoted as {told}, {body['state']}; stored is {more}", body["id"])

    def _check_payment(self, pk: str, asked: Any, body: Any) -> None:
        stored = self._world.now("OrdersTable", (pk, f"payment#{body['id']}"))
        told = (body["kind"], body["amount"]["amount"], body["reference"])
        if told != (asked["kind"], asked["amount"]["amount"], asked.get("reference")):
            broken("answer", f"a payment was answered as {told}, told was {asked}", body["id"])
        details = self._world.now("OrdersTable", (pk, "details")) or {}
        kept = [stored] if stored else details.get("payments", ())
        if told not in [(one["kind"], one["amount"], one.get("reference")) for one in kept]:
            broken("lost", "a payment was answered and is not stored so", body["id"])

    def _check_requested(self, pk: str, asked: Any, body: Any) -> None:
        stored = self._world.now("OrdersTable", (pk, f"return#{body['id']}"))
        units = {line["line_id"]: line["quantity"] for line in asked["lines"]}
        told = {line["line_id"]: line["quantity"] for line in body["lines"]}
        if stored is None or _units(stored) != units or told != units:
            broken("lost", f"a return was answered as {told} and stored as {stored}", body["id"])
        if body["status"] != "requested":
            broken("idempotency", "a return is not answered as it was asked for", body["id"])

    def _check_held(self, pk: str, asked: Any, headers: Mapping[str, str]) -> None:
        place = {name.lower(): value for name, value in headers.items()}["location"]
        past = self._world.past("OrdersTable", (pk, "order"))
        ever = {hold["id"]: hold["kind"] for state in past for hold in state["holds"]}
        if ever.get(place.rpartition("/")[2]) != asked["kind"]:
            broken("lost", f"a hold was answered that never was: {place}", pk)

    def _check_return(
        self, shop_id: str, headers: Mapping[str, str], body: Any, since: int
    ) -> None:
        key = (f"{shop_id}#{body['order_id']}", f"return#{body['id']}")
        etag = {name.lower(): value for name, value in headers.items()}.get("etag", "")
        states = self._world.since("OrdersTable", key, since)
        shown = [one for one in states if f'"{one["version"]}"' == etag]
        if not shown:
            broken("stale answer", f"ETag {etag} of a return that was not there", body["id"])
        one = shown[0]
        told = (body["status"], body["refunded"]["amount"])
        if told != (one["state"], one.get("refunded", 0)):
            broken("answer", f"a return was told as {told}", body["id"])
        for line, kept in zip(body["lines"], one["lines"], strict=True):
            back = {each["location_id"]: each["quantity"] for each in line["restocked"]}
            if back != kept.get("restocked", {}) or any(
                line[name] != kept.get(name, 0) for name in ("cancelled", "damaged", "refunded")
            ):
                broken("answer", f"a return's line was told as {line}", body["id"])


def _units(one: Item) -> dict[str, int]:
    return {line["line_id"]: line["quantity"] for line in one["lines"]}
