"""How the room's values are stored: items of InventoryTable to domain values and back."""

from dataclasses import asdict, fields
from typing import Any, Final

from inventory.movements.transfers import Transfer
from inventory.stock import (
    Allocation,
    Decision,
    Level,
    LineShare,
    Location,
    Movement,
    MovementKind,
    OversellPolicy,
    Reservation,
    StockItem,
)
from waybill.dynamo import Item

_QUANTITIES: Final = ("quantity", "shipped", "backordered", "released", "returned")


def location_attributes(location: Location) -> Item:
    """A location's attributes."""
    return {
        "location_id": location.location_id,
        "name": location.name,
        "priority": location.priority,
        "country": location.country,
        "closed": location.closed,
        **({"closing": True} if location.closing else {}),
        "levels": location.levels,
        "version": location.version,
        "updated_at": location.updated_at,
    }


def read_location(item: Item) -> Location:
    """A stored location."""
    return Location(
        location_id=item["location_id"],
        name=item["name"],
        priority=item["priority"],
        country=item["country"],
        closed=item["closed"],
        closing=item.get("closing", False),
        levels=item["levels"],
        version=item["version"],
        updated_at=item["updated_at"],
    )


def stock_item_attributes(item: StockItem) -> Item:
    """A SKU's settings as attributes."""
    return {
        "sku": item.sku,
        "title": item.title,
        "oversell_policy": item.oversell_policy.value,
        "backorder_limit": item.backorder_limit,
        "tracked": item.tracked,
        "safety_stock": item.safety_stock,
        "reorder_point": item.reorder_point,
        "release_at": item.release_at,
        "locations": list(item.locations),
        "version": item.version,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }


def read_stock_item(item: Item) -> StockItem:
    """A SKU's stored settings."""
    return StockItem(
        sku=item["sku"],
        title=item["title"],
        oversell_policy=OversellPolicy(item["oversell_policy"]),
        backorder_limit=item["backorder_limit"],
        tracked=item["tracked"],
        safety_stock=item["safety_stock"],
        reorder_point=item["reorder_point"],
        release_at=item["release_at"],
        locations=tuple(item["locations"]),
        version=item["version"],
        created_at=item["created_at"],
        updated_at=item["updated_at"],
    )


def read_level(item: Item) -> Level:
    """A stored level."""
    return Level(
        sku=item["sku"],
        location_id=item["location_id"],
        on_hand=item["on_hand"],
        reserved=item["reserved"],
        available=item["available"],
        backordered=item["backordered"],
        incoming=item["incoming"],
    )


def movement_attributes(movement: Movement) -> Item:
    """A movement's attributes."""
    return {
        "movement_id": movement.movement_id,
        "sku": movement.sku,
        "location_id": movement.location_id,
        "kind": movement.kind.value,
        "quantity": movement.quantity,
        "delta": movement.delta,
        "reason": movement.reason,
        "reference": movement.reference,
        "created_at": movement.created_at,
        "actor": movement.actor,
        **({"incoming": movement.incoming} if movement.incoming else {}),
        **({"transfer_id": movement.transfer_id} if movement.transfer_id else {}),
    }


def read_movement(item: Item) -> Movement:
    """A stored movement."""
    return Movement(
        movement_id=item["movement_id"],
        sku=item["sku"],
        location_id=item["location_id"],
        kind=MovementKind(item["kind"]),
        quantity=item["quantity"],
        delta=item["delta"],
        reason=item["reason"],
        reference=item["reference"],
        created_at=item["created_at"],
        actor=item["actor"],
        incoming=item.get("incoming", 0),
        transfer_id=item.get("transfer_id"),
    )


def transfer_attributes(transfer: Transfer) -> Item:
    """A transfer's attributes."""
    return asdict(transfer)


def read_transfer(item: Item) -> Transfer:
    """A stored transfer."""
    return Transfer(**{field.name: item[field.name] for field in fields(Transfer)})


def reservation_attributes(row: Reservation) -> dict[str, Any]:
    """A reservation line's place and quantities, as its row and the allocation both hold them.

    Numbers that are 0 are left out: an allocation has a row for each of many lines, and every step
    of an order's life writes it whole.
    """
    numbers = {name: getattr(row, name) for name in _QUANTITIES}
    return {
        "sku": row.sku,
        "location_id": row.location_id,
        **{name: number for name, number in numbers.items() if number},
    }


def read_reservation(item: Item) -> Reservation:
    """A reservation line, from its row or from the allocation."""
    return Reservation(
        sku=item["sku"],
        location_id=item["location_id"],
        **{name: item[name] for name in _QUANTITIES if name in item},
    )


def allocation_attributes(allocation: Allocation) -> Item:
    """A decision's attributes."""
    return {
        "version": allocation.version,
        "order_version": allocation.order_version,
        "decision": allocation.decision.value,
        "lines": {line_id: share._asdict() for line_id, share in allocation.lines.items()},
        "reservations": [reservation_attributes(row) for row in allocation.reservations],
    }


def read_allocation(item: Item) -> Allocation:
    """A stored decision."""
    return Allocation(
        version=item["version"],
        order_version=item["order_version"],
        decision=Decision(item["decision"]),
        lines={
            line_id: LineShare(share["allocated"], share["backordered"])
            for line_id, share in item["lines"].items()
        },
        reservations=tuple(read_reservation(row) for row in item["reservations"]),
    )
