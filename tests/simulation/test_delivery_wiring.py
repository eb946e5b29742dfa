"""The wiring read from the template, and the patterns that moto is trusted with."""

import copy
from typing import Any

import pytest

from tests.simulation.delivery import Deliveries
from tests.simulation.delivery.configs import QueueConfig
from tests.simulation.delivery.fake_host import FakeHost
from tests.simulation.delivery.patterns import Filter, Pattern
from tests.simulation.delivery.shards import Shards
from tests.simulation.delivery.wiring import read_wiring
from tests.simulation.processes.host import NotSimulatedError
from tests.support.template import functions, resources

SMALL: dict[str, Any] = {
    "Parameters": {"Sender": {"Default": "shop@example.com"}},
    "Globals": {"Function": {"Timeout": 20, "Environment": {"Variables": {"LEVEL": "INFO"}}}},
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]},
        },
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "FifoQueue": True,
                "VisibilityTimeout": 90,
                "RedrivePolicy": {
                    "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    "maxReceiveCount": 4,
                },
            },
        },
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
        "Failed": {"Type": "AWS::SQS::Queue"},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Function": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Handler": "room.on_change.lambda_handler",
                "Timeout": 7,
                "Environment": {
                    "Variables": {
                        "TABLE": {"Ref": "Table"},
                        "SENDER": {"Ref": "Sender"},
                        "REGION": {"Ref": "AWS::Region"},
                    }
                },
                "Events": {
                    "Api": {"Type": "HttpApi", "Properties": {"Path": "/"}},
                    "Change": {
                        "Type": "DynamoDB",
                        "Properties": {
                            "Stream": {"Fn::GetAtt": ["Table", "StreamArn"]},
                            "StartingPosition": "TRIM_HORIZON",
                            "BatchSize": 9,
                            "MaximumBatchingWindowInSeconds": 2,
                            "BisectBatchOnFunctionError": True,
                            "MaximumRetryAttempts": 5,
                            "MaximumRecordAgeInSeconds": 100,
                            "ParallelizationFactor": 3,
                            "FunctionResponseTypes": ["ReportBatchItemFailures"],
                            "FilterCriteria": {
                                "Filters": [{"Pattern": '{"dynamodb": {"a": ["b"]}}'}]
                            },
                            "DestinationConfig": {
                                "OnFailure": {
                                    "Type": "SQS",
                                    "Destination": {"Fn::GetAtt": ["Failed", "Arn"]},
                                }
                            },
                        },
                    },
                    "Task": {
                        "Type": "SQS",
                        "Properties": {
                            "Queue": {"Fn::GetAtt": ["Queue", "Arn"]},
                            "BatchSize": 2,
                            "ScalingConfig": {"MaximumConcurrency": 6},
                        },
                    },
                    "News": {
                        "Type": "SNS",
                        "Properties": {
                            "Topic": {"Ref": "Topic"},
                            "RedrivePolicy": {
                                "deadLetterTargetArn": {"Fn::GetAtt": ["Failed", "Arn"]}
                            },
                        },
                    },
                    "Tick": {
                        "Type": "ScheduleV2",
                        "Properties": {"ScheduleExpression": "rate(2 hours)", "Input": '{"a": 1}'},
                    },
                },
            },
        },
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The small template with one thing of its function changed."""
    document = copy.deepcopy(SMALL)
    node = document["Resources"]["Function"]["Properties"]
    *parents, last = path.split("/")
    for parent in parents:
        node = node[parent]
    node[last] = value
    return document


def test_every_trigger_of_the_template_is_read() -> None:
    wiring = read_wiring()
    assert set(wiring.functions) == set(functions())
    assert set(wiring.queues) == set(resources("AWS::SQS::Queue"))
    for name, properties in functions().items():
        kinds = [event["Type"] for event in properties.get("Events", {}).values()]
        read = wiring.functions[name]
        assert len(read.streams) == kinds.count("DynamoDB")
        assert len(read.queues) == kinds.count("SQS")
        assert len(read.rules) == kinds.count("EventBridgeRule")
        assert len(read.topics) == kinds.count("SNS")
        assert len(read.schedules) == kinds.count("ScheduleV2")


def test_the_template_can_be_delivered() -> None:
    deliveries = Deliveries(FakeHost(), read_wiring())
    assert deliveries.idle
    assert deliveries.describe() == []
    assert deliveries.failures.landed() == {}


def test_every_setting_is_read() -> None:
    wiring = read_wiring(SMALL)
    function = wiring.functions["Function"]
    assert (function.handler, function.timeout) == ("room.on_change.lambda_handler", 7)
    assert function.environment == {
        "LEVEL": "INFO",
        "TABLE": "Table",
        "SENDER": "shop@example.com",
        "REGION": {"Ref": "AWS::Region"},
    }
    (stream,) = function.streams
    assert (stream.table, stream.hash_key, stream.batch_size) == ("Table", "id", 9)
    assert (stream.window, stream.bisect, stream.retries, stream.max_age) == (2, True, 5, 100)
    assert (stream.parallel, stream.partial, stream.on_failure) == (3, True, "Failed")
    assert stream.patterns == ({"dynamodb": {"a": ["b"]}},)
    (queue,) = function.queues
    assert (queue.queue, queue.batch_size, queue.partial, queue.concurrency) == (
        "Queue",
        2,
        False,
        6,
    )
    (topic,) = function.topics
    assert (topic.topic, topic.dead_letter) == ("Topic", "Failed")
    (schedule,) = function.schedules
    assert (schedule.seconds, schedule.payload) == (7200, {"a": 1})
    assert wiring.queues["Queue"] == QueueConfig("Queue", True, 90.0, 345_600.0, "Dead", 4)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Events/Change/Properties/TumblingWindowInSeconds", 5),
        ("Events/News/Properties/FilterPolicy", {"eventType": ["Bounce"]}),
        ("Events/Tick/Properties/RetryPolicy", {"MaximumRetryAttempts": 0}),
        ("Events/Tick/Properties/ScheduleExpression", "cron(0 1 * * ? *)"),
        ("Events/Upload", {"Type": "S3", "Properties": {}}),
        ("EventInvokeConfig", {"Qualifier": "live"}),
        ("Events/Task/Properties/Queue", "arn:aws:sqs:eu-central-1:123456789012:foreign"),
        (
            "EventInvokeConfig",
            {"DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Queue", "Arn"]}}}},
        ),
    ],
)
def test_what_is_not_simulated_is_refused(path: str, value: Any) -> None:
    with pytest.raises(NotSimulatedError):
        read_wiring(changed(path, value))


@pytest.mark.parametrize(
    ("pattern", "event", "matches"),
    [
        ({"source": ["a", "b"]}, {"source": "b"}, True),
        ({"source": ["a", "b"]}, {"source": "c"}, False),
        ({"source": ["a"], "kind": ["x"]}, {"source": "a", "kind": "y"}, False),
        ({"detail": {"sk": [{"prefix": "level#"}]}}, {"detail": {"sk": "level#1"}}, True),
        ({"detail": {"sk": [{"prefix": "level#"}]}}, {"detail": {"sk": "a level#1"}}, False),
        ({"detail": {"sk": [{"suffix": ".jpg"}]}}, {"detail": {"sk": "a.jpg"}}, True),
        ({"flag": {"BOOL": [True]}}, {"flag": {"BOOL": True}}, True),
        ({"flag": {"BOOL": [True]}}, {"flag": {"BOOL": False}}, False),
        ({"flag": {"BOOL": [True]}}, {"flag": {"S": "true"}}, False),
        ({"flag": {"S": [{"exists": False}]}}, {"other": 1}, True),
        ({"flag": {"S": [{"exists": True}]}}, {"other": 1}, False),
        ({"a": [None]}, {"a": None}, True),
        ({"a": [None]}, {}, False),
        ({"a": {"b": ["x"]}}, {"a": "x"}, False),
        ({"a": ["x"]}, {"a": {"b": "x"}}, False),
        ({"a": [{"exists": True}]}, {"a": {"b": "x"}}, False),
    ],
)
def test_patterns_match_as_documented(
    pattern: dict[str, Any], event: dict[str, Any], matches: bool
) -> None:
    assert Pattern(pattern).matches(event) is matches


@pytest.mark.parametrize(
    "pattern",
    [
        {"a": [1]},
        {"a": [{"numeric": [">", 1]}]},
        {"a": [{"anything-but": ["x"]}]},
        {"a": [{"prefix": {"equals-ignore-case": "x"}}]},
        {"$or": [{"a": ["b"]}]},
        {"a.b": ["c"]},
        {"a": "b"},
        {"a": []},
    ],
)
def test_patterns_that_moto_is_not_trusted_with_are_refused(pattern: dict[str, Any]) -> None:
    with pytest.raises(NotSimulatedError):
        Pattern(pattern)


def test_a_filter_accepts_what_one_of_its_patterns_matches() -> None:
    both = Filter(({"body": {"a": ["x"]}}, {"body": {"a": ["y"]}}), frozenset({"body"}))
    assert [both.accepts({"body": {"a": each}}) for each in "xyz"] == [True, True, False]
    assert Filter((), frozenset()).accepts({})
    with pytest.raises(NotSimulatedError):
        Filter(({"userIdentity": {"type": ["Service"]}},), frozenset({"dynamodb"}))


def test_shards_differ_from_seed_to_seed_and_a_key_stays_in_its_own() -> None:
    drawn = [Shards.drawn(FakeHost(seed=seed).dice) for seed in range(40)]
    assert {shards.count for shards in drawn} == {3, 4}
    keys = [f"key{number}" for number in range(100)]
    layouts = {tuple(shards.lane(key, 1) for key in keys) for shards in drawn if shards.count == 4}
    assert len(layouts) > 1
    assert {shard for layout in layouts for shard, _ in layout} == {0, 1, 2, 3}
    assert {place for key in keys for _, place in [drawn[0].lane(key, 3)]} == {0, 1, 2}
