"""The authorization matrix as data: every route that has a scope, and what each kind of key gets.

A route that is declared later has no row in :data:`OF_ANOTHER`, and fails until it has one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tests.integration.authorization.tenants import (
    APIS,
    SHARED,
    USED_KEY,
    Answer,
    Names,
    Tenants,
    name_of,
)
from tests.support.http import OPERATOR_KEY
from waybill.access import authenticator
from waybill.auth import CACHE_SECONDS
from waybill.routing import Route

_MISSING, _FORBIDDEN, _INVALID = 404, 403, 422
_EMPTY, _OWN, _OWN_NEW, _OWN_GONE = 200, 200, 201, 204
_STALE, _EXISTS = 412, 409
OF_ANOTHER: Final[Mapping[str, int | tuple[int, ...]]] = {
    "POST /v1/orders": _INVALID,  # its SKUs are not the caller's
    "GET /v1/orders": _EMPTY,
    "GET /v1/orders/<order_id>": _MISSING,
    "PATCH /v1/orders/<order_id>": _MISSING,
    "POST /v1/orders/<order_id>/confirm": _MISSING,
    "POST /v1/orders/<order_id>/cancel": _MISSING,
    "POST /v1/orders/<order_id>/holds": _MISSING,
    "DELETE /v1/orders/<order_id>/holds/<hold_id>": _MISSING,
    "GET /v1/orders/<order_id>/timeline": _MISSING,
    "POST /v1/orders/<order_id>/edits": _MISSING,
    "GET /v1/orders/<order_id>/edits/<edit_id>": _MISSING,
    "POST /v1/orders/<order_id>/edits/<edit_id>/confirm": _MISSING,
    "DELETE /v1/orders/<order_id>/edits/<edit_id>": _MISSING,
    "POST /v1/orders/<order_id>/payments": _MISSING,
    "POST /v1/orders/<order_id>/returns": _MISSING,
    "GET /v1/orders/<order_id>/returns": _MISSING,
    "GET /v1/returns/<return_id>": _MISSING,
    "POST /v1/returns/<return_id>/approve": _MISSING,
    "POST /v1/returns/<return_id>/decline": _MISSING,
    "POST /v1/returns/<return_id>/receive": _MISSING,
    "POST /v1/returns/<return_id>/refund": _MISSING,
    "POST /v1/returns/<return_id>/cancel": _MISSING,
    "GET /v1/locations": _OWN,
    "PUT /v1/locations/<location_id>": _OWN_NEW,
    "GET /v1/locations/<location_id>": _MISSING,
    "GET /v1/items": _OWN,
    "PUT /v1/items/<sku>": _OWN_NEW,
    "GET /v1/items/<sku>": _MISSING,
    "POST /v1/stock-checks": _INVALID,
    "GET /v1/stock-levels": (_INVALID, _EMPTY, _EMPTY, _EMPTY),  # of what, has to be said
    "GET /v1/reservations": (_INVALID, _EMPTY, _EMPTY, _INVALID),  # nor is a location enough
    "POST /v1/stock-movements": _INVALID,
    "GET /v1/stock-movements": _EMPTY,
    "GET /v1/transfers/<transfer_id>": _MISSING,
    "PUT /v1/carriers/<carrier>": _FORBIDDEN,
    "GET /v1/carriers": _FORBIDDEN,
    "GET /v1/carriers/<carrier>": _FORBIDDEN,
    "POST /v1/tracking-numbers/identify": _OWN,
    "POST /v1/shipments": _INVALID,
    "GET /v1/shipments": _EMPTY,
    "GET /v1/shipments/<shipment_id>": _MISSING,
    "GET /v1/shipments/<shipment_id>/events": _MISSING,
    "PATCH /v1/shipments/<shipment_id>/parcels/<parcel_id>": _MISSING,
    "POST /v1/shipments/<shipment_id>/refresh": _MISSING,
    "GET /v1/customers/<customer_id>/suppression": _MISSING,
    "DELETE /v1/customers/<customer_id>/suppression": _OWN_GONE,
    "GET /v1/notifications": (_INVALID, _EMPTY, _EMPTY, _EMPTY),
    "POST /v1/notifications/<message_id>/retry": (_INVALID, _MISSING, _MISSING),
    "GET /v1/customers/<customer_id>/preferences": _OWN,
    "PUT /v1/customers/<customer_id>/preferences": _OWN,
    "GET /v1/templates": _OWN,
    "GET /v1/templates/<event>/<channel>/<locale>": _OWN,
    "PUT /v1/templates/<event>/<channel>/<locale>": _OWN,
    "DELETE /v1/templates/<event>/<channel>/<locale>": _OWN_GONE,
    "POST /v1/templates/<event>/<channel>/<locale>/preview": _OWN,
    "POST /v1/shops": _FORBIDDEN,
    "GET /v1/shops": _FORBIDDEN,
    "GET /v1/shops/<shop_id>": _MISSING,
    "PATCH /v1/shops/<shop_id>": _MISSING,
    "POST /v1/shops/<shop_id>/api-keys": _MISSING,
    "GET /v1/shops/<shop_id>/api-keys": _MISSING,
    "DELETE /v1/shops/<shop_id>/api-keys/<key_id>": _MISSING,
    "PUT /v1/shops/<shop_id>/platforms/<platform>": _MISSING,
}
"""By route, and by each of its filters where they differ, what a key of one tenant gets for the
things of another: just what it gets for things that nobody has."""
CONDITIONALLY: Final[Mapping[str, int]] = {
    "PUT /v1/locations/<location_id>": _STALE,
    "PUT /v1/items/<sku>": _STALE,
    "PUT /v1/customers/<customer_id>/preferences": _STALE,
    "PUT /v1/templates/<event>/<channel>/<locale>": _STALE,
    "DELETE /v1/templates/<event>/<channel>/<locale>": _STALE,
}
"""Where it is something else with ``If-Match``: of the caller's own there is no version yet."""
AT_WORK: Final = {
    "POST /v1/orders/<order_id>/confirm",
    "POST /v1/orders/<order_id>/edits",
    "POST /v1/orders/<order_id>/returns",
    "POST /v1/returns/<return_id>/receive",
    "POST /v1/returns/<return_id>/refund",
}
"""What the first tenant's things are not ready for: 409 says that they are there."""

