"""The simulated carriers: what they know when, how they fail, and what EasyPost pushes of it."""

import json
import random
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from local.carriers.journeys import Answer
from tests.simulation.carriers.accidents import SILENCE
from tests.simulation.carriers.bureau import CREDENTIALS, Carriers
from tests.simulation.carriers.numbers import MAKERS, SHARED
from tests.simulation.carriers.parcels import Parcel, Scan
from tests.simulation.carriers.register import Tokens
from tests.simulation.carriers.words import JOURNEYS, WORDS
from tests.simulation.judge import Judge, Violation
from tests.simulation.people.front import Gateway
from tests.simulation.processes.faults import Fault, Faults
from tests.simulation.processes.machine import Function, Machine

START = 1_800_000_000.0
SCANS = (Scan(START + 5, "picked-up"), Scan(START + 100, "delivered"))
OWNERS = ("dhl", "ems", "ups", "usps")


class Struck(Faults):
    """Nothing but these faults, each at every occasion; not before it is on."""

    def __init__(self, *kinds: Fault) -> None:
        super().__init__(random.Random(0), strength=0.0)
        self.kinds = kinds

    def strikes(self, kind: Fault) -> bool:
        return self.on and kind in self.kinds


class Silent(Judge):
    """A judge of nothing but what it is told of carriers."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str, Any]] = []
        self.rests: list[float] = []
        self.refused: list[str] = []

    def carrier_asked(self, *facts: Any) -> None:
        """Nothing is known of who asks."""

    def carrier_refused(self, invocation: int, token: str) -> None:
        self.refused.append(token)

    def carrier_limited(self, invocation: int, carrier: str, until: float) -> None:
        self.rests.append(until)

    def carrier_told(self, at: float, number: str, carrier: str, scans: Any, **more: Any) -> None:
        self.told.append((number, carrier, [code for _, code in scans]))

    def asked(self, *facts: Any) -> None:
        """Nothing is known of who calls."""

    def answered(self, *facts: Any) -> None:
        """As above."""


class Town:
    """One parcel of each owner, and a function that asks and is pushed to."""

    def __init__(self, *kinds: Fault, answers: int = 200) -> None:
        self.faults = Struck(*kinds)
        self.machine = Machine(random.Random(1), self.faults, START)
        self.judge = Silent()
        self.pushed: list[tuple[float, dict[str, str], Any]] = []
        self.status = answers
        gateway = Gateway(self.machine, self.judge, routes={"$default": "Api"})
        self.carriers = Carriers(self.machine, self.judge, gateway)
        self.carriers.names = tuple(sorted(CREDENTIALS))
        self.numbers = {owner: self.carriers.new_number(owner) for owner in OWNERS}
        for owner, number in self.numbers.items():
            self.carriers.take(Parcel(number, owner, SCANS))
        self.machine.functions["Api"] = Function(self._receive, timeout=60.0)
        self.machine.functions["Ask"] = Function(lambda event, context: self._ask(), 900.0)

    def _receive(self, event: Any, context: Any) -> Any:
        signed = event["headers"].get("x-hmac-signature", "")
        self.pushed.append((self.machine.now, {"signature": signed}, json.loads(event["body"])))
        return {"statusCode": self.status, "body": "", "headers": {}}

    def run(self, ask: Callable[[], Any]) -> Any:
        """What a function gets that asks, a minute from the start; and all that follows."""
        got: list[Any] = []
        self._ask = lambda: got.append(ask())
        self.machine.after(60.0, lambda: self.machine.invoke("Ask", {}, lambda result: None))
        self.faults.on = True
        self.machine.run(until=lambda: False)
        return got[0]

    def ask(self, owner: str, number: str = "", token: str = "") -> Answer | None:
        """Ask the carrier of an owner about its parcel."""
        number = number or self.numbers[owner]
        if owner == "ems":
            url = f"https://ptt.ptc.post/PTT.API/Service.svc/rest/itemTTExt/{number}/"
            return self.carriers.ask("GET", url + CREDENTIALS["ems"]["token"], {}, b"")
        if owner == "dhl":
            url = f"https://api-eu.dhl.com/track/shipments?trackingNumber={number}"
            sent = {"DHL-API-Key": CREDENTIALS["dhl"]["api_key"]}
            return self.carriers.ask("GET", url, sent, b"")
        if owner == "ups":
            url = f"https://onlinetools.ups.com/api/track/v1/details/{number}"
            sent = {"Authorization": f"Bearer {token or self.token()}", "transId": "1"}
            return self.carriers.ask("GET", url, sent | {"transactionSrc": "test"}, b"")
        key = b64encode(f"{CREDENTIALS['easypost']['api_key']}:".encode()).decode()
        body = json.dumps({"tracker": {"tracking_code": number, "carrier": "USPS"}}).encode()
        sent = {"Authorization": f"Basic {key}"}
        return self.carriers.ask("POST", "https://api.easypost.com/v2/trackers", sent, body)

    def token(self) -> str:
        """A new access token of UPS's."""
        told = CREDENTIALS["ups"]
        names = b64encode(f"{told['client_id']}:{told['client_secret']}".encode()).decode()
        url = "https://onlinetools.ups.com/security/v1/oauth/token"
        sent = {"Authorization": f"Basic {names}"}
        answer = self.carriers.ask("POST", url, sent, b"grant_type=client_credentials")
        assert answer is not None
        return json.loads(answer.raw or b"")["access_token"]


