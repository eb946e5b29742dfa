"""The API answers as /openapi.json says it does, whatever it is asked.

FUZZ_REQUESTS says how many requests are sent in all, FUZZ_SEED which ones.
"""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local.openapi import apis, document
from orders import endpoint
from orders.composition import repository
from orders.waiting import Waiting
from tests.integration.conftest import account
from tests.integration.described.requests import requests
from tests.integration.described.seeded import Seeded
from tests.support.arguments import from_environment
from tests.support.gateway import Application
from tests.support.http import OPERATOR_KEY
from tracking.carriers.base import Request, Response, UnreachableError
from tracking.carriers.http import CarrierHttp

REQUESTS = from_environment("FUZZ_REQUESTS", 2000)
SEED = from_environment("FUZZ_SEED", 1, least=0)
APIS = apis()
DOCUMENT = document(APIS)
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]


def described_members(_: Any, response: Any, case: Any) -> None:
    """A problem has no member that the document does not know."""
    if response.status_code >= 400 and "json" in response.headers["content-type"][0]:
        known = DOCUMENT["components"]["schemas"]["Problem"]["properties"]
        assert response.json().keys() <= known.keys(), response.json()


ENOUGH = 2000
"""Requests of which nearly every operation grants one."""
ANSWERS: dict[tuple[str, str], list[int]] = {}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    described_members,
]
WITH_INPUT = [
    (path, method)
    for path, method in OPERATIONS
    if DOCUMENT["paths"][path][method].keys() & {"requestBody"}
    or DOCUMENT["paths"][path][method]["parameters"]
]
EACH = -(-REQUESTS // len(WITH_INPUT))


@pytest.fixture(scope="module")
def shop() -> Iterator[Seeded]:
    with pytest.MonkeyPatch.context() as patch, account(patch) as aws:
        # An answer that waits for stock waits in vain here: its time is up at once.
        patch.setattr(endpoint, "waiting", _impatient)
        patch.setattr(CarrierHttp, "send", _no_carrier)
        yield Seeded(aws)


def _no_carrier(_self: CarrierHttp, _request: Request) -> Response:
    """No carrier is there, and none is asked."""
    raise UnreachableError


@pytest.fixture
def seeded(shop: Seeded) -> Seeded:
    shop.restore()
    return shop


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_one_that_is_described(seeded, path, method):
    application = Application(
        {f"{room}.api.lambda_handler": api.lambda_handler for room, api in APIS.items()}
    )
    schema = schemathesis.openapi.from_dict(DOCUMENT | {"servers": [{"url": "/"}]})
    schema.app = application
    key = OPERATOR_KEY if operation_scope(path, method) == "operator" else seeded.key

    @seed(SEED)
    @settings(
        max_examples=EACH,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=requests(
            schema[path][method.upper()],
            seeded.known,
            seeded.bodies.get(DOCUMENT["paths"][path][method]["operationId"]),
            has_input=(path, method) in WITH_INPUT,
        )
    )
    def ask(case: Any) -> None:
        case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {key}"})

    ask()
    assert len(application.answered) >= (EACH if (path, method) in WITH_INPUT else 1)
    ANSWERS[path, method] = application.answered


def test_most_operations_granted_something_and_not_only_refused(say):
    is_whole = "CI" in os.environ or len(ANSWERS) == len(OPERATIONS)
    if REQUESTS < ENOUGH or not is_whole:
        pytest.skip("not all operations were asked enough")
    assert len(ANSWERS) == len(OPERATIONS)
    refused = [one for one, statuses in ANSWERS.items() if min(statuses) >= 300]
    assert len(refused) <= len(OPERATIONS) // 10, refused
    kinds = Counter(f"{status // 100}xx" for statuses in ANSWERS.values() for status in statuses)
    assert kinds.total() >= REQUESTS
    told = " ".join(f"{kind}={times}" for kind, times in sorted(kinds.items()))
    say(f"described operations={len(ANSWERS)} requests={kinds.total()} {told}")


def _impatient() -> Waiting:
    return Waiting(repository(), count(0, 10).__next__, lambda _: None)


def operation_scope(path: str, method: str) -> str | None:
    (scope,) = [
        scopes[0]
        for security in DOCUMENT["paths"][path][method]["security"] or [{"": [None]}]
        for scopes in security.values()
    ]
    return scope
