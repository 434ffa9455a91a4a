"""The newest Stripe library for Python, unmodified, against the Stripe-shaped door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe
from stripe import StripeClient

from dozen.core import ledger
from dozen.core.jobs import Runner
from dozen.services.wallet.service import merchant_keys, merchants
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import PIN, Bank
from tests.support.bridge import Bridge, Listener
from tests.support.site import Client, Site, open_site

pytestmark = pytest.mark.client
BACK = "https://tea.example/thanks?cart=7"


class House:
    """A server on loopback, a shop on it with keys, and payers with browsers."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.town = site.town
        self.bank = Bank(site)
        self.bridge = Bridge(site)
        self.owner = self.bank.browser("owner", tier=3)
        self.shop = self.make_shop("Tea House")
        self.live = self.key(self.shop)
        self.test = self.key(self.rehearsal(self.shop))

    def make_shop(self, name: str) -> Shop:
        made = self.town.write(merchants.register, self.owner.id, merchants.NewMerchant(name=name))
        return Shop(made, True, self.owner.id)

    def rehearsal(self, shop: Shop) -> Shop:
        return Shop(shop.merchant, False, shop.person)

    def key(self, shop: Shop, kind: Any = "secret") -> str:
        return self.town.write(merchant_keys.make, shop, kind).text

    def client(self, key: str) -> Any:
        return StripeClient(key, base_addresses={"api": self.bridge.url}).v1

    def work(self) -> None:
        """Run all jobs that are due."""
        Runner(self.town.env, self.town.db).drain()

    def close(self) -> None:
        self.bridge.close()
        self.site.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    site = open_site(request.param, tmp_path, outbound_allow="127.0.0.1")
    if site is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    stripe.enable_telemetry = False
    made = House(site)
    yield made
    made.close()


def walk(payer: Client, url: str, *, do: str = "approve", pin: str = PIN, **fields: str) -> str:
    """Go to the approval page as a browser does, answer, and give the address that one is sent back to."""
    path = urlsplit(url).path
    page = payer.get(path)
    assert page.status_code == 200, page.text
    assert "Tea House" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    answer = payer.submit(path, page=path, do=do, pin=pin, key=key[1] if key else "", **fields)
    assert answer.status_code == 303, answer.text
    done = payer.get(answer.headers["location"])
    assert done.status_code == 200
    found = re.search(r'<meta http-equiv="refresh" content="3;url=([^"]+)">', done.text)
    return unescape(found[1]) if found else ""


def create(client: Any, **given: Any) -> Any:
    return client.payment_intents.create({"amount": 25_000, "currency": "inr", **given})


def test_a_payment_from_asking_to_paid_out(house: House) -> None:
    client, payer = house.client(house.live), house.bank.browser("ada", money=100_000)
    asked = create(client, description="Darjeeling", metadata={"order_id": "6735", "size": "200 g"})
    assert (asked.object, asked.status, asked.livemode) == ("payment_intent", "requires_payment_method", True)
    assert asked.client_secret.startswith(asked.id + "_secret_")
    method = client.payment_methods.create({"type": "wallet"})
    asked = client.payment_intents.confirm(asked.id, {"payment_method": method.id, "return_url": BACK})
    assert asked.status == "requires_action"
    assert asked.next_action.type == "redirect_to_url"
    assert asked.next_action.redirect_to_url.return_url == BACK

    back = urlsplit(walk(payer, asked.next_action.redirect_to_url.url))
    assert back.netloc == "tea.example"
    assert parse_qs(back.query) == {
        "cart": ["7"],
        "payment_intent": [asked.id],
        "payment_intent_client_secret": [asked.client_secret],
        "redirect_status": ["succeeded"],
    }
    paid = client.payment_intents.retrieve(
        asked.id, {"expand": ["latest_charge.balance_transaction", "customer"]}
    )
    assert (paid.status, paid.amount_received, paid.next_action) == ("succeeded", 25_000, None)
    assert paid.metadata.to_dict() == {"order_id": "6735", "size": "200 g"}
    assert (paid.latest_charge.amount_captured, paid.latest_charge.paid) == (25_000, True)
    line = paid.latest_charge.balance_transaction
    assert (line.amount, line.fee, line.net, line.type) == (25_000, 250, 24_750, "charge")
    assert house.bank.balance(payer.id) == 75_000

    balance = client.balance.retrieve()
    assert [(each.amount, each.currency) for each in balance.available] == [(24_750, "inr")]
    payout = client.payouts.create({"amount": 20_000, "currency": "inr"})
    assert (payout.status, client.payouts.retrieve(payout.id).amount) == ("paid", 20_000)
    assert house.bank.balance(house.owner.id) == 20_000
    other = house.make_shop("Second shop")
    to = house.client(house.key(other)).accounts.retrieve_current()
    moved = client.transfers.create({"amount": 1_000, "currency": "inr", "destination": to.id})
    assert client.transfers.retrieve(moved.id).destination == to.id
    kinds = [each.type for each in client.balance_transactions.list({"limit": 2}).auto_paging_iter()]
    assert kinds == ["transfer", "payout", "charge"]
    assert house.town.read(ledger.verify).ok


