"""Opening a wallet, PIN, limits, devices, requests by the native JSON door."""

from __future__ import annotations

from pathlib import Path

import pytest

from dozen.core import texting
from dozen.core.jobs import Runner
from tests.services.wallet.folk import PIN, Bank
from tests.support.people import PASSWORD


def newest_code(bank: Bank) -> str:
    town = bank.town
    Runner(town.env, town.db).drain()
    folder = Path(town.env.settings.data_dir) / texting.OUTBOX
    return max(folder.glob("*.txt")).read_text().split("\n\n")[1][:6]


def test_from_a_number_to_a_payment(bank: Bank) -> None:
    ada, bo = bank.site.as_("ada"), bank.holder("bo", money=10_000)
    assert ada.get(f"/wallet/api/wallets/{ada.id}").json()["code"] == "no_wallet"
    assert ada.post("/wallet/api/wallets/open", json={}).json()["code"] == "number_unverified"
    bad = ada.post("/wallet/api/wallets/create", json={"mobile_number": "+91 11 2345 6789"})
    assert bad.json()["fields"]["mobile_number"]
    sent = ada.post("/wallet/api/wallets/create", json={"mobile_number": "098765 43210"})
    assert (sent.status_code, sent.json()) == (202, {"mobile_number": "+919876543210", "state": "code_sent"})
    code = newest_code(bank)
    wrong = ada.post("/wallet/api/wallets/verify", json={"code": "12", "pin": PIN})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_code")
    weak = ada.post("/wallet/api/wallets/verify", json={"code": code, "pin": "1234"})
    assert weak.json()["code"] == "weak_pin"
    made = ada.post("/wallet/api/wallets/verify", json={"code": code, "pin": PIN})
    assert made.status_code == 201, made.text
    shown = made.json()
    assert (shown["balance"], shown["state"], shown["has_pin"], shown["tier"]) == ("0.00", "open", True, 1)
    assert bo.post(
        "/wallet/api/transfers", json={"to": "+919876543210", "amount": "5", "pin": PIN}
    ).is_success
    assert ada.get("/wallet/api/wallets").json()[0]["balance"] == "5.00"
    assert ada.post("/wallet/api/transfers", json={"to": "@bo", "amount": "1", "pin": PIN}).is_success
    euros = ada.post("/wallet/api/wallets/open", json={"currency": "EUR"})
    assert (euros.status_code, euros.json()["currency"]) == (201, "EUR")
    over = ada.post(
        "/wallet/api/transfers", json={"to": "@bo", "amount": "1", "currency": "EUR", "pin": PIN}
    ).json()
    assert over["code"] == "no_wallet"


