"""One tenant's key on another tenant's things: every route answers as if they had never been.

What exists and is another's is asked for beside what exists nowhere: same status, same problem; and
nothing of the other tenant's is changed, or told. So is every route asked with a key that was
revoked. A route that is declared later stands here by itself.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.openapi import apis
from shops import api as shops_api
from tests.integration.conftest import account
from tests.integration.described.seeded import BODIES, Seeded, ask
from tests.integration.orders.orders_world import order_body
from tests.support.http import OPERATOR_KEY, http_event
from tests.support.template import resources
from tracking.carriers.base import Request, Response, UnreachableError
from tracking.carriers.http import CarrierHttp
from waybill.routing import Route

APIS = apis()
GUARDED = [
    (room, route) for room, api in APIS.items() for route in api.routes if route.scope is not None
]
WITH_PATHS = [case for case in GUARDED if case[1].parameters]
WITH_FILTERS = [case for case in GUARDED if case[1].query]
LISTS = [case for case in GUARDED if case[1].paged]
PERSONAL = ("zoe@customer.example", "Mallorca", "Zo\\u00eb", "Zoë", "Tea & Co")
TABLES = sorted(resources("AWS::DynamoDB::Table"))
VOLATILE = {"instance", "correlation_id"}
"""Members of a problem that name the request."""


class Tenants:
    """A shop in the midst of its work, and another that has just been opened."""

    def __init__(self, seeded: Seeded, aws: Any) -> None:
        self.seeded, self.aws = seeded, aws
        other = ask(shops_api, "POST", "/v1/shops", BODIES["shops.create_shop"])
        self.other = str(other["id"])
        self.key = self.new_key()["key"]
        seeded.keep()
        self.before = self.things()

    def new_key(self) -> dict[str, Any]:
        asked = {"name": "till", "scopes": ["*"]}
        return ask(shops_api, "POST", f"/v1/shops/{self.other}/api-keys", asked)

    def things(self) -> dict[str, list[str]]:
        """Whatever lies in the tables that is not the second tenant's own."""
        return {
            table: sorted(
                json.dumps(item, sort_keys=True, default=repr)
                for item in self.aws.items(table)
                if self.other not in json.dumps(item, default=repr)
            )
            for table in TABLES
        }

    def send(
        self, case: tuple[str, Route], known: dict[str, str], *, key: str, body: Any = None,
        query: dict[str, str] | None = None,
    ) -> tuple[int, Any, str]:  # fmt: skip
        """What a route answers: status, document without the request's own words, whole text."""
        room, route = case
        path = route.path
        for name in route.parameters:
            path = path.replace(f"<{name}>", known[name])
        event = http_event(route.method, path, body, key=key, query=query)
        answer = APIS[room].lambda_handler(event, None)
        text = answer.get("body") or ""
        document = json.loads(text) if text.startswith(("{", "[")) else text
        if isinstance(document, dict):
            document = {name: each for name, each in document.items() if name not in VOLATILE}
        shown = json.dumps(document, sort_keys=True)
        for name in sorted(known.values(), key=len, reverse=True):
            shown = shown.replace(name, "…")
        return answer["statusCode"], shown, text


@pytest.fixture(scope="module")
def opened() -> Iterator[Tenants]:
    with pytest.MonkeyPatch.context() as patch, account(patch) as aws:
        patch.setattr(CarrierHttp, "send", _no_carrier)
        yield Tenants(Seeded(aws), aws)


@pytest.fixture
def tenants(opened: Tenants) -> Tenants:
    """Both as they were opened: what the second puts of its own is not there any more."""
    opened.seeded.restore()
    return opened


def _no_carrier(_: CarrierHttp, __: Request) -> Response:
    raise UnreachableError


def existing(tenants: Tenants) -> dict[str, str]:
    """The first tenant's, by the name of a parameter."""
    known = {name: str(values[0]) for name, values in tenants.seeded.known.items()}
    return known | {"shop_id": tenants.seeded.shop.id, "platform": "shopify"}


def made_up(tenants: Tenants) -> dict[str, str]:
    """Names of the same kind that nobody has."""
    return {
        name: value if name in {"carrier", "platform", "event", "channel", "locale"} else
        re.sub(r"[0-9a-z]{4}$", "0000" if not value.endswith("0000") else "1111", value)
        if "_" in value else f"none-{value}"
        for name, value in existing(tenants).items()
    } | {"parcel_id": "1"}  # fmt: skip


def renamed(body: Any, one: dict[str, str], other: dict[str, str]) -> Any:
    """A body that names what nobody has where it named what exists."""
    text = json.dumps(body)
    for name, value in one.items():
        if name.endswith("_id") or name == "sku":
            text = text.replace(f'"{value}"', f'"{other[name]}"')
    return json.loads(text)


def name_of(case: tuple[str, Route]) -> str:
    return f"{case[1].method} {case[1].path}"


def body_of(tenants: Tenants, case: tuple[str, Route]) -> Any:
    room, route = case
    return tenants.seeded.bodies.get(f"{room}.{route.handler.__name__}")


