"""Events emitted = documented = subscribed to: catalogue, docs/events.md, the template's rules."""

import json

import pytest

from local.events_document import markdown
from notify.policy.table import RULES
from tests.support.template import ROOT, functions, resources
from waybill.catalogue import CATALOGUE
from waybill.events import SOURCE_PREFIX, Event, EventName


def rules():
    """(function or rule, source, event name) of every subscription in the template."""
    patterns = [
        (name, event["Properties"]["Pattern"])
        for name, properties in functions().items()
        for event in properties["Events"].values()
        if event["Type"] == "EventBridgeRule"
    ]
    patterns += [
        (name, rule["EventPattern"]) for name, rule in resources("AWS::Events::Rule").items()
    ]
    for name, pattern in patterns:
        for source in pattern["source"]:
            for detail_type in pattern["detail-type"]:
                yield name, source, detail_type


def test_every_event_name_is_in_the_catalogue():
    assert set(CATALOGUE) == set(EventName)


def test_the_document_is_what_the_catalogue_says():
    assert (ROOT / "docs/events.md").read_text() == markdown()


@pytest.mark.parametrize(("function", "source", "detail_type"), list(rules()))
def test_rules_subscribe_to_events_that_their_source_emits(function, source, detail_type):
    spec = CATALOGUE[EventName(detail_type)]
    assert source == SOURCE_PREFIX + spec.room


def test_an_event_survives_the_bus_unchanged():
    event = Event(
        name=EventName.ORDER_COMPLETED,
        room="orders",
        shop_id="shop_1",
        key="ord_1",
        version=4,
        occurred_at="2026-01-01T00:00:00.000Z",
        correlation_id="req-1",
        actor="key:1",
        data={"order_id": "ord_1", "number": "A-1"},
    )
    delivered = {
        "source": "waybill.orders",
        "detail-type": "OrderCompleted",
        "detail": json.loads(event.detail()),
    }
    assert Event.from_eventbridge(delivered) == event


def test_notify_is_woken_by_what_its_policy_tells_of_and_by_nothing_else():
    woken = set()
    for subscription in functions()["NotifyEventFunction"]["Events"].values():
        pattern = subscription["Properties"]["Pattern"]
        data = pattern.get("detail", {}).get("data", {})
        assert set(data) <= {"status", "kind"}
        for name in pattern["detail-type"]:
            statuses, kinds = data.get("status", [None]), data.get("kind", [None])
            woken |= {(name, status, kind) for status in statuses for kind in kinds}
    told = {(rule.event, rule.status, rule.kind) for rule in RULES if rule.event}
    assert woken == told
