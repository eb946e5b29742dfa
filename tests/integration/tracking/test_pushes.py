"""EasyPost's webhook on the template's own tables: found by number, kept once, refused unsigned."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.tracking.test_following import Counting
from tests.support.http import OPERATOR_KEY, http_event
from tests.support.tracking import a_shipment
from tests.unit.tracking.test_pushing import SECRET, event, sign, tracker
from tracking.api import lambda_handler
from tracking.parcels.shipment import Shipment
from tracking.shipments.repository import ShipmentsTable
from waybill import keys
from waybill.dynamo import Table

PATH = "/webhooks/carriers/easypost"
NOW = datetime.now(UTC)


def detail(ago_hours: float, status: str) -> dict[str, Any]:
    at = (NOW - timedelta(hours=ago_hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    where = {"city": "DENVER", "state": "CO", "country": "US"}
    return {"status": status, "datetime": at, "tracking_location": where, "message": "Words"}


MOVING, DELIVERED = detail(3, "in_transit"), detail(1, "delivered")


class World:
    """The room on moto, with EasyPost set up."""

    def __init__(self, aws: Any) -> None:
        self.aws = aws
        self.client = Counting(aws.client("dynamodb"))
        self.shipments = ShipmentsTable(Table(self.client, "ShipmentsTable"))
        credentials = {"api_key": "k", "webhook_secret": SECRET}
        answer = self.call("PUT", "/v1/carriers/easypost", {"credentials": credentials})
        assert answer["statusCode"] == 200
        assert SECRET not in answer["body"]

    def call(self, method: str, path: str, body: Any) -> dict[str, Any]:
        return lambda_handler(http_event(method, path, body, key=OPERATOR_KEY), None)

    def create(self, *carriers: str, number: int = 0, **more: Any) -> Shipment:
        shipment = a_shipment(*(carriers or ("usps",)), number=number)
        shipment = replace(shipment, created_at=NOW, updated_at=NOW, **more)
        self.shipments.create(shipment, "key:1")
        return shipment

    def stored(self, shipment: Shipment) -> Shipment:
        found = self.shipments.get(shipment.shop_id, shipment.id)
        assert found is not None
        return found

    def push(self, *details: dict[str, Any], number: str = "EE00", signature: str = "") -> int:
        body = event(tracker(*details, number=number))
        headers = {"X-Hmac-Signature": signature or sign(body)}
        sent = http_event("POST", PATH, headers=headers, raw=body.decode())
        return lambda_handler(sent, None)["statusCode"]

    def expire(self, by: datetime) -> None:
        """Remove what DynamoDB has removed by then, because its time to live is over."""
        for item in self.aws.items("ShipmentsTable"):
            if "expires_at" in item and int(item["expires_at"]["N"]) < by.timestamp():
                key = {name: item[name] for name in ("pk", "sk")}
                self.client.delete_item(TableName="ShipmentsTable", Key=key)


@pytest.fixture
def world(aws: Any) -> World:
    return World(aws)


def test_a_push_reaches_the_shipment_that_has_the_number(world: World) -> None:
    other, mine = world.create(number=1), world.create()
    assert world.push(MOVING, DELIVERED) == 200
    assert world.stored(mine).state.status == "delivered"
    assert world.stored(other).version == 1


def test_a_further_parcel_is_found_as_well(world: World) -> None:
    shipment = world.create("ups", "usps")
    assert world.push(MOVING, number="EE10") == 200
    assert [len(parcel.scans) for parcel in world.stored(shipment).parcels] == [0, 1]


def test_a_parcel_that_turns_to_easypost_is_found_from_then_on(world: World) -> None:
    shipment = world.create("ups")
    assert world.push(MOVING) == 200
    assert world.stored(shipment).version == 1
    (parcel,) = shipment.parcels
    due = {"easypost": shipment.due["ups"]}
    turned = replace(shipment, parcels=(replace(parcel, carrier="usps"),), due=due, version=2)
    world.shipments.save(shipment, turned, "key:1")
    assert world.push(MOVING) == 200
    assert world.stored(shipment).state.status == "in_transit"


def test_being_found_costs_one_write_of_who_is_asked_through_easypost(world: World) -> None:
    for carriers, writes in ((("ems",), 1), (("usps",), 2), (("usps", "fedex"), 3)):
        before = world.client.writes
        world.create(*carriers, number=writes)
        assert world.client.writes == before + writes
    before = world.client.writes
    names = [i for i in world.aws.items("ShipmentsTable") if i["pk"]["S"].startswith("number#")]
    assert all(int(item["expires_at"]["N"]) > NOW.timestamp() for item in names)
    shipment = world.stored(a_shipment("usps", number=2))
    world.shipments.save(shipment, replace(shipment, version=2), "key:1")
    assert world.client.writes == before + 1  # a name is put once


def test_a_push_reaches_a_shipment_that_was_made_half_a_year_ago(world: World) -> None:
    shipment = world.create()
    world.expire(NOW + timedelta(days=180))
    assert world.push(MOVING) == 200
    assert world.stored(shipment).state.status == "in_transit"


def test_a_name_that_leads_nowhere_is_as_good_as_none(world: World) -> None:
    table = world.aws.table("ShipmentsTable")
    table.put(keys.pushed_number("easypost", "EE00", "shop_a", "shp_" + "0" * 26))
    assert world.push(MOVING) == 200
    shipment = world.create()
    table.put(keys.pushed_number("easypost", "EE77", shipment.shop_id, shipment.id))
    assert world.push(MOVING, number="EE77") == 200
    assert world.stored(shipment).version == 1


def test_what_nobody_signed_or_is_too_large_is_refused_and_not_stored(world: World) -> None:
    world.create()
    before = world.aws.items("ShipmentsTable")
    assert world.push(MOVING, signature="hmac-sha256-hex=" + 64 * "0") == 401
    body = event(tracker(MOVING, filler="x" * 4_000_000))
    headers = {"X-Hmac-Signature": sign(body)}
    sent = http_event("POST", PATH, headers=headers, raw=body.decode())
    assert lambda_handler(sent, None)["statusCode"] == 413
    assert world.aws.items("ShipmentsTable") == before
    assert world.push(MOVING, number="EE99") == 200
    assert world.aws.items("ShipmentsTable") == before


def test_the_same_event_from_many_at_once_is_kept_once(world: World) -> None:
    shipment = world.create()
    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(lambda _: world.push(MOVING, DELIVERED), range(16)))
    stored = world.stored(shipment)
    assert statuses == {200}
    assert (stored.version, len(stored.parcels[0].scans)) == (2, 2)