# --- what is known --------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", OWNERS)
def test_a_carrier_tells_what_has_happened(owner: str) -> None:
    town = Town()
    answer = town.run(lambda: town.ask(owner))
    asked = "easypost" if owner == "usps" else owner
    word = WORDS[asked]["picked-up"]
    assert answer.status in (200, 201)
    assert (word.text or word.code).encode() in answer.raw
    assert b"elivered" not in answer.raw
    assert town.judge.told == [(town.numbers[owner], asked, [word.kept])]


@pytest.mark.parametrize("owner", OWNERS)
def test_a_carrier_has_no_record_of_anothers_number(owner: str) -> None:
    town = Town()
    town.run(lambda: town.ask(owner, "JVG500000061"))
    asked = "easypost" if owner == "usps" else owner
    assert town.judge.told == [("JVG500000061", asked, [])]


def test_a_carrier_that_knows_late() -> None:
    town = Town()
    number = town.numbers["dhl"]
    town.carriers.take(Parcel(number, "dhl", SCANS, known_from=START + 3600))
    answer = town.run(lambda: town.ask("dhl"))
    assert (answer.status, town.judge.told) == (404, [(number, "dhl", [])])
    assert town.faults.counts[Fault.CARRIER_LATE] == 1
    assert not town.carriers.told_all(START + 3000)
    assert town.carriers.told_all(START + 3600)


def test_every_carrier_has_words_for_everything() -> None:
    happenings = {what for journey in JOURNEYS for what in journey}
    assert all(happenings <= words.keys() for words in WORDS.values())


def test_numbers_are_given_once() -> None:
    numbers = {make(serial) for make in MAKERS.values() for serial in range(500)}
    numbers |= {make(serial) for make, _ in SHARED.values() for serial in range(500)}
    assert len(numbers) == 500 * (len(MAKERS) + len(SHARED))


def test_whose_a_number_is_can_be_told() -> None:
    from tracking.numbers.identifying import identify  # noqa: PLC0415

    for owner, make in MAKERS.items():
        assert {tuple(each.carrier for each in identify(make(i))) for i in range(200)} == {(owner,)}
    for make, owners in SHARED.values():
        found = {tuple(each.carrier for each in identify(make(i))) for i in range(200)}
        assert found == {owners}


# --- accidents ------------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize(
    "kind",
    [Fault.CARRIER_FAILING, Fault.CARRIER_LIMITS, Fault.CARRIER_HTML, Fault.CARRIER_TORN],
)
def test_what_comes_of_an_accident_is_no_news(owner: str, kind: Fault) -> None:
    town = Town(kind)
    town.carriers.tokens = Tokens(3600.0)
    token = town.carriers.tokens.issue(START)
    answer = town.run(lambda: town.ask(owner, token=token))
    assert town.faults.counts[kind] == 1
    assert town.judge.told == []
    if kind is Fault.CARRIER_FAILING:
        assert 500 <= answer.status < 600
    elif kind is Fault.CARRIER_LIMITS:
        assert answer.status == 429
    else:
        with pytest.raises(ValueError, match=r"Expecting|Unterminated|Invalid"):
            json.loads(answer.raw)


def test_how_long_a_carrier_wants_to_rest() -> None:
    forms = set()
    for _ in range(30):
        town = Town(Fault.CARRIER_LIMITS)
        town.machine.dice.seed(random.getrandbits(32))
        told = town.run(lambda town=town: (town.ask("dhl"), town.machine.now))
        header, (until,) = told[0].headers.get("Retry-After"), town.judge.rests
        if header is None:
            assert 59.0 < until - told[1] <= 60.0
        elif header.isdigit():
            assert int(header) - 1 < until - told[1] <= int(header)
        else:
            assert parsedate_to_datetime(header).timestamp() == until
        forms.add("none" if header is None else "seconds" if header.isdigit() else "date")
    assert forms == {"none", "seconds", "date"}


@pytest.mark.parametrize("is_out", [True, False])
def test_a_carrier_that_is_silent(is_out: bool) -> None:
    town = Town(*(() if is_out else (Fault.CARRIER_HANGS,)))
    town.carriers.out = "dhl" if is_out else ""
    began = START + 60
    assert town.run(lambda: (town.ask("dhl"), town.machine.now - began))[1] >= SILENCE
    assert town.judge.told == []
    assert town.faults.counts[Fault.CARRIER_OUT if is_out else Fault.CARRIER_HANGS] == 1


