"""The carrier simulator over real HTTP on loopback: control in, a carrier's answer out."""

import threading

import pytest
import requests

from local.carriers.server import serve

NUMBER = "EB123456785JP"


@pytest.fixture
def simulator(tmp_path):
    with serve(0, tmp_path / "journeys.json") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with requests.Session() as session:
            session.trust_env = False
            session.base = f"http://127.0.0.1:{server.server_address[1]}"
            yield session
        server.shutdown()
        thread.join()


def path_of(simulator, number=NUMBER, token=None):
    known = simulator.get(f"{simulator.base}/_control/credentials").json()["ems"]["token"]
    return f"{simulator.base}/PTT.API/Service.svc/rest/itemTTExt/{number}/{token or known}"


def test_a_journey_told_to_control_is_what_the_carrier_answers(simulator):
    control = f"{simulator.base}/_control/ems/{NUMBER}"
    assert simulator.get(path_of(simulator)).json() == 1
    assert simulator.get(control).status_code == 404

    simulator.put(control, json={"events": [{"code": "EMA"}], "destination": "DE"})
    simulator.post(control, json={"events": [{"code": "EMI", "place": "BERLIN"}]})

    answer = simulator.get(path_of(simulator))
    assert answer.headers["Content-Type"].startswith("application/json")
    assert [event["EventCd"] for event in answer.json()["Events"]] == ["EMA", "EMI"]
    assert answer.json()["State"] == 3
    assert len(simulator.get(control).json()["events"]) == 2


def test_calls_are_counted_without_their_tokens(simulator):
    simulator.get(path_of(simulator))
    assert simulator.get(path_of(simulator, token="wrong-token")).status_code == 401

    seen = simulator.get(f"{simulator.base}/_control/calls")
    assert seen.json()["count"] == 2
    assert [call["status"] for call in seen.json()["calls"]] == [200, 401]
    assert {call["number"] for call in seen.json()["calls"]} == {NUMBER}
    assert "token" not in seen.text

    assert simulator.delete(f"{simulator.base}/_control/calls").json()["count"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", b"", 404),
        ("GET", "/_control/nothing", b"", 404),
        ("PUT", "/_control/nobody/1", b"{}", 404),
        ("PUT", f"/_control/ems/{NUMBER}", b"not json", 422),
        ("PUT", f"/_control/ems/{NUMBER}", b'{"events": [{}]}', 422),
        ("DELETE", f"/_control/ems/{NUMBER}", b"", 405),
    ],
)
def test_what_makes_no_sense_is_refused(simulator, method, path, body, status):
    assert simulator.request(method, simulator.base + path, data=body).status_code == status
