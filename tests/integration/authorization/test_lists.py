"""Cursors of one tenant's lists in another's hands."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.authorization.matrix import GUARDED, Case
from tests.integration.authorization.tenants import Tenants
from waybill.paging import Page, read_page

LISTS = [case for case in GUARDED if case.route.paged and not case.of_operator]
NOBODYS = base64.urlsafe_b64encode(b"{}").decode()
"""A cursor that nobody gave out."""


def cursors(tenants: Tenants, case: Case) -> Iterator[tuple[dict[str, str], str]]:
    """Queries of the first tenant's that have a second page, with its cursor."""
    names = tenants.of_first(case.route)
    for asked in case.queries(names):
        query = asked | {"limit": "1"}
        got = tenants.ask(case.room, case.route, names, tenants.seeded.key, query=query)
        if got.status == 200 and got.cursor:
            yield query, got.cursor


@pytest.mark.parametrize("case", LISTS, ids=lambda case: case.name)
def test_a_cursor_of_anothers_list_is_none(tenants: Tenants, case: Case) -> None:
    """On the caller's own list of the same kind, and on theirs: as one that nobody gave out."""
    names = tenants.of_first(case.route)
    found = list(cursors(tenants, case))
    assert found, "each list has a second page"
    for query, cursor in found:
        for asked in (names, {**names, **tenants.own}):
            got, expected = (
                tenants.ask(
                    case.room, case.route, asked, tenants.key, query=query | {"cursor": one}
                )
                for one in (cursor, NOBODYS)
            )
            assert got.status in {400, 404}
            assert (got.status, got.shown) == (expected.status, expected.shown)
        assert got.status == 400


@pytest.mark.parametrize("case", LISTS, ids=lambda case: case.name)
def test_a_cursor_made_up_of_anothers_keys_opens_nothing_of_theirs(
    tenants: Tenants, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cursors are not signed: whoever knows how they are made makes one."""
    contexts: list[str] = []

    def noted(*asked: Any) -> Page:
        page = read_page(*asked)
        contexts.append(page.context)
        return page

    names = {**tenants.of_first(case.route), **tenants.own}
    found = list(cursors(tenants, case))
    monkeypatch.setattr("waybill.http.read_page", noted)
    for query, cursor in found:
        theirs = json.loads(base64.urlsafe_b64decode(cursor + "=="))
        contexts.clear()
        tenants.ask(case.room, case.route, names, tenants.key, query=query)
        (context,) = contexts
        assert context != theirs["c"]
        forged = base64.urlsafe_b64encode(json.dumps(theirs | {"c": context}).encode()).decode()
        got = tenants.ask(
            case.room, case.route, names, tenants.key, query=query | {"cursor": forged}
        )
        assert got.status in {200, 400}
        assert tenants.tells(got.text, names) == []
