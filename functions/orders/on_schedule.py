"""Wakes each minute: orders that waited too long for a decision on their stock, or for payment.

The input is not looked at, so a schedule that fires once at any time does the same.
"""

from functools import cache
from typing import Any

from orders.composition import inventory, schedule_repository, writer
from orders.events import ROOM
from orders.schedule.driving import Driver
from orders.schedule.expiry import Expirer
from waybill.ids import random_id
from waybill.observability import end_invocation, start_work
from waybill.settings import on_lambda


@cache
def _driver() -> Driver:
    return Driver(schedule_repository(), inventory(), writer())


@cache
def _expirer() -> Expirer:
    return Expirer(schedule_repository(), writer())


def lambda_handler(_event: Any, _context: Any) -> dict[str, int]:
    """Do what has become due; what fails raises, and the next run covers it as well."""
    start_work(ROOM, random_id("run"))
    try:
        try:
            expired = _expirer().run()
        finally:  # one does not stop the other
            driven_again = _driver().run()
        return {"driven_again": driven_again, "expired": expired}
    finally:
        end_invocation()


if on_lambda():
    _driver()
    _expirer()
