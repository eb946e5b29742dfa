"""The derived statuses: one pure function of an order's quantities and money."""

from dataclasses import dataclass
from enum import StrEnum

from orders.order import CancelReason, Line, Order, ReturnState


class PaymentStatus(StrEnum):
    """How far an order is paid."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"


class InventoryStatus(StrEnum):
    """How far stock is reserved for an order; pending while nothing is decided."""

    PENDING = "pending"
    ALLOCATED = "allocated"
    PARTIALLY_ALLOCATED = "partially_allocated"
    BACKORDERED = "backordered"
    OUT_OF_STOCK = "out_of_stock"


class FulfillmentStatus(StrEnum):
    """How far an order is shipped and delivered."""

    UNFULFILLED = "unfulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"
    PARTIALLY_DELIVERED = "partially_delivered"
    DELIVERED = "delivered"


class ReturnStatus(StrEnum):
    """How far an order has come back."""

    NONE = "none"
    REQUESTED = "requested"
    IN_PROGRESS = "in_progress"
    PARTIALLY_RETURNED = "partially_returned"
    RETURNED = "returned"


@dataclass(frozen=True)
class Statuses:
    """All that is derived of an order."""

    payment: PaymentStatus
    inventory: InventoryStatus
    fulfillment: FulfillmentStatus
    returns: ReturnStatus


def statuses(order: Order) -> Statuses:
    """Derive every status of an order from its quantities and money."""
    return Statuses(
        payment=_payment(order),
        inventory=_inventory(order),
        fulfillment=_fulfillment(order.agreed_lines),
        returns=_returns(order),
    )


def _payment(order: Order) -> PaymentStatus:
    money = order.payments
    if money.refunded:
        whole = money.refunded >= money.captured
        return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
    if money.captured:
        whole = money.captured >= order.current_total
        return PaymentStatus.PAID if whole else PaymentStatus.PARTIALLY_PAID
    if not order.total:  # there never was anything to be paid
        return PaymentStatus.PAID
    if money.authorized > money.voided:
        return PaymentStatus.AUTHORIZED
    return PaymentStatus.VOIDED if money.voided else PaymentStatus.PENDING


def _inventory(order: Order) -> InventoryStatus:
    if not order.inventory_version:
        return InventoryStatus.PENDING
    lines = order.agreed_lines
    wanted = sum(line.wanted for line in lines)
    if not wanted:  # all is cancelled, so nothing is held; only why it was is left to tell
        short = order.cancel_reason is CancelReason.INVENTORY
        return InventoryStatus.OUT_OF_STOCK if short else InventoryStatus.PENDING
    allocated = sum(min(line.allocated, line.wanted) for line in lines)
    owed = sum(line.backordered for line in lines)
    if not allocated and not owed:
        return InventoryStatus.OUT_OF_STOCK
    if allocated + owed < wanted:
        return InventoryStatus.PARTIALLY_ALLOCATED
    return InventoryStatus.BACKORDERED if owed else InventoryStatus.ALLOCATED


def _fulfillment(lines: tuple[Line, ...]) -> FulfillmentStatus:
    shipped = [line for line in lines if line.requires_shipping or line.fulfilled]
    wanted = sum(line.wanted for line in shipped)
    fulfilled = sum(min(line.fulfilled, line.wanted) for line in shipped)
    delivered = sum(min(line.delivered, line.wanted) for line in shipped)
    if not fulfilled:
        return FulfillmentStatus.UNFULFILLED
    if delivered:
        whole = delivered >= wanted
        return FulfillmentStatus.DELIVERED if whole else FulfillmentStatus.PARTIALLY_DELIVERED
    whole = fulfilled >= wanted
    return FulfillmentStatus.FULFILLED if whole else FulfillmentStatus.PARTIALLY_FULFILLED


def _returns(order: Order) -> ReturnStatus:
    returned = sum(line.returned for line in order.lines)
    fulfilled = sum(line.fulfilled for line in order.lines)
    states = set(order.returns.values())
    if returned and returned >= fulfilled:
        return ReturnStatus.RETURNED
    if ReturnState.APPROVED in states:
        return ReturnStatus.IN_PROGRESS
    if returned:
        return ReturnStatus.PARTIALLY_RETURNED
    return ReturnStatus.REQUESTED if ReturnState.REQUESTED in states else ReturnStatus.NONE