def test_reserve_capture_a_part_and_refund(house: House) -> None:
    client, payer = house.client(house.live), house.bank.browser("ada", money=100_000)
    asked = create(client, capture_method="manual", confirm=True, payment_method="pm_wallet", return_url=BACK)
    walk(payer, asked.next_action.redirect_to_url.url)
    held = client.payment_intents.retrieve(asked.id)
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 25_000, 0)
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        client.payment_intents.capture(asked.id, {"amount_to_capture": 25_001})
    assert (wrong.value.code, wrong.value.param) == ("amount_too_large", "amount_to_capture")
    taken = client.payment_intents.capture(asked.id, {"amount_to_capture": 20_000})
    assert (taken.status, taken.amount_capturable, taken.amount_received) == ("succeeded", 0, 20_000)
    assert house.bank.balance(payer.id) == 80_000

    first = client.refunds.create({"payment_intent": asked.id, "amount": 5_000, "reason": "duplicate"})
    assert (first.status, first.amount, first.reason, first.charge) == (
        "succeeded", 5_000, "duplicate", taken.latest_charge,
    )  # fmt: skip
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        client.refunds.create({"charge": taken.latest_charge, "amount": 15_001})
    assert (wrong.value.code, wrong.value.param) == ("amount_too_large", "amount")
    rest = client.refunds.create({"charge": taken.latest_charge})
    assert rest.amount == 15_000
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        client.refunds.create({"payment_intent": asked.id})
    assert wrong.value.code == "charge_already_refunded"
    assert house.bank.balance(payer.id) == 100_000
    listed = client.refunds.list({"payment_intent": asked.id, "limit": 1})
    assert [each.id for each in listed.auto_paging_iter()] == [rest.id, first.id]
    assert client.refunds.update(first.id, {"metadata": {"why": "tea"}}).metadata["why"] == "tea"
    assert client.refunds.retrieve(first.id, {"expand": ["charge"]}).charge.refunded is True
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        client.refunds.cancel(first.id)
    assert "pending" in str(wrong.value)
    assert client.balance.retrieve().available[0].amount == 0
    assert house.town.read(ledger.verify).ok


def test_what_is_reserved_can_be_let_go(house: House) -> None:
    client, payer = house.client(house.live), house.bank.browser("ada", money=100_000)
    asked = create(client, capture_method="manual", confirm=True, payment_method="pm_wallet")
    walk(payer, asked.next_action.redirect_to_url.url)
    gone = client.payment_intents.cancel(asked.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason, gone.amount_capturable) == ("canceled", "abandoned", 0)
    assert gone.canceled_at
    assert house.bank.balance(payer.id) == 100_000
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        client.payment_intents.capture(asked.id)
    assert wrong.value.code == "payment_intent_unexpected_state"


def test_a_payer_declines_and_nothing_moves(house: House) -> None:
    client, payer = house.client(house.live), house.bank.browser("ada", money=100_000)
    asked = create(client, confirm=True, payment_method="pm_wallet", return_url=BACK)
    back = walk(payer, asked.next_action.redirect_to_url.url, do="decline")
    assert parse_qs(urlsplit(back).query)["redirect_status"] == ["failed"]
    seen = client.payment_intents.retrieve(asked.id)
    assert seen.status == "requires_payment_method"
    assert seen.last_payment_error.code == "card_declined"
    assert house.bank.balance(payer.id) == 100_000