@pytest.mark.parametrize("case", WITH_PATHS, ids=name_of)
def test_anothers_thing_is_as_one_that_never_was(tenants: Tenants, case: Any) -> None:
    theirs, nobodys = existing(tenants), made_up(tenants)
    body = body_of(tenants, case)
    status, shown, text = tenants.send(case, theirs, key=tenants.key, body=body)
    beside, expected, _ = tenants.send(
        case, nobodys, key=tenants.key, body=renamed(body, theirs, nobodys)
    )
    assert status == beside
    assert status < 300 or shown == expected  # what is granted is the second tenant's own, and new
    assert not any(word in text for word in PERSONAL)
    assert tenants.things() == tenants.before


@pytest.mark.parametrize("case", [c for c in GUARDED if c[1].body], ids=name_of)
def test_a_body_that_names_anothers_things_is_as_one_that_names_nobodys(
    tenants: Tenants, case: Any
) -> None:
    theirs, nobodys = existing(tenants), made_up(tenants)
    own = theirs | {"shop_id": tenants.other}
    body = body_of(tenants, case)
    assert body is not None, f"BODIES has none for {name_of(case)}"
    status, _, text = tenants.send(case, own, key=tenants.key, body=body)
    beside, _, _ = tenants.send(
        case, nobodys | {"shop_id": tenants.other}, key=tenants.key,
        body=renamed(body, theirs, nobodys),
    )  # fmt: skip
    assert status == beside
    assert not any(word in text for word in PERSONAL)
    assert tenants.things() == tenants.before


@pytest.mark.parametrize("case", WITH_FILTERS, ids=name_of)
def test_a_filter_that_names_anothers_thing_finds_nothing(tenants: Tenants, case: Any) -> None:
    theirs = existing(tenants) | {"shop_id": tenants.other, "email": "zoe@customer.example"}
    for name in case[1].query:
        if name not in theirs:
            continue
        required = {one: theirs[one] for one in case[1].required if one in theirs}
        query = required | {name: theirs[name]}
        status, _, text = tenants.send(case, theirs, key=tenants.key, query=query)
        assert status in {200, 403, 404, 422}, text
        if status == 200:
            found = json.loads(text)
            assert found.get("items", []) == [], f"{name}: {text}"
        assert not any(word in text for word in PERSONAL)


@pytest.mark.parametrize("case", LISTS, ids=name_of)
def test_anothers_cursor_opens_no_page_of_theirs(tenants: Tenants, case: Any) -> None:
    theirs = existing(tenants)
    key = OPERATOR_KEY if case[1].scope == "operator" else tenants.seeded.key
    asked = {one: theirs[one] for one in case[1].required if one in theirs}
    for name in ("sku", "order_id"):
        if not asked and name in case[1].query:
            asked = {name: theirs[name]}
    status, _, text = tenants.send(case, theirs, key=key, query=asked | {"limit": "1"})
    cursor = json.loads(text).get("next_cursor") if status == 200 else None
    if cursor is None:
        return  # there is no second page, of which somebody could be shown a part
    own = theirs | {"shop_id": tenants.other}
    status, _, text = tenants.send(
        case, own, key=tenants.key, query=asked | {"limit": "1", "cursor": cursor}
    )
    assert status in {200, 400, 403, 404, 422}, text
    if status == 200:
        assert json.loads(text)["items"] == []


def test_some_lists_have_a_second_page(tenants: Tenants) -> None:
    theirs = existing(tenants)
    pages = 0
    for case in LISTS:
        if case[1].scope == "operator":
            continue
        asked = {one: theirs[one] for one in case[1].required if one in theirs}
        _, _, text = tenants.send(
            case, theirs, key=tenants.seeded.key, query=asked | {"limit": "1"}
        )
        pages += bool(json.loads(text).get("next_cursor"))
    assert pages >= 4


@pytest.mark.parametrize("case", GUARDED, ids=name_of)
def test_a_revoked_key_opens_nothing(tenants: Tenants, case: Any) -> None:
    made = tenants.new_key()
    path = f"/v1/shops/{tenants.other}/api-keys/{made['id']}"
    revoked = shops_api.lambda_handler(http_event("DELETE", path, key=OPERATOR_KEY), None)
    assert revoked["statusCode"] < 300
    status, _, _ = tenants.send(case, existing(tenants), key=made["key"])
    assert status == 401


def test_two_tenants_may_use_one_key_and_one_number(tenants: Tenants) -> None:
    """An Idempotency-Key and an external id are a tenant's own."""
    body = order_body(external_id="web-1")
    placed = []
    for key in (tenants.seeded.key, tenants.key):
        ask(APIS["inventory"], "PUT", "/v1/locations/hq", _PLACE, key=key)
        for sku in ("TEE", "MUG"):
            ask(APIS["inventory"], "PUT", f"/v1/items/{sku}", {"title": sku}, key=key)
        event = http_event(
            "POST", "/v1/orders", body, key=key, headers={"Idempotency-Key": "the-same"}
        )
        answer = APIS["orders"].lambda_handler(event, None)
        assert answer["statusCode"] == 201, answer["body"]
        placed.append(json.loads(answer["body"])["id"])
    assert placed[0] != placed[1]


_PLACE = {"name": "Shelf", "priority": 1, "country": "PT"}


def test_every_guarded_route_stands_in_the_matrix() -> None:
    assert len(GUARDED) > 60
    assert {name_of(case) for case in WITH_PATHS} == {
        name_of(case) for case in GUARDED if "<" in case[1].path
    }
