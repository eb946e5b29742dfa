"""What a request may hold: bodies, headers, queries and cursors."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.http import http_event
from tests.unit.waybill.http_api import (
    API,
    FOREIGN,
    FULL,
    READ,
    problem_of,
    send,
)
from waybill.http import MAX_JSON_BYTES, etag

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
