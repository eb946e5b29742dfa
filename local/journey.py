"""Plays a parcel's story on a running stack, and prints each status that the API shows of it.

The carrier simulator tells the story stage by stage. After each the shipment is refreshed, as often
as the API lets it be, until all that happened is known; EasyPost pushes instead. The story's days
pass in seconds: its scans lie in the past, and the last of them just now.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from local.calls import Calls, StepFailedError
from local.home import Stack
from local.numbers import MAKERS
from local.stories import PLOTS, own_events, stages_of
from local.story import Story

CARRIERS: Final = tuple(MAKERS)
_STAGE_SECONDS: Final = 90.0
_LOOK_SECONDS: Final = 0.5
_OWN: Final = {"easypost": "usps"}
_WITH_PIECES: Final = frozenset({"dhl", "ups"})
_SECRET: Final = "simulated-webhook-secret"  # noqa: S105 - of a simulator
_EVERYTHING: Final = 100


class Journey:
    """One parcel's story, or that of several that travel together."""

    def __init__(
        self,
        stack: Stack,
        carrier: str,
        story: str,
        number: str | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        """Raises ValueError for a story that the carrier has no words for."""
        self.carrier = carrier
        self.plot = PLOTS[story]
        made = [MAKERS[carrier]() for _ in range(self.plot.pieces)]
        self.numbers: Sequence[str] = [number.upper(), *made[1:]] if number else made
        self.stages = stages_of(story, carrier, self.numbers, datetime.now(UTC))
        self.statuses: list[str] = []
        self.shipment: dict[str, Any] = {}
        self.actors = Story(stack, lambda _: None)
        self._stack = stack
        self._calls = Calls(stack)
        self._say = say
        self._started = time.monotonic()

    def play(self) -> None:
        """Play the story to its end; raises StepFailedError where the API does not follow it."""
        self._set_up()
        self._register()
        for index, stage in enumerate(self.stages):
            if index == self.plot.fault_before:
                self._break_down()
            self._tell(stage)
            self._follow(index, stage)
        asked = [call for call in self._asked() if call["number"] in self.numbers]
        self.say(f"the story ends; {len(asked)} question(s) to {self.carrier} about it")
        self.say(self.shipment["tracking_url"])

    def say(self, line: str) -> None:
        """Print a line with the seconds since the beginning."""
        self._say(f"{time.monotonic() - self._started:6.1f} s  {line}")

    # ------------------------------------------------------------------------------- steps
    def _set_up(self) -> None:
        credentials = dict(self._calls.control("GET", "credentials")[self.carrier])
        if self.carrier == "easypost":
            credentials["webhook_secret"] = _SECRET
            url = f"{self._stack.api_url}/webhooks/carriers/easypost"
            self._calls.control("PUT", "webhook", {"url": url, "secret": _SECRET})
        self._calls.control("DELETE", f"faults/{self.carrier}")
        settings = {"base_url": self._stack.carrier_simulator_url, "credentials": credentials}
        self._calls.operator("PUT", f"/v1/carriers/{self.carrier}", settings)

    def _register(self) -> None:
        self.actors.open_shop()
        self.actors.receive_stock()
        order = self.actors.place(1, {"email": self.actors.email})
        own = _OWN.get(self.carrier, self.carrier)
        parcels = [{"tracking_number": number, "carrier": own} for number in self.numbers]
        wanted = {"order_id": order["id"], "parcels": parcels}
        self.shipment = self.actors.call("POST", "/v1/shipments", wanted)
        self.say(f"shipment {self.shipment['id']}, {own} {', '.join(self.numbers)}")
        self._look()

    def _break_down(self) -> None:
        """Let the carrier fail, and ask it all the same: nothing may change."""
        self._calls.control("PUT", f"faults/{self.carrier}", {"kind": "error"})
        self.say(f"{self.carrier} is down: it answers 500")
        before = self.statuses[-1]
        self._until(self._refresh)
        self._look()
        if self.statuses[-1] != before:
            raise StepFailedError(f"the outage made {before} {self.statuses[-1]}")
        self.say(f"asked; it stays: {before}")
        self._calls.control("DELETE", f"faults/{self.carrier}")

    def _tell(self, stage: Mapping[str, Any]) -> None:
        happened = "; ".join(event["text"] or event["code"] for event in stage["events"][-2:])
        self.say(f"{self.carrier} has: {happened}")
        for number in self.numbers:
            told = stage if self.carrier in _WITH_PIECES else own_events(stage, number)
            answer = self._calls.control("PUT", f"{self.carrier}/{number}", told)
            if pushed := answer.get("pushed"):
                self.say(f"{self.carrier} pushes {pushed['event']}: {pushed['status']}")

    def _follow(self, index: int, stage: Mapping[str, Any]) -> None:
        """Ask, unless it was pushed, until the API knows all that has happened."""
        expected = sum(len(own_events(stage, number)["events"]) for number in self.numbers)

        def is_known() -> bool:
            self._look()
            path = f"/v1/shipments/{self.shipment['id']}/events?limit={_EVERYTHING}"
            return len(self.actors.call("GET", path)["items"]) >= expected

        is_pushed = self.carrier == "easypost" and index > 0
        self._until(lambda: is_known() or (not is_pushed and self._refresh() and is_known()))

    # ------------------------------------------------------------------------------- parts
    def _refresh(self) -> bool:
        """Ask the carrier; False where that may not be yet."""
        path = f"/v1/shipments/{self.shipment['id']}/refresh"
        return self._calls.is_done(self.actors.shop_key, "POST", path)

    def _look(self) -> None:
        """Read the shipment, and say what is new of it."""
        path = f"/v1/shipments/{self.shipment['id']}"
        self.shipment = self.actors.call("GET", path)
        shown = described(self.shipment)
        if not self.statuses or shown != self.statuses[-1]:
            self.statuses.append(shown)
            self.say(f"the API shows: {shown}")

    def _asked(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self._calls.control("GET", "calls")["calls"]
        return calls

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _STAGE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                shown = self.statuses[-1]
                raise StepFailedError(f"after {_STAGE_SECONDS:.0f} s the API still shows {shown}")
            time.sleep(_LOOK_SECONDS)


def described(shipment: Mapping[str, Any]) -> str:
    """Return a shipment's state in a few words, and each parcel's where there are several."""
    words = _state(shipment)
    if len(shipment["parcels"]) > 1:
        words += f" ({', '.join(map(_state, shipment['parcels']))})"
    return words


def _state(told: Mapping[str, Any]) -> str:
    words = str(told["status"])
    if told["sub_status"]:
        words += f", {told['sub_status']}"
    if told["fault"] != "unknown":
        words += f", fault: {told['fault']}"
    if told["action_required"] != "none":
        words += f", to act: {told['action_required']}"
    return words
