"""The judge sees whether shops are told what concerns them: all of it, once, and nobody else."""

import json
from contextlib import nullcontext
from typing import Any, Final

import pytest

from tests.simulation.judge.alerts import crossings, drifts
from tests.simulation.judge.fabricated import MAIL, SHOP, Written, breaks, order_id
from tests.simulation.judge.fabricated_facts import FactTale
from tests.simulation.judge.verdict import Item

LONG_AGO: Final = "1970-01-01T00:00:00.000Z"
FILE: Final = "alerts-2026-11-02"
ADDRESS: Final = "warehouse@shop.example"
HOLD: Final = {"kind": "OTHER", "id": "hold_1"}
OUT: Final = {"available": 0, "kind": "out", "location_id": "hq", "sku": "TEE"}


@pytest.fixture
def tale() -> FactTale:
    """A shop with an address, and an order of it that is held."""
    tale = FactTale().ready()
    tale.write(("ShopsTable", shop(alert_email=ADDRESS)))
    tale.place()
    holds(tale, HOLD)
    return tale


def holds(tale: FactTale, *present: Item, number: int = 1) -> None:
    """A hold is put on an order; ``present``: all that it then has, the new one last."""
    path = f"/v1/orders/{order_id(number)}/holds"
    tale.asks("POST", path, {"kind": present[-1]["kind"]})
    tale.write(tale.changed(number, holds=list(present)))


def shop(**settings: Any) -> Item:
    """The shop."""
    return {"pk": SHOP, "sk": "shop", "shop_id": SHOP} | settings


def held(number: int = 1, *kinds: str) -> Item:
    """What an alert says of an order on hold."""
    return {
        "holds": list(kinds or ("OTHER",)),
        "number": f"NO-{number}",
        "order_id": order_id(number),
    }


def note(
    tale: FactTale, event: str = "order_held", state: str = "folded", *, subject: str = "",
    alert: str = "alert", name: str = "note", **more: Any,
) -> tuple[str, Item]:  # fmt: skip
    """The row of a fact, which says into which alert it went."""
    where = {"folded_into": alert, "file": FILE} if state == "folded" else {}
    about = {"audience": "shop", "attempt": "", "subject_id": subject or order_id(1)} | where
    return tale.message(event, state, name=name, **about | more)


def alert(
    *entries: Item, state: str = "waiting", name: str = "alert", version: int = 1,
    event: str = "order_held", **more: Any,
) -> tuple[str, Item]:  # fmt: skip
    """An alert, with what it tells of."""
    texts = {json.dumps(one, sort_keys=True) for one in entries}
    return "NotificationsTable", {
        "pk": f"{SHOP}#{FILE}", "sk": f"message#{name}", "message_id": name, "shop_id": SHOP,
        "order_id": FILE, "subject_id": event, "event": event, "channel": "email",
        "audience": "shop", "state": state, "created_at": LONG_AGO, "version": version,
        "attempt": "", "attempts": 0, "due_at": LONG_AGO, "reason": "gathering",
        "entries": texts, "gathered": len(texts),
    } | more  # fmt: skip


def gathers(tale: FactTale) -> None:
    """The fact of the order on hold goes into an alert."""
    tale.write(note(tale))
    tale.write(alert(held()))


def claims(tale: FactTale, *entries: Item, version: int = 2, attempt: str = "att_1") -> None:
    """The alert begins to be sent."""
    told = entries or (held(),)
    tale.write(alert(*told, state="sending", version=version, attempt=attempt, attempts=1))


def mailed(
    tale: FactTale, text: str = "- NO-1", *, to: str = ADDRESS, name: str = "alert",
    message_id: str = "ses-1",
) -> None:  # fmt: skip
    """SES accepts the alert."""
    tags = {"message_id": name, "order_id": FILE, "shop_id": SHOP}
    tale.judge.mailed(0.0, to, "An order is on hold", text, tags, message_id)


