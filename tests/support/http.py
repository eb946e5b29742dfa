"""HTTP API events as API Gateway sends them, for tests that call handlers in process."""

import json
from typing import Any

OPERATOR_SECRET = "operator-secret-for-tests"
OPERATOR_KEY = f"wb_operator_{OPERATOR_SECRET}"


def http_event(
    method: str,
    path: str,
    body: Any = None,
    *,
    key: str | None = None,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    raw: str | None = None,
) -> dict[str, Any]:
    """An HTTP API event, payload format 2.0."""
    sent = {"host": "api.example", "content-type": "application/json"} | {
        name.lower(): value for name, value in (headers or {}).items()
    }
    if key:
        sent["authorization"] = f"Bearer {key}"
    text = raw if raw is not None else None if body is None else json.dumps(body)
    return {
        "version": "2.0",
        "routeKey": f"ANY {path}",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in (query or {}).items()),
        "headers": sent,
        "queryStringParameters": query or {},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            "requestId": "test-request",
            "stage": "$default",
            "domainName": "api.example",
        },
        "body": text,
        "isBase64Encoded": False,
    }
