"""Shows what the functions of a running stack logged, from CloudWatch Logs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import aws
from local.errors import LocalError, one_line
from local.home import Stack

_PLATFORM = ("START RequestId:", "END RequestId:", "REPORT RequestId:")


def show(stack: Stack, function: str | None, since: int) -> int:
    """Print the lines logged since an instant (ms) and return where to go on from."""
    try:
        groups = _groups(stack, function)
        client = aws.client("logs", stack.endpoint_url)
        events = [
            (event["timestamp"], name, event["message"].rstrip())
            for name, group in groups.items()
            for event in _events(client, group, since)
        ]
    except (BotoCoreError, ClientError) as error:
        raise LocalError(f"the logs cannot be read: {one_line(error)}") from None
    for timestamp, name, message in sorted(events, key=lambda event: event[0]):
        if not message.startswith(_PLATFORM):
            at = datetime.fromtimestamp(timestamp / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
            print(f"{at} {name}: {message}")
    sys.stdout.flush()
    return max((timestamp + 1 for timestamp, _, _ in events), default=since)


def _groups(stack: Stack, function: str | None) -> dict[str, str]:
    """Map logical ids to log groups, of one function or of all."""
    cloudformation = aws.client("cloudformation", stack.endpoint_url)
    functions = aws.client("lambda", stack.endpoint_url)
    resources = cloudformation.describe_stack_resources(StackName=stack.stack_name)
    groups = {}
    for resource in resources["StackResources"]:
        if resource["ResourceType"] != "AWS::Lambda::Function":
            continue
        names = (resource["LogicalResourceId"], resource["PhysicalResourceId"])
        if function is None or function in names:
            settings = functions.get_function_configuration(FunctionName=names[1])
            group = settings.get("LoggingConfig", {}).get("LogGroup")
            groups[names[0]] = group or f"/aws/lambda/{names[1]}"
    if not groups:
        known = [
            resource["LogicalResourceId"]
            for resource in resources["StackResources"]
            if resource["ResourceType"] == "AWS::Lambda::Function"
        ]
        raise LocalError(f"there is no function {function}; there are {', '.join(sorted(known))}")
    return groups


def _events(client: Any, group: str, since: int) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    request = {"logGroupName": group, "startTime": since}
    try:
        while True:
            page = client.filter_log_events(**request)
            events += page["events"]
            if "nextToken" not in page:
                return events
            request["nextToken"] = page["nextToken"]
    except client.exceptions.ResourceNotFoundException:
        return []  # it has not logged anything yet
