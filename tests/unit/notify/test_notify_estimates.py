"""A delivery that moves by a day is told once for each day, and only while it is still so."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.notify.notify_world import (
    SHIPMENT,
    SHOP,
    World,
    a_world,
    order_event,
    throttled,
)
from waybill.events import DEPLOYMENT, Event, EventName

MINUTE = timedelta(minutes=1)


def window(day: int) -> dict[str, str]:
    return {
        "from": f"2026-11-{day}T00:00:00+01:00",
        "to": f"2026-11-{day + 1}T00:00:00+01:00",
        "day": f"2026-11-{day}",
    }


def expects(world: World, day: int) -> None:
    start = int(datetime(2026, 11, day - 1, 23, tzinfo=UTC).timestamp())
    world.parcel["parcels"] = [
        {"carrier": "dhl", "tracking_number": "1", "estimate": f"{start}o+60/86400"}
    ]


def moved(world: World, before: int, after: int, version: int = 5) -> Event:
    expects(world, after)
    world.parcel["status"] = "in_transit"
    return Event(
        name=EventName.SHIPMENT_ESTIMATE_CHANGED,
        room="tracking",
        shop_id=SHOP,
        key=SHIPMENT,
        version=version,
        occurred_at="2026-11-22T09:00:00.000Z",
        correlation_id="req-1",
        actor="carrier:dhl",
        data={
            "shipment_id": SHIPMENT,
            "order_id": "ord_1",
            "status": "in_transit",
            "estimate": window(after),
            "previous": window(before),
        },
    )


def test_the_mail_names_both_days():
    world = a_world()
    world.notifier.handle(moved(world, 24, 26))
    [(_, mail)] = world.mail.taken
    assert "26. November" in mail.text
    assert "24. November" in mail.text


def test_each_day_is_told_once_however_the_carrier_wavers():
    world = a_world()
    for version, (before, after) in enumerate([(24, 26), (26, 24), (24, 26), (26, 24), (24, 27)]):
        world.notifier.handle(moved(world, before, after, version))
    assert len(world.mail.taken) == 3


@pytest.mark.parametrize("meanwhile", [25, 28])
def test_an_estimate_that_has_moved_on_is_not_told(meanwhile):
    world = a_world()
    late = moved(world, 24, 26)
    expects(world, meanwhile)  # brought forward again, or put off once more
    world.notifier.handle(late)
    assert world.states() == {"estimate_changed": "skipped:stale"}


SHORT = {
    27: ("2027-03-27T00:00:00+01:00", "2027-03-28T00:00:00+01:00"),
    28: ("2027-03-28T00:00:00+01:00", "2027-03-28T23:00:00+01:00"),
    29: ("2027-03-29T00:00:00+02:00", "2027-03-30T00:00:00+02:00"),
}
"""Days in Berlin around the one of 23 hours, as tracking tells them."""


@pytest.mark.parametrize(("told", "now"), [(27, 28), (28, 27), (28, 29), (28, 28)])
def test_a_day_that_is_shorter_is_another_day_too(told: int, now: int):
    world = a_world()
    event = moved(world, 24, 26)
    start, end = SHORT[told]
    event.data["estimate"] = {"from": start, "to": end, "day": f"2027-03-{told}"}
    first, last = (datetime.fromisoformat(text) for text in SHORT[now])
    east, lasts = first.utcoffset() // MINUTE, (last - first) // MINUTE * 60
    world.parcel["parcels"][0]["estimate"] = f"{int(first.timestamp())}o+{east}/{lasts}"
    world.notifier.handle(event)
    assert bool(world.mail.taken) is (told == now)


@pytest.mark.parametrize(("hour", "is_told"), [(1, True), (22, True), (25, False)])
def test_another_hour_of_the_day_that_is_told_does_not_make_it_untrue(hour: int, is_told: bool):
    world = a_world()
    late = moved(world, 24, 26)
    start = int(datetime(2026, 11, 25, 23, tzinfo=UTC).timestamp()) + hour * 3600
    world.parcel["parcels"][0]["estimate"] = f"{start}o+60/3600"
    world.notifier.handle(late)
    assert bool(world.mail.taken) is is_told


def test_nor_is_one_that_the_carrier_took_back():
    world = a_world()
    late = moved(world, 24, 26)
    del world.parcel["parcels"][0]["estimate"]
    world.notifier.handle(late)
    assert world.states() == {"estimate_changed": "skipped:stale"}


def test_once_a_parcel_has_arrived_a_new_day_for_the_others_is_told():
    world = a_world()
    event = moved(world, 26, 28)
    world.parcel["parcels"].append({"carrier": "dhl", "tracking_number": "2", "ended": True})
    world.notifier.handle(event)
    [(_, mail)] = world.mail.taken
    assert "28. November" in mail.text
    assert "26. November" in mail.text


def test_what_has_arrived_is_expected_no_more():
    world = a_world()
    late = moved(world, 24, 26)
    world.parcel["status"] = "delivered"
    world.notifier.handle(late)
    assert world.states() == {"estimate_changed": "skipped:stale"}


def paid(kind: str, amount: int = 1200, version: int = 7) -> Event:
    return order_event(
        EventName.ORDER_PAYMENT_RECORDED, version, kind=kind, amount=amount, currency="EUR"
    )


def test_each_refund_is_a_mail_with_its_own_amount_and_no_other_payment_is():
    world = a_world()
    world.notifier.handle(paid("captured", version=3))
    assert not world.mail.taken
    for _ in range(2):
        world.notifier.handle(paid("refunded", 1200, 7))
        world.notifier.handle(paid("refunded", 350, 8))
    assert len(world.mail.taken) == 2
    first, second = (mail.text for _, mail in world.mail.taken)
    assert "12,00" in first
    assert "3,50" in second


def told_after(refusals: int) -> list[str]:
    """The mails of a refund, a cancellation and a day that moves, once the provider takes them."""
    world = a_world()
    assert world.order
    world.order["status"] = "cancelled"
    world.mail.answers = [throttled()] * refusals
    world.notifier.handle(paid("refunded", 350))
    world.notifier.handle(order_event(EventName.ORDER_CANCELLED, 8, reason="customer"))
    world.notifier.handle(moved(world, 24, 26))
    for _ in range(2):
        world.minute()
    return [mail.text for _, mail in world.mail.taken]


def test_a_mail_that_is_sent_at_a_later_attempt_says_all_that_it_would_have_said_at_once():
    at_once, later = told_after(0), told_after(3)
    assert len(at_once) == 3
    assert sorted(later) == sorted(at_once)


def failing(version: int = 4, carrier: str = "dhl") -> Event:
    return Event(
        name=EventName.CARRIER_FAILED,
        room="tracking",
        shop_id=DEPLOYMENT,
        key=carrier,
        version=version,
        occurred_at="2026-11-22T09:00:00.000Z",
        correlation_id="req-1",
        actor="schedule",
        data={
            "carrier": carrier,
            "since": "2026-11-22T08:58:00.000Z",
            "failures": 3,
            "reason": None,
        },
    )


def test_a_carrier_that_fails_is_told_to_who_runs_the_deployment():
    world = a_world(operator_email="ops@company.example")
    for _ in range(3):
        world.notifier.handle(failing())
    for _ in range(12):
        world.minute()
    [(to, mail)] = world.mail.taken
    assert to == "ops@company.example"
    assert mail.subject == "DHL is not answering"


def test_of_two_carriers_that_fail_together_each_is_named():
    world = a_world(operator_email="ops@company.example")
    for carrier in ("dhl", "ups"):
        world.notifier.handle(failing(carrier=carrier))
    for _ in range(12):
        world.minute()
    subjects = {mail.subject for _, mail in world.mail.taken}
    assert subjects == {"DHL is not answering", "UPS is not answering"}


def test_nobody_is_told_where_nobody_is_named():
    world = a_world()
    world.notifier.handle(failing())
    assert world.states() == {"carrier_down": "skipped:no_contact"}
