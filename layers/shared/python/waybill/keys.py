"""Every key of every table, in one place; docs/data-model.md lists the access patterns they serve.

A table has a partition key ``pk`` and a sort key ``sk``, both text. What belongs to a shop has the
shop's id at the head of its partition key, so tenants are apart in the keys themselves.
"""

from typing import Final

Key = dict[str, str]

RESERVATION_BUCKETS: Final = 8
"""Partitions that a SKU-location's reservation lines are spread over."""
UNCHECKED_BUCKETS: Final = 4
"""Partitions that levels which changed since their last check are spread over."""
UNPAID_BUCKETS: Final = 4
"""Partitions that orders which expire unless they are paid are in."""
ORDER_BUCKETS: Final = 8
"""Partitions that the list of a shop's orders is spread over, so that none is ever too hot."""
DUE_BUCKETS: Final = 4
"""Partitions that messages which wait for their time are in."""
ASKED_BUCKETS: Final = 4
"""Partitions that orders which asked for stock at another time than they were placed are in."""


def _key(pk: str, sk: str) -> Key:
    return {"pk": pk, "sk": sk}


# --- ShopsTable ---------------------------------------------------------------------------------


def shop(shop_id: str) -> Key:
    """A shop and its settings."""
    return _key(shop_id, "shop")


def api_key(shop_id: str, key_id: str) -> Key:
    """An API key's hash and scopes, beside its shop, so that a shop's keys are one query."""
    return _key(shop_id, f"key#{key_id}")


def platform(shop_id: str, name: str) -> Key:
    """A platform's webhook secrets for a shop."""
    return _key(shop_id, f"platform#{name}")


def platform_order(shop_id: str, name: str, external_id: str) -> Key:
    """The newest observation of a platform's order."""
    return _key(f"{shop_id}#{name}#{external_id}", "observation")


def shop_listing(created_at: str, shop_id: str) -> dict[str, str]:
    """Where a shop stands in the index ``by_kind``: all shops by time of creation."""
    return {"list_pk": "shop", "list_sk": f"{created_at}#{shop_id}"}


def shop_and_below(shop_id: str) -> str:
    """The partition of a shop, its API keys and its platforms."""
    return shop_id


# --- OrdersTable --------------------------------------------------------------------------------


def order(shop_id: str, order_id: str) -> Key:
    """What changes of an order: status, quantities, holds."""
    return _key(f"{shop_id}#{order_id}", "order")


def order_details(shop_id: str, order_id: str) -> Key:
    """What an order was placed with: customer, addresses, prices."""
    return _key(f"{shop_id}#{order_id}", "details")


def order_entry(shop_id: str, order_id: str, place: str) -> Key:
    """An entry of an order's timeline; places sort as the entries came."""
    return _key(f"{shop_id}#{order_id}", f"entry#{place}")


def order_payment(shop_id: str, order_id: str, payment_id: str) -> Key:
    """A payment fact told of after an order was placed."""
    return _key(f"{shop_id}#{order_id}", f"payment#{payment_id}")


def order_edit(shop_id: str, order_id: str) -> Key:
    """The newest edit of an order: an order has one open at most."""
    return _key(f"{shop_id}#{order_id}", "edit")


def order_earlier_edit(shop_id: str, order_id: str, edit_id: str) -> Key:
    """An edit of an order that another one followed."""
    return _key(f"{shop_id}#{order_id}", f"edit#{edit_id}")


def order_return(shop_id: str, order_id: str, return_id: str) -> Key:
    """A return of an order; an order's returns sort as they were asked for."""
    return _key(f"{shop_id}#{order_id}", f"return#{return_id}")


def order_key_use(shop_id: str, order_id: str, made: str) -> Key:
    """What an Idempotency-Key has made of an order; the id of what it made is derived from it."""
    return _key(f"{shop_id}#{order_id}", f"key-use#{made}")


def orders_of_shop(shop_id: str, order_id: str) -> str:
    """Where an order stands in the index ``by_shop``, by placement."""
    return orders_bucket(shop_id, sum(order_id.encode()) % ORDER_BUCKETS)


def orders_bucket(shop_id: str, bucket: int) -> str:
    """One of the 8 partitions of a shop in the index ``by_shop``."""
    return f"{shop_id}#{bucket}"


def orders_of_customer(shop_id: str, customer_id: str) -> str:
    """Where a customer's orders stand in the index ``by_customer``, by placement."""
    return f"{shop_id}#{customer_id}"


