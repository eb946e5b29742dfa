"""Dividing units: of a SKU over locations, and of what was got over an order's lines."""

from collections.abc import Mapping, Sequence

from inventory.stock import DemandLine, LineShare

Needs = dict[str, int]
"""Units by SKU."""
Takes = dict[tuple[str, str], int]
"""Units by SKU and location id."""


def split(
    sku: str, units: int, ranked: Sequence[str], there: Mapping[tuple[str, str], int]
) -> Takes:
    """Take a SKU's units from the first location that has them all, else from as many as it takes.

    ``there`` is what each SKU and location has; less is taken when there is less.
    """
    for location_id in ranked:
        if there[sku, location_id] >= units:
            return {(sku, location_id): units}
    takes: Takes = {}
    for location_id in ranked:
        some = min(units, there[sku, location_id])
        if some:
            takes[sku, location_id] = some
            units -= some
    return takes


def spread(
    lines: Sequence[DemandLine], allocated: Mapping[str, int], owed: Mapping[str, int]
) -> dict[str, LineShare]:
    """Spread what was got and what is owed of each SKU over its lines, in their order.

    A line has at least what was shipped for it.
    """
    left = dict(allocated)
    owing = dict(owed)
    shares: dict[str, LineShare] = {}
    for line in lines:
        share = min(line.shipped, left.get(line.sku, 0))
        left[line.sku] = left.get(line.sku, 0) - share
        shares[line.line_id] = LineShare(share, 0)
    for line in lines:
        more = min(line.wanted - shares[line.line_id].allocated, left[line.sku])
        left[line.sku] -= more
        has = shares[line.line_id].allocated + more
        late = min(line.wanted - has, owing.get(line.sku, 0))
        owing[line.sku] = owing.get(line.sku, 0) - late
        shares[line.line_id] = LineShare(has, late)
    return shares
