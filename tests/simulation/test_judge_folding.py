"""The judge sees whether what is said of several shipments is one message, whole and once."""

from typing import Any, Final

import pytest

from tests.simulation.judge.arrivals import Arrivals
from tests.simulation.judge.fabricated import (
    NOON,
    PHONE,
    SHOP,
    Tale,
    breaks,
    order_id,
    shipment_id,
)
from tests.simulation.judge.verdict import Item

LONG_AGO: Final = "1970-01-01T00:00:00.000Z"
PAGE: Final = "https://x.example/track/trk_1"
GOODS: Final = "Order NO-1\n- 1 x TEE\n- 1 x TEE\n"
BOTH: Final = f"{GOODS}EMS EE10\nEMS EE11\n{PAGE}0"


@pytest.fixture
def two() -> Tale:
    """An order that leaves in two shipments, one unit each, of which the customer is to hear."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    for place in range(2):
        tale.write(tale.shipment(place=place, units=1))
        tale.write(waiting(tale, place))
    return tale


def cause(place: int, name: str = "ShipmentCreated") -> Item:
    """What a message about a shipment tells of."""
    return {
        "name": name, "version": 1, "order_id": order_id(1), "shipment_id": shipment_id(1, place)
    }  # fmt: skip


def waiting(tale: Tale, place: int, event: str = "shipment_dispatched", **more: Any) -> Any:
    """A message about a shipment that waits for others: the row is named for its place."""
    about = {"subject_id": shipment_id(1, place), "cause": cause(place), "attempt": ""}
    about |= {"reason": "gathering", "due_at": LONG_AGO}
    return tale.message(event, "waiting", name=f"of {place}", **about | more)


def claimed(tale: Tale, **more: Any) -> tuple[str, Item]:
    """The message about the first shipment begins to be sent, and tells of the second too."""
    told = {"attempt": "att_2", "covers": [cause(1)], "due_at": LONG_AGO, "state": "sending"}
    told |= more
    return tale.becomes(told.pop("state"), "of 0", **told)


def folded(tale: Tale, **more: Any) -> tuple[str, Item]:
    """The message about the second shipment goes into that."""
    table, row = tale.becomes("folded", "of 1", folded_into="of 0", **more)
    return table, {name: value for name, value in row.items() if name not in {"cause", "due_at"}}


def key(place: int) -> tuple[str, str]:
    """Where a shipment lies."""
    name = shipment_id(1, place)
    return f"{SHOP}#{name[:16]}", f"shipment#{name[:18]}"


def delivered(tale: Tale, place: int) -> None:
    """A shipment arrives, and the next who looks sees so."""
    item = tale.now("ShipmentsTable", *key(place))
    item["parcels"][0]["scans"] = ["100u\tEMI"]
    number = item["parcels"][0]["tracking_number"]
    tale.judge.carrier_told(0.0, number, "ems", [(100.0, "EMI")])
    tale.write(("ShipmentsTable", item | {"version": item["version"] + 1, "status": "delivered"}))


def seen(tale: Tale, invocation: int = 1) -> None:
    """Both shipments are looked at."""
    tale.judge.read(0.0, "notify", invocation, "ShipmentsTable", [key(0), key(1)])


# --- the ledger ---------------------------------------------------------------------------------


def test_two_shipments_are_told_together(two: Tale) -> None:
    seen(two)
    two.write(claimed(two), folded(two))
    two.mailed("of 0", text=BOTH)
    table, row = two.becomes("sent", "of 0", provider_id="ses-1")
    two.write((table, {name: value for name, value in row.items() if name != "covers"}))
    assert two.judge.coverage()["messages folded"] == 1


@pytest.mark.parametrize(
    "head",
    [
        None,
        {"event": "delivered"},
        {"channel": "sms"},
        {"covers": []},
        {"covers": [cause(0)]},
        {"state": "waiting"},
    ],
    ids=["none", "another event", "another channel", "silent", "of another", "not sent"],
)
def test_folded_into_what_does_not_tell_of_it(two: Tale, head: Item | None) -> None:
    writes = [folded(two)]
    if head is not None:
        writes.append(claimed(two, **head))
    with breaks("folding"):
        two.write(*writes)


def test_folded_into_the_message_of_another_order(two: Tale) -> None:
    about = {"attempt": "", "due_at": LONG_AGO, "reason": "gathering"}
    two.place(2)
    two.allocate(2)
    two.confirm(2)
    two.write(two.message("order_confirmed", "waiting", number=2, name="of 0", **about))
    with breaks("folding"):
        two.write(
            two.becomes("sending", "of 0", number=2, attempt="att_2", covers=[cause(1)]),
            folded(two),
        )


def test_what_is_under_way_is_folded(two: Tale) -> None:
    two.write(two.becomes("sending", "of 1", attempt="att_3"))
    with breaks("folding"):
        two.write(claimed(two), folded(two))


def test_what_never_waited_is_folded(two: Tale) -> None:
    row = two.message("shipment_dispatched", "folded", name="new", subject_id=shipment_id(1, 1))
    with breaks("folding"):
        two.write(claimed(two), (row[0], row[1] | {"folded_into": "of 0"}))


def test_what_speaks_for_others_is_folded(two: Tale) -> None:
    two.write(two.shipment(place=2, units=1, lines=[]))
    two.write(waiting(two, 2))
    table, third = two.becomes("folded", "of 2", folded_into="of 0")
    del third["cause"], third["due_at"]
    two.write(claimed(two, covers=[cause(2)]), (table, third))
    two.write(two.becomes("waiting", "of 0", reason="unavailable"))
    table, head = two.becomes("folded", "of 0", folded_into="of 1")
    with breaks("folding"):
        two.write(two.becomes("sending", "of 1", attempt="att_4", covers=[cause(0)]), (table, head))


def test_told_of_what_was_not_folded(two: Tale) -> None:
    with breaks("folding"):
        two.write(claimed(two))


@pytest.mark.parametrize("state", ["waiting", "unknown"])
def test_what_was_folded_is_forgotten(two: Tale, state: str) -> None:
    two.write(claimed(two), folded(two))
    two.judge.interrupted("notify", 1, "killed")
    reason = "unavailable" if state == "waiting" else "no_answer"
    with breaks("folding"):
        two.write(two.becomes(state, "of 0", reason=reason, covers=[]))


def test_folded_and_sent_anyway(two: Tale) -> None:
    two.write(claimed(two), folded(two))
    with breaks("folding"):
        two.write(two.becomes("sending", "of 1", attempt="att_3"))


def test_told_by_the_message_it_was_folded_into_and_by_another(two: Tale) -> None:
    seen(two)
    two.write(claimed(two), folded(two))
    two.mailed("of 0", text=BOTH)
    about = {"subject_id": shipment_id(1, 1)}
    two.write(two.message("shipment_dispatched", name="twin", **about))
    with breaks("told twice"):
        two.mailed("twin", message_id="ses-2", text=f"{GOODS}EE11\n{PAGE}1")


def test_of_which_nobody_knows_is_told_again_whole(two: Tale) -> None:
    two.write(claimed(two), folded(two))
    two.mailed("of 0", text=BOTH)
    two.judge.interrupted("notify", 1, "killed")
    doubt = {"reason": "interrupted", "updated_at": "1969-12-31T23:50:00.000Z"}
    two.write(two.becomes("unknown", "of 0", **doubt))
    two.write(two.becomes("sending", "of 0", attempt="att_3"))
    two.mailed("of 0", text=BOTH, message_id="ses-2")


# --- what is true -------------------------------------------------------------------------------


@pytest.mark.parametrize("places", [[0], [1], [0, 1]])
def test_sent_only_while_a_part_of_it_is_true(two: Tale, places: list[int]) -> None:
    for place in places:
        delivered(two, place)
    seen(two)
    if places == [0, 1]:
        with breaks("stale message"):
            two.write(claimed(two), folded(two))
        return
    two.write(claimed(two), folded(two))
    left = 1 - places[0]
    with breaks("wording"):
        two.mailed("of 0", text=f"Order NO-1\n- 1 x TEE\nEE1{left}\n{PAGE}{places[0]}")
    two.mailed("of 0", text=f"Order NO-1\n- 1 x TEE\nEE1{left}\n{PAGE}{left}")


@pytest.mark.parametrize(("places", "is_right"), [([0], False), ([1], False), ([0, 1], True)])
def test_left_out_only_where_no_part_is_true(
    two: Tale, places: list[int], *, is_right: bool
) -> None:
    two.write(claimed(two), folded(two))
    two.write(two.becomes("waiting", "of 0", reason="unavailable"))
    for place in places:
        delivered(two, place)
    seen(two)
    table, row = two.becomes("skipped", "of 0", reason="stale")
    del row["covers"], row["cause"]
    if is_right:
        two.write((table, row))
        return
    with breaks("lost message"):
        two.write((table, row))


@pytest.mark.parametrize(
    "text",
    [
        BOTH.replace("EE11", "EE12"),
        BOTH.replace("EE10", "EE12"),
        BOTH.replace("- 1 x TEE\n", "", 1),
        BOTH.replace("trk_10", "trk_11"),
        BOTH + f"\n{PAGE}1",
    ],
    ids=["number of the other", "own number", "goods", "page of the other", "both pages"],
)
def test_a_mail_of_two_shipments_names_both(two: Tale, text: str) -> None:
    seen(two)
    two.write(claimed(two), folded(two))
    with breaks("wording"):
        two.mailed("of 0", text=text)
    two.mailed("of 0", text=BOTH)


# --- SMS ----------------------------------------------------------------------------------------


@pytest.fixture
def arriving() -> Tale:
    """Two shipments of an order are out for delivery, and one SMS begins to tell so."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    for place in range(2):
        tale.write(tale.shipment(place=place, units=1))
        item = tale.now("ShipmentsTable", *key(place))
        item["parcels"][0]["scans"] = ["100u\tEDG"]
        number = item["parcels"][0]["tracking_number"]
        tale.judge.carrier_told(0.0, number, "ems", [(100.0, "EDG")])
        moved = item | {"version": 2, "status": "out_for_delivery"}
        tale.write(("ShipmentsTable", moved))
        tale.write(waiting(tale, place, "out_for_delivery", channel="sms"))
    tale.write(claimed(tale), folded(tale))
    return tale