def test_what_concerns_a_shop_is_gathered_and_told(tale: FactTale) -> None:
    gathers(tale)
    claims(tale)
    mailed(tale)
    tale.write(
        alert(held(), state="sent", version=3, attempt="att_1", attempts=1, provider_id="ses-1")
    )
    assert tale.judge.coverage()["facts told to shops"] == 1


# --- what is said -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    [held(1, "HIGH_RISK_OF_FRAUD"), held() | {"number": "NO-2"}, held(2)],
    ids=["hold", "number", "order"],
)
def test_of_an_order_that_was_never_held_so(tale: FactTale, entry: Item) -> None:
    tale.write(note(tale, subject=entry["order_id"]))
    with breaks("groundless message"):
        tale.write(alert(entry))


@pytest.mark.parametrize(
    ("changes", "is_right"),
    [
        ({}, True),
        ({"available": 1}, False),
        ({"kind": "low"}, False),
        ({"kind": "oversold", "shortfall": 1}, False),
        ({"location_id": "annex"}, False),
    ],
    ids=["out", "number", "low", "oversold", "place"],
)
def test_of_a_level_that_was_never_so(tale: FactTale, changes: Item, *, is_right: bool) -> None:
    tale.write(tale.level(on_hand=-5, available=-5), tale.movement(-5, kind="adjusted"))
    entry = OUT | changes
    subject = f"TEE@{entry['location_id']}"
    tale.write(note(tale, "stock_alert", subject=subject))
    told = alert(entry, event="stock_alert")
    if is_right:
        tale.write(told)
        return
    with breaks("groundless message"):
        tale.write(told)


def test_low_and_oversold_levels() -> None:
    low: Item = {"sku": "TEE", "location_id": "hq", "reorder_point": 3}
    past = [
        low | {"available": available, "on_hand": on_hand, "reserved": 2}
        for available, on_hand in ((4, 6), (3, 5), (2, 4), (-1, 1))
    ]
    about = {"sku": "TEE", "location_id": "hq"}
    assert list(crossings(past)) == [
        about | {"kind": "low", "available": 3},
        about | {"kind": "out", "available": -1},
        about | {"kind": "oversold", "available": -1, "shortfall": 1},
    ]


def test_of_a_drift_where_there_is_none(tale: FactTale) -> None:
    tale.write(note(tale, "stock_drift", subject="check#TEE@hq"))
    with breaks("groundless message"):
        tale.write(alert({"sku": "TEE", "location_id": "hq", "drift": {}}, event="stock_drift"))


def test_of_what_checks_found() -> None:
    one, other = {"on_hand": -1}, {"on_hand": -2}
    past = [{"drift": drift} for drift in ({}, one, one, other, {}, one)]
    assert drifts(past) == [one, other, one]


@pytest.mark.parametrize("is_told", [True, False])
def test_a_drift_that_somebody_is_to_hear_of(tale: FactTale, *, is_told: bool) -> None:
    tale.receive(1)
    level = tale.now("InventoryTable", f"{SHOP}#sku#TEE", "level#hq")
    lost = level | {"on_hand": level["on_hand"] - 1}
    change = Written("InventoryTable", (level["pk"], level["sk"]), level, lost)
    tale.judge.tampered(change, is_mended=False)
    drift = {"on_hand": -1}
    check = {"pk": level["pk"], "sk": "check#hq", "shop_id": SHOP, "version": 1, "drift": drift}
    tale.write(("InventoryTable", check | {"sku": "TEE", "location_id": "hq"}))
    gathers(tale)
    if is_told:
        about = {"sku": "TEE", "location_id": "hq", "drift": drift}
        tale.write(note(tale, "stock_drift", subject="check#TEE@hq", alert="other", name="other"))
        tale.write(alert(about, event="stock_drift", name="other"))
    with nullcontext() if is_told else breaks("lost message"):
        tale.judge._messages.alerts.settle()