def unpaid(order_id: str) -> str:
    """Where an order that expires unless it is paid stands in the index ``by_deadline``."""
    return unpaid_bucket(sum(order_id.encode()) % UNPAID_BUCKETS)


def unpaid_bucket(bucket: int) -> str:
    """One of the 4 partitions of the index ``by_deadline``."""
    return f"unpaid#{bucket}"


def asked(order_id: str) -> str:
    """Where an order stands in the index ``by_asking``, if it asked long after it was placed."""
    return asked_bucket(sum(order_id.encode()) % ASKED_BUCKETS)


def asked_bucket(bucket: int) -> str:
    """One of the 4 partitions of the index ``by_asking``."""
    return f"asked#{bucket}"


def known_shop(shop_id: str) -> Key:
    """A shop that has placed orders; all of them are one query, for no shop's eyes."""
    return _key(known_shops(), shop_id)


def known_shops() -> str:
    """The partition of all shops that have placed orders."""
    return "shops"


def schedule_marks() -> Key:
    """Up to when the schedule has looked at orders, for each age it looks at."""
    return _key("schedule", "marks")


# --- InventoryTable -----------------------------------------------------------------------------


def location(shop_id: str, location_id: str) -> Key:
    """A place that holds stock; a shop's locations are one query."""
    return _key(f"{shop_id}#locations", location_id)


def item(shop_id: str, sku: str) -> Key:
    """A SKU's settings."""
    return _key(f"{shop_id}#sku#{sku}", "item")


def level(shop_id: str, sku: str, location_id: str) -> Key:
    """Stock of a SKU at a location, beside the SKU's settings."""
    return _key(f"{shop_id}#sku#{sku}", f"level#{location_id}")


def stock_check(shop_id: str, sku: str, location_id: str) -> Key:
    """The ledger's opening balance at a location, and what drifted, beside the level."""
    return _key(f"{shop_id}#sku#{sku}", f"check#{location_id}")


def allocation(shop_id: str, order_id: str) -> Key:
    """What inventory decided for an order: the gate that lets each version in once."""
    return _key(f"{shop_id}#{order_id}", "allocation")


def reservation(shop_id: str, sku: str, location_id: str, placed_at: str, order_id: str) -> Key:
    """An order's reservation line: a row of the ledger, listed by SKU, location and placement."""
    bucket = sum(order_id.encode()) % RESERVATION_BUCKETS
    pk = reservation_bucket(shop_id, sku, location_id, bucket)
    return _key(pk, f"{placed_at}#{order_id}")


def reservation_bucket(shop_id: str, sku: str, location_id: str, bucket: int) -> str:
    """The partition of one of a SKU-location's 8 groups of reservation lines."""
    return f"{shop_id}#lines#{sku}#{location_id}#{bucket}"


def owed(shop_id: str, sku: str) -> str:
    """Where a SKU's backordered lines stand in the index ``owed``, by placement."""
    return f"{shop_id}#{sku}"


def unchecked(sku: str) -> str:
    """Where a level that changed since its last check stands in the index ``unchecked``."""
    return unchecked_bucket(sum(sku.encode()) % UNCHECKED_BUCKETS)


def unchecked_bucket(bucket: int) -> str:
    """One of the 4 partitions of the index ``unchecked``."""
    return f"unchecked#{bucket}"


def levels_at(shop_id: str, location_id: str) -> str:
    """Where a location's levels stand in the index ``by_location``, by SKU."""
    return f"{shop_id}#levels#{location_id}"


def movement(shop_id: str, sku: str, movement_id: str) -> Key:
    """A stock movement: received, adjusted, transferred or counted; sorts by time."""
    return _key(f"{shop_id}#movements#{sku}", movement_id)


def movements_of_shop(shop_id: str) -> str:
    """Where a shop's movements stand in the index ``by_shop``, by time."""
    return f"{shop_id}#movements"


def transfer(shop_id: str, transfer_id: str) -> Key:
    """A transfer between two locations, and what of it is still in transit."""
    return _key(f"{shop_id}#{transfer_id}", "transfer")


def movement_request(shop_id: str, request_id: str) -> Key:
    """Which movement an idempotency key made; the id is derived from shop and key."""
    return _key(f"{shop_id}#{request_id}", "movement-request")


# --- ShipmentsTable -----------------------------------------------------------------------------

SHIPMENT_ORDER_PART: Final = 16
"""Characters of a shipment id that are the same for all shipments of an order: shp_ and 12."""
SHIPMENT_KEY_PART: Final = 18
"""Characters of a shipment id that are its key: the order's part, and two of its place in it."""


