"""Which changes of a shipment the bus hears of: status, corrections, the day of delivery; pure."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from tracking.parcels.shipment import Shipment, State
from tracking.parcels.states import STANDINGS, Action, Estimate, Status
from tracking.status.expecting import all_there
from waybill.estimates import Estimate as Window

ANNOUNCES: Final[Mapping[str, bool]] = {"announces": True}
"""On the image of a write that the bus hears of, and of no other: the relay wakes for these."""


def is_announced(before: Shipment, after: Shipment) -> bool:
    """Whether the bus hears of a change; of scans alone, and of refreshes, it does not."""
    corrections, were = (
        [parcel.corrected_at for parcel in each.parcels] for each in (after, before)
    )
    return (
        has_turned(before.state, after.state)
        or corrections != were
        or estimate_change(before, after) != ()
    )


def has_turned(before: State, after: State) -> bool:
    """Whether a status is another one, or the recipient is to do something that was not known."""
    return before.status is not after.status or _asked(before) != _asked(after) != ""


def _asked(state: State) -> str:
    """What an exception asks of the recipient; "" for nothing."""
    waits = state.status is Status.EXCEPTION and state.action_required is Action.RECIPIENT
    return f"{state.action_required} {state.sub_status}" if waits else ""


def estimate_change(before: Shipment, after: Shipment) -> tuple[Estimate, Estimate] | tuple[()]:
    """The estimates before and after a change that moved the day; nothing where that is the same.

    A shipment is expected when its last parcel is. Both have to be known, so a first estimate is
    no change, nor is one that was taken back; and it has to be on its way.
    """
    if STANDINGS[after.state.status].is_there:
        return ()
    former, latter = all_there(before.parcels), all_there(after.parcels)
    if former is None or latter is None or last_day(former) == last_day(latter):
        return ()
    return former, latter


def last_day(estimate: Estimate) -> date:
    """The last day of a window, by the clocks of the place if those are known, else UTC's."""
    return Window(estimate.start, estimate.end, estimate.offset).last_day
