"""The judge sees what nobody has told, errors taken for news, and writes that say nothing."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import SHOP, Tale, breaks, shipment_id
from tests.simulation.judge.truth import knows_all

PUSH: Any = "TrackingApi/1"


def tale_of(parcel: dict[str, Any] | None = None) -> Tale:
    """A shipment on its way, of one parcel: an EMS one unless another is given."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment(**({"parcels": [parcel]} if parcel else {})))
    return tale


@pytest.fixture
def sent() -> Tale:
    return tale_of()


def parcel(tale: Tale, **changes: Any) -> tuple[str, dict[str, Any]]:
    """The shipment's next version, its parcel changed."""
    table, item = tale.scanned(*changes.pop("scans", ()), told=False)
    item["parcels"][0] |= changes
    if not item["parcels"][0]["scans"]:
        del item["parcels"][0]["scans"]
    return table, item


def test_a_scan_that_nobody_told(sent: Tale) -> None:
    with breaks("made up"):
        sent.write(sent.scanned("100u\tEMA", told=False, status="picked_up"))


def test_one_scan_told_is_not_two(sent: Tale) -> None:
    sent.judge.carrier_told(0.0, "EE10", "ems", [(100.0, "EMA")])
    with breaks("made up"):
        sent.write(sent.scanned("100u\tEMA", "100u\tEMA", told=False, status="picked_up"))


def test_what_is_told_in_parts_is_told(sent: Tale) -> None:
    for scans in ([(100.0, "EMA")], [(200.5, "EMI")]):
        sent.judge.carrier_told(0.0, "EE10", "ems", scans, pushed=True)
    sent.write(sent.scanned("100u\tEMA", "200.5u\tEMI", told=False, status="delivered"))


def test_an_error_is_not_that_nobody_knows(sent: Tale) -> None:
    with breaks("errors are no news"):
        sent.write(with_status(parcel(sent, silence="not_found"), "not_found"))


def with_status(written: tuple[str, dict[str, Any]], status: str) -> tuple[str, dict[str, Any]]:
    return written[0], written[1] | {"status": status}


def test_who_has_no_record_says_so(sent: Tale) -> None:
    sent.judge.carrier_told(0.0, "EE10", "ems", [])
    sent.write(with_status(parcel(sent, silence="not_found"), "not_found"))


def test_another_carriers_silence_is_not_this_ones(sent: Tale) -> None:
    sent.judge.carrier_told(0.0, "EE10", "easypost", [])
    with breaks("errors are no news"):
        sent.write(with_status(parcel(sent, silence="not_found"), "not_found"))


def test_no_parcel_is_given_up_within_days(sent: Tale) -> None:
    with breaks("errors are no news"):
        sent.write(with_status(parcel(sent, silence="expired"), "expired"))


SHARED = {"tracking_number": "EE10", "carrier": "usps", "others": ["ems"]}
TURNED = {"carrier": "ems", "others": [], "tried": ["usps"]}


def test_a_carrier_gives_way_to_another_once_it_has_no_record() -> None:
    tale = tale_of(SHARED)
    with breaks("errors are no news"):
        tale.write(parcel(tale, **TURNED))
    tale = tale_of(SHARED)
    tale.judge.carrier_told(0.0, "EE10", "easypost", [])
    tale.write(parcel(tale, **TURNED))


def test_a_parcel_that_turns_to_whose_it_never_was() -> None:
    tale = tale_of(SHARED)
    tale.judge.carrier_told(0.0, "EE10", "easypost", [])
    with breaks("errors are no news"):
        tale.write(parcel(tale, **TURNED | {"carrier": "dhl"}))


def test_a_parcel_with_scans_that_turns_to_another() -> None:
    tale = tale_of(SHARED)
    tale.write(tale.scanned("100u\tin_transit/departed_facility", status="in_transit",
                            sub_status="departed_facility"))  # fmt: skip
    tale.judge.carrier_told(0.0, "EE10", "easypost", [])
    table, item = tale.scanned(told=False, status="pending", sub_status="")
    item["parcels"][0] |= {"scans": ["100u\tin_transit/departed_facility"]} | TURNED
    with breaks("errors are no news"):
        tale.write((table, item))


def test_a_write_that_changes_nothing(sent: Tale) -> None:
    sent.write(sent.scanned("100u\tEMA", status="picked_up"))
    with breaks("no news"):
        sent.write(sent.scanned("100u\tEMA", updated_at="later", actor="carrier:ems"))


def test_a_push_that_tells_nothing_changes_nothing(sent: Tale) -> None:
    sent.write(sent.scanned("100u\tEMA", status="picked_up"))
    again = sent.scanned("100u\tEMA", due_class="moving*", actor="carrier:easypost")
    with breaks("no news"):
        sent.write(again, who=PUSH)


def test_a_poll_may_change_how_it_is_asked(sent: Tale) -> None:
    sent.write(sent.scanned("100u\tEMA", status="picked_up"))
    sent.write(sent.scanned("100u\tEMA", due_class="moving", actor="carrier:ems"))


def test_a_push_with_news_may_change_how_it_is_asked(sent: Tale) -> None:
    told = sent.scanned("100u\tEMA", status="picked_up", due_class="moving*",
                        actor="carrier:easypost")  # fmt: skip
    sent.write(told, who=PUSH)


def test_a_token_may_go_and_a_shipment_may_not(sent: Tale) -> None:
    key = ("carrier#ups", "token")
    sent.write(("ShipmentsTable", {"pk": key[0], "sk": key[1]}))
    gone(sent, key)
    with breaks("deleted"):
        gone(sent, (f"{SHOP}#{shipment_id(1)[:16]}", f"shipment#{shipment_id(1)[:18]}"))


def gone(tale: Tale, key: tuple[str, str]) -> None:
    change = type("Change", (), {"table": "ShipmentsTable", "key": key, "new": None})()
    change.old = tale.now("ShipmentsTable", *key)
    tale.judge.wrote(0.0, "process 1", 1, [change])


@pytest.mark.parametrize(
    ("carrier", "scans", "status", "sub_status"),
    [
        ("dhl", ["100p\ttransit\tBerlin\tArrived at DHL Sort Facility",
                 "200p\ttransit\tBerlin\tShipment is out with courier for delivery"],
         "out_for_delivery", ""),
        ("ups", ["100o\tP/038", "90o\tD/011"], "picked_up", ""),  # a late scan downgrades nothing
        ("usps", ["100u\tfailure/delivery_exception"], "delivery_attempted", "recipient_absent"),
    ],
)  # fmt: skip
def test_every_carriers_scans_give_the_status(
    carrier: str, scans: list[str], status: str, sub_status: str
) -> None:
    tale = tale_of({"tracking_number": "EE10", "carrier": carrier})
    tale.write(tale.scanned(*scans, status=status, sub_status=sub_status))
    tale = tale_of({"tracking_number": "EE10", "carrier": carrier})
    with breaks("shipment status"):
        tale.write(tale.scanned(*scans, status="delivered"))


def test_whether_all_is_known(sent: Tale) -> None:
    assert knows_all(sent.judge.world)
    sent.judge.expect_scans("EE10", "ems", [(100.0, "EMA")])
    assert not sent.judge.knows_all()
    sent.write(sent.scanned("100u\tEMA", status="picked_up"))
    assert sent.judge.knows_all()
    sent.judge.expect_scans("EE10", "easypost", [(100.0, "EMA")])
    assert not sent.judge.knows_all()  # found, and taken for another's
