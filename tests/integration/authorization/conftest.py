"""Two tenants, opened once for a file of tests, and put back after each."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.integration.authorization.tenants import Tenants
from tests.integration.conftest import account
from tracking.carriers.base import Request, Response
from tracking.carriers.http import CarrierHttp


@pytest.fixture(scope="module")
def opened() -> Iterator[Tenants]:
    """Both, as they are at first."""
    with pytest.MonkeyPatch.context() as patch, account(patch) as aws:
        patch.setattr(CarrierHttp, "send", _two_scans)
        yield Tenants(aws)


@pytest.fixture
def tenants(opened: Tenants) -> Iterator[Tenants]:
    """Both, for one test."""
    yield opened
    opened.restore()


def _two_scans(_: CarrierHttp, __: Request) -> Response:
    """What EMS knows of any number."""
    now = int(time.time())
    events = [{"EventCd": "EMC", "EventDT": f"/Date({now - ago}000)/"} for ago in (1, 2)]
    return Response(200, "application/json", json.dumps({"Events": events}).encode())
