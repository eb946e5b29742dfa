"""The story's way to a running stack: public HTTP, the message boxes, the simulator's control."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import requests

from local import aws
from local.errors import one_line
from local.home import Stack

PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.1


class StepFailedError(Exception):
    """A step of the story did not hold; tells what was seen instead."""


class Calls:
    """Calls a stack as its operator, as a shop, as a platform, or behind the scenes."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy for what is on this machine

    def operator(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call the API with the operator's key."""
        return self.keyed(self._stack.operator_key, method, path, body)

    def keyed(self, key: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call the API with a key."""
        headers = {"Authorization": f"Bearer {key}"}
        return self._send(method, f"{self._stack.api_url}{path}", headers=headers, json=body)

    def is_done(self, key: str, method: str, path: str) -> bool:
        """Call the API with a key; False where it asks to be called later (429)."""
        headers = {"Authorization": f"Bearer {key}"}
        url = f"{self._stack.api_url}{path}"
        answer = self._http.request(method, url, headers=headers, timeout=PATIENCE_SECONDS)
        if not answer.ok and answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            raise StepFailedError(f"{method} {path} answered {answer.status_code}")
        return answer.ok

    def webhook(self, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        """Push raw bytes, as a platform does."""
        return self._send("POST", f"{self._stack.api_url}{path}", headers=headers, data=body)

    def control(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call the control API of the carrier simulator."""
        url = f"{self._stack.carrier_simulator_url}/_control/{path}"
        return self._send(method, url, json=body)

    def page(self, url: str) -> str:
        """Open a page as a browser does, without any key."""
        answer = self._http.get(url, headers={"Accept": "text/html"}, timeout=PATIENCE_SECONDS)
        if not answer.ok:
            raise StepFailedError(f"GET {url} answered {answer.status_code}")
        return answer.text

    def mails(self, address: str) -> list[dict[str, Any]]:
        """Return the mails sent to an address, oldest first."""
        boxes = aws.fetch_json(self._stack.mail_url)["messages"]
        mails = [mail for box in boxes.values() for mail in box if address in mail["To"]]
        return sorted(mails, key=lambda mail: float(mail["Timestamp"]))

    def texts(self, phone: str) -> list[str]:
        """Return the SMS sent to a number, oldest first."""
        box = aws.fetch_json(self._stack.sms_url)["sms_messages"]
        return [sms["Message"] for sms in box.get(phone, [])]

    def _send(self, method: str, url: str, **request: Any) -> dict[str, Any]:
        answer = self._http.request(method, url, timeout=PATIENCE_SECONDS, **request)
        if not answer.ok:
            asked = f"{method} {answer.request.path_url}"
            raise StepFailedError(f"{asked} answered {answer.status_code}: {one_line(answer.text)}")
        document: dict[str, Any] = answer.json() if answer.content else {}
        return document


def comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; False when it did not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def until(condition: Callable[[], bool], seen: Callable[[], str]) -> None:
    """Wait for a condition; raises StepFailedError with what was seen instead."""
    if not comes_true(condition, PATIENCE_SECONDS):
        raise StepFailedError(f"after {PATIENCE_SECONDS:.0f} s: {seen()}")
