"""Woken by one event of the bus: somebody may have to hear of it."""

from typing import Any

from notify.composition import notifier
from waybill.events import Event
from waybill.observability import end_invocation, start_work
from waybill.settings import on_lambda


def lambda_handler(event: dict[str, Any], _context: Any) -> None:
    """Send what the event calls for; an error brings the event again, then to the failure queue."""
    fact = Event.from_eventbridge(event)
    start_work("notify", fact.correlation_id)
    try:
        notifier().handle(fact)
    finally:
        end_invocation()


if on_lambda():
    notifier()
