"""EasyPost's events: what is signed is kept as a poll's answer is, whatever comes twice or late."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

import pytest

from tests.support.tracking import NOW, FakeCarriers, FakeClock, FakeShipments, a_shipment, lessons
from tracking.accounts.settings import CarrierSettings
from tracking.carriers import easypost_events
from tracking.carriers.base import Question
from tracking.news.keeping import Keeper
from tracking.news.pushing import Outcome, Pushing
from tracking.parcels.shipment import Shipment
from waybill.dynamo import ContentionError

SECRET = "sch\N{LATIN SMALL LETTER O WITH DIAERESIS}n & geheim"
NUMBER = "EE00"  # of the shipment's first parcel


def detail(ago_hours: float, status: str, fine: str = "unknown") -> dict[str, Any]:
    at = (NOW - timedelta(hours=ago_hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    where = {"city": "DENVER", "state": "CO", "country": "US", "zip": "80202"}
    told = {"status": status, "status_detail": fine, "datetime": at, "tracking_location": where}
    return told | {"object": "TrackingDetail", "message": "Words"}


MOVING = detail(5, "in_transit", "departed_facility")
ARRIVED = detail(3, "in_transit", "arrived_at_facility")
DELIVERED = detail(1, "delivered")


def tracker(*details: dict[str, Any], number: str = NUMBER, **more: Any) -> dict[str, Any]:
    status = details[-1]["status"] if details else "unknown"
    told = {"id": "trk_1", "object": "Tracker", "tracking_code": number, "status": status}
    return told | {"carrier": "USPS", "tracking_details": list(details)} | more


def event(result: Any, description: str = "tracker.updated", event_id: str = "evt_1") -> bytes:
    told = {"id": event_id, "object": "Event", "mode": "production", "description": description}
    return json.dumps(told | {"result": result}).encode()


def sign(body: bytes, secret: str = SECRET) -> str:
    key = normalize("NFKD", secret).encode()
    return f"hmac-sha256-hex={hmac.new(key, body, hashlib.sha256).hexdigest()}"


class World:
    """A shipment of one parcel that EasyPost is asked about, and its webhook."""

    def __init__(self, **credentials: str) -> None:
        self.clock = FakeClock(NOW)
        self.shipments = FakeShipments()
        self.shipments.add(a_shipment("usps"))
        self.carriers = FakeCarriers()
        secrets = credentials or {"webhook_secret": SECRET}
        self.carriers.known_settings["easypost"] = CarrierSettings(
            "easypost", {"api_key": "k"} | secrets, NOW
        )
        self.pushing = Pushing(
            shipments=self.shipments,
            settings=self.carriers,
            keeper=Keeper(self.shipments, self.carriers.set_up, self.clock),
            lessons=lessons(),
        )

    @property
    def shipment(self) -> Shipment:
        return self.shipments.stored[next(iter(self.shipments.stored))]

    def push(self, *details: dict[str, Any], **more: Any) -> Outcome:
        return self.receive(event(tracker(*details, **more)))

    def receive(self, body: bytes) -> Outcome:
        return self.pushing.receive(sign(body), body)


def test_news_is_kept_and_makes_polls_rarer() -> None:
    world = World()
    assert world.push(MOVING) is Outcome.NEWS
    assert world.shipment.state.status == "in_transit"
    assert world.shipment.state.sub_status == "departed_facility"
    assert world.shipment.due["easypost"].pushed


def test_a_tracker_that_knows_scans_when_it_is_made_is_news_too() -> None:
    world = World()
    assert world.receive(event(tracker(MOVING), "tracker.created")) is Outcome.NEWS
    assert world.shipment.state.status == "in_transit"


def test_an_event_that_comes_again_after_a_poll_brought_news_does_not_vouch_for_pushes() -> None:
    world = World()
    body = event(tracker(MOVING))
    world.receive(body)
    read = easypost_events.read_event(event(tracker(MOVING, ARRIVED)))
    assert read is not None
    world.pushing.keeper.keep(world.shipment, "easypost", {Question(NUMBER, "usps"): read.answer})
    assert not world.shipment.due["easypost"].pushed
    assert world.receive(body) is Outcome.KNOWN
    assert not world.shipment.due["easypost"].pushed


def test_an_older_events_estimate_does_not_replace_a_newer_one() -> None:
    world = World()

    def estimate_of(made: datetime, day: str, *details: dict[str, Any]) -> Any:
        updated = made.strftime("%Y-%m-%dT%H:%M:%SZ")
        world.push(*details, updated_at=updated, est_delivery_date=f"2026-11-{day}T00:00:00Z")
        estimate = world.shipment.parcels[0].estimate
        return estimate and estimate.start.day

    assert estimate_of(NOW + timedelta(minutes=1), "25", MOVING, ARRIVED) == 25
    world.clock.advance(hours=1)
    assert estimate_of(NOW + timedelta(minutes=61), "26", MOVING, ARRIVED) == 26
    due = world.shipment.due["easypost"]
    late = detail(4, "in_transit", "missorted")
    assert estimate_of(NOW + timedelta(minutes=2), "23", MOVING) == 26
    assert estimate_of(NOW + timedelta(minutes=3), "24", MOVING, late) == 26
    assert world.shipment.due["easypost"] == due


def test_the_secret_is_the_same_however_its_letters_are_composed() -> None:
    body, signature = b"{}", sign(b"{}")
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert easypost_events.is_signed(body, signature, ["", normalize(form, SECRET)])
    assert not easypost_events.is_signed(body, signature, [])


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (event(tracker(MOVING, number="EE99")), Outcome.UNKNOWN),
        (event(tracker(MOVING, carrier="FedEx")), Outcome.UNKNOWN),
        (event(tracker()), Outcome.KNOWN),
        (event({"object": "Batch"}, "batch.updated"), Outcome.IGNORED),
        (event(None), Outcome.UNREADABLE),
        (event(tracker(MOVING) | {"tracking_details": "none"}), Outcome.UNREADABLE),
        (b"<html>", Outcome.UNREADABLE),
        (b"[]", Outcome.UNREADABLE),
        (b"{}", Outcome.UNREADABLE),
        (b"[" * 200_000, Outcome.UNREADABLE),
        (b'{"description": {}, "id": NaN}', Outcome.UNREADABLE),
    ],
)
def test_what_is_signed_and_leads_nowhere_is_taken_in_and_changes_nothing(
    body: bytes, outcome: Outcome
) -> None:
    world = World()
    before = world.shipment
    assert world.receive(body) is outcome
    assert world.shipment is before


def test_a_shipment_that_is_followed_no_more_is_not_told_of_the_numbers_next_parcel() -> None:
    world = World()
    world.shipments.add(replace(world.shipment, due={}))
    assert world.push(MOVING) is Outcome.UNKNOWN


def test_all_shipments_with_the_number_hear_of_it_and_no_other_parcel() -> None:
    world = World()
    other = a_shipment("usps", "fedex", shop_id="shop_b", number=0)
    world.shipments.add(other)
    assert world.push(MOVING, carrier="usps") is Outcome.NEWS
    stored = list(world.shipments.stored.values())
    assert [len(each.parcels[0].scans) for each in stored] == [1, 1]
    assert stored[1].parcels[1].scans == ()


def test_whom_easypost_was_left_to_find_may_be_any_carrier() -> None:
    world = World()
    world.shipments.stored.clear()
    world.shipments.add(a_shipment("easypost"))
    assert world.push(MOVING, carrier="EvriUK") is Outcome.NEWS


def test_rivals_are_read_again_and_too_many_of_them_let_it_come_again() -> None:
    world = World()
    world.shipments.rivals = 2
    assert world.push(MOVING) is Outcome.NEWS
    world.shipments.rivals = 99
    with pytest.raises(ContentionError):
        world.push(MOVING, ARRIVED)
    world.shipments.rivals = 0
    assert world.push(MOVING, ARRIVED) is Outcome.NEWS


def test_a_crash_between_write_and_answer_is_healed_by_the_event_coming_again() -> None:
    world = World()
    save = world.shipments.save

    def dies(before: Shipment, after: Shipment, actor: str) -> None:
        save(before, after, actor)
        raise ConnectionError

    world.shipments.save = dies  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        world.push(MOVING)
    world.shipments.save = save  # type: ignore[method-assign]
    assert world.push(MOVING) is Outcome.KNOWN
    assert world.shipment.state.status == "in_transit"


def test_what_ends_by_a_push_teaches_the_rhythm() -> None:
    world = World()
    world.push(MOVING, ARRIVED, DELIVERED)
    assert world.pushing.lessons.rhythms.writes == 1  # type: ignore[attr-defined]
