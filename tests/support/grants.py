"""What template.yaml lets each function's role do, and what a request to AWS needs."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, Final

from tests.support.template import functions, resources

PHONES: Final = "phone numbers"
"""What sns:Publish sends to where it names no topic: it has no ARN."""
SENDER: Final = "identity/*"
_TRANSACTED: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_SUBSTITUTED: Final = (
    re.compile(r"\$\{(\w+)\.Arn\}(/index/\w+)"),
    re.compile(r"arn:.*:configuration-set/\$\{(\w+)\}"),
    re.compile(r"arn:.*:(identity/\*)"),
)
_SIMPLE: Final = {
    **{
        verb: (f"dynamodb:{verb}", "TableName")
        for verb in ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")
    },
    "SendMessageBatch": ("sqs:SendMessage", "QueueUrl"),
    "GetSecretValue": ("secretsmanager:GetSecretValue", "SecretId"),
}
"""Operations on one resource: the action, and the member that names it."""


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource, for one function; resources by logical id."""

    function: str
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.function} {self.action} {self.resource}"


def granted() -> frozenset[Grant]:
    """Every action on every resource that the roles of the template hold."""
    return frozenset(
        Grant(name, action, resource)
        for name, properties in functions().items()
        for statement in statements(properties["Role"]["Fn::GetAtt"][0])
        for action in as_list(statement["Action"])
        for resource in _resources(statement)
    )


def platform(name: str) -> frozenset[Grant]:
    """What Lambda itself does as a function's role: exactly what its triggers make it do.

    Neither MiniStack nor the simulator asks for it: their own code logs, traces, reads streams and
    queues, and leaves failures.
    """
    properties = functions()[name]
    needs = {("*", "xray:PutTraceSegments"), ("*", "xray:PutTelemetryRecords")}
    logs = properties["LoggingConfig"]["LogGroup"]["Ref"]
    needs |= {(logs, "logs:CreateLogStream"), (logs, "logs:PutLogEvents")}
    for event in properties["Events"].values():
        asked = event["Properties"]
        if event["Type"] == "DynamoDB":
            stream = resource_of(asked["Stream"])
            verbs = ("DescribeStream", "GetRecords", "GetShardIterator")
            needs |= {(stream, f"dynamodb:{verb}") for verb in verbs}
            needs.add(("*", "dynamodb:ListStreams"))
        if event["Type"] == "SQS":
            queue = resource_of(asked["Queue"])
            verbs = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
            needs |= {(queue, f"sqs:{verb}") for verb in verbs}
        if failed := asked.get("DestinationConfig"):
            needs.add((resource_of(failed["OnFailure"]["Destination"]), "sqs:SendMessage"))
    if failed := properties.get("EventInvokeConfig", {}).get("DestinationConfig"):
        needs.add((resource_of(failed["OnFailure"]["Destination"]), "sqs:SendMessage"))
    return frozenset(Grant(name, action, resource) for resource, action in needs)


def codes() -> frozenset[Grant]:
    """What the functions' own code may ask AWS for."""
    return granted() - {grant for name in functions() for grant in platform(name)}


def statements(role: str) -> Iterator[Mapping[str, Any]]:
    """The statements of a role of the template."""
    for policy in resources("AWS::IAM::Role")[role]["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    """A list, or the one thing that stands for it."""
    return value if isinstance(value, list) else [value]


def _resources(statement: Mapping[str, Any]) -> Iterator[str]:
    if "NotResource" in statement:
        yield PHONES
    for written in as_list(statement.get("Resource", [])):
        yield resource_of(written)


def resource_of(written: Any) -> str:
    """A resource by its logical id, as ``Table``, ``Table/stream`` or ``Table/index/name``."""
    match written:
        case {"Ref": name} | {"Fn::GetAtt": [name, "Arn"]} | (str() as name):
            return str(name)
        case {"Fn::GetAtt": [name, "StreamArn"]}:
            return f"{name}/stream"
        case {"Fn::Sub": text}:
            for form in _SUBSTITUTED:
                if found := form.fullmatch(text):
                    return "".join(found.groups())
    raise AssertionError(f"nobody reads {written} as a resource")


def needed(operation: str, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Action and resource of each permission that a request needs, as AWS documents them.

    Tables, buses, queues and secrets go by what the request calls them.
    """
    if operation in _SIMPLE:
        action, member = _SIMPLE[operation]
        index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
        yield action, asked[member] + index
        return
    match operation:
        case "TransactWriteItems":
            for part in asked["TransactItems"]:
                ((verb, item),) = part.items()
                yield f"dynamodb:{_TRANSACTED[verb]}", item["TableName"]
        case "BatchGetItem":
            for table in asked["RequestItems"]:
                yield "dynamodb:BatchGetItem", table
        case "PutEvents":
            for entry in asked["Entries"]:
                yield "events:PutEvents", entry["EventBusName"]
        case "SendEmail":
            yield "ses:SendEmail", f"identity of {parseaddr(asked['FromEmailAddress'])[1]}"
            yield "ses:SendEmail", asked["ConfigurationSetName"]
        case "Publish":
            yield "sns:Publish", PHONES if "PhoneNumber" in asked else asked["TopicArn"]
        case _:
            raise AssertionError(f"nobody says what {operation} needs")


def sender(address: str) -> dict[str, str]:
    """The one identity that mails may be sent as: every role asks for it by a condition."""
    return {f"identity of {address}": SENDER}


class NotPermittedError(BaseException):
    """A function asks for what its role does not hold.

    No Exception: a handler that catches everything would take it for a failure of AWS, and go on.
    """


class Permissions:
    """What roles permit, and what of it was used."""

    def __init__(self, grants: Iterable[Grant], names: Mapping[str, str]) -> None:
        """``names``: logical ids of what requests call by other names."""
        self._grants = frozenset(grants)
        self._names = names
        self.used: Counter[Grant] = Counter()

    def ask(self, function: str, operation: str, asked: Mapping[str, Any]) -> list[Grant]:
        """Note what a request needs; raises NotPermittedError where the function may not ask it."""
        wanted = [
            Grant(function, action, self._names.get(resource, resource))
            for action, resource in needed(operation, asked)
        ]
        for grant in wanted:
            if grant not in self._grants:
                raise NotPermittedError(f"no role permits {grant}")
        self.used.update(wanted)
        return wanted
