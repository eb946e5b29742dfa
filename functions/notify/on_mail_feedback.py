"""Woken by what SES publishes of a mail: a row to settle, or an address to leave alone."""

from functools import cache
from typing import Any

from notify.feedback.applying import Feedback
from notify.feedback.suppressing import SuppressionTable
from notify.ledger.repository import MessageTable
from notify.settings import MailFeedbackSettings
from waybill.aws import client
from waybill.dynamo import Table
from waybill.observability import end_invocation, start_work
from waybill.settings import load_settings, on_lambda


@cache
def _feedback() -> Feedback:
    settings = load_settings(MailFeedbackSettings)
    table = Table(client("dynamodb"), settings.notifications_table)
    return Feedback(rows=MessageTable(table), suppressions=SuppressionTable(table))


def lambda_handler(event: dict[str, Any], _context: Any) -> None:
    """Apply what SNS delivers; an error brings it again, then to the failure queue."""
    try:
        for record in event["Records"]:
            start_work("notify", record["Sns"]["MessageId"])
            _feedback().take(record["Sns"]["Message"])
    finally:
        end_invocation()


if on_lambda():
    _feedback()
