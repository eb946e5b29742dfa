"""An API of a few routes that the layer's tests call."""

import json
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from tests.support.http import http_event
from waybill import problems
from waybill.auth import Authenticator, hash_secret
from waybill.dynamo import StartKeyError
from waybill.http import Api, Call, Model, Reply, etag

SHOP = "shop_" + "a" * 26


class FakeStore:
    """Three keys: all scopes, reading only, and another shop's."""

    keys: ClassVar = {
        ("shop_" + "a" * 26, "a" * 26 + "full0000"): ["*"],
        ("shop_" + "a" * 26, "a" * 26 + "read0000"): ["orders:read"],
        ("shop_" + "b" * 26, "b" * 26 + "full0000"): ["*"],
    }

    def find(self, shop_id, key_id):
        scopes = self.keys.get((shop_id, key_id))
        return {"hash": hash_secret("s"), "scopes": scopes} if scopes else None

    def operator_secret(self):
        return "op"


FULL, READ, FOREIGN = (
    f"wb_{letter * 26}{name}0000_s"
    for letter, name in (("a", "full"), ("a", "read"), ("b", "full"))
)


class Thing(Model):
    name: str
    size: int = 1


class Things(Model):
    items: list[Thing]
    next_cursor: str | None


class BoomError(Exception):
    """Its text quotes input: canary@mail.example."""


def make_api() -> Api:  # noqa: C901 - a list of routes
    authenticator = Authenticator(FakeStore())
    api = Api("orders", lambda: authenticator, slashes_below=("/v1/skus",))

    @api.route("GET", "/v1/skus/<sku>", scope=None, returns={200: Thing})
    def sku(call: Call) -> Reply:
        return Reply(200, Thing(name=call.path["sku"]))

    @api.route("POST", "/v1/things", scope="orders:write", body=Thing, returns={201: Thing})
    def create(call: Call) -> Reply:
        """Create a thing.

        More words.
        """
        return Reply(201, call.parse(Thing), etag(7) | {"Location": "/v1/things/1"})

    @api.route(
        "GET",
        "/v1/things",
        scope="orders:read",
        returns={200: Things},
        query={"colour": "A colour."},
        paged=True,
    )
    def things(call: Call) -> Reply:
        page = call.page(colour=call.query.get("colour"))
        last = {"pk": "x", "n": (page.start or {"n": 0})["n"] + page.limit}
        return Reply(200, Things(items=[], next_cursor=page.cursor(last)))

    @api.route("GET", "/v1/things/<thing_id>", scope="orders:read", returns={200: Thing})
    def thing(call: Call) -> Reply:
        if call.path["thing_id"] == "missing":
            raise problems.NotFound("no such thing")
        return Reply(200, Thing(name=f"{call.shop_id} {call.path['thing_id']}"))

    @api.route("PATCH", "/v1/things/<thing_id>", scope="orders:write", returns={200: Thing})
    def change(call: Call) -> Reply:
        expected = call.precondition
        expected.check(7)
        return Reply(200, Thing(name=f"{expected.version}"))

    @api.route("DELETE", "/v1/things/<thing_id>", scope="orders:write", returns={204: None})
    def remove(_call: Call) -> Reply:
        return Reply(204)

    @api.route(
        "POST", "/v1/secrets", scope="orders:write", returns={201: Thing}, idempotency="refused"
    )
    def secret(_call: Call) -> Reply:
        return Reply(201, Thing(name="secret"))

    @api.route("POST", "/v1/keyed", scope=None, returns={200: Thing}, idempotency="optional")
    def keyed(call: Call) -> Reply:
        return Reply(200, Thing(name=str(call.idempotency_key)))

    @api.route("POST", "/hooks", scope=None, returns={200: None}, max_bytes=10)
    def hook(call: Call) -> Reply:
        return Reply(200, text=call.raw_body.hex(), content_type="text/plain")

    @api.route("GET", "/page.html", scope=None, returns={200: None})
    def page(_call: Call) -> Reply:
        return Reply(200, text="<p>", content_type="text/html; charset=utf-8")

    @api.route("GET", "/shown", scope=None, returns={200: None}, shows_pages=True)
    def shown(_call: Call) -> Reply:
        return Reply(200, text="<p>", content_type="text/html; charset=utf-8")

    @api.route("GET", "/boom/<kind>", scope=None, returns={200: None})
    def boom(call: Call) -> Reply:
        raise {
            "ours": BoomError(),
            "throttled": ClientError({"Error": {"Code": "ThrottlingException"}}, "Op"),
            "start": StartKeyError(),
            "caller": RuntimeError(call.caller if call.path["kind"] == "caller" else ""),
        }[call.path["kind"]]

    return api


API = make_api()


def send(method: str, path: str, body: Any = None, **given: Any) -> tuple[int, Any, dict[str, str]]:
    event = http_event(method, path, body, **given)
    answer = API.lambda_handler(event, None)
    headers = {name.lower(): value for name, value in answer.get("headers", {}).items()}
    text = answer.get("body") or ""
    is_json = "json" in headers.get("content-type", "")
    return answer["statusCode"], json.loads(text) if is_json else text, headers


def problem_of(answer) -> tuple[int, str]:
    status, body, headers = answer
    assert headers["content-type"] == "application/problem+json"
    assert body["status"] == status
    return status, body["type"].rpartition(":")[2]
