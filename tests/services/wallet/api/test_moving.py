"""Money by the native JSON door: what moves, and all that must not."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dozen.core import ledger
from tests.services.wallet.folk import PIN, Bank
from tests.support.site import Client


def pay(
    client: Client, to: str, amount: Any, *, key: str = "", pin: str = PIN, **more: Any
) -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    body = {"to": to, "amount": amount, "pin": pin} | more
    return client.post("/wallet/api/transfers", json=body, headers=headers)


def test_paying_somebody(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    answer = pay(ada, "@bo", "25.50", note="tea ☕")
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert found["state"] == "done"
    assert found["amount"] == "25.50"
    assert found["amount_minor"] == 2_550
    assert found["balance"] == "74.50"
    assert found["payee"]["username"] == "bo"
    theirs = bo.get(f"/wallet/api/wallets/{bo.id}").json()
    assert (theirs["balance"], theirs["available"]) == ("25.50", "25.50")
    line = bo.get(f"/wallet/users/{bo.id}/transactions").json()["data"][0]
    assert (line["amount"], line["note"], line["direction"]) == ("25.50", "tea ☕", "in")
    assert bo.get(f"/wallet/transactions/{line['id']}").json() == line
    assert bo.get(f"/wallet/api/payments/{found['id']}").json()["id"] == found["id"]
    told = [each["text"] for each in bo.get("/wallet/api/notifications").json()["data"]]
    assert "Ada paid you ₹25.50" in told
    assert bo.post("/wallet/api/notifications", json={}).json() == {"unread": 0}


def test_transfer_as_the_sheet_has_it(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    answer = ada.put(f"/wallet/api/wallets/{bo.id}", json={"amount": 12.5, "pin": PIN})
    assert answer.status_code == 200, answer.text
    assert bank.balance(bo.id) == 1_250
    again = ada.post("/wallet/api/payments", json={"to": "bo", "amount": "1", "pin": PIN})
    assert again.status_code == 201
    assert bank.balance(bo.id) == 1_350


def test_by_number_and_handle(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    number = bo.get(f"/wallet/api/wallets/{bo.id}").json()["mobile_number"]
    assert pay(ada, number, "1").status_code == 201
    assert pay(ada, number.removeprefix("+91"), "1").status_code == 201
    assert bo.post("/wallet/api/handles", json={"handle": "Bo.Pays"}).json() == {"handle": "bo.pays@dozen"}
    assert pay(ada, "bo.pays@dozen", "1").status_code == 201
    assert ada.post("/wallet/api/handles", json={"handle": "bo.pays"}).json()["code"] == "handle_taken"
    assert bank.balance(bo.id) == 300
    assert ada.get("/wallet/api/receivers", params={"to": "bo.pays@dozen"}).json()["username"] == "bo"
    assert bo.delete("/wallet/api/handles/bo.pays").status_code == 204
    assert pay(ada, "bo.pays@dozen", "1").json()["code"] == "no_such_receiver"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"amount": "100.01"}, 402, "insufficient_funds"),
        ({"to": "@ada"}, 422, "own_wallet"),
        ({"to": "+919999999999"}, 404, "no_such_receiver"),
        ({"to": "nobody"}, 404, "no_such_receiver"),
        ({"to": "x@dozen"}, 404, "no_such_receiver"),
        ({"amount": "0"}, 422, "bad_amount"),
        ({"amount": "-1"}, 422, "bad_amount"),
        ({"amount": "0.001"}, 422, "bad_amount"),
        ({"amount": "1e30"}, 422, "bad_amount"),
        ({"amount": "1e999999999"}, 422, "bad_amount"),
        ({"amount": "NaN"}, 422, "bad_amount"),
        ({"amount": "Infinity"}, 422, "bad_amount"),
        ({"amount": "ten"}, 422, "invalid"),
        ({"amount": None}, 422, "invalid"),
        ({"currency": "EUR"}, 404, "no_wallet"),
        ({"currency": "rupee"}, 422, "invalid"),
        ({"pin": "0000"}, 403, "wrong_pin"),
        ({"pin": None}, 403, "pin_needed"),
        ({"note": "n" * 141}, 422, "bad_note"),
        ({"surprise": 1}, 422, "invalid"),
    ],
)
def test_bad_input_moves_nothing(bank: Bank, body: dict[str, Any], status: int, code: str) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    answer = ada.post("/wallet/api/transfers", json={"to": "@bo", "amount": "1", "pin": PIN} | body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (bank.balance(ada.id), bank.balance(bo.id)) == (10_000, 0)
    assert bank.town.read(ledger.verify).ok


def test_frozen_and_over_limit(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=4_000_000), bank.holder("bo", tier=2)
    assert ada.post("/wallet/api/freeze", json={}).json()["state"] == "frozen"
    assert pay(ada, "bo", "1").json()["code"] == "wallet_frozen"
    assert ada.post("/wallet/api/unfreeze", json={}).json()["code"] == "pin_needed"
    assert ada.post("/wallet/api/unfreeze", json={"pin": PIN}).json()["state"] == "open"
    over = pay(ada, "bo", "10000.01").json()
    assert (over["code"], over["limit"], over["whose"]) == ("over_limit", "payment", "tier")
    assert ada.put("/wallet/api/limits", json={"payment": "50", "day": "60"}).status_code == 200
    assert pay(ada, "bo", "51").json()["whose"] == "own"
    assert pay(ada, "bo", "50").status_code == 201
    assert pay(ada, "bo", "11").json()["limit"] == "day"
    assert pay(ada, "bo", "10").status_code == 201
    assert ada.put("/wallet/api/limits", json={"payment": None}).json()["code"] == "pin_needed"
    used = ada.put("/wallet/api/limits", json={"payment": None, "day": None, "pin": PIN}).json()
    assert used["used_today"]["amount"] == "60.00"
    assert bank.balance(bo.id) == 6_000


def test_wrong_pin_locks(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    for left in (4, 3, 2, 1, 0):
        answer = pay(ada, "bo", "1", pin="9876").json()
        assert (answer["code"], answer["tries_left"]) == ("wrong_pin", left)
    locked = pay(ada, "bo", "1")
    assert (locked.status_code, locked.json()["code"]) == (423, "pin_locked")
    assert int(locked.headers["retry-after"]) > 800
    assert bank.balance(bo.id) == 0


def test_a_right_pin_is_not_counted_when_the_money_lacks(bank: Bank) -> None:
    ada, _ = bank.holder("ada", money=100), bank.holder("bo")
    for _ in range(7):
        assert pay(ada, "bo", "100").json()["code"] == "insufficient_funds"


def test_a_key_is_one_movement(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    first = pay(ada, "bo", "10", key="k1")
    again = pay(ada, "bo", "10", key="k1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert bank.balance(bo.id) == 1_000
    other = pay(ada, "bo", "11", key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert pay(bo, "ada", "10", key="k1").status_code == 201, "keys are each one's own"
    assert bank.balance(bo.id) == 0
    assert pay(ada, "bo", "1", key="no spaces allowed").json()["code"] == "bad_idempotency_key"


def test_a_key_remembers_that_the_money_lacked(bank: Bank) -> None:
    ada, _ = bank.holder("ada", money=100), bank.holder("bo")
    assert pay(ada, "bo", "2", key="k").json()["code"] == "insufficient_funds"
    assert pay(ada, "bo", "2", key="k").json()["code"] == "insufficient_funds"
    assert pay(ada, "bo", "1", key="k2", pin="0000").json()["code"] == "wrong_pin"
    assert pay(ada, "bo", "1", key="k2").status_code == 201, "a wrong PIN does not use the key up"


def test_other_peoples_wallets_are_not_there(bank: Bank) -> None:
    ada, _, eve = bank.holder("ada", money=10_000), bank.holder("bo"), bank.holder("eve")
    made = pay(ada, "bo", "1").json()["id"]
    for path in (
        f"/wallet/api/wallets/{ada.id}",
        f"/wallet/users/{ada.id}/transactions",
        f"/wallet/transactions/{made}",
        f"/wallet/api/payments/{made}",
        "/wallet/api/wallets/1",
        "/wallet/api/payments/1",
    ):
        assert eve.get(path).status_code == 404, path
    assert eve.put(f"/wallet/api/payments/{made}", json={"pin": PIN}).status_code == 404
    assert ada.put(f"/wallet/api/payments/{made}", json={"pin": PIN}).json()["code"] == "not_your_payment"
    assert bank.site.anonymous.get(f"/wallet/api/wallets/{ada.id}").status_code == 401
    reader = bank.site.as_("ada", {"wallet:read"})
    assert pay(reader, "bo", "1").json()["code"] == "missing_scope"


def test_giving_back(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    made = pay(ada, "bo", "10").json()["id"]
    part = bo.put(f"/wallet/api/payments/{made}", json={"pin": PIN, "amount": "4"})
    assert (part.status_code, part.json()["kind"]) == (200, "refund")
    assert (bank.balance(ada.id), bank.balance(bo.id)) == (9_400, 600)
    assert ada.get(f"/wallet/api/payments/{made}").json()["refunded"] == "4.00"
    too_much = bo.put(f"/wallet/api/payments/{made}", json={"pin": PIN, "amount": "6.01"}).json()
    assert (too_much["code"], too_much["left"]) == ("not_refundable", 600)
    assert bo.put(f"/wallet/api/payments/{made}", json={"pin": PIN}).json()["amount"] == "6.00"
    assert bo.put(f"/wallet/api/payments/{made}", json={"pin": PIN}).json()["code"] == "not_refundable"
    assert (bank.balance(ada.id), bank.balance(bo.id)) == (10_000, 0)
    assert bank.town.read(ledger.verify).ok
