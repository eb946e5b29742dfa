"""The statuses that follow from an order's quantities and money, worked out a second time."""

from tests.simulation.judge.verdict import Item


def derived_statuses(order: Item) -> dict[str, str]:
    """Inventory, fulfilment, payment and return status of a stored order."""
    return {
        "inventory": inventory_status(order),
        "fulfillment": fulfillment_status(order),
        "payment": payment_status(order),
        "return": return_status(order),
    }


def agreed(order: Item) -> list[Item]:
    """An order's lines without those that an edit would add, while that is not certain."""
    return [line for line in order["lines"] if "edit_id" not in line]


def wanted_of(line: Item) -> int:
    """Units ordered and not cancelled."""
    return int(line["quantity"] - line.get("cancelled", 0))


def inventory_status(order: Item) -> str:
    """How far stock is reserved."""
    lines = agreed(order)
    wanted = sum(map(wanted_of, lines))
    if not order.get("inventory_version"):
        return "pending"
    if wanted == 0:
        return "out_of_stock" if order.get("cancel_reason") == "inventory" else "pending"
    have = sum(min(line.get("allocated", 0), wanted_of(line)) for line in lines)
    owed = sum(line.get("backordered", 0) for line in lines)
    if have + owed == 0:
        return "out_of_stock"
    if have + owed < wanted:
        return "partially_allocated"
    return "backordered" if owed else "allocated"


def fulfillment_status(order: Item) -> str:
    """How far it is shipped and delivered; units that need no shipping do not count."""
    lines = [
        line
        for line in agreed(order)
        if line.get("requires_shipping", True) or line.get("fulfilled", 0)
    ]
    wanted = sum(map(wanted_of, lines))
    gone = sum(min(line.get("fulfilled", 0), wanted_of(line)) for line in lines)
    there = sum(min(line.get("delivered", 0), wanted_of(line)) for line in lines)
    if gone == 0:
        return "unfulfilled"
    if there:
        return "delivered" if there >= wanted else "partially_delivered"
    return "fulfilled" if gone >= wanted else "partially_fulfilled"


def payment_status(order: Item) -> str:
    """How far it is paid."""
    money = order.get("payments", {})
    captured, refunded = money.get("captured", 0), money.get("refunded", 0)
    if refunded:
        return "refunded" if refunded >= captured else "partially_refunded"
    if captured:
        due = order["total"] - order.get("removed", 0)
        return "paid" if captured >= due else "partially_paid"
    if not order["total"]:
        return "paid"
    if money.get("authorized", 0) > money.get("voided", 0):
        return "authorized"
    return "voided" if money.get("voided", 0) else "pending"


def return_status(order: Item) -> str:
    """How far it has come back."""
    back = sum(line.get("returned", 0) for line in order["lines"])
    gone = sum(line.get("fulfilled", 0) for line in order["lines"])
    states = set(order.get("returns", {}).values())
    if back and back >= gone:
        return "returned"
    if "approved" in states:
        return "in_progress"
    if back:
        return "partially_returned"
    return "requested" if "requested" in states else "none"
