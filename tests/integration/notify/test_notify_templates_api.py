"""Wordings over HTTP: ours, a shop's own, previews; what is refused, and what is written."""

import json

import pytest

from notify import api
from notify.endpoint import notifications
from notify.policy.rules import Channel
from notify.templates.repository import Stored, TemplateTable
from notify.words.template import Place, Template
from tests.support.http import OPERATOR_KEY, http_event
from waybill import keys
from waybill.auth import format_key, hash_secret

KEY_ID = "1".rjust(26, "0") + "k"
SHOP = "shop_" + "1".rjust(26, "0")
ORDER = "ord_1"
MAIL = {
    "subject": "Order {{ number }} is yours",
    "headline": "Hurray, {{ name or 'friend' }}",
    "body": "All of it:\n\n{% for item in items %}\n- {{ item.title }}\n{% endfor %}\n\nBye",
}
SMS = {"body": "{{ shop_name }}: {{ number }} arrives today. {{ tracking_url }}"}
CONFIRMED = "order_confirmed/email/en"
ARRIVES = "out_for_delivery/sms/en"


def a_key(aws, key_id, *scopes, shop=SHOP):
    aws.table("ShopsTable").put(
        keys.api_key(shop, key_id) | {"hash": hash_secret("secret"), "scopes": list(scopes)}
    )
    return format_key(key_id, "secret")


@pytest.fixture
def key(aws):
    return a_key(aws, KEY_ID, "notify:read", "notify:write", "orders:read")


def send(method, key, path="", body=None, **given):
    path = f"/v1/templates{path and '/'}{path}"
    answer = api.lambda_handler(http_event(method, path, body, key=key, **given), None)
    return answer["statusCode"], json.loads(answer["body"] or "null"), answer["headers"]


def stored(place=CONFIRMED):
    return notifications().get(keys.template(SHOP, *place.split("/")))


def test_ours_is_shown_with_all_that_it_takes_to_change_it(key, aws):
    status, shown, headers = send("GET", key, CONFIRMED)
    assert (status, shown["source"], shown["written_in"]) == (200, "default", "en")
    assert "ETag" not in headers
    assert shown["subject"] == "Your order {{ number }} is confirmed"
    assert shown["body"].startswith("We have received your order {{ number }}")
    assert {name: shown[name] for name in ("event", "channel", "locale", "audience")} == {
        "event": "order_confirmed",
        "channel": "email",
        "locale": "en",
        "audience": "customer",
    }
    by_name = {variable["name"]: variable for variable in shown["variables"]}
    assert by_name["total"]["example"] == "€45.10"
    assert by_name["total"]["type"] == "text"
    assert by_name["total"]["meaning"]
    assert [field["name"] for field in by_name["items"]["fields"]] == ["title", "quantity", "price"]
    assert "tracking_url" not in by_name
    assert aws.items("NotificationsTable") == []


@pytest.mark.parametrize(
    ("locale", "written_in"), [("de-AT", "de"), ("en-GB", "en"), ("fr", "en"), ("DE-at", "de")]
)
def test_ours_for_a_language_is_the_nearest_of_ours(key, locale, written_in):
    status, shown, _ = send("GET", key, f"order_confirmed/email/{locale}")
    assert (status, shown["source"], shown["written_in"]) == (200, "default", written_in)


@pytest.mark.parametrize(("place", "body"), [(CONFIRMED, MAIL), (ARRIVES, SMS)])
def test_what_is_put_is_shown_and_can_be_put_again(key, place, body):
    status, shown, headers = send("PUT", key, place, body)
    assert (status, headers["ETag"], shown["source"], shown["version"]) == (200, '"1"', "shop", "1")
    assert {name: shown[name] for name in body} == body
    assert shown["updated_at"]
    assert send("GET", key, place)[:2] == (200, shown)
    before = stored(place)
    status, again, headers = send("PUT", key, place, body)
    assert (status, headers["ETag"], again) == (200, '"1"', shown)
    assert stored(place) == before
    send("PUT", key, place, body | {"body": body["body"] + "!"})
    assert send("GET", key, place)[2]["ETag"] == '"2"'


