"""Somebody who has no business here: every door is tried once, when all is over and quiet.

What a door does is the same whenever it is tried; so nobody else's dice fall otherwise for it.
"""

import json
from typing import Any, Final

from tests.simulation.judge import Violation
from tests.simulation.people.calls import done
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene, Shop
from tests.support.shopify import headers, line, order

_REMEMBERED: Final = 61.0
"""Seconds after which no process believes a key that was revoked."""
_UNKNOWN: Final = 401
_MISSING: Final = 404


def try_doors(scene: Scene, shops: list[Shop]) -> None:
    """Let the first shop's keys be guessed, forged and kept, and the last one look into it."""
    victim, neighbour = shops[0], shops[-1]
    mine = [order_id for shop, order_id in scene.placed if shop is victim]
    scene.enter("forger", None, lambda client: _forge(client, victim))
    scene.enter("who guesses", _guessed(victim.key), lambda client: _refused(client, "/v1/orders"))
    scene.operate(lambda operator: _revoke(scene, operator, victim))
    if neighbour is not victim and mine:
        scene.enter("neighbour", neighbour.key, lambda client: _pry(client, victim, mine[0]))


def _guessed(key: str) -> str:
    """A key with its own name and another secret."""
    return f"{key[:-4]}{'aaaa' if key[-4:] != 'aaaa' else 'bbbb'}"


def _forge(client: Client, shop: Shop) -> None:
    """Tell of an order, signed with a secret that is not the shop's."""
    told = order(id=6_666_666, name="#forged", line_items=[line(id=1, sku="SKU-0")])
    raw = json.dumps(told)
    sent = headers(raw, f"not {shop.secret}", topic="orders/create")
    _must_be(_UNKNOWN, client, "POST", f"/webhooks/shopify/{shop.id}", raw=raw, **sent)


def _revoke(scene: Scene, operator: Client, shop: Shop) -> None:
    """Make a key, see that it opens, revoke it, and try it once nobody can remember it."""
    path = f"/v1/shops/{shop.id}/api-keys"
    made = done(operator.call("POST", path, {"name": "lost", "scopes": ["*"]})).body
    scene.judge.expect_canary(made["key"].split("_", 2)[2])
    finder = scene.gateway.client("who has found a key", made["key"])
    done(finder.call("GET", "/v1/orders"))
    done(operator.call("DELETE", f"{path}/{made['id']}"))
    operator.sleep(_REMEMBERED)
    _refused(finder, "/v1/orders")


def _refused(client: Client, path: str) -> None:
    _must_be(_UNKNOWN, client, "GET", path)


def _pry(client: Client, shop: Shop, order_id: str) -> None:
    """Look for what is another shop's, and touch it."""
    path = f"/v1/orders/{order_id}"
    _must_be(_MISSING, client, "GET", path)
    _must_be(_MISSING, client, "PATCH", path, {"note": "pried"})
    _must_be(_MISSING, client, "POST", f"{path}/cancel", {"reason": "customer"})
    _must_be(_MISSING, client, "GET", f"/v1/shops/{shop.id}")
    _must_be(_MISSING, client, "PATCH", f"/v1/shops/{shop.id}", {"name": "pried"})


def _must_be(status: int, client: Client, method: str, path: str, *body: Any, **more: Any) -> None:
    answer = client.call(method, path, *body, **more)
    if answer.status != status:
        who = client.process.name
        raise Violation("doors", f"{method} {path} by {who} was answered {answer.status}", (path,))
