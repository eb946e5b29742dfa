"""waybill.auth: keys, scopes, the operator, and how long an answer is remembered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.auth import (
    CACHE_SECONDS,
    SCOPES,
    Authenticator,
    Caller,
    TableKeyStore,
    format_key,
    hash_secret,
    shop_of_key,
)
from waybill.problems import Forbidden, Unauthenticated

SHOP = "shop_" + "a" * 26
KEY_ID = "a" * 26 + "12345678"
SECRET = "s_e-c_r-e_t"  # URL-safe secrets may hold underscores


class FakeStore:
    def __init__(self):
        self.items = {
            (SHOP, KEY_ID): {"hash": hash_secret(SECRET), "scopes": ["orders:read", "*"]},
        }
        self.operator = "op"
        self.reads = []

    def find(self, shop_id, key_id):
        self.reads.append(key_id)
        return self.items.get((shop_id, key_id))

    def operator_secret(self):
        self.reads.append("operator")
        return self.operator


class FakeTime:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def time():
    return FakeTime()


@pytest.fixture
def authenticator(store, time):
    return Authenticator(store, time)


def header(key_id=KEY_ID, secret=SECRET):
    return f"Bearer {format_key(key_id, secret)}"


def test_a_key_names_its_shop():
    assert shop_of_key(KEY_ID) == SHOP


def test_a_good_key_is_a_caller_with_its_scopes(authenticator):
    caller = authenticator.caller(header())
    assert caller == Caller(SHOP, KEY_ID, frozenset({"orders:read", "*"}))
    assert caller.actor == f"key:{KEY_ID}"
    assert not caller.is_operator


@pytest.mark.parametrize("prefix", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_case_insensitive(authenticator, prefix):
    assert authenticator.caller(f"{prefix} {format_key(KEY_ID, SECRET)}").shop_id == SHOP


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {format_key(KEY_ID, SECRET)}",
        format_key(KEY_ID, SECRET),
        "Bearer xx_id_secret",
        "Bearer wb_",
        f"Bearer wb_{KEY_ID}",
        f"Bearer wb_{KEY_ID}_",
        f"Bearer wb__{SECRET}",
        f"Bearer wb_{KEY_ID.upper()}_{SECRET}",
        f"Bearer wb_{'a' * 5000}_{SECRET}",
        f"Bearer wb_{KEY_ID}_{'s' * 5000}",
        f"Bearer wb_{KEY_ID}_sec ret",
        f"Bearer wb_{KEY_ID}_geheimnüs",
        f"Bearer wb_../../x_{SECRET}",
        f"Bearer wb_{KEY_ID}_\ud800",
    ],
)
def test_what_is_no_key_is_401_and_asks_no_table(authenticator, store, bad):
    with pytest.raises(Unauthenticated):
        authenticator.caller(bad)
    assert store.reads == []


@pytest.mark.parametrize("secret", ["wrong", SECRET + "x", SECRET[:-1], "S_e-c_r-e_t"])
def test_a_wrong_secret_is_401(authenticator, secret):
    with pytest.raises(Unauthenticated):
        authenticator.caller(header(secret=secret))


def test_an_unknown_key_and_a_wrong_secret_answer_alike(authenticator):
    answers = set()
    for bad in (header(key_id="b" * 34), header(secret="wrong")):
        with pytest.raises(Unauthenticated) as caught:
            authenticator.caller(bad)
        answers.add((caught.value.body(""), str(caught.value.headers)))
    assert len(answers) == 1


def test_a_revoked_key_is_401(authenticator, store):
    store.items[SHOP, KEY_ID]["revoked_at"] = "2026-01-01T00:00:00.000Z"
    with pytest.raises(Unauthenticated):
        authenticator.caller(header())


def test_a_key_of_another_shops_partition_is_not_found(authenticator, store):
    foreign = "b" * 26 + "12345678"
    store.items[SHOP, foreign] = {"hash": hash_secret(SECRET), "scopes": ["*"]}
    with pytest.raises(Unauthenticated):
        authenticator.caller(header(key_id=foreign))


def test_a_key_is_looked_up_once_a_minute(authenticator, store, time):
    authenticator.caller(header())
    time.now += CACHE_SECONDS - 0.1
    authenticator.caller(header())
    assert store.reads == [KEY_ID]
    time.now += 0.2
    authenticator.caller(header())
    assert store.reads == [KEY_ID, KEY_ID]


def test_a_revocation_works_within_a_minute(authenticator, store, time):
    authenticator.caller(header())
    store.items[SHOP, KEY_ID]["revoked_at"] = "now"
    time.now += 60  # whatever the cache keeps: this much is promised
    with pytest.raises(Unauthenticated):
        authenticator.caller(header())


def test_a_slow_read_does_not_lengthen_the_minute(store, time):
    class SlowStore(FakeStore):
        def find(self, shop_id, key_id):
            time.now += 5  # what it answers was true before it answered
            return super().find(shop_id, key_id)

    slow = SlowStore()
    authenticator = Authenticator(slow, time)
    authenticator.caller(header())
    time.now += CACHE_SECONDS - 5
    authenticator.caller(header())
    assert len(slow.reads) == 2


def test_a_wrong_secret_is_refused_from_the_cache_too(authenticator, store):
    authenticator.caller(header())
    with pytest.raises(Unauthenticated):
        authenticator.caller(header(secret="wrong"))
    assert store.reads == [KEY_ID]


def test_an_unknown_key_is_not_remembered_so_a_new_one_works_at_once(authenticator, store):
    fresh = "a" * 26 + "fresh000"
    with pytest.raises(Unauthenticated):
        authenticator.caller(header(key_id=fresh))
    store.items[SHOP, fresh] = {"hash": hash_secret(SECRET), "scopes": ["*"]}
    assert authenticator.caller(header(key_id=fresh)).key_id == fresh


def test_memory_is_bounded(authenticator, store):
    for number in range(2500):
        key_id = "a" * 26 + f"{number:08}"
        store.items[SHOP, key_id] = {"hash": hash_secret(SECRET), "scopes": ["*"]}
        authenticator.caller(header(key_id=key_id))
    assert len(authenticator._cache) <= 1000


def test_the_operator_is_known_by_the_deployments_secret(authenticator):
    caller = authenticator.caller("Bearer wb_operator_op")
    assert caller.is_operator
    assert caller.shop_id == ""
    with pytest.raises(Unauthenticated):
        authenticator.caller("Bearer wb_operator_other")


def test_the_operators_secret_is_asked_for_only_when_it_is_used(authenticator, store):
    authenticator.caller(header())
    assert "operator" not in store.reads


def test_the_operators_secret_can_rotate(authenticator, store, time):
    authenticator.caller("Bearer wb_operator_op")
    store.operator = "new"
    time.now += CACHE_SECONDS
    assert authenticator.caller("Bearer wb_operator_new").is_operator


def caller(*scopes):
    return Caller(SHOP, KEY_ID, frozenset(scopes))


OPERATOR = Caller("", "operator", frozenset({"operator"}))


@pytest.mark.parametrize("scope", sorted(SCOPES - {"*"}))
def test_a_scope_opens_itself_and_nothing_else(scope):
    caller(scope).require(scope)
    caller("*").require(scope)
    for other in SCOPES - {"*", scope}:
        with pytest.raises(Forbidden):
            caller(other).require(scope)


@pytest.mark.parametrize("scopes", [("*",), ("operator",), ("*", "operator"), tuple(SCOPES)])
def test_no_key_of_a_shop_is_the_operator(scopes):
    with pytest.raises(Forbidden):
        caller(*scopes).require("operator")


def test_write_does_not_include_read():
    with pytest.raises(Forbidden):
        caller("orders:write").require("orders:read")


@pytest.mark.parametrize("scope", ["operator", "shops:read", "shops:write"])
def test_the_operator_reaches_shops(scope):
    OPERATOR.require(scope)


@pytest.mark.parametrize("scope", ["orders:read", "inventory:write", "tracking:read"])
def test_the_operator_belongs_to_no_shop(scope):
    with pytest.raises(Forbidden):
        OPERATOR.require(scope)


@given(st.text())
def test_a_hash_tells_nothing_but_equality(secret):
    assert hash_secret(secret) == hash_secret(secret)
    assert len(hash_secret(secret)) == 64
    assert hash_secret(secret) != hash_secret(secret + "x")


def test_the_table_store_reads_consistently_by_key():
    class FakeTable:
        def get(self, key, *, consistent=True):
            assert consistent
            return {"key": key}

    store = TableKeyStore(FakeTable(), lambda: "op")
    assert store.find("shop_a", "k1") == {"key": {"pk": "shop_a", "sk": "key#k1"}}
    assert store.operator_secret() == "op"