def test_a_wrong_pin_and_a_short_wallet_say_so_to_the_payer_only(house: House) -> None:
    client, payer = house.client(house.live), house.bank.browser("ada", money=100)
    asked = create(client, confirm=True, payment_method="pm_wallet")
    path = urlsplit(asked.next_action.redirect_to_url.url).path
    wrong = payer.submit(path, page=path, do="approve", pin="0000", key="k1")
    assert wrong.status_code in (403, 422)
    assert "PIN is wrong" in wrong.text
    short = payer.submit(path, page=path, do="approve", pin=PIN, key="k2")
    assert short.status_code == 402
    assert "not enough money" in short.text
    seen = client.payment_intents.retrieve(asked.id)
    assert (seen.status, seen.last_payment_error) == ("requires_action", None)


def test_customers_and_a_wallet_to_be_charged_later(house: House) -> None:
    client, payer = house.client(house.live), house.bank.browser("ada", money=200_000, tier=2)
    ada = client.customers.create(
        {"name": "Ada", "email": "ada@tea.example", "metadata": {"since": "2026", "tier": "gold"}}
    )
    assert client.customers.retrieve(ada.id).email == "ada@tea.example"
    changed = client.customers.update(ada.id, {"phone": "+91 98", "metadata": {"tier": ""}})
    assert (changed.phone, changed.metadata.to_dict()) == ("+91 98", {"since": "2026"})
    assert [each.id for each in client.customers.list({"email": "ada@tea.example"})] == [ada.id]
    asked = create(
        client, customer=ada.id, setup_future_usage="off_session", confirm=True, payment_method="pm_wallet"
    )
    walk(payer, asked.next_action.redirect_to_url.url, allow="1", cap="400.00")
    (saved,) = client.customers.payment_methods.list(ada.id)
    assert (saved.type, saved.customer, saved.wallet.approved, saved.wallet.monthly_cap) == (
        "wallet", ada.id, True, 40_000,
    )  # fmt: skip
    again = create(client, customer=ada.id, payment_method=saved.id, off_session=True, confirm=True)
    assert again.status == "succeeded"
    assert house.bank.balance(payer.id) == 150_000
    with pytest.raises(stripe.CardError) as beyond:  # 250 of 400 are used: the rest has to be asked for
        create(client, customer=ada.id, payment_method=saved.id, off_session=True, confirm=True)
    assert beyond.value.code == "authentication_required"
    intent = beyond.value.json_body["error"]["payment_intent"]
    assert intent["status"] == "requires_payment_method"
    assert "Tea House" in payer.get("/wallet/permissions").text
    client.payment_methods.detach(saved.id)
    with pytest.raises(stripe.InvalidRequestError):
        create(client, customer=ada.id, payment_method=saved.id, off_session=True, confirm=True)
    assert client.customers.delete(ada.id).deleted is True
    assert client.customers.retrieve(ada.id).deleted is True
    assert list(client.customers.list()) == []


def test_a_payer_takes_back_what_they_allowed(house: House) -> None:
    client, payer = house.client(house.live), house.bank.browser("ada", money=200_000, tier=2)
    ada = client.customers.create({})
    asked = create(
        client, customer=ada.id, setup_future_usage="off_session", confirm=True, payment_method="pm_wallet"
    )
    walk(payer, asked.next_action.redirect_to_url.url, allow="1", cap="4000.00")
    page = payer.get("/wallet/permissions").text
    end = re.search(r'formaction="(/wallet/permissions/\d+/end)"', page)
    assert end is not None
    assert payer.submit(end[1], page="/wallet/permissions").status_code == 303
    assert "No shop may" in payer.get("/wallet/permissions").text
    method = client.payment_intents.retrieve(asked.id).payment_method
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        create(client, customer=ada.id, payment_method=method, off_session=True, confirm=True)
    assert wrong.value.code == "payment_method_unexpected_state"


