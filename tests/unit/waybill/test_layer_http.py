"""waybill.http: routing, keys, bodies, ETags, cursors, and one place for errors."""

import base64
import json
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from tests.support.http import http_event
from waybill import problems
from waybill.auth import Authenticator, hash_secret
from waybill.dynamo import StartKeyError
from waybill.http import MAX_JSON_BYTES, Api, Call, Model, Reply, etag

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


# --- answers -----------------------------------------------------------------------------------


def test_a_model_goes_in_and_out():
    status, body, headers = send("POST", "/v1/things", {"name": "x"}, key=FULL)
    assert (status, body) == (201, {"name": "x", "size": 1})
    assert headers["etag"] == '"7"'
    assert headers["location"] == "/v1/things/1"
    assert headers["content-type"] == "application/json"
    assert headers["x-correlation-id"] == "req-test-request"


def test_an_empty_answer_has_no_body():
    status, body, _ = send("DELETE", "/v1/things/1", key=FULL)
    assert (status, body) == (204, "")


def test_text_is_sent_as_it_is():
    status, body, headers = send("GET", "/page.html")
    assert (status, body, headers["content-type"]) == (200, "<p>", "text/html; charset=utf-8")


def test_a_routes_docstring_is_its_summary():
    assert API.routes[1].summary == "Create a thing."
    assert API.routes[3].parameters == ["thing_id"]


def test_path_parameters_and_the_callers_shop_arrive():
    assert send("GET", "/v1/things/A.b-c_1", key=READ)[1]["name"] == f"{SHOP} A.b-c_1"


@pytest.mark.parametrize(
    "text", ["a b", "ä", "#1?", '"', "a\\b", "😀", "100%", "%", "a+b", "<x>", "\n"]
)
def test_a_path_parameter_may_hold_any_text(text):
    for sent in (quote(text, safe=""), text.replace("%", "%25")):  # as sent, as decoded on the way
        answer = send("GET", f"/v1/things/{sent}", key=READ)
        assert answer[1]["name"] == f"{SHOP} {text}"


@pytest.mark.parametrize("text", ["a/b", "/a", "a/", "a/b/c", "a b/ä"])
def test_where_it_is_said_a_parameter_may_hold_slashes(text):
    for sent in (quote(text, safe=""), text):
        assert send("GET", f"/v1/skus/{sent}")[1]["name"] == text


def test_a_slash_is_a_separator_everywhere_else():
    assert problem_of(send("GET", "/v1/things/a/b", key=READ))[0] == 404
    assert problem_of(send("GET", "/v1/things/a%2Fb", key=READ))[0] == 404


def test_a_parameter_longer_than_any_name_is_404():
    assert send("GET", "/v1/things/" + "x" * 512, key=READ)[0] == 200
    assert send("GET", "/v1/things/" + "x" * 513, key=READ)[0] == 404
    assert send("GET", "/v1/things/" + "é" * 257, key=READ)[0] == 404


def test_half_a_character_in_a_path_is_no_500():
    assert send("GET", "/v1/things/\ud800", key=READ)[0] in {200, 404}


def test_a_request_without_id_gets_a_correlation_id():
    event = http_event("GET", "/page.html")
    del event["requestContext"]["requestId"]
    first, second = (
        API.lambda_handler(event, None)["headers"]["X-Correlation-Id"] for _ in range(2)
    )
    assert first.startswith("req_")
    assert first != second


# --- routing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/thing", "/v1/things/1/2", "/pagexhtml", "/v1/things/", "/v1/things/1/"],
)
def test_an_unknown_path_is_404(path):
    assert problem_of(send("GET", path)) == (404, "not-found")


def test_another_method_is_405_and_says_which():
    answer = send("PUT", "/v1/things/1", key=FULL)
    assert problem_of(answer) == (405, "method-not-allowed")
    assert answer[2]["allow"] == "DELETE, GET, PATCH"


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD"])
def test_methods_of_browsers_are_405_too(method):
    assert problem_of(send(method, "/v1/things"))[0] == 405


# --- keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", [None, "nonsense", "wb_x_y", FULL + "x", FULL.replace("full", "fool")]
)
def test_no_key_or_a_wrong_one_is_401(key):
    answer = send("GET", "/v1/things/1", key=key)
    assert problem_of(answer) == (401, "unauthenticated")
    assert answer[2]["www-authenticate"] == "Bearer"


def test_a_missing_scope_is_403():
    assert problem_of(send("DELETE", "/v1/things/1", key=READ)) == (403, "forbidden")


def test_the_operator_has_no_shop_here():
    assert problem_of(send("GET", "/v1/things/1", key="wb_operator_op")) == (403, "forbidden")


