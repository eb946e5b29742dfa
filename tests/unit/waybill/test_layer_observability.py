"""waybill.observability: ids in logs, and metrics only where something was counted."""

from waybill.observability import (
    correlation_id,
    count,
    describe_error,
    end_invocation,
    logger,
    start_work,
)


def test_what_is_logged_carries_the_room_and_the_correlation_id(logs):
    start_work("orders", "req-1")
    logger.info("done", order_id="ord_1")
    (line,) = logs.lines
    assert (line["room"], line["correlation_id"], line["order_id"]) == ("orders", "req-1", "ord_1")
    assert correlation_id() == "req-1"


def test_new_work_has_its_own_correlation_id(logs):
    start_work("orders", "req-1")
    start_work("orders", "req-2")
    logger.info("done")
    assert logs.lines[0]["correlation_id"] == "req-2"


def test_counters_add_up_and_are_published_once(logs):
    count("ParkedRecords")
    count("ParkedRecords", 2)
    end_invocation()
    end_invocation()
    (line,) = logs.lines
    assert sum(line["ParkedRecords"]) == 3
    assert line["service"] == "waybill"
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Waybill"


def test_nothing_counted_publishes_nothing(logs):
    end_invocation()
    assert logs.lines == []


def test_an_error_is_described_by_type_and_place():
    try:
        raise ValueError("canary@mail.example")
    except ValueError as error:
        description = describe_error(error)
    assert description["error_type"] == "ValueError"
    assert "test_layer_observability.py:" in description["error_at"]
    assert "canary" not in str(description)


def test_an_error_that_was_never_raised_has_no_place():
    assert describe_error(ValueError()) == {"error_type": "ValueError", "error_at": ""}
