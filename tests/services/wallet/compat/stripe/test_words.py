"""Ids, parameters, the search language, the shapes on the wire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core import ledger
from dozen.kit import errors as kit
from dozen.kit import ids as snowflakes
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings
from dozen.services.wallet.compat.stripe import errors, ids, mapping, search
from dozen.services.wallet.compat.stripe.errors import BadParam
from dozen.services.wallet.compat.stripe.lists import created, span
from dozen.services.wallet.compat.stripe.params import Params
from dozen.services.wallet.errors import merchants as shop
from dozen.services.wallet.queries.orders import Condition
from dozen.services.wallet.structs import Payment
from dozen.services.wallet.structs.merchants import (
    Customer,
    Event,
    Failure,
    Intent,
    Method,
    Refund,
    Settlement,
    Webhook,
)

GOLDEN = Path(__file__).parent / "golden"


@given(st.integers(0, snowflakes.MAX))
def test_ids_go_both_ways(number: int) -> None:
    assert ids.read(ids.INTENT, ids.show(ids.INTENT, number)) == number
    assert ids.read(ids.CHARGE, ids.show(ids.INTENT, number)) is None


@pytest.mark.parametrize(
    "text", ["", "pi", "pi_", "pi_0", "pi_zzzzzzzzzzz", "pi_0000000000!", "pi_000000000000", "ch_00000000001"]
)
def test_what_is_no_id_is_none(text: str) -> None:
    assert ids.read(ids.INTENT, text) is None


def test_brackets() -> None:
    params = Params.of_query(
        b"expand%5B0%5D=customer&expand[1]=data.x&metadata[a]=1&metadata[b]=&created[gte]=5"
        b"&deep[a][b][c][d]=x"
        b"&types[]=card&types[]=wallet&on=true&off=false&n=12&empty="
    )
    assert params.list("expand") == ["customer", "data.x"]
    assert params.list("types") == ["card", "wallet"]
    assert params.mapping("metadata") == {"a": "1", "b": ""}
    assert (params.boolean("on"), params.boolean("off"), params.boolean("none")) == (True, False, None)
    assert (params.integer("n"), params.integer("none")) == (12, None)
    assert params.wipes("empty")
    assert params.inner("created").integer("gte") == 5


@pytest.mark.parametrize(
    "raw",
    [
        b"a[b][c][d][e][f]=1", b"a[=1", b"a]=1", b"[a]=1", b"a=1&a[b]=2", b"a[b]=2&a=1", b"=1", b"a[b]]=1",
        b"a%00=1", b"\xff=1", b"a=%ff", b"&".join(b"a%d=1" % n for n in range(600)),
        b"a" * 200 + b"=1",
    ],
)  # fmt: skip
def test_bad_brackets(raw: bytes) -> None:
    with pytest.raises(BadParam):
        Params.of_query(raw)


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=20))
def test_any_pairs_are_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        params = Params(pairs)
    except BadParam:
        return
    for name, _ in pairs:
        for read in (params.text, params.integer, params.boolean, params.mapping, params.list):
            try:
                read(name)
            except BadParam as wrong:
                assert wrong.fields  # noqa: PT017 - most of them are fine


@pytest.mark.parametrize("raw", [b"a[b]=1", b"a=xyz"])
def test_kinds_are_checked(raw: bytes) -> None:
    params = Params.of_query(raw)
    with pytest.raises(BadParam):
        params.integer("a")
    with pytest.raises(BadParam):
        params.boolean("a")


def test_pages() -> None:
    at = ids.show(ids.INTENT, 500)
    asked = span(Params.of_query(f"starting_after={at}&limit=3".encode()), ids.INTENT)
    assert (asked.before, asked.after, asked.limit, asked.up) == (500, 0, 3, False)
    asked = span(Params.of_query(f"ending_before={at}".encode()), ids.INTENT)
    assert (asked.before, asked.after, asked.limit, asked.up) == (snowflakes.MAX, 500, 10, True)
    for bad in (
        "limit=0",
        "limit=101",
        f"starting_after={at}&ending_before={at}",
        "created=x",
        "created[gt]=-1",
    ):
        with pytest.raises(BadParam):
            span(Params.of_query(bad.encode()), ids.INTENT)
    with pytest.raises(errors.Missing):
        span(Params.of_query(b"starting_after=ch_1"), ids.INTENT)


def test_created_bounds_are_those_of_the_second() -> None:
    second = 1_795_046_400
    first, last = snowflakes.at(second * 1000), snowflakes.at(second * 1000 + 999, node=1023, sequence=4095)

    def holds(query: str, number: int) -> bool:
        low, high = created(Params.of_query(query.encode()))
        return low < number < high

    for query, inside in (
        (f"created={second}", True),
        (f"created[gte]={second}", True),
        (f"created[lte]={second}", True),
        (f"created[gt]={second}", False),
        (f"created[lt]={second}", False),
        (f"created[gt]={second - 1}&created[lt]={second + 1}", True),
    ):
        assert holds(query, first) is inside, query
        assert holds(query, last) is inside, query


def test_queries() -> None:
    found, either = search.parse('status:"succeeded" AND -metadata["o"]:"a\\"b" AND amount>=1000')
    assert found == (
        Condition("state", "=", "succeeded"),
        Condition("label", "=", 'a"b', "o", True),
        Condition("amount", ">=", 1000),
    )
    assert either is False
    assert search.parse("amount<5 OR currency:'inr'")[1] is True
    assert search.parse("customer:null")[0] == (Condition("customer_id", "=", None),)


@given(st.text(alphabet="status:amount<>=\"'AND OR-[]metadata0123 null", max_size=60))
def test_any_query_is_read_or_refused(text: str) -> None:
    try:
        found, _ = search.parse(text)
    except BadParam as wrong:
        assert wrong.param == "query"  # noqa: PT017 - some of them are fine
    else:
        assert 1 <= len(found) <= 20


@pytest.mark.parametrize(
    ("fault", "status", "type_", "code"),
    [
        (kit.Unauthenticated(), 401, "invalid_request_error", None),
        (shop.BadMerchantKey(), 401, "invalid_request_error", "api_key_invalid"),
        (shop.KeyNotAllowed(), 403, "invalid_request_error", None),
        (kit.TooMany(), 429, "invalid_request_error", "rate_limit"),
        (kit.Unavailable(), 503, "api_error", None),
        (ledger.errors.KeyReused(), 400, "idempotency_error", None),
        (ledger.errors.KeyInUse(), 409, "idempotency_error", "idempotency_key_in_use"),
        (shop.NoSuchIntent(), 404, "invalid_request_error", "resource_missing"),
        (shop.WrongState(), 400, "invalid_request_error", "payment_intent_unexpected_state"),
        (shop.RefundTooLarge(left=0), 400, "invalid_request_error", "charge_already_refunded"),
        (kit.TooLarge(), 413, "invalid_request_error", "too_large"),
        (kit.Malformed(), 400, "invalid_request_error", "malformed"),
    ],
)
def test_faults(fault: kit.Fault, status: int, type_: str, code: str | None) -> None:
    found, body = errors.document(fault)
    assert (found, body["error"]["type"], body["error"].get("code")) == (status, type_, code)
    assert body["error"]["message"]
    assert errors.retries(found)[1] == ("true" if status in (409, 429, 503) else "false")


# The shapes, as files


NOW = 1_795_046_400_000
INTENT = Intent(
    id=snowflakes.at(NOW), merchant=7, live=True, state="succeeded", amount=25_000, currency="INR",
    reference="A-1", description="Tea", capture="automatic", customer_id=8, method_id=9, save_method=False,
    payer=10, payment_id=snowflakes.at(NOW + 5_000), capturable=0, received=25_000, refunded=100, fee=250,
    hold_until=None, return_url="https://a.example/", echo={}, metadata={"order_id": "A-1"}, failure=None,
    cancel_reason="", canceled_at=None, expires_at=NOW + 86_400_000, changed_at=NOW + 5_000,
)  # fmt: skip
PAYMENT = Payment(
    id=snowflakes.at(NOW + 5_000), kind="merchant", state="done", amount=25_000, currency="INR", payer=10,
    payee=0, source=1, target=2, merchant=7, fee=250, actor=10, subject=INTENT.id, note="Tea", device_id=None,
    transfer_id=snowflakes.at(NOW + 5_000), hold_id=None, captured=25_000, refunded=100, detail=None,
    flags=(), authorise_until=None, changed_at=NOW + 5_000,
)  # fmt: skip
FAILED = msgspec.structs.replace(
    INTENT, state="requires_payment_method", received=0, refunded=0, payment_id=None, method_id=None,
    failure=Failure("card_declined", "insufficient_funds", "There is not enough money."),
)  # fmt: skip
ASKED = msgspec.structs.replace(INTENT, state="requires_action", received=0, refunded=0, payment_id=None)
CUSTOMER = Customer(8, 7, True, "Ada", "ada@a.example", "", "", {"tier": "gold"}, None, NOW)
METHOD = Method(9, 7, True, "wallet", "", 8, 10, "INR", 40_000, NOW, 0, "approved", {}, NOW)
CARD = Method(9, 7, False, "card", "visa", None, None, "", 0, 0, 0, "new", {}, NOW)
REFUND = Refund(
    snowflakes.at(NOW + 9_000),
    7,
    True,
    INTENT.id,
    PAYMENT.id,
    12,
    100,
    "INR",
    1,
    "duplicate",
    "succeeded",
    {},
    NOW,
)
PAYOUT = Settlement(snowflakes.at(NOW), 7, True, "INR", 500, 0, 13, "paid", "api", "Weekly", {}, NOW)
TRANSFER = msgspec.structs.replace(PAYOUT, to_merchant=14)
WEBHOOK = Webhook(
    15, 7, True, "https://a.example/h", "stripe", ("*",), b"", None, None, True, "", None, "", {}, NOW
)
EVENT = Event(
    snowflakes.at(NOW + 6_000), 7, True, "charge.refunded", INTENT.id,
    {"intent": msgspec.to_builtins(INTENT), "payment": msgspec.to_builtins(PAYMENT)},
)  # fmt: skip


@pytest.fixture(scope="module")
def env() -> Env:
    return Env(
        Settings(base_url="https://town.example"), b"a secret for tests only, 32+ bytes", Snowflakes(1)
    )


def shapes(env: Env) -> dict[str, Any]:
    return {
        "payment_intent": mapping.intent(env, INTENT),
        "payment_intent_failed": mapping.intent(env, FAILED),
        "payment_intent_asked": mapping.intent(env, ASKED),
        "card_error": errors.declined(FAILED.failure, mapping.intent(env, FAILED)),
        "charge": mapping.charge(INTENT, PAYMENT),
        "customer": mapping.customer(CUSTOMER),
        "customer_deleted": mapping.customer(msgspec.structs.replace(CUSTOMER, deleted_at=NOW)),
        "payment_method": mapping.method(METHOD),
        "payment_method_card": mapping.method(CARD),
        "refund": mapping.refund(REFUND, 12),
        "payout": mapping.payout(PAYOUT),
        "transfer": mapping.transfer(TRANSFER),
        "webhook_endpoint": mapping.webhook(WEBHOOK, "whsec_x"),
        "event": mapping.event(env, EVENT, 1, "2026-10-28.endive"),
        "balance_transaction": mapping.transaction(12, NOW, "INR", 24_750, 250, "charge", "ch_x", "Tea"),
    }


NAMES = (
    "payment_intent payment_intent_failed payment_intent_asked card_error charge customer customer_deleted"
    " payment_method payment_method_card refund payout transfer webhook_endpoint event balance_transaction"
)


@pytest.mark.parametrize("name", NAMES.split())
def test_golden(env: Env, name: str) -> None:
    found = json.loads(msgspec.json.encode(shapes(env)[name]))
    assert found == json.loads((GOLDEN / f"{name}.json").read_text())


def test_every_shape_is_golden(env: Env) -> None:
    assert set(shapes(env)) == set(NAMES.split()) == {path.stem for path in GOLDEN.glob("*.json")}
