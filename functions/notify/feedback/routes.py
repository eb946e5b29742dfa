"""HTTP: why a customer gets no mail, and how that ends."""

from functools import cache

from notify.endpoint import api, notifications
from notify.feedback.models import SuppressionView
from notify.feedback.suppressing import Author, SuppressionTable
from waybill.http import Call, Reply
from waybill.observability import correlation_id, logger
from waybill.problems import NotFound

_PATH = "/v1/customers/<customer_id>/suppression"


@cache
def _suppressions() -> SuppressionTable:
    return SuppressionTable(notifications())


@api.route("GET", _PATH, scope="notify:read", returns={200: SuppressionView})
def read_suppression(call: Call) -> Reply:
    """Read why a customer gets no mail; 404 where nothing forbids it."""
    customer_id = call.path["customer_id"]
    suppression = _suppressions().get(call.shop_id, customer_id)
    if suppression is None:
        raise NotFound("mail to this customer is not suppressed")
    return Reply(200, SuppressionView.of(customer_id, suppression))


@api.route("DELETE", _PATH, scope="notify:write", returns={204: None})
def lift_suppression(call: Call) -> Reply:
    """Let mail be sent to a customer again."""
    customer_id = call.path["customer_id"]
    if _suppressions().lift(call.shop_id, customer_id, Author(call.caller.actor, correlation_id())):
        logger.info("suppression lifted", customer_id=customer_id, actor=call.caller.actor)
    return Reply(204)
