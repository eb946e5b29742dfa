"""Where a carrier's API may be: a public host, by https; pure.

Credentials are sent there, from inside an AWS account. So what is written is read strictly: a
host is a name as DNS has them or an address in its usual form, and nothing that a resolver would
read as one all the same.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from waybill.problems import field_problem

_LABEL: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Two labels at least, and the last begins with a letter: 1, 0x7f.1 and 2130706433 are no names.
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_MAX_NAME: Final = 253
_INSIDE: Final = (".internal", ".local", ".localhost", ".localdomain", ".home.arpa")
"""Names that are never public: ICANN's and RFC 6761, 6762 and 8375's, and what systems default to.
"""
_NAT64: Final = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL: Final = IPv6Network("64:ff9b:1::/48")
_COMPATIBLE: Final = IPv6Network("::/96")


def checked_base_url(text: str, *, local: bool) -> str:
    """The base URL without a slash at its end; raises 422.

    It is https and a public host; on local stacks, where the carrier is a simulator, it may also
    be this machine: 127.0.0.0/8, ::1 or localhost, by http or https.
    """
    if any(character <= " " or character in '\\"<>^`{|}' for character in text):
        raise field_problem("/base_url", "not a URL")
    if not text.isascii() or not text.isprintable():
        raise field_problem("/base_url", "ASCII only: a name in other letters as xn--")
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise field_problem("/base_url", "not a URL") from None
    if not host or port == 0 or any(mark in text for mark in "@?#"):
        raise field_problem("/base_url", "scheme, host and path; nothing else")
    at_home = local and is_loopback(host)
    if url.scheme != "https" and not (at_home and url.scheme == "http"):
        raise field_problem("/base_url", "https only; http on loopback in local stacks")
    if not at_home and not is_public(host):
        raise field_problem("/base_url", "a public host")
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, written as an address or as ``localhost``."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def is_public(host: str) -> bool:
    """Whether a host is an address or a name of the internet; what a name resolves to, aside."""
    address = _address(host)
    if address is not None:
        return _is_public_address(address)
    is_name = len(host) <= _MAX_NAME and _NAME.fullmatch(host) is not None
    return is_name and not host.endswith(_INSIDE)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_public_address(address: IPv4Address | IPv6Address) -> bool:
    """Also of what an IPv6 address has inside: translators carry it to the IPv4 address."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    if address.scope_id is not None or address in _NAT64_LOCAL or address in _COMPATIBLE:
        return False
    if address in _NAT64:
        return _is_public_address(IPv4Address(int(address) & 0xFFFF_FFFF))
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    carried = [each for each in inside if each is not None]
    if carried:
        return all(map(_is_public_address, carried))
    return address.is_global and not address.is_multicast
