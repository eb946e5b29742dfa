"""The simulated carriers refuse, fail and push as the real ones do."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from local.carriers import easypost, ups
from local.carriers.faults import KINDS
from local.carriers.journeys import Request
from local.carriers.pushes import Pushes
from local.carriers.server import Simulator

UPS, USPS = "1Z12345E0205271688", "9400100000000000000006"
FORM = b"grant_type=client_credentials"
CLIENT = ":".join(ups.CREDENTIALS.values())


def basic(text):
    return {"authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


@pytest.fixture
def simulator():
    return Simulator()


def control(simulator, method, path, told=None):
    body = b"" if told is None else json.dumps(told).encode()
    return simulator.answer(Request(method, f"/_control/{path}", {}, {}, body))


def token_of(simulator, names=CLIENT, form=FORM):
    path = "/security/v1/oauth/token"
    return simulator.answer(Request("POST", path, {}, basic(names), form))


def ask_ups(simulator, token, **more):
    headers = {"authorization": f"Bearer {token}", "transid": "1", "transactionsrc": "x"} | more
    return simulator.answer(Request("GET", f"/api/track/v1/details/{UPS}", {}, headers))


def ask_dhl(simulator, key="simulated-dhl-key", number="1234567891"):
    query = {"trackingNumber": [number]} if number else {}
    return simulator.answer(Request("GET", "/track/shipments", query, {"dhl-api-key": key}))


def track(simulator, names="simulated-easypost-key:", body=None):
    told = {"tracker": {"tracking_code": USPS, "carrier": "USPS"}} if body is None else body
    headers = basic(names)
    return simulator.answer(Request("POST", "/v2/trackers", {}, headers, json.dumps(told).encode()))


def test_ups_wants_a_client_then_a_token_then_its_headers(simulator):
    assert token_of(simulator, "some:body").status == 401
    assert token_of(simulator, form=b"grant_type=password").status == 400
    token = token_of(simulator).document
    assert (token["token_type"], token["expires_in"]) == ("Bearer", "14399")
    assert ask_ups(simulator, "guess").status == 401
    assert ask_ups(simulator, token["access_token"], transid="").status == 400
    answer = ask_ups(simulator, token["access_token"])
    warnings = answer.document["trackResponse"]["shipment"][0]["warnings"]
    assert (answer.status, warnings[0]["code"]) == (200, "TW0001")


def test_a_ups_token_that_ended_is_refused_once_and_a_new_one_is_good(simulator):
    token = token_of(simulator).document["access_token"]
    control(simulator, "PUT", "faults/ups", {"kind": "expired", "times": 1})
    assert ask_ups(simulator, token).status == 401
    assert ask_ups(simulator, token).status == 401
    assert ask_ups(simulator, token_of(simulator).document["access_token"]).status == 200


def test_dhl_refuses_a_wrong_key_and_knows_nothing_in_its_own_words(simulator):
    assert ask_dhl(simulator, "guess").status == 401
    assert ask_dhl(simulator, number="").status == 400
    answer = ask_dhl(simulator)
    assert (answer.status, answer.document["title"]) == (404, "No result found")


def test_easypost_refuses_a_wrong_key_and_what_is_no_tracker(simulator):
    assert track(simulator, "guess:").status == 401
    assert track(simulator, body={"tracker": 1}).status == 422
    answer = track(simulator)
    assert (answer.status, answer.document["status"]) == (201, "unknown")
    assert track(simulator).document["id"] == answer.document["id"]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"expired"}))
def test_a_fault_spoils_as_many_answers_as_it_is_told(simulator, kind):
    journey = {"events": [{"code": "transit", "text": "Words"}]}
    control(simulator, "PUT", "dhl/1234567891", journey)
    well = ask_dhl(simulator)
    assert control(simulator, "PUT", "faults/dhl", {"kind": kind, "times": 2}).status == 200
    spoiled = [ask_dhl(simulator) for _ in range(3)]
    assert spoiled[0] == spoiled[1] != well
    assert spoiled[2] == well
    assert control(simulator, "GET", "faults/dhl").document == {}


def test_faults_answer_as_carriers_in_trouble_do(simulator):
    seen = {}
    for kind in KINDS:
        control(simulator, "PUT", "faults/dhl", {"kind": kind, "seconds": 7})
        seen[kind] = ask_dhl(simulator)
    assert (seen["rate-limited"].status, seen["rate-limited"].headers) == (
        429,
        {"Retry-After": "7"},
    )
    assert (seen["error"].status, seen["unauthorized"].status) == (500, 401)
    assert seen["hang"].silent_seconds == 7
    assert (seen["html"].raw or b"").startswith(b"<!doctype html>")
    assert seen["blank"].raw == b""
    assert seen["empty"].status == 404
    control(simulator, "DELETE", "faults/dhl")
    assert ask_dhl(simulator).status == 404
    for wrong in ({"kind": "fire"}, {}, 1):
        assert control(simulator, "PUT", "faults/dhl", wrong).status == 422


class Listener:
    """A webhook that remembers what it got."""

    def __init__(self):
        self.got = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.got.append((body, self.headers["X-Hmac-Signature"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"


@pytest.fixture
def listener(socket_enabled):
    listener = Listener()
    thread = threading.Thread(target=listener.server.serve_forever)
    thread.start()
    yield listener
    listener.server.shutdown()
    thread.join()
    listener.server.server_close()


def test_who_made_a_tracker_is_told_of_it_signed_and_again_on_demand(simulator, listener):
    journey = {"events": [{"code": "in_transit/held", "place": "BERLIN"}]}
    control(simulator, "PUT", "webhook", {"url": listener.url, "secret": "geh\u00e9im"})
    assert "pushed" not in control(simulator, "PUT", f"easypost/{USPS}", journey).document
    track(simulator)
    pushed = control(simulator, "PUT", f"easypost/{USPS}", journey).document["pushed"]
    assert pushed["status"] == 200
    again = control(simulator, "POST", f"pushes/{pushed['event']}")
    assert again.document == pushed
    assert control(simulator, "POST", "pushes/evt_none").status == 404
    assert control(simulator, "GET", "pushes").document["pushes"] == [pushed, pushed]
    (body, signature), second = listener.got
    assert second == (body, signature)
    key = "geh\u0065\u0301im".encode()  # as NFKD has it
    digest = hmac.new(key, body, hashlib.sha256).hexdigest()
    assert signature == f"hmac-sha256-hex={digest}"
    event = json.loads(body)
    assert (event["id"], event["description"]) == (pushed["event"], "tracker.updated")
    assert event["result"]["tracking_details"][0]["status_detail"] == "held"


def test_nobody_listens(simulator):
    pushes = Pushes()
    assert pushes.tell({}) is None
    assert easypost.answer(Request("GET", "/v2/trackers", {}, {}), None) is None
