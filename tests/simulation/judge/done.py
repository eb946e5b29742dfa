"""What was answered as done was done: the other half of what nobody asked for does not happen."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from tests.simulation.judge.verdict import Call, Item, broken
from tests.simulation.judge.world import World

_OK: Final = 200
_DONE: Final = frozenset({200, 201})
_DEEP: Final = 4
"""Parts of a path that names a thing: "", v1, its kind, its id."""
_MERGED: Final = frozenset({"metadata", "customer"})
"""Of these a PATCH names a part; the others it replaces."""
_SECRET: Final = frozenset({"credentials", "webhook_secret", "secret"})
"""What no answer shows."""
_MILLISECOND: Final = 0.001
"""What instants are kept to."""
_WEBHOOK: Final = "/webhooks/shopify/"
_SENT: Final = "X-Shopify-Triggered-At"


class DoneRules:
    """Judges that callers find what they asked for, as far as they were told that it is so."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._first: dict[tuple[str, ...], tuple[int, Call]] = {}
        """Writes that there had been when a call was first made, by what makes two calls one.

        The call is kept with them: another may not come to have its id.
        """
        self._sent: dict[int, tuple[int, Call]] = {}
        """The same of when each call was last made."""
        self._counted: dict[str, dict[tuple[str, ...], tuple[int, Counter[str]]]] = {}
        """Units answered to be cancelled, or back, by order or return; and the writes before."""
        self._told: dict[tuple[str, str], tuple[float, float, dict[str, Any]]] = {}
        """The newest payload of a platform that was taken, by shop and external id.

        When it was changed, to the second, and when it was sent, where that was told.
        """

    def asked(self, call: Call) -> None:
        """A client sends a call, perhaps once more."""
        self._first.setdefault(_identity(call), (self._world.number, call))
        self._sent[id(call)] = self._world.number, call

    def answered(self, call: Call, status: int, body: Any) -> None:
        """A client sees an answer."""
        if status == _OK and call.path.startswith(_WEBHOOK):
            self._observe(call)
        if status not in _DONE or not isinstance(body, dict):
            return
        parts = call.path.split("/")
        if call.method in {"PUT", "PATCH"} and isinstance(call.body, dict):
            _check_shown(call, body)
        elif parts[2:3] == ["orders"] and parts[_DEEP:] == ["cancel"]:
            self._check_cancelled(call, body)
        elif parts[2:3] == ["returns"] and parts[_DEEP:] == ["receive"]:
            self._check_received(call, body)
        elif parts[2:3] == ["returns"] and parts[_DEEP:] == ["refund"]:
            self._check_refunded(call, body)

    def settle(self) -> None:
        """Nothing of what a platform told last is missing."""
        for (shop_id, external_id), (at, sent, told) in self._told.items():
            key = (f"{shop_id}#shopify#{external_id}", "observation")
            stored = self._world.now("ShopsTable", key) or {}
            kept = _instant(stored.get("observed_at")), _instant(stored.get("triggered_at"))
            if kept < (at, sent):
                text = f"of {told['updated_at']} was taken, {stored.get('observed_at')} kept"
                broken("platform", f"what its platform told {text}", external_id, shop_id)
            self._check_sold(shop_id, external_id, told, stored["version"])

    def _check_sold(
        self, shop_id: str, external_id: str, told: Mapping[str, Any], version: int
    ) -> None:
        sold = sorted((line["sku"], line["quantity"]) for line in told["line_items"])
        for kind, _, order in self._world.items("OrdersTable"):
            if kind != "order" or order["shop_id"] != shop_id:
                continue
            if (order["channel"], order.get("external_id")) != ("shopify", external_id):
                continue
            lines = [line for line in order["lines"] if "edit_id" not in line]
            kept = sorted((line["sku"], line["quantity"]) for line in lines)
            if kept != sold:
                broken("platform", f"{kept} of {sold} that were sold", order["order_id"], shop_id)
            if order["platform_version"] != version:
                text = f"an order knows version {order['platform_version']}, told was {version}"
                broken("platform", text, order["order_id"], shop_id)
            return
        broken("platform", "an order that a platform told of is not there", external_id, shop_id)

    # --- cancellations and returns ----------------------------------------------------------------

    def _check_cancelled(self, call: Call, body: Mapping[str, Any]) -> None:
        """All units that were answered to be cancelled are."""
        total = self._answered_so_far(call, body["id"])
        for line in body["lines"]:
            gone = line["quantities"]["cancelled"]
            if gone < total[line["id"]]:
                text = f"{total[line['id']]} of a line were cancelled, {gone} are noted"
                broken("cancelled", text, body["id"])

    def _check_received(self, call: Call, body: Mapping[str, Any]) -> None:
        """All units that were answered to be back are."""
        total = self._answered_so_far(call, body["id"])
        if not any(map(_due, body["lines"])):
            return  # once all are back it says so to whoever comes
        for line in body["lines"]:
            if _back(line) < total[line["line_id"]]:
                text = f"{total[line['line_id']]} of a line came, {_back(line)} are noted"
                broken("returns", text, body["id"], body["order_id"])

    def _answered_so_far(self, call: Call, name: str) -> Counter[str]:
        """Units of each line that this was answered to have been done with, by this call or others.

        Of calls by one key, each once; what was answered to others after this call was made it
        need not have seen.
        """
        units = Counter[str]()
        for line in (call.body or {}).get("lines") or ():
            units[line["line_id"]] += line["quantity"]
        since, own = self._sent[id(call)][0], _identity(call)
        known = self._counted.setdefault(name, {})
        before = [one for key, (at, one) in known.items() if at <= since and key != own]
        known.setdefault(own, (self._world.number, units))
        return sum(before, units)

    def _check_refunded(self, call: Call, body: Mapping[str, Any]) -> None:
        """All units are refunded that were back when it was asked for."""
        key = next(
            (place for kind, place, item in self._world.items("OrdersTable")
             if kind == "return" and item["return_id"] == body["id"]), None,
        )  # fmt: skip
        if key is None:
            broken("lost", "a return that was answered is not stored", body["id"])
        since, _ = self._first[_identity(call)]
        then = self._world.since("OrdersTable", key, since)[0]
        for line, was in zip(body["lines"], then["lines"], strict=True):
            back = sum(was.get("restocked", {}).values()) + was.get("damaged", 0)
            if line["refunded"] < back:
                text = f"{back} of a line were back, {line['refunded']} are refunded"
                broken("returns", text, body["id"], body["order_id"])

    # --- platforms -------------------------------------------------------------------------------

    def _observe(self, call: Call) -> None:
        told = json.loads(call.body)
        if "line_items" not in told:
            return
        name = (call.path.removeprefix(_WEBHOOK), str(told["id"]))
        at, sent = _instant(told["updated_at"]), _instant(call.headers.get(_SENT))
        before = self._told.get(name)
        if before is None or (at, sent) > before[:2]:
            self._told[name] = at, sent, told


