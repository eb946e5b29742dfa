"""The judge sees what is personal or secret wherever it does not belong, and nowhere else."""

import json
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import pytest

from tests.simulation.judge import Call, Judge, Violation
from tests.simulation.judge.fabricated_stock import breaks
from tests.simulation.judge.personal import typed
from tests.simulation.judge.secrecy import CARRIED
from tests.simulation.processes.faults import Faults
from tests.simulation.processes.machine import Function, Machine, Process
from tests.support import mail_events
from tests.support.shopify import order
from tests.support.template import resources

pytestmark = pytest.mark.secrecy

NAME: Final = "Zoë Canary"
MAIL: Final = "zoe@customer.example"
PHONE: Final = "+49 151 2345-6789"
SECRET: Final = "secret-of-zoe"
FEEDBACK: Final = "NotifyMailFeedbackFailureQueue"


@pytest.fixture
def judge() -> Judge:
    """Who knows what a customer typed, and the secret of the key it was sent with."""
    judge = Judge()
    customer = {"name": NAME, "email": MAIL, "phone": PHONE}
    asks(judge, {"customer": customer}, key=f"wb_key_{SECRET}")
    return judge


def asks(judge: Judge, body: Any, key: str | None = None) -> None:
    """A call is sent."""
    judge.asked(0.0, "client", Call("POST", "/v1/orders", body, key=key))


# --- what is typed ------------------------------------------------------------------------------


def said(body: Any, **query: str) -> set[str]:
    """What of a call is personal."""
    return set(typed(Call("POST", "/v1/orders", body, query=query)))


def test_a_form_of_a_page_says_nothing_of_anybody() -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    call = Call("POST", "/unsubscribe/t", "List-Unsubscribe=One-Click", form)
    assert not [*typed(call)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"customer": {"email": "a@b", "name": "Zoe", "phone": "1"}}, {"a@b", "Zoe", "1"}),
        ({"shipping_address": {"line1": "St", "country": "DE"}}, {"St"}),
        ({"billing_address": {"line2": "B", "city": "C", "region": "R"}}, {"B", "C", "R"}),
        ({"shipping_address": {"postal_code": "1100"}, "note": "ring"}, {"1100", "ring"}),
        ({"metadata": {"engraved": "Zoe"}, "tags": ["gift"]}, {"Zoe"}),
        ({"lines": [{"line_id": "l", "note": "worn"}], "reason": "customer"}, {"worn"}),
        ({"name": "Shop", "alert_email": "me@shop"}, {"me@shop"}),
        ({"secrets": ["one", "two"]}, {"one", "two"}),
        ({"credentials": {"api_key": "k", "webhook_secret": "w"}}, {"k", "w"}),
        ({"lines": [{"sku": "TEE", "title": "Tee"}], "currency": "EUR"}, set()),
        (None, set()),
    ],
)
def test_what_of_a_call_is_personal(body: Any, found: set[str]) -> None:
    assert said(body) == found


def test_what_of_a_platforms_order_is_personal() -> None:
    found = said(json.dumps(order()))
    named = {"Ana", "Lima", "Ana Lima", "ana@mail.example", "+351910000000", "Ring twice"}
    home = {"Rua Augusta 12", "3 esq", "Lisboa", "1100-053", "+351 21 000 0000"}
    assert found == named | home


def test_a_filter_by_mail_address_is_personal() -> None:
    assert said(None, email=MAIL, status="pending") == {MAIL}


# --- where it is looked for ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        f"KeyError: {NAME}",
        json.dumps({"name": NAME}),
        json.dumps({"body": json.dumps({"name": NAME})}),
        f"no such customer: {MAIL.upper()}",
        "GET /v1/orders?email=zoe%40customer.example",
        f"cannot text {PHONE}",
        "cannot text +4915123456789",
        f"wb_key_{SECRET}",
    ],
)
def test_a_canary_in_a_line_of_the_log(judge: Judge, line: str) -> None:
    judge.logged("api", '{"message": "order placed", "order_id": "ord_1", "customer_id": "cus_1"}')
    with breaks("secrecy"):
        judge.logged("api", line)


@pytest.mark.parametrize(
    "changes",
    [
        {"to": [PHONE]},
        {"_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": f"MailsTo{MAIL}"}]}]}},
        {"customer": NAME},
    ],
)
def test_a_canary_in_a_metric(judge: Judge, changes: Mapping[str, Any]) -> None:
    line = {"_aws": {"CloudWatchMetrics": []}, "service": "waybill", "MessagesSent": [1.0]}
    judge.logged("notify", json.dumps(line))
    with breaks("secrecy"):
        judge.logged("notify", json.dumps(line | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"Detail": json.dumps({"data": {"name": NAME}})},
        {"Resources": [f"mailto:{MAIL}"]},
        {"TraceHeader": SECRET},
    ],
)
def test_a_canary_on_the_bus(judge: Judge, changes: Mapping[str, Any]) -> None:
    entry = {"DetailType": "OrderPlaced", "Detail": json.dumps({"data": {"order_id": "ord_1"}})}
    judge.published("relay", entry)
    with breaks("secrecy"):
        judge.published("relay", entry | changes)


def test_a_canary_in_a_queue(judge: Judge) -> None:
    judge.queued("SweepQueue", '{"carrier": "dhl"}', "dhl#0", "dhl#3#9:00#0")
    for message in ((NAME, None, None), ("{}", MAIL, None), ("{}", "dhl", SECRET)):
        with breaks("secrecy"):
            judge.queued("SweepQueue", *message)


