"""The judge sees what is wrong with shipments, and lets pass what is right."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import KEY, Tale, breaks, shipment_id
from tests.simulation.judge.steps import settle
from tests.simulation.judge.verdict import Call


@pytest.fixture
def tale() -> Tale:
    """An order of two TEE, and stock reserved for it."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    return tale


@pytest.fixture
def sent(tale: Tale) -> Tale:
    """The same, confirmed and on its way."""
    tale.confirm()
    tale.write(tale.shipment())
    tale.write(tale.shipped())
    return tale


def test_news_of_a_shipment_that_goes_back(sent: Tale) -> None:
    sent.write(sent.scanned("200u\tEMI", status="delivered"))
    sent.write(sent.shipped(2, delivered=True, status="completed"))
    lines = [line | {"fulfilled": 2} for line in sent.lines()]
    for line in lines:
        del line["delivered"]
    known = {"version": 1, "lines": {"line_1": 2}, "delivered": False}
    with breaks("versions"):
        sent.write(sent.changed(lines=lines, shipments={shipment_id(1): known}))


def test_a_shipment_its_order_forgets(sent: Tale) -> None:
    lines = [{"line_id": "line_1", "sku": "TEE", "quantity": 2, "allocated": 2}]
    with breaks("shipments"):
        sent.write(sent.changed(shipments={}, lines=lines, demand=True))


def test_a_shipment_that_said_nothing_of_the_sort(sent: Tale) -> None:
    with breaks("sources"):
        sent.write(sent.shipped(1, delivered=True, status="completed"))


@pytest.mark.parametrize("flagged", [True, False])
def test_too_much_is_flagged(tale: Tale, flagged: bool) -> None:
    tale.confirm()
    tale.write(
        tale.changed(status="cancelled", lines=tale.lines(cancelled=2), cancel_reason="staff",
                     cancelled_at="", demand=True)
    )  # fmt: skip
    tale.write(tale.shipment())
    known = {"version": 1, "lines": {"line_1": 2}, "delivered": False}
    news = tale.changed(
        lines=tale.lines(fulfilled=2), demand=True,
        shipments={shipment_id(1): known | ({"unmatched": True} if flagged else {})},
    )  # fmt: skip
    if flagged:
        tale.write(news)
        return
    with breaks("quantities"):
        tale.write(news)


def test_more_sent_than_was_ordered(sent: Tale) -> None:
    with breaks("sent twice"):
        sent.write(sent.shipment(place=1, units=1))


def test_a_parcel_in_two_shipments(tale: Tale) -> None:
    tale.write(tale.shipment(units=1))
    parcels = [{"tracking_number": "EE10", "carrier": "ems"}]
    with breaks("sent twice"):
        tale.write(tale.shipment(place=1, units=1, parcels=parcels))


def test_a_shipment_of_a_draft(tale: Tale) -> None:
    tale.place(2, status="draft", demand_changed=False)
    with breaks("shipments"):
        tale.write(tale.shipment(2))


@pytest.mark.parametrize("wrong", [{"token": "trk_other"}, {"request_hash": "x"}, {"lines": []}])
def test_a_shipment_that_becomes_another(sent: Tale, wrong: dict[str, Any]) -> None:
    with breaks("shipments"):
        sent.write(sent.scanned("100u\tEMA", status="picked_up", **wrong))


def test_a_scan_that_disappears(sent: Tale) -> None:
    sent.write(sent.scanned("100u\tEMA", "200u\tEMC", status="in_transit",
                            sub_status="departed_origin_country"))  # fmt: skip
    with breaks("scans"):
        sent.write(sent.scanned("200u\tEMC", status="in_transit",
                                sub_status="departed_origin_country"))  # fmt: skip


