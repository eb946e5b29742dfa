"""HTTP: checks of stock that somebody asks for."""

from functools import cache
from typing import Final

from inventory.check_models import StockCheck, StockCheckBody, statement_body
from inventory.check_repository import CheckRepository
from inventory.checking import Checker
from inventory.patience import Patience
from inventory.settings import inventory_settings
from inventory.sku_check import SkuChecks
from inventory.stock import SkuKey
from waybill.aws import client
from waybill.clock import to_text
from waybill.dynamo import Table
from waybill.http import Api, Call, Reply

SCOPE: Final = "inventory:write"
"""A check keeps what it has proven, and may read every row there is."""


def declare_routes(api: Api) -> None:
    """Add these routes to the room's API."""
    api.route(
        "POST", "/v1/stock-checks", scope=SCOPE, body=StockCheckBody,
        returns={200: StockCheck}, failures=(400,),
    )(check_stock)  # fmt: skip


def check_stock(call: Call) -> Reply:
    """Prove a SKU's stock, and show the rows behind each number."""
    body = call.parse(StockCheckBody)
    at, checks = _checks().check(
        SkuKey(call.shop_id, body.sku), body.location_id, from_start=body.from_start
    )
    levels = [statement_body(check) for check in checks]
    return Reply(200, StockCheck(sku=body.sku, checked_at=to_text(at), levels=levels))


@cache
def _checks() -> SkuChecks:
    books = CheckRepository(Table(client("dynamodb"), inventory_settings().inventory_table))
    return SkuChecks(books, Checker(books, Patience()))
