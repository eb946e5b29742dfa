"""Access tokens: asked for as RFC 6749 says, believed only if they can be sent."""

import base64
import json
from typing import Any

import pytest

from tracking.carriers.base import Access, GarbledError, RefusedError, Response, Token
from tracking.carriers.oauth import ClientCredentials

OAUTH = ClientCredentials("/security/v1/oauth/token")
ACCESS = Access("https://carrier.example", {"client_id": "me", "client_secret": "s:cret"})


def parse(status: int = 200, **document: Any) -> Token:
    body = json.dumps(document).encode()
    return OAUTH.parse_token(Response(status, "application/json", body))


def test_a_token_is_asked_for_with_the_clients_own_name() -> None:
    request = OAUTH.token_request(ACCESS)
    assert (request.method, request.body) == ("POST", b"grant_type=client_credentials")
    assert request.url == "https://carrier.example/security/v1/oauth/token"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    scheme, _, basic = request.headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(basic)) == ("Basic", b"me:s:cret")
    assert basic not in repr(request)


@pytest.mark.parametrize("lifetime", [14399, "14399"])
def test_a_lifetime_is_a_number_or_text(lifetime: Any) -> None:
    token = parse(access_token="abc.def", expires_in=lifetime, token_type="Bearer")
    assert token == Token("abc.def", 14399)
    assert "abc" not in repr(token)


def test_a_token_lives_a_week_at_most() -> None:
    assert parse(access_token="a", expires_in=10**15).lifetime == 7 * 24 * 3600


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_wrong_client_is_refused(status: int) -> None:
    with pytest.raises(RefusedError):
        parse(status, error="invalid_client")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"access_token": "", "expires_in": 5},
        {"access_token": "a\r\nX-Evil: 1", "expires_in": 5},
        {"access_token": "a", "expires_in": -5},
        {"access_token": "a", "expires_in": 1.5},
        {"access_token": "a"},
        {"access_token": ["a"], "expires_in": 5},
        {"access_token": "a" * 20_000, "expires_in": 5},
    ],
)
def test_what_is_no_token_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(GarbledError):
        parse(**document)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"[" * 100_000])
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(GarbledError):
        OAUTH.parse_token(Response(200, "text/html", body))


def test_a_page_that_is_not_there_is_no_token() -> None:
    with pytest.raises(GarbledError):
        parse(404, access_token="a", expires_in=5)
