"""Registering shipments: what is believed, refused, and the same thing said twice."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.tracking import NOW, FakeClock, FakeShipments, a_shipment, answers, scan, told
from tracking.news.answers import hear
from tracking.parcels.shipment import (
    MAX_SHIPMENTS,
    AlreadyThereError,
    Shipment,
    request_part,
    shipment_id,
)
from tracking.parcels.states import Pace, Status
from tracking.shipments.models import NewShipment
from tracking.shipments.service import ShipmentService
from waybill.auth import Caller
from waybill.dynamo import ContentionError, Item
from waybill.problems import Conflict, NotFound, Problem, Unprocessable

CALLER = Caller("shop_a", "key", frozenset({"*"}))
EMS = "EE473124829CN"
UPS = "1Z999AA10123456784"


@dataclass
class FakeViews:
    """Orders and shops of other rooms."""

    orders: dict[tuple[str, str], Item] = field(default_factory=dict)

    def order(self, shop_id: str, order_id: str) -> Item | None:
        return self.orders.get((shop_id, order_id))

    def shop(self, shop_id: str) -> Item | None:
        return {"name": "Tea & Co"}


class World:
    def __init__(self) -> None:
        self.shipments = FakeShipments()
        self.views = FakeViews()
        self.clock = FakeClock()
        self.set_up: frozenset[str] = frozenset()
        self.service = ShipmentService(
            self.shipments, self.views, self.views, self.clock, lambda: self.set_up
        )
        self.order("ord_1")

    def order(self, order_id: str, shop_id: str = "shop_a", **more: Any) -> None:
        lines = [{"line_id": "1", "quantity": 3, "cancelled": 0, "fulfilled": 0}]
        self.views.orders[(shop_id, order_id)] = {"status": "confirmed", "lines": lines} | more

    def post(
        self, *numbers: str | tuple[str, str], key: str | None = None, **more: Any
    ) -> Shipment:
        parcels = [
            {"tracking_number": n} if isinstance(n, str) else dict(zip(_FIELDS, n, strict=True))
            for n in numbers
        ]
        body = {"order_id": "ord_1", "parcels": parcels} | more
        return self.service.create(CALLER, NewShipment.model_validate(body), key)


_FIELDS = ("tracking_number", "carrier")


def refused(kind: type[Problem], world: World, *numbers: Any, **more: Any) -> list[str]:
    with pytest.raises(kind) as error:
        world.post(*numbers, **more)
    assert world.shipments.writes == 0
    return [each.pointer for each in error.value.errors]


def test_the_carrier_is_found_and_all_open_lines_are_in_it() -> None:
    shipment = World().post(" ee 473 124 829 cn ")
    (parcel,) = shipment.parcels
    assert (parcel.tracking_number, parcel.carrier) == (EMS, "ems")
    assert [(line.line_id, line.quantity) for line in shipment.lines] == [("1", 3)]
    assert shipment.state.status is Status.PENDING
    assert shipment.due["ems"].pace is Pace.NEW


def test_the_token_is_long_and_says_nothing() -> None:
    world = World()
    first = world.post(EMS, lines=[{"line_id": "1", "quantity": 1}])
    second = world.post(UPS, lines=[{"line_id": "1", "quantity": 1}])
    assert first.token != second.token
    assert len(first.token) >= 4 + 26  # 130 bits
    assert first.id.removeprefix("shp_")[:8] not in first.token


SEVERAL = "77869608040"
"""DHL Express's, or Old Dominion's."""


@pytest.mark.parametrize(
    ("set_up", "carrier", "others"),
    [
        ({"dhl", "old_dominion"}, "dhl", ("old_dominion",)),
        ({"old_dominion", "ems"}, "old_dominion", ("dhl",)),
        ({"ems"}, "dhl", ("old_dominion",)),
    ],
)
def test_of_the_carriers_a_number_fits_the_best_that_can_be_asked_is(
    set_up: set[str], carrier: str, others: tuple[str, ...]
) -> None:
    world = World()
    world.set_up = frozenset(set_up)
    shipment = world.post(SEVERAL)
    (parcel,) = shipment.parcels
    assert (parcel.carrier, parcel.others) == (carrier, others)
    assert set(shipment.due) == {carrier}
    world.set_up = frozenset({"dhl", "old_dominion"})
    again = world.post(SEVERAL)
    assert (again.id, again.parcels[0].carrier) == (shipment.id, carrier)


def test_a_carrier_that_was_named_has_no_others() -> None:
    world = World()
    world.set_up = frozenset({"dhl"})
    (parcel,) = world.post((SEVERAL, "old_dominion")).parcels
    assert (parcel.carrier, parcel.others) == ("old_dominion", ())


def test_a_number_that_may_be_the_same_parcel_is_in_one_shipment_of_an_order() -> None:
    world = World()
    world.set_up = frozenset({"old_dominion"})
    world.post(SEVERAL, lines=[{"line_id": "1", "quantity": 1}])
    line = [{"line_id": "1", "quantity": 1}]
    with pytest.raises(Conflict):
        world.post((SEVERAL, "dhl"), lines=line, key="another")
    world.post((SEVERAL, "ups"), lines=line, key="a third")


def test_a_named_carrier_is_believed() -> None:
    world = World()
    shipment = world.post(("ABC12345", "DHL "), (EMS, "royalmail"))
    assert [parcel.carrier for parcel in shipment.parcels] == ["dhl", "royalmail"]


@pytest.mark.parametrize(
    ("parcel", "pointer"),
    [
        ("EE473124828CN", "/parcels/0/tracking_number"),
        (("EE473124828CN", "ems"), "/parcels/0/tracking_number"),
        (("1Z999AA10123456785", "ups"), "/parcels/0/tracking_number"),
        ("ABCDEFGH12345", "/parcels/0/carrier"),
        ((EMS, "owl-post"), "/parcels/0/carrier"),
        (("ABC12345", "aftership"), "/parcels/0/carrier"),
        ("????", "/parcels/0/tracking_number"),
    ],
)
def test_what_cannot_be_tracked_is_pointed_at(parcel: Any, pointer: str) -> None:
    assert refused(Unprocessable, World(), parcel) == [pointer]


def test_every_wrong_parcel_is_pointed_at_and_a_parcel_twice() -> None:
    assert refused(Unprocessable, World(), "EE473124828CN", EMS, EMS.lower(), "ABCDEF9") == [
        "/parcels/0/tracking_number",
        "/parcels/2/tracking_number",
        "/parcels/3/carrier",
    ]


@pytest.mark.parametrize("other", [SEVERAL, (SEVERAL, "dhl"), (SEVERAL, "old_dominion")])
@pytest.mark.parametrize("is_named_first", [True, False])
def test_a_number_that_fits_several_carriers_is_one_parcel_whether_they_are_named_or_not(
    other: Any, is_named_first: bool
) -> None:
    both = (other, SEVERAL) if is_named_first else (SEVERAL, other)
    assert refused(Unprocessable, World(), *both) == ["/parcels/1/tracking_number"]


def test_a_number_of_two_carriers_that_are_named_is_two_parcels() -> None:
    shipment = World().post((SEVERAL, "dhl"), (SEVERAL, "old_dominion"))
    assert [parcel.carrier for parcel in shipment.parcels] == ["dhl", "old_dominion"]


def test_an_order_of_another_shop_does_not_exist() -> None:
    world = World()
    world.order("ord_2", shop_id="shop_b")
    assert refused(Unprocessable, world, EMS, order_id="ord_2") == ["/order_id"]
    assert refused(Unprocessable, world, EMS, order_id="ord_3") == ["/order_id"]


def test_a_cancelled_order_may_have_left_all_the_same_a_draft_not() -> None:
    world = World()
    cancelled = [{"line_id": "1", "quantity": 3, "cancelled": 3, "fulfilled": 0}]
    world.order("ord_1", status="cancelled", lines=cancelled)
    assert world.post(EMS).lines[0].quantity == 3
    draft = World()
    draft.order("ord_1", status="draft")
    refused(Conflict, draft, EMS)


def test_the_same_said_twice_is_one_shipment_as_it_was_created() -> None:
    world = World()
    first = world.post(EMS, UPS)
    heard = hear(first, "ems", answers({EMS: told(scan("EMI"))}), NOW + timedelta(days=1))
    world.shipments.add(heard.shipment)
    again = world.post(UPS, EMS.lower())
    assert replace(again, due=first.due) == first
    assert world.shipments.writes == 1


def test_the_same_parcels_with_other_lines_are_a_conflict_that_names_the_shipment() -> None:
    world = World()
    first = world.post(EMS, lines=[{"line_id": "1", "quantity": 1}])
    with pytest.raises(Conflict) as error:
        world.post(EMS, lines=[{"line_id": "1", "quantity": 2}])
    assert error.value.extensions == {"shipment_id": first.id}
    assert error.value.headers["Location"] == f"/v1/shipments/{first.id}"


def test_a_parcel_is_in_one_shipment_of_an_order() -> None:
    world = World()
    world.post(EMS, lines=[{"line_id": "1", "quantity": 1}])
    with pytest.raises(Conflict):
        world.post(EMS, UPS, lines=[{"line_id": "1", "quantity": 1}])
    world.order("ord_2")
    assert world.post(EMS, order_id="ord_2")  # two orders in one box are none of our business


def test_an_idempotency_key_names_one_request() -> None:
    world = World()
    first = world.post(EMS, key="k1")
    assert world.post(EMS, key="k1").id == first.id
    with pytest.raises(Unprocessable):
        world.post(UPS, key="k1")
    assert world.shipments.writes == 1


class Racing(FakeShipments):
    """Others register shipments after this one was decided on, and before it is put."""

    def __init__(self, *rivals: Shipment) -> None:
        super().__init__()
        self.waiting = list(rivals)

    def create(self, shipment: Shipment, actor: str) -> None:
        if self.waiting:
            self.add(self.waiting.pop(0))
        super().create(shipment, actor)


def after(*posts: Any) -> tuple[Shipment, ...]:
    """Shipments of the order as they come one after the other."""
    world = World()
    return tuple(world.post(*numbers, **more) for numbers, more in posts)


def racing(*rivals: Shipment) -> World:
    world = World()
    world.shipments = Racing(*rivals)
    world.service = replace(world.service, shipments=world.shipments)
    return world


ONE = [{"line_id": "1", "quantity": 1}]
TWO = [{"line_id": "1", "quantity": 2}]


def test_racers_with_one_request_get_one_shipment() -> None:
    (rival,) = after(((EMS,), {}))
    world = racing(rival)
    assert world.post(EMS) == rival
    assert world.shipments.writes == 0


def test_racers_with_different_numbers_cannot_ship_the_same_goods() -> None:
    (rival,) = after(((UPS,), {"lines": TWO}))
    world = racing(rival)
    assert world.post(EMS).lines[0].quantity == 1
    with pytest.raises(Conflict):
        racing(rival).post(EMS, lines=TWO)


def test_racers_with_different_keys_cannot_ship_the_same_parcel() -> None:
    (rival,) = after(((EMS,), {"key": "k1", "lines": ONE}))
    world = racing(rival)
    with pytest.raises(Conflict) as error:
        world.post(EMS, key="k2", lines=ONE)
    assert error.value.extensions == {"shipment_id": rival.id}


def test_a_racer_with_room_left_is_let_in_beside_the_others() -> None:
    rivals = after(((UPS,), {"lines": ONE}), (("986578788855",), {"lines": ONE}))
    world = racing(*rivals)
    shipment = world.post(EMS, lines=ONE)
    ids = sorted(each.id for each in (*rivals, shipment))
    assert [each[16:18] for each in ids] == ["00", "01", "02"]


def test_endless_racers_are_told_to_come_again() -> None:
    """As is one that an order's place is kept from by something nobody can read."""
    world = World()

    def create(shipment: Shipment, actor: str) -> None:
        raise AlreadyThereError

    world.shipments.create = create
    with pytest.raises(ContentionError):
        world.post(EMS)


