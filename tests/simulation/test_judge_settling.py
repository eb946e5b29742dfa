"""The judge sees what is lost, stuck or untold at the end, and shares no code with the system."""

import ast
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.simulation import judge
from tests.simulation.judge.fabricated import NOON, PHONE, SHOP, Tale, breaks, order_id, shipment_id

ROOMS = {"orders", "inventory", "tracking", "notify", "shops", "waybill"}


@pytest.fixture
def tale() -> Tale:
    """An order that is confirmed, and its customer told."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.tell()
    return tale


def test_all_is_well(tale: Tale) -> None:
    tale.settle()


def _ships(tale: Tale) -> None:
    """All is shipped, and everybody hears of it but the customer."""
    tale.write(tale.shipment())
    tale.write(tale.shipped())
    tale.reads(1)
    rows = [tale.row(1, quantity=2, shipped=2)]
    level = tale.level(on_hand=-2, reserved=-2)
    tale.write(*tale.allocation(1, rows, order_version=3, decided=False), level)


def _delivers(tale: Tale) -> None:
    """The customer is told of the end, by mail and SMS."""
    tale.write(tale.scanned("100u\tEMI", status="delivered"))
    tale.write(tale.shipped(2, delivered=True, status="completed"))
    tale.tell("delivered", subject_id=shipment_id(1))
    tale.write(tale.message("delivered", channel="sms", subject_id=shipment_id(1), name="sms"))
    tale.judge.texted(NOON, PHONE, "Order NO-1 is there", "sns-1")
    tale.write(tale.becomes("sent", "sms", provider_id="sns-1"))


def test_a_parcels_way_to_its_end(tale: Tale) -> None:
    _ships(tale)
    tale.tell("shipment_dispatched", subject_id=shipment_id(1))
    _delivers(tale)
    tale.settle()


def test_an_end_its_order_never_heard_of(tale: Tale) -> None:
    _ships(tale)
    tale.tell("shipment_dispatched", subject_id=shipment_id(1))
    tale.write(tale.scanned("100u\tEMI", status="delivered"))
    with breaks("unheard"):
        tale.settle()


def test_an_end_the_customer_never_heard_of(tale: Tale) -> None:
    _ships(tale)
    tale.tell("shipment_dispatched", subject_id=shipment_id(1))
    tale.write(tale.scanned("100u\tEMI", status="delivered"))
    tale.write(tale.shipped(2, delivered=True, status="completed"))
    with breaks("lost message"):
        tale.settle()


@pytest.mark.parametrize("sms", [0, 1, 2])
def test_each_attempt_has_a_mail_and_an_sms(tale: Tale, sms: int) -> None:
    _ships(tale)
    tale.tell("shipment_dispatched", subject_id=shipment_id(1))
    tale.write(tale.scanned("100u\tEMH", status="delivery_attempted"))
    tale.tell("delivery_attempted", subject_id=shipment_id(1))
    for number in range(sms):
        about = {"channel": "sms", "subject_id": shipment_id(1), "name": f"sms {number}"}
        tale.write(tale.message("delivery_attempted", **about))
        tale.write(tale.becomes("failed", f"sms {number}", reason="refused"))
    with nullcontext() if sms == 1 else breaks("lost message"):
        tale.settle()


@pytest.mark.parametrize("refused", ["for now", "for good", "and given up"])
def test_an_arrival_no_sms_told_of(tale: Tale, refused: str) -> None:
    event = "delivered" if refused == "and given up" else "out_for_delivery"
    _ships(tale)
    tale.tell("shipment_dispatched", subject_id=shipment_id(1))
    tale.write(tale.scanned("100u\tEDG", status="out_for_delivery"))
    tale.write(tale.scanned("100u\tEDG", "200u\tEMI", status="delivered"))
    tale.write(tale.shipped(3, delivered=True, status="completed"))
    tale.tell("delivered", subject_id=shipment_id(1))
    tale.write(tale.message(event, channel="sms", subject_id=shipment_id(1), name="sms"))
    if refused == "for now":
        tale.write(tale.becomes("waiting", "sms", reason="unavailable"))
        tale.write(tale.becomes("skipped", "sms", reason="stale"))
    else:
        tale.write(tale.becomes("failed", "sms", reason="refused"))
    if event == "delivered":
        tale.settle()  # all that could be done
        return
    with breaks("lost message"):
        tale.settle()


def test_a_refused_message_is_settled_though_it_is_true_no_longer(tale: Tale) -> None:
    _ships(tale)
    tale.write(tale.message("shipment_dispatched", subject_id=shipment_id(1)))
    tale.write(tale.becomes("waiting", "shipment_dispatched", reason="unavailable"))
    _delivers(tale)
    with breaks("unsettled message"):
        tale.settle()
    tale.write(tale.becomes("skipped", "shipment_dispatched", reason="stale"))
    tale.settle()


def test_a_write_nobody_told_the_judge_of(tale: Tale) -> None:
    tale.tables["OrdersTable"][f"{SHOP}#{order_id(1)}", "order"]["status"] = "completed"
    with breaks("mirror"):
        tale.settle()


def test_an_order_inventory_never_heard_of(tale: Tale) -> None:
    tale.place(2)
    with breaks("undecided"):
        tale.settle()


def test_a_decision_its_order_never_heard_of(tale: Tale) -> None:
    tale.place(2)
    tale.allocate(2)
    with breaks("undecided"):
        tale.settle()


def test_a_later_decision_that_is_no_news_may_be_known(tale: Tale) -> None:
    _ships(tale)
    tale.write(tale.changed(inventory_version=2))
    tale.tell("shipment_dispatched", subject_id=shipment_id(1))
    _delivers(tale)
    tale.settle()


def test_a_cancel_inventory_never_heard_of(tale: Tale) -> None:
    tale.write(
        tale.changed(status="cancelled", lines=tale.lines(cancelled=2), cancel_reason="staff",
                     cancelled_at="", demand=True)
    )  # fmt: skip
    with breaks("undecided"):
        tale.settle()


def test_a_shipment_its_order_never_heard_of(tale: Tale) -> None:
    tale.write(tale.shipment())
    with breaks("unheard"):
        tale.settle()


@pytest.mark.parametrize("told", [[(100.0, "EMA"), (200.0, "EMC")], [(100.2, "EMA")], []])
def test_scans_other_than_the_carrier_told(tale: Tale, told: list[tuple[float, str]]) -> None:
    _ships(tale)
    tale.tell("shipment_dispatched", subject_id=shipment_id(1))
    tale.write(tale.scanned("100u\tEMA", status="picked_up"))
    tale.judge.expect_scans("EE10", "ems", [(100.0, "EMA")])
    tale.settle()
    tale.judge.expect_scans("EE10", "ems", told)
    with breaks("scans"):
        tale.settle()


def test_a_message_nobody_sent(tale: Tale) -> None:
    tale.place(2)
    tale.allocate(2)
    tale.confirm(2)
    with breaks("lost message"):
        tale.settle()


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        ("sending", {}),
        ("waiting", {"reason": "unavailable"}),
        ("unknown", {"reason": "interrupted", "attempts": 2}),
        ("unknown", {"reason": "interrupted", "due_at": "2026-11-02T09:10:00.000Z"}),
    ],
)
def test_a_message_that_is_left_over(state: str, changes: dict[str, object]) -> None:
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.message())
    if state != "sending":
        tale.write(tale.becomes(state, **changes))
    with breaks("unsettled message"):
        tale.settle()


@pytest.mark.parametrize(("attempts", "is_right"), [(1, False), (6, True)])
def test_unknown_is_right_where_somebody_was_interrupted_each_time(
    attempts: int, *, is_right: bool
) -> None:
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.message(attempts=attempts), invocation=7)
    tale.judge.interrupted("notify", 7, "killed")
    tale.write(tale.becomes("unknown", reason="interrupted"))
    with nullcontext() if is_right else breaks("lost message"):
        tale.settle()


def test_unknown_is_wrong_of_a_mail_that_ses_took_for_it_has_told_so() -> None:
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.message(), invocation=7)
    tale.mailed()
    tale.judge.interrupted("notify", 7, "killed")
    tale.write(tale.becomes("unknown", reason="interrupted"))
    with breaks("unsettled message"):
        tale.settle()


@pytest.mark.parametrize("units", [1, 2])
def test_as_many_are_sold_as_can_be(units: int) -> None:
    tale = Tale().ready(units)
    for number in (1, 2):
        tale.place(number, {"TEE": 1})
    tale.allocate(2, 1)
    tale.write(*tale.allocation(1, [], decision="out_of_stock", allocated=0), invocation=7)
    hold = {"kind": "INVENTORY_OUT_OF_STOCK", "id": "hold_1"}
    tale.write(tale.changed(1, inventory_version=1, holds=[hold]))
    tale.confirm(2, 1)
    tale.tell(number=2)
    if units == 1:
        for event, subject in (("order_held", order_id(1)), ("stock_alert", "TEE@hq")):
            nowhere = {"audience": "shop", "subject_id": subject, "reason": "no_contact"}
            tale.write(tale.message(event, "skipped", **nowhere))
        tale.settle()
        return
    with breaks("sold"):
        tale.settle()


# --- independence -------------------------------------------------------------------------------


def test_the_judge_imports_nothing_of_what_it_judges() -> None:
    files = sorted(Path(judge.__file__).parent.glob("*.py"))
    assert len(files) > 10
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )  # fmt: skip
            for name in names:
                assert name.partition(".")[0] not in ROOMS, f"{file.name} imports {name}"
                assert not name.startswith(("tests.support", "importlib")), file.name
