"""What wakes functions is delivered as a template's wiring has it, in its batches and no others."""

import json

import pytest

from bench.cost.account import Account
from bench.cost.deliveries import Deliveries, mended
from bench.cost.tally import Use
from tests.simulation.delivery.configs import (
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

WIRING = Wiring(
    functions={
        config.name: config
        for config in (
            FunctionConfig(
                "Reader",
                "room.on_change.lambda_handler",
                20,
                {},
                streams=(
                    StreamTrigger(
                        "T", batch_size=2, patterns=({"dynamodb": {"Keys": {"sk": {"S": ["a"]}}}},)
                    ),
                ),
            ),
            FunctionConfig(
                "Listener",
                "room.on_event.lambda_handler",
                20,
                {},
                rules=(RuleTrigger("r", "bus", {"detail-type": ["Wanted"]}),),
                topics=(TopicTrigger("t", "Feedback"),),
            ),
            FunctionConfig(
                "Worker",
                "room.on_task.lambda_handler",
                20,
                {},
                queues=(QueueTrigger("Tasks", batch_size=1),),
                schedules=(ScheduleTrigger("s", 60, {"now": True}),),
            ),
        )
    },
    queues={"Tasks": QueueConfig("Tasks", fifo=True)},
    queue_rules=(QueueRule("q", "bus", {"detail-type": ["Queued"]}, "Tasks"),),
    mail_destinations=(MailDestination("set", "Feedback", frozenset({"send"})),),
)


class FakeHost:
    """Remembers who was invoked with what, and answers what it was told to."""

    def __init__(self):
        self.invoked = []
        self.uses = []
        self.answer = None

    def invoke(self, function, event, *, traced=False):
        self.invoked.append((function.name, event, traced))
        return self.answer

    def use(self, use, amount, room):
        self.uses.append((use, amount, room))

    def now(self):
        return 0.0


class FakeStreams:
    def __init__(self, *records):
        self.records = list(records)

    def read(self, table):
        read, self.records = self.records, []
        return read


@pytest.fixture
def host():
    return FakeHost()


@pytest.fixture
def account():
    return Account("secret", {})


def record(sk, number):
    return {"dynamodb": {"Keys": {"sk": {"S": sk}}, "SequenceNumber": str(number)}}


def deliveries(account, host, *records):
    account.changed = {"T"} if records else set()
    return Deliveries(WIRING, account, FakeStreams(*records), host)


def test_a_stream_s_records_come_filtered_and_in_batches(account, host):
    deliveries(account, host, *(record(sk, n) for n, sk in enumerate("abaa"))).settle()
    batches = [
        [each["dynamodb"]["SequenceNumber"] for each in event["Records"]]
        for _, event, _ in host.invoked
    ]
    assert batches == [["0", "2"], ["3"]]
    assert {(name, traced) for name, _, traced in host.invoked} == {("Reader", True)}


def test_an_event_wakes_whose_rule_wants_it_or_goes_to_a_queue(account, host):
    account.events = [
        {"DetailType": name, "Source": "waybill.x", "Detail": json.dumps({"n": 1})}
        for name in ("Wanted", "Unwanted", "Queued")
    ]
    deliveries(account, host).settle()
    assert [name for name, _, _ in host.invoked] == ["Listener", "Worker"]
    assert host.invoked[0][1]["detail"] == {"n": 1}


def test_a_message_costs_a_receipt_and_a_removal_beside_its_sending(account, host):
    entry = {"MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    account.messages = [("https://sqs/0/Tasks.fifo", entry), ("https://sqs/0/Tasks.fifo", entry)]
    deliveries(account, host).settle()
    assert host.uses == [(Use.FIFO, 2, "room")] * 2
    assert [event["Records"][0]["body"] for _, event, _ in host.invoked] == ["x", "x"]


def test_ses_tells_the_topic_what_the_configuration_set_asks_for(account, host):
    mail = {"ConfigurationSetName": "set", "Destination": {"ToAddresses": ["a@b.example"]}}
    account.mails = [("mail-1", mail), ("mail-2", mail | {"ConfigurationSetName": "other"})]
    deliveries(account, host).settle()
    assert [name for name, _, _ in host.invoked] == ["Listener"]
    assert host.uses == [(Use.NOTIFICATION, 1, "room")]
    told = json.loads(host.invoked[0][1]["Records"][0]["Sns"]["Message"])
    assert (told["eventType"], told["mail"]["messageId"]) == ("Send", "mail-1")


def test_a_schedule_fires_with_its_input(account, host):
    deliveries(account, host).tick("Worker")
    assert host.invoked == [("Worker", {"now": True}, True)]


def test_a_record_that_fails_ends_the_measurement(account, host):
    host.answer = {"batchItemFailures": [{"itemIdentifier": "0"}]}
    with pytest.raises(RuntimeError, match="Reader failed"):
        deliveries(account, host, record("a", 0)).settle()


def test_an_empty_map_has_its_type_again_wherever_it_is():
    told = {"m": {}, "deep": {"M": {"m": {}, "l": {"L": [{}, {"S": "x"}]}}}, "n": {"N": "1"}}
    assert mended({"eventName": "INSERT", "dynamodb": {"Keys": {}, "NewImage": told}}) == {
        "eventName": "INSERT",
        "dynamodb": {
            "Keys": {},
            "NewImage": {
                "m": {"M": {}},
                "deep": {"M": {"m": {"M": {}}, "l": {"L": [{"M": {}}, {"S": "x"}]}}},
                "n": {"N": "1"},
            },
        },
    }
