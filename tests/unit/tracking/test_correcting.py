"""A wrong number or carrier is put right: the parcel begins anew, while nothing is known of it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.tracking import NOW, FakeClock, FakeShipments, a_shipment, answers, scan, told
from tests.unit.tracking.test_shipment_service import World as Shop
from tracking.cadence import next_due, questions
from tracking.carriers.base import Answer, Question
from tracking.events import events_of
from tracking.news.answers import hear
from tracking.news.keeping import Keeper
from tracking.parcels.shipment import Due, Parcel, Shipment, Silence
from tracking.parcels.states import Certainty, Estimate, Pace, Status
from tracking.shipments.correcting import Correcting
from tracking.shipments.models import ParcelCorrection
from tracking.shipments.stored import from_item, to_item
from waybill.auth import Caller
from waybill.batch import Change
from waybill.dynamo import ContentionError
from waybill.preconditions import Precondition
from waybill.problems import Conflict, NotFound, PreconditionFailed, Unprocessable

CALLER = Caller("shop_a", "key:1", frozenset({"tracking:write"}))
WRONG, RIGHT = "EE473124829CN", "EB123456785JP"
UPS = "1Z999AA10123456784"
ANY = Precondition()
LATER = NOW + timedelta(days=3)


def registered(*parcels: Parcel, **more: Any) -> Shipment:
    """A shipment of these parcels (default: one of EMS with a wrong number), never asked about."""
    given = parcels or (Parcel(WRONG, "ems"),)
    return replace(a_shipment(*(each.carrier for each in given)), parcels=given, **more)


class World:
    def __init__(self, shipment: Shipment | None = None) -> None:
        self.shipment = shipment or registered()
        self.shipments = FakeShipments()
        self.shipments.add(self.shipment)
        self.clock = FakeClock(LATER)
        self.set_up: Collection[str] = frozenset({"ems", "dhl", "ups", "easypost"})

    def correct(
        self, wanted: str = "1", seen: Precondition = ANY, **correction: str | None
    ) -> Shipment:
        correcting = Correcting(self.shipments, self.clock, lambda: self.set_up)
        request = ParcelCorrection.model_validate(correction)
        return correcting.correct(CALLER, self.shipment.id, wanted, request, seen)


def test_the_parcel_begins_anew_with_the_right_number() -> None:
    lost = registered(
        Parcel(WRONG, "ems", silence=Silence.NOT_FOUND, tried=("usps",)),
        due={"ems": Due(Pace.LOST, int(NOW.timestamp()))},
    )
    world = World(lost)
    after = world.correct(tracking_number="eb 123 456 785 jp")
    assert after == world.shipments.get("shop_a", lost.id)
    (parcel,) = after.parcels
    assert (parcel.tracking_number, parcel.carrier) == (RIGHT, "ems")
    assert (parcel.scans, parcel.silence, parcel.tried) == ((), Silence.NONE, ())
    assert (parcel.created_as, parcel.corrected_at) == (WRONG, LATER)
    assert after.state.status is Status.PENDING
    assert after.due == {"ems": Due(Pace.NEW, int(LATER.timestamp()))}
    assert (after.version, after.updated_at) == (lost.version + 1, LATER)
    assert (after.lines, after.token, after.created_at) == (lost.lines, lost.token, NOW)
    assert from_item(to_item(after, actor="key:1", correlation_id="req-1")) == after


def test_a_number_that_was_given_up_is_followed_again_for_as_long_as_a_new_one() -> None:
    late = NOW + timedelta(days=40)
    world = World(registered(Parcel(WRONG, "ems", silence=Silence.EXPIRED), due={}))
    world.clock.now = late
    after = world.correct(tracking_number=RIGHT)
    assert after.due["ems"].pace is Pace.NEW
    assert questions(after.due["ems"], late.timestamp() + 3600, 0.0) == 4
    unknown = answers({RIGHT: Answer(known=False)})

    def status(days: float) -> Status:
        return hear(after, "ems", unknown, late + timedelta(days=days)).shipment.state.status

    assert status(29) is Status.NOT_FOUND
    assert status(31) is Status.EXPIRED


def test_a_corrected_parcel_is_as_old_as_its_correction_whoever_is_asked() -> None:
    parcel = World().correct(tracking_number=RIGHT).parcels[0]
    moving = Due(Pace.MOVING, int(NOW.timestamp()))
    due = next_due("shp_1", [parcel], moving, NOW, LATER + timedelta(hours=1))
    assert due == Due(Pace.NEW, int(LATER.timestamp()))


def test_the_same_again_changes_nothing_and_writes_nothing() -> None:
    world = World()
    once = world.correct(tracking_number=RIGHT, carrier="ems")
    assert once.due == {"ems": Due(Pace.NEW, int(LATER.timestamp()))}
    writes = world.shipments.writes
    for again in (
        {"tracking_number": RIGHT, "carrier": "EMS "},
        {"tracking_number": "EB123456785 JP"},
        {"carrier": "ems"},
        {"carrier": None},
        {},
    ):
        assert world.correct(**again) == once
    known = hear(once, "ems", answers({RIGHT: told(scan("EMC"))}), LATER).shipment
    world.shipments.add(known)
    assert world.correct(tracking_number=RIGHT) == known
    assert world.shipments.writes == writes


def test_the_carrier_is_recognised_anew_unless_it_is_named_or_still_fits() -> None:
    world = World()
    after = world.correct(tracking_number=UPS)
    assert after.parcels[0].carrier == "ups"
    assert after.parcels[0].created_with == "ems"
    assert set(after.due) == {"ups"}
    named = World().correct(tracking_number="7777777777", carrier="DPD")
    assert (named.parcels[0].carrier, named.parcels[0].others) == ("dpd", ())
    assert set(named.due) == {"easypost"}
    usps = World(registered(Parcel(WRONG, "usps"))).correct(tracking_number="RB123456785US")
    assert usps.parcels[0].carrier == "usps"
    assert "ems" in usps.parcels[0].candidates


def test_a_wrong_carrier_of_a_right_number_is_corrected_alone() -> None:
    world = World(registered(Parcel("4603215665", "dhl")))
    after = world.correct(carrier="dpd")
    assert (after.parcels[0].tracking_number, after.parcels[0].carrier) == ("4603215665", "dpd")
    assert (after.parcels[0].created_as, after.parcels[0].created_with) == ("", "dhl")
    assert set(after.due) == {"easypost"}
    back = world.correct(carrier="dhl")
    assert (back.parcels[0].created_with, set(back.due)) == ("", {"dhl"})


def test_a_carrier_that_can_be_asked_comes_before_one_that_cannot() -> None:
    world = World(registered(Parcel(UPS, "ups")))
    world.set_up = {"easypost"}
    after = world.correct(tracking_number="RB123456785US")
    assert after.parcels[0].carrier == "usps"


def test_the_other_parcels_and_who_is_asked_about_them_stay() -> None:
    moving = Due(Pace.MOVING, int(NOW.timestamp()), offset=60)
    scanned = Parcel("4603215665", "dhl", scans=(scan("transit"),))
    shipment = registered(scanned, Parcel(WRONG, "ems"), due={"dhl": moving, "ems": moving})
    world = World(shipment)
    after = world.correct("2", tracking_number=UPS)
    assert after.parcels[0] == scanned
    assert after.due == {"dhl": moving, "ups": Due(Pace.NEW, int(LATER.timestamp()))}


def test_who_has_another_parcel_goes_on_being_asked_about_that() -> None:
    estimate = Estimate(LATER, LATER + timedelta(hours=2), Certainty.UTC)
    known = Parcel("EE00", "ems", scans=(scan("EMC"),), estimate=estimate)
    shipment = registered(known, Parcel(WRONG, "ems"))
    before = shipment.due["ems"]
    assert before.pace is Pace.NEW
    after = World(shipment).correct("2", tracking_number=UPS)
    assert set(after.due) == {"ems", "ups"}
    assert after.due["ems"].pace is Pace.MOVING
    assert after.due["ems"].estimate == int(LATER.timestamp()) // 86_400


def test_a_parcel_with_scans_is_not_corrected() -> None:
    shipment = registered(Parcel(WRONG, "ems", scans=(scan("EMC"),)))
    world = World(shipment)
    with pytest.raises(Conflict, match="scanned"):
        world.correct(tracking_number=RIGHT)
    with pytest.raises(Conflict):
        world.correct(carrier="usps")
    assert world.shipments.get("shop_a", shipment.id) == shipment
    beside = World(registered(Parcel(WRONG, "ems", scans=(scan("EMC"),)), Parcel("EE10", "ems")))
    assert beside.correct("2", tracking_number=RIGHT).parcels[1].tracking_number == RIGHT


def test_a_number_of_another_parcel_of_the_order_is_refused() -> None:
    world = World(registered(Parcel(WRONG, "ems"), Parcel(UPS, "ups")))
    with pytest.raises(Conflict) as error:
        world.correct(tracking_number=UPS)
    assert error.value.headers["Location"] == f"/v1/shipments/{world.shipment.id}"
    sibling = replace(a_shipment("ems", number=1), parcels=(Parcel(RIGHT, "ems"),))
    world.shipments.add(sibling)
    with pytest.raises(Conflict) as error:
        world.correct(tracking_number=RIGHT)
    assert error.value.headers["Location"] == f"/v1/shipments/{sibling.id}"
    world.shipments.add(replace(sibling, order_id="ord_2"))
    assert world.correct(tracking_number=RIGHT).parcels[0].tracking_number == RIGHT


@pytest.mark.parametrize(
    ("correction", "pointer"),
    [
        ({"tracking_number": "EE473124820CN"}, "/tracking_number"),
        ({"tracking_number": "!!"}, "/tracking_number"),
        ({"tracking_number": None}, "/tracking_number"),
        ({"tracking_number": "99"}, "/tracking_number"),
        ({"tracking_number": "QWERTY"}, "/carrier"),
        ({"tracking_number": RIGHT, "carrier": "pigeon"}, "/carrier"),
        ({"carrier": "ups", "tracking_number": "1Z999AA10123456785"}, "/tracking_number"),
    ],
)
def test_what_cannot_be_a_parcel_is_refused(correction: dict[str, str], pointer: str) -> None:
    with pytest.raises(Unprocessable) as error:
        World().correct(**correction)
    assert [each.pointer for each in error.value.errors] == [pointer]


def test_what_is_not_there_or_no_longer_as_it_was_seen_is_refused() -> None:
    world = World()
    for wanted in ("0", "2", "01", "x"):
        with pytest.raises(NotFound):
            world.correct(wanted, tracking_number=RIGHT)
    with pytest.raises(PreconditionFailed):
        world.correct(seen=Precondition(version=7, must_exist=True), tracking_number=RIGHT)
    world.correct(seen=Precondition(version=1, must_exist=True), tracking_number=RIGHT)
    world.shipments.stored.clear()
    with pytest.raises(NotFound):
        world.correct(tracking_number=RIGHT)


def test_what_was_read_too_early_is_decided_again() -> None:
    world = World()
    world.shipments.rivals = 2
    assert world.correct(tracking_number=RIGHT).version == 4
    world.shipments.rivals = 99
    with pytest.raises(ContentionError):
        world.correct(tracking_number=UPS)


def test_a_scan_that_comes_first_wins() -> None:
    class Scanned(FakeShipments):
        def save(self, before: Shipment, after: Shipment, actor: str) -> None:
            if not self.writes:
                super().save(before, hear(before, "ems", TOLD, LATER).shipment, "carrier:ems")
            super().save(before, after, actor)

    world = World()
    world.shipments = Scanned(world.shipments.stored)
    with pytest.raises(Conflict):
        world.correct(tracking_number=RIGHT)


TOLD = answers({WRONG: told(scan("EMC"))})


def test_an_answer_about_the_wrong_number_that_comes_later_is_forgotten() -> None:
    world = World()
    read_before = world.shipment
    after = world.correct(tracking_number=RIGHT)
    keeper = Keeper(world.shipments, frozenset, world.clock)
    assert keeper.keep(read_before, "ems", {Question(WRONG, "ems"): TOLD[Question(WRONG, "ems")]})
    assert world.shipments.get("shop_a", after.id) == after


def test_how_late_scans_are_known_counts_from_the_correction_on() -> None:
    after = World().correct(tracking_number=RIGHT)
    news = answers({RIGHT: told(scan("EMA", -1), scan("EMC", -73))})
    now = NOW + timedelta(hours=74)
    assert hear(after, "ems", news, now).noticed.delays == [timedelta(hours=1)]


def image(shipment: Shipment) -> dict[str, Any]:
    return to_item(shipment, actor="key:1", correlation_id="req-1")


def test_a_correction_is_an_event_and_a_status_that_it_changes_another() -> None:
    lost = registered(Parcel(WRONG, "ems", silence=Silence.NOT_FOUND), Parcel(UPS, "ups"))
    lost = replace(lost, state=replace(lost.state, status=Status.NOT_FOUND))
    world = World(lost)
    after = world.correct(tracking_number="7777777777", carrier="dpd")
    key = {"pk": image(lost)["pk"], "sk": image(lost)["sk"]}
    corrected, changed = events_of(Change("1", key, image(lost), image(after)))
    assert (corrected.name, corrected.version) == ("ShipmentCorrected", after.version)
    assert datetime.fromisoformat(corrected.occurred_at) == LATER
    assert corrected.data == {
        "shipment_id": lost.id,
        "order_id": lost.order_id,
        "lines": [{"line_id": "1", "quantity": 2}],
        "parcel_ids": ["1"],
        "carriers": ["dpd", "ups"],
        "status": "pending",
    }
    assert (changed.name, changed.data["status"]) == ("ShipmentStatusChanged", "pending")
    assert corrected.id != changed.id
    assert list(events_of(Change("1", key, image(after), image(replace(after, version=9))))) == []


def test_a_replay_by_key_is_answered_as_it_was_and_the_wrong_number_is_free_again() -> None:
    shop = Shop()
    line = [{"line_id": "1", "quantity": 1}]
    by_key = shop.post(WRONG, key="k", lines=line)
    correcting = Correcting(shop.shipments, shop.clock, frozenset)
    right = ParcelCorrection(tracking_number=RIGHT)
    correcting.correct(CALLER, by_key.id, "1", right, ANY)
    replay = shop.post(WRONG, key="k", lines=line)
    assert (replay.id, replay.parcels[0].tracking_number) == (by_key.id, WRONG)
    with pytest.raises(Conflict):
        shop.post(RIGHT, lines=line)
    shop = Shop()
    first = shop.post(WRONG, lines=line)
    Correcting(shop.shipments, shop.clock, frozenset).correct(CALLER, first.id, "1", right, ANY)
    second = shop.post(WRONG, lines=line)
    assert second.id != first.id
    assert shop.post(WRONG, lines=line).id == second.id


def test_a_number_put_right_late_shows_the_journey_since_the_parcel_left() -> None:
    world = World()
    world.clock.advance(days=130)
    world.correct(tracking_number=RIGHT)
    left = told(scan("EMA", -24), scan("EMC", -48), scan("EMI", -240))
    keeper = Keeper(world.shipments, frozenset, world.clock)
    corrected = world.shipments.get("shop_a", world.shipment.id)
    assert corrected is not None
    heard = keeper.keep(corrected, "ems", answers({RIGHT: left}))
    assert heard is not None
    assert heard.shipment.state.status is Status.DELIVERED
    assert len(heard.shipment.parcels[0].scans) == 3
