"""The one loop over stream and queue records: partial failure, parking, correlation.

A record ends in one of three ways. Applied. Parked: it fails by itself, whatever is tried, so its
key and version are set aside, it counts as done, and no other record waits for it. Failed: AWS
refused for now, so it is reported, and Lambda delivers again from the lowest failed record. Hence
every handler is repeatable.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waybill import keys
from waybill.clock import Clock, system_clock, to_text
from waybill.dynamo import Item, Table, is_transient, unmarshal_item
from waybill.observability import count, describe_error, end_invocation, logger, start_work

BatchResponse = dict[str, list[dict[str, str]]]


class BatchFailedError(Exception):
    """Raised under local/ only, where the engine ignores partial failures of streams."""


@dataclass(frozen=True)
class Change:
    """One stream record: an item's image before and after."""

    record_id: str
    key: Mapping[str, str]
    old: Item | None
    new: Item | None

    @property
    def key_text(self) -> str:
        """The item's key in one word, for parking and logs: ids only."""
        return f"{self.key['pk']}|{self.key['sk']}"

    @property
    def version(self) -> int:
        """The version of the newest image this record has."""
        return int((self.new or self.old or {}).get("version", 0))

    @property
    def correlation_id(self) -> str:
        """The id of the request that made this change."""
        return str((self.new or self.old or {}).get("correlation_id", ""))


@dataclass(frozen=True)
class Message:
    """One queue record."""

    record_id: str
    body: str
    group: str | None
    correlation_id: str


def stream_changes(event: Mapping[str, Any]) -> list[Change]:
    """The records of a DynamoDB stream event, in the order of delivery."""
    return [
        Change(
            record_id=record["dynamodb"]["SequenceNumber"],
            key=unmarshal_item(record["dynamodb"]["Keys"]),
            old=_image(record["dynamodb"], "OldImage"),
            new=_image(record["dynamodb"], "NewImage"),
        )
        for record in event["Records"]
    ]


def queue_messages(event: Mapping[str, Any]) -> list[Message]:
    """The records of an SQS event, in the order of delivery."""
    return [
        Message(
            record_id=record["messageId"],
            body=record["body"],
            group=record["attributes"].get("MessageGroupId"),
            correlation_id=record["messageId"],
        )
        for record in event["Records"]
    ]


@dataclass(frozen=True)
class Parking:
    """Sets aside what cannot be applied: key and version, no payload, in the room's own table."""

    table: Table
    source: str
    clock: Clock = system_clock

    def park(self, change: Change, error: Exception) -> None:
        """Keep the newest version that failed for this key; seen by the ParkedRecords alarm."""
        self.table.put(
            keys.parked(self.source, change.key_text)
            | {
                "source_key": dict(change.key),
                "version": change.version,
                "parked_at": to_text(self.clock()),
                **describe_error(error),
            }
        )
        count("ParkedRecords")
        logger.error(
            "record parked",
            source=self.source,
            record_key=change.key_text,
            version=change.version,
            **describe_error(error),
        )


def park(parking: Parking, change: Change, error: Exception) -> bool:
    """Park a change; False where even that fails, so that the record must come again."""
    try:
        parking.park(change, error)
    except Exception as refusal:
        logger.error("record not parked", **describe_error(refusal))
        count("ParkingFailures")
        return False
    return True


def process_changes(
    changes: Sequence[Change],
    apply: Callable[[Change], None],
    *,
    room: str,
    parking: Parking,
    local: bool = False,
) -> BatchResponse:
    """Apply changes one by one; park the poisonous, report the first that must come again.

    Lambda delivers a stream again from the lowest failed record, so nothing after it is tried.
    """
    for change in changes:
        start_work(room, change.correlation_id)
        try:
            apply(change)
        except Exception as error:
            if is_transient(error):
                logger.warning("record failed for now", **describe_error(error))
                return finish([change.record_id], local=local)
            if not park(parking, change, error):
                return finish([change.record_id], local=local)
    return finish([], local=local)


def process_messages(
    messages: Iterable[Message],
    apply: Callable[[Message], None],
    *,
    room: str,
) -> BatchResponse:
    """Apply queue messages one by one; the queue's redrive policy parks what keeps failing.

    In a FIFO group nothing is tried after a failure, so that order holds.
    """
    failed: list[str] = []
    failed_groups: set[str] = set()
    for message in messages:
        start_work(room, message.correlation_id)
        if message.group in failed_groups:
            failed.append(message.record_id)
            continue
        try:
            apply(message)
        except Exception as error:
            logger.warning("message failed", **describe_error(error))
            count("FailedMessages")
            failed.append(message.record_id)
            if message.group is not None:
                failed_groups.add(message.group)
    return finish(failed)


def finish(failed: Sequence[str], *, local: bool = False) -> BatchResponse:
    """The answer Lambda expects; publishes metrics. Under ``local`` a failure raises instead."""
    end_invocation()
    if failed and local:
        raise BatchFailedError(f"{len(failed)} records failed")
    return {"batchItemFailures": [{"itemIdentifier": record_id} for record_id in failed]}


def _image(body: Mapping[str, Any], name: str) -> Item | None:
    return unmarshal_item(body[name]) if name in body else None