@pytest.mark.parametrize(("spent", "is_right"), [(5, True), (4, False)])
def test_of_a_budget_that_is_not_spent(tale: FactTale, spent: int, *, is_right: bool) -> None:
    subject = f"{order_id(1)}#sms#2026-11-02"
    pk, sk = f"{SHOP}#{order_id(1)}", "spent#2026-11-02#sms"
    tale.write(("NotificationsTable", {"pk": pk, "sk": sk, "spent": spent}))
    about = {"subject": subject, "order_id": FILE, "pk": f"{SHOP}#{FILE}"}
    tale.write(note(tale, "budget_spent", **about))
    entry = {"number": "NO-1", "channel": "sms", "limit": 5, "day": "2026-11-02"}
    more = {"event": "budget_spent", "subject_id": subject}
    told = alert(entry, updated_at="2026-11-02T09:00:00.000Z", **more)
    if is_right:
        tale.write(told)
        return
    with breaks("groundless message"):
        tale.write(told)


# --- what is gathered ---------------------------------------------------------------------------


def test_told_though_no_row_says_so(tale: FactTale) -> None:
    with breaks("alerts"):
        tale.write(alert(held()))


def test_one_fact_in_two_alerts(tale: FactTale) -> None:
    gathers(tale)
    tale.write(note(tale, alert="second", version=2))
    with breaks("told twice"):
        tale.write(alert(held(), name="second"))


def test_what_happens_twice_may_be_told_twice(tale: FactTale) -> None:
    gathers(tale)
    holds(tale, HOLD, HOLD | {"id": "hold_2"})
    tale.write(note(tale, alert="second", name="again"))
    tale.write(alert(held(), name="second"))


def test_a_fact_moves_on_from_an_alert_that_was_closed_as_it_was_noted(tale: FactTale) -> None:
    """Seed 63: a process that was held between the clock and its write."""
    gathers(tale)
    claims(tale)
    holds(tale, HOLD, HOLD | {"id": "hold_2"})
    tale.write(note(tale, name="late"))
    tale.write(note(tale, name="late", alert="second", version=2))
    tale.write(alert(held(), name="second"))


@pytest.mark.parametrize("state", ["waiting", "sending"])
def test_what_was_gathered_is_forgotten(tale: FactTale, state: str) -> None:
    gathers(tale)
    holds(tale, HOLD, {"kind": "AWAITING_PAYMENT", "id": "hold_2"})
    other = held(1, "AWAITING_PAYMENT", "OTHER")
    tale.write(note(tale, name="second"))
    tale.write(alert(held(), other, version=2))
    with breaks("alerts"):
        tale.write(alert(held(), state=state, version=3, attempt="att_1"))


def test_added_with_the_claim(tale: FactTale) -> None:
    gathers(tale)
    holds(tale, HOLD, {"kind": "AWAITING_PAYMENT", "id": "hold_2"})
    tale.write(note(tale, name="second"))
    with breaks("alerts"):
        claims(tale, held(), held(1, "AWAITING_PAYMENT", "OTHER"))


def test_miscounted(tale: FactTale) -> None:
    tale.write(note(tale))
    with breaks("alerts"):
        tale.write(alert(held(), gathered=2))


def test_more_than_an_alert_lists(tale: FactTale) -> None:
    for number in range(2, 103):
        tale.place(number)
        holds(tale, HOLD, number=number)
        tale.write(note(tale, name=f"note {number}", subject=order_id(number)))
    entries = [held(number) for number in range(2, 103)]
    tale.write(alert(*entries[:100]))
    with breaks("alerts"):
        tale.write(alert(*entries, version=2))


def test_an_alert_of_nothing(tale: FactTale) -> None:
    table, row = alert(held())
    del row["entries"], row["gathered"]
    with breaks("alerts"):
        tale.write((table, row))


def test_a_customers_message_is_no_fact_of_an_alert(tale: FactTale) -> None:
    table, row = note(tale)
    del row["file"]
    with breaks("alerts"):
        tale.write((table, row))


# --- to whom ------------------------------------------------------------------------------------


