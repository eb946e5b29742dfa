"""Suppressions in NotificationsTable: attributes of a contact that nothing else writes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from notify.feedback.mail_events import Objection
from notify.feedback.standing import Standing, after, lifted
from notify.people.contact import Cause, Suppression
from waybill import keys
from waybill.clock import Clock, system_clock, to_text
from waybill.dynamo import ConditionFailedError, ContentionError, Item, Table

_ATTEMPTS: Final = 5
_SES: Final = "ses"


@dataclass(frozen=True)
class Author:
    """Who changes a contact, and in which work."""

    actor: str
    correlation_id: str


class SuppressionTable:
    """Suppressions by shop and customer; all changes raise ContentionError where others win."""

    def __init__(self, table: Table, clock: Clock = system_clock) -> None:
        self._table = table
        self._clock = clock

    def get(self, shop_id: str, customer_id: str) -> Suppression | None:
        """Return why a customer gets no mail, or None where they do."""
        return self._standing(shop_id, customer_id).suppression

    def take(
        self, shop_id: str, customer_id: str, objection: Objection, correlation_id: str
    ) -> bool:
        """Write down what was told against an address; True when it suppresses it just now."""
        before, now = self._change(
            shop_id,
            customer_id,
            lambda standing, at: after(standing, objection, at),
            Author(_SES, correlation_id),
        )
        return before.suppression is None and now.suppression is not None

    def lift(self, shop_id: str, customer_id: str, author: Author) -> bool:
        """Let mail be sent again; False when nothing forbade it."""
        before, _ = self._change(shop_id, customer_id, lifted, author)
        return before.suppression is not None

    def _change(
        self,
        shop_id: str,
        customer_id: str,
        decide: Callable[[Standing, str], Standing],
        author: Author,
    ) -> tuple[Standing, Standing]:
        for _ in range(_ATTEMPTS):
            seen, at = self._standing(shop_id, customer_id), to_text(self._clock())
            wanted = decide(seen, at)
            if wanted == seen or self._put(shop_id, customer_id, wanted, at, author):
                return seen, wanted
        raise ContentionError

    def _standing(self, shop_id: str, customer_id: str) -> Standing:
        item = self._table.get(keys.contact(shop_id, customer_id))
        return standing_of(item) if item else Standing()

    def _put(
        self, shop_id: str, customer_id: str, wanted: Standing, at: str, author: Author
    ) -> bool:
        """Write a standing over the version that it was made from; False when that has changed."""
        values: dict[str, Any] = {
            ":next": wanted.version + 1,
            ":at": at,
            ":shop": shop_id,
            ":actor": author.actor,
            ":correlation": author.correlation_id,
        }
        update = (
            "SET version = :next, updated_at = :at, shop_id = :shop, actor = :actor, "
            "correlation_id = :correlation"
        )
        stored = _stored(wanted)
        for name, value in stored.items():
            if value:
                update += f", {name} = :{name}"
                values[f":{name}"] = value
        if gone := [name for name, value in stored.items() if not value]:
            update += f" REMOVE {', '.join(gone)}"
        if wanted.version:
            condition = "version = :seen"
            values[":seen"] = wanted.version
        else:
            condition = "attribute_not_exists(pk)"
        try:
            self._table.update(
                keys.contact(shop_id, customer_id), update, condition=condition, values=values
            )
        except ConditionFailedError:
            return False
        return True


def _stored(standing: Standing) -> Item:
    known = standing.suppression
    return {
        "suppression": known and {"cause": known.cause.value, "at": known.at, "code": known.code},
        "transient": list(standing.transient),
        "lifted_at": standing.lifted_at,
    }


def standing_of(item: Item) -> Standing:
    """Return the domain's form of what a contact's item says."""
    known = item.get("suppression")
    return Standing(
        version=item["version"],
        suppression=Suppression(Cause(known["cause"]), known["at"], known["code"])
        if known
        else None,
        transient=tuple(item.get("transient", ())),
        lifted_at=item.get("lifted_at", ""),
    )
