"""How orders come into being and change: conditional writes that a retry or a race cannot double.

Placing writes the details first and the order second, each only if it is not there. A crash in
between leaves details that no order has; whoever places the same order next completes it, and
another request takes its place. A change reads, decides and writes only if nobody was faster.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from orders.details import Details
from orders.edits.edit import Edit
from orders.lifecycle import demand
from orders.order import Order, Stamp
from orders.records import Change, Entry, Record
from orders.schedule.asking import noting_when_asked
from waybill.clock import Clock
from waybill.dynamo import ContentionError
from waybill.observability import correlation_id

_ATTEMPTS: Final = 8


class OrderStore(Protocol):
    """What writing needs of storage; see :class:`orders.repository.OrderRepository`."""

    def order(self, shop_id: str, order_id: str) -> Order | None:
        """Return the order as it stands."""

    def details(self, shop_id: str, order_id: str) -> Details | None:
        """Tell what the order was placed with."""

    def edit(self, shop_id: str, order_id: str, edit_id: str) -> Edit | None:
        """Return an edit of an order."""

    def put_details(self, details: Details, stamp: Stamp) -> Details | None:
        """Store details unless there are some: then those."""

    def put_order(self, order: Order, stamp: Stamp, *, demand_changed: bool) -> bool:
        """Store a new order; False if it is there already."""

    def replace_unplaced(
        self,
        order: Order,
        details: Details,
        stamp: Stamp,
        *,
        instead_of: str,
        demand_changed: bool,
    ) -> bool:
        """Place an order over the details of a request that never became one."""

    def save(
        self,
        order: Order,
        stamp: Stamp,
        *,
        instead_of: int,
        demand_changed: bool,
        beside: Sequence[Record] = (),
    ) -> bool:
        """Store the next version of an order and what goes with it, all or nothing.

        False if another version is current, or what goes with it does not fit what is there.
        """


class OrderMissingError(LookupError):
    """There is no such order in the shop."""


class OtherRequestError(Exception):
    """The order exists, placed by another request; ``first`` is what that one placed."""

    def __init__(self, first: Details) -> None:
        super().__init__("placed by another request")
        self.first = first


class Placed(NamedTuple):
    """An order as it was placed, by this call or by one like it before."""

    order: Order
    details: Details
    is_new: bool


def as_first_placed(order: Order, details: Details, first: Details) -> tuple[Order, Details]:
    """Return the order of a repeated request, as its first time made it."""
    at_once = order.updated_at == order.placed_at  # else a platform had it before we did
    return (
        replace(
            order,
            number=first.number,
            placed_at=first.placed_at,
            updated_at=first.placed_at if at_once else order.updated_at,
        ),
        replace(details, number=first.number, placed_at=first.placed_at, key_hash=first.key_hash),
    )


@dataclass(frozen=True)
class OrderWriter:
    """Writes orders."""

    store: OrderStore
    clock: Clock

    def now(self) -> datetime:
        """Return the instant, as exact as it is stored: to the millisecond."""
        at = self.clock()
        return at - timedelta(microseconds=at.microsecond % 1000)

    def place(self, order: Order, details: Details, actor: str) -> Placed:
        """Place an order once; a repetition gets it as it was placed the first time.

        Raises :class:`OtherRequestError`, and :class:`ContentionError` where another request
        for the same order is being written this very moment.
        """
        stamp = self._stamp(order.updated_at, actor)
        asks = bool(demand(order))
        seen = self.store.put_details(details, stamp)
        if seen is not None and seen.request_hash != details.request_hash:
            return self._take_over(order, details, stamp, seen)
        if seen is not None:
            order, details = as_first_placed(order, details, seen)
        order = noting_when_asked(None, order, stamp.at)
        if self.store.put_order(order, stamp, demand_changed=asks):
            return Placed(order, details, is_new=True)
        first = self.store.details(order.shop_id, order.order_id)
        if first is None:
            raise OrderMissingError
        if first.request_hash != details.request_hash:
            raise OtherRequestError(first)
        return Placed(*as_first_placed(order, details, first), is_new=False)

    def _take_over(self, order: Order, details: Details, stamp: Stamp, seen: Details) -> Placed:
        if self.store.order(order.shop_id, order.order_id) is not None:
            raise OtherRequestError(seen)
        order = noting_when_asked(None, order, stamp.at)
        taken = self.store.replace_unplaced(
            order,
            details,
            stamp,
            instead_of=seen.request_hash,
            demand_changed=bool(demand(order)),
        )
        if not taken:
            raise ContentionError
        return Placed(order, details, is_new=True)

    def prices(self, order: Order) -> Callable[[], Details]:
        """Return what reads what the order's lines were sold for, where that matters."""

        def read() -> Details:
            details = self.store.details(order.shop_id, order.order_id)
            if details is None:
                raise OrderMissingError
            return details

        return read

    def edit_of(self, order: Order) -> Callable[[], Edit | None]:
        """Return what reads the order's newest confirmed edit, where that matters."""

        def read() -> Edit | None:
            if order.edit is None:
                return None
            return self.store.edit(order.shop_id, order.order_id, order.edit.edit_id)

        return read

    def change(
        self,
        shop_id: str,
        order_id: str,
        actor: str,
        decide: Callable[[Order, datetime], Order | Change | None],
    ) -> tuple[Order, Order]:
        """Apply a decision to an order as it stands; the order before and after.

        ``decide`` answers None where nothing is to be done. It is asked again for the newer order
        whenever another writer was faster. Raises :class:`OrderMissingError`, what ``decide``
        raises, and :class:`ContentionError` when others were faster every time.
        """
        for _ in range(_ATTEMPTS):
            before = self.store.order(shop_id, order_id)
            if before is None:
                raise OrderMissingError
            at = self.now()
            decided = decide(before, at)
            if decided is None:
                return before, before
            change = Change(decided) if isinstance(decided, Order) else decided
            after = noting_when_asked(before, change.order, at)
            after = replace(after, version=before.version + 1, updated_at=at)
            entries = [Entry(after.version, at, actor, told) for told in change.told]
            if self.store.save(
                after,
                self._stamp(at, actor),
                instead_of=before.version,
                demand_changed=change.asks_again or demand(after) != demand(before),
                beside=[*entries, *change.records],
            ):
                return before, after
        raise ContentionError

    @staticmethod
    def _stamp(at: datetime, actor: str) -> Stamp:
        return Stamp(at, actor, correlation_id())
