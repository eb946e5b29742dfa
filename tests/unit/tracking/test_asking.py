"""A conversation with a carrier that wants an access token, and nothing said of it."""

from collections.abc import Callable

import pytest

from tests.support.logs import Logs, capture_logs
from tests.support.tracking import FakeAdapter, FakeClock, FakeTokens, ems_settings
from tracking.accounts.breaker import Outcome, State
from tracking.accounts.usage import Usage
from tracking.asking.conversation import Conversation, Line
from tracking.asking.tokens import Tokens
from tracking.carriers.base import (
    Answer,
    FailingError,
    GarbledError,
    Limits,
    Question,
    RefusedError,
    Request,
    Response,
    UnreachableError,
)
from tracking.carriers.oauth import ClientCredentials

NUMBER = Question("EE00", "ems")


class Issuing(FakeAdapter):
    """A carrier with OAuth; its questions show with which token they ask."""

    def request(self, questions, access):
        super().request(questions, access)
        return Request("https://carrier.example/ask", {"Authorization": access.token})


class World:
    """A carrier, and one conversation after the other with it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.held = FakeTokens()
        self.tokens = Tokens(self.held, self.clock, self.sleep)
        self.valid: set[str] = set()
        self.issued = 0
        self.asked_with: list[str] = []
        self.issue_error: Exception | None = None
        self.seconds_left: Callable[[], float] = lambda: 60.0

    def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    def send(self, request: Request) -> Response:
        if request.method == "POST":
            if self.issue_error:
                raise self.issue_error
            self.issued += 1
            self.valid.add(f"secret-{self.issued}")
            text = f'{{"access_token": "secret-{self.issued}", "expires_in": "3600"}}'
            return Response(200, "application/json", text.encode())
        token = request.headers["Authorization"]
        self.asked_with.append(token)
        if token not in self.valid:
            raise RefusedError
        return Response(200, "application/json", b"{}")

    def conversation(self, limits: Limits | None = None) -> Conversation:
        settings = ems_settings()
        settings.credentials.update(client_id="id", client_secret="s3cret")
        line = Line(self.send, self.tokens, self.clock, self.sleep)
        adapter = Issuing({"EE00": Answer(known=False)}, OAUTH=ClientCredentials("/token"))
        limits = limits or adapter.LIMITS
        return Conversation(line, settings, adapter, limits, Usage(), self.seconds_left)


def outcomes(conversation: Conversation) -> list[Outcome]:
    return [outcome for outcome, _ in conversation.tally.outcomes]


def test_one_token_serves_until_it_is_refused_and_getting_it_counts() -> None:
    world = World()
    first, second = world.conversation(), world.conversation()
    assert NUMBER in first.ask([NUMBER])
    assert NUMBER in second.ask([NUMBER])
    assert world.issued == 1
    assert outcomes(first) == [Outcome.ANSWERED] * 2
    assert outcomes(second) == [Outcome.ANSWERED]


def test_a_refused_token_is_dropped_renewed_once_and_the_same_asked_again() -> None:
    world = World()
    world.conversation().ask([NUMBER])
    world.valid.clear()
    conversation = world.conversation()
    assert NUMBER in conversation.ask([NUMBER])
    assert world.asked_with == ["secret-1", "secret-1", "secret-2"]
    assert outcomes(conversation) == [Outcome.STALE, Outcome.ANSWERED, Outcome.ANSWERED]
    assert conversation.goes_on()


def test_a_carrier_that_refuses_a_new_token_as_well_is_left_alone() -> None:
    world = World()
    conversation = world.conversation()
    send = world.send

    def refusing(request: Request) -> Response:
        answer = send(request)
        world.valid.clear()
        return answer

    conversation.line = Line(refusing, world.tokens, world.clock, world.sleep)
    assert conversation.ask([NUMBER]) == {}
    assert world.issued == 2
    assert outcomes(conversation)[-1] is Outcome.REFUSED
    assert not conversation.goes_on()
    assert conversation.spares_carrier


@pytest.mark.parametrize(
    "error", [RefusedError(), UnreachableError(), FailingError(), GarbledError()]
)
def test_a_token_that_cannot_be_got_is_a_failure_of_the_carrier(error: Exception) -> None:
    world = World()
    world.issue_error = error
    conversation = world.conversation()
    for _ in range(20):
        if conversation.goes_on():
            conversation.ask([NUMBER])
    assert world.asked_with == []
    assert conversation.tally.outcomes[-1][0] is not Outcome.ANSWERED
    usage = Usage().after(conversation.tally)
    assert usage.state(world.clock.now) is State.OPEN


@pytest.mark.parametrize(("budget", "made"), [(1, 1), (2, 2), (3, 3), (4, 4), (9, 4)])
def test_a_token_is_within_the_budget_as_well(budget: int, made: int) -> None:
    """A question whose first token is refused takes four requests, or as many as may be."""
    world = World()
    conversation = world.conversation(Limits(daily_budget=budget))
    send = world.send

    def refusing_the_first(request: Request) -> Response:
        answer = send(request)
        if world.issued == 1:
            world.valid.clear()
        return answer

    conversation.line = Line(refusing_the_first, world.tokens, world.clock, world.sleep)
    assert (NUMBER in conversation.ask([NUMBER])) == (made == 4)
    assert len(conversation.tally.outcomes) == made
    assert conversation.goes_on() == (budget > made)


def test_a_token_that_somebody_else_is_getting_is_waited_for_but_not_for_ever() -> None:
    world = World()
    world.held.leased_until = world.clock.now.timestamp() + 3600
    conversation = world.conversation()
    assert conversation.ask([NUMBER]) == {}
    assert outcomes(conversation) == []  # nobody was asked: no failure of the carrier
    assert not conversation.goes_on()
    assert conversation.spares_carrier


def test_nothing_is_begun_that_does_not_fit_the_time_left() -> None:
    world = World()
    left = iter([60.0, 10.0])
    world.seconds_left = lambda: next(left)
    conversation = world.conversation()
    assert conversation.ask([NUMBER]) == {}
    assert world.asked_with == []  # the token came, and took too long
    assert not conversation.spares_carrier


logs = pytest.fixture(capture_logs)


@pytest.mark.secrecy
def test_no_token_and_no_secret_is_in_a_repr_or_a_log(logs: Logs) -> None:
    world = World()
    conversation = world.conversation()
    conversation.ask([NUMBER])
    world.valid.clear()
    conversation.ask([NUMBER])
    world.issue_error = RefusedError()
    world.valid.clear()
    conversation.ask([NUMBER])
    for text in (repr(conversation), repr(world.tokens), logs.text):
        assert "secret-" not in text
        assert "s3cret" not in text
    assert len([line for line in logs.lines if "message" in line]) == 1
