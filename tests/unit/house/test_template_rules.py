"""House rules of template.yaml: what every table, function and role of the deployment has."""

import re

import pytest

from tests.support.template import ROOT, functions, resources, template

FUNCTIONS = sorted(functions())
TABLES = sorted(resources("AWS::DynamoDB::Table"))
SYNCHRONOUS = {"HttpApi"}  # an API's caller gets the error; there is nothing to park
WITHOUT_RESOURCE_TYPE = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "dynamodb:ListStreams",
}


def _events(name):
    return functions()[name]["Events"].values()


def _statements(role):
    for policy in resources("AWS::IAM::Role")[role]["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def _as_list(value):
    return value if isinstance(value, list) else [value]


def _room(name):
    return functions()[name]["Handler"].partition(".")[0]


def test_lambdas_own_lines_on_each_invocation_are_not_logged_unless_they_are_asked_for():
    """Twice as many bytes as the functions' own lines; warnings and failures stay."""
    logging = template()["Globals"]["Function"]["LoggingConfig"]
    assert logging == {"LogFormat": "JSON", "SystemLogLevel": {"Ref": "PlatformLogLevel"}}
    assert template()["Parameters"]["PlatformLogLevel"]["Default"] == "WARN"


@pytest.mark.parametrize("name", TABLES)
def test_tables_stream_expire_recover_encrypt_and_are_protected_in_prod(name):
    table = resources("AWS::DynamoDB::Table")[name]
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("name", TABLES)
def test_a_stream_has_at_most_two_readers(name):
    readers = [
        event
        for function in FUNCTIONS
        for event in _events(function)
        if event["Type"] == "DynamoDB"
        and event["Properties"]["Stream"] == {"Fn::GetAtt": [name, "StreamArn"]}
    ]
    assert len(readers) <= 2


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_named_for_its_room_and_trigger(name):
    room, module, entry = functions()[name]["Handler"].split(".")
    assert re.fullmatch(rf"{room.capitalize()}[A-Z]\w+Function", name)
    assert module == "api" or module.startswith("on_")
    assert entry == "lambda_handler"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_its_own_log_group_with_retention(name):
    logs = functions()[name]["LoggingConfig"]["LogGroup"]["Ref"]
    assert logs == name.removesuffix("Function") + "Logs"
    assert resources("AWS::Logs::LogGroup")[logs]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_an_error_alarm_that_somebody_hears(name):
    alarm = resources("AWS::CloudWatch::Alarm")[name.removesuffix("Function") + "Alarm"]
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": name}}]
    assert alarm["MetricName"] == "Errors"
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]


RINGS = {
    "MessagesParked",
    "MessagesUnknown",
    "OrdersDrivenAgain",
    "OrdersOutOfStock",
    "ParkedRecords",
    "StockDrift",
    "StockOversold",
    "TemplatesFailed",
    "UnmatchedShipments",
    "UnreservedShipments",
}
"""Counted by the rooms where a person must look."""


def test_what_a_person_must_look_at_rings():
    own = {
        alarm["MetricName"]: alarm
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "Waybill"
    }
    assert own.keys() == RINGS
    for metric, alarm in own.items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], metric
        assert alarm["Dimensions"] == [{"Name": "service", "Value": "waybill"}], metric
        assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 0), metric
    code = "".join(path.read_text() for path in (ROOT / "functions").rglob("*.py"))
    code += "".join(path.read_text() for path in (ROOT / "layers/shared").rglob("*.py"))
    assert {metric for metric in RINGS if f'"{metric}"' not in code} == set()


