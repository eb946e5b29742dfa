"""What a storm may leave: everything that was promised, once, and nothing beside it.

Judged are the tables as they lie there, by the simulator's own rules where these need no history.
"""

import json
from collections import Counter, defaultdict
from typing import Any, Final

from local import aws
from local.calls import Calls
from local.home import Stack
from tests.e2e.storm import Storm
from tests.simulation.aws.change import plain_item
from tests.simulation.judge.identity import kind_of
from tests.simulation.judge.rules import ENDED
from tests.simulation.judge.shelf import amounts
from tests.simulation.judge.stocktaking import check_ledger
from tests.simulation.judge.verdict import broken
from tests.simulation.judge.world import World

_UNDER_WAY: Final = {"sending", "waiting"}
_MAY_BE_SENT: Final = {"sent", "unknown", "sending", "waiting"}
_EVERYTHING: Final = {"order_confirmed", "order_cancelled"}
_FAILURES: Final = "FailureQueue"

Item = dict[str, Any]


class _Dumped:
    """One item as it lies there: new to the judge."""

    old = None

    def __init__(self, table: str, item: Item) -> None:
        self.table, self.key, self.new = table, (item["pk"], item["sk"]), item


def dump(stack: Stack) -> dict[str, list[Item]]:
    """All items of all tables, by the tables' logical ids; not at one instant."""
    dynamodb = aws.client("dynamodb", stack.endpoint_url)
    return {
        each["LogicalResourceId"]: [
            plain_item(item)
            for page in dynamodb.get_paginator("scan").paginate(
                TableName=each["PhysicalResourceId"], ConsistentRead=True
            )
            for item in page["Items"]
        ]
        for each in _resources(stack, "AWS::DynamoDB::Table")
    }


def undecided(tables: dict[str, list[Item]]) -> list[str]:
    """Orders of which inventory has not decided yet, and those that hold what they need no more."""
    held = {
        item["order_id"]: _units_held(item)
        for item in tables["InventoryTable"]
        if item["sk"] == "allocation"
    }
    orders = [item for item in tables["OrdersTable"] if item["sk"] == "order"]
    waiting = [f"{item['order_id']} is undecided" for item in orders if _is_undecided(item)]
    holding = [item for item in orders if item["status"] in ENDED and held.get(item["order_id"])]
    return waiting + [f"{item['order_id']} is {item['status']}, and holds" for item in holding]


def unheard(tables: dict[str, list[Item]]) -> list[str]:
    """Shipments of which their orders have not heard yet."""
    known = {
        item["order_id"]: item.get("shipments", {})
        for item in tables["OrdersTable"]
        if item["sk"] == "order"
    }
    return [
        f"{item['order_id']} never heard of its shipment"
        for item in tables["ShipmentsTable"]
        if kind_of("ShipmentsTable", (item["pk"], item["sk"])) == "shipment"
        if not any(
            name.startswith(item["sk"].partition("#")[2])
            for name in known.get(item["order_id"], ())
        )
    ]


def untold(tables: dict[str, list[Item]]) -> list[str]:
    """Messages that wait, are being sent, or may yet be sent again."""
    return [
        f"{item['event']} is {item['state']}"
        for item in tables["NotificationsTable"]
        if item.get("state") in _UNDER_WAY or "due_at" in item
    ]


def _units_held(allocation: Item) -> int:
    """Units that are reserved for an order, and those that it is owed."""
    rows = [amounts(row) for row in allocation["reservations"]]
    return sum(row["quantity"] - row["shipped"] + row["backordered"] for row in rows)


def _is_undecided(order: Item) -> bool:
    return order["status"] not in {*ENDED, "draft"} and order.get("inventory_version", 0) == 0


def failed(stack: Stack) -> dict[str, str]:
    """Failure queues with messages in them, by logical id; their URLs."""
    sqs = aws.client("sqs", stack.endpoint_url)
    found: dict[str, str] = {}
    for each in _resources(stack, "AWS::SQS::Queue"):
        if not each["LogicalResourceId"].endswith(_FAILURES):
            continue
        url = sqs.get_queue_url(QueueName=each["PhysicalResourceId"].rpartition("/")[2])["QueueUrl"]
        told = sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        if int(told["Attributes"]["ApproximateNumberOfMessages"]):
            found[each["LogicalResourceId"]] = url
    return found


def redrive(stack: Stack) -> int:
    """Send what failed to its function once more, as docs/operating.md says; how much that was.

    On one machine an event is tried again after a second or two, and has failed before a dead
    attempt is given up; on Lambda the tries are minutes apart.
    """
    sqs, functions = aws.client("sqs", stack.endpoint_url), _functions(stack)
    lambdas = aws.client("lambda", stack.endpoint_url)
    brought = 0
    for name, url in failed(stack).items():
        while messages := sqs.receive_message(QueueUrl=url).get("Messages"):
            payload = json.loads(messages[0]["Body"])["requestPayload"]
            lambdas.invoke(
                FunctionName=functions[name.removesuffix(_FAILURES)],
                InvocationType="Event",
                Payload=json.dumps(payload),
            )
            sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
            brought += 1
    return brought


