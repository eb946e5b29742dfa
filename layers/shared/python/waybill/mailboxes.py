"""An e-mail address that is one plain mailbox: what mail can be sent to, and nothing besides.

No display name, no second address, no line break that would become a header, no comment or quoted
part, nothing but ASCII: SES takes no Unicode before the @.

Source: RFC 5321, section 4.1.2 (Dot-string, sub-domain) and 4.5.3.1 (lengths); RFC 1035, section
2.3.1 (a label's form). A name without a dot is nobody's on the public network.
"""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

MAX_ADDRESS: Final = 254  # a path of 256 with its angle brackets
MAX_LOCAL: Final = 64

_ATOM: Final = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_FORM: Final = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+$"
_EXAMPLE: Final = "ana@shop.example"


def _checked(address: str) -> str:
    if not re.fullmatch(_FORM, address):
        raise ValueError(f"not one plain e-mail address, such as {_EXAMPLE}")
    if len(address.partition("@")[0]) > MAX_LOCAL:
        raise ValueError(f"at most {MAX_LOCAL} characters before the @")
    return address


Mailbox = Annotated[
    str,
    Field(
        max_length=MAX_ADDRESS,
        examples=[_EXAMPLE],
        json_schema_extra={"pattern": _FORM},
    ),
    AfterValidator(_checked),
]
"""A mailbox as an API takes it. Personal data: in no event, and in no log."""
