"""HTTP: shops, API keys, platforms, webhooks in; health, /openapi.json and unknown paths."""

from functools import cache
from pathlib import Path

from shops.models import (
    ApiKeyCreated,
    ApiKeyList,
    Health,
    NewApiKey,
    PlatformSettings,
    PlatformView,
)
from shops.repository import ShopsRepository
from shops.service import ShopsService
from shops.settings import ShopsSettings
from shops.shop import AmendShop, NewShop, ShopList, ShopView
from shops.webhooks import WebhookService
from waybill import VERSION, aws
from waybill.access import authenticator
from waybill.dynamo import Table
from waybill.http import MAX_WEBHOOK_BYTES, Api, Call, Reply, etag
from waybill.settings import load_settings, on_lambda


@cache
def _settings() -> ShopsSettings:
    return load_settings(ShopsSettings)


@cache
def _table() -> Table:
    return Table(aws.client("dynamodb"), _settings().shops_table)


@cache
def _service() -> ShopsService:
    return ShopsService(ShopsRepository(_table()))


@cache
def _webhooks() -> WebhookService:
    return WebhookService(ShopsRepository(_table()))


@cache
def _openapi() -> str:
    return Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")


api = Api("shops", authenticator)
lambda_handler = api.lambda_handler


@api.route(
    "POST",
    "/v1/shops",
    scope="operator",
    body=NewShop,
    returns={201: ShopView},
    idempotency="optional",
)
def create_shop(call: Call) -> Reply:
    """Create a shop."""
    shop = _service().create_shop(call.caller, call.parse(NewShop), call.idempotency_key)
    return Reply(201, shop.view(), etag(shop.version) | {"Location": f"/v1/shops/{shop.id}"})


@api.route("GET", "/v1/shops", scope="operator", returns={200: ShopList}, paged=True)
def list_shops(call: Call) -> Reply:
    """List all shops, newest first."""
    page = call.page()
    shops, last = _service().shops(page.limit, page.start)
    items = [shop.view() for shop in shops]
    return Reply(200, ShopList(items=items, next_cursor=page.cursor(last)))


@api.route("GET", "/v1/shops/<shop_id>", scope="shops:read", returns={200: ShopView})
def read_shop(call: Call) -> Reply:
    """Read a shop."""
    shop = _service().shop(call.caller, call.path["shop_id"])
    return Reply(200, shop.view(), etag(shop.version))


@api.route(
    "PATCH",
    "/v1/shops/<shop_id>",
    scope="shops:write",
    body=AmendShop,
    returns={200: ShopView},
    failures=(412,),
)
def amend_shop(call: Call) -> Reply:
    """Amend a shop's settings; what is not named stays."""
    shop = _service().amend_shop(
        call.caller, call.path["shop_id"], call.parse(AmendShop), call.precondition
    )
    return Reply(200, shop.view(), etag(shop.version))


@api.route(
    "POST",
    "/v1/shops/<shop_id>/api-keys",
    scope="shops:write",
    body=NewApiKey,
    returns={201: ApiKeyCreated},
    idempotency="refused",
)
def create_api_key(call: Call) -> Reply:
    """Create an API key; its secret is shown in this answer and never again."""
    key, text = _service().create_api_key(call.caller, call.path["shop_id"], call.parse(NewApiKey))
    created = ApiKeyCreated(
        id=key.id, key=text, name=key.name, scopes=list(key.scopes), created_at=key.created_at
    )
    return Reply(201, created, {"Cache-Control": "no-store"})


@api.route(
    "GET",
    "/v1/shops/<shop_id>/api-keys",
    scope="shops:read",
    returns={200: ApiKeyList},
    paged=True,
)
def list_api_keys(call: Call) -> Reply:
    """List a shop's API keys, newest first, revoked ones too."""
    page = call.page()
    found, last = _service().api_keys(call.caller, call.path["shop_id"], page.limit, page.start)
    items = [key.view() for key in found]
    return Reply(200, ApiKeyList(items=items, next_cursor=page.cursor(last)))


@api.route(
    "DELETE",
    "/v1/shops/<shop_id>/api-keys/<key_id>",
    scope="shops:write",
    returns={204: None},
)
def revoke_api_key(call: Call) -> Reply:
    """Revoke an API key; within 60 seconds it opens nothing."""
    _service().revoke_api_key(call.caller, call.path["shop_id"], call.path["key_id"])
    return Reply(204)


@api.route(
    "PUT",
    "/v1/shops/<shop_id>/platforms/<platform>",
    scope="shops:write",
    body=PlatformSettings,
    returns={200: PlatformView},
)
def set_platform(call: Call) -> Reply:
    """Set the secrets that a platform's webhooks are signed with."""
    settings = call.parse(PlatformSettings)
    platform = _service().set_platform(
        call.caller, call.path["shop_id"], call.path["platform"], settings.secrets
    )
    return Reply(200, platform.view())


@api.route(
    "POST",
    "/webhooks/<platform>/<shop_id>",
    scope=None,
    returns={200: None},
    failures=(401,),
    max_bytes=MAX_WEBHOOK_BYTES,
)
def receive_webhook(call: Call) -> Reply:
    """Take in a platform's signed webhook."""
    _webhooks().receive(call.path["platform"], call.path["shop_id"], call.headers, call.raw_body)
    return Reply(200)


@api.route("GET", "/v1/health", scope=None, returns={200: Health})
def read_health(_call: Call) -> Reply:
    """Tell that the API answers, and in which version."""
    return Reply(200, Health(status="ok", version=VERSION))


@api.route("GET", "/openapi.json", scope=None, returns={200: None})
def read_openapi(_call: Call) -> Reply:
    """Describe this API."""
    return Reply(200, text=_openapi())


if on_lambda():
    _service()
    _webhooks()
    authenticator()