def arrives(tale: Tale, place: int) -> None:
    """One of them is delivered."""
    item = tale.now("ShipmentsTable", *key(place))
    item["parcels"][0]["scans"] = ["100u\tEDG", "200u\tEMI"]
    number = item["parcels"][0]["tracking_number"]
    tale.judge.carrier_told(0.0, number, "ems", [(100.0, "EDG"), (200.0, "EMI")])
    tale.write(("ShipmentsTable", item | {"version": 3, "status": "delivered"}))


def test_an_sms_tells_of_two_shipments_and_leads_to_one_of_them(arriving: Tale) -> None:
    with breaks("recipient"):
        arriving.judge.texted(NOON, PHONE, f"Order NO-1 {PAGE}2", "sns-1")
    arriving.judge.texted(NOON, PHONE, f"Order NO-1 {PAGE}1", "sns-1")
    arriving.write(arriving.becomes("sent", "of 0", provider_id="sns-1"))


@pytest.mark.parametrize("parted", [True, False])
def test_a_message_becomes_another_and_parts_from_what_was_folded_into_it(
    arriving: Tale, *, parted: bool
) -> None:
    arriving.write(arriving.becomes("waiting", "of 0", reason="unavailable"))
    arrives(arriving, 0)
    taken = {"event": "delivered", "attempt": "att_3", "covers": []}
    writes = [arriving.becomes("sending", "of 0", **taken)]
    if parted:
        writes.append(arriving.becomes("waiting", "of 1", cause=cause(1), due_at=LONG_AGO))
        arriving.write(*writes)
        return
    with breaks("folding"):
        arriving.write(*writes)


