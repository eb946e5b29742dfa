"""The judge lets each unit come back once, be restocked once, and be refunded once."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import breaks
from tests.simulation.judge.fabricated_facts import RETURN, FactTale, delivered
from tests.simulation.judge.verdict import Item

TWO: Item = {"line_id": "line_1", "quantity": 2, "reason": "unwanted"}


@pytest.fixture
def there() -> FactTale:
    """An order of two TEE at 50, paid and delivered."""
    return delivered()


@pytest.fixture
def approved(there: FactTale) -> FactTale:
    """The same, and both may be sent back."""
    there.returned("requested", TWO)
    there.returned("approved", TWO)
    there.asks("POST", f"/v1/returns/{RETURN}/refund", {})
    return there


def receive(tale: FactTale, state: str, line: Item, **units: Any) -> None:
    """Units arrive, some of them intact."""
    tale.returned(state, TWO | line, lines=tale.lines(**units), demand="restocked" in units)


def test_units_come_back_and_their_money_goes_back(approved: FactTale) -> None:
    receive(approved, "approved", {"damaged": 1}, returned=1)
    told = {"damaged": 1, "restocked": {"hq": 1}}
    receive(approved, "received", told, returned=2, restocked={"hq": 1})
    lines = approved.lines(refunded=2)
    sums = {"payments": {"captured": 100, "refunded": 100}, "payment_facts": 2, "removed": 100}
    approved.returned("refunded", TWO | told | {"refunded": 2}, money=100, lines=lines, **sums)


def test_what_does_not_come_is_given_up(approved: FactTale) -> None:
    approved.returned("cancelled", TWO | {"cancelled": 2})


def test_a_return_is_declined(there: FactTale) -> None:
    there.returned("requested", TWO)
    there.returned("declined", TWO)


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("approved", TWO),
        ("requested", TWO | {"quantity": 3}),
        ("requested", TWO | {"line_id": "line_9"}),
        ("requested", TWO | {"damaged": 1}),
    ],
)
def test_a_return_of_what_cannot_come_back(there: FactTale, state: str, line: Item) -> None:
    there.asks("POST", "/returns", {})
    with breaks("returns"):
        there.returned(state, line)


def test_a_return_that_nobody_asked_for(there: FactTale) -> None:
    with breaks("idempotency"):
        there.write(there.changed(returns={RETURN: "requested"}), there.back("requested", [TWO]))


def test_a_unit_that_is_on_its_way_back_already(approved: FactTale) -> None:
    version = approved.stored("order")["version"] + 1
    states = {RETURN: "approved", "ret_2": "requested"}
    again = {"return_id": "ret_2", "version": version, "state": "requested", "lines": [TWO]}
    approved.asks("POST", "/returns", {})
    with breaks("returns"):
        approved.write(approved.changed(returns=states), approved.beside("return#ret_2", **again))


@pytest.mark.parametrize(
    ("state", "line", "units"),
    [
        ("received", {"damaged": 3}, {"returned": 3}),  # more than was to come
        ("received", {"damaged": 1}, {"returned": 1}),  # one is still due
        ("approved", {"cancelled": 1, "damaged": 1}, {"returned": 1}),
        ("refunded", {"damaged": 2}, {"returned": 2}),
        ("approved", {"quantity": 1, "damaged": 1}, {"returned": 1}),
        ("declined", {}, {}),
    ],
)
def test_a_step_that_cannot_be(
    approved: FactTale, state: str, line: Item, units: dict[str, Any]
) -> None:
    with breaks("quantities" if units.get("returned") == 3 else "returns"):
        receive(approved, state, line, **units)


@pytest.mark.parametrize(
    "units",
    [
        {"returned": 2, "restocked": {"hq": 2}},
        {"returned": 1, "restocked": {"annex": 1}},
        {"returned": 2, "restocked": {"hq": 1}},
        {"returned": 1},
    ],
)
def test_an_arrival_that_counts_otherwise(approved: FactTale, units: dict[str, Any]) -> None:
    with breaks("order's life"):
        receive(approved, "approved", {"restocked": {"hq": 1}}, **units)


def test_more_is_restocked_than_came(approved: FactTale) -> None:
    with breaks("quantities"):
        receive(approved, "approved", {"damaged": 1}, returned=1, restocked={"hq": 2})


def test_what_was_restocked_is_taken_back(approved: FactTale) -> None:
    receive(approved, "approved", {"restocked": {"hq": 1}}, returned=1, restocked={"hq": 1})
    with breaks("returns"):
        receive(approved, "received", {"damaged": 2}, returned=2)


@pytest.mark.parametrize(
    ("money", "removed", "refunded"),
    [(60, 60, 1), (50, 60, 1), (40, 50, 1)],
)
def test_more_or_less_goes_back_than_it_cost(
    approved: FactTale, money: int, removed: int, refunded: int
) -> None:
    receive(approved, "approved", {"damaged": 1}, returned=1)
    sums = {"payments": {"captured": 100, "refunded": money}, "payment_facts": 2}
    with breaks("returns"):
        approved.returned(
            "approved", TWO | {"damaged": 1, "refunded": refunded}, money=money,
            lines=approved.lines(refunded=refunded), removed=removed, **sums,
        )  # fmt: skip


def test_money_goes_back_that_the_caller_named(approved: FactTale) -> None:
    body = {"amount": {"amount": 60, "currency": "EUR"}}
    approved.asks("POST", f"/v1/returns/{RETURN}/refund", body)
    receive(approved, "approved", {"damaged": 1}, returned=1)
    sums = {"payments": {"captured": 100, "refunded": 60}, "payment_facts": 2, "removed": 60}
    approved.returned(
        "approved", TWO | {"damaged": 1, "refunded": 1}, money=60,
        lines=approved.lines(refunded=1), **sums,
    )  # fmt: skip


def test_a_unit_is_refunded_twice(approved: FactTale) -> None:
    receive(approved, "approved", {"damaged": 1}, returned=1)
    with breaks("quantities"):
        approved.returned(
            "approved", TWO | {"damaged": 1, "refunded": 2}, lines=approved.lines(refunded=2)
        )


def test_a_return_beside_its_order(approved: FactTale) -> None:
    with breaks("returns"):
        approved.write(approved.back("received", [TWO | {"damaged": 2}]))
    with breaks("returns"):
        approved.write(approved.changed(), approved.back("received", [TWO], version=99))


def test_an_order_with_an_open_return_is_not_completed() -> None:
    tale = FactTale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment())
    tale.write(tale.shipped())
    tale.returned("requested", TWO)
    tale.write(tale.scanned("100u\tEMI", status="delivered"))
    with breaks("order's life"):
        tale.write(tale.shipped(2, delivered=True, status="completed"))
