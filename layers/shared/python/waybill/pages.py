"""Pages for people: one plain HTML document each, without script, cookie or request elsewhere.

Whoever makes one escapes what comes from outside. The address is a secret of its reader: neither
search engines, nor a frame, nor the page that is gone to from there get it.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Final

CONTENT_TYPE: Final = "text/html; charset=utf-8"

_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1.5rem;"
    "overflow-wrap:anywhere}"
    "h1,h2,p{text-wrap:balance}"
    "h1{font-size:1.8rem;line-height:1.2;margin:.5rem 0}"
    "p{margin:.25rem 0}"
    ".aside{font-size:.9rem;opacity:.8}"
)


@dataclass(frozen=True)
class Pages:
    """Pages of one kind: what they have beside the common style and headers."""

    style: str
    cache_control: str
    vary: str
    has_form: bool = False
    """Whether something is sent from them, to where they are from."""

    @property
    def whole_style(self) -> str:
        """The common style, and their own."""
        return _STYLE + self.style

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The headers of every such page; the only style that is applied is theirs."""
        digest = b64encode(hashlib.sha256(self.whole_style.encode()).digest()).decode()
        forms = "'self'" if self.has_form else "'none'"
        return {
            "Cache-Control": self.cache_control,
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
                f"form-action {forms}; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "Vary": self.vary,
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex, nofollow",
        }

    def document(self, language: str, title: str, main: str) -> str:
        """The whole page; ``main`` is HTML, ``title`` is text."""
        return (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{escape(title)}</title><style>{self.whole_style}</style></head>"
            f"<body><main>{main}</main></body></html>"
        )
