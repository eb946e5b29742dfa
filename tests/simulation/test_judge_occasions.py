"""The judge sees whether refunds and new days of delivery came to be, and are told once each."""

from typing import Any, Final

import pytest

from tests.simulation.judge.fabricated import SHOP, Tale, breaks, order_id, shipment_id
from tests.simulation.judge.fabricated_facts import FactTale
from tests.simulation.judge.occasions import days_told, refunds
from tests.simulation.judge.verdict import Item

LONG_AGO: Final = "1970-01-01T00:00:00.000Z"
DAY: Final = 24 * 3600
NOON: Final = 1_794_225_600  # 2026-11-09T12:00:00Z
MAIL: Final = "We have refunded €{}\nOrder NO-1\n- 2 x TEE"


# --- refunds ------------------------------------------------------------------------------------


@pytest.fixture
def paid() -> FactTale:
    """An order that is paid, and half of it given back."""
    tale = FactTale().ready()
    tale.place()
    tale.paid("pay", "captured", 100)
    tale.paid("back", "refunded", 40, removed=40)
    return tale


def _refunded(tale: Tale, name: str = "refunded", amount: str = "0.40") -> None:
    tale.write(tale.message("order_refunded", name=name))
    tale.mailed(name, message_id=f"ses-{name}", text=MAIL.format(amount))
    tale.write(tale.becomes("sent", name, provider_id=f"ses-{name}"))


def test_each_refund_is_told_once(paid: FactTale) -> None:
    _refunded(paid)
    paid.paid("again", "refunded", 20, removed=60)
    _refunded(paid, "second", "0.20")
    with breaks("told twice"):
        _refunded(paid, "third", "0.20")


def test_a_refund_that_never_was() -> None:
    tale = FactTale().ready()
    tale.place()
    tale.paid("pay", "captured", 100)
    with breaks("groundless message"):
        _refunded(tale)


def test_a_refund_of_another_amount(paid: FactTale) -> None:
    with breaks("wording"):
        _refunded(paid, amount="1.00")


def test_a_refund_nobody_is_told_of(paid: FactTale) -> None:
    paid.allocate()
    paid.confirm()
    paid.tell()
    with breaks("lost message"):
        paid.settle()
    _refunded(paid)
    paid.settle()


def test_what_a_platform_gave_back_is_no_news() -> None:
    before = {"status": "pending", "payments": {"captured": 9}}
    after = {"status": "pending", "payments": {"captured": 9, "refunded": 9}}
    assert refunds([before, after]) == []
    assert refunds([before, after | {"payment_facts": 1}]) == [9]


def test_a_draft_is_no_news() -> None:
    before = {"status": "draft", "payments": {"captured": 9}}
    after = {"payments": {"captured": 9, "refunded": 9}, "payment_facts": 1}
    assert refunds([before, before | after]) == []


# --- days of delivery ---------------------------------------------------------------------------