def test_a_canary_in_the_tags_of_a_mail(judge: Judge) -> None:
    with breaks("secrecy"):
        judge.mailed(0.0, MAIL, "Hello", "Hello", {"customer": MAIL.partition("@")[0] + MAIL}, "1")


def test_a_canary_in_what_is_set_aside(judge: Judge) -> None:
    judge.world.expected_poison.add("ord_1")
    parked = {"pk": "parked#orders", "sk": "ord_1", "version": 3, "error_type": "KeyError"}
    with breaks("secrecy"):
        judge.wrote(0.0, "orders", 1, [_Change("OrdersTable", parked | {"error": MAIL})])


def test_what_the_rooms_draw_is_secret_too(judge: Judge) -> None:
    shipment = {"pk": "shop_1#ord_1", "sk": "shipment#shp_1", "token": "token-of-a-page"}
    secret = {"pk": "secrets", "sk": "unsubscribe", "secret": "secret-of-links"}
    for table, item in (("ShipmentsTable", shipment), ("NotificationsTable", secret)):
        judge._secrecy.wrote(_Change(table, item))
    judge._secrecy.mailed("Bye: https://shop.example/unsubscribe/shop_1.cus_1.news.0123456789ab.")
    for text in ("/track/token-of-a-page", "secret-of-links", "by 0123456789ab"):
        with breaks("secrecy"):
            judge.logged("api", text)
    judge.logged("api", "shop_1.cus_1.news unsubscribed")


def test_a_secret_that_is_too_short_to_be_told_from_other_text(judge: Judge) -> None:
    with pytest.raises(ValueError, match="too short"):
        judge.expect_canary("Zoë")


# --- what a queue may carry ---------------------------------------------------------------------


def set_aside(**mail: Any) -> str:
    """What Lambda keeps of SES's news of a mail to the customer."""
    told = mail_events.document("Send", to=MAIL)
    told["mail"] |= mail
    return json.dumps({"requestPayload": mail_events.notification(json.dumps(told))})


def test_ses_names_a_mail_by_its_address(judge: Judge) -> None:
    judge.queued(FEEDBACK, set_aside(), None, None)
    with breaks("secrecy"):
        judge.queued("NotifyEventFailureQueue", set_aside(), None, None)


@pytest.mark.parametrize(
    "mail", [{"source": MAIL}, {"tags": {"to": [MAIL]}}, {"commonHeaders": {"subject": MAIL}}]
)
def test_it_names_it_nowhere_else(judge: Judge, mail: Mapping[str, Any]) -> None:
    with breaks("secrecy"):
        judge.queued(FEEDBACK, set_aside(**mail), None, None)


def test_what_is_set_aside_with_an_error_that_quotes(judge: Judge) -> None:
    aside = json.loads(set_aside()) | {"responsePayload": {"errorMessage": f"not sent to {MAIL}"}}
    with breaks("secrecy"):
        judge.queued(FEEDBACK, json.dumps(aside), None, None)


def test_only_queues_of_the_template_may_carry_anything() -> None:
    assert {one.queue for one in CARRIED} <= resources("AWS::SQS::Queue").keys()


# --- it ends the run ----------------------------------------------------------------------------


def objection_to(handler: Any) -> None:
    """Let a process do something, under a judge who objects to the word "canary"."""
    machine = Machine(random.Random(1), Faults(random.Random(1), strength=0.0), 0.0)
    judge = Judge()
    judge.expect_canary("canary")
    machine.on_log = lambda process, line: judge.logged(process.name, line)
    machine.functions = {"Api": Function(lambda *_: handler(machine), timeout=30.0)}
    machine.invoke("Api", {}, lambda result: None)
    machine.run(until=lambda: False)


class _Stream:
    """A log's stream, as processes have it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def write(self, line: str) -> None:
        self.machine.log(Process("api/1", "Api"), line)

    def flush(self) -> None:
        """Nothing is kept back."""


def test_logging_does_not_swallow_what_the_judge_says(capsys: pytest.CaptureFixture[str]) -> None:
    def handler(machine: Machine) -> None:
        handler = logging.StreamHandler(_Stream(machine))
        handler.emit(logging.makeLogRecord({"msg": "canary"}))

    with pytest.raises(Violation, match="secrecy"):
        objection_to(handler)
    assert "Logging error" not in capsys.readouterr().err


def test_a_handler_that_catches_everything_does_not_either() -> None:
    def handler(machine: Machine) -> None:
        with suppress(Exception):
            _Stream(machine).write("canary")

    with pytest.raises(Violation, match="secrecy"):
        objection_to(handler)


def test_an_error_that_quotes_is_in_lambdas_own_log() -> None:
    def handler(_machine: Machine) -> None:
        raise ValueError("no such canary")

    with pytest.raises(Violation, match="secrecy"):
        objection_to(handler)


class _Change:
    """A new item."""

    old = None

    def __init__(self, table: str, item: dict[str, Any]) -> None:
        self.table, self.key, self.new = table, (item["pk"], item["sk"]), item


def test_a_number_within_a_longer_one_is_another() -> None:
    judge = Judge()
    asks(judge, {"shipping_address": {"postal_code": "10115"}})
    judge.logged("api", '{"Timestamp":1795828101150}')
    with breaks("secrecy"):
        judge.logged("api", '{"place":"10115"}')
