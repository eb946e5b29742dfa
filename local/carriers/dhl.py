"""DHL: Shipment Tracking - Unified API 1.4, `GET /track/shipments` (developer.dhl.com).

A code of two parts, `delivered/return`, is a delivery of a shipment that goes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from local.carriers.clocks import local
from local.carriers.journeys import Answer, Journey, Journeys, Request, Scan

NAME = "dhl"
CREDENTIALS = {"api_key": "simulated-dhl-key"}

_PATH = "/track/shipments"


def answer(request: Request, journeys: Journeys) -> Answer | None:
    """Answer a tracker, or return None when the path is not this carrier's."""
    if request.path != _PATH or request.method != "GET":
        return None
    number = request.query.get("trackingNumber", [""])[0].upper()
    if request.headers.get("dhl-api-key") != CREDENTIALS["api_key"]:
        return _problem(401, "Unauthorized", "Unauthorized for given resource.", number)
    if not number:
        return _problem(400, "Bad request", "Parameter trackingNumber is missing.", number)
    journey = journeys.of(NAME, number)
    if journey is None or not (journey.scans or journey.former):
        told = "No shipment with given tracking number found."
        return _problem(404, "No result found", told, number)
    both = [scans for scans in (journey.scans, journey.former) if scans]
    shipments = [_shipment(number, journey, scans) for scans in both]
    url = f"/shipments?trackingNumber={number}&language=en&offset=0&limit=5"
    return Answer(200, {"url": url, "shipments": shipments}, number)


def _problem(status: int, title: str, detail: str, number: str) -> Answer:
    return Answer(status, {"status": status, "title": title, "detail": detail}, number)


def _shipment(number: str, journey: Journey, scans: Sequence[Scan]) -> dict[str, Any]:
    newest_first = sorted(scans, key=lambda scan: scan.at, reverse=True)
    events = [_event(scan) for scan in newest_first]
    shipment: dict[str, Any] = {
        "id": number,
        "service": "express",
        "origin": {"address": {"countryCode": journey.origin}},
        "destination": {"address": {"countryCode": journey.destination}},
        "status": {key: value for key, value in events[0].items() if key != "pieceIds"},
        "details": {
            "product": {"productName": "EXPRESS WORLDWIDE"},
            "totalNumberOfPieces": max(1, len(journey.pieces)),
            "pieceIds": list(journey.pieces) or [number],
        },
        "events": events,
    }
    if any(scan.code == "delivered/return" for scan in scans):
        shipment["returnFlag"] = True
    if journey.estimate and scans is journey.scans:
        shipment["estimatedTimeOfDelivery"] = journey.estimate.isoformat(timespec="seconds")
    return shipment


def _event(scan: Scan) -> dict[str, Any]:
    """One event; Express tells local time without an offset."""
    at = local(scan).replace(tzinfo=None).isoformat(timespec="seconds")
    address = {"countryCode": scan.country, "addressLocality": scan.place}
    event: dict[str, Any] = {
        "timestamp": at,
        "location": {"address": {key: value for key, value in address.items() if value}},
        "statusCode": scan.code.partition("/")[0],
        "status": scan.text,
        "description": scan.text,
    }
    if scan.piece:
        event["pieceIds"] = [scan.piece]
    return event
