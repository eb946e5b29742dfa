"""StockIncreased, through a queue: orders that wait for a SKU get what has arrived of it."""

import json
from typing import Any, Final

from inventory.composition import filler
from inventory.stock import SkuKey
from waybill.batch import BatchResponse, Message, process_messages, queue_messages
from waybill.events import Event
from waybill.settings import on_lambda

ROOM: Final = "inventory"


def lambda_handler(event: dict[str, Any], _context: Any) -> BatchResponse:
    """Fill each SKU that was told of, once; several messages of one SKU have one outcome."""
    filled: set[SkuKey] = set()

    def fill(message: Message) -> None:
        sku = _sku(message)
        if sku not in filled:
            filler().fill(sku)
            filled.add(sku)

    return process_messages(queue_messages(event), fill, room=ROOM)


def _sku(message: Message) -> SkuKey:
    told = Event.from_eventbridge(json.loads(message.body))
    return SkuKey(told.shop_id, told.data["sku"])


if on_lambda():
    filler()