def test_an_alert_to_somebody_else(tale: FactTale) -> None:
    gathers(tale)
    claims(tale)
    with breaks("recipient"):
        mailed(tale, to=MAIL)


def test_an_alert_that_leaves_an_order_out(tale: FactTale) -> None:
    gathers(tale)
    claims(tale)
    with breaks("wording"):
        mailed(tale, "- NO-2")


def test_an_alert_that_names_a_customer(tale: FactTale) -> None:
    gathers(tale)
    claims(tale)
    with breaks("secrecy"):
        mailed(tale, f"- NO-1 of {MAIL}")


def test_an_alert_accepted_twice(tale: FactTale) -> None:
    gathers(tale)
    claims(tale)
    mailed(tale)
    with breaks("told twice"):
        mailed(tale, message_id="ses-2")


@pytest.mark.parametrize(("since", "is_right"), [("23:50", True), ("23:51", False)])
def test_an_alert_of_which_nobody_knows_is_told_again_after_ten_minutes(
    tale: FactTale, since: str, *, is_right: bool
) -> None:
    gathers(tale)
    claims(tale)
    mailed(tale)
    tale.judge.interrupted("notify", 1, "killed")
    doubt = {"reason": "interrupted", "updated_at": f"1969-12-31T{since}:00.000Z"}
    tale.write(alert(held(), state="unknown", version=3, attempt="att_1", **doubt))
    if not is_right:
        with breaks("told twice"):
            claims(tale, version=4, attempt="att_2")
        return
    claims(tale, version=4, attempt="att_2")
    mailed(tale, message_id="ses-2")


def test_no_contact_though_the_shop_has_an_address(tale: FactTale) -> None:
    with breaks("lost message"):
        tale.write(note(tale, state="skipped", reason="no_contact"))


def test_no_contact_where_the_shop_has_none(tale: FactTale) -> None:
    tale.write(("ShopsTable", shop()))
    tale.write(note(tale, state="skipped", reason="no_contact"))


def test_an_alert_left_out(tale: FactTale) -> None:
    gathers(tale)
    with breaks("lost message"):
        tale.write(alert(held(), state="skipped", version=2, reason="stale"))


# --- the end ------------------------------------------------------------------------------------


@pytest.fixture
def ended() -> FactTale:
    """Everything but the alert has come to its end."""
    tale = FactTale().ready()
    tale.write(("ShopsTable", shop(alert_email=ADDRESS)))
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.tell()
    holds(tale, HOLD)
    return tale


def _sent(tale: FactTale, *entries: Item) -> None:
    tale.write(alert(*entries))
    claims(tale, *entries)
    mailed(tale, "- NO-1 NO-2")
    end = {"state": "sent", "version": 3, "attempt": "att_1", "provider_id": "ses-1"}
    table, row = alert(*entries, **end)
    del row["due_at"]
    tale.write((table, row))


def test_every_fact_is_in_its_alert(ended: FactTale) -> None:
    with breaks("lost message"):
        ended.settle()
    ended.write(note(ended))
    with breaks("lost message"):
        ended.settle()
    _sent(ended, held())
    ended.settle()


def test_a_fact_that_its_alert_does_not_have(ended: FactTale) -> None:
    level = ended.level(on_hand=-3, available=-3)
    ended.write(level, ended.movement(-3, kind="adjusted"))
    ended.write(note(ended, "stock_alert", name="stock", subject="TEE@hq"))
    ended.write(note(ended))
    _sent(ended, held())
    with breaks("lost message"):
        ended.settle()


def test_a_second_hold_that_nobody_is_told_of(ended: FactTale) -> None:
    ended.write(note(ended))
    _sent(ended, held())
    holds(ended, HOLD, HOLD | {"id": "hold_2"})
    with breaks("lost message"):
        ended.settle()


def test_an_alert_that_waits_for_ever(ended: FactTale) -> None:
    gathers(ended)
    with breaks("unsettled message"):
        ended.settle()