def test_what_is_deleted_is_said_in_our_words_again(key):
    send("PUT", key, CONFIRMED, MAIL)
    assert send("DELETE", key, CONFIRMED)[0] == 204
    status, shown, headers = send("GET", key, CONFIRMED)
    assert (status, shown["source"]) == (200, "default")
    assert "ETag" not in headers
    before = stored()
    assert send("DELETE", key, CONFIRMED)[0] == 204
    assert stored() == before
    # An ETag of what was deleted names nothing that is put later.
    assert send("PUT", key, CONFIRMED, MAIL)[2]["ETag"] == '"3"'


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("exists", "headers", "status"),
    [
        (True, {"If-Match": '"1"'}, 200),
        (True, {"If-Match": "*"}, 200),
        (True, {"If-Match": '"2"'}, 412),
        (True, {"If-None-Match": "*"}, 412),
        (True, {"If-Match": "nonsense"}, 400),
        (False, {"If-Match": '"1"'}, 412),
        (False, {"If-Match": "*"}, 412),
        (False, {"If-None-Match": "*"}, 200),
    ],
)
def test_a_change_rests_on_what_it_says_it_has_seen(key, method, exists, headers, status):
    if exists:
        send("PUT", key, CONFIRMED, MAIL)
    before = stored()
    body = MAIL | {"headline": "Other"} if method == "PUT" else None
    answered, _, answer = send(method, key, CONFIRMED, body, headers=headers)
    assert answered == (204 if (status, method) == (200, "DELETE") else status)
    if status != 200:
        assert stored() == before
    if status == 412:
        assert answer.get("ETag") == ('"1"' if exists else None)


def test_a_deleted_one_is_as_good_as_none(key):
    send("PUT", key, CONFIRMED, MAIL)
    send("DELETE", key, CONFIRMED)
    assert send("PUT", key, CONFIRMED, MAIL, headers={"If-Match": '"2"'})[0] == 412
    assert send("PUT", key, CONFIRMED, MAIL, headers={"If-None-Match": "*"})[0] == 200


def test_who_is_overtaken_decides_again(key, monkeypatch):
    client = notifications().client
    put, rivals = client.put_item, [dict(MAIL, headline="Rival")]

    def overtaken(**request):
        if rivals:
            body = rivals.pop()
            assert send("PUT", key, CONFIRMED, body)[0] == 200
        return put(**request)

    monkeypatch.setattr(client, "put_item", overtaken)
    status, shown, headers = send("PUT", key, CONFIRMED, MAIL)
    assert (status, headers["ETag"], shown["headline"]) == (200, '"2"', MAIL["headline"])


def test_one_of_two_that_saw_the_same_is_refused(key, monkeypatch):
    send("PUT", key, CONFIRMED, MAIL)
    client = notifications().client
    put, rivals = client.put_item, [dict(MAIL, headline="Rival")]

    def overtaken(**request):
        if rivals:
            assert send("PUT", key, CONFIRMED, rivals.pop())[0] == 200
        return put(**request)

    monkeypatch.setattr(client, "put_item", overtaken)
    mine = MAIL | {"headline": "Mine"}
    status, _, headers = send("PUT", key, CONFIRMED, mine, headers={"If-Match": '"1"'})
    assert (status, headers["ETag"]) == (412, '"2"')


def test_a_write_whose_answer_was_lost_is_its_own(aws):
    table = TemplateTable(aws.table("NotificationsTable"))
    place = Place("delivered", Channel.SMS, "en")
    one = Stored(Template({"body": "A"}), 1, "2026-11-27T09:00:00.000Z")
    two = Stored(Template({"body": "B"}, {}, 2), 2, "2026-11-27T09:00:01.000Z")
    assert table.put(SHOP, place, one, "key:k")
    assert table.put(SHOP, place, one, "key:k")
    assert not table.put(SHOP, place, Stored(two.template, 1, one.updated_at), "key:k")
    assert not table.put(SHOP, place, Stored(two.template, 3, two.updated_at), "key:k")
    assert table.put(SHOP, place, two, "key:k")
    assert table.get(SHOP, place) == two
    assert table.of_shop(SHOP)[place].template == two.template


@pytest.mark.parametrize(
    ("method", "below"), [("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/preview")]
)
def test_what_there_is_not_is_404(key, method, below):
    for place in (
        "order_eaten/email/en",
        "order_confirmed/fax/en",
        "order_confirmed/sms/en",
        "out_for_delivery/email/en",
        "order_confirmed/email/xx",
        "order_confirmed/email/en-ZZ",
        "order_confirmed/email/english",
    ):
        body = {} if method == "POST" else MAIL
        assert send(method, key, place + below, body)[0] == 404, place


