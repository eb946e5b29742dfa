"""The time to read a carrier's answer, beside karrio's SDK on the same bytes, in one process.

Both go from the answer's bytes to the parcel's number, status, service and estimate, and to each
scan's instant, code, status, place and words; karrio adds names and weights, we add the offset and
how certain the instant is. What both read is compared before anything is timed. Words are looked at
anew in each round: the reader's memory of those it has seen is emptied.

karrio is pinned in locks/karrio.txt and in no other environment: ``make carriers-bench``.
"""

import json
import statistics
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from karrio import lib
from karrio.mappers.dhl_universal import settings as dhl_settings
from karrio.mappers.easypost import settings as easypost_settings
from karrio.mappers.ups import settings as ups_settings
from karrio.providers.dhl_universal import tracking as karrio_dhl
from karrio.providers.easypost import tracking as karrio_easypost
from karrio.providers.ups import tracking as karrio_ups

from tracking.carriers import dhl, easypost, ups
from tracking.carriers.base import Question, Response

SCANS: Final = 12
ROUNDS: Final = 41
BATCH: Final = 50
START: Final = datetime(2026, 11, 10, 8, 30)  # noqa: DTZ001 - as these carriers write it


@dataclass(frozen=True)
class Pair:
    """A carrier's answer, and both ways to read it; each gives number, scans and statuses."""

    carrier: str
    body: bytes
    ours: Callable[[bytes], tuple[str, int, bool]]
    theirs: Callable[[bytes], tuple[str, int, bool]]


def _times() -> list[datetime]:
    return [START + timedelta(hours=7 * number) for number in range(SCANS)]


def _dhl() -> bytes:
    words = ["The shipment has been processed in the parcel center"] * SCANS
    words[-1] = "The shipment has been successfully delivered"
    events = [
        {
            "timestamp": at.isoformat(),
            "location": {"address": {"countryCode": "DE", "addressLocality": "Leipzig"}},
            "statusCode": "delivered" if at == _times()[-1] else "transit",
            "status": said,
            "description": said,
        }
        for at, said in zip(_times(), words, strict=True)
    ][::-1]
    shipment = {
        "id": "00340434999900001234",
        "service": "parcel-de",
        "origin": {"address": {"countryCode": "DE", "addressLocality": "Kiel"}},
        "destination": {"address": {"countryCode": "DE", "addressLocality": "Bonn"}},
        "status": events[0],
        "estimatedTimeOfDelivery": "2026-11-14T12:00:00",
        "details": {"product": {"productName": "DHL PAKET"}, "totalNumberOfPieces": 1},
        "events": events,
    }
    return json.dumps({"url": "/shipments", "shipments": [shipment]}).encode()


def _ups() -> bytes:
    activities = [
        {
            "location": {
                "address": {
                    "city": "ATLANTA",
                    "stateProvince": "GA",
                    "countryCode": "US",
                    "country": "US",
                },
                "slic": "3009",
            },
            "status": {
                "type": "D" if at == _times()[-1] else "I",
                "description": "DELIVERED " if at == _times()[-1] else "Arrived at Facility",
                "code": "FS" if at == _times()[-1] else "AR",
                "statusCode": "011" if at == _times()[-1] else "005",
            },
            "date": f"{at:%Y%m%d}",
            "time": f"{at:%H%M%S}",
            "gmtDate": f"{at + timedelta(hours=5):%Y%m%d}",
            "gmtTime": f"{at + timedelta(hours=5):%H:%M:%S}",
            "gmtOffset": "-05:00",
        }
        for at in _times()
    ][::-1]
    package = {
        "trackingNumber": "1Z12345E0205271688",
        "deliveryDate": [{"type": "SDD", "date": "20261114"}],
        "activity": activities,
        "packageCount": 1,
        "service": {"code": "518", "levelCode": "011", "description": "UPS Ground"},
    }
    shipment = {"inquiryNumber": "1Z12345E0205271688", "package": [package]}
    return json.dumps({"trackResponse": {"shipment": [shipment]}}).encode()


