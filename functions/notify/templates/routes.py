"""HTTP: in which words messages go out, and how a shop says them in its own."""

from functools import cache
from typing import TYPE_CHECKING, Final

from notify.endpoint import READ, WRITE, api, notifications, orders, public_url, shipments, shops
from notify.policy.rules import Channel
from notify.templates.listing import page_of
from notify.templates.models import (
    Encoding,
    MailPreview,
    NewPreview,
    NewTemplate,
    Preview,
    SmsPreview,
    TemplateList,
    TemplateView,
    template_of,
)
from notify.templates.presenting import summary, view
from notify.words import sms
from notify.words.content import Composed, Mail
from notify.words.messages import MESSAGES
from notify.words.template import Place
from waybill.clock import system_clock
from waybill.http import Call, Reply, etag
from waybill.locales import known_locale
from waybill.problems import NotFound

if TYPE_CHECKING:
    from notify.templates.service import Shown, TemplateService

_PATH: Final = "/v1/templates/<event>/<channel>/<locale>"
_MAX_BYTES: Final = 60_000


@cache
def _service() -> "TemplateService":
    from notify.templates.repository import TemplateTable  # noqa: PLC0415
    from notify.templates.service import TemplateService  # noqa: PLC0415 - jinja2 is slow to import

    return TemplateService(TemplateTable(notifications()), system_clock, public_url())


@api.route("GET", "/v1/templates", scope=READ, returns={200: TemplateList}, paged=True)
def list_templates(call: Call) -> Reply:
    """List the wordings there are: the shop's own, and ours where it has none."""
    page = call.page()
    found, last = page_of(_service().all(call.shop_id), page.start, page.limit)
    items = [summary(shown) for shown in found]
    return Reply(200, TemplateList(items=items, next_cursor=page.cursor(last)))


@api.route("GET", _PATH, scope=READ, returns={200: TemplateView})
def get_template(call: Call) -> Reply:
    """Show a wording, the shop's own or ours, and the variables it may use."""
    return _reply(_service().show(call.shop_id, _place(call)))


@api.route(
    "PUT",
    _PATH,
    scope=WRITE,
    body=NewTemplate,
    returns={200: TemplateView},
    failures=(412,),
    max_bytes=_MAX_BYTES,
)
def put_template(call: Call) -> Reply:
    """Say a message in the shop's own words, which are tried out first."""
    place = _place(call)
    template = template_of(call.parse(NewTemplate), place.channel)
    seen, actor = call.precondition, call.caller.actor
    return _reply(_service().save(call.shop_id, place, template, seen, actor))


@api.route("DELETE", _PATH, scope=WRITE, returns={204: None}, failures=(412,))
def delete_template(call: Call) -> Reply:
    """Say a message in our words again."""
    _service().take_back(call.shop_id, _place(call), call.precondition, call.caller.actor)
    return Reply(204)


@api.route(
    "POST",
    f"{_PATH}/preview",
    scope=READ,
    body=NewPreview,
    returns={200: Preview},
    max_bytes=_MAX_BYTES,
)
def preview_template(call: Call) -> Reply:
    """Show a message as it would be sent: of a draft or of what is stored, for an order's facts."""
    from notify.templates.facts import PreviewFacts  # noqa: PLC0415 - Babel is slow to import

    place, wish = _place(call), call.parse(NewPreview)
    if wish.order_id is not None:
        call.caller.require("orders:read")
    draft = template_of(wish.template, place.channel, "/template") if wish.template else None
    source = PreviewFacts(orders(), shipments(), shops(), system_clock, public_url())
    facts = source.of(call.shop_id, place, wish.order_id)
    return Reply(200, _shown(_service().preview(call.shop_id, place, draft, facts)))


def _place(call: Call) -> Place:
    said = MESSAGES.get(call.path["event"])
    locale = known_locale(call.path["locale"])
    channels = {channel.value: channel for channel in said.channels} if said else {}
    channel: Channel | None = channels.get(call.path["channel"])
    if said is None or channel is None:
        raise NotFound("no such message by this channel")
    if locale is None:
        raise NotFound("no such language (BCP 47), such as en, de-AT or zh-Hant-TW")
    return Place(said.name, channel, locale)


def _reply(shown: "Shown") -> Reply:
    """Answer with a wording; one of ours has no ETag."""
    return Reply(200, view(shown), etag(shown.own.version) if shown.own else {})


def _shown(composed: Composed) -> Preview:
    content = composed.content
    if isinstance(content, Mail):
        return Preview(MailPreview(subject=content.subject, html=content.html, text=content.text))
    encoding, parts = Encoding(sms.encoding(content.text)), sms.count_parts(content.text)
    return Preview(SmsPreview(text=content.text, encoding=encoding, parts=parts))