def test_an_order_has_as_many_shipments_as_there_are_places() -> None:
    world = World()
    world.order("ord_1", lines=[{"line_id": "1", "quantity": 5000}])
    (first,) = after(((UPS,), {"lines": ONE}))
    part = request_part("shop_a", "ord_1", "something else")
    for place in range(MAX_SHIPMENTS):
        other = shipment_id("shop_a", "ord_1", place, part)
        parcels = (replace(first.parcels[0], tracking_number=f"N{place}"),)
        world.shipments.add(replace(first, id=other, parcels=parcels))
    refused(Conflict, world, EMS)


def test_more_than_is_left_is_a_conflict() -> None:
    world = World()
    world.post(EMS, lines=[{"line_id": "1", "quantity": 2}])
    with pytest.raises(Conflict):
        world.post(UPS, lines=[{"line_id": "1", "quantity": 2}])
    assert world.post(UPS).lines[0].quantity == 1


def test_shipments_of_an_order_have_ids_that_begin_alike() -> None:
    world = World()
    world.order("ord_2")
    one = [{"line_id": "1", "quantity": 1}]
    first, second = world.post(EMS, lines=one), world.post(UPS, lines=one)
    other = world.post(EMS, order_id="ord_2")
    assert first.id[:16] == second.id[:16] != other.id[:16]
    assert len({first.id, second.id, other.id}) == 3


