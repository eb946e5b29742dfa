"""EasyPost's events: signed as it signs them, sent to one webhook, and sent again on demand."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import unicodedata
from datetime import UTC, datetime
from typing import Any

import requests

_SECONDS = 30


class Pushes:
    """The webhook, and what was sent to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._webhook: tuple[str, str] | None = None
        self._sent: dict[str, bytes] = {}
        self._log: list[dict[str, Any]] = []

    def point(self, url: str, secret: str) -> None:
        """Send events to this address, signed with this secret."""
        with self._lock:
            self._webhook = (url, secret)

    @property
    def log(self) -> list[dict[str, Any]]:
        """What was sent, and what came back."""
        with self._lock:
            return list(self._log)

    def tell(self, tracker: dict[str, Any]) -> dict[str, Any] | None:
        """Push a tracker that was updated; None where nobody listens."""
        if self._webhook is None:
            return None
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        event_id = f"evt_{secrets.token_hex(16)}"
        event = {
            "id": event_id,
            "object": "Event",
            "mode": "test",
            "description": "tracker.updated",
            "previous_attributes": {},
            "pending_urls": [self._webhook[0]],
            "completed_urls": [],
            "created_at": now,
            "updated_at": now,
            "status": "pending",
            "result": tracker,
        }
        self._sent[event_id] = json.dumps(event).encode()
        return self.send(event_id)

    def send(self, event_id: str) -> dict[str, Any] | None:
        """Send an event, or the same one again; None for one that there never was."""
        body = self._sent.get(event_id)
        if body is None or self._webhook is None:
            return None
        url, secret = self._webhook
        key = unicodedata.normalize("NFKD", secret).encode()
        digest = hmac.new(key, body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Hmac-Signature": f"hmac-sha256-hex={digest}",
        }
        with requests.Session() as session:
            session.trust_env = False
            try:
                answer = session.post(url, data=body, headers=headers, timeout=_SECONDS)
                status = answer.status_code
            except requests.RequestException:
                status = 0
        outcome = {"event": event_id, "status": status}
        with self._lock:
            self._log.append(outcome)
        return outcome
