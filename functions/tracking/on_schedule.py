"""Wakes each minute: plans which shipments are asked about, carrier by carrier.

The input is not looked at, so a schedule that fires once at any time does the same.
"""

from functools import cache
from typing import Any

from tracking.accounts.repository import CarriersTable
from tracking.carriers.registry import ADAPTERS
from tracking.events import ROOM
from tracking.settings import schedule_settings
from tracking.shipments.repository import ShipmentsTable
from tracking.sweep.planner import Planner
from tracking.sweep.queue import SweepQueue
from waybill import aws
from waybill.clock import system_clock
from waybill.dynamo import Table
from waybill.ids import random_id
from waybill.observability import end_invocation, start_work
from waybill.settings import on_lambda


@cache
def _planner() -> Planner:
    settings = schedule_settings()
    table = Table(aws.client("dynamodb"), settings.shipments_table)
    return Planner(
        shipments=ShipmentsTable(table),
        carriers=CarriersTable(table),
        queue=SweepQueue(aws.client("sqs"), settings.sweep_queue_url),
        adapters=ADAPTERS,
        clock=system_clock,
    )


def lambda_handler(_event: Any, _context: Any) -> dict[str, int]:
    """Plan one sweep; what fails raises, and the next sweep covers it as well."""
    start_work(ROOM, random_id("swp"))
    try:
        return {"asked": _planner().sweep()}
    finally:
        end_invocation()


if on_lambda():
    _planner()
