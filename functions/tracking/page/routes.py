"""HTTP: the public page, for whoever has its address."""

import re
from typing import Final

from tracking.endpoint import api, shipments
from tracking.page import rendering
from tracking.page.models import PublicPage
from tracking.page.presenting import public_page
from waybill.clock import system_clock
from waybill.http import Call, Reply
from waybill.pages import CONTENT_TYPE
from waybill.problems import NotFound

_TOKEN: Final = re.compile(r"trk_[0-9a-z]{26}")


@api.route("GET", "/track/<token>", scope=None, returns={200: PublicPage}, shows_pages=True)
def show_page(call: Call) -> Reply:
    """Show where a shipment is: a page for people, JSON where the client prefers it."""
    accept = call.headers.get("accept", "").lower()
    try:
        if not _TOKEN.fullmatch(call.path["token"]):
            raise NotFound("nothing is tracked here")
        shown = public_page(*shipments().public(call.path["token"]), system_clock())
    except NotFound:
        if "text/html" not in accept:
            raise
        text = rendering.render_unknown()
        return Reply(404, None, rendering.PAGES.headers, text, CONTENT_TYPE)
    if "application/json" in accept and "text/html" not in accept:
        return Reply(200, shown, rendering.PAGES.headers)
    return Reply(200, None, rendering.PAGES.headers, rendering.render(shown), CONTENT_TYPE)
