"""EasyPost: Trackers and Events of API v2 (docs.easypost.com/docs/trackers, /docs/events).

A scan's code is `status/status_detail`. Who makes a tracker is told of it by events, if there is a
webhook: see pushes.py.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from local.carriers.journeys import Answer, Journey, Journeys, Request, Scan

NAME = "easypost"
CREDENTIALS = {"api_key": "simulated-easypost-key"}

_PATH = "/v2/trackers"


def answer(request: Request, journeys: Journeys) -> Answer | None:
    """Answer a tracker, or return None when the path is not this carrier's."""
    if request.path != _PATH or request.method != "POST":
        return None
    expected = b64encode(f"{CREDENTIALS['api_key']}:".encode()).decode()
    if request.headers.get("authorization") != f"Basic {expected}":
        return _error(401, "APIKEY.INACTIVE", "This api key is no longer active.")
    try:
        wanted = json.loads(request.body)["tracker"]
        number, carrier = str(wanted["tracking_code"]).upper(), str(wanted.get("carrier", "USPS"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return _error(422, "TRACKER.CREATE.ERROR", "Wrong parameter type.")
    journeys.track(number, carrier)
    journey = journeys.of(NAME, number) or Journey()
    return Answer(201, tracker(number, carrier, journey), number)


def tracker(number: str, carrier: str, journey: Journey) -> dict[str, Any]:
    """Return the Tracker of a number, its details the oldest first."""
    details = [_detail(scan, carrier) for scan in (*journey.former, *journey.scans)]
    last = details[-1] if details else {"status": "unknown", "status_detail": "unknown"}
    now = datetime.now(UTC)
    return {
        "id": f"trk_{hashlib.sha256(number.encode()).hexdigest()[:32]}",
        "object": "Tracker",
        "mode": "test",
        "tracking_code": number,
        "status": last["status"],
        "status_detail": last["status_detail"],
        "created_at": _time(journey.scans[0].at if journey.scans else now),
        "updated_at": _time(now),
        "signed_by": None,
        "weight": None,
        "est_delivery_date": _time(journey.estimate) if journey.estimate else None,
        "shipment_id": None,
        "carrier": carrier,
        "tracking_details": details,
        "carrier_detail": {
            "object": "CarrierDetail",
            "service": "GroundAdvantage" if details else None,
            "container_type": None,
            "est_delivery_date_local": None,
            "est_delivery_time_local": None,
            "origin_location": None,
            "origin_tracking_location": None,
            "destination_location": None,
            "destination_tracking_location": None,
            "guaranteed_delivery_date": None,
            "alternate_identifier": None,
            "initial_delivery_attempt": None,
        },
        "finalized": True,
        "is_return": False,
        "public_url": "https://track.example/x",
        "fees": [],
    }


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message, "errors": []}})


def _detail(scan: Scan, carrier: str) -> dict[str, Any]:
    status, _, fine = scan.code.partition("/")
    return {
        "object": "TrackingDetail",
        "message": scan.text,
        "description": None,
        "status": status,
        "status_detail": fine or "unknown",
        "datetime": _time(scan.at),
        "source": carrier,
        "carrier_code": None,
        "tracking_location": {
            "object": "TrackingLocation",
            "city": scan.place or None,
            "state": None,
            "country": scan.country or None,
            "zip": None,
        },
    }


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