def test_lists_page_by_themselves_and_search_finds(house: House) -> None:
    client = house.client(house.test)
    made = [
        create(client, amount=1_000 + n, metadata={"order": f"A-{n}", "even": str(n % 2 == 0)})
        for n in range(7)
    ]
    ids = [each.id for each in reversed(made)]
    listed = client.payment_intents.list({"limit": 3})
    assert (listed.object, listed.url, listed.has_more) == ("list", "/v1/payment_intents", True)
    assert [each.id for each in listed.auto_paging_iter()] == ids
    back = client.payment_intents.list({"limit": 3, "ending_before": ids[-1]})
    assert [each.id for each in back.data] == ids[3:6]
    assert [each.id for each in back.auto_paging_iter()] == list(reversed(ids[:-1]))
    recent = client.payment_intents.list({"created": {"gte": made[0].created}, "limit": 100})
    assert len(recent.data) == 7
    assert client.payment_intents.list({"created": {"lt": made[0].created}}).data == []

    def found(query: str, **more: Any) -> list[int]:
        page = client.payment_intents.search({"query": query, **more})
        return [each.amount for each in page.auto_paging_iter()]

    assert found("metadata['order']:'A-3'") == [1_003]
    assert found('metadata["even"]:"True" AND amount>1000', limit=1) == [1_006, 1_004, 1_002]
    assert found("amount<1001 OR amount>=1006") == [1_006, 1_000]
    assert found('-metadata["even"]:"True" AND status:"requires_payment_method"') == [1_005, 1_003, 1_001]
    assert found('currency:"inr" AND created>=1') == [1_006 - n for n in range(7)]
    assert found('customer:"cus_00000000001"') == []
    assert found("customer:null AND amount=1002") == [1_002]
    for bad in (
        "amount~3",
        "colour:'red'",
        "status:'unheard'",
        'amount>1 AND status:"canceled" OR amount<1',
        "",
    ):
        with pytest.raises(stripe.InvalidRequestError):
            found(bad)


def test_the_rehearsal_with_test_cards(house: House) -> None:
    client = house.client(house.test)
    paid = create(client, confirm=True, payment_method="pm_card_visa", return_url=BACK)
    assert (paid.status, paid.livemode) == ("succeeded", False)
    method = client.payment_methods.retrieve(paid.payment_method)
    assert (method.type, method.card.brand, method.card.last4) == ("card", "visa", "4242")
    with pytest.raises(stripe.CardError) as short:
        create(client, confirm=True, payment_method="pm_card_chargeDeclinedInsufficientFunds")
    error = short.value
    assert (error.http_status, error.code, error.error.decline_code) == (
        402, "card_declined", "insufficient_funds",
    )  # fmt: skip
    failed = client.payment_intents.retrieve(error.error.payment_intent["id"])
    assert failed.last_payment_error.decline_code == "insufficient_funds"
    retried = client.payment_intents.confirm(failed.id, {"payment_method": "pm_card_visa"})
    assert retried.status == "succeeded"
    asks = create(client, confirm=True, payment_method="pm_card_authenticationRequired", return_url=BACK)
    assert asks.status == "requires_action"
    walk(house.bank.browser("eve"), asks.next_action.redirect_to_url.url, pin="")
    assert client.payment_intents.retrieve(asks.id).status == "succeeded"
    assert client.refunds.create({"payment_intent": paid.id}).status == "succeeded"
    assert client.balance.retrieve().available[0].amount == 50_000
    assert client.payouts.create({"amount": 50_000, "currency": "inr"}).status == "paid"
    assert house.client(house.live).balance.retrieve().available == []
    with pytest.raises(stripe.InvalidRequestError):
        create(house.client(house.live), confirm=True, payment_method="pm_card_visa")
    assert house.town.read(ledger.verify).ok


