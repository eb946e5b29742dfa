"""Hand-made histories for the judge's own tests: what concerns a shop, and the alerts of it."""

import json
from typing import Any, Final

from tests.simulation.judge.fabricated import SHOP, order_id
from tests.simulation.judge.fabricated_facts import FactTale
from tests.simulation.judge.verdict import Item

LONG_AGO: Final = "1970-01-01T00:00:00.000Z"
FILE: Final = "alerts-2026-11-02"
ADDRESS: Final = "warehouse@shop.example"
HOLD: Final = {"kind": "OTHER", "id": "hold_1"}
OUT: Final = {"available": 0, "kind": "out", "location_id": "hq", "sku": "TEE"}


def alerted() -> FactTale:
    """A shop with an address, and an order of it that is held."""
    tale = FactTale().ready()
    tale.write(("ShopsTable", shop(alert_email=ADDRESS)))
    tale.place()
    holds(tale, HOLD)
    return tale


def holds(tale: FactTale, *present: Item, number: int = 1) -> None:
    """A hold is put on an order; ``present``: all that it then has, the new one last."""
    path = f"/v1/orders/{order_id(number)}/holds"
    tale.asks("POST", path, {"kind": present[-1]["kind"]})
    tale.write(tale.changed(number, holds=list(present)))


def shop(**settings: Any) -> Item:
    """The shop."""
    return {"pk": SHOP, "sk": "shop", "shop_id": SHOP} | settings


def held(number: int = 1, *kinds: str) -> Item:
    """What an alert says of an order on hold."""
    return {
        "holds": list(kinds or ("OTHER",)),
        "number": f"NO-{number}",
        "order_id": order_id(number),
    }


def note(
    tale: FactTale, event: str = "order_held", state: str = "folded", *, subject: str = "",
    alert: str = "alert", name: str = "note", **more: Any,
) -> tuple[str, Item]:  # fmt: skip
    """The row of a fact, which says into which alert it went."""
    where = {"folded_into": alert, "file": FILE} if state == "folded" else {}
    about = {"audience": "shop", "attempt": "", "subject_id": subject or order_id(1)} | where
    return tale.message(event, state, name=name, **about | more)


def alert(
    *entries: Item, state: str = "waiting", name: str = "alert", version: int = 1,
    event: str = "order_held", **more: Any,
) -> tuple[str, Item]:  # fmt: skip
    """An alert, with what it tells of."""
    texts = {json.dumps(one, sort_keys=True) for one in entries}
    return "NotificationsTable", {
        "pk": f"{SHOP}#{FILE}", "sk": f"message#{name}", "message_id": name, "shop_id": SHOP,
        "order_id": FILE, "subject_id": event, "event": event, "channel": "email",
        "audience": "shop", "state": state, "created_at": LONG_AGO, "version": version,
        "attempt": "", "attempts": 0, "due_at": LONG_AGO, "reason": "gathering",
        "entries": texts, "gathered": len(texts),
    } | more  # fmt: skip


def gathers(tale: FactTale) -> None:
    """The fact of the order on hold goes into an alert."""
    tale.write(note(tale))
    tale.write(alert(held()))


def claims(tale: FactTale, *entries: Item, version: int = 2, attempt: str = "att_1") -> None:
    """The alert begins to be sent."""
    told = entries or (held(),)
    tale.write(alert(*told, state="sending", version=version, attempt=attempt, attempts=1))


def mailed(
    tale: FactTale, text: str = "- NO-1", *, to: str = ADDRESS, name: str = "alert",
    message_id: str = "ses-1",
) -> None:  # fmt: skip
    """SES accepts the alert."""
    tags = {"message_id": name, "order_id": FILE, "shop_id": SHOP}
    tale.judge.mailed(0.0, to, "An order is on hold", text, tags, message_id)
