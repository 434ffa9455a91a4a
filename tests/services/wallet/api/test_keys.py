"""``Idempotency-Key``: every call that moves money, or asks for some, takes it. The same key gives the same
answer; another body under it is refused; and however often and whenever it is sent, it is done once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import func, select

from dozen.core import ledger, payments
from dozen.db import Tx, Values, metadata, values
from dozen.kit import clock
from dozen.services.wallet import ROOM, errors
from dozen.services.wallet.bill_demo import samples
from dozen.services.wallet.service import bills, codes, merchants, orders, paying
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import PIN, Bank, fund, proof
from tests.support.gateway import Gate, visit
from tests.support.site import Client, open_site

COUNTED = ("wallet_", "ledger_transfers", "ledger_holds", "payments_charges", "payments_payouts")
NOT_COUNTED = {"wallet_devices", "wallet_days", "wallet_merchant_days"}
_numbers = count(1)


class Asked(NamedTuple):
    """A call that may be made once; ``other`` is another body for the same address."""

    who: Client
    method: str
    path: str
    body: dict[str, Any]
    other: dict[str, Any]


@cache
def _counts() -> dict[str, Values[int]]:
    """How many rows there are, by table; prepared once."""
    return {
        table.name: values(int, select(func.count()).select_from(table))
        for table in metadata.sorted_tables
        if table.name.startswith(COUNTED) and table.name not in NOT_COUNTED
    }


class House:
    """A server with a gateway; Ada and Bo with money, Bo with a shop."""

    def __init__(self, kind: str, folder: Any) -> None:
        self.gate = Gate(folder)
        site = open_site(
            kind,
            folder,
            gateway_key=self.gate.key,
            gateway_webhook_secret=self.gate.webhook_secret,
            **self.gate.settings,
        )
        if site is None:
            self.gate.close()
            pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
        self.site = site
        self.town = site.town
        site.town.env.part(Hooks).risks.clear()  # so many payments in a minute would be looked at
        bank = Bank(site)
        self.ada = bank.holder("ada", money=3_000_000, tier=3)
        self.bo = bank.holder("bo", money=3_000_000, tier=3)
        new = merchants.NewMerchant(name="Tea House")
        self.shop = Shop(self.town.write(merchants.register, self.bo.id, new), True, self.bo.id)
        self.biller = self.town.write(bills.add_biller, 0, samples(100)[4])
        self.account = self._account()

    def _account(self) -> str:
        made = self.ada.post("/wallet/api/methods", json={"kind": "bank_account"}).json()
        visit(made["next_action"], do="save", account="DE89 3704 0044 0532 0130 00")
        self.town.write(
            lambda tx: tx.driver.execute("UPDATE payments_methods SET next_at = 1 WHERE next_at IS NOT NULL")
        )
        payments.advance_method(self.town.env, int(made["id"]))
        return str(made["id"])

    def intent(self, *, approved: bool, **given: Any) -> str:
        def work(tx: Tx) -> int:
            made = orders.create(tx, self.shop, orders.NewIntent(amount=5_000, currency="INR", **given))
            if approved:
                made = paying.ask(tx, made)
                paying.approve(tx, self.ada.id, made.id, proof=proof(tx, self.ada.id))
            return made.id

        return str(self.town.write(work))

    def rows(self) -> Counter[str]:
        """How many rows each table has that tells of money."""
        return self.town.read(
            lambda tx: Counter({name: each.first(tx) or 0 for name, each in _counts().items()})
        )

    def close(self) -> None:
        self.site.close()
        self.gate.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(request.param, tmp_path_factory.mktemp("keys"))
    yield made
    assert made.town.read(ledger.verify).ok
    made.close()


def send(asked: Asked, key: str, body: dict[str, Any] | None = None) -> httpx.Response:
    headers = {"idempotency-key": key}
    return asked.who.request(
        asked.method, asked.path, json=asked.body if body is None else body, headers=headers
    )


def to_bo(house: House, method: str, path: str) -> Asked:
    body = {"amount": "3", "pin": PIN} | ({} if method == "PUT" else {"to": "@bo"})
    return Asked(house.ada, method, f"/wallet/api/{path}", body, body | {"amount": "4"})


def refund(house: House) -> Asked:
    paid = house.ada.post("/wallet/api/transfers", json={"to": "@bo", "amount": "5", "pin": PIN}).json()["id"]
    body = {"action": "refund", "amount": "2", "pin": PIN}
    return Asked(house.bo, "PUT", f"/wallet/api/payments/{paid}", body, body | {"amount": "1"})


def static_code(house: House) -> Asked:
    payload = codes.static_payload(house.town.env, house.shop.merchant)
    body = {"payload": payload, "amount": "9", "pin": PIN}
    return Asked(house.ada, "POST", "/wallet/api/payments/qr", body, body | {"note": "another"})


def dynamic_code(house: House) -> Asked:
    code = house.town.write(codes.make, house.shop, codes.NewCode(amount=700, currency="INR"))
    body = {"payload": codes.payload(house.town.env, house.shop.merchant, code), "pin": PIN}
    return Asked(house.ada, "POST", "/wallet/api/payments/qr", body, body | {"note": "another"})


def bill(house: House) -> Asked:
    body = {
        "biller_id": str(house.biller.id), "fields": {"number": f"98123{next(_numbers):05}"},
        "amount": "20", "pin": PIN,
    }  # fmt: skip
    return Asked(house.ada, "POST", "/wallet/api/payments/bills", body, body | {"amount": "21"})


def topup(house: House) -> Asked:
    return Asked(house.ada, "POST", "/wallet/api/wallets", {"amount": "50"}, {"amount": "51"})


def withdrawal(house: House) -> Asked:
    body = {"amount": "10", "method": house.account, "pin": PIN}
    return Asked(house.ada, "POST", "/wallet/api/withdrawals", body, body | {"amount": "11"})


def request_(house: House) -> Asked:
    body = {"to": "@bo", "amount": "6", "note": "tea"}
    return Asked(house.ada, "POST", "/wallet/api/requests", body, body | {"note": "cake"})


def paying_a_request(house: House) -> Asked:
    made = house.bo.post("/wallet/api/requests", json={"to": "@ada", "amount": "6"}).json()["id"]
    body = {"action": "pay", "pin": PIN}
    return Asked(house.ada, "PUT", f"/wallet/api/requests/{made}", body, {})


def split(house: House) -> Asked:
    body = {"people": ["@bo"], "amount": "8"}
    return Asked(house.ada, "POST", "/wallet/api/splits", body, body | {"include_me": False})


def mandate(house: House) -> Asked:
    start = clock.rfc3339(clock.now() + 3 * clock.DAY)
    body = {
        "payee": "person", "to": "@bo", "amount": "8", "cap": "9", "every": "month", "start": start,
        "pin": PIN,
    }  # fmt: skip
    return Asked(house.ada, "POST", "/wallet/api/mandates", body, body | {"note": "rent"})


def at_shop(house: House, rest: str) -> str:
    return f"/wallet/api/merchants/{house.shop.id}/{rest}"


def shop_payment(house: House) -> Asked:
    body = {"amount": "12", "reference": f"{next(_numbers)}"}
    return Asked(house.bo, "POST", at_shop(house, "payments"), body, body | {"amount": "13"})


def capture(house: House) -> Asked:
    made = house.intent(approved=True, capture="manual")
    body = {"amount": "30"}
    return Asked(house.bo, "POST", at_shop(house, f"payments/{made}/capture"), body, {"amount": "31"})


def cancel(house: House) -> Asked:
    made = house.intent(approved=True, capture="manual")
    return Asked(house.bo, "POST", at_shop(house, f"payments/{made}/cancel"), {}, {})


def shop_refund(house: House) -> Asked:
    made = house.intent(approved=True)
    return Asked(
        house.bo, "POST", at_shop(house, f"payments/{made}/refunds"), {"amount": "20"}, {"amount": "21"}
    )


def settlement(house: House) -> Asked:
    house.intent(approved=True)
    return Asked(house.bo, "POST", at_shop(house, "settlements"), {"amount": "1"}, {"amount": "2"})


CALLS: dict[str, tuple[str, str, Callable[[House], Asked]]] = {
    "transfers": ("POST", "/wallet/api/transfers", lambda h: to_bo(h, "POST", "transfers")),
    "payments": ("POST", "/wallet/api/payments", lambda h: to_bo(h, "POST", "payments")),
    "wallets": ("PUT", "/wallet/api/wallets/{user_id}", lambda h: to_bo(h, "PUT", f"wallets/{h.bo.id}")),
    "refund": ("PUT", "/wallet/api/payments/{payment_id}", refund),
    "static code": ("POST", "/wallet/api/payments/qr", static_code),
    "code of an order": ("POST", "/wallet/api/payments/qr", dynamic_code),
    "bill": ("POST", "/wallet/api/payments/bills", bill),
    "topup": ("POST", "/wallet/api/wallets", topup),
    "withdrawal": ("POST", "/wallet/api/withdrawals", withdrawal),
    "request": ("POST", "/wallet/api/requests", request_),
    "paying a request": ("PUT", "/wallet/api/requests/{request_id}", paying_a_request),
    "split": ("POST", "/wallet/api/splits", split),
    "mandate": ("POST", "/wallet/api/mandates", mandate),
    "shop's payment": ("POST", "/wallet/api/merchants/{merchant_id}/payments", shop_payment),
    "capture": ("POST", "/wallet/api/merchants/{merchant_id}/payments/{payment_id}/capture", capture),
    "cancel": ("POST", "/wallet/api/merchants/{merchant_id}/payments/{payment_id}/cancel", cancel),
    "shop's refund": (
        "POST", "/wallet/api/merchants/{merchant_id}/payments/{payment_id}/refunds", shop_refund,
    ),
    "settlement": ("POST", "/wallet/api/merchants/{merchant_id}/settlements", settlement),
}  # fmt: skip
ELSEWHERE = re.compile(r"/wallet/api/(shopping|desk|disputes)|/wallet/api/merchants/.*/(purchases|returns)/")
"""Nouns whose own tests have this."""


@pytest.mark.parametrize("name", CALLS)
def test_once(house: House, name: str) -> None:
    asked = CALLS[name][2](house)
    key = f"{name.replace(' ', '-')}-{next(_numbers)}"
    before = house.rows()
    first = send(asked, key)
    assert first.status_code < 300, first.text
    after = house.rows()
    for _ in range(2):
        again = send(asked, key)
        assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert house.rows() == after
    if asked.other:
        other = send(asked, key, asked.other)
        assert (other.status_code, other.json()["code"]) == (409, ledger.errors.KeyReused.code)
        assert house.rows() == after

    # Another one of its kind, sent three times at the same moment.
    asked, key, start = CALLS[name][2](house), f"{key}-at-once", house.rows()
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: send(asked, key), range(3)))
    done = [each for each in answers if each.status_code < 300]
    assert done
    ids = {each.json()["id"] for each in done if "id" in each.json()}
    assert len(ids) <= 1
    if name != "topup":  # which says how far the gateway is at that moment
        assert all(each.json() == done[0].json() for each in done)
    assert all(each.json()["code"] == ledger.errors.KeyInUse.code for each in answers if each not in done)
    assert house.rows() - start == after - before, "three at once did more than one"


def test_none_is_left_out() -> None:
    """What says that it may lack money takes a key, and what takes a key stands above."""
    routes = [route for door in ROOM.doors if door.kind == "api" for route in door.routes]
    keyed = {
        (route.method, route.path)
        for route in routes
        if ledger.errors.KeyReused in route.raises and not ELSEWHERE.match(route.path)
    }
    lacking = (errors.InsufficientFunds, ledger.errors.InsufficientFunds)
    for route in routes:
        if any(each in route.raises for each in lacking) and not ELSEWHERE.match(route.path):
            assert ledger.errors.KeyReused in route.raises, route.path
    assert keyed == {(method, path) for method, path, _ in CALLS.values()}


def test_a_key_is_ones_own(house: House) -> None:
    """Two people may use the same key."""
    answers = [
        client.post(
            "/wallet/api/transfers",
            json={"to": to, "amount": "1", "pin": PIN},
            headers={"idempotency-key": "the same"},
        )
        for client, to in ((house.ada, "@bo"), (house.bo, "@ada"))
    ]
    assert [each.status_code for each in answers] == [422, 422], "a space is no part of a key"
    for client, to in ((house.ada, "@bo"), (house.bo, "@ada")):
        asked = Asked(client, "POST", "/wallet/api/transfers", {"to": to, "amount": "1", "pin": PIN}, {})
        assert send(asked, "the-same").status_code == 201


def test_a_refusal_for_lack_of_money_stays(house: House) -> None:
    """Under the same key, also when there is money meanwhile."""
    cy = Bank(house.site).holder("cy")
    asked = Asked(cy, "POST", "/wallet/api/transfers", {"to": "@bo", "amount": "5", "pin": PIN}, {})
    first = send(asked, "poor")
    assert (first.status_code, first.json()["code"]) == (402, "insufficient_funds")
    house.town.write(fund, cy.id, 10_000)
    assert send(asked, "poor").json()["code"] == "insufficient_funds"
    assert send(asked, "richer").status_code == 201
