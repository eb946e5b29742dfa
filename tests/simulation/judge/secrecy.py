"""Nothing personal and no secret in what is logged, counted, told, queued or set aside.

Every text that leaves a function for others than its customer or its tables is looked through for
all canaries of the run: what people typed (personal.py) and what must be known to its owner alone.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from tests.simulation.judge.personal import typed
from tests.simulation.judge.verdict import Call, Change, broken

_HEAD: Final = 5
_UNSUBSCRIBES: Final = re.compile(r"/unsubscribe/[\w.]+\.(\w+)")
_SHOWN: Final = 60


@dataclass(frozen=True)
class Carried:
    """Something personal that a queue may hold."""

    queue: str
    places: tuple[str, ...]
    """Members of its messages, from without; lists, and JSON within a text, are passed through."""
    why: str


_SES: Final = "requestPayload.Records.Sns.Message.mail"

CARRIED: Final = (
    Carried(
        "NotifyMailFeedbackFailureQueue",
        (f"{_SES}.destination", f"{_SES}.headers.value", f"{_SES}.commonHeaders.to"),
        "SES names a mail by the address it went to, and Lambda sets aside what it was given,"
        " which is what an operator sends to the function once more",
    ),
)
"""All that may be carried; whatever else a queue holds is a pointer: ids, positions, instants."""


class Secrecy:
    """All canaries of a run, found by their first characters, in whatever case."""

    def __init__(self) -> None:
        self._by_head: dict[str, set[str]] = {}
        self._known: set[str] = set()
        self._carried = {one.queue: one.places for one in CARRIED}
        self.looked_at = 0
        """Texts that were looked through."""

    # --- what is not to be seen ------------------------------------------------------------------

    def expect(self, text: str) -> None:
        """Register a name, an address, a number or a secret of at least five characters."""
        if len(text) < _HEAD:
            raise ValueError(f"too short to be told from other text: {text!r}")
        if text not in self._known:
            self._known.add(text)
            for form in _forms(text):
                self._by_head.setdefault(form[:_HEAD], set()).add(form)

    def asked(self, call: Call) -> None:
        """Register what a call types, and the secret of the key that it is made with."""
        secret = (call.key or "").split("_", 2)[2:]
        for text in (*typed(call), *secret):
            if len(text) >= _HEAD:
                self.expect(text)

    def mailed(self, text: str) -> None:
        """Register what makes the link of a mail unsubscribe."""
        for signature in _UNSUBSCRIBES.findall(text):
            self.expect(signature)

    def wrote(self, change: Change) -> None:
        """Register what the rooms draw; judge what they set aside, which is no table of theirs."""
        if change.new is None:
            return
        if change.key[0].startswith("parked#"):
            self.check("a table", "set aside", json.dumps(change.new, default=str))
        elif "token" in change.new and change.table == "ShipmentsTable" and not change.old:
            self.expect(change.new["token"])
        elif change.key == ("secrets", "unsubscribe"):
            self.expect(change.new["secret"])

    # --- where it is looked for ------------------------------------------------------------------

    def check(self, who: str, did: str, text: str) -> None:
        """Raise where a text holds a canary; what it is, the violation does not say."""
        self.looked_at += 1
        text = text.lower()
        for head, forms in self._by_head.items():
            start = text.find(head)
            while start >= 0:
                if any(_stands(form, text, start) for form in forms):
                    said = text[max(0, start - _SHOWN) : start]
                    broken("secrecy", f"{who} {did} a canary after {said!r}", who)
                start = text.find(head, start + 1)

    def check_members(self, who: str, did: str, entry: Mapping[str, Any]) -> None:
        """The same for each member of a request's entry, however deep, and the members' names."""
        self.check(who, did, " ".join(_texts(entry)))

    def check_queued(self, queue: str, *texts: str | None) -> None:
        """The same for a message of a queue: its body, its group, its deduplication id."""
        for text in filter(None, texts):
            held = text
            for place in self._carried.get(queue, ()):
                held = json.dumps(_without(json.loads(held), place.split(".")))
            self.check(queue, "holds", held)


def _stands(form: str, text: str, start: int) -> bool:
    """Whether a text holds a form there; one of digits is none within a longer number."""
    if not text.startswith(form, start):
        return False
    around = text[max(0, start - 1) : start] + text[start + len(form) : start + len(form) + 1]
    return not (form.isdigit() and any(each.isdigit() for each in around))


def _forms(text: str) -> Iterator[str]:
    """As it was typed, in JSON, in JSON within JSON, in a URL; a phone number as its digits too."""
    text = text.lower()
    once = json.dumps(text)[1:-1]
    yield from (text, once, json.dumps(once)[1:-1], quote(text, safe=""))
    digits = re.sub(r"[\s()+-]", "", text)
    if digits.isdigit() and len(digits) >= _HEAD and text.startswith("+"):
        yield digits


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield str(name)
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    else:
        yield str(value)


def _without(value: Any, place: list[str]) -> Any:
    """A document without what stands at a place."""
    if not place:
        return None
    if isinstance(value, list):
        return [_without(member, place) for member in value]
    if isinstance(value, dict) and place[0] in value:
        return value | {place[0]: _without(value[place[0]], place[1:])}
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(_without(json.loads(value), place))
    return value