def test_the_key_is_checked_before_the_body_is_read():
    assert send("POST", "/v1/things", raw="{")[0] == 401
    assert send("POST", "/v1/things", raw="x" * (MAX_JSON_BYTES + 1))[0] == 401


def test_a_public_route_has_no_caller():
    assert problem_of(send("GET", "/boom/caller"))[0] == 500


# --- bodies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["{", "nonsense", '{"name": "x"', "\ufeff{}", "{'name': 1}"])
def test_broken_json_is_400(raw):
    assert problem_of(send("POST", "/v1/things", raw=raw, key=FULL)) == (400, "malformed-request")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        (None, "/name"),
        ([], ""),
        ("text", ""),
        ({"name": "x", "extra": 1}, "/extra"),
        ({"name": "x", "size": 1.5}, "/size"),
        ({"name": None}, "/name"),
    ],
)
def test_wrong_fields_are_422_with_pointers(body, pointer):
    answer = send("POST", "/v1/things", body, key=FULL)
    assert problem_of(answer) == (422, "unprocessable")
    assert [error["pointer"] for error in answer[1]["errors"]] == [pointer]


def test_a_body_over_1_mb_is_413():
    name = "x" * MAX_JSON_BYTES
    assert problem_of(send("POST", "/v1/things", {"name": name}, key=FULL))[0] == 413
    name = "x" * (MAX_JSON_BYTES - 20)
    assert send("POST", "/v1/things", {"name": name}, key=FULL)[0] == 201


def test_a_routes_own_limit_counts_bytes():
    assert send("POST", "/hooks", raw="é" * 5)[0] == 200
    assert problem_of(send("POST", "/hooks", raw="é" * 5 + "x"))[0] == 413


def test_a_base64_body_is_its_bytes():
    event = http_event("POST", "/hooks", raw=base64.b64encode(b"\xff\x00\x80").decode())
    event["isBase64Encoded"] = True
    assert API.lambda_handler(event, None)["body"] == "ff0080"


def test_the_raw_body_is_exact():
    assert send("POST", "/hooks", raw=' {"é": 1}')[1] == ' {"é": 1}'.encode().hex()


# --- headers -----------------------------------------------------------------------------------


def test_an_idempotency_key_is_read_and_optional():
    assert send("POST", "/v1/keyed", headers={"Idempotency-Key": "k-1"})[1]["name"] == "k-1"
    assert send("POST", "/v1/keyed")[1]["name"] == "None"


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256, "a\n"])
def test_a_strange_idempotency_key_is_400(key):
    assert problem_of(send("POST", "/v1/keyed", headers={"Idempotency-Key": key}))[0] == 400


def test_an_idempotency_key_is_refused_where_a_secret_is_shown():
    answer = send("POST", "/v1/secrets", {}, key=FULL, headers={"Idempotency-Key": "k"})
    assert problem_of(answer) == (400, "malformed-request")
    assert send("POST", "/v1/secrets", {}, key=FULL)[0] == 201


@pytest.mark.parametrize(("tag", "version"), [('"7"', "7"), ("*", "None"), (None, "None")])
def test_if_match_is_a_version(tag, version):
    headers = {} if tag is None else {"If-Match": tag}
    answer = send("PATCH", "/v1/things/1", key=FULL, headers=headers)
    assert answer[1]["name"] == version


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Encoding": "gzip"},
        {"Content-Type": "application/json; charset=iso-8859-1"},
        {"Content-Type": 'application/json; Charset="UTF-16"'},
    ],
)
def test_a_body_that_is_not_plain_utf8_is_400(headers):
    answer = send("POST", "/v1/things", {"name": "x"}, key=FULL, headers=headers)
    assert problem_of(answer) == (400, "malformed-request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/json; charset=UTF-8", ""])
def test_a_body_that_is_json_is_taken_whatever_it_is_called(content_type):
    headers = {"Content-Type": content_type, "Content-Encoding": "identity"}
    assert send("POST", "/v1/things", {"name": "x"}, key=FULL, headers=headers)[0] == 201


@pytest.mark.parametrize(
    "raw", ['{"name": "a", "name": "a"}', '{"name": "a", "size": 1, "na\\u006de": "b"}']
)
def test_a_name_that_comes_twice_is_400(raw):
    answer = send("POST", "/v1/things", key=FULL, raw=raw)
    assert problem_of(answer) == (400, "malformed-request")


