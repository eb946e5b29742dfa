"""Topics that hear of a configuration set's mails, inside MiniStack's process.

MiniStack keeps the event destinations of a configuration set and tells them nothing.
"""

# ruff: noqa: SLF001 - reaching behind MiniStack's interface is what this file is for

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Any, Final

from ministack.core.responses import get_account_id
from ministack.services import ses_v2, sns

from local import mail_feedback
from local.home import REGION

logger = logging.getLogger("waybill.local")

_SECONDS: Final = 0.5  # later than the sender has written down that SES took the mail

to_come: set[threading.Timer] = set()
"""What is to be published."""


def tell(mail: dict[str, Any], message_id: str) -> None:
    """Publish, a moment later, what becomes of a mail that MiniStack's SES has accepted."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    name = mail.get("ConfigurationSetName", "")
    topics = list(_topics_of_mail(name))
    for event in mail_feedback.events(mail, message_id, at):
        kind = event["eventType"].upper()  # of the kinds that are told, both names are one word
        for topic in [topic for topic, kinds in topics if kind in kinds]:
            _publish_soon(topic, json.dumps(event))


def _topics_of_mail(configuration_set: str) -> Iterator[tuple[str, list[str]]]:
    """Name the topics that hear of a configuration set's mails, and of what, as policies allow."""
    account = get_account_id()
    arn = f"arn:aws:ses:{REGION}:{account}:configuration-set/{configuration_set}"
    known = ses_v2._config_sets.get(configuration_set) or {}
    for destination in (known.get("EventDestinations") or {}).values():
        topic = (destination.get("SnsDestination") or {}).get("TopicArn")
        if not topic or not destination["Enabled"]:
            continue
        if sns.topic_policy_allows(topic, "ses.amazonaws.com", arn, account):
            yield topic, destination["MatchingEventTypes"]
        else:
            logger.warning("SES may not publish to %s", topic)


def _publish_soon(topic: str, message: str) -> None:
    context = copy_context()

    def publish() -> None:
        subject = "Amazon SES Email Event Notification"
        try:
            context.run(sns.publish_internal, topic, message, subject)
        finally:
            to_come.discard(timer)

    timer = threading.Timer(_SECONDS, publish)
    timer.daemon = True
    to_come.add(timer)
    timer.start()
