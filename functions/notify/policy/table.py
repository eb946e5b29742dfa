"""Who hears of what, by which channel, how urgently: the whole policy, as one table of data.

An order's ordinary life is three mails (confirmed, dispatched, delivered) and at most one SMS per
shipment: when it is out for delivery or ready for pickup; else, where the carrier told of neither
in time, when it is delivered. More is said only when something needs the reader.
"""

from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from notify.policy.alerts import BUDGET_SPENT
from notify.policy.rules import AllBut, Audience, Channel, Once, Rule, Topic, Urgency
from waybill.events import EventName

_OVER: Final = frozenset({"delivered", "returning", "returned", "cancelled", "expired"})
_CONFIRMED: Final = frozenset({"confirmed", "completed"})
_OF_SHIPMENTS: Final = frozenset(
    {
        EventName.SHIPMENT_CREATED,
        EventName.SHIPMENT_STATUS_CHANGED,
        EventName.SHIPMENT_ESTIMATE_CHANGED,
    }
)
_COMPANY: Final = timedelta(minutes=2)
"""Shipments of one order are registered, and leave, within moments of each other."""
_DIGEST: Final = timedelta(minutes=10)
"""A flash sale's end is thousands of short orders, and one mail to the shop."""
_ARRIVAL: Final = "arrival_sms"  # out for delivery, ready for pickup, delivered: one SMS for all


def _mail(
    event: EventName,
    status: str | None,
    name: str,
    once: Once = Once.SUBJECT,
    *,
    true_while: Container[str] | None,
    needs_recipient: bool = False,
    kind: str | None = None,
) -> Rule:
    return Rule(
        event=event,
        status=status,
        name=name,
        audience=Audience.CUSTOMER,
        channel=Channel.EMAIL,
        urgency=Urgency.AT_ONCE,
        once=once,
        true_while=true_while,
        topic=Topic.DELIVERIES if event in _OF_SHIPMENTS else Topic.ORDERS,
        needs_recipient=needs_recipient,
        kind=kind,
        together=_COMPANY if event in _OF_SHIPMENTS else None,
    )


def _alert(event: EventName | None, name: str) -> Rule:
    return Rule(
        event=event,
        status=None,
        name=name,
        audience=Audience.SHOP,
        channel=Channel.EMAIL,
        urgency=Urgency.AT_ONCE,
        once=Once.EVENT,
        true_while=None,
        topic=Topic.ORDERS,
        together=_DIGEST,
    )


def _sms(status: str, once: Once = Once.SUBJECT, *, budget: str | None = None) -> Rule:
    return Rule(
        event=EventName.SHIPMENT_STATUS_CHANGED,
        status=status,
        name=status,
        audience=Audience.CUSTOMER,
        channel=Channel.SMS,
        urgency=Urgency.BY_DAY,
        once=once,
        true_while=frozenset({status}),
        budget=budget,
        together=_COMPANY,
    )


_CHANGED: Final = EventName.SHIPMENT_STATUS_CHANGED
ALERT_OF_BUDGETS: Final = _alert(None, BUDGET_SPENT)
"""Of no event: this room itself wakes it."""

RULES: Final = (
    _mail(EventName.ORDER_CONFIRMED, None, "order_confirmed", true_while=_CONFIRMED),
    _mail(EventName.ORDER_CANCELLED, None, "order_cancelled", true_while=frozenset({"cancelled"})),
    _mail(
        EventName.ORDER_PAYMENT_RECORDED,
        None,
        "order_refunded",
        Once.VERSION,
        true_while=None,
        kind="refunded",
    ),
    _mail(EventName.SHIPMENT_CREATED, None, "shipment_dispatched", true_while=AllBut(_OVER)),
    _sms("out_for_delivery", budget=_ARRIVAL),
    _mail(
        _CHANGED,
        "available_for_pickup",
        "available_for_pickup",
        true_while=frozenset({"available_for_pickup"}),
    ),
    _sms("available_for_pickup", budget=_ARRIVAL),
    _mail(
        _CHANGED,
        "delivery_attempted",
        "delivery_attempted",
        Once.VERSION,
        true_while=frozenset({"delivery_attempted"}),
    ),
    _sms("delivery_attempted", Once.VERSION),
    _mail(_CHANGED, "delivered", "delivered", true_while=None),
    replace(_sms("delivered", budget=_ARRIVAL), true_while=None, last_resort=True),
    _mail(
        _CHANGED,
        "exception",
        "action_required",
        Once.SUB_STATUS,
        true_while=frozenset({"exception"}),
        needs_recipient=True,
    ),
    _mail(
        EventName.SHIPMENT_ESTIMATE_CHANGED,
        None,
        "estimate_changed",
        Once.ESTIMATE,
        true_while=AllBut(_OVER | {"available_for_pickup"}),
    ),
    _alert(EventName.ORDER_HELD, "order_held"),
    _alert(EventName.LOW_STOCK, "stock_alert"),
    _alert(EventName.OUT_OF_STOCK, "stock_alert"),
    _alert(EventName.STOCK_OVERSOLD, "stock_alert"),
    _alert(EventName.STOCK_DRIFT_FOUND, "stock_drift"),
    _alert(EventName.CARRIER_FAILED, "carrier_down"),
    ALERT_OF_BUDGETS,
)


def rules_for(event: str, data: Mapping[str, Any]) -> list[Rule]:
    """Return the rules an event wakes; most statuses of a shipment wake none."""
    return [rule for rule in RULES if rule.wakes(event, data)]


def rule_of(name: str, channel: Channel, audience: Audience) -> Rule | None:
    """Return the rule that says something by a channel; None where it is said no more."""
    wanted = (name, channel, audience)
    found = (rule for rule in RULES if (rule.name, rule.channel, rule.audience) == wanted)
    return next(found, None)