def test_one_carrier_is_out_for_a_while() -> None:
    town = Town()
    town.carriers.fail(30.0)
    assert town.carriers.out in town.carriers.names
    town.run(lambda: None)
    assert town.carriers.out == ""


@pytest.mark.parametrize(
    ("kind", "said"), [(Fault.CARRIER_FORGETS, [0]), (Fault.CARRIER_PARTIAL, [1])]
)
def test_a_carrier_that_leaves_out(kind: Fault, said: list[int]) -> None:
    town = Town(kind)
    both = (SCANS[0], Scan(START + 6, "out"))
    town.carriers.take(Parcel(town.numbers["dhl"], "dhl", both))
    town.run(lambda: town.ask("dhl"))
    assert [len(codes) for _, _, codes in town.judge.told] == said
    assert town.faults.counts[kind] == 1


def test_a_token_ends_before_its_time_or_in_it() -> None:
    town = Town()
    town.carriers.tokens = Tokens(1500.0)
    token = town.run(town.token)
    asked = [town.run(lambda: (town.ask("ups", token=token), town.machine.now)) for _ in range(2)]
    assert [answer.status for answer, _ in asked] == [200, 401]
    assert asked[0][1] < START + 1500 < asked[1][1]
    assert town.judge.refused == [token]
    town = Town(Fault.TOKEN_ENDED)
    assert town.run(lambda: town.ask("ups")).status == 401
    assert town.faults.counts[Fault.TOKEN_ENDED] == 1
    assert town.judge.told == []


# --- pushes ---------------------------------------------------------------------------------------


def pushed(*kinds: Fault, answers: int = 200) -> Town:
    town = Town(*kinds, answers=answers)
    town.carriers.pushes.secrets = ("secret",)
    town.run(lambda: town.ask("usps"))
    return town


def statuses(town: Town) -> list[list[str]]:
    return [[d["status"] for d in body["result"]["tracking_details"]] for _, _, body in town.pushed]


def test_what_becomes_known_of_a_tracker_is_pushed() -> None:
    town = pushed()
    assert [body["description"] for _, _, body in town.pushed] == [
        "tracker.created",
        "tracker.updated",
    ]
    assert statuses(town) == [["in_transit"], ["in_transit", "delivered"]]
    assert all(sent["signature"].startswith("hmac-sha256-hex=") for _, sent, _ in town.pushed)


def test_nothing_is_pushed_without_a_webhook_or_a_tracker() -> None:
    town = Town()
    town.run(lambda: town.ask("usps"))
    town.carriers.pushes.secrets = ("secret",)
    town.run(lambda: town.ask("dhl"))
    assert town.pushed == []


def test_pushes_come_twice() -> None:
    town = pushed(Fault.PUSH_REPEATED)
    assert sorted(body["id"] for _, _, body in town.pushed) == sorted(
        2 * [f"evt_{1:032}", f"evt_{2:032}"]
    )
    assert town.faults.counts[Fault.PUSH_REPEATED] == 2


def test_pushes_are_lost() -> None:
    town = pushed(Fault.PUSH_LOST)
    assert town.pushed == []
    assert town.faults.counts[Fault.PUSH_LOST] == 2


def test_pushes_come_late_and_out_of_order() -> None:
    overtaken = 0
    for seed in range(20):
        town = Town(Fault.PUSH_LATE)
        town.machine.dice.seed(seed)
        town.carriers.pushes.secrets = ("secret",)
        town.run(lambda town=town: town.ask("usps"))
        assert town.faults.counts[Fault.PUSH_LATE] == 2
        assert min(at for at, _, _ in town.pushed) >= START + 80
        is_overtaken = statuses(town)[0] == ["in_transit", "delivered"]
        assert town.faults.counts[Fault.PUSH_OVERTAKEN] == is_overtaken
        overtaken += is_overtaken
    assert 0 < overtaken < 20


def test_a_forged_push_must_be_refused() -> None:
    with pytest.raises(Violation, match="forged"):
        pushed(Fault.PUSH_FORGED)


def test_a_signed_push_must_be_taken() -> None:
    with pytest.raises(Violation, match="signed"):
        pushed(answers=401)


def test_what_the_judge_says_of_a_question_nobody_can_catch() -> None:
    town = Town()

    def broken(*_: Any) -> None:
        raise Violation("resting", "it was asked")

    def ask() -> None:
        with suppress(Exception):
            town.ask("dhl")

    town.judge.carrier_asked = broken  # type: ignore[method-assign]
    with pytest.raises(Violation, match="it was asked"):
        town.run(ask)
