"""JSON documents in one binary attribute, compressed: an item holds at most 400 KB."""

import json
import zlib
from typing import Any


def pack(document: Any) -> bytes:
    """A JSON document as compressed bytes; raises TypeError for what JSON does not know."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode())


def unpack(data: bytes) -> Any:
    """The document that :func:`pack` was given."""
    return json.loads(zlib.decompress(data))
