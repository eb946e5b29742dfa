"""Rules of shops: settings that are amended, keys that are made and revoked."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, rule

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

    keys: Bundle[dict[str, Any]] = Bundle("keys")

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

    @rule(target=keys, scopes=st.sets(st.sampled_from(_SCOPES), min_size=1, max_size=2))
    def make_key(self, scopes: set[str]) -> Any:
        """A key is made, for some of what can be done."""
        path = f"/v1/shops/{self.shop.shop_id}/api-keys"
        body = {"name": "k", "scopes": sorted(scopes)}
        answer, _ = self.ask("POST", path, body, use="make key", status=201, says=lambda: None)
        told = answer.body
        self.made_keys += 1
        return {"id": told["id"], "key": told["key"], "scopes": scopes, "revoked": False}

    @rule(known=keys, room=st.sampled_from(sorted(_LOOKS)), revoke=st.booleans())
    def use_key(self, known: dict[str, Any], room: str, revoke: bool) -> None:
        """A key opens what it was made for, and nothing once it is revoked; again is as once."""
        if revoke:
            path = f"/v1/shops/{self.shop.shop_id}/api-keys/{known['id']}"
            self.ask("DELETE", path, use="revoke key", status=204, says=lambda: None)
            known["revoked"] = True
            self.pass_seconds(_MINUTE)
        path = _LOOKS[room].format(shop=self.shop.shop_id)
        answer = self.world.call("GET", path, key=known["key"])
        allowed = known["scopes"] & {f"{room}:read", "*"}
        wanted = 401 if known["revoked"] else 200 if allowed else 403
        self.same(f"{room} by a key", answer.status, wanted)
        self.tally[f"use key {answer.status}"] += 1
