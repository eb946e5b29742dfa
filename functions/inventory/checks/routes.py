"""HTTP: checks of stock that somebody asks for."""

from inventory.checks.models import StockCheck, StockCheckBody, statement_body
from inventory.endpoint import WRITE, api, checks
from inventory.stock import SkuKey
from waybill.clock import to_text
from waybill.http import Call, Reply


@api.route(
    "POST", "/v1/stock-checks", scope=WRITE, body=StockCheckBody,
    returns={200: StockCheck}, failures=(400,),
)  # fmt: skip
def check_stock(call: Call) -> Reply:
    """Prove a SKU's stock, and show the rows behind each number."""
    body = call.parse(StockCheckBody)
    at, found = checks().check(
        SkuKey(call.shop_id, body.sku), body.location_id, from_start=body.from_start
    )
    levels = [statement_body(check) for check in found]
    return Reply(200, StockCheck(sku=body.sku, checked_at=to_text(at), levels=levels))
