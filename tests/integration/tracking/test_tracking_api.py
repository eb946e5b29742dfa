"""The room's API, its table and its functions, together on moto with the template's own tables."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
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
from waybill import aws


def test_a_shipment_is_registered_and_found_again(shops: Any) -> None:
    answer = ship("ee473124829cn")
    created = body_of(answer)
    assert answer["statusCode"] == 201
    assert answer["headers"]["Location"] == f"/v1/shipments/{created['id']}"
    assert answer["headers"]["ETag"] == '"1"'
    assert created["status"] == "pending"
    assert created["parcels"][0]["carrier"] == "ems"
    assert created["lines"] == [
        {"line_id": "1", "quantity": 2},
        {"line_id": "2", "quantity": 1},
    ]
    assert re.fullmatch(
        r"https://track\.shop\.example/track/trk_[0-9a-z]{26}", created["tracking_url"]
    )
    found = call("GET", f"/v1/shipments/{created['id']}")
    assert (found["statusCode"], body_of(found)) == (200, created)
    assert found["headers"]["ETag"] == '"1"'
    assert body_of(call("GET", f"/v1/shipments/{created['id']}/events"))["items"] == []


def test_the_same_request_again_answers_the_same_bytes(shops: Any) -> None:
    first = ship(EMS)
    assert ship(EMS)["body"] == first["body"]
    keyed = ship(UPS, order_id="ord_2", headers={"Idempotency-Key": "k"})
    again = ship(UPS, order_id="ord_2", headers={"Idempotency-Key": "k"})
    assert again["body"] == keyed["body"]
    other = ship(EMS, order_id="ord_2", headers={"Idempotency-Key": "k"})
    assert other["statusCode"] == 422


def at_once(*posts: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
    """Send requests of which each has read all there is before any of them writes.

    Before one puts its item, the next is answered from its beginning: the last puts first.
    """
    waiting, answers = list(posts), []

    def answer_another_first(**_: Any) -> None:
        if waiting:
            answers.append(waiting.pop()())

    events = aws.client("dynamodb").meta.events
    events.register("before-call.dynamodb.PutItem", answer_another_first)
    try:
        while waiting:
            answers.append(waiting.pop()())
    finally:
        events.unregister("before-call.dynamodb.PutItem", answer_another_first)
    assert len(answers) == len(posts)
    return answers


def test_the_same_request_many_times_at_once_is_one_shipment(shops: Any) -> None:
    answers = at_once(*[partial(ship, EMS)] * 30)
    assert {answer["statusCode"] for answer in answers} == {201}
    assert len({answer["body"] for answer in answers}) == 1
    assert len(shops.items("ShipmentsTable")) == 1


def test_different_requests_at_once_ship_no_more_than_was_ordered(shops: Any) -> None:
    """Of line 1 there are two, so two of these can be true."""
    numbers = (EMS, "EB123456785JP", UPS, "986578788855", "3318810025")
    one = [{"line_id": "1", "quantity": 1}]
    answers = at_once(*(partial(ship, number, lines=one) for number in numbers))
    assert sorted(answer["statusCode"] for answer in answers) == [201, 201, 409, 409, 409]
    stored = [item["sk"]["S"] for item in shops.items("ShipmentsTable")]
    # Beside them may be the name that a refused one was to be found by: it leads nowhere.
    assert sum(sk.startswith("shipment#") for sk in stored) == 2


def test_one_parcel_under_different_keys_at_once_is_one_shipment(shops: Any) -> None:
    one = [{"line_id": "1", "quantity": 1}]
    keys_used = [{"Idempotency-Key": f"k{n}"} for n in range(6)]
    answers = at_once(*(partial(ship, EMS, lines=one, headers=key) for key in keys_used))
    assert sorted(answer["statusCode"] for answer in answers) == [201, *[409] * 5]
    assert len(shops.items("ShipmentsTable")) == 1


def test_only_the_whole_id_names_a_shipment(shops: Any) -> None:
    shipment_id = body_of(ship(EMS))["id"]
    other = shipment_id[:-1] + ("0" if shipment_id[-1] != "0" else "1")
    assert call("GET", f"/v1/shipments/{other}")["statusCode"] == 404
    assert call("GET", f"/v1/shipments/{other}/events")["statusCode"] == 404


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"order_id": "ord_9", "parcels": [{"tracking_number": EMS}]}, 422, "/order_id"),
        (
            {"order_id": "ord_1", "parcels": [{"tracking_number": "EE473124828CN"}]},
            422,
            "/parcels/0/tracking_number",
        ),
        ({"order_id": "ord_1", "parcels": []}, 422, "/parcels"),
        ({"order_id": "ord_1", "parcels": [{"number": EMS}]}, 422, "/parcels/0/number"),
        ({"order_id": "ord#1", "parcels": [{"tracking_number": EMS}]}, 422, "/order_id"),
        (
            {
                "order_id": "ord_1",
                "parcels": [{"tracking_number": EMS}],
                "lines": [{"line_id": "7", "quantity": 1}],
            },
            422,
            "/lines/0/line_id",
        ),
        (
            {
                "order_id": "ord_1",
                "parcels": [{"tracking_number": EMS}],
                "lines": [{"line_id": "1", "quantity": 3}],
            },
            409,
            "/lines/0/quantity",
        ),
        *(
            (
                {
                    "order_id": "ord_1",
                    "parcels": [{"tracking_number": EMS}],
                    "lines": [{"line_id": "1", "quantity": quantity}],
                },
                422,
                "/lines/0/quantity",
            )
            for quantity in (0, -1, 1.5, 1e12, "1")
        ),
    ],
)
def test_bad_input_is_pointed_at_and_nothing_stored(
    shops: Any, body: Any, status: int, pointer: str
) -> None:
    answer = call("POST", "/v1/shipments", body)
    assert answer["statusCode"] == status
    problem = body_of(answer)
    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert shops.items("ShipmentsTable") == []


def test_lists_are_newest_first_paged_and_of_one_shop(shops: Any) -> None:
    one = [{"line_id": "1", "quantity": 1}]
    ids = [body_of(ship(n, lines=one))["id"] for n in (EMS, UPS)]
    ids.append(body_of(ship("986578788855", order_id="ord_2"))["id"])
    listed: list[str] = []
    query = {"limit": "2"}
    while True:
        page = body_of(call("GET", "/v1/shipments", query=query))
        listed += [item["id"] for item in page["items"]]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert sorted(listed) == sorted(ids)
    other = body_of(call("GET", "/v1/shipments", key=api_key(SHOPS[1])))
    assert other == {"items": [], "next_cursor": None}


def test_an_orders_shipments_are_listed_at_once(shops: Any) -> None:
    one = [{"line_id": "1", "quantity": 1}]
    ids = {body_of(ship(n, lines=one))["id"] for n in (EMS, UPS)}
    ship("986578788855", order_id="ord_2")
    first = body_of(call("GET", "/v1/shipments", query={"order_id": "ord_1", "limit": "1"}))
    query = {"order_id": "ord_1", "limit": "1", "cursor": first["next_cursor"]}
    second = body_of(call("GET", "/v1/shipments", query=query))
    assert {first["items"][0]["id"], second["items"][0]["id"]} == ids
    assert second["next_cursor"] is None
    foreign = query | {"order_id": "ord_2"}
    assert call("GET", "/v1/shipments", query=foreign)["statusCode"] == 400


def test_another_tenant_sees_nothing(shops: Any) -> None:
    created = body_of(ship(EMS))
    other = api_key(SHOPS[1])
    for path in (f"/v1/shipments/{created['id']}", f"/v1/shipments/{created['id']}/events"):
        assert call("GET", path, key=other)["statusCode"] == 404
        assert call("GET", path, key=None)["statusCode"] == 401
    body = {"order_id": "ord_1", "parcels": [{"tracking_number": EMS}]}
    assert call("POST", "/v1/shipments", body, key=other)["statusCode"] == 422


@pytest.mark.parametrize("shipment_id", ["shp_1", "x" * 3000, "shp_" + "a" * 26, "%23", "shp_#"])
def test_ids_that_are_none_are_not_found(shops: Any, shipment_id: str) -> None:
    assert call("GET", f"/v1/shipments/{shipment_id}")["statusCode"] == 404


def test_numbers_are_identified(shops: Any) -> None:
    path = "/v1/tracking-numbers/identify"
    found = body_of(call("POST", path, {"number": "rb 123 456 785 gb"}))["candidates"]
    assert [(c["carrier"], c["checksum"]) for c in found] == [
        ("royalmail", "valid"),
        ("ems", "valid"),
    ]
    for unknown in ("RB123456786GB", "nothing known", "#"):
        answer = call("POST", path, {"number": unknown})
        assert (answer["statusCode"], body_of(answer)) == (200, {"candidates": []})
    assert call("POST", path, {"number": ""})["statusCode"] == 422


@pytest.mark.secrecy
def test_carriers_are_the_operators_and_credentials_nobodys(
    shops: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path, settings = "/v1/carriers/ems", {"credentials": {"token": "canary-token"}}
    assert call("GET", path, key=OPERATOR_KEY)["statusCode"] == 404
    assert call("PUT", path, settings)["statusCode"] == 403
    assert call("GET", path)["statusCode"] == 403
    answer = call("PUT", path, settings | {"daily_budget": 100}, key=OPERATOR_KEY)
    assert answer["statusCode"] == 200
    assert body_of(answer)["credentials"] == ["token"]
    found = call("GET", path, key=OPERATOR_KEY)
    assert found["body"] == answer["body"]
    again = call("PUT", path, settings, key=OPERATOR_KEY)
    assert again["headers"]["ETag"] == '"2"'
    assert body_of(again)["daily_budget"] is None
    unsafe = settings | {"base_url": "http://127.0.0.1:1"}
    refused = call("PUT", path, unsafe, key=OPERATOR_KEY)
    assert body_of(refused)["errors"][0]["pointer"] == "/base_url"
    early = call("PUT", "/v1/carriers/17track", {"credentials": {"api_key": "x"}}, key=OPERATOR_KEY)
    assert early["statusCode"] == 422
    assert "17track" in body_of(early)["detail"]
    said = json.dumps([answer, found, again, refused, early]) + "".join(capsys.readouterr())
    assert "canary-token" not in said


@pytest.mark.secrecy
def test_the_public_page_is_html_or_json_and_nothing_personal(shops: Any) -> None:
    created = body_of(ship(EMS))
    path = "/track/" + created["tracking_url"].rpartition("/")[2]
    shown = call("GET", path, key=None, headers={"Accept": "text/html,*/*"})
    assert shown["statusCode"] == 200
    assert shown["headers"]["Content-Type"].startswith("text/html")
    assert "Tea &amp; Co" in shown["body"]
    assert "noindex" in shown["headers"]["X-Robots-Tag"]
    told = call("GET", path, key=None, headers={"Accept": "application/json"})
    assert body_of(told)["status"] == "pending"
    for private in (created["id"], "ord_1", SHOPS[0]):
        assert private not in shown["body"] + told["body"]


@pytest.mark.parametrize("token", ["trk_" + "0" * 26, "x", "%00", "a" * 500])
def test_an_unknown_token_is_not_found_in_either_form(shops: Any, token: str) -> None:
    plain = call("GET", f"/track/{token}", key=None)
    assert plain["statusCode"] == 404
    assert plain["headers"]["Content-Type"] == "application/problem+json"
    page = call("GET", f"/track/{token}", key=None, headers={"Accept": "text/html"})
    assert page["statusCode"] == 404
    assert "Nothing is tracked here" in page["body"]


def test_shipments_are_listed_by_status(carrier: Carrier) -> None:
    line = {"lines": [{"line_id": "1", "quantity": 1}]}
    numbers = (EMS, "EB123456785JP", UPS)
    created = [body_of(ship(number, **line, order_id="ord_1")) for number in numbers[:2]]
    created.append(body_of(ship(UPS, order_id="ord_2")))
    at = int(datetime.now(UTC).timestamp() * 1000)
    carrier.events = [{"EventCd": "EMA", "EventDT": f"/Date({at})/", "EventLocation": "TOKYO"}]
    call("POST", f"/v1/shipments/{created[0]['id']}/refresh")

    def listed(**query: str) -> tuple[list[str], str | None]:
        answer = body_of(call("GET", "/v1/shipments", query=query))
        return [item["id"] for item in answer["items"]], answer["next_cursor"]

    assert listed(status="picked_up") == ([created[0]["id"]], None)
    first, cursor = listed(status="pending", limit="1")
    assert cursor is not None
    second, last = listed(status="pending", limit="1", cursor=cursor)
    assert sorted(first + second) == sorted(each["id"] for each in created[1:])
    assert last is None or listed(status="pending", limit="1", cursor=last) == ([], None)
    assert listed(status="pending", order_id="ord_1") == ([created[1]["id"]], None)
    of_another = {"status": "picked_up", "cursor": cursor}
    assert call("GET", "/v1/shipments", query=of_another)["statusCode"] == 400
    assert call("GET", "/v1/shipments", query={"status": "x"})["statusCode"] == 422


def test_the_operator_lists_carriers_as_each_is_shown(carrier: Carrier) -> None:
    body = {"credentials": {"api_key": "s3cret"}}
    assert call("PUT", "/v1/carriers/dhl", body, key=OPERATOR_KEY)["statusCode"] == 200
    answer = call("GET", "/v1/carriers", key=OPERATOR_KEY)
    assert answer["statusCode"] == 200
    assert "s3cret" not in answer["body"]
    dhl, ems = (
        body_of(call("GET", f"/v1/carriers/{name}", key=OPERATOR_KEY)) for name in ("dhl", "ems")
    )
    assert body_of(answer) == {"items": [dhl, ems], "next_cursor": None}
    of_carriers = partial(call, "GET", "/v1/carriers", key=OPERATOR_KEY)
    first = body_of(of_carriers(query={"limit": "1"}))
    second = body_of(of_carriers(query={"limit": "1", "cursor": first["next_cursor"]}))
    assert first["items"] + second["items"] == [dhl, ems]
    assert second["next_cursor"] is None
    assert of_carriers(query={"cursor": "x"})["statusCode"] == 400
    assert call("GET", "/v1/carriers")["statusCode"] == 403
