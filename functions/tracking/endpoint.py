"""Tracking's HTTP entry point, the services behind it, and how it reads ids in paths."""

import re
import time
from functools import cache
from typing import TYPE_CHECKING, Final

from tracking.accounts.repository import CachedSettings, CarriersTable
from tracking.accounts.service import CarrierService
from tracking.settings import api_settings
from tracking.shipments.correcting import Correcting
from tracking.shipments.repository import ShipmentsTable
from tracking.shipments.service import ShipmentService
from waybill import aws
from waybill.access import authenticator
from waybill.clock import system_clock
from waybill.dynamo import Table
from waybill.http import Api, Call
from waybill.problems import NotFound
from waybill.views import OrdersView, ShopsView

if TYPE_CHECKING:
    from tracking.news.pushing import Pushing
    from tracking.shipments.refreshing import Refreshing

READ: Final = "tracking:read"
WRITE: Final = "tracking:write"
OPERATOR: Final = "operator"

_SHIPMENT_ID: Final = re.compile(r"shp_[0-9a-z]{26}")

api: Final = Api("tracking", authenticator)


def _table(name: str) -> Table:
    return Table(aws.client("dynamodb"), name)


@cache
def shipments() -> ShipmentService:
    """Registers shipments and looks them up."""
    settings = api_settings()
    table = _table(settings.shipments_table)
    return ShipmentService(
        shipments=ShipmentsTable(table),
        orders=OrdersView(_table(settings.orders_table)),
        shops=ShopsView(_table(settings.shops_table)),
        clock=system_clock,
        set_up=CachedSettings(CarriersTable(table), time.monotonic).set_up,
    )


@cache
def accounts() -> CarrierService:
    """Sets up carriers."""
    settings = api_settings()
    table = CarriersTable(_table(settings.shipments_table))
    return CarrierService(table, system_clock, local=settings.waybill_local)


@cache
def correcting() -> Correcting:
    """Corrects parcels."""
    table = _table(api_settings().shipments_table)
    set_up = CachedSettings(CarriersTable(table), time.monotonic).set_up
    return Correcting(ShipmentsTable(table), system_clock, set_up)


@cache
def refreshing() -> "Refreshing":
    """Asks about a shipment at once: rare, and what it needs is half a cold start."""
    from tracking.asking.conversation import Line  # noqa: PLC0415
    from tracking.asking.tokens import Tokens, TokensTable  # noqa: PLC0415
    from tracking.carriers.http import CarrierHttp  # noqa: PLC0415
    from tracking.carriers.registry import ADAPTERS  # noqa: PLC0415
    from tracking.news.keeping import Keeper  # noqa: PLC0415
    from tracking.shipments.refreshing import Refreshing  # noqa: PLC0415

    table = _table(api_settings().shipments_table)
    stored, carriers = ShipmentsTable(table), CarriersTable(table)
    settings = CachedSettings(carriers, time.monotonic)
    tokens = Tokens(TokensTable(table), system_clock, time.sleep)
    return Refreshing(
        shipments=stored,
        carriers=carriers,
        adapters=ADAPTERS,
        keeper=Keeper(stored, settings.set_up, system_clock),
        line=Line(CarrierHttp().send, tokens, system_clock, time.sleep),
    )


@cache
def pushing() -> "Pushing":
    """Takes in what carriers push, where any does."""
    from tracking.news.keeping import Keeper  # noqa: PLC0415
    from tracking.news.learning import Lessons, RhythmsTable  # noqa: PLC0415
    from tracking.news.pushing import Pushing  # noqa: PLC0415

    table = _table(api_settings().shipments_table)
    stored = ShipmentsTable(table)
    settings = CachedSettings(CarriersTable(table), time.monotonic)
    return Pushing(
        shipments=stored,
        settings=settings,
        keeper=Keeper(stored, settings.set_up, system_clock),
        lessons=Lessons(RhythmsTable(table), time.monotonic),
    )


def shipment_id(call: Call) -> str:
    """The shipment that the path names; raises 404 for what can be no shipment's id."""
    text = call.path["shipment_id"]
    if not _SHIPMENT_ID.fullmatch(text):
        raise NotFound("this shop has no such shipment")
    return text
