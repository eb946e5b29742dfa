"""A return's states: which step leads from where to where, as one table of data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from orders.order import Order, ReturnState
from orders.returns.rma import OrderReturn
from waybill.problems import Conflict


class Step(StrEnum):
    """What can be done with a return."""

    APPROVE = "approve"
    DECLINE = "decline"
    RECEIVE = "receive"
    REFUND = "refund"
    CANCEL = "cancel"


_REQUESTED: Final = ReturnState.REQUESTED
_APPROVED: Final = ReturnState.APPROVED
_RECEIVED: Final = ReturnState.RECEIVED
_REFUNDED: Final = ReturnState.REFUNDED

WAYS: Final[Mapping[Step, Mapping[ReturnState, frozenset[ReturnState]]]] = {
    Step.APPROVE: {_REQUESTED: frozenset({_APPROVED})},
    Step.DECLINE: {_REQUESTED: frozenset({ReturnState.DECLINED})},
    # In parts: some may have arrived, and some of that may have been refunded.
    Step.RECEIVE: {_APPROVED: frozenset({_APPROVED, _RECEIVED})},
    Step.REFUND: {
        _APPROVED: frozenset({_APPROVED}),
        _RECEIVED: frozenset({_REFUNDED}),
    },
    # What has not arrived will not come; the return goes on with what has.
    Step.CANCEL: {
        _REQUESTED: frozenset({ReturnState.CANCELLED}),
        _APPROVED: frozenset({ReturnState.CANCELLED, _RECEIVED, _REFUNDED}),
    },
}
"""For each step, the states it can be taken from, and those it may lead to."""


def can(one: OrderReturn, step: Step) -> bool:
    """Whether the return's state allows a step."""
    return one.state in WAYS[step]


def is_repeated(one: OrderReturn, step: Step) -> bool:
    """Whether the return stands as the step leaves it, so that taking it again changes nothing."""
    match step:
        case Step.APPROVE:
            return one.state is _APPROVED
        case Step.DECLINE:
            return one.state is ReturnState.DECLINED
        case Step.RECEIVE:
            return one.state is _RECEIVED
        case Step.REFUND:
            nothing_left = not any(line.unrefunded for line in one.lines)
            return nothing_left and any(line.refunded for line in one.lines)
        case Step.CANCEL:
            return any(line.cancelled for line in one.lines)


def settled_state(one: OrderReturn) -> ReturnState:
    """Tell the state of an approved return after units arrived, were refunded or given up."""
    if any(line.due for line in one.lines):
        return _APPROVED
    if not any(line.received for line in one.lines):
        return ReturnState.CANCELLED
    return _RECEIVED if any(line.unrefunded for line in one.lines) else _REFUNDED


def refused(order: Order, one: OrderReturn, wish: str) -> Conflict:
    """Return the 409 for what the return's state does not allow, with what is possible instead."""
    return Conflict(
        f"this return is {one.state} and {wish}",
        return_status=one.state.value,
        order_status=order.status.value,
        possible=[step.value for step in Step if can(one, step)],
    )