FILTERS: Final[Mapping[str, Mapping[str, str]]] = {
    "GET /v1/orders": {
        "status": "confirmed",
        "channel": "api",
        "tag": "gift",
        "placed_from": "2020-01-01T00:00:00Z",
        "placed_to": "2100-01-01T00:00:00Z",
    },
    "GET /v1/shipments": {"status": "pending"},
    "GET /v1/notifications": {"state": "failed"},
}
"""Filters that name no thing, with what is true of some things of the first tenant's."""

MALFORMED: Final = (
    "",
    "wb_x_y",
    "Bearer",
    "Bearer wb_",
    "Bearer wb__",
    "Bearer x",
    "Basic d2I6eA==",
    "Bearer wb_operator",
    "Bearer wb_operator_",
    f"Bearer wb_{'0' * 34}",
    f"Bearer wb_{'0' * 65}_x",
    f"Bearer wb_{'0' * 34}_{'x' * 513}",
    "Bearer wb_\u00fc_x",
    "Bearer wb_x_y, Bearer wb_x_z",
)
"""Headers that are no key."""


@dataclass(frozen=True)
class Case:
    """A route of a room, beside two tenants."""

    room: str
    route: Route

    @property
    def name(self) -> str:
        """As people write it."""
        return name_of(self.route)

    def of_another(self, queries: int, conditional: bool = False) -> tuple[int, ...]:
        """What another tenant gets, by each of the queries."""
        status = OF_ANOTHER[self.name]
        if conditional:
            status = CONDITIONALLY.get(self.name, status)
        return (status,) * queries if isinstance(status, int) else status

    @property
    def of_operator(self) -> bool:
        """Whether only the operator's key opens it."""
        return self.route.scope == "operator"

    def ask(
        self,
        tenants: Tenants,
        key: str | None,
        names: Names | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Ask about things: the first tenant's by themselves, in path, filters and body."""
        return next(self.answers(tenants, key, names or tenants.of_first(self.route), headers))

    def answers(
        self,
        tenants: Tenants,
        key: str | None,
        names: Names,
        headers: dict[str, str] | None = None,
    ) -> Iterator[Answer]:
        """Ask about things by each of the queries."""
        said = tenants.body(self.room, self.route, names)
        for query in self.queries(names):
            yield tenants.ask(
                self.room, self.route, names, key, body=said, query=query, headers=headers
            )

    def ask_by(self, tenants: Tenants, own: Names, named: Names) -> Answer:
        """Ask as the second tenant by a path of its own, with a body that names other things."""
        body = tenants.body(self.room, self.route, named)
        return tenants.ask(self.room, self.route, {**named, **own}, tenants.key, body=body)

    def queries(self, names: Names) -> list[dict[str, str]]:
        """One for each of the filters, and one without."""
        others = FILTERS.get(self.name, {})
        required = {name: names[name] for name in self.route.required}
        return [required] + [
            required | {name: others[name] if name in others else names[name]}
            for name in self.route.query
        ]


GUARDED: Final = [
    Case(room, route)
    for room, api in APIS.items()
    for route in api.routes
    if route.scope is not None
]

Column = Callable[[Case, Tenants], None]


def no_key(case: Case, tenants: Tenants) -> None:
    assert case.ask(tenants, None).status == 401


def malformed_key(case: Case, tenants: Tenants) -> None:
    for header in MALFORMED:
        assert case.ask(tenants, None, headers={"Authorization": header}).status == 401, header


def unknown_key(case: Case, tenants: Tenants) -> None:
    shop = tenants.theirs["shop_id"].removeprefix("shop_")
    for key in ("wb_x_y", f"wb_{'0' * 34}_guess", f"wb_{shop}00000000_guess", "wb_operator_guess"):
        assert case.ask(tenants, key).status == 401


def anothers_secret(case: Case, tenants: Tenants) -> None:
    """The first tenant's key by its id, which a list tells, with the second's own secret."""
    secret = tenants.key.split("_", 2)[2]
    key_id = tenants.seeded.key.split("_", 2)[1]
    assert case.ask(tenants, f"wb_{key_id}_{secret}").status == 401
    authenticator().caller(f"Bearer {tenants.seeded.key}")  # and where the right one is known
    assert case.ask(tenants, f"wb_{key_id}_{secret}").status == 401


def revoked_key(case: Case, tenants: Tenants) -> None:
    assert case.ask(tenants, tenants.revoked).status == 401


def key_revoked_meanwhile(case: Case, tenants: Tenants) -> None:
    """A process that knows the key lets it in for 60 seconds at most, as documented."""
    now = 1000.0
    authenticator()._now = lambda: now
    key = tenants.new_key("*")["key"]
    assert case.ask(tenants, key, tenants.nobodys).status != 401
    tenants.revoke(key)
    now = 1000.0 + CACHE_SECONDS - 0.1
    assert case.ask(tenants, key, tenants.nobodys).status != 401
    now = 1060.0
    assert case.ask(tenants, key).status == 401


def missing_scope(case: Case, tenants: Tenants) -> None:
    """Every other scope is not enough; beside it, this one alone is."""
    scope = str(case.route.scope)
    assert case.ask(tenants, tenants.key_without(scope)).status == 403
    if not case.of_operator:
        assert case.ask(tenants, tenants.key_of(scope)).status not in {401, 403}


def operators_key(case: Case, tenants: Tenants) -> None:
    """It reaches the deployment's paths, and no shop's data."""
    status = case.ask(tenants, OPERATOR_KEY).status
    if case.of_operator or str(case.route.scope).startswith("shops:"):
        assert status < 300
    else:
        assert status == 403
        assert tenants.unchanged()


def its_own_tenant(case: Case, tenants: Tenants) -> None:
    """What everybody else is refused is there, and every list has something to hide."""
    answers = list(case.answers(tenants, tenants.seeded.key, tenants.of_first(case.route)))
    refused = (_FORBIDDEN, _INVALID)
    for got, others in zip(answers, case.of_another(len(answers)), strict=True):
        if others in refused and (case.of_operator or case.route.query):
            assert got.status == others  # whoever asks it
        elif case.name in AT_WORK:
            assert got.status == _EXISTS
        else:
            assert got.status < 300
            assert not case.route.paged or got.items


def another_tenant(case: Case, tenants: Tenants) -> None:
    _as_nobodys(case, tenants, tenants.of_first(case.route), tenants.nobodys)


def another_tenant_conditionally(case: Case, tenants: Tenants) -> None:
    """Nothing of a thing shows through its version, or through a key that was used for it."""
    headers = {"If-Match": '"1"', "Prefer": "wait=1"}
    if case.route.idempotency != "refused":
        headers["Idempotency-Key"] = USED_KEY
    _as_nobodys(case, tenants, tenants.of_first(case.route), tenants.nobodys, headers)


def own_parent_of_anothers(case: Case, tenants: Tenants) -> None:
    """What is theirs, by the path of what is the caller's own."""
    last = case.route.parameters[-1]
    theirs = {**tenants.theirs, **tenants.own, last: tenants.theirs[last]}
    nobodys = {**tenants.nobodys, **tenants.own, last: tenants.nobodys[last]}
    _as_nobodys(case, tenants, theirs, nobodys)


def anothers_parent_of_own(case: Case, tenants: Tenants) -> None:
    """What is the caller's own, by the path of what is theirs."""
    own = {last: tenants.own[last] for last in case.route.parameters[-1:]}
    _as_nobodys(case, tenants, tenants.theirs | own, tenants.nobodys | own)


def _as_nobodys(
    case: Case,
    tenants: Tenants,
    theirs: Names,
    nobodys: Names,
    headers: dict[str, str] | None = None,
) -> None:
    expected = list(case.answers(tenants, tenants.key, nobodys, headers))
    tenants.restore()
    answers = list(case.answers(tenants, tenants.key, theirs, headers))
    statuses = case.of_another(len(answers), conditional=headers is not None)
    for got, beside, status in zip(answers, expected, statuses, strict=True):
        assert got.status == beside.status == status
        assert tenants.tells(got.text, theirs) == []
        if got.status >= 400 or case.route.method != "PUT":  # else it tells when it was put
            assert got.shown == beside.shown
    for name, got in zip(case.route.query, answers[1:], strict=True):
        if got.status < 300 and name not in FILTERS.get(case.name, {}):
            assert got.items == []
    if answers[0].status >= 400:
        assert tenants.unchanged()
    else:  # what is granted is the second tenant's own
        assert tenants.others_unchanged()


COLUMNS: Final[Mapping[str, Column]] = {
    "no key": no_key,
    "malformed key": malformed_key,
    "unknown key": unknown_key,
    "another's secret": anothers_secret,
    "revoked key": revoked_key,
    "key revoked meanwhile": key_revoked_meanwhile,
    "missing scope": missing_scope,
    "operator's key": operators_key,
    "its own tenant": its_own_tenant,
    "another tenant": another_tenant,
    "another tenant, conditionally": another_tenant_conditionally,
}
"""What every route is asked with."""

NESTED: Final = [
    case
    for case in GUARDED
    if len(case.route.parameters) > 1 and case.route.parameters[-1] not in SHARED
]
"""Routes of what belongs to something else, and has a name of its own."""
NESTING: Final[Mapping[str, Column]] = {
    "own parent of another's": own_parent_of_anothers,
    "another's parent of own": anothers_parent_of_own,
}
