"""The judge sees whether one SMS tells of an arrival, whoever of its kind was refused before."""

import pytest

from tests.simulation.judge.fabricated import NOON, PHONE, SHOP, Tale, breaks, shipment_id


@pytest.fixture
def parcel() -> Tale:
    """A shipment that is out for delivery."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment())
    tale.write(tale.scanned("100u\tEDG", status="out_for_delivery"))
    return tale


def _refused(tale: Tale, *, for_good: bool = False) -> None:
    tale.write(tale.message("out_for_delivery", channel="sms", subject_id=shipment_id(1)))
    reason = "refused" if for_good else "unavailable"
    state = "failed" if for_good else "waiting"
    tale.write(tale.becomes(state, "out_for_delivery", reason=reason))


def _delivered(tale: Tale) -> None:
    tale.write(tale.scanned("100u\tEDG", "200u\tEMI", status="delivered"))


@pytest.mark.parametrize("dropped", [False, True])
def test_delivered_takes_the_place_of_an_sms_that_was_refused(
    parcel: Tale, *, dropped: bool
) -> None:
    _refused(parcel)
    _delivered(parcel)
    if dropped:
        parcel.write(parcel.becomes("skipped", "out_for_delivery", reason="stale"))
    parcel.write(parcel.becomes("sending", "out_for_delivery", event="delivered", attempt="att_2"))
    parcel.judge.texted(NOON, PHONE, "Order NO-1 is there", "sns-1")
    parcel.write(parcel.becomes("sent", "out_for_delivery", provider_id="sns-1"))


def test_what_was_dropped_is_not_sent_after_all(parcel: Tale) -> None:
    _refused(parcel)
    _delivered(parcel)
    parcel.write(parcel.becomes("skipped", "out_for_delivery", reason="stale"))
    with breaks("ledger of messages"):
        parcel.write(parcel.becomes("sending", "out_for_delivery", attempt="att_2"))


def test_a_dropped_row_becomes_no_message_of_another_kind(parcel: Tale) -> None:
    _refused(parcel)
    parcel.write(parcel.scanned("100u\tEDG", "200u\tEMH", status="delivery_attempted"))
    parcel.write(parcel.becomes("skipped", "out_for_delivery", reason="stale"))
    with breaks("ledger of messages"):
        parcel.write(
            parcel.becomes(
                "sending", "out_for_delivery", event="delivery_attempted", attempt="att_2"
            )
        )


def test_only_what_was_refused_for_now_is_dropped(parcel: Tale) -> None:
    _refused(parcel, for_good=True)
    _delivered(parcel)
    with breaks("ledger of messages"):
        parcel.write(parcel.becomes("skipped", "out_for_delivery", reason="stale"))


def test_a_refused_message_is_dropped_though_it_is_true(parcel: Tale) -> None:
    _refused(parcel)
    key = (f"{SHOP}#{shipment_id(1)[:16]}", f"shipment#{shipment_id(1)[:18]}")
    parcel.judge.read(0.0, "notify", 1, "ShipmentsTable", [key])
    with breaks("lost message"):
        parcel.write(parcel.becomes("skipped", "out_for_delivery", reason="stale"))


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_an_sms_that_may_have_told_of_the_arrival_silences_the_last_resort(
    parcel: Tale, state: str
) -> None:
    parcel.write(parcel.message("out_for_delivery", channel="sms", subject_id=shipment_id(1)))
    if state == "unknown":
        parcel.write(parcel.becomes("unknown", "out_for_delivery", reason="interrupted"))
    _delivered(parcel)
    with breaks("told twice"):
        parcel.write(parcel.message("delivered", channel="sms", subject_id=shipment_id(1)))