def shipment(shop_id: str, shipment_id: str) -> Key:
    """A shipment and its parcels, beside the other shipments of its order.

    Of two that claim the same place of an order, one finds the key taken.
    """
    pk = shipments_of_order(shop_id, shipment_id)
    return _key(pk, f"shipment#{shipment_id[:SHIPMENT_KEY_PART]}")


def shipment_due(shop_id: str, shipment_id: str, carrier_name: str) -> Key:
    """A further carrier of a shipment, in the index of active ones; the first needs no item."""
    pk = shipments_of_order(shop_id, shipment_id)
    return _key(pk, f"due#{shipment_id[:SHIPMENT_KEY_PART]}#{carrier_name}")


def shipments_of_order(shop_id: str, shipment_id: str) -> str:
    """The partition of an order's shipments: their ids begin alike, with 60 bits of the order's."""
    return f"{shop_id}#{shipment_id[:SHIPMENT_ORDER_PART]}"


def carrier(name: str) -> Key:
    """A carrier's settings for the whole deployment."""
    return _key(f"carrier#{name}", "settings")


def watermark(name: str) -> Key:
    """Up to when a carrier's shipments have been asked about."""
    return _key(f"carrier#{name}", "watermark")


def rhythm(name: str) -> Key:
    """When a carrier's scans come, as finished parcels have taught."""
    return _key(f"carrier#{name}", "rhythm")


def carrier_usage(name: str) -> Key:
    """How a carrier fares: its calls, errors and news, its breaker and its pause."""
    return _key(f"carrier#{name}", "usage")


def carrier_token(name: str) -> Key:
    """The access token of a carrier that all workers share."""
    return _key(f"carrier#{name}", "token")


def pushed_number(asked: str, number: str, shop_id: str, shipment_id: str) -> Key:
    """A shipment with a number of which somebody pushes news; only its number is told then."""
    pk = shipments_of_number(asked, number)
    return _key(pk, f"{shop_id}#{shipment_id[:SHIPMENT_KEY_PART]}")


def shipments_of_number(asked: str, number: str) -> str:
    """The partition of the shipments that have a number, in all shops."""
    return f"number#{asked}#{number}"


# --- NotificationsTable -------------------------------------------------------------------------


def message(shop_id: str, order_id: str, message_id: str) -> Key:
    """A message of the ledger; an order's messages are one query."""
    return _key(f"{shop_id}#{order_id}", f"message#{message_id}")


def due_messages(bucket: int) -> str:
    """A partition of the index ``by_due``."""
    return f"due#{bucket}"


def due_message(due_at: str, message_id: str) -> dict[str, str]:
    """Where a message stands in the index ``by_due``, until its time has come."""
    bucket = sum(message_id.encode()) % DUE_BUCKETS
    return {"due_pk": due_messages(bucket), "due_sk": f"{due_at}#{message_id}"}


def messages_in_state(shop_id: str, state: str, created_at: str, message_id: str) -> dict[str, str]:
    """Where a message stands in the index ``by_state``: what somebody has to do with."""
    return {"state_pk": f"{shop_id}#{state}", "state_sk": f"{created_at}#{message_id}"}


def message_budget(shop_id: str, spender: str, channel: str, date: str) -> Key:
    """What an order or its shop has spent by a channel on one day of the shop."""
    return _key(f"{shop_id}#{spender}", f"spent#{date}#{channel}")


def contact(shop_id: str, customer_id: str) -> Key:
    """What is known of a shop's customer as a recipient of mail."""
    return _key(f"{shop_id}#{customer_id}", "contact")


def phone_contact(phone_id: str) -> Key:
    """What the owner of a number has said: STOP reaches us by number alone, for every shop."""
    return _key(f"phones#{phone_id}", "contact")


def template(shop_id: str, message: str, channel: str, locale: str) -> Key:
    """A shop's own wording of a message; all of a shop's are one query."""
    return _key(templates(shop_id), f"{message}#{channel}#{locale}")


def templates(shop_id: str) -> str:
    """The partition of a shop's own wordings."""
    return f"{shop_id}#templates"


def unsubscribe_secret() -> Key:
    """What the links that unsubscribe are signed with, in the whole deployment."""
    return _key("secrets", "unsubscribe")


# --- Every table --------------------------------------------------------------------------------


def parked(source: str, record_id: str) -> Key:
    """A record that could not be applied, set aside so that the others go on."""
    return _key(f"parked#{source}", record_id)
