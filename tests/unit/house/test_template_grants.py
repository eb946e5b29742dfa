"""Least privilege: no role holds more than its function's code and triggers need, each once.

That the code uses what is left is seen by `make grants`; tests/grants/test_grants.py holds to it.
"""

from collections import Counter

import pytest

from tests.support.grants import (
    PHONES,
    Grant,
    NotPermittedError,
    Permissions,
    as_list,
    codes,
    granted,
    platform,
    resource_of,
    statements,
)
from tests.support.template import functions

FUNCTIONS = sorted(functions())
LAMBDAS = {grant.action for name in FUNCTIONS for grant in platform(name)} - {"sqs:SendMessage"}
TABLE = {"TableName": "T"}
REQUESTS = {
    "dynamodb:GetItem": ("GetItem", TABLE),
    "dynamodb:PutItem": ("TransactWriteItems", {"TransactItems": [{"Put": TABLE}]}),
    "dynamodb:UpdateItem": ("TransactWriteItems", {"TransactItems": [{"Update": TABLE}]}),
    "dynamodb:DeleteItem": ("DeleteItem", TABLE),
    "dynamodb:ConditionCheckItem": (
        "TransactWriteItems",
        {"TransactItems": [{"ConditionCheck": TABLE}]},
    ),
    "dynamodb:BatchGetItem": ("BatchGetItem", {"RequestItems": {"T": {}}}),
    "dynamodb:Query": ("Query", TABLE),
    "events:PutEvents": ("PutEvents", {"Entries": [{"EventBusName": "T"}]}),
    "sqs:SendMessage": ("SendMessageBatch", {"QueueUrl": "T"}),
    "secretsmanager:GetSecretValue": ("GetSecretValue", {"SecretId": "T"}),
    "sns:Publish": ("Publish", {"PhoneNumber": "+1"}),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_holds_what_lambda_does_for_its_triggers_and_no_more_of_it(name):
    assert platform(name) <= granted()
    beside = [grant for grant in codes() if grant.function == name]
    assert [grant for grant in beside if grant.action in LAMBDAS] == []
    assert [grant for grant in beside if grant.resource.endswith("FailureQueue")] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_permits_nothing_twice(name):
    written = Counter(
        (action, resource_of(resource))
        for statement in statements(functions()[name]["Role"]["Fn::GetAtt"][0])
        for action in as_list(statement["Action"])
        for resource in as_list(statement.get("Resource", PHONES))
    )
    assert [pair for pair, times in written.items() if times > 1] == []


def test_an_index_is_only_queried():
    indexes = {grant for grant in codes() if "/index/" in grant.resource}
    assert {grant.action for grant in indexes} == {"dynamodb:Query"}


def test_mails_are_sent_as_the_deployments_sender_alone():
    for name in FUNCTIONS:
        for statement in statements(functions()[name]["Role"]["Fn::GetAtt"][0]):
            if "ses:SendEmail" in as_list(statement["Action"]):
                expected = {"StringEquals": {"ses:FromAddress": {"Ref": "MailSender"}}}
                assert statement["Condition"] == expected


@pytest.mark.parametrize("action", sorted({grant.action for grant in codes()} & REQUESTS.keys()))
def test_what_is_taken_from_a_role_is_refused(action):
    operation, asked = REQUESTS[action]
    grant = Grant("F", action, PHONES if action == "sns:Publish" else "T")
    assert Permissions({grant}, {}).ask("F", operation, asked) == [grant]
    for other in (grant.action, "dynamodb:Scan"), (grant.resource, "U"), (grant.function, "G"):
        held = {Grant(*(other[1] if part == other[0] else part for part in _parts(grant)))}
        with pytest.raises(NotPermittedError, match=action):
            Permissions(held, {}).ask("F", operation, asked)


def _parts(grant):
    return grant.function, grant.action, grant.resource


def test_every_action_of_the_code_is_tried_above_or_by_mails():
    assert {grant.action for grant in codes()} - REQUESTS.keys() == {"ses:SendEmail"}


def test_a_mail_needs_its_sender_and_its_configuration_set():
    mail = {"FromEmailAddress": "Shop <a@b.example>", "ConfigurationSetName": "C"}
    sender = Grant("F", "ses:SendEmail", "identity of a@b.example")
    kept = Grant("F", "ses:SendEmail", "C")
    assert Permissions({sender, kept}, {}).ask("F", "SendEmail", mail) == [sender, kept]
    with pytest.raises(NotPermittedError):
        Permissions({kept}, {}).ask("F", "SendEmail", mail)


def test_an_sms_to_a_topic_is_not_one_to_a_phone():
    with pytest.raises(NotPermittedError):
        Permissions({Grant("F", "sns:Publish", PHONES)}, {}).ask("F", "Publish", {"TopicArn": "T"})
