"""Mails that come back, on the real stack: SES's event, the topic, the function, the API."""

import secrets

import pytest

from local import aws, props
from local.calls import until
from tests.e2e.conftest import run_local
from waybill import keys
from waybill.dynamo import Table


@pytest.fixture(scope="module")
def shop(calls):
    """A shop of its own that needs no stock: its id and its key."""
    made = calls.operator("POST", "/v1/shops", {"name": "Returned", "currency": "EUR"})
    wanted = {"name": "tests", "scopes": ["*"]}
    key = calls.operator("POST", f"/v1/shops/{made['id']}/api-keys", wanted)["key"]
    calls.keyed(key, "PUT", "/v1/locations/HOME", {"name": "Home", "priority": 1, "country": "DE"})
    calls.keyed(key, "PUT", "/v1/items/CUP", {"title": "Cup", "oversell_policy": "deny"})
    received = {"sku": "CUP", "location_id": "HOME", "kind": "received", "quantity": 9}
    calls.keyed(key, "POST", "/v1/stock-movements", received)
    return made["id"], key


def placed(calls, key, address):
    """An order that is confirmed, and whose mail SES has taken: on a cold stack each takes long."""
    order = calls.keyed(key, "POST", "/v1/orders", props.order("CUP", 1, 500, {"email": address}))

    def status():
        return calls.keyed(key, "GET", f"/v1/orders/{order['id']}")["status"]

    def states():
        return [row["state"] for row in rows(calls, key, order["id"])]

    until(lambda: status() == "confirmed", status)
    until(lambda: bool(states()), lambda: "no row yet")
    until(lambda: states() == ["sent"], lambda: str(states()))
    return order


def rows(calls, key, order_id):
    return calls.keyed(key, "GET", f"/v1/notifications?order_id={order_id}")["items"]


@pytest.mark.parametrize(
    ("mailbox", "outcome", "cause"),
    [("bounce", "bounced", "bounce"), ("complaint", "complained", "complaint")],
)
def test_a_mail_that_comes_back_suppresses_its_customer_until_it_is_lifted(
    stack, calls, shop, mailbox, outcome, cause
):
    _, key = shop
    address = f"{mailbox}+{secrets.token_hex(4)}@simulator.amazonses.com"
    order = placed(calls, key, address)

    def seen():
        return [(row["state"], row["outcome"]) for row in rows(calls, key, order["id"])]

    until(lambda: seen() == [("sent", outcome)], lambda: str(seen()))
    path = f"/v1/customers/{order['customer_id']}/suppression"
    known = calls.keyed(key, "GET", path)
    assert (known["customer_id"], known["cause"]) == (order["customer_id"], cause)
    calls.keyed(key, "DELETE", path)
    assert "404" in refusal(calls, key, path)
    port = stack.endpoint_url.rpartition(":")[2]
    shown = run_local("logs", "NotifyMailFeedbackFunction", "--port", port)
    assert order["customer_id"] in shown.stdout
    assert "simulator.amazonses.com" not in shown.stdout


def refusal(calls, key, path):
    with pytest.raises(Exception, match="answered") as raised:
        calls.keyed(key, "GET", path)
    return str(raised.value)


def test_a_send_event_settles_a_row_that_did_not_know(stack, calls, shop):
    shop_id, key = shop
    order = placed(calls, key, f"jane.{secrets.token_hex(4)}@customer.example")
    [row] = rows(calls, key, order["id"])
    dynamodb = aws.client("dynamodb", stack.endpoint_url)
    [name] = [name for name in dynamodb.list_tables()["TableNames"] if "Notifications" in name]
    table = Table(dynamodb, name)
    stored = keys.message(shop_id, order["id"], row["id"])
    forgotten = table.get(stored) | {"state": "unknown", "reason": "no_answer"}
    first = forgotten.pop("provider_id")
    table.put(forgotten)
    ses = aws.client("sesv2", stack.endpoint_url)
    [configuration_set] = ses.list_configuration_sets()["ConfigurationSets"]
    tags = {"shop_id": shop_id, "order_id": order["id"], "message_id": row["id"]}
    sent = ses.send_email(
        FromEmailAddress="orders@waybill.example",
        Destination={"ToAddresses": ["jane@customer.example"]},
        Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
        EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
        ConfigurationSetName=configuration_set,
    )
    until(
        lambda: table.get(stored)["state"] == "sent",
        lambda: str(table.get(stored)),
    )
    # SES may have told of the first of the two only now.
    assert table.get(stored)["provider_id"] in {first, sent["MessageId"]}
