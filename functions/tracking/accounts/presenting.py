"""A carrier as the API shows it to the operator: settings, limits, and how it fares."""

from tracking.accounts.breaker import Breaker, State
from tracking.accounts.budget import left_today, limits_of
from tracking.accounts.models import BreakerView, CarrierLimits, CarrierView
from tracking.accounts.repository import Known
from tracking.accounts.settings import instant, utc_day
from tracking.accounts.usage import median_minutes
from tracking.carriers.base import Limits
from waybill.clock import Clock


def carrier_view(known: Known, own: Limits, clock: Clock) -> CarrierView:
    """A carrier's settings without its credentials, how far it is swept, and how it fares."""
    settings, mark, usage, now = known.settings, known.mark, known.usage, clock()
    limits, total = limits_of(settings, own), usage.total()
    day = utc_day(now)
    return CarrierView(
        carrier=settings.carrier,
        base_url=settings.access.base_url,
        credentials=sorted(settings.credentials),
        daily_budget=settings.daily_budget,
        per_shipment_daily_cap=settings.per_shipment_daily_cap,
        limits=CarrierLimits(
            batch=limits.batch,
            seconds_between=limits.seconds_between,
            daily_budget=limits.daily_budget,
            per_shipment_daily_cap=limits.per_shipment_daily_cap,
        ),
        asked_today=mark.asked_on(day),
        calls_today=known.calls_on(day),
        calls_left_today=left_today(limits, known.calls_on(day)),
        error_rate=_share(total.errors, known.calls),
        news_share=_share(total.news, known.calls),
        median_detection_delay_minutes=median_minutes(total.delays),
        stretch=mark.stretch,
        breaker=_breaker(usage.breaker, usage.state(now)),
        swept_until=instant(mark.swept_to) if mark.swept_to else None,
        paused_until=usage.paused_until if usage.is_paused(now) else None,
        updated_at=settings.updated_at,
    )


def _breaker(breaker: Breaker, state: State) -> BreakerView:
    is_open = state is not State.CLOSED
    return BreakerView(
        state=state.value,
        opened_at=instant(breaker.opened_at) if is_open else None,
        next_probe_at=instant(breaker.probe_at) if is_open else None,
    )


def _share(part: int, whole: int) -> float | None:
    return round(min(1.0, part / whole), 4) if whole else None
