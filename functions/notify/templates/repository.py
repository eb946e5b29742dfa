"""Shops' own wordings in NotificationsTable; each write rests on the version before its own.

One that was taken back leaves its version behind, so that an ETag never names two texts.
"""

from dataclasses import dataclass
from typing import Any

from notify.policy.rules import Channel
from notify.words.template import Own, Place, Template
from waybill import keys
from waybill.dynamo import ConditionFailedError, Item, Table
from waybill.observability import correlation_id


@dataclass(frozen=True)
class Stored:
    """What stands at a place: a wording, or nothing any more."""

    template: Template | None = None
    version: int = 0
    """0: nothing was ever stored."""
    updated_at: str | None = None


NOTHING = Stored()


class TemplateTable:
    """Wordings by shop."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, shop_id: str, place: Place) -> Stored:
        """Return what stands at a place now."""
        item = self._table.get(_key(shop_id, place))
        return _from_item(item) if item else NOTHING

    def put(self, shop_id: str, place: Place, stored: Stored, actor: str) -> bool:
        """Write over the version before; False where that is not there."""
        item = _to_item(shop_id, place, stored) | {
            "correlation_id": correlation_id(),
            "actor": actor,
        }
        seen = stored.version - 1
        try:
            self._table.put(
                item,
                condition="version = :seen" if seen else "attribute_not_exists(pk)",
                values={":seen": seen} if seen else None,
            )
        except ConditionFailedError as error:
            return error.current == item  # its own, sent again after a lost answer
        return True

    def of_shop(self, shop_id: str) -> dict[Place, Own]:
        """Return all of a shop's wordings, up to a second behind, with one Query a megabyte."""
        rows = self._table.query_all("pk = :pk", {":pk": keys.templates(shop_id)})
        found = ((_place_of(item), _from_item(item)) for item in rows)
        return {
            place: Own(stored.template, stored.version)
            for place, stored in found
            if stored.template is not None
        }


def _key(shop_id: str, place: Place) -> keys.Key:
    return keys.template(shop_id, place.message, place.channel.value, place.locale)


def _place_of(item: Item) -> Place:
    message, channel, locale = item["sk"].split("#")
    return Place(message, Channel(channel), locale)


def _to_item(shop_id: str, place: Place, stored: Stored) -> Item:
    item: Item = _key(shop_id, place) | {
        "shop_id": shop_id,
        "version": stored.version,
        "updated_at": stored.updated_at,
    }
    if stored.template is None:
        return item
    template = stored.template
    attributes: dict[str, Any] = {"texts": dict(template.texts), "max_parts": template.max_parts}
    return item | attributes | ({"labels": dict(template.labels)} if template.labels else {})


def _from_item(item: Item) -> Stored:
    template = None
    if texts := item.get("texts"):
        template = Template(texts, item.get("labels", {}), item["max_parts"])
    return Stored(template, item["version"], item["updated_at"])
