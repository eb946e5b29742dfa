"""One place turns requests into calls, and results into answers and problems."""

import json
from urllib.parse import quote

import pytest

from tests.support.http import http_event
from tests.unit.waybill.http_api import API, FULL, READ, SHOP, problem_of, send
from waybill.http import MAX_JSON_BYTES

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


# --- errors ------------------------------------------------------------------------------------


def test_a_problem_is_answered_as_it_is():
    answer = send("GET", "/v1/things/missing", key=READ)
    assert problem_of(answer) == (404, "not-found")
    assert answer[1]["instance"] == "urn:waybill:request:req-test-request"
    assert answer[2]["x-correlation-id"] == "req-test-request"


@pytest.mark.secrecy
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
