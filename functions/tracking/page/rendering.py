"""The public tracking page, readable by people and by screen readers.

Everything that comes from outside is escaped.
"""

from datetime import date, datetime
from html import escape
from typing import Final

from tracking.page.models import PublicPage, PublicParcel, PublicScan
from tracking.shipments.models import EstimatedDelivery
from waybill.estimates import is_of_days, last_day
from waybill.pages import Pages

PAGES: Final = Pages(
    style=(
        "h2{font-size:1.1rem;margin:2rem 0 .5rem}"
        "ol{list-style:none;margin:1rem 0;padding:0 0 0 1rem;border-left:.2rem solid #8886}"
        "li{margin:0 0 1rem}"
        "li span,li time{display:block}"
        "time{font-size:.9rem;opacity:.8}"
    ),
    cache_control="private, max-age=60",
    vary="Accept",
)


def render(page: PublicPage) -> str:
    """The page of a shipment."""
    seller = f'<p class="aside">Sent by {escape(page.shop)}</p>' if page.shop else ""
    several = len(page.parcels) > 1
    expected = "" if several else _expected(page)
    parcels = "".join(_parcel(parcel, several) for parcel in page.parcels)
    return PAGES.document(
        "en",
        f"{page.what}: your shipment",
        f"<h1>{escape(page.what)}</h1>{expected}{seller}{parcels}",
    )


def render_unknown() -> str:
    """The page of an address that leads nowhere."""
    return PAGES.document(
        "en",
        "Nothing is tracked here",
        "<h1>Nothing is tracked here</h1>"
        "<p>Please check the link: it may have been cut off in a message.</p>",
    )


def _parcel(parcel: PublicParcel, several: bool) -> str:
    number = escape(parcel.tracking_number)
    if parcel.carrier_url:
        number = f'<a rel="noreferrer" href="{escape(parcel.carrier_url)}">{number}</a>'
    state = f"<p>{escape(parcel.what)}</p>{_expected(parcel)}" if several else ""
    scans = "".join(map(_scan, parcel.scans))
    history = f"<ol>{scans}</ol>" if scans else "<p>The carrier has reported nothing yet.</p>"
    return f"<section><h2>{escape(parcel.carrier)} {number}</h2>{state}{history}</section>"


def _expected(shown: PublicPage | PublicParcel) -> str:
    """When it is expected; or that it is late, because that has passed."""
    if shown.passed_estimate:
        was = _when(shown.passed_estimate)
        return (
            "<p>Later than expected; the carrier has named no new date yet</p>"
            f'<p class="aside">Its last estimate was {was}</p>'
        )
    return f"<p>Expected {_when(shown.estimated_delivery)}</p>" if shown.estimated_delivery else ""


def _when(estimate: EstimatedDelivery) -> str:
    """The day, and its hours where the carrier names any, on the clocks of the place if known."""
    start = datetime.fromisoformat(estimate.local_earliest or estimate.earliest.isoformat())
    end = datetime.fromisoformat(estimate.local_latest or estimate.latest.isoformat())
    zone = "" if estimate.local_earliest else " UTC"
    if is_of_days(start, end):
        last = last_day(start, end)
        return _date(start) if start.date() == last else f"{_date(start)} to {_date(last)}"
    hours = f"{start:%H:%M}" if start == end else f"{start:%H:%M} to {end:%H:%M}"
    return f"{_date(start)}, {hours}{zone}"


def _scan(scan: PublicScan) -> str:
    place = f"<span>{escape(scan.place)}</span>" if scan.place else ""
    return f"<li><strong>{escape(scan.what)}</strong>{place}{_time(scan)}</li>"


def _time(scan: PublicScan) -> str:
    """The time of day where it happened, if that is known, else UTC and said so."""
    machine = scan.occurred_at.isoformat(timespec="seconds")
    if scan.local_time:
        shown = f"{_day(datetime.fromisoformat(scan.local_time))} local time"
    else:
        shown = f"{_day(scan.occurred_at)} UTC"
    return f'<time datetime="{escape(machine)}">{escape(shown)}</time>'


def _day(at: datetime) -> str:
    return f"{_date(at)}, {at:%H:%M}"


def _date(at: date) -> str:
    return f"{at.day} {at:%B %Y}"
