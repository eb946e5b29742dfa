"""HTTP: what carriers tell without being asked."""

from tracking.carriers import easypost_events
from tracking.endpoint import api, pushing
from waybill.http import MAX_WEBHOOK_BYTES, Call, Reply


@api.route(
    "POST",
    "/webhooks/carriers/easypost",
    scope=None,
    returns={200: None},
    failures=(401,),
    max_bytes=MAX_WEBHOOK_BYTES,
)
def receive_easypost(call: Call) -> Reply:
    """Take in what EasyPost tells of a tracker, signed, without being asked."""
    pushing().receive(call.headers.get(easypost_events.HEADER, ""), call.raw_body)
    return Reply(200)