def test_who_hears_an_alarm_can_read_what_it_means():
    """But those of a function's errors, which say so by their name."""
    of_functions = {name.removesuffix("Function") + "Alarm" for name in FUNCTIONS}
    text = (ROOT / "docs/operating.md").read_text()
    told = text.partition("## Alarms\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+Alarm)`", told))
    assert named == resources("AWS::CloudWatch::Alarm").keys() - of_functions


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_an_asynchronous_function_cannot_apply_is_kept_in_a_failure_queue(name):
    kinds = {event["Type"] for event in _events(name)}
    if kinds <= SYNCHRONOUS:
        return
    queue = {"Fn::GetAtt": [name.removesuffix("Function") + "FailureQueue", "Arn"]}
    for event in _events(name):
        properties = event["Properties"]
        match event["Type"]:
            case "DynamoDB":
                assert properties["DestinationConfig"]["OnFailure"]["Destination"] == queue
                assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
                assert properties["BisectBatchOnFunctionError"] is True
                assert properties["MaximumRetryAttempts"] > 0
                assert properties["MaximumRecordAgeInSeconds"] > 0
                assert properties["FilterCriteria"]["Filters"]
            case "EventBridgeRule":
                assert properties["DeadLetterConfig"]["Arn"] == queue
                assert _async_destination(name) == queue
            case "SNS":
                assert properties["RedrivePolicy"]["deadLetterTargetArn"] == queue
                assert _async_destination(name) == queue
            case "ScheduleV2":
                assert _async_destination(name) == queue
            case "SNS":
                assert properties["RedrivePolicy"]["deadLetterTargetArn"] == queue
                assert _async_destination(name) == queue
            case "SQS":
                source = properties["Queue"]["Fn::GetAtt"][0]
                assert resources("AWS::SQS::Queue")[source]["RedrivePolicy"]["maxReceiveCount"] > 1
                assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            case other:
                pytest.fail(f"no rule for a trigger of type {other}")


def test_a_failure_queue_takes_what_a_topic_cannot_deliver_and_from_no_other_topic():
    granted = {
        (queue["Ref"], statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Ref"])
        for policy in resources("AWS::SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "sns.amazonaws.com"}
        for queue in policy["Queues"]
    }
    subscribed = {
        (name.removesuffix("Function") + "FailureQueue", event["Properties"]["Topic"]["Ref"])
        for name in FUNCTIONS
        for event in _events(name)
        if event["Type"] == "SNS"
    }
    assert granted == subscribed


def _async_destination(name):
    return functions()[name]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_names_exact_actions_and_resources(name):
    role = functions()[name]["Role"]["Fn::GetAtt"][0]
    assert role == name.removesuffix("Function") + "Role"
    for statement in _statements(role):
        actions = _as_list(statement["Action"])
        assert all("*" not in action for action in actions)
        if statement.get("Resource") == "*":
            assert set(actions) <= WITHOUT_RESOURCE_TYPE
        if "NotResource" in statement:
            assert actions == ["sns:Publish"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_only_the_room_that_owns_a_table_writes_it(name):
    owners = {
        "OrdersTable": "orders",
        "InventoryTable": "inventory",
        "ShipmentsTable": "tracking",
        "NotificationsTable": "notify",
        "ShopsTable": "shops",
    }
    reading = {"dynamodb:GetItem", "dynamodb:BatchGetItem"}
    for statement in _statements(functions()[name]["Role"]["Fn::GetAtt"][0]):
        tables = [
            resource["Fn::GetAtt"][0]
            for resource in _as_list(statement.get("Resource", []))
            if isinstance(resource, dict)
            and resource.get("Fn::GetAtt", ["", ""])[1] == "Arn"
            and resource["Fn::GetAtt"][0] in owners
        ]
        for table in tables:
            if owners[table] != _room(name):
                assert set(_as_list(statement["Action"])) <= reading, (name, table)


def test_no_public_function_reads_the_secret_without_need():
    readers = {
        name
        for name in FUNCTIONS
        for statement in _statements(functions()[name]["Role"]["Fn::GetAtt"][0])
        if "secretsmanager:GetSecretValue" in _as_list(statement["Action"])
    }
    apis = {name for name in FUNCTIONS if name.endswith("ApiFunction")}
    assert readers == apis


def test_every_handler_exists_and_every_entry_point_is_deployed():
    declared = {functions()[name]["Handler"] for name in FUNCTIONS}
    written = {
        f"{path.parent.name}.{path.stem}.lambda_handler"
        for path in (ROOT / "functions").glob("*/*.py")
        if path.stem == "api" or path.stem.startswith("on_")
    }
    assert declared == written


def test_tables_are_owned_by_the_rooms_there_are():
    assert len(TABLES) == len({_room(name) for name in FUNCTIONS})


def test_the_template_takes_no_account_or_region_for_granted():
    text = (ROOT / "template.yaml").read_text()
    assert not re.search(r"\b\d{12}\b", text)
    assert not re.search(r"\b(eu|us|ap)-[a-z]+-\d\b", text)
    assert template()["Transform"] == "AWS::Serverless-2016-10-31"
