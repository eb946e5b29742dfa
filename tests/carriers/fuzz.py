"""Payloads no carrier should send: answers of this folder, taken apart by a seeded chance.

Each is read by the carrier's adapter and applied to a shipment. It is refused as garbled, or read
into what a shipment can hold: no crash, no time without bound, nothing that cannot be stored.
"""

import copy
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.carriers.answers import TOLD, Told
from tests.support.tracking import a_shipment
from tracking.carriers.base import MAX_SCANS, Answer, CarrierError, Question, Response
from tracking.carriers.registry import ADAPTERS, asked_by
from tracking.news.answers import hear
from tracking.page.presenting import public_page
from tracking.parcels.shipment import Parcel, Shipment
from tracking.shipments.presenting import scans_newest_first, shipment_view
from tracking.shipments.stored import from_item, to_item
from tracking.status.journey import merge

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SLOWEST = 2.0
"""Seconds of the processor that a payload may take: the largest there can be, on a slow machine."""

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    10**30,
    0.5,
    1e308,
    "",
    "NaN",
    "null",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-11T10:00:00-11:30",
    "2026-11-11T10:00:00.123456789-03:30",
    "2026-02-30T10:00:00Z",
    "/Date(-62135596800000)/",
    "/Date(NaN)/",
    "00010101",
    "99999999",
    "240000",
    "-14:00",
    "+99:99",
    "a\tb\nc\x00\ud800",
    "\u202e" + "x" * 300,
    "customs " * 60,
    "x" * 20_000,
    [],
    {},
    [[[[[[]]]]]],
    {"a": {"a": {"a": {}}}},
)


def mutated(document: Any, dice: random.Random) -> Any:
    """The document with a few of its values replaced, dropped, repeated or swapped."""
    document = copy.deepcopy(document)
    for _ in range(dice.randint(1, 6)):
        places = list(_places(document))
        if not places:
            return dice.choice(HOSTILE)
        holder, key = dice.choice(places)
        _MUTATIONS[dice.randrange(len(_MUTATIONS))](holder, key, dice)
    return document


def _places(value: Any, depth: int = 0) -> Any:
    if isinstance(value, dict) and depth < 20:
        for key, inner in value.items():
            yield value, key
            yield from _places(inner, depth + 1)
    elif isinstance(value, list) and depth < 20:
        for index, inner in enumerate(value):
            yield value, index
            yield from _places(inner, depth + 1)


def _replace(holder: Any, key: Any, dice: random.Random) -> None:
    holder[key] = dice.choice(HOSTILE)


def _drop(holder: Any, key: Any, _: random.Random) -> None:
    del holder[key]


def _repeat(holder: Any, key: Any, dice: random.Random) -> None:
    """Two scans in one second, or 500."""
    if isinstance(holder[key], list):
        holder[key] = holder[key] * dice.choice((2, 2, 3, 60))


def _swap(holder: Any, key: Any, dice: random.Random) -> None:
    other = dice.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[key], holder[other] = holder[other], holder[key]


def _wrap(holder: Any, key: Any, dice: random.Random) -> None:
    holder[key] = dice.choice(([holder[key]], {"value": holder[key]}, json.dumps(holder[key])))


def _scramble(holder: Any, key: Any, dice: random.Random) -> None:
    if isinstance(holder[key], str) and holder[key]:
        text = holder[key]
        at = dice.randrange(len(text))
        holder[key] = (
            text[:at] + chr(dice.choice((0, 9, 48, 57, 43, 45, 0x660, 0xFFFF))) + text[at + 1 :]
        )


_MUTATIONS: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    _replace,
    _replace,
    _drop,
    _repeat,
    _swap,
    _wrap,
    _scramble,
)


def broken(body: bytes, dice: random.Random) -> bytes:
    """Bytes that are no longer what they were."""
    at = dice.randrange(len(body) + 1)
    return dice.choice(
        (
            body[:at],
            body[:at] + dice.randbytes(3) + body[at:],
            body[:at]
            + dice.choice((b"NaN", b"1e400", b"-", b"\xff", b"[" * 2000))
            + body[at + 1 :],
            b"[" * dice.choice((100, 100_000)),
            b'{"a":' * 50_000,
            b"\xef\xbb\xbf" + body,
            b"<html>" + body,
            dice.randbytes(50),
        )
    )


def payload(told: Told, dice: random.Random) -> Response:
    """One payload of a carrier."""
    try:
        body = json.dumps(mutated(json.loads(told.body), dice)).encode()
    except ValueError:  # an answer that is no JSON
        body = told.body
    if dice.random() < 0.2:
        body = broken(body, dice)
    status = told.status if dice.random() < 0.9 else dice.choice((200, 201, 204, 400, 404, 422))
    kind = dice.choice(("application/json", "text/html", "", "image/png; charset=nonsense"))
    return Response(status, kind, body[:1_000_000])


@dataclass
class Seen:
    """What became of payloads."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


def fuzz(carrier: str, payloads: int, seed: int) -> Seen:
    """Read so many payloads of a carrier; raises whatever the code under test should not."""
    seen = Seen()
    answers = [told for told in TOLD if told.carrier == carrier]
    for number in range(payloads):
        dice = random.Random(f"{carrier} {seed} {number}")
        told = dice.choice(answers)
        response = payload(told, dice)
        start = time.process_time()
        try:
            seen.outcomes[check(told.question, response)] += 1
        except Exception as error:
            error.add_note(f"payload {number} of seed {seed}: {carrier} {told.name}")
            raise
        seen.slowest = max(seen.slowest, time.process_time() - start)
    return seen


def check(question: Question, response: Response) -> str:
    """Read a payload and apply it; what became of it."""
    adapter = ADAPTERS[asked_by(question.carrier)]
    try:
        answers = adapter.parse([question], response)
    except CarrierError:
        return "refused"
    answer = answers[question]
    assert set(answers) == {question}
    _check_answer(answer)
    shipment = a_shipment()
    parcel = Parcel(question.number, question.carrier)
    shipment = replace(shipment, parcels=(parcel,), due={})
    heard = hear(shipment, asked_by(question.carrier), answers, NOW)
    again = hear(heard.shipment, asked_by(question.carrier), answers, NOW)
    assert not again.is_news
    _check_shipment(heard.shipment)
    return "read" if answer.known else "no record"


def _check_answer(answer: Answer) -> None:
    assert len(answer.scans) <= MAX_SCANS
    assert answer.known or not answer.scans
    assert min(answer.unreadable, answer.left_out) >= 0
    assert merge(answer.scans, answer.scans[::-1]) == merge((), answer.scans)
    for scan in answer.scans:
        assert timedelta(0) == scan.at.utcoffset()
        assert datetime(2000, 1, 1, tzinfo=UTC) <= scan.at < datetime(2100, 1, 1, tzinfo=UTC)
        assert scan.offset is None or abs(scan.offset) <= 14 * 60
        assert 0 < len(scan.code) <= 64
        assert f"{scan.code}{scan.place}{scan.text}".isprintable()
    if estimate := answer.estimate:
        assert estimate.start <= estimate.end


def _check_shipment(shipment: Shipment) -> None:
    item = to_item(shipment, actor="carrier:x", correlation_id="fuzz")
    assert from_item(item) == shipment
    json.dumps(item).encode()
    shipment_view(shipment, "").model_dump_json()
    public_page(shipment, None, NOW).model_dump_json()
    assert len(scans_newest_first(shipment)) == len(shipment.parcels[0].scans)
