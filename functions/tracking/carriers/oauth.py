"""Access tokens by OAuth 2's client credentials grant (RFC 6749, section 4.4)."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from tracking.carriers.base import (
    Access,
    GarbledError,
    RefusedError,
    Request,
    Response,
    Token,
    read_json,
    text_of,
)

_OK: Final = 200
_REFUSALS: Final = (400, 401, 403)  # RFC 6749, section 5.2: a wrong client is 400 or 401
_FORM: Final = "application/x-www-form-urlencoded"
_LONGEST: Final = 7 * 24 * 3600
_MAX_TOKEN: Final = 16_384


@dataclass(frozen=True)
class ClientCredentials:
    """Where a carrier issues tokens to ``client_id`` and ``client_secret``, by HTTP Basic."""

    path: str

    def token_request(self, access: Access) -> Request:
        """The request for a new token."""
        names = (access.credentials["client_id"], access.credentials["client_secret"])
        basic = b64encode(":".join(names).encode()).decode()
        headers = {
            "Accept": "application/json",
            "Authorization": f"Basic {basic}",
            "Content-Type": _FORM,
        }
        return Request(
            access.base_url + self.path, headers, "POST", b"grant_type=client_credentials"
        )

    def parse_token(self, response: Response) -> Token:
        """The token; raises :class:`GarbledError`, or :class:`RefusedError` for a wrong client."""
        if response.status in _REFUSALS:
            raise RefusedError
        document = read_json(response) if response.status == _OK else None
        if not isinstance(document, dict):
            raise GarbledError("no token")
        value = text_of(document.get("access_token"))
        lifetime = text_of(document.get("expires_in"))  # UPS sends the number as text
        visible = all("!" <= character <= "~" for character in value)
        if not (value and visible and len(value) <= _MAX_TOKEN and lifetime.isdecimal()):
            raise GarbledError("no token")
        return Token(value, min(int(lifetime[:9]), _LONGEST))
