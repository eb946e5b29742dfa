"""MiniStack's own process: bridges each gap in its behaviour in one function, then serves.

Gaps that show in a template are bridged in local/bridges.py instead. The functions below reach
into one pinned version of MiniStack, so each fails loudly where that version has moved.
"""

# ruff: noqa: SLF001 - reaching behind MiniStack's interface is what this file is for

from __future__ import annotations

import argparse
import asyncio
import copy
import json
import logging
import os
import signal
import time
from collections.abc import Callable
from email.utils import parseaddr
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app
from ministack.core import iam_actions
from ministack.core.responses import get_account_id
from ministack.services import (
    dynamodb,
    eventbridge,
    lambda_svc,
    scheduler,
    ses,
    ses_v2,
    sns,
)

from local import feedback_topics, permissions
from local.home import REGION
from local.process import hold

logger = logging.getLogger("waybill.local")

_DRAIN_SECONDS = 10.0
_QUIET_SECONDS = 0.3


def prompt_schedules() -> None:
    """MiniStack looks at its schedules every 10 s, and a one-time schedule is late by as much."""
    _replace(scheduler, "_SCHEDULE_TICK_INTERVAL", 0.5)


def retried_events() -> None:
    """MiniStack calls an event rule's function once and forgets a failure; Lambda tries thrice."""

    def dispatch(arn: str, payload: str) -> None:
        function, _, name = lambda_svc._get_func_record_for_ref(arn)
        if function is None:
            logger.warning("event for a function that is gone: %s", name)
            return
        lambda_svc.invoke_async_with_retry(function, json.loads(payload))

    _replace(eventbridge, "_dispatch_to_lambda", dispatch)


def streams_survive() -> None:
    """MiniStack saves how far streams were read, but not their records.

    After a restart it would then skip as many new records as there had been old ones.
    """
    _keep(dynamodb, "_stream_records", "_stream_trimmed")


def mailbox_survives() -> None:
    """MiniStack saves the SMS that were sent, but not the mails."""
    _keep(ses, "_sent_emails")


def retried_notifications() -> None:
    """MiniStack calls a topic's function once and forgets a failure; Lambda tries thrice."""

    def deliver(endpoint: str, envelope: str, _topic: str, subscription: str, *_: Any) -> None:
        function, _config, name = lambda_svc._get_func_record_for_ref(endpoint)
        if function is None:
            logger.warning("notification for a function that is gone: %s", name)
            return
        record = {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription,
            "Sns": json.loads(envelope),
        }
        lambda_svc.invoke_async_with_retry(function, {"Records": [record]})

    _replace(sns, "_deliver_to_lambda", deliver)


def mail_feedback_told() -> None:
    """MiniStack keeps the event destinations of a configuration set and tells them nothing."""
    handle = ses_v2.handle_request

    async def handle_and_tell(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> tuple[int, Any, bytes]:
        answer: tuple[int, Any, bytes] = await handle(method, path, headers, body, query)
        if path.rstrip("/").endswith("/outbound-emails") and answer[0] == HTTPStatus.OK:
            feedback_topics.tell(json.loads(body), json.loads(answer[2])["MessageId"])
        return answer

    _replace(ses_v2, "handle_request", handle_and_tell)


def mail_checked_by_sender() -> None:
    """MiniStack asks IAM about sending a mail to `*`.

    AWS asks about the sender's identity and about the configuration set, and tells the policy the
    sender's address.
    """
    ask = app._enforce_ses_v2

    def ask_by_sender(  # noqa: PLR0917 - as MiniStack calls it
        method: str, path: str, headers: Any, body: bytes, query: Any, request_id: str
    ) -> Any:
        if path.rstrip("/") != "/v2/email/outbound-emails":
            return ask(method, path, headers, body, query, request_id)
        mail = json.loads(body)
        sender = parseaddr(str(mail.get("FromEmailAddress", "")))[1]
        names = [f"identity/{sender}"]
        if mail.get("ConfigurationSetName"):
            names.append(f"configuration-set/{mail['ConfigurationSetName']}")
        for name in names:
            arn = f"arn:aws:ses:{REGION}:{get_account_id()}:{name}"
            denied = app._enforce_data_plane(
                "sesv2",
                "ses:SendEmail",
                headers,
                query,
                request_id,
                resource_arn=arn,
                service_context={"ses:FromAddress": sender},
                named_resource=arn,
            )
            if denied:
                return denied
        return None

    _replace(app, "_enforce_ses_v2", ask_by_sender)


def batches_need_the_single_action() -> None:
    """MiniStack asks IAM for sqs:SendMessageBatch; on AWS sqs:SendMessage permits batches too."""
    name = iam_actions.extract_iam_action

    def name_single(service: str, *request: Any) -> Any:
        action = name(service, *request)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    _replace(iam_actions, "extract_iam_action", name_single)


BRIDGES: tuple[Callable[[], None], ...] = (
    prompt_schedules,
    retried_events,
    streams_survive,
    mailbox_survives,
    retried_notifications,
    mail_feedback_told,
    mail_checked_by_sender,
    batches_need_the_single_action,
)


def _replace(module: ModuleType, name: str, value: object) -> None:
    if not hasattr(module, name):
        raise RuntimeError(f"{module.__name__} has no {name}: its bridge needs another look")
    setattr(module, name, value)


def _keep(module: ModuleType, *names: str) -> None:
    """Make a service save and restore more of its stores than it does by itself."""
    save: Callable[[], dict[str, Any]] = module.get_state
    restore: Callable[[dict[str, Any]], None] = module.load_persisted_state
    stores = {name: getattr(module, name) for name in names}

    def save_more() -> dict[str, Any]:
        more = {f"waybill{name}": copy.deepcopy(store) for name, store in stores.items()}
        return save() | more

    def restore_more(data: dict[str, Any]) -> None:
        restore(data)
        for name, store in stores.items():
            store.update(data.get(f"waybill{name}", {}))

    _replace(module, "get_state", save_more)
    _replace(module, "load_persisted_state", restore_more)


def _busy() -> bool:
    """Say whether a function is running, or is to be, or a stream has records not yet tried."""
    if lambda_svc.executions_in_flight()[0] or feedback_topics.to_come:
        return True
    for (account, region, mapping), position in list(
        lambda_svc._dynamodb_stream_positions._data.items()
    ):
        if (account, region, mapping) in lambda_svc._esm_backoff_until._data:
            continue  # its function keeps failing; the records are saved and tried again
        source = lambda_svc._esms._data.get((account, region, mapping), {})
        table = str(source.get("EventSourceArn", "")).partition("/stream/")[0].rpartition("/")[2]
        if position < dynamodb.stream_end_position(table, account_id=account, region=region):
            return True
    return False


def _drain() -> None:
    """Let what was accepted come to its end: events on their way to a function are not saved."""
    deadline = time.monotonic() + _DRAIN_SECONDS
    quiet_since = time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - quiet_since < _QUIET_SECONDS:
        if _busy():
            quiet_since = time.monotonic()
        time.sleep(0.05)


async def _serve(port: int) -> None:

    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)

    async def trigger() -> None:
        await asked.wait()
        await asyncio.to_thread(_drain)

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.accesslog = None
    await serve(app.app, config, shutdown_trigger=trigger)


def main() -> None:
    """Serve until SIGTERM, then drain and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--lock", required=True)
    arguments = parser.parse_args()
    with hold(arguments.lock):
        for bridge in BRIDGES:
            bridge()
        if wanted := os.environ.get(permissions.VARIABLE):
            permissions.note(Path(wanted))
        asyncio.run(_serve(arguments.port))


if __name__ == "__main__":
    main()