@pytest.mark.parametrize(
    ("scans", "status"),
    [
        (["100u\tEMI", "90u\tEMA"], "picked_up"),  # a late scan downgrades
        (["100u\tEMA"], "delivered"),
        (["100u\tEMA", "200u\tXXX"], "exception"),  # a code nobody knows says something
    ],
)
def test_a_status_the_scans_do_not_say(sent: Tale, scans: list[str], status: str) -> None:
    with breaks("shipment status"):
        sent.write(sent.scanned(*scans, status=status))


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("EMI", "EDG", "out_for_delivery"),
        ("EMI", "EMI", "delivered"),
        ("EMI", "EXX", "delivered"),
        ("EMH", "EDG", "delivery_attempted"),
    ],
)
def test_a_shipment_of_two_parcels(tale: Tale, first: str, second: str, status: str) -> None:
    parcels = [
        {"tracking_number": f"EE{i}", "carrier": "ems", "scans": [f"{i}00u\t{code}"]}
        for i, code in enumerate((first, second))
    ]
    tale.write(tale.shipment(parcels=parcels, status=status))


def test_two_shipments_with_one_page(tale: Tale) -> None:
    tale.write(tale.shipment(units=1))
    with breaks("tenants"):
        tale.write(tale.shipment(place=1, units=1, token="trk_10"))


def test_a_watermark_that_goes_back(tale: Tale) -> None:
    mark = {"pk": "carrier#ems", "sk": "watermark", "swept_to_ms": 2}
    tale.write(("ShipmentsTable", mark))
    with breaks("watermark"):
        tale.write(("ShipmentsTable", mark | {"swept_to_ms": 1}))


def test_a_lost_shipment_that_its_order_knows_nothing_of(sent: Tale) -> None:
    sent.write(sent.scanned("200u\tEXX", status="cancelled"))
    with breaks("sources"):
        sent.write(sent.shipped(2))


def test_a_shipment_on_its_way_that_its_order_gave_up(sent: Tale) -> None:
    sent.write(sent.scanned("200u\tEMF", status="in_transit"))
    known = {"version": 2, "lines": {"line_1": 2}, "delivered": False, "ended": True}
    with breaks("sources"):
        sent.write(sent.changed(shipments={shipment_id(1): known}))


@pytest.mark.parametrize(("ended", "complete"), [(True, True), (False, False)])
def test_units_that_came_back_from_a_lost_parcel_are_not_those_that_arrived(
    ended: bool, complete: bool
) -> None:
    lost = {"version": 2, "lines": {"line_1": 1}, "delivered": False} | (
        {"ended": True} if ended else {}
    )
    line = {"line_id": "line_1", "quantity": 3, "fulfilled": 3, "delivered": 2, "returned": 1}
    order = {"status": "confirmed", "holds": [], "lines": [line], "shipments": {"shp_1": lost}}
    settle(order)
    assert (order["status"] == "completed") == complete


# --- a parcel put right -------------------------------------------------------------------------


def corrected(sent: Tale, number: str, *, asked: str = "", **parcel: Any) -> tuple[str, Any]:
    """The shipment with another number, as somebody may have asked for."""
    if asked:
        path = f"/v1/shipments/{shipment_id(1)}/parcels/1"
        call = Call("PATCH", path, {"tracking_number": asked}, {}, key=KEY)
        sent.judge.asked(0.0, "client", call)
    table, item = sent.scanned()
    item["parcels"][0] |= {"tracking_number": number} | parcel
    return table, item


def test_a_number_that_somebody_puts_right(sent: Tale) -> None:
    sent.write(corrected(sent, "EE99", asked="EE99"))


@pytest.mark.parametrize("asked", ["", "EE98"])
def test_a_number_that_changes_by_itself(sent: Tale, asked: str) -> None:
    with breaks("shipments"):
        sent.write(corrected(sent, "EE99", asked=asked))


def test_a_number_that_is_put_right_to_anothers(tale: Tale) -> None:
    tale.confirm()
    tale.write(tale.shipment(units=1))
    tale.write(tale.shipment(place=1, units=1))
    other = tale.shipment(place=1)[1]["parcels"][0]["tracking_number"]
    with breaks("sent twice"):
        tale.write(corrected(tale, other, asked=other))


def test_scans_of_the_wrong_number_are_not_kept(sent: Tale) -> None:
    with breaks("shipments"):
        sent.write(corrected(sent, "EE99", asked="EE99", scans=["100u\tEDG"]))


def test_a_parcel_that_is_gone(sent: Tale) -> None:
    table, item = sent.scanned()
    with breaks("shipments"):
        sent.write((table, item | {"parcels": []}))
