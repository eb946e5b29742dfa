"""What each handler may load beyond what all load: packages, and folders of its own room.

Each costs every cold start, so that another one is a decision: docs/decisions/0002-cold-start.md.
"""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

BASE = {
    *("aws_lambda_powertools", "jmespath", "typing_extensions"),
    *("botocore", "certifi", "dateutil", "six", "urllib3"),
}
"""Third-party packages that every handler loads: logs and metrics, and AWS clients."""

MODELS = {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"}
"""For what reads requests, or orders' images; a fifth of a start."""

ASKS = {"charset_normalizer", "idna", "requests"}
"""For what calls carriers."""

NEVER = {
    # boto3 brings s3transfer, which brings much of the standard library.
    *("boto3", "s3transfer", "moto"),
    *("asyncio", "ctypes", "multiprocessing", "sqlite3", "unittest"),
    *("aws_lambda_powertools.event_handler", "aws_lambda_powertools.utilities.parser"),
    "jinja2",  # at the first mail
}


class Budget(NamedTuple):
    """What a handler may load; it loads all of it, or the budget is too large."""

    folders: AbstractSet[str]
    packages: AbstractSet[str] = frozenset()
    serves: bool = False
    """Whether it loads ``waybill.http``, which reads requests."""
    batches: bool = False
    """Whether it loads ``waybill.batch``, which reads records of streams and queues."""


_ALLOCATION = {"allocation", "checks", "movements"}
_ORDER = {"edits", "returns", "schedule"}
_SENDING = {"channels", "ledger", "people", "policy", "sending", "templates", "words"}
_PARCELS = {"accounts", "cadence", "carriers", "parcels", "shipments", "status"}

BUDGETS = {
    "inventory.api": Budget({"catalog", "checks", "looks", "movements"}, MODELS, serves=True),
    "inventory.on_order_change": Budget(_ALLOCATION, MODELS, batches=True),
    "inventory.on_schedule": Budget(_ALLOCATION, MODELS),
    "inventory.on_stock_increased": Budget(_ALLOCATION, MODELS, batches=True),
    "inventory.on_table_change": Budget(set(), batches=True),
    "notify.api": Budget(
        {"feedback", "ledger", "people", "policy", "templates", "words"}, MODELS, serves=True
    ),
    "notify.on_event": Budget(_SENDING, {"babel", "phonenumbers"}),
    "notify.on_inbound_sms": Budget(_SENDING - {"templates"} | {"feedback"}, {"phonenumbers"}),
    "notify.on_mail_feedback": Budget({"feedback", "ledger", "people", "policy"}),
    "notify.on_schedule": Budget(_SENDING, {"babel", "phonenumbers"}),
    "orders.api": Budget(
        _ORDER | {"amending", "holds", "lists", "payments", "timeline"}, MODELS, serves=True
    ),
    "orders.on_inventory_change": Budget(_ORDER, batches=True),
    "orders.on_platform_order": Budget(_ORDER | {"payments"}, MODELS, serves=True, batches=True),
    "orders.on_schedule": Budget(_ORDER, batches=True),
    "orders.on_shipment_event": Budget(_ORDER, batches=True),
    "orders.on_table_change": Budget(_ORDER, batches=True),
    "shops.api": Budget({"platforms"}, MODELS, serves=True),
    "shops.on_table_change": Budget(set(), batches=True),
    "tracking.api": Budget(_PARCELS | {"asking", "news", "numbers", "page"}, MODELS, serves=True),
    "tracking.on_schedule": Budget(_PARCELS | {"sweep"}, batches=True),
    "tracking.on_sweep_task": Budget(_PARCELS | {"asking", "news", "sweep"}, ASKS, batches=True),
    "tracking.on_table_change": Budget(_PARCELS, batches=True),
}