@pytest.mark.parametrize("tag", ["", "7", 'W/"7"', '"x"', '"1", "2"', '"' + "9" * 20 + '"'])
def test_a_strange_if_match_is_400(tag):
    answer = send("PATCH", "/v1/things/1", key=FULL, headers={"If-Match": tag})
    assert problem_of(answer)[0] == 400


def test_an_etag_is_quoted():
    assert etag(12) == {"ETag": '"12"'}


# --- queries and pages -------------------------------------------------------------------------


def test_an_unknown_query_parameter_is_422():
    answer = send("GET", "/v1/things", key=READ, query={"size": "1", "limit": "5"})
    assert problem_of(answer) == (422, "unprocessable")
    assert answer[1]["errors"] == [{"pointer": "/size", "detail": "unknown"}]
    assert send("GET", "/v1/things/1", key=READ, query={"limit": "5"})[0] == 422


def test_a_page_for_people_is_shown_whatever_was_added_to_its_link():
    assert send("GET", "/shown", query={"utm_source": "mail", "fbclid": "x" * 9000})[0] == 200


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", "", "1000", " 5"])
def test_a_limit_is_1_to_100(limit):
    assert problem_of(send("GET", "/v1/things", key=READ, query={"limit": limit}))[0] == 422


def cursor_after(**query: str) -> str:
    return send("GET", "/v1/things", key=READ, query=query)[1]["next_cursor"]


def position(cursor: str) -> int:
    return json.loads(base64.urlsafe_b64decode(cursor + "=="))["k"]["n"]


def test_a_cursor_goes_on_where_the_page_ended():
    first = cursor_after(limit="10")
    second = cursor_after(limit="5", cursor=first)
    assert (position(first), position(second)) == (10, 15)
    assert "=" not in first


def test_the_default_page_has_50():
    assert position(cursor_after()) == 50


def test_a_cursor_belongs_to_its_filters():
    cursor = cursor_after(colour="red")
    answer = send("GET", "/v1/things", key=READ, query={"colour": "blue", "cursor": cursor})
    assert problem_of(answer) == (400, "invalid-cursor")


def test_a_cursor_belongs_to_its_shop():
    answer = send("GET", "/v1/things", key=FOREIGN, query={"cursor": cursor_after()})
    assert problem_of(answer) == (400, "invalid-cursor")


def forged(key: Any) -> str:
    document = json.loads(base64.urlsafe_b64decode(cursor_after() + "=="))
    text = json.dumps(document | {"k": key})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_forging_works_in_this_test():
    assert position(cursor_after(cursor=forged({"pk": "x", "n": 1}))) == 51


@pytest.mark.parametrize(
    "key",
    [
        None,
        {},
        [],
        "x",
        {"pk": 1.5},
        {"pk": None},
        {"pk": True},
        {"pk": ["x"]},
        {"pk": {"S": "x"}},
        {"pk": "\ud800"},
    ],
)
def test_a_cursor_that_is_no_key_is_400(key):
    answer = send("GET", "/v1/things", key=READ, query={"cursor": forged(key)})
    assert problem_of(answer) == (400, "invalid-cursor")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "é",
        "AAAA",
        "a",
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b"1").decode(),
        base64.urlsafe_b64encode(b'{"c": 1}').decode(),
        base64.urlsafe_b64encode(b"[" * 6000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_that_is_none_is_400(text):
    answer = send("GET", "/v1/things", key=READ, query={"cursor": text})
    assert problem_of(answer) == (400, "invalid-cursor")


@given(st.text(max_size=200))
def test_no_text_is_a_cursor(text):
    assert send("GET", "/v1/things", key=READ, query={"cursor": text})[0] == 400


# --- errors ------------------------------------------------------------------------------------


def test_a_problem_is_answered_as_it_is():
    answer = send("GET", "/v1/things/missing", key=READ)
    assert problem_of(answer) == (404, "not-found")
    assert answer[1]["instance"] == "urn:waybill:request:req-test-request"
    assert answer[2]["x-correlation-id"] == "req-test-request"


def test_an_unexpected_error_is_500_and_says_nothing(logs):
    answer = send("GET", "/boom/ours")
    assert problem_of(answer) == (500, "internal-error")
    assert "canary" not in logs.text + json.dumps(answer[1])
    assert '"error_type":"BoomError"' in logs.text
    assert "RequestFailures" in logs.text


def test_a_refusing_dependency_is_503_and_says_when(logs):
    answer = send("GET", "/boom/throttled")
    assert problem_of(answer) == (503, "unavailable")
    assert answer[2]["retry-after"] == "1"
    assert "DependencyRefusals" in logs.text


def test_a_start_key_that_the_table_refuses_is_400():
    assert problem_of(send("GET", "/boom/start")) == (400, "invalid-cursor")
