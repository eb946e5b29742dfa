"""A carrier's rhythm as an item of ShipmentsTable, and back."""

import zlib
from base64 import b85decode
from typing import Final

from tracking.cadence.rhythm import CELLS, UNLEARNED, Cells, Rhythm
from waybill import keys
from waybill.dynamo import Item

_BYTES: Final = 3
_LEVEL: Final = 9


def rhythm_item(carrier: str, rhythm: Rhythm) -> Item:
    """The item of a carrier's rhythm: two write units at most, one while each parcel teaches."""
    item = keys.rhythm(carrier) | _counts(rhythm) | {"changed_ms": int(rhythm.changed_at * 1000)}
    return item | ({"earlier": _counts(rhythm.earlier)} if rhythm.earlier else {})


def rhythm_from(item: Item | None) -> Rhythm:
    """The rhythm of an item; unlearned where there is none, or one of another shape."""
    if item is None:
        return UNLEARNED
    newest, former = _cells(item["newest"]), _cells(item["former"])
    if len(newest) != CELLS or len(former) != CELLS:
        return UNLEARNED
    changed_at = item.get("changed_ms", 0) / 1000
    earlier = rhythm_from(item["earlier"]) if "earlier" in item else None
    return Rhythm(item["generation"], newest, former, changed_at, earlier)


def _counts(rhythm: Rhythm) -> Item:
    return {
        "generation": rhythm.generation,
        "newest": _packed(rhythm.newest),
        "former": _packed(rhythm.former),
    }


def _packed(cells: Cells) -> bytes:
    return zlib.compress(b"".join(cell.to_bytes(_BYTES, "big") for cell in cells), _LEVEL)


def _cells(packed: bytes | str) -> Cells:
    # Text is as former versions kept it; what they knew is not to be learned again.
    raw = b85decode(packed) if isinstance(packed, str) else zlib.decompress(packed)
    return tuple(int.from_bytes(raw[at : at + _BYTES], "big") for at in range(0, len(raw), _BYTES))