def test_another_shops_shipment_is_not_found() -> None:
    world = World()
    shipment = world.post(EMS)
    assert world.service.get("shop_a", shipment.id) == shipment
    with pytest.raises(NotFound):
        world.service.get("shop_b", shipment.id)


def test_the_public_page_is_found_by_its_token_alone() -> None:
    world = World()
    shipment = world.post(EMS)
    assert world.service.public(shipment.token) == (shipment, "Tea & Co")
    with pytest.raises(NotFound):
        world.service.public("trk_" + "0" * 26)


def in_status(world: World, *statuses: Status) -> list[str]:
    """Shipments in these statuses, one a minute; their ids, newest first."""
    for number, status in enumerate(statuses):
        at = NOW + timedelta(minutes=number)
        new = a_shipment(number=number)
        world.shipments.add(replace(new, created_at=at, state=replace(new.state, status=status)))
    return [a_shipment(number=n).id for n in reversed(range(len(statuses)))]


def test_a_status_is_listed_whole_page_by_page_without_an_index_of_its_own() -> None:
    world = World()
    statuses = [Status.EXCEPTION if n % 3 == 0 else Status.IN_TRANSIT for n in range(100)]
    wanted = in_status(world, *statuses)[::3]
    for limit in (1, 2, 7, 34, 100):
        listed, start, pages = [], None, 0
        while pages == 0 or start is not None:
            before = world.shipments.rows_read
            found, start = world.service.page(
                "shop_a", limit, start, order_id=None, status=Status.EXCEPTION
            )
            assert world.shipments.rows_read - before <= 5 * limit
            listed += [each.id for each in found]
            pages += 1
        assert listed == wanted
    of_order = world.service.page("shop_a", 50, None, order_id="ord_1", status=Status.EXCEPTION)
    assert sorted(each.id for each in of_order[0]) == sorted(wanted)


def test_a_page_of_a_rare_status_is_short_and_says_that_there_may_be_more() -> None:
    world = World()
    (*_, oldest) = in_status(world, Status.EXCEPTION, *[Status.DELIVERED] * 20)
    found, start = world.service.page("shop_a", 3, None, order_id=None, status=Status.EXCEPTION)
    assert found == []
    assert start is not None
    found, start = world.service.page("shop_a", 3, start, order_id=None, status=Status.EXCEPTION)
    assert ([each.id for each in found], start) == ([oldest], None)
