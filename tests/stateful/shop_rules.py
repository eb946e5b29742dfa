"""Rules of shops: settings that are amended, keys that are made and revoked."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.base import Base
from tests.stateful.model.orders import Rules

_MINUTE = 61
"""Seconds after which a process knows what was changed."""
_SCOPES = ("orders:read", "orders:write", "inventory:read", "tracking:read", "*")
_LOOKS = {
    "orders": "/v1/orders",
    "inventory": "/v1/items",
    "tracking": "/v1/shipments",
    "notify": "/v1/templates",
    "shops": "/v1/shops/{shop}",
}


class ShopRules(Base):
    """What a shop asks of itself."""

    @rule(
        wish=st.sampled_from(
            (
                {"payment_rule": "paid", "payment_minutes": 5},
                {"payment_rule": "none", "payment_minutes": None},
                {"on_shortage": "cancel"},
                {"on_shortage": "hold"},
                {"name": "Another"},
            )
        )
    )
    def amend_shop(self, wish: dict[str, Any]) -> None:
        """A shop's rules change; a minute later orders are placed under them."""
        path = f"/v1/shops/{self.shop.shop_id}"

        def said() -> dict[str, Any]:
            was = self.model.rules
            self.model.rules = Rules(
                wish.get("payment_rule", was.payment),
                wish.get("payment_minutes", was.minutes),
                wish.get("on_shortage", was.shortage),
            )
            return wish

        answer, view = self.ask("PATCH", path, wish, use="amend shop", says=said)
        self.same("shop", answer.body, view)
        self.pass_seconds(_MINUTE)

    @rule(
        scopes=st.sets(st.sampled_from(_SCOPES), min_size=1, max_size=2),
        room=st.sampled_from(sorted(_LOOKS)),
    )
    def use_key(self, scopes: set[str], room: str) -> None:
        """A key opens what it was made for, and nothing once it is revoked; again is as once."""
        path = f"/v1/shops/{self.shop.shop_id}/api-keys"
        body = {"name": "k", "scopes": sorted(scopes)}
        made, _ = self.ask("POST", path, body, use="make key", status=201, says=lambda: None)
        self.made_keys += 1
        self._try_key(made.body["key"], room, 200 if scopes & {f"{room}:read", "*"} else 403)
        for _ in range(2):
            where = f"{path}/{made.body['id']}"
            self.ask("DELETE", where, use="revoke key", status=204, says=lambda: None)
        self.pass_seconds(_MINUTE)
        self._try_key(made.body["key"], room, 401)

    def _try_key(self, key: str, room: str, wanted: int) -> None:
        path = _LOOKS[room].format(shop=self.shop.shop_id)
        answer = self.world.call("GET", path, key=key)
        self.same(f"{room} by a key", answer.status, wanted)
        self.tally[f"use key {answer.status}"] += 1
