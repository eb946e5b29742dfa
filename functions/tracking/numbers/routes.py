"""HTTP: whose a tracking number may be."""

from tracking.endpoint import READ, api
from tracking.numbers.identifying import identify, normalise
from tracking.numbers.models import Candidates, CandidateView, NumberToIdentify
from waybill.http import Call, Reply


@api.route(
    "POST",
    "/v1/tracking-numbers/identify",
    scope=READ,
    body=NumberToIdentify,
    returns={200: Candidates},
)
def identify_number(call: Call) -> Reply:
    """Name the carriers a tracking number may be of, best first."""
    number = normalise(call.parse(NumberToIdentify).number)
    found = identify(number) if number else []
    return Reply(200, Candidates(candidates=[CandidateView(**c._asdict()) for c in found]))