def test_the_pin_is_changed_and_reset(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    assert ada.put("/wallet/api/pin", json={"pin": "8264"}).json()["code"] == "wrong_pin"
    assert ada.put("/wallet/api/pin", json={"pin": "8264", "old": "1111"}).json()["code"] == "wrong_pin"
    assert ada.put("/wallet/api/pin", json={"pin": "8264", "old": PIN}).status_code in (200, 204)
    pay = {"to": "@bo", "amount": "1"}
    assert ada.post("/wallet/api/transfers", json=pay | {"pin": PIN}).json()["code"] == "wrong_pin"
    assert ada.post("/wallet/api/transfers", json=pay | {"pin": "8264"}).is_success
    assert ada.post("/wallet/api/pin/code").status_code == 204
    code = newest_code(bank)
    for body in (
        {"password": "wrong", "code": code},
        {"password": PASSWORD, "code": "1"},
        {"password": PASSWORD},
    ):
        assert ada.put("/wallet/api/pin", json={"pin": "7193"} | body).status_code in (401, 403)
    reset = ada.put("/wallet/api/pin", json={"pin": "7193", "password": PASSWORD, "code": code})
    assert reset.is_success, reset.text
    assert ada.post("/wallet/api/transfers", json=pay | {"pin": "7193"}).is_success
    assert bank.balance(bo.id) == 200


def test_devices(bank: Bank) -> None:
    ada, _ = bank.holder("ada", money=10_000), bank.holder("bo")
    pay = {"to": "@bo", "amount": "1", "pin": PIN}
    assert ada.post("/wallet/api/transfers", json=pay).is_success
    (device,) = ada.get("/wallet/api/devices").json()
    assert device["kind"] == "token"
    other = bank.site.as_("ada")
    assert other.post("/wallet/api/transfers", json=pay).is_success
    mine = other.put(
        f"/wallet/api/devices/{device['id']}", json={"revoked": True, "name": "Old script"}
    ).json()
    assert {(each["name"], each["revoked"]) for each in mine} >= {("Old script", True)}
    assert ada.post("/wallet/api/transfers", json=pay).json()["code"] == "device_revoked"
    again = ada.put(f"/wallet/api/devices/{device['id']}", json={"revoked": False})
    assert again.json()["code"] == "device_revoked", "it cannot let itself in again"
    assert other.put("/wallet/api/devices/1", json={"name": "x"}).json()["code"] == "no_such_device"


def test_requests_and_splits(bank: Bank) -> None:
    ada, bo, eve = bank.holder("ada"), bank.holder("bo", money=10_000), bank.holder("eve", money=10_000)
    body = {"to": "@bo", "amount": "12.34", "note": "lunch"}
    key = {"idempotency-key": "r1"}
    made = ada.post("/wallet/api/requests", json=body, headers=key)
    assert made.status_code == 201, made.text
    assert ada.post("/wallet/api/requests", json=body, headers=key).json()["id"] == made.json()["id"]
    request = f"/wallet/api/requests/{made.json()['id']}"
    assert eve.get(request).status_code == 404
    assert eve.put(request, json={"action": "pay", "pin": PIN}).status_code == 404
    assert bo.get("/wallet/api/requests").json()["data"][0]["note"] == "lunch"
    assert ada.get("/wallet/api/requests?box=sent").json()["data"][0]["mine"] is True
    paid = bo.put(request, json={"action": "pay", "pin": PIN})
    assert (paid.status_code, paid.json()["state"]) == (200, "paid")
    assert bo.put(request, json={"action": "decline"}).json()["code"] == "request_not_open"
    split = ada.post("/wallet/api/splits", json={"people": ["@bo", "@eve"], "amount": "10"}).json()
    assert (split["own"], [each["amount"] for each in split["requests"]]) == ("3.34", ["3.33", "3.33"])
    assert ada.get(f"/wallet/api/splits/{split['id']}").json() == split
    assert bo.get(f"/wallet/api/splits/{split['id']}").status_code == 404
    at = {"to": "@bo", "amount": "5", "at": "2026-01-01T09:00:00Z"}
    assert ada.post("/wallet/api/reminders", json=at).json()["code"] == "bad_time"
    assert ada.get("/wallet/api/reminders").json() == []


def test_statements(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    for n in range(3):
        ada.post("/wallet/api/transfers", json={"to": "@bo", "amount": str(n + 1), "pin": PIN})
    rows = bo.get("/wallet/api/statements.csv?start=2026-01-01")
    assert rows.headers["content-type"].startswith("text/csv")
    assert "statement-INR" in rows.headers["content-disposition"]
    lines = rows.text.splitlines()
    assert (len(lines), lines[-1].split(",")[6]) == (6, "6.00")
    made = ada.get("/wallet/api/statements.pdf?start=2026-01-01")
    assert made.content.startswith(b"%PDF-")
    assert ada.get("/wallet/api/statements.csv?start=yesterday").json()["code"] == "bad_time"
    assert ada.get("/wallet/api/statements.pdf?start=1999-01-01").json()["code"] == "bad_time"
    sums = ada.get("/wallet/api/sums").json()
    assert sums["months"][-1]["sent"] == "6.00"
    assert {each["kind"]: each["sent"] for each in sums["by_kind"]}["person"] == "6.00"


def test_history_pages_do_not_fit_other_wallets(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo", money=100)
    for _ in range(5):
        ada.post("/wallet/api/transfers", json={"to": "@bo", "amount": "1", "pin": PIN})
    first = ada.get(f"/wallet/users/{ada.id}/transactions?limit=2").json()
    assert len(first["data"]) == 2
    cursor = first["next_cursor"]
    second = ada.get(f"/wallet/users/{ada.id}/transactions?limit=2&cursor={cursor}").json()
    assert not {each["id"] for each in first["data"]} & {each["id"] for each in second["data"]}
    assert bo.get(f"/wallet/users/{bo.id}/transactions?cursor={cursor}").json()["code"] == "bad_cursor"
    for query in ("start=x", "smallest=x", "kind=nothing", "direction=up", "limit=0", "currency=inr"):
        assert ada.get(f"/wallet/users/{ada.id}/transactions?{query}").status_code == 422, query


@pytest.mark.parametrize(
    ("headers", "body"),
    [({}, b"{}"), ({"stripe-signature": "t=1,v1=00"}, b"{}"), ({"stripe-signature": "x"}, b"\xff" * 100)],
)
def test_a_forged_webhook_is_refused(bank: Bank, headers: dict[str, str], body: bytes) -> None:
    answer = bank.site.anonymous.post("/webhooks/stripe", content=body, headers=headers)
    assert answer.status_code in (400, 404), "no gateway is set up here"
    assert bank.site.anonymous.post("/webhooks/nobody", content=body, headers=headers).status_code == 404


def test_without_a_gateway_nothing_is_added(bank: Bank) -> None:
    ada = bank.holder("ada")
    answer = ada.post("/wallet/api/wallets", json={"amount": "10"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_gateway")
