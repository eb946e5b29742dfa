"""Two shops that ship: their keys, their orders' lines, and how they call the API."""

import json
from typing import Any

import pytest

from tests.support.http import http_event
from tracking.api import lambda_handler
from tracking.carriers.base import Request, Response
from tracking.carriers.http import CarrierHttp
from waybill.auth import format_key

EMS = "EE473124829CN"
UPS = "1Z999AA10123456784"
SHOPS = ("a" * 26, "b" * 26)
LINES = [
    {"line_id": "1", "sku": "A", "quantity": 2, "cancelled": 0, "fulfilled": 0},
    {"line_id": "2", "sku": "B", "quantity": 1, "cancelled": 0, "fulfilled": 0},
]


def api_key(shop: str) -> str:
    return format_key(f"{shop}1", "secret")


def call(method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    key = more.pop("key", api_key(SHOPS[0]))
    return lambda_handler(http_event(method, path, body, key=key, **more), None)


def ship(*numbers: str, order_id: str = "ord_1", **more: Any) -> dict[str, Any]:
    headers = more.pop("headers", None)
    parcels = [{"tracking_number": number} for number in numbers]
    body = {"order_id": order_id, "parcels": parcels} | more
    return call("POST", "/v1/shipments", body, headers=headers)


def body_of(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])


class Carrier:
    """EMS behind its socket: it tells what the test says, and what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.events: list[dict[str, str]] = []
        self.error: Exception | None = None
        monkeypatch.setattr(CarrierHttp, "send", lambda _, request: self.answer(request))

    def answer(self, request: Request) -> Response:
        number = request.url.rsplit("/", 2)[1]
        self.asked.append(number)
        if self.error:
            raise self.error
        document = {"ID": number, "Events": self.events} if self.events else 1
        return Response(200, "application/json", json.dumps(document).encode())
