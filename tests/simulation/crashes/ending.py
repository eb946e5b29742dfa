"""How a play ended, so that two of them can be compared: every item, mail, SMS and event.

What may differ after a crash is said here, and nothing else may. Instants are compared for being
there, not for what they are: what is done again is done later.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.judge.identity import kind_of

Item = Mapping[str, Any]

DRAWN: Final = re.compile(
    r"\b(mov|trk|att|run)_[0-9a-z]+"
    r"|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?<=\.)[0-9a-f]{64}\b"
)
"""What is drawn, not derived: the ids of a movement, a public page, an attempt, a correlation; and
what a link that unsubscribes is signed with."""
INSTANT: Final = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


@dataclass(frozen=True)
class Differs:
    """What need not be the same of a kind of item, and why."""

    kind: str
    attributes: frozenset[str]
    why: str


DIFFERS: Final = (
    Differs(
        "message",
        frozenset({"provider_id", "attempts", "version"}),
        "the provider's id; who tries again counts it",
    ),
    Differs("secret", frozenset({"secret"}), "drawn at its first use"),
    Differs(
        "token",
        frozenset({"access_token", "fingerprint", "ends_ms", "renew_ms", "expires_at"}),
        "a carrier may issue two",
    ),
    Differs("marks", frozenset({"version"}), "the schedule wrote it once more"),
    Differs(
        "watermark",
        frozenset({"swept_to_ms", "asked", "wanted", "requests"}),
        "an instant; a sweep that died once its questions were sent counts none of them",
    ),
    Differs(
        "usage",
        frozenset({"version", "breaker", "last_call_ms", "days"}),
        "instants; an answer is counted after its news were kept, once at most",
    ),
)
_BY_KIND: Final = {one.kind: one.attributes for one in DIFFERS}
NOT_COMPARED: Final = {
    "rhythm": "learned from a carrier's finished parcels, from each once at most",
    "budget": "a message is claimed, and paid for then: whoever dies in between has not paid",
}
"""Kinds of items of which nothing is compared, and why: they are estimates."""
_UNSETTLED: Final = frozenset({"state", "state_pk", "state_sk", "reason", "cause", "sent_at"})
"""What is otherwise of a message of which nobody knows whether it was sent."""


@dataclass
class Ending:
    """All that is left of a play."""

    rows: dict[str, Counter[str]] = field(default_factory=dict)
    """Items as text, by the text of their key: a drawn id is no part of it."""
    unknown: frozenset[str] = frozenset()
    """Keys of the SMS of which nobody knows whether they were sent."""
    taken: Counter[str] = field(default_factory=Counter)
    """Mails and SMS that the providers took."""
    events: frozenset[str] = frozenset()
    """What the bus was told, once or more."""


def ending(
    tables: Mapping[str, Sequence[Item]], taken: Counter[str], events: frozenset[str]
) -> Ending:
    """Make an ending of what there is, and of what was told."""
    found = Ending(taken=taken, events=events)
    unknown = set()
    for table, items in tables.items():
        for item in items:
            kind = kind_of(table, (item["pk"], item["sk"]))
            if kind in NOT_COMPARED:
                continue
            key = common(f"{table} {kind} {item['pk']} {item['sk']}")
            left_out = _BY_KIND.get(kind, frozenset())
            in_doubt = item.get("channel") == "sms" and item.get("state") == "unknown"
            if in_doubt:
                unknown.add(key)
            kept = {name: value for name, value in item.items() if name not in left_out}
            text = common(json.dumps(kept, sort_keys=True, default=_plain))
            found.rows.setdefault(key, Counter())[text] += 1
    found.unknown = frozenset(unknown)
    return found


def common(text: str) -> str:
    """A text without what is of its play alone."""
    return INSTANT.sub("<instant>", DRAWN.sub("<drawn>", text))


def differences(usual: Ending, ended: Ending) -> Iterator[str]:
    """What is otherwise than in the play without a crash."""
    for key in sorted(usual.rows.keys() | ended.rows.keys()):
        before, after = (one.rows.get(key, Counter()) for one in (usual, ended))
        if key in ended.unknown:
            before, after = _unsettled(before), _unsettled(after)
        if before != after:
            yield f"{key}: {_apart(before - after, after - before)}"
    in_doubt = len(ended.unknown)
    for message in sorted(usual.taken.keys() | ended.taken.keys()):
        missing = usual.taken[message] - ended.taken[message]
        if missing > 0 and message.startswith("sms") and in_doubt:
            in_doubt -= missing
        elif missing:
            yield f"taken {ended.taken[message]} times, not {usual.taken[message]}: {message}"
    for event in sorted(usual.events ^ ended.events):
        yield f"{'lost' if event in usual.events else 'told for nothing'}: {event}"


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def _unsettled(rows: Counter[str]) -> Counter[str]:
    return Counter(
        json.dumps({n: v for n, v in json.loads(text).items() if n not in _UNSETTLED})
        for text in rows.elements()
    )


def _apart(before: Counter[str], after: Counter[str]) -> str:
    """Where two items differ; or which of them is there."""
    if not before or not after:
        return f"{'gone' if before else 'too much'}: {next(iter(before or after))[:200]}"
    ((old, _),), ((new, _),) = before.most_common(1), after.most_common(1)
    was, now = json.loads(old), json.loads(new)
    names = [name for name in sorted(was.keys() | now.keys()) if was.get(name) != now.get(name)]
    return "; ".join(f"{name} {now.get(name)}, not {was.get(name)}" for name in names)
