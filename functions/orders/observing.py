"""The use case of platforms' observations: in any order, any number of times, never refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from orders.cancelling import Prices, cancel
from orders.lifecycle import settled, unknown_sku_hold
from orders.news import Observation
from orders.order import Order
from orders.payments.facts import merged
from orders.placing import Origin, contradictions, place, shortcomings
from orders.platform import PlatformOrder, as_observed, read_platform_order
from orders.ports import Rules, Skus
from orders.records import Change, Happening, Told
from orders.writing import OrderMissingError, OrderWriter, OtherRequestError
from waybill.dynamo import ContentionError
from waybill.problems import Unprocessable


class Observations(Protocol):
    """Platforms' orders; see :class:`waybill.views.ShopsView`."""

    def platform_order(
        self, shop_id: str, platform: str, external_id: str
    ) -> Mapping[str, Any] | None:
        """Return version and ``order``: what the platform last said of it."""


def observe(order: Order, seen: Observation, at: datetime, prices: Prices) -> Change | None:
    """Apply what a platform says of its order; None if something newer is already known."""
    if seen.version <= order.platform_version:
        return None
    paid = merged(seen.payments, order.payments) if order.payment_facts else seen.payments
    order = replace(order, platform_version=seen.version, payments=paid)
    told: tuple[Told, ...] = ()
    if not order.asks_stock and seen.skus_known:
        order, told = _asking(order)
    if seen.cancelled_at and not order.ended and order.has_open_units:
        change = cancel(order, seen.cancel_reason, seen.cancelled_at, prices)
        return replace(change, order=settled(change.order, at), told=told + change.told)
    return Change(settled(order, at), told)


def _asking(order: Order) -> tuple[Order, tuple[Told, ...]]:
    """Let inventory be asked about the order, and tell of the hold that ends with it."""
    unknown = unknown_sku_hold(order.order_id)
    told = tuple(
        Told(Happening.HOLD_RELEASED, {"kind": hold.kind.value, "hold_id": hold.id})
        for hold in order.holds
        if hold.id == unknown
    )
    kept = tuple(hold for hold in order.holds if hold.id != unknown)
    return replace(order, asks_stock=True, holds=kept), told


@dataclass(frozen=True)
class PlatformReactions:
    """What a platform's observation does: place the order, or bring it up to date."""

    writer: OrderWriter
    rules: Rules
    skus: Skus
    observations: Observations

    def observed(self, shop_id: str, platform: str, external_id: str) -> None:
        """Apply the newest observation of a platform's order.

        Raises LookupError where it cannot be read yet, ValueError and :class:`Unprocessable`
        where it makes no sense, :class:`ContentionError` where another writer was faster.
        """
        item = self.observations.platform_order(shop_id, platform, external_id)
        if item is None:
            raise LookupError("no observation")
        seen = read_platform_order(platform, external_id, item["version"], item["order"])
        origin = Origin.of(shop_id, seen.request)
        actor = f"platform:{platform}"

        def bring_up_to_date(order: Order, at: datetime) -> Change | None:
            known = order.asks_stock or not self._has_unknown_skus(order)
            prices = self.writer.prices(order)
            return observe(order, seen.observation(skus_known=known), at, prices)

        for _ in range(2):  # it may be placed by another observation in between
            try:
                self.writer.change(shop_id, origin.order_id, actor, bring_up_to_date)
            except OrderMissingError:
                if not self._place(origin, seen, actor):
                    continue
            return
        raise ContentionError

    def _place(self, origin: Origin, seen: PlatformOrder, actor: str) -> bool:
        """Place the order; False if it is there by now."""
        if errors := contradictions(seen.request):
            raise Unprocessable("the platform's order makes no sense", errors=errors)
        at = self.writer.now()
        order, details = place(
            seen.request,
            origin,
            self.rules.of(origin.shop_id),
            at,
            placed_at=seen.placed_at,
            number=seen.number,
        )
        order = as_observed(
            order,
            details,
            seen,
            unknown_skus=self._has_unknown_skus(order),
            shortcomings=shortcomings(seen.request),
            at=at,
        )
        try:
            return self.writer.place(order, details, actor).is_new
        except OtherRequestError:
            return False

    def _has_unknown_skus(self, order: Order) -> bool:
        """Of its own lines: no observation replaces them, and they are what inventory is asked."""
        wanted = [line.sku for line in order.lines if line.wanted]
        return bool(self.skus.unknown_skus(order.shop_id, wanted))
