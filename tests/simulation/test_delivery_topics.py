"""Topics: every subscriber gets a message, and SES tells what it was asked to tell."""

import json
from typing import Any

import pytest

from tests.simulation.delivery.assembly import Deliveries
from tests.simulation.delivery.benches import function
from tests.simulation.delivery.configs import AsyncConfig, MailDestination, TopicTrigger, Wiring
from tests.simulation.delivery.fake_host import RAISED, RETURNED, FakeHost
from tests.simulation.delivery.wiring import read_wiring

NEWS = TopicTrigger("News", "Topic")
TOLD = MailDestination("Mails", "Topic", frozenset({"send"}))


def deliveries(host: FakeHost) -> Deliveries:
    twice = AsyncConfig(retries=1)
    listeners = [
        function("First", topics=(NEWS,), asynchronous=twice),
        function("Second", topics=(NEWS,)),
        function("Elsewhere", topics=(TopicTrigger("News", "Other"),)),
    ]
    return Deliveries(
        host,
        Wiring({each.name: each for each in listeners}, {}, mail_destinations=(TOLD,)),
    )


def heard(host: FakeHost) -> list[tuple[str, Any]]:
    return [(call.function, call.event["Records"][0]["Sns"]["Message"]) for call in host.calls]


def test_a_message_goes_to_every_function_that_subscribes_to_its_topic() -> None:
    host = FakeHost()
    made = deliveries(host)
    made.topics.publish("Topic", "m")
    host.run()
    assert made.idle
    assert sorted(heard(host)) == [("First", "m"), ("Second", "m")]


def test_a_function_that_fails_gets_the_same_message_again() -> None:
    failures = iter([RAISED, RETURNED])
    host = FakeHost(script=lambda call: next(failures) if call.function == "First" else RETURNED)
    made = deliveries(host)
    made.topics.publish("Topic", "m")
    host.run()
    first = [call.event for call in host.calls if call.function == "First"]
    assert len(first) == 2
    assert first[0] == first[1]


@pytest.mark.parametrize(
    ("configuration_set", "kind", "times"),
    [("Mails", "send", 1), ("Mails", "delivery", 0), ("Others", "send", 0)],
)
def test_ses_tells_of_the_mails_and_the_kinds_that_it_was_asked_for(
    configuration_set: str, kind: str, times: int
) -> None:
    host = FakeHost()
    made = deliveries(host)
    made.topics.happened_to_mail(configuration_set, kind, {"eventType": "Send"})
    assert made.idle == (not times)
    host.run()
    assert made.idle
    told = json.dumps({"eventType": "Send"})
    assert heard(host).count(("Second", told)) == times


def test_the_template_has_ses_tell_of_every_mail_that_it_took() -> None:
    [destination] = read_wiring().mail_destinations
    assert "send" in destination.kinds
    assert destination.configuration_set == "MailConfigurationSet"