@pytest.fixture
def tale() -> Tale:
    """An order's shipment, with a day on which it is expected, which has moved."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment())
    for at in (NOON, NOON + DAY):
        expects(tale, at)
    return tale


def expects(tale: Tale, at: int, **changes: Any) -> None:
    """The carrier names an instant."""
    item = tale.now("ShipmentsTable", *key())
    item["parcels"][0]["estimate"] = f"{at}i/0"
    tale.write(("ShipmentsTable", item | {"version": item["version"] + 1} | changes))


def key() -> tuple[str, str]:
    """Where the shipment lies."""
    return f"{SHOP}#{shipment_id(1)[:16]}", f"shipment#{shipment_id(1)[:18]}"


def moved(tale: Tale, day: int, name: str = "moved", state: str = "waiting") -> tuple[str, Item]:
    """The message that it is expected on a day of November."""
    to = f"2026-11-{day:02}T12:00:00.000Z"
    estimate = {"from": to, "to": to, "day": to[:10]}
    cause = {
        "name": "ShipmentEstimateChanged", "version": 3, "order_id": order_id(1),
        "shipment_id": shipment_id(1), "estimate": estimate,
    }  # fmt: skip
    about = {"subject_id": shipment_id(1), "cause": cause, "due_at": LONG_AGO, "attempt": ""}
    return tale.message("estimate_changed", state, name=name, reason="gathering", **about)


def _told(tale: Tale, name: str = "moved") -> None:
    tale.judge.read(0.0, "notify", 1, "ShipmentsTable", [key()])
    tale.write(tale.becomes("sending", name, attempt=f"att_{name}"))
    tale.mailed(name, message_id=f"ses-{name}")
    tale.write(tale.becomes("sent", name, provider_id=f"ses-{name}"))


def test_each_day_is_told_once(tale: Tale) -> None:
    tale.write(moved(tale, 10))
    _told(tale)
    expects(tale, NOON + 2 * DAY)
    tale.write(moved(tale, 11, "second"))
    _told(tale, "second")
    with breaks("told twice"):
        tale.write(moved(tale, 11, "third"))


def test_more_messages_than_days(tale: Tale) -> None:
    about = {"subject_id": shipment_id(1)}
    tale.tell("estimate_changed", **about)
    tale.write(tale.message("estimate_changed", name="twin", **about))
    with breaks("told twice"):
        tale.mailed("twin", message_id="ses-2")


def test_a_day_that_never_was(tale: Tale) -> None:
    with breaks("groundless message"):
        tale.write(moved(tale, 9))


def test_a_first_estimate_is_no_change() -> None:
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment())
    expects(tale, NOON)
    with breaks("groundless message"):
        tale.write(tale.message("estimate_changed", subject_id=shipment_id(1)))


def test_a_day_that_has_moved_again(tale: Tale) -> None:
    tale.write(moved(tale, 10))
    expects(tale, NOON + 3 * DAY)
    with breaks("stale message"):
        _told(tale)


@pytest.mark.parametrize("hours", [6, 13])
def test_left_out_only_where_it_is_another_day(tale: Tale, hours: int) -> None:
    tale.write(moved(tale, 10))
    expects(tale, NOON + DAY + hours * 3600)
    tale.judge.read(0.0, "notify", 1, "ShipmentsTable", [key()])
    if hours == 13:
        tale.write(tale.becomes("skipped", "moved", reason="stale"))
        return
    with breaks("lost message"):
        tale.write(tale.becomes("skipped", "moved", reason="stale"))


def test_a_day_nobody_is_told_of(tale: Tale) -> None:
    tale.write(tale.shipped(3))
    tale.reads(1)
    rows = [tale.row(1, quantity=2, shipped=2)]
    level = tale.level(on_hand=-2, reserved=-2)
    tale.write(*tale.allocation(1, rows, order_version=3, decided=False), level)
    tale.tell()
    tale.tell("shipment_dispatched", subject_id=shipment_id(1))
    with breaks("lost message"):
        tale.settle()
    tale.tell("estimate_changed", subject_id=shipment_id(1))
    tale.settle()


@pytest.mark.parametrize(
    ("before", "after", "days"),
    [
        ("1794178800o+60/86400", "1794265200o+60/86400", {"2026-11-10"}),
        ("1794225600i/0", "1794232800i/0", set()),
        ("1794225600i/0", None, set()),
    ],
    ids=["whole days", "an hour of the same day", "taken back"],
)
def test_the_day_is_the_last_by_the_clocks_of_the_place(
    before: str, after: str | None, days: set[str]
) -> None:
    past = [
        {"status": "in_transit", "parcels": [{"estimate": text} if text else {}]}
        for text in (before, after)
    ]
    assert days_told(past) == days


@pytest.mark.parametrize("status", ["delivered", "available_for_pickup"])
def test_nobody_waits_for_what_is_there(status: str) -> None:
    past = [{"status": "in_transit", "parcels": [{"estimate": f"{NOON}i/0"}]}]
    past += [{"status": status, "parcels": [{"estimate": f"{NOON + DAY}i/0"}]}]
    assert days_told(past) == set()


def test_of_several_parcels_those_that_have_arrived_are_waited_for_no_more() -> None:
    """Seed 41: the one that was to come last came first."""
    late, soon = {"estimate": f"{NOON + DAY}i/0"}, {"estimate": f"{NOON}i/0"}
    there = {"scans": [f"{NOON}u\tEMI\tBERLIN"]}
    past = [
        {
            "status": "in_transit",
            "parcels": [{"carrier": "ems", "tracking_number": "EE"} | each for each in parcels],
        }
        for parcels in ((late, soon), (there, soon))
    ]
    assert days_told(past) == {"2026-11-09"}
    past[1]["parcels"][0]["scans"] = [f"{NOON}u\tEMG\tBERLIN"]
    assert days_told(past) == set()
