"""docs/grants.md names every permission of the functions' code, and each was seen at work."""

from tests.grants.document import DOCUMENT, Seen, document, read
from tests.grants.seen import permitted
from tests.guards.document import missing
from tests.support.grants import codes

PAGE = DOCUMENT.read_text()


def test_the_page_is_of_the_templates_grants() -> None:
    assert document(read(PAGE)) == PAGE, "make grants writes it"


def test_no_grant_is_unused() -> None:
    assert read(PAGE).unused() == []


def test_whoever_is_named_is_a_test() -> None:
    assert list(missing(read(PAGE).tests)) == []


def test_a_grant_that_nobody_uses_shows() -> None:
    seen = read(PAGE)
    for grant in codes():
        without = Seen(
            seen.end_to_end - {str(grant)},
            seen.simulated - {str(grant)},
            {name: test for name, test in seen.tests.items() if name != str(grant)},
        )
        assert without.unused() == [grant]
        assert read(document(without)) == without


def test_what_iam_permitted_is_read_by_logical_ids() -> None:
    role = "arn:aws:sts::0:assumed-role/waybill-OrdersApiRole-4171F/waybill-OrdersApiFunction-51"
    lines = {
        "dynamodb:Query\tarn:aws:dynamodb:r:0:table/waybill-OrdersTable-A31/index/by_shop": (
            "dynamodb:Query OrdersTable/index/by_shop"
        ),
        "sqs:SendMessage\tarn:aws:sqs:r:0:waybill-SweepQueue-A95.fifo": (
            "sqs:SendMessage SweepQueue"
        ),
        "secretsmanager:GetSecretValue\tarn:aws:secretsmanager:r:0:secret:"
        "waybill-OperatorSecret-4C7FCDC6ABADB-cf7754": (
            "secretsmanager:GetSecretValue OperatorSecret"
        ),
        "events:PutEvents\tarn:aws:events:r:0:event-bus/waybill": "events:PutEvents EventBus",
        "ses:SendEmail\tarn:aws:ses:r:0:configuration-set/MailConfigurationSet-Aw7k": (
            "ses:SendEmail MailConfigurationSet"
        ),
        "ses:SendEmail\tarn:aws:ses:r:0:identity/a@b.example": "ses:SendEmail identity/*",
        "sns:Publish\t*": "sns:Publish phone numbers",
    }
    for line, expected in lines.items():
        assert list(permitted([f"{role}\t{line}"])) == [f"OrdersApiFunction {expected}"]
    assert list(permitted(["arn:aws:iam::0:root\tdynamodb:Scan\t*"])) == []