@pytest.mark.parametrize("parted", [True, False])
def test_what_was_folded_makes_way_for_other_news_of_its_shipment(
    arriving: Tale, *, parted: bool
) -> None:
    arriving.write(arriving.becomes("waiting", "of 0", reason="unavailable"))
    arrives(arriving, 1)
    writes = [arriving.becomes("sending", "of 1", event="delivered", attempt="att_3")]
    if parted:
        arriving.write(arriving.becomes("waiting", "of 0", covers=[]), *writes)
        return
    with breaks("folding"):
        arriving.write(*writes)


@pytest.mark.parametrize(("state", "is_right"), [("skipped", True), ("sent", False)])
def test_parted_from_what_was_dropped_and_not_from_what_was_sent(
    arriving: Tale, state: str, *, is_right: bool
) -> None:
    arrives(arriving, 1)
    if state == "sent":
        arriving.judge.texted(NOON, PHONE, f"Order NO-1 {PAGE}0", "sns-1")
    else:
        arriving.write(arriving.becomes("waiting", "of 0", reason="unavailable"))
    about = {"sent": {"provider_id": "sns-1"}, "skipped": {"reason": "budget"}}[state]
    table, row = arriving.becomes(state, "of 0", **about)
    del row["covers"]
    arriving.write((table, row))
    news = arriving.becomes("sending", "of 1", event="delivered", attempt="att_3")
    if is_right:
        arriving.write(news)
        return
    with breaks("folding"):
        arriving.write(news)


@pytest.mark.parametrize(
    ("state", "is_told"), [("sent", True), ("unknown", True), ("failed", False), ("skipped", False)]
)
def test_an_arrival_is_told_by_the_sms_that_it_was_folded_into(
    two: Tale, state: str, *, is_told: bool
) -> None:
    arrivals = Arrivals()
    _, head = two.message("out_for_delivery", state, channel="sms", name="of 0")
    _, other = waiting(two, 1, "out_for_delivery", channel="sms")
    arrivals.check(head | {"subject_id": shipment_id(1, 0)})
    arrivals.check(other | {"state": "folded", "folded_into": "of 0"})
    assert arrivals.is_told(SHOP, shipment_id(1, 1)) is is_told
