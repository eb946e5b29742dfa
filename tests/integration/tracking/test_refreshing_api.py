"""A refresh over the API: a carrier behind its socket is asked, and what came of it is told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.tracking.tracking_shop import (
    EMS,
    SHOPS,
    UPS,
    Carrier,
    api_key,
    body_of,
    call,
    ship,
)
from tests.support.http import OPERATOR_KEY
from tracking.carriers.base import RefusedError, Request, Response, UnreachableError
from tracking.carriers.http import CarrierHttp
from waybill import keys
from waybill.auth import format_key, hash_secret


def test_a_refresh_answers_with_what_the_carrier_knows_now(carrier: Carrier) -> None:
    created = body_of(ship(EMS))
    at = int(datetime.now(UTC).timestamp() * 1000)
    carrier.events = [{"EventCd": "EMA", "EventDT": f"/Date({at})/", "EventLocation": "TOKYO"}]
    refreshed = call("POST", f"/v1/shipments/{created['id']}/refresh")
    assert refreshed["statusCode"] == 200
    shown = body_of(refreshed)
    assert (shown["id"], shown["status"]) == (created["id"], "picked_up")
    (told,) = shown.pop("refresh")
    assert (told["tracking_number"], told["outcome"], told["has_news"]) == (EMS, "answered", True)
    found = call("GET", f"/v1/shipments/{created['id']}")
    assert body_of(found) == shown
    assert found["headers"]["ETag"] == refreshed["headers"]["ETag"]
    again = call("POST", f"/v1/shipments/{created['id']}/refresh")
    assert again["statusCode"] == 429
    assert 1 <= int(again["headers"]["Retry-After"]) <= 15
    assert carrier.asked == [EMS]
    fares = body_of(call("GET", "/v1/carriers/ems", key=OPERATOR_KEY))
    assert (fares["calls_today"], fares["news_share"], fares["error_rate"]) == (1, 1.0, 0.0)
    assert fares["median_detection_delay_minutes"] == 0.5
    assert fares["breaker"] == {"state": "closed", "opened_at": None, "next_probe_at": None}


def test_a_refresh_tells_that_the_carrier_failed_and_changes_no_status(carrier: Carrier) -> None:
    created = body_of(ship(EMS))
    carrier.error = UnreachableError()
    refreshed = call("POST", f"/v1/shipments/{created['id']}/refresh")
    assert refreshed["statusCode"] == 200
    (told,) = body_of(refreshed).pop("refresh")
    retry_at = datetime.fromisoformat(told.pop("retry_at"))
    assert told == {
        "tracking_number": EMS,
        "carrier": "ems",
        "outcome": "failed",
        "has_news": False,
        "reason": "unreachable",
    }
    assert timedelta(0) < retry_at - datetime.now(UTC) <= timedelta(seconds=15)
    found = body_of(call("GET", f"/v1/shipments/{created['id']}"))
    assert (found["status"], found["updated_at"]) == ("pending", created["updated_at"])


def test_a_refresh_is_another_shops_or_readers_no_business(carrier: Carrier, shops: Any) -> None:
    created = body_of(ship(EMS))
    path = f"/v1/shipments/{created['id']}/refresh"
    assert call("POST", path, key=api_key(SHOPS[1]))["statusCode"] == 404
    assert call("POST", "/v1/shipments/nonsense/refresh")["statusCode"] == 404
    reader = f"{SHOPS[0]}2"
    item = {"hash": hash_secret("secret"), "scopes": ["tracking:read"]}
    shops.table("ShopsTable").put(keys.api_key(f"shop_{SHOPS[0]}", reader) | item)
    answer = call("POST", path, key=format_key(reader, "secret"))
    assert answer["statusCode"] == 403
    assert carrier.asked == []


def test_a_refresh_of_a_carrier_that_is_not_set_up_is_a_conflict(shops: Any) -> None:
    created = body_of(ship(EMS))
    answer = call("POST", f"/v1/shipments/{created['id']}/refresh")
    assert answer["statusCode"] == 409


def test_a_spent_budget_is_told_by_the_carrier_and_by_the_refresh(carrier: Carrier) -> None:
    body = {"credentials": {"token": "t"}, "daily_budget": 1}
    call("PUT", "/v1/carriers/ems", body, key=OPERATOR_KEY)
    first, second = body_of(ship(EMS)), body_of(ship("EB123456785JP", order_id="ord_2"))
    assert call("POST", f"/v1/shipments/{first['id']}/refresh")["statusCode"] == 200
    answer = call("POST", f"/v1/shipments/{second['id']}/refresh")
    assert answer["statusCode"] == 429
    assert int(answer["headers"]["Retry-After"]) > 15
    fares = body_of(call("GET", "/v1/carriers/ems", key=OPERATOR_KEY))
    assert (fares["calls_today"], fares["calls_left_today"]) == (1, 0)
    assert len(carrier.asked) == 1


def test_an_access_token_that_the_carrier_refuses_is_given_up_for_another(
    shops: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def send(_: CarrierHttp, request: Request) -> Response:
        asked.append(request.method)
        if request.method == "GET":
            raise RefusedError
        token = {"access_token": f"token-{len(asked)}", "expires_in": "14399"}
        return Response(200, "application/json", json.dumps(token).encode())

    monkeypatch.setattr(CarrierHttp, "send", send)
    credentials = {"client_id": "i", "client_secret": "s"}
    call("PUT", "/v1/carriers/ups", {"credentials": credentials}, key=OPERATOR_KEY)
    created = body_of(ship(UPS))
    (told,) = body_of(call("POST", f"/v1/shipments/{created['id']}/refresh"))["refresh"]
    assert (told["outcome"], told["reason"]) == ("failed", "credentials_refused")
    assert asked == ["POST", "GET", "POST", "GET"]
    held = shops.table("ShipmentsTable").get(keys.carrier_token("ups"))
    assert held["access_token"] == "token-3"