def _easypost() -> bytes:
    details = [
        {
            "object": "TrackingDetail",
            "message": "Delivered" if at == _times()[-1] else "Arrived at USPS Facility",
            "description": "",
            "status": "delivered" if at == _times()[-1] else "in_transit",
            "status_detail": "arrived_at_facility",
            "datetime": f"{at.isoformat()}Z",
            "source": "USPS",
            "tracking_location": {
                "city": "ATLANTA",
                "state": "GA",
                "country": "US",
                "zip": "30304",
            },
        }
        for at in _times()
    ]
    tracker = {
        "id": "trk_1",
        "object": "Tracker",
        "mode": "production",
        "tracking_code": "9400100000000000000006",
        "status": "delivered",
        "status_detail": "arrived_at_facility",
        "est_delivery_date": "2026-11-14T12:00:00Z",
        "carrier": "USPS",
        "public_url": "https://track.example/x",
        "tracking_details": details,
        "carrier_detail": {"object": "CarrierDetail", "service": "GroundAdvantage"},
        "fees": [],
    }
    return json.dumps(tracker).encode()


def _ours(adapter: Any, number: str, carrier: str) -> Callable[[bytes], tuple[str, int, bool]]:
    questions = [Question(number, carrier)]

    def read(body: bytes) -> tuple[str, int, bool]:
        adapter._meaning.cache_clear()  # noqa: SLF001 - that memory is what would be measured
        answer = adapter.parse(questions, Response(200, "application/json", body))[questions[0]]
        meanings = [adapter.meaning(scan) for scan in answer.scans]
        return number, len(answer.scans), meanings[-1].status == "delivered"

    return read


def _theirs(module: Any, settings: Any, wrap: Any) -> Callable[[bytes], tuple[str, int, bool]]:
    def read(body: bytes) -> tuple[str, int, bool]:
        response = lib.Deserializable(body.decode(), lambda text: [wrap(lib.to_dict(text))])
        (details,), _ = module.parse_tracking_response(response, settings)
        return details.tracking_number, len(details.events), bool(details.delivered)

    return read


def pairs() -> list[Pair]:
    """Each carrier that both can read."""
    dhl_number, ups_number = "00340434999900001234", "1Z12345E0205271688"
    usps_number = "9400100000000000000006"
    return [
        Pair(
            "dhl",
            _dhl(),
            _ours(dhl, dhl_number, "dhl"),
            _theirs(
                karrio_dhl,
                dhl_settings.Settings(consumer_key="k", consumer_secret="s"),
                lambda document: document,
            ),
        ),
        Pair(
            "easypost",
            _easypost(),
            _ours(easypost, usps_number, "usps"),
            _theirs(
                karrio_easypost,
                easypost_settings.Settings(api_key="k"),
                lambda document: (usps_number, document),
            ),
        ),
        Pair(
            "ups",
            _ups(),
            _ours(ups, ups_number, "ups"),
            _theirs(
                karrio_ups,
                ups_settings.Settings(client_id="i", client_secret="s"),
                lambda document: (ups_number, document),
            ),
        ),
    ]


def compare(pair: Pair) -> tuple[float, float]:
    """Microseconds of the processor for ours and theirs: medians of rounds taken in turn."""
    mine, other = [], []
    for _ in range(ROUNDS):
        mine.append(_microseconds(pair.ours, pair.body))
        other.append(_microseconds(pair.theirs, pair.body))
    return statistics.median(mine), statistics.median(other)


def _microseconds(read: Callable[[bytes], object], body: bytes) -> float:
    start = time.process_time()
    for _ in range(BATCH):
        read(body)
    return (time.process_time() - start) / BATCH * 1e6


def main() -> None:
    """Print a line for each carrier."""
    for pair in pairs():
        with redirect_stdout(None), redirect_stderr(None):  # karrio tells of each field it ignores
            ours, theirs = pair.ours(pair.body), pair.theirs(pair.body)
            if ours != theirs:
                raise SystemExit(f"{pair.carrier}: {ours} here, {theirs} there")
            mine, other = compare(pair)
        print(
            f"carriers_bench carrier={pair.carrier} scans={SCANS} bytes={len(pair.body)}"
            f" us={mine:.0f} karrio_us={other:.0f} ratio={other / mine:.1f}"
        )


if __name__ == "__main__":
    main()
