"""Wakes on the sweep's queue: asks one carrier about up to 32 shipments."""

import time
from functools import cache
from typing import Any

from tracking.accounts.repository import CachedSettings, CarriersTable
from tracking.asking.conversation import Line
from tracking.asking.tokens import Tokens, TokensTable
from tracking.briefing import Briefing
from tracking.carriers.http import CarrierHttp
from tracking.carriers.registry import ADAPTERS
from tracking.events import ROOM
from tracking.news.learning import Lessons, RhythmsTable
from tracking.settings import tracking_settings
from tracking.shipments.repository import ShipmentsTable
from tracking.sweep.tasks import Task
from tracking.sweep.worker import Worker
from waybill import aws
from waybill.batch import BatchResponse, process_messages, queue_messages
from waybill.clock import system_clock
from waybill.dynamo import Table
from waybill.settings import on_lambda


@cache
def _worker() -> Worker:
    table = Table(aws.client("dynamodb"), tracking_settings().shipments_table)
    carriers = CarriersTable(table)
    tokens = Tokens(TokensTable(table), system_clock, time.sleep)
    return Worker(
        briefing=Briefing(table),
        shipments=ShipmentsTable(table),
        set_up=CachedSettings(carriers, time.monotonic).set_up,
        usages=carriers,
        adapters=ADAPTERS,
        line=Line(CarrierHttp().send, tokens, system_clock, time.sleep),
        lessons=Lessons(RhythmsTable(table), time.monotonic),
    )


def lambda_handler(event: dict[str, Any], context: Any) -> BatchResponse:
    """Work a batch of tasks; a carrier that fails fails no task."""

    def seconds_left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    return process_messages(
        queue_messages(event),
        lambda message: _worker().work(Task.from_body(message.body), seconds_left),
        room=ROOM,
    )


if on_lambda():
    _worker()