def test_each_class_of_error(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe, "api_base", house.bridge.url)
    monkeypatch.setattr(stripe, "api_key", house.live)
    client = house.client(house.live)
    with pytest.raises(stripe.AuthenticationError) as nobody:
        house.client("sk_live_" + "x" * 40).balance.retrieve()
    assert nobody.value.http_status == 401
    assert nobody.value.request_id
    with pytest.raises(stripe.PermissionError):
        house.client(house.key(house.shop, "publishable")).balance.retrieve()
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.payment_intents.retrieve("pi_00000000001")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    assert "No such payment_intent: 'pi_00000000001'" in str(missing.value)
    for params, code, param in (
        ({"currency": "inr"}, "parameter_missing", "amount"),
        ({"amount": 100}, "parameter_missing", "currency"),
        ({"amount": "12.5", "currency": "inr"}, "parameter_invalid_integer", "amount"),
        ({"amount": -3, "currency": "inr"}, "parameter_invalid_integer", "amount"),
        ({"amount": 100, "currency": "xxx"}, "parameter_invalid", "currency"),
        ({"amount": 100, "currency": "inr", "customer": "cus_00000000001"}, "resource_missing", None),
        ({"amount": 100, "currency": "inr", "metadata": {"x" * 41: "y"}}, "parameter_invalid", None),
        ({"amount": 100, "currency": "inr", "expand": ["amount"]}, "parameter_invalid", "expand"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as wrong:
            client.payment_intents.create(params)
        assert wrong.value.code == code, params
        if param:
            assert wrong.value.param == param
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        client.payment_intents.confirm(create(client).id)
    assert wrong.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        client.payouts.create({"amount": 1, "currency": "inr"})
    assert wrong.value.code == "balance_insufficient"
    before = len(house.bridge.seen)
    with pytest.raises(stripe.InvalidRequestError):  # what cannot help is not tried again
        stripe.PaymentIntent.create(amount=0, currency="inr")
    assert len(house.bridge.seen) == before + 1


def test_a_key_gives_the_first_answer_again(house: House) -> None:
    client = house.client(house.test)
    given = {"amount": 700, "currency": "inr", "confirm": True, "payment_method": "pm_card_visa"}
    first = client.payment_intents.create(given, {"idempotency_key": "k-1"})
    again = client.payment_intents.create(given, {"idempotency_key": "k-1"})
    assert again.id == first.id
    assert again.last_response.headers["idempotent-replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        client.payment_intents.create({**given, "amount": 701}, {"idempotency_key": "k-1"})
    bad = {**given, "payment_method": "pm_card_chargeDeclined"}
    refused = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as error:
            client.payment_intents.create(bad, {"idempotency_key": "k-2"})
        refused.append(error.value.error.payment_intent["id"])
    assert refused[0] == refused[1]
    assert len(client.payment_intents.list().data) == 2
    live = house.client(house.live).payment_intents.create(
        {"amount": 700, "currency": "inr"}, {"idempotency_key": "k-1"}
    )
    assert live.livemode is True


def test_webhooks_arrive_and_the_library_believes_them(house: House) -> None:
    client = house.client(house.test)
    listener = Listener()
    try:
        hook = client.webhook_endpoints.create(
            {"url": listener.url, "enabled_events": ["payment_intent.succeeded", "charge.refunded"]}
        )
        assert hook.secret.startswith("whsec_")
        assert not hasattr(client.webhook_endpoints.retrieve(hook.id), "secret")
        paid = create(client, confirm=True, payment_method="pm_card_visa")
        client.refunds.create({"payment_intent": paid.id, "amount": 100})
        house.work()
        events = [
            stripe.Webhook.construct_event(body, headers["stripe-signature"], hook.secret)
            for headers, body in listener.got
        ]
        assert sorted(each.type for each in events) == ["charge.refunded", "payment_intent.succeeded"]
        by_type = {each.type: each for each in events}
        intent = by_type["payment_intent.succeeded"].data.object
        assert (intent.object, intent.id, intent.status) == ("payment_intent", paid.id, "succeeded")
        charge = by_type["charge.refunded"].data.object
        assert (charge.object, charge.amount_refunded) == ("charge", 100)
        headers, body = listener.got[0]
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body + b" ", headers["stripe-signature"], hook.secret)
        same = client.events.retrieve(events[0].id)
        assert (same.type, same.data.object.id) == (events[0].type, events[0].data.object.id)
        assert [each.type for each in client.events.list({"type": "refund.created"})] == ["refund.created"]
        assert client.webhook_endpoints.update(hook.id, {"disabled": True}).status == "disabled"
        create(client, confirm=True, payment_method="pm_card_visa")
        house.work()
        assert len(listener.got) == 2
        assert client.webhook_endpoints.delete(hook.id).deleted is True
    finally:
        listener.close()


def test_a_webhook_cannot_be_aimed_inside(house: House) -> None:
    client = house.client(house.live)
    for url in ("http://10.0.0.1/x", "http://169.254.169.254/latest", "http://[::1]/", "ftp://a.example/",
                "http://user@127.0.0.1/", "nonsense"):  # fmt: skip
        with pytest.raises(stripe.InvalidRequestError) as wrong:
            client.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
        assert (wrong.value.code, wrong.value.param) == ("url_invalid", None) or wrong.value.param == "url"


def test_a_publishable_key_reaches_one_payment_with_its_secret(house: House) -> None:
    open_key = house.client(house.key(house.shop, "publishable"))
    asked = create(house.client(house.live))
    other = create(house.client(house.live))
    seen = open_key.payment_intents.retrieve(asked.id, {"client_secret": asked.client_secret})
    assert seen.id == asked.id
    with pytest.raises(stripe.PermissionError):
        open_key.payment_intents.retrieve(other.id, {"client_secret": asked.client_secret})
    with pytest.raises(stripe.PermissionError):
        open_key.payment_intents.list()
    confirmed = open_key.payment_intents.confirm(
        asked.id, {"client_secret": asked.client_secret, "payment_method": "pm_wallet", "return_url": BACK}
    )
    assert confirmed.status == "requires_action"


def test_another_shop_sees_nothing(house: House) -> None:
    mine = house.client(house.test)
    theirs = house.client(house.key(house.rehearsal(house.make_shop("Other"))))
    customer = mine.customers.create({"email": "a@b.example"})
    paid = create(mine, confirm=True, payment_method="pm_card_visa", customer=customer.id)
    refund = mine.refunds.create({"payment_intent": paid.id, "amount": 1})
    payout = mine.payouts.create({"amount": 1, "currency": "inr"})
    hook = mine.webhook_endpoints.create({"url": "http://127.0.0.1:9/x", "enabled_events": ["*"]})
    event = mine.events.list().data[0]
    line = mine.balance_transactions.list().data[0]
    for reader in (theirs, house.client(house.live)):
        for ask in (
            lambda c: c.payment_intents.retrieve(paid.id),
            lambda c: c.payment_intents.update(paid.id, {"description": "x"}),
            lambda c: c.payment_intents.confirm(paid.id, {"payment_method": paid.payment_method}),
            lambda c: c.payment_intents.capture(paid.id),
            lambda c: c.payment_intents.cancel(paid.id),
            lambda c: c.charges.retrieve(paid.latest_charge),
            lambda c: c.refunds.retrieve(refund.id),
            lambda c: c.refunds.update(refund.id, {"metadata": {"a": "b"}}),
            lambda c: c.refunds.cancel(refund.id),
            lambda c: c.refunds.create({"payment_intent": paid.id}),
            lambda c: c.refunds.create({"charge": paid.latest_charge}),
            lambda c: c.customers.retrieve(customer.id),
            lambda c: c.customers.update(customer.id, {"name": "x"}),
            lambda c: c.customers.delete(customer.id),
            lambda c: c.customers.payment_methods.list(customer.id),
            lambda c: c.payment_methods.retrieve(paid.payment_method),
            lambda c: c.payment_methods.attach(paid.payment_method, {"customer": customer.id}),
            lambda c: c.payment_methods.detach(paid.payment_method),
            lambda c: c.payouts.retrieve(payout.id),
            lambda c: c.balance_transactions.retrieve(line.id),
            lambda c: c.events.retrieve(event.id),
            lambda c: c.webhook_endpoints.retrieve(hook.id),
            lambda c: c.webhook_endpoints.update(hook.id, {"disabled": True}),
            lambda c: c.webhook_endpoints.delete(hook.id),
            lambda c: create(c, customer=customer.id),
            lambda c: create(c, confirm=True, payment_method=paid.payment_method),
        ):
            with pytest.raises(stripe.InvalidRequestError) as refused:
                ask(reader)
            assert refused.value.http_status == 404, refused.value
        kinds = "payment_intents charges refunds customers payouts webhook_endpoints balance_transactions"
        for kind in kinds.split():
            listed = getattr(reader, kind)
            assert listed.list().data == []
        assert [each for each in reader.events.list().data if each.id == event.id] == []
    assert mine.payment_intents.retrieve(paid.id).amount_received == 25_000
