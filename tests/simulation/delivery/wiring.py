"""Reads the wiring out of the template: each property is modelled, no matter, or refused."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from tests.simulation.delivery.configs import (
    AsyncConfig,
    FunctionConfig,
    MailDestination,
    QueueConfig,
    QueueRule,
    QueueTrigger,
    RuleTrigger,
    ScheduleTrigger,
    StreamTrigger,
    TopicTrigger,
    Wiring,
)
from tests.simulation.processes.host import NotSimulatedError
from tests.support.template import template

_UNITS: Final = {"minute": 60, "hour": 3600, "day": 86_400}
_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_NO_MATTER: Final = {
    "DynamoDB": {"StartingPosition"},
    "ScheduleV2": {"OmitName", "Name", "Description"},
    "AWS::SQS::Queue": {"SqsManagedSseEnabled", "QueueName"},
    "target": {"Id"},
}
_TABLE: Final = "AWS::DynamoDB::Table"


def read_wiring(source: Mapping[str, Any] | None = None) -> Wiring:
    """The wiring of template.yaml, or of the template given."""
    document = template() if source is None else source
    return _Reader(document).wiring()


class _Properties:
    """A block of properties that have all to be asked for."""

    def __init__(self, where: str, values: Mapping[str, Any], kind: str = "") -> None:
        self._where = where
        no_matter = _NO_MATTER.get(kind, set())
        self._values = {name: value for name, value in values.items() if name not in no_matter}

    def take(self, name: str, default: Any = None) -> Any:
        return self._values.pop(name, default)

    def block(self, name: str) -> "_Properties":
        return _Properties(f"{self._where}.{name}", self._values.pop(name, {}))

    def end(self) -> None:
        """Refuse what nobody asked for."""
        if self._values:
            raise NotSimulatedError(f"{self._where}: {sorted(self._values)} is not simulated")


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._resources: Mapping[str, Any] = document["Resources"]
        self._globals = document.get("Globals", {}).get("Function", {})

    def wiring(self) -> Wiring:
        return Wiring(
            functions={
                name: self._function(name, resource["Properties"])
                for name, resource in self._resources.items()
                if resource["Type"] == "AWS::Serverless::Function"
            },
            queues={
                name: self._queue(name, resource.get("Properties", {}))
                for name, resource in self._resources.items()
                if resource["Type"] == "AWS::SQS::Queue"
            },
            queue_rules=tuple(
                self._queue_rule(name, resource["Properties"])
                for name, resource in self._resources.items()
                if resource["Type"] == "AWS::Events::Rule"
            ),
            mail_destinations=tuple(
                self._mail_destination(name, resource["Properties"])
                for name, resource in self._resources.items()
                if resource["Type"] == "AWS::SES::ConfigurationSetEventDestination"
            ),
        )

    def _mail_destination(self, name: str, properties: Mapping[str, Any]) -> MailDestination:
        block = _Properties(name, properties)
        configuration_set = self._logical_id(block.take("ConfigurationSetName"))
        destination = block.block("EventDestination")
        enabled = destination.take("Enabled", False)
        kinds = frozenset(destination.take("MatchingEventTypes"))
        topic = destination.block("SnsDestination")
        arn = topic.take("TopicARN")
        for each in (block, destination, topic):
            each.end()
        return MailDestination(
            configuration_set, self._logical_id(arn), kinds if enabled else frozenset()
        )

    def _queue_rule(self, name: str, properties: Mapping[str, Any]) -> QueueRule:
        block = _Properties(name, properties)
        (target,) = block.take("Targets")
        aim = _Properties(f"{name}.Targets", target, "target")
        queue = self._logical_id(aim.take("Arn"))
        aim.end()
        if self._resources[queue]["Type"] != "AWS::SQS::Queue":
            raise NotSimulatedError(f"{name}: only queues are simulated as targets")
        rule = QueueRule(
            name, self._logical_id(block.take("EventBusName")), block.take("EventPattern"), queue
        )
        block.end()
        return rule

    def _function(self, name: str, properties: Mapping[str, Any]) -> FunctionConfig:
        triggers: dict[str, list[Any]] = {kind: [] for kind in _READERS}
        for event_name, event in properties.get("Events", {}).items():
            kind = event["Type"]
            if kind == "HttpApi":
                continue
            if kind not in _READERS:
                raise NotSimulatedError(f"{name}.{event_name}: {kind} is not simulated")
            block = _Properties(f"{name}.{event_name}", event.get("Properties", {}), kind)
            triggers[kind].append(_READERS[kind](self, event_name, block))
            block.end()
        variables = {
            **self._globals.get("Environment", {}).get("Variables", {}),
            **properties.get("Environment", {}).get("Variables", {}),
        }
        return FunctionConfig(
            name=name,
            handler=properties["Handler"],
            timeout=int(properties.get("Timeout", self._globals.get("Timeout", 3))),
            environment={key: self._resolved(value) for key, value in variables.items()},
            streams=tuple(triggers["DynamoDB"]),
            queues=tuple(triggers["SQS"]),
            rules=tuple(triggers["EventBridgeRule"]),
            topics=tuple(triggers["SNS"]),
            schedules=tuple(triggers["ScheduleV2"]),
            asynchronous=self._asynchronous(name, properties.get("EventInvokeConfig", {})),
        )

    def _stream(self, _name: str, block: _Properties) -> StreamTrigger:
        table = self._logical_id(block.take("Stream"))
        return StreamTrigger(
            table=table,
            hash_key=self._hash_key(table),
            batch_size=int(block.take("BatchSize", 100)),
            window=float(block.take("MaximumBatchingWindowInSeconds", 0)),
            bisect=bool(block.take("BisectBatchOnFunctionError", False)),
            retries=int(block.take("MaximumRetryAttempts", -1)),
            max_age=int(block.take("MaximumRecordAgeInSeconds", -1)),
            partial="ReportBatchItemFailures" in block.take("FunctionResponseTypes", []),
            parallel=int(block.take("ParallelizationFactor", 1)),
            patterns=_patterns(block),
            on_failure=self._on_failure(block),
        )

    def _queue_mapping(self, _name: str, block: _Properties) -> QueueTrigger:
        scaling = block.block("ScalingConfig")
        concurrency = scaling.take("MaximumConcurrency")
        scaling.end()
        return QueueTrigger(
            queue=self._logical_id(block.take("Queue")),
            batch_size=int(block.take("BatchSize", 10)),
            window=float(block.take("MaximumBatchingWindowInSeconds", 0)),
            partial="ReportBatchItemFailures" in block.take("FunctionResponseTypes", []),
            concurrency=None if concurrency is None else int(concurrency),
            patterns=_patterns(block),
        )

    def _rule(self, name: str, block: _Properties) -> RuleTrigger:
        bus = block.take("EventBusName", "default")
        dead_letter = block.block("DeadLetterConfig")
        arn = dead_letter.take("Arn")
        dead_letter.end()
        return RuleTrigger(
            name=name,
            bus=bus if isinstance(bus, str) else self._logical_id(bus),
            pattern=block.take("Pattern"),
            dead_letter=None if arn is None else self._logical_id(arn),
        )

    def _topic(self, name: str, block: _Properties) -> TopicTrigger:
        redrive = block.block("RedrivePolicy")
        arn = redrive.take("deadLetterTargetArn")
        redrive.end()
        return TopicTrigger(
            name=name,
            topic=self._logical_id(block.take("Topic")),
            dead_letter=None if arn is None else self._logical_id(arn),
        )

    def _schedule(self, name: str, block: _Properties) -> ScheduleTrigger:
        expression = block.take("ScheduleExpression")
        rate = _RATE.fullmatch(expression)
        if rate is None:
            raise NotSimulatedError(f"{name}: {expression} is not simulated")
        payload = block.take("Input")
        if payload is None:
            raise NotSimulatedError(f"{name}: a schedule without Input is not simulated")
        seconds = int(rate[1]) * _UNITS[rate[2]]
        return ScheduleTrigger(name=name, seconds=seconds, payload=json.loads(payload))

    def _asynchronous(self, name: str, values: Mapping[str, Any]) -> AsyncConfig:
        block = _Properties(f"{name}.EventInvokeConfig", values)
        config = AsyncConfig(
            retries=int(block.take("MaximumRetryAttempts", 2)),
            max_age=int(block.take("MaximumEventAgeInSeconds", 21_600)),
            on_failure=self._on_failure(block),
        )
        block.end()
        return config

    def _queue(self, name: str, values: Mapping[str, Any]) -> QueueConfig:
        block = _Properties(name, values, "AWS::SQS::Queue")
        redrive = block.block("RedrivePolicy")
        target = redrive.take("deadLetterTargetArn")
        max_receive = redrive.take("maxReceiveCount")
        redrive.end()
        config = QueueConfig(
            name=name,
            fifo=bool(block.take("FifoQueue", False)),
            visibility=float(block.take("VisibilityTimeout", 30)),
            retention=float(block.take("MessageRetentionPeriod", 345_600)),
            dead_letter=None if target is None else self._logical_id(target),
            max_receive=None if max_receive is None else int(max_receive),
        )
        block.end()
        return config

    def _on_failure(self, block: _Properties) -> str | None:
        destinations = block.block("DestinationConfig")
        target = destinations.block("OnFailure")
        destinations.end()
        arn, kind = target.take("Destination"), target.take("Type", "SQS")
        target.end()
        if arn is None:
            return None
        queue = self._logical_id(arn)
        resource = self._resources[queue]
        fifo = resource.get("Properties", {}).get("FifoQueue", False)
        if kind != "SQS" or resource["Type"] != "AWS::SQS::Queue" or fifo:
            raise NotSimulatedError(f"{queue}: only standard queues are simulated as destinations")
        return queue

    def _hash_key(self, table: str) -> str:
        resource = self._resources[table]
        if resource["Type"] != _TABLE:
            raise NotSimulatedError(f"{table} is no table")
        (name,) = (
            key["AttributeName"]
            for key in resource["Properties"]["KeySchema"]
            if key["KeyType"] == "HASH"
        )
        return str(name)

    def _logical_id(self, value: Any) -> str:
        """The resource that a Ref or GetAtt names."""
        match value:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]} if name in self._resources:
                return name
        raise NotSimulatedError(f"{value!r} names no resource of the template")

    def _resolved(self, value: Any) -> Any:
        match value:
            case {"Ref": str(name)} if name in self._resources:
                return name
            case {"Ref": str(name)} if name in self._document.get("Parameters", {}):
                return self._document["Parameters"][name].get("Default", "")
        return value


_READERS: Final = {
    "DynamoDB": _Reader._stream,
    "SQS": _Reader._queue_mapping,
    "EventBridgeRule": _Reader._rule,
    "SNS": _Reader._topic,
    "ScheduleV2": _Reader._schedule,
}


def _patterns(block: _Properties) -> tuple[Mapping[str, Any], ...]:
    criteria = block.block("FilterCriteria")
    filters = criteria.take("Filters", [])
    criteria.end()
    return tuple(json.loads(each["Pattern"]) for each in filters)