def _functions(stack: Stack) -> dict[str, str]:
    return {
        each["LogicalResourceId"].removesuffix("Function"): each["PhysicalResourceId"]
        for each in _resources(stack, "AWS::Lambda::Function")
    }


def _resources(stack: Stack, kind: str) -> list[Item]:
    cloudformation = aws.client("cloudformation", stack.endpoint_url)
    told = cloudformation.describe_stack_resources(StackName=stack.stack_name)
    return [each for each in told["StackResources"] if each["ResourceType"] == kind]


def judge(storm: Storm, *, all_told: bool) -> None:
    """Raise for what was lost, promised twice, kept for ever, or told twice.

    ``all_told``: no message is under way any more, so that none may be missing either.
    """
    calls = Calls(storm.stack)
    mails = {placed.id: len(calls.mails(placed.email)) for placed in storm.placed}
    tables = dump(storm.stack)  # after the mails: each of them has its row by then
    world = World()
    for table, items in tables.items():  # keys, tenants, and nothing set aside
        world.write(0.0, "storm", 0, [_Dumped(table, item) for item in items])
    check_ledger(world)
    orders = {
        item["order_id"]: item
        for kind, _, item in world.items("OrdersTable")
        if kind == "order" and item["shop_id"] == storm.shop_id
    }
    _check_levels(world, orders)
    for placed in storm.placed:
        if placed.id not in orders:
            broken("lost", "an order that was answered 201 is gone", placed.id)
    strangers = orders.keys() - {placed.id for placed in storm.placed}
    if strangers:
        broken("lost", f"{len(strangers)} orders that no client has an answer for", *strangers)
    for order in orders.values():
        _check_order(world, order)
    _check_messages(storm, world, orders, mails, all_told=all_told)
    for text in unheard(tables):
        broken("unheard", text)


def _check_levels(world: World, orders: dict[str, Item]) -> None:
    """No more is promised than there is.

    But parcels are facts: units that are owed may leave, and units that were cancelled meanwhile.
    """
    unmatched = Counter[str]()
    for order in orders.values():
        is_gone = order["status"] in {"cancelled", "expired"}
        for line in order["lines"]:
            wanted = 0 if is_gone else line["quantity"] - line.get("cancelled", 0)
            unmatched[line["sku"]] += max(0, line.get("fulfilled", 0) - wanted)
    for kind, _, item in world.items("InventoryTable"):
        if kind != "level" or item["available"] >= -unmatched[item["sku"]]:
            continue
        sku = world.now("InventoryTable", (f"{item['shop_id']}#sku#{item['sku']}", "item")) or {}
        if sku["oversell_policy"] == "deny":
            broken("oversold", f"{item['sku']} at {item['location_id']}: {item['available']}")


def _check_order(world: World, order: Item) -> None:
    """What is reserved for an order is decided, and let go once it is over."""
    order_id = order["order_id"]
    allocation = world.now("InventoryTable", (f"{order['shop_id']}#{order_id}", "allocation"))
    if allocation is None:
        broken("undecided", "inventory never heard of an order", order_id)
    holds = _units_held(allocation)
    if order["status"] in ENDED and holds:
        broken("reserved for ever", f"{order['status']}, and {holds} units are held", order_id)


def _check_messages(
    storm: Storm, world: World, orders: dict[str, Item], mails: dict[str, int], *, all_told: bool
) -> None:
    """Each message once; a mail again only if an attempt at it was cut off (ADR 0013)."""
    ledger: dict[str, list[Item]] = defaultdict(list)
    for kind, _, row in world.items("NotificationsTable"):
        if kind == "message" and row["channel"] == "email":
            ledger[row["order_id"]].append(row)
    for placed in storm.placed:
        order = orders[placed.id]
        rows = [row for row in ledger[placed.id] if row["state"] in _MAY_BE_SENT]
        events = Counter((row["event"], row["subject_id"]) for row in rows)
        if any(many > 1 for many in events.values()):
            broken("told twice", f"{events}", placed.id)
        # What was true no more when its turn came is left out, and its row says so.
        told = {row["event"] for row in ledger[placed.id]} if all_told else _EVERYTHING
        if order["status"] in {"confirmed", "completed"} and "order_confirmed" not in told:
            broken("lost message", "nobody told that the order is confirmed", placed.id)
        if order["status"] == "cancelled" and "order_cancelled" not in told:
            broken("lost message", "nobody told that the order is cancelled", placed.id)
        came = mails[placed.id]
        most = sum(row.get("attempts", 1) for row in rows)
        fewest = sum(row["state"] == "sent" for row in rows) if all_told else 0
        if not fewest <= came <= most:
            broken("told twice", f"{came} mails, {fewest} sent in {most} attempts", placed.id)
