"""Access tokens in the table: one renewal at a time, whoever dies where."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.tracking import FakeClock
from tracking.asking.tokens import LEASE, WAIT, Held, NoTokenError, Tokens, TokensTable
from tracking.carriers.base import Token, UnreachableError

HOUR = 3600


class World:
    """A carrier that issues tokens, and processes that want one."""

    def __init__(self, aws: Any) -> None:
        self.aws = aws
        self.store = TokensTable(aws.table("ShipmentsTable"))
        self.clock = FakeClock()
        self.issued = 0
        self.slept = 0.0
        self.meanwhile: Callable[[], None] = lambda: None

    def process(self) -> Tokens:
        return Tokens(self.store, self.clock, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.clock.advance(seconds=seconds)
        self.meanwhile()

    def issue(self) -> Token:
        self.issued += 1
        return Token(f"secret-{self.issued}", HOUR)

    def get(
        self, tokens: Tokens, renew: Callable[[], Token] | None = None, version: int = 1
    ) -> Held:
        return tokens.current("ups", version, renew or self.issue)

    def item(self) -> dict[str, Any] | None:
        return next((i for i in self.aws.items("ShipmentsTable") if i["sk"]["S"] == "token"), None)


@pytest.fixture
def world(aws: Any) -> World:
    return World(aws)


def test_one_token_serves_all_processes_until_shortly_before_its_end(world: World) -> None:
    one, other = world.process(), world.process()
    assert {world.get(tokens).value for tokens in (one, other, one, other)} == {"secret-1"}
    world.clock.advance(seconds=HOUR - 601)
    assert world.get(world.process()).value == "secret-1"
    world.clock.advance(seconds=2)
    assert [world.get(tokens).value for tokens in (one, other, world.process())] == ["secret-2"] * 3
    assert world.issued == 2


def test_a_token_of_a_short_life_serves_for_three_quarters_of_it(world: World) -> None:
    tokens = world.process()

    def issue() -> Token:
        world.issued += 1
        return Token(f"secret-{world.issued}", 300)

    for seconds, value in ((0, "secret-1"), (224, "secret-1"), (2, "secret-2")):
        world.clock.advance(seconds=seconds)
        assert world.get(tokens, issue).value == value


def test_who_comes_while_another_renews_goes_on_with_the_old_one(world: World) -> None:
    one, other = world.process(), world.process()
    world.get(one)
    world.clock.advance(seconds=HOUR - 60)
    seen: list[str] = []

    def renew() -> Token:
        seen.append(world.get(other, fail).value)
        return world.issue()

    assert world.get(one, renew).value == "secret-2"
    assert seen == ["secret-1"]
    assert world.slept == 0


def test_who_has_none_to_go_on_with_waits_for_it(world: World) -> None:
    one, other = world.process(), world.process()
    held: list[Held] = []

    def renew() -> Token:
        world.meanwhile = lambda: None
        return world.issue()

    # The other has taken the lease, and renews while this one sleeps.
    assert world.store.lease("ups", None, world.clock().timestamp(), world.clock().timestamp() + 30)
    until = world.clock().timestamp() + 30

    def finish() -> None:
        if not held:
            now = world.clock().timestamp()
            held.append(Held("theirs", now + HOUR, now + HOUR / 2, 1))
            assert world.store.put("ups", held[0], until)

    world.meanwhile = finish
    assert world.get(one, fail).value == "theirs"
    assert world.get(other, renew).value == "theirs"
    assert world.issued == 0


def test_nobody_waits_for_ever(world: World) -> None:
    now = world.clock().timestamp()
    assert world.store.lease("ups", None, now, now + LEASE)
    with pytest.raises(NoTokenError):
        world.get(world.process(), fail)
    assert world.slept <= WAIT


@pytest.mark.parametrize("after_the_answer", [False, True])
def test_a_process_that_dies_with_the_lease_loses_it(world: World, after_the_answer: bool) -> None:
    def die() -> Token:
        if after_the_answer:
            world.issue()
        raise SystemExit

    with pytest.raises(SystemExit):
        world.get(world.process(), die)
    issued = world.issued
    with pytest.raises(NoTokenError):
        world.get(world.process(), fail)  # the lease is still held
    world.clock.advance(seconds=LEASE)
    assert world.get(world.process()).value == f"secret-{issued + 1}"


def test_a_carrier_that_issues_none_leaves_the_lease_free(world: World) -> None:
    def down() -> Token:
        raise UnreachableError

    with pytest.raises(UnreachableError):
        world.get(world.process(), down)
    assert world.get(world.process()).value == "secret-1"
    assert world.slept == 0


@pytest.mark.parametrize("old", [False, True])
def test_a_token_that_came_between_the_look_and_the_lease_is_not_got_again(
    world: World, monkeypatch: pytest.MonkeyPatch, old: bool
) -> None:
    one, rival = world.process(), world.process()
    if old:
        world.get(one)
        world.clock.advance(seconds=HOUR - 60)
    read, issued = TokensTable.read, world.issued

    def overtaken(store: TokensTable, carrier: str) -> Held | None:
        held = read(store, carrier)
        monkeypatch.setattr(TokensTable, "read", read)
        world.get(rival)
        return held

    monkeypatch.setattr(TokensTable, "read", overtaken)
    assert world.get(one, fail).value == "secret-1"  # the old one still serves
    assert world.issued == issued + 1
    assert world.get(world.process(), fail).value == f"secret-{world.issued}"


def test_who_gives_a_lease_back_that_lapsed_leaves_anothers_alone(world: World) -> None:
    def late() -> Token:
        world.clock.advance(seconds=LEASE + 1)
        now = world.clock().timestamp()
        assert world.store.lease("ups", None, now, now + LEASE)  # another renews from now on
        raise UnreachableError

    with pytest.raises(UnreachableError):
        world.get(world.process(), late)
    with pytest.raises(NoTokenError):
        world.get(world.process(), fail)


def test_a_lease_that_lapsed_does_not_undo_what_came_after(world: World) -> None:
    """A process slept through its lease; another renewed; the late answer is not kept."""

    def late() -> Token:
        world.clock.advance(seconds=LEASE + 1)
        world.get(world.process())
        return Token("late", HOUR)

    assert world.get(world.process(), late).value == "secret-1"
    assert world.get(world.process(), fail).value == "secret-1"


def test_a_refused_token_is_dropped_once_and_a_newer_one_is_not(world: World) -> None:
    one, other = world.process(), world.process()
    first = world.get(one)
    assert world.get(other) == first
    one.refused("ups", first)
    assert world.item() is None
    assert world.get(one).value == "secret-2"
    other.refused("ups", first)  # it learns only now, of the former
    assert world.get(other).value == "secret-2"
    assert world.issued == 2


def test_a_token_belongs_to_the_settings_it_was_got_with(world: World) -> None:
    tokens = world.process()
    world.get(tokens)
    assert world.get(tokens, version=2).value == "secret-2"
    assert world.get(world.process(), version=2).value == "secret-2"


@pytest.mark.secrecy
def test_a_token_goes_from_the_table_after_its_end_and_is_in_no_repr(world: World) -> None:
    tokens = world.process()
    held = world.get(tokens)
    item = world.item()
    assert item is not None
    assert int(item["expires_at"]["N"]) > held.ends
    # An index would show it to more readers, and takes no key as long as some tokens are.
    assert item.keys().isdisjoint({"token", "due_pk", "shop_id", "created_at"})
    assert "secret" not in repr(held)
    assert "secret" not in repr(tokens)


def fail() -> Token:
    raise AssertionError("asked the carrier for a token")
