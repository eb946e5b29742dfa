"""Each minute: messages whose time has come, or that a provider may take by now."""

from typing import Any, Final

from notify.composition import resumer
from waybill.ids import random_id
from waybill.observability import end_invocation, start_work
from waybill.settings import on_lambda

_ENOUGH: Final = 10_000
"""Milliseconds that taking up one more message may take, at most."""


def lambda_handler(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """Take up what is due; what there is no time for is due in the next minute."""
    start_work("notify", random_id("req"))
    try:
        looked_at = resumer().run(lambda: context.get_remaining_time_in_millis() > _ENOUGH)
    finally:
        end_invocation()
    return {"looked_at": looked_at}


if on_lambda():
    resumer()
