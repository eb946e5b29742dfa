"""UPS: Tracking API v1 and OAuth client credentials (github.com/UPS-API/api-documentation).

A scan's code is `type/code/statusCode`, such as `I/AR/005`.
"""

from __future__ import annotations

import re
import time
from base64 import b64decode
from binascii import Error
from collections.abc import Sequence
from datetime import UTC
from typing import Any
from urllib.parse import parse_qs

from local.carriers.clocks import local
from local.carriers.journeys import Answer, Journey, Journeys, Request, Scan

NAME = "ups"
CREDENTIALS = {"client_id": "simulated-ups-client", "client_secret": "simulated-ups-secret"}

_TOKEN_PATH = "/security/v1/oauth/token"  # noqa: S105 - a path
_LIFETIME = 14_399
_PATH = re.compile(r"/api/track/v1/details/(?P<number>[^/]+)")
_PARTS = 3


def answer(request: Request, journeys: Journeys) -> Answer | None:
    """Answer a tracker, or return None when the path is not this carrier's."""
    if request.path == _TOKEN_PATH and request.method == "POST":
        return _token(request, journeys)
    match = _PATH.fullmatch(request.path)
    if match is None or request.method != "GET":
        return None
    number = match["number"].upper()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not journeys.accepts_token(token):
        return _error(401, "250002", "Invalid Authentication Information.", number)
    for name in ("transid", "transactionsrc"):
        if not request.headers.get(name):
            return _error(400, "TV0002", f"Missing required header {name}", number)
    journey = journeys.of(NAME, number)
    if journey is None or not (journey.scans or journey.former):
        warning = {"code": "TW0001", "message": "Tracking Information Not Found"}
        return _found([{"inquiryNumber": number, "warnings": [warning]}], number)
    both = [scans for scans in (journey.scans, journey.former) if scans]
    return _found([_shipment(number, journey, scans) for scans in both], number)


def _token(request: Request, journeys: Journeys) -> Answer:
    form = parse_qs(request.body.decode(errors="replace"))
    names = f"{CREDENTIALS['client_id']}:{CREDENTIALS['client_secret']}"
    if form.get("grant_type") != ["client_credentials"]:
        return _error(400, "10400", "Invalid/Missing grant type", "")
    if _basic(request.headers.get("authorization", "")) != names:
        return _error(401, "10401", "ClientId is Invalid", "")
    document = {
        "token_type": "Bearer",
        "issued_at": str(round(time.time() * 1000)),
        "client_id": CREDENTIALS["client_id"],
        "access_token": journeys.issue_token(NAME, _LIFETIME),
        "expires_in": str(_LIFETIME),
        "status": "approved",
    }
    return Answer(200, document)


def _basic(header: str) -> str:
    scheme, _, told = header.partition(" ")
    try:
        return b64decode(told, validate=True).decode() if scheme == "Basic" else ""
    except (Error, UnicodeDecodeError):
        return ""


def _error(status: int, code: str, message: str, number: str) -> Answer:
    return Answer(status, {"response": {"errors": [{"code": code, "message": message}]}}, number)


def _found(shipments: list[dict[str, Any]], number: str) -> Answer:
    return Answer(200, {"trackResponse": {"shipment": shipments}}, number)


def _shipment(number: str, journey: Journey, scans: Sequence[Scan]) -> dict[str, Any]:
    numbers = journey.pieces or (number,)
    packages = [_package(each, journey, scans) for each in numbers]
    return {"inquiryNumber": number, "package": packages}


def _package(number: str, journey: Journey, scans: Sequence[Scan]) -> dict[str, Any]:
    own = [scan for scan in scans if scan.piece in ("", number)]
    newest_first = sorted(own, key=lambda scan: scan.at, reverse=True)
    package: dict[str, Any] = {
        "trackingNumber": number,
        "deliveryDate": [],
        "activity": [_activity(scan) for scan in newest_first],
        "packageAddress": [
            {"type": "ORIGIN", "address": {"countryCode": journey.origin}},
            {"type": "DESTINATION", "address": {"countryCode": journey.destination}},
        ],
        "service": {"code": "518", "levelCode": "011", "description": "UPS Worldwide Saver"},
        "packageCount": max(1, len(journey.pieces)),
    }
    if newest_first:
        status = package["activity"][0]["status"]
        package["currentStatus"] = {
            "description": status["description"],
            "code": status["statusCode"],
        }
    if journey.estimate and scans is journey.scans:
        day = journey.estimate.strftime("%Y%m%d")
        package["deliveryDate"] = [{"type": "SDD", "date": day}]
    return package


def _activity(scan: Scan) -> dict[str, Any]:
    there, gmt = local(scan), scan.at.astimezone(UTC)
    kind, code, fine = (scan.code.split("/") + [""] * _PARTS)[:_PARTS]
    address = {"city": scan.place, "countryCode": scan.country, "country": scan.country}
    return {
        "location": {
            "address": {key: value for key, value in address.items() if value},
            "slic": "3009",
        },
        "status": {
            "type": kind,
            "description": scan.text,
            "code": code,
            "statusCode": fine,
        },
        "date": there.strftime("%Y%m%d"),
        "time": there.strftime("%H%M%S"),
        "gmtDate": gmt.strftime("%Y%m%d"),
        "gmtOffset": there.isoformat()[-6:],
        "gmtTime": gmt.strftime("%H:%M:%S"),
    }
