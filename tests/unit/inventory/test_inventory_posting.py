"""What each movement writes, and what it is refused for."""

import pytest

from inventory.movements.models import MovementBody, checked
from inventory.movements.posting import MAX_LEVEL, Bound, Known, Stamp, post
from inventory.movements.transfers import Transfer, TransferStatus
from inventory.stock import Level, Location
from waybill.problems import Conflict, Unprocessable

STAMP = Stamp("2026-11-22T10:00:00.000Z", "key:1", ("mov_1", "mov_2"), "trf_new")


def body(kind="received", quantity=5, location_id="hq", **more):
    return MovementBody(sku="A", location_id=location_id, kind=kind, quantity=quantity, **more)


def transfer(**changes):
    values = {
        "transfer_id": "trf_1",
        "sku": "A",
        "location_id": "hq",
        "to_location_id": "shed",
        "quantity": 5,
        "received": 1,
        "written_off": 1,
        "reason": None,
        "reference": None,
        "version": 3,
        "created_at": "2026-11-21T10:00:00.000Z",
        "updated_at": "2026-11-21T10:00:00.000Z",
    }
    return Transfer(**values | changes)


def known(hq=None, shed=None, *, places=(), moving=None):
    levels = {"hq": hq or Level("A", "hq"), "shed": shed or Level("A", "shed")}
    locations = {name: Location(name, name, 1, "DE") for name in levels}
    return Known(levels, locations | {it.location_id: it for it in places}, moving)


def rows(posting):
    return [(e.row.location_id, e.row.delta, e.row.incoming) for e in posting.entries]


def bounds(posting):
    return [(entry.bound, entry.limit) for entry in posting.entries]


def level(place="hq", on_hand=0, reserved=0, safety=0, **more):
    return Level("A", place, on_hand, reserved, on_hand - reserved - safety, **more)


def test_received_units_are_on_hand():
    posting = post(body(), known(), STAMP)
    assert rows(posting) == [("hq", 5, 0)]
    assert bounds(posting) == [(Bound.ON_HAND_AT_MOST, MAX_LEVEL - 5)]
    assert posting.transfer is None
    assert (posting.told.movement_id, posting.told.actor) == ("mov_1", "key:1")


def test_an_adjustment_may_leave_less_than_is_promised_but_not_less_than_nothing():
    loss = body("adjusted", -4, reason="fire")
    posting = post(loss, known(level(on_hand=4, reserved=3)), STAMP)
    assert rows(posting) == [("hq", -4, 0)]
    assert bounds(posting) == [(Bound.ON_HAND_AT_LEAST, 4)]
    with pytest.raises(Conflict, match="3 units are on hand") as refused:
        post(loss, known(level(on_hand=3)), STAMP)
    assert refused.value.extensions == {"on_hand": 3}


def test_a_count_is_a_difference_to_what_was_there():
    posting = post(body("counted", 2), known(level(on_hand=7)), STAMP)
    assert rows(posting) == [("hq", -5, 0)]
    assert bounds(posting) == [(Bound.ON_HAND_IS, 7)]


def test_a_transfer_has_a_row_at_each_end():
    asked = body("transferred", 3, to_location_id="shed", reason="r", reference="T-1")
    posting = post(asked, known(level(on_hand=9, reserved=4, safety=2)), STAMP)
    assert rows(posting) == [("hq", -3, 0), ("shed", 3, 0)]
    assert [e.row.movement_id for e in posting.entries] == ["mov_1", "mov_2"]
    assert {e.row.transfer_id for e in posting.entries} == {"trf_new"}
    assert bounds(posting) == [
        (Bound.AVAILABLE_AT_LEAST, 3),
        (Bound.ON_HAND_AT_MOST, MAX_LEVEL - 3),
    ]
    made = posting.transfer
    assert (made.status, made.in_transit, made.version) == (TransferStatus.RECEIVED, 0, 1)
    assert (made.reason, made.reference) == ("r", "T-1")


def test_a_transfer_in_transit_is_coming():
    asked = body("transferred", 3, to_location_id="shed", in_transit=True)
    posting = post(asked, known(level(on_hand=3)), STAMP)
    assert rows(posting) == [("hq", -3, 0), ("shed", 0, 3)]
    assert bounds(posting)[1] == (Bound.INCOMING_AT_MOST, MAX_LEVEL - 3)
    made = posting.transfer
    assert (made.status, made.in_transit, made.received) == (TransferStatus.IN_TRANSIT, 3, 0)


@pytest.mark.parametrize(("free", "shown"), [(2, 2), (0, 0), (-4, 0)])
def test_only_free_units_are_transferred(free, shown):
    asked = body("transferred", 3, to_location_id="shed")
    with pytest.raises(Conflict, match=f"{shown} units are free") as refused:
        post(asked, known(level(on_hand=9, reserved=9 - free)), STAMP)
    assert refused.value.extensions == {"available": shown}


