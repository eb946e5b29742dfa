"""An e-mail address that is one plain mailbox: what mail can be sent to, and nothing besides.

No display name, no second address, no line break that would become a header, no comment or quoted
part, nothing but ASCII: SES takes no Unicode before the @.

Source: RFC 5321, section 4.1.2 (Dot-string, sub-domain) and 4.5.3.1 (lengths); RFC 1035, section
2.3.1 (a label's form). A name without a dot is nobody's on the public network.
"""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

MAX_ADDRESS: Final = 254  # a path of 256 with its angle brackets
MAX_LOCAL: Final = 64

_ATOM: Final = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _short_enough(address: str) -> str:
    if len(address.partition("@")[0]) > MAX_LOCAL:
        raise ValueError(f"at most {MAX_LOCAL} characters before the @")
    return address


Mailbox = Annotated[
    str,
    Field(
        max_length=MAX_ADDRESS,
        pattern=rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+$",
        examples=["ana@shop.example"],
    ),
    AfterValidator(_short_enough),
]
"""A mailbox as an API takes it. Personal data: in no event, and in no log."""
