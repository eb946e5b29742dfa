"""SNS's topics: a message goes to every function that subscribes, and SES publishes to them.

"Fanout to Lambda functions" (SNS developer guide): a function is invoked asynchronously, so its
retries and its failure destination are Lambda's. How long SES takes to tell of a mail, nobody says.
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.simulation.delivery.asynchronous import Asynchronous
from tests.simulation.delivery.configs import Wiring
from tests.simulation.delivery.shapes import notification, random_id
from tests.simulation.processes.host import Host


class Topics:
    """All topics of the template, with who subscribes to them."""

    def __init__(self, host: Host, wiring: Wiring, asynchronous: Asynchronous) -> None:
        self._host = host
        self._asynchronous = asynchronous
        self._on_their_way = 0
        self._subscribed = [
            (trigger.topic, function.name)
            for function in wiring.functions.values()
            for trigger in function.topics
        ]
        self._mail_destinations = wiring.mail_destinations

    @property
    def idle(self) -> bool:
        """Whether SES has told all that it will."""
        return not self._on_their_way

    def publish(self, topic: str, message: str, taken_at: float | None = None) -> None:
        """Take a message for a topic; ``taken_at``: it was taken then, and is late."""
        at = self._host.now if taken_at is None else taken_at
        event = notification(topic, random_id(self._host.dice), message, at)
        for name, function in self._subscribed:
            if name == topic:
                self._asynchronous.send(function, event)

    def happened_to_mail(self, configuration_set: str, kind: str, event: Mapping[str, Any]) -> None:
        """Publish something that happened to a mail: mostly soon, sometimes minutes later.

        ``kind`` is its name in a template, such as ``send``.
        """
        for destination in self._mail_destinations:
            if destination.configuration_set == configuration_set and kind in destination.kinds:
                self._on_their_way += 1
                latest = self._host.dice.choice((0.05, 2.0, 2.0, 60.0, 600.0))
                self._host.after(
                    self._host.dice.uniform(0.005, latest),
                    partial(self._arrive, destination.topic, json.dumps(event)),
                )

    def _arrive(self, topic: str, message: str) -> None:
        self._on_their_way -= 1
        self.publish(topic, message)
