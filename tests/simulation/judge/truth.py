"""Whether all that a carrier has told of a parcel is known: each scan once, and nothing else."""

from collections.abc import Iterator
from typing import Final

from tests.simulation.judge.codes import asked_of
from tests.simulation.judge.identity import shipment_id
from tests.simulation.judge.shipments import scan_of
from tests.simulation.judge.verdict import Item, broken
from tests.simulation.judge.world import World

_ROUNDING: Final = 0.002
"""Seconds: instants are kept to the millisecond."""


def knows_all(world: World) -> bool:
    """Whether nothing is missing of any parcel."""
    shipments = (item for kind, _, item in world.items("ShipmentsTable") if kind == "shipment")
    parcels = (parcel for item in shipments for parcel in item["parcels"])
    return all(next(_missing(world, parcel), None) is None for parcel in parcels)


def check_truth(world: World, shipment: Item) -> None:
    """Judge a shipment at the end."""
    for text in (text for parcel in shipment["parcels"] for text in _missing(world, parcel)):
        numbers = [parcel["tracking_number"] for parcel in shipment["parcels"]]
        broken("scans", text, shipment_id(shipment), *numbers)


def _missing(world: World, parcel: Item) -> Iterator[str]:
    number = parcel["tracking_number"]
    expected = world.expected_scans.get(number)
    if expected is None or parcel.get("silence") == "expired":
        return
    asked, told = expected
    kept = sorted(scan_of(text)[:2] for text in parcel.get("scans", ()))
    if [code for _, code in kept] != [code for _, code in told] or any(
        abs(at - instant) > _ROUNDING for (at, _), (instant, _) in zip(kept, told, strict=True)
    ):
        yield f"of {number} kept {kept}, told {told}"
    elif asked_of(parcel["carrier"]) != asked:
        yield f"{number} is {parcel['carrier']}'s, {asked} has told of it"
