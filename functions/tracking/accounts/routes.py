"""HTTP, for the operator: how carriers are set up, and how they fare."""

from tracking.accounts.models import CarrierView, NewCarrierSettings
from tracking.accounts.presenting import carrier_view
from tracking.carriers.registry import ADAPTERS
from tracking.endpoint import OPERATOR, accounts, api
from waybill.clock import system_clock
from waybill.http import Call, Reply, etag


@api.route(
    "PUT",
    "/v1/carriers/<carrier>",
    scope=OPERATOR,
    body=NewCarrierSettings,
    returns={200: CarrierView},
)
def put_carrier(call: Call) -> Reply:
    """Set up a carrier: where it is, with which credentials, and how much it may be asked."""
    accounts().put(call.caller, call.path["carrier"], call.parse(NewCarrierSettings))
    return _reply(call)


@api.route("GET", "/v1/carriers/<carrier>", scope=OPERATOR, returns={200: CarrierView})
def get_carrier(call: Call) -> Reply:
    """Look up a carrier's settings, without its credentials."""
    return _reply(call)


def _reply(call: Call) -> Reply:
    known = accounts().get(call.path["carrier"])
    view = carrier_view(known, ADAPTERS[known.settings.carrier].LIMITS, system_clock)
    return Reply(200, view, etag(known.settings.version))
