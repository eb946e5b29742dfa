"""Deploys a prepared template to MiniStack: upload, create or update, wait."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import aws
from local.errors import LocalError, one_line
from local.home import STACK_NAME
from local.template import BUCKET, Package

_DEPLOY_SECONDS = 120
_GONE = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def deploy(package: Package, endpoint_url: str, say: Callable[[str], None]) -> dict[str, str]:
    """Deploy a package and return the stack's outputs."""
    try:
        _upload(package, endpoint_url)
        return _deploy(package, endpoint_url, say)
    except (BotoCoreError, ClientError) as error:
        raise LocalError(f"MiniStack refused the deployment: {one_line(error)}") from None


def _upload(package: Package, endpoint_url: str) -> None:
    s3 = aws.client("s3", endpoint_url)
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET)
    for key, archive in package.archives.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=archive)
    s3.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(package.template).encode())


def _deploy(package: Package, endpoint_url: str, say: Callable[[str], None]) -> dict[str, str]:
    cloudformation = aws.client("cloudformation", endpoint_url)
    known = _described(cloudformation)
    if known is not None and known["StackStatus"] in _GONE:
        cloudformation.delete_stack(StackName=STACK_NAME)
        known = _settled(cloudformation)
    request = {
        "StackName": STACK_NAME,
        # By URL, because the expanded template may pass the limit of one sent in the call.
        "TemplateURL": f"{endpoint_url}/{BUCKET}/template.json",
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in package.parameters.items()
        ],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    if known is None:
        say(f"creating stack {STACK_NAME}")
        cloudformation.create_stack(**request)
    elif _started_update(cloudformation, request):
        say(f"updating stack {STACK_NAME} with what changed")
    else:
        say(f"stack {STACK_NAME} is up to date")
    stack = _settled(cloudformation)
    if stack is None or stack["StackStatus"] not in _DONE:
        raise LocalError(f"the template did not deploy: {_failure(cloudformation, stack)}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _described(cloudformation: Any) -> dict[str, Any] | None:
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack


def _started_update(cloudformation: Any, request: dict[str, Any]) -> bool:
    try:
        cloudformation.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return False
        raise
    return True


def _settled(cloudformation: Any) -> dict[str, Any] | None:
    deadline = time.monotonic() + _DEPLOY_SECONDS
    while time.monotonic() < deadline:
        stack = _described(cloudformation)
        if stack is None or not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        time.sleep(0.05)
    raise LocalError(f"stack {STACK_NAME} did not settle within {_DEPLOY_SECONDS} s")


def _failure(cloudformation: Any, stack: dict[str, Any] | None) -> str:
    """Give the first failed resource and its reason, in one line."""
    if stack is None:
        return "the stack is gone"
    events = cloudformation.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    for event in reversed(failed):
        reason = event.get("ResourceStatusReason", "")
        if reason and "cancelled" not in reason:
            return one_line(f"{event['LogicalResourceId']}: {reason}")
    return one_line(stack.get("StackStatusReason") or stack["StackStatus"])
