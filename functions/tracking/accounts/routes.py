"""HTTP, for the operator: how carriers are set up, and how they fare."""

from tracking.accounts.models import CarrierList, CarrierView, NewCarrierSettings
from tracking.accounts.presenting import carrier_view
from tracking.accounts.repository import Known
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


@api.route(
    "GET",
    "/v1/carriers",
    scope=OPERATOR,
    returns={200: CarrierList},
    failures=(400,),
    paged=True,
)
def list_carriers(call: Call) -> Reply:
    """List the carriers that are set up, by name, without their credentials."""
    page = call.page()
    found, last = accounts().page(page.limit, page.start)
    items = [_view(known) for known in found]
    return Reply(200, CarrierList(items=items, next_cursor=page.cursor(last)))


@api.route("GET", "/v1/carriers/<carrier>", scope=OPERATOR, returns={200: CarrierView})
def get_carrier(call: Call) -> Reply:
    """Look up a carrier's settings, without its credentials."""
    return _reply(call)


def _reply(call: Call) -> Reply:
    known = accounts().get(call.path["carrier"])
    return Reply(200, _view(known), etag(known.settings.version))


def _view(known: Known) -> CarrierView:
    return carrier_view(known, ADAPTERS[known.settings.carrier].LIMITS, system_clock)