def _check_shown(call: Call, body: Mapping[str, Any]) -> None:
    """An answer to a change shows what was to become so."""
    for name, wanted in call.body.items():
        if name not in body or name in _SECRET:
            continue
        shown = body[name]
        if call.method == "PATCH" and name in _MERGED and isinstance(wanted, dict):
            pairs = {inner: (value, shown.get(inner)) for inner, value in wanted.items()}
        else:
            pairs = {name: (wanted, shown)}
        for inner, (asked, got) in pairs.items():
            if not _same(asked, got):
                text = f"{call.method} {call.path} asks for {inner} {asked}, the answer is {got}"
                broken("not done", text, *call.path.split("/")[_DEEP - 1 :])


def _same(wanted: Any, shown: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(shown, dict):
        return all(_same(value, shown.get(name)) for name, value in wanted.items())
    if isinstance(wanted, str) and isinstance(shown, str) and wanted != shown:
        try:
            return abs(_instant(wanted) - _instant(shown)) < _MILLISECOND
        except ValueError:
            return False
    return bool((wanted or None) == (shown or None))


def _identity(call: Call) -> tuple[str, ...]:
    """What makes two calls one: their key, or that one client makes it again."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    if "idempotency-key" in headers:
        return call.path, headers["idempotency-key"]
    return call.path, "", str(id(call))


def _back(line: Item) -> int:
    return int(sum(one["quantity"] for one in line["restocked"]) + line["damaged"])


def _due(line: Item) -> int:
    return int(line["quantity"] - line["cancelled"] - _back(line))


def _instant(text: str | None) -> float:
    """Seconds since 1970; 0 where nothing is told."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0
