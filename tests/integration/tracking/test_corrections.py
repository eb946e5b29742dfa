"""A wrong tracking number is corrected over the API, on the template's own tables."""

from typing import Any

from tests.integration.tracking.tracking_shop import EMS, SHOPS, UPS, api_key, body_of, call, ship
from tests.support.http import OPERATOR_KEY
from tracking.cadence import SLOTS
from tracking.shipments.repository import ShipmentsTable
from waybill import aws as waybill_aws
from waybill.dynamo import Table

RIGHT = "EB123456785JP"
ASKED = ("ems", "easypost")


def path_of(shipment: dict[str, Any], parcel: str = "1") -> str:
    return f"/v1/shipments/{shipment['id']}/parcels/{parcel}"


def test_a_number_is_corrected_shown_everywhere_and_the_same_again_changes_nothing(
    shops: Any,
) -> None:
    created = body_of(ship(EMS, UPS))
    assert [parcel["id"] for parcel in created["parcels"]] == ["1", "2"]
    answer = call("PATCH", path_of(created), {"tracking_number": "eb 123 456 785 jp"})
    assert (answer["statusCode"], answer["headers"]["ETag"]) == (200, '"2"')
    shown = body_of(answer)
    assert [parcel["tracking_number"] for parcel in shown["parcels"]] == [RIGHT, UPS]
    assert body_of(call("GET", f"/v1/shipments/{created['id']}")) == shown
    again = call("PATCH", path_of(created), {"tracking_number": RIGHT})
    assert (again["body"], again["headers"]["ETag"]) == (answer["body"], '"2"')
    path = "/track/" + shown["tracking_url"].rpartition("/")[2]
    page = call("GET", path, key=None, headers={"Accept": "application/json"})
    assert [parcel["tracking_number"] for parcel in body_of(page)["parcels"]] == [RIGHT, UPS]


def test_who_has_seen_another_version_corrects_nothing(shops: Any) -> None:
    created = body_of(ship(EMS))
    body = {"tracking_number": RIGHT}
    stale = call("PATCH", path_of(created), body, headers={"If-Match": '"7"'})
    assert (stale["statusCode"], stale["headers"]["ETag"]) == (412, '"1"')
    assert call("PATCH", path_of(created), body, headers={"If-Match": "x"})["statusCode"] == 400
    fresh = call("PATCH", path_of(created), body, headers={"If-Match": '"1"'})
    assert fresh["statusCode"] == 200


def test_a_correction_is_another_shops_or_another_parcels_no_business(shops: Any) -> None:
    created, other = body_of(ship(EMS, order_id="ord_1")), body_of(ship(UPS, order_id="ord_2"))
    body = {"tracking_number": RIGHT}
    assert call("PATCH", path_of(created), body, key=api_key(SHOPS[1]))["statusCode"] == 404
    assert call("PATCH", path_of(created, "2"), body)["statusCode"] == 404
    assert (
        call("PATCH", path_of(created), {"tracking_number": "EE473124820CN"})["statusCode"] == 422
    )
    assert call("PATCH", path_of(created), body | {"status": "delivered"})["statusCode"] == 422
    taken = call("POST", "/v1/shipments", {"order_id": "ord_1", "parcels": [body]})
    assert taken["statusCode"] == 409  # all lines are shipped: nothing new came of the attempts
    assert call("PATCH", path_of(other), {"tracking_number": EMS})["statusCode"] == 200


def test_who_pushes_news_finds_the_right_number_and_nobody_polls_the_wrong_one(shops: Any) -> None:
    put = {"credentials": {"api_key": "k"}}
    assert call("PUT", "/v1/carriers/easypost", put, key=OPERATOR_KEY)["statusCode"] == 200
    created = body_of(ship(EMS))
    body = {"tracking_number": "7777777777", "carrier": "dpd"}
    corrected = call("PATCH", path_of(created), body)
    assert corrected["statusCode"] == 200
    table = ShipmentsTable(Table(waybill_aws.client("dynamodb"), "ShipmentsTable"))
    (found,) = table.of_number("easypost", body["tracking_number"])
    assert found.id == created["id"]
    asked = {name: [len(list(table.active(name, slot))) for slot in range(SLOTS)] for name in ASKED}
    assert {name: sum(many) for name, many in asked.items()} == {"ems": 0, "easypost": 1}