@pytest.mark.parametrize(
    ("place", "body", "pointers"),
    [
        (CONFIRMED, {"body": "x"}, ["/subject", "/headline"]),
        (CONFIRMED, MAIL | {"max_parts": 2}, ["/max_parts"]),
        (CONFIRMED, MAIL | {"html": "<b>"}, ["/html"]),
        (CONFIRMED, MAIL | {"subject": "a\r\nBcc: all@victim.example"}, ["/subject"]),
        (CONFIRMED, MAIL | {"labels": {"hullo": "x"}}, ["/labels/hullo"]),
        (CONFIRMED, MAIL | {"labels": {"hello": "{{ nmae }}"}}, ["/labels/hello"]),
        (CONFIRMED, MAIL | {"subject": "{{ nmae }}", "body": "{{ x"}, ["/subject", "/body"]),
        (CONFIRMED, MAIL | {"subject": "{{ name }}"}, ["/subject"]),
        (CONFIRMED, MAIL | {"body": "x" * 5001}, ["/body"]),
        (ARRIVES, SMS | {"subject": "x"}, ["/subject"]),
        (ARRIVES, SMS | {"max_parts": 5}, ["/max_parts"]),
        (ARRIVES, SMS | {"max_parts": True}, ["/max_parts"]),
        (ARRIVES, {"body": "Привет {{ number }}"}, ["/body"]),
        (ARRIVES, {"body": "x" * 200}, ["/body"]),
        (ARRIVES, {"body": ""}, ["/body"]),
    ],
)
def test_what_would_not_do_is_422_and_leaves_nothing(key, aws, place, body, pointers):
    status, problem, _ = send("PUT", key, place, body)
    assert status == 422
    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert aws.items("NotificationsTable") == []


def test_a_fault_names_its_line(key):
    body = MAIL | {"body": "One\n\n{% if total %}\n{{ totel }}\n{% endif %}"}
    _, problem, _ = send("PUT", key, CONFIRMED, body)
    assert problem["errors"] == [
        {"pointer": "/body", "detail": "line 4: unknown variable 'totel', did you mean 'total'?"}
    ]


def test_the_list_has_each_wording_once_and_says_whose_it_is(key):
    send("PUT", key, CONFIRMED, MAIL)
    send("PUT", key, "order_confirmed/email/fr-CA", MAIL)
    send("PUT", key, "delivered/email/de", MAIL)
    send("DELETE", key, "delivered/email/de")
    found, cursor = [], None
    while True:
        query = {"limit": "7"} | ({"cursor": cursor} if cursor else {})
        status, page, _ = send("GET", key, query=query)
        assert status == 200
        found += page["items"]
        if not (cursor := page["next_cursor"]):
            break
    places = [(each["event"], each["channel"], each["locale"]) for each in found]
    assert places == sorted(set(places))
    assert len(places) == 2 * 18 + 1
    own = [place for place, each in zip(places, found, strict=True) if each["source"] == "shop"]
    assert own == [("order_confirmed", "email", "en"), ("order_confirmed", "email", "fr-CA")]


def test_a_cursor_of_nothing_is_refused(key):
    assert send("GET", key, query={"cursor": "x"})[0] == 400


def test_shops_see_their_own_words_alone(key, aws):
    other_shop = "shop_" + "2".rjust(26, "0")
    other = a_key(aws, "2".rjust(26, "0") + "k", "notify:read", "notify:write", shop=other_shop)
    send("PUT", key, CONFIRMED, MAIL)
    assert send("GET", other, CONFIRMED)[1]["source"] == "default"
    assert "shop" not in {each["source"] for each in send("GET", other)[1]["items"]}
    assert send("POST", other, f"{CONFIRMED}/preview", {})[1]["subject"].startswith("Your order")
    send("DELETE", other, CONFIRMED)
    assert send("GET", key, CONFIRMED)[1]["source"] == "shop"


def test_who_may_read_and_who_may_write(aws, key):
    reader = a_key(aws, KEY_ID[:-1] + "r", "notify:read")
    assert send("GET", reader, CONFIRMED)[0] == 200
    assert send("POST", reader, f"{CONFIRMED}/preview", {})[0] == 200
    assert send("POST", reader, f"{CONFIRMED}/preview", {"order_id": ORDER})[0] == 403
    assert send("PUT", reader, CONFIRMED, MAIL)[0] == 403
    assert send("DELETE", reader, CONFIRMED)[0] == 403
    assert send("GET", None, CONFIRMED)[0] == 401
    assert send("GET", OPERATOR_KEY, CONFIRMED)[0] == 403


def test_a_shop_has_so_many_wordings_and_no_more(key, aws, monkeypatch):
    monkeypatch.setattr("notify.templates.service.MAX_WORDINGS", 2)
    for locale in ("en", "de"):
        assert send("PUT", key, f"order_confirmed/email/{locale}", MAIL)[0] == 200
    status, problem, _ = send("PUT", key, "order_confirmed/email/fr", MAIL)
    assert (status, problem["detail"]) == (422, "a shop has at most 2 wordings of its own")
    changed = MAIL | {"subject": "It is yours: {{ number }}"}
    assert send("PUT", key, "order_confirmed/email/de", changed)[0] == 200
    assert send("DELETE", key, "order_confirmed/email/en")[0] == 204
    assert send("PUT", key, "order_confirmed/email/fr", MAIL)[0] == 200