def test_units_in_transit_arrive_in_parts():
    asked = body("received", 2, "shed", transfer_id="trf_1")
    posting = post(asked, known(moving=transfer()), STAMP)
    assert rows(posting) == [("shed", 2, -2)]
    now = posting.transfer
    assert (now.received, now.written_off, now.in_transit) == (3, 1, 1)
    assert (now.version, now.updated_at) == (4, STAMP.created_at)
    assert now.status is TransferStatus.IN_TRANSIT
    rest = post(body("received", 1, "shed", transfer_id="trf_1"), known(moving=now), STAMP)
    assert rest.transfer.status is TransferStatus.RECEIVED


def test_units_that_are_lost_on_the_way_change_no_stock():
    asked = body("adjusted", -3, "shed", transfer_id="trf_1", reason="lorry burnt")
    there = level("shed", incoming=3)
    posting = post(asked, known(shed=there, moving=transfer()), STAMP)
    assert rows(posting) == [("shed", 0, -3)]
    assert bounds(posting) == [(Bound.INCOMING_AT_LEAST, 3)]
    assert (posting.transfer.written_off, posting.transfer.received) == (4, 1)
    assert posting.transfer.status is TransferStatus.RECEIVED


def test_a_transfer_that_is_lost_altogether_was_not_received():
    lost = transfer(received=0, written_off=5)
    assert lost.status is TransferStatus.WRITTEN_OFF


@pytest.mark.parametrize("kind", ["received", "adjusted"])
def test_more_than_is_in_transit_neither_arrives_nor_is_lost(kind):
    asked = body(kind, 4 if kind == "received" else -4, "shed", transfer_id="trf_1", reason="r")
    there = level("shed", incoming=9)
    with pytest.raises(Conflict, match="3 units are still in transit") as refused:
        post(asked, known(shed=there, moving=transfer()), STAMP)
    assert refused.value.extensions == {"in_transit": 3}


@pytest.mark.parametrize(
    ("place", "moving", "pointer"),
    [
        ("shed", None, "/transfer_id"),
        ("shed", transfer(sku="B"), "/sku"),
        ("hq", transfer(), "/location_id"),
    ],
)
def test_what_is_not_of_the_transfer_is_named(place, moving, pointer):
    asked = body("received", 1, place, transfer_id="trf_1")
    with pytest.raises(Unprocessable) as refused:
        post(asked, known(moving=moving), STAMP)
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize("state", [{"closed": True}, {"closing": True}])
@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        (body(), True),
        (body("adjusted", 1, reason="found"), True),
        (body("counted", 8), True),
        (body("transferred", 1, "shed", to_location_id="hq"), True),
        (body("transferred", 1, "shed", to_location_id="hq", in_transit=True), True),
        (body("adjusted", -1, reason="lost"), False),
        (body("counted", 7), False),
        (body("counted", 0), False),
        (body("transferred", 1, to_location_id="shed"), False),
    ],
)
def test_nothing_arrives_at_a_closed_location_and_what_is_there_may_leave(state, asked, refused):
    there = known(level(on_hand=7), level("shed", on_hand=7))
    place = Location("hq", "hq", 1, "DE", **state)
    there = known(there.levels["hq"], there.levels["shed"], places=[place])
    if refused:
        with pytest.raises(Conflict, match=r"hq is (being )?closed"):
            post(asked, there, STAMP)
    else:
        assert post(asked, there, STAMP).entries


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (body(), "on_hand"),
        (body("adjusted", 5, reason="found"), "on_hand"),
        (body("transferred", 5, "shed", to_location_id="hq"), "on_hand"),
        (body("transferred", 5, "shed", to_location_id="hq", in_transit=True), "incoming"),
    ],
)
def test_a_level_is_bounded(asked, number):
    def at(units):
        return known(Level("A", "hq", **{number: units}), level("shed", on_hand=9))

    assert post(asked, at(MAX_LEVEL - 5), STAMP)
    with pytest.raises(Conflict, match=f"at most {MAX_LEVEL}"):
        post(asked, at(MAX_LEVEL - 4), STAMP)


@pytest.mark.parametrize(
    ("asked", "pointers"),
    [
        (body("received", 0), ["/quantity"]),
        (body("transferred", 0, to_location_id="shed"), ["/quantity"]),
        (body("transferred", -1, to_location_id="shed"), ["/quantity"]),
        (body("counted", -1), ["/quantity"]),
        (body("adjusted", 0, reason="r"), ["/quantity"]),
        (body("adjusted", 1), ["/reason"]),
        (body("adjusted", 1, reason="r", transfer_id="trf_1"), ["/quantity"]),
        (body("adjusted", -1, transfer_id="trf_1"), ["/reason"]),
        (body("transferred"), ["/to_location_id"]),
        (body("transferred", to_location_id="hq"), ["/to_location_id"]),
        (body("received", to_location_id="shed"), ["/to_location_id"]),
        (body("received", in_transit=True), ["/in_transit"]),
        (body("counted", transfer_id="trf_1"), ["/transfer_id"]),
        (body("transferred", to_location_id="shed", transfer_id="trf_1"), ["/transfer_id"]),
        (body("received", 0, in_transit=True), ["/quantity", "/in_transit"]),
    ],
)
def test_fields_that_do_not_fit_together_are_named(asked, pointers):
    with pytest.raises(Unprocessable) as refused:
        checked(asked)
    assert [error.pointer for error in refused.value.errors] == pointers
