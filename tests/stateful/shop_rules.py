"""Rules of shops: settings that are amended, keys that are made and revoked, words of their own."""

from typing import Any

from hypothesis import strategies as st

from tests.stateful.base import Base, rule
from tests.stateful.model.orders import Rules
from tests.stateful.model.said import stale, unprocessable

TEMPLATE = "/v1/templates/order_confirmed/email/en"
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
_WISHES: tuple[dict[str, Any], ...] = (
    {"payment_rule": "paid", "payment_minutes": 5},
    {"payment_rule": "none", "payment_minutes": None},
    {"on_shortage": "cancel"},
    {"on_shortage": "hold"},
    {"name": "Another"},
)
_DEEDS = st.one_of(
    st.tuples(st.just("amend"), st.sampled_from(_WISHES), st.none()),
    st.tuples(
        st.just("grant"),
        st.sampled_from(sorted(_LOOKS)),
        st.sets(st.sampled_from(_SCOPES), min_size=1, max_size=2),
    ),
    st.tuples(
        st.just("word"),
        st.sampled_from(("Thanks, {{ name }}!", "Thanks.", "{{ nobody }}", "{% if %}", None)),
        st.sampled_from((None, None, "*", "current", "old")),
    ),
)


class ShopRules(Base):
    """What a shop asks of itself."""

    @rule(deed=_DEEDS, twice=st.booleans())
    def manage(self, deed: tuple[str, Any, Any], twice: bool) -> None:
        """A shop amends its rules, grants a key for a while, or says a message in its own words.

        Perhaps it does so twice.
        """
        what, first, second = deed
        for _ in range(1 + twice):
            getattr(self, f"_{what}")(first, second)

    def _amend(self, wish: dict[str, Any], _: None) -> None:
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

    # --- keys -----------------------------------------------------------------------------------

    def _grant(self, room: str, scopes: set[str]) -> None:
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

    # --- words ----------------------------------------------------------------------------------

    def _word(self, body: str | None, seen: str | None) -> None:
        """A message is said in the shop's words, if they will do, or in ours again."""
        own = self.model.templates
        if body is None:
            self.ask("DELETE", TEMPLATE, use="delete template", status=204, says=own.delete)
        else:
            self._put_words(body, seen)
        answer = self.get(TEMPLATE)
        source = "default" if own.body is None else "shop"
        self.same("template", answer.body["source"], source)
        if own.body is not None:
            self.same("its version", answer.headers["ETag"], f'"{own.version}"')
            self.same("its words", answer.body["body"], own.body)

    def _put_words(self, body: str, seen: str | None) -> None:
        own = self.model.templates
        version = own.version if own.body is not None else 0
        tags = {"*": "*", "current": f'"{version}"', "old": f'"{version + 1}"'}
        headers = {"If-Match": tags[seen]} if seen else {}
        wording = {"subject": "Confirmed", "headline": "Thanks", "body": body}

        def said() -> str:
            if seen == "old" or (seen in {"*", "current"} and not version):
                raise stale()
            if "nobody" in body or "if" in body:
                raise unprocessable()
            own.put(body)
            return body

        answer, told = self.ask(
            "PUT", TEMPLATE, wording, use="put template", says=said, headers=headers
        )
        if told is not None:
            self.same("template", answer.body, {"source": "shop", "body": told})
