"""The doors of shops, for their owners."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from dozen.services.wallet.service import orders, paying
from tests.services.wallet.folk import Bank, proof
from tests.support.site import Client

SHOPS = "/wallet/api/merchants"


def shop(client: Client, **given: Any) -> str:
    made = client.post(SHOPS, json={"name": "Tea House", "category": "food"} | given)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"{SHOPS}/{made.json()['id']}"
    return str(made.json()["id"])


def pay(bank: Bank, payer: int, payment: dict[str, Any]) -> None:
    def verb(tx: Any) -> None:
        paying.approve(tx, payer, int(payment["id"]), proof=proof(tx, payer))

    bank.town.write(verb)


def test_a_shop_from_registering_to_closing(bank: Bank) -> None:
    ada = bank.holder("ada", tier=2)
    made = shop(ada)
    seen = ada.get(f"{SHOPS}/{made}").json()
    assert (seen["state"], seen["fee_bps"], seen["balances"]) == ("open", 100, [])
    assert (
        ada.put(f"{SHOPS}/{made}", json={"name": "Tea Room", "settle": "daily"}).json()["name"] == "Tea Room"
    )
    assert [each["id"] for each in ada.get(SHOPS).json()["data"]] == [made]
    public = bank.holder("bo").get(f"{SHOPS}/{made}").json()
    assert set(public) == {"id", "name", "category", "website", "about"}
    assert ada.delete(f"{SHOPS}/{made}").status_code == 204
    assert ada.get(SHOPS).json()["data"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x", "category": "none"}, "category"),
        ({"name": "x", "website": "javascript:1"}, "website"),
    ],
)
def test_bad_shops(bank: Bank, body: dict[str, str], field: str) -> None:
    answer = bank.holder("ada").post(SHOPS, json=body)
    assert answer.status_code == 422
    assert field in answer.json()["fields"]


def test_keys(bank: Bank) -> None:
    ada = bank.holder("ada")
    at = f"{SHOPS}/{shop(ada)}/keys"
    made = ada.post(at, json={"name": "Till"}).json()
    assert made["key"].startswith("sk_live_")
    test = ada.post(f"{at}?mode=test", json={"kind": "publishable"}).json()
    assert test["key"].startswith("pk_test_")
    listed = ada.get(at).text
    assert made["key"] not in listed
    rotated = ada.post(f"{at}/{made['id']}/rotate?hours=0").json()
    assert rotated["key"] != made["key"]
    assert ada.delete(f"{at}/{rotated['id']}").status_code == 204
    assert ada.delete(f"{at}/{rotated['id']}").status_code == 404
    signing = ada.post(at.removesuffix("keys") + "signing-key").json()
    assert len(signing["key"]) == 32


def test_a_payment_and_a_refund_once_under_a_key(bank: Bank) -> None:
    ada, bo = bank.holder("ada", tier=2), bank.holder("bo", money=100_000)
    at = f"{SHOPS}/{shop(ada)}/payments"
    ask = {"amount": "250.00", "reference": "A-1", "description": "Tea", "metadata": {"table": "4"}}
    first = ada.post(at, json=ask, headers={"idempotency-key": "k1"})
    assert first.status_code == 201, first.text
    payment = first.json()
    assert payment["state"] == "requires_action"
    assert "/wallet/approve/" in payment["approve_url"]
    assert ada.post(at, json=ask, headers={"idempotency-key": "k1"}).json()["id"] == payment["id"]
    assert ada.post(at, json=ask | {"amount": "1"}, headers={"idempotency-key": "k1"}).status_code == 409
    pay(bank, bo.id, payment)
    paid = ada.get(f"{at}/{payment['id']}").json()
    assert (paid["state"], paid["received"], paid["fee"]) == ("succeeded", "250.00", "2.50")
    assert "approve_url" not in paid
    for _ in range(2):
        back = ada.post(
            f"{at}/{payment['id']}/refunds", json={"amount": "100"}, headers={"idempotency-key": "r"}
        )
        assert back.status_code == 201
    assert len(ada.get(f"{at}/{payment['id']}/refunds").json()["data"]) == 1
    over = ada.post(f"{at}/{payment['id']}/refunds", json={"amount": "150.01"})
    assert (over.status_code, over.json()["code"]) == (409, "refund_too_large")
    assert bank.balance(bo.id) == 85_000
    settled = ada.post(at.removesuffix("payments") + "settlements", json={})
    assert settled.json()["amount"]["amount"] == "148.50"
    assert bank.balance(ada.id) == 14_850
    nothing = ada.post(at.removesuffix("payments") + "settlements", json={})
    assert nothing.json()["code"] == "nothing_to_settle"
    report = ada.get(at.removesuffix("payments") + "report").json()
    assert (report["total"]["gross"], report["total"]["net"]) == ("250.00", "148.50")
    rows = list(csv.reader(io.StringIO(ada.get(at.removesuffix("payments") + "report.csv").text)))
    assert rows[0][0] == "day"
    assert rows[-1] == ["total", "INR", "1", "250.00", "1.50", "1", "100.00", "148.50"]


def test_capture_and_cancel(bank: Bank) -> None:
    ada, bo = bank.holder("ada"), bank.holder("bo", money=100_000)
    at = f"{SHOPS}/{shop(ada)}/payments"
    held = ada.post(at, json={"amount": "100", "capture": "manual"}).json()
    pay(bank, bo.id, held)
    too_much = ada.post(f"{at}/{held['id']}/capture", json={"amount": "100.01"})
    assert too_much.json()["code"] == "capture_too_large"
    taken = ada.post(f"{at}/{held['id']}/capture", json={"amount": "40"}).json()
    assert (taken["state"], taken["received"]) == ("succeeded", "40.00")
    other = ada.post(at, json={"amount": "100"}).json()
    assert ada.post(f"{at}/{other['id']}/cancel").json()["state"] == "canceled"
    assert ada.post(f"{at}/{other['id']}/cancel").status_code == 409
    states = [each["state"] for each in ada.get(at).json()["data"]]
    assert states == ["canceled", "succeeded"]
    assert [each["id"] for each in ada.get(f"{at}?state=succeeded").json()["data"]] == [held["id"]]
    page = ada.get(f"{at}?limit=1").json()
    assert len(page["data"]) == 1
    assert len(ada.get(f"{at}?limit=1&cursor={page['next_cursor']}").json()["data"]) == 1


def test_webhooks_cannot_be_aimed_inside(bank: Bank) -> None:
    ada = bank.holder("ada")
    at = f"{SHOPS}/{shop(ada)}/webhooks"
    for url in ("http://127.0.0.1/x", "http://10.1.2.3/", "http://[::1]/", "https://user@a.example/", "x"):
        answer = ada.post(at, json={"url": url})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_webhook_url"), url


def _addresses(made: str, payment: str, key: str) -> list[tuple[str, str, Any]]:
    at = f"{SHOPS}/{made}"
    return [
        ("PUT", at, {"name": "Mine"}),
        ("DELETE", at, None),
        ("GET", f"{at}/keys", None),
        ("POST", f"{at}/keys", {}),
        ("POST", f"{at}/keys/{key}/rotate", None),
        ("DELETE", f"{at}/keys/{key}", None),
        ("POST", f"{at}/signing-key", None),
        ("GET", f"{at}/settlements", None),
        ("POST", f"{at}/settlements", {}),
        ("GET", f"{at}/report", None),
        ("GET", f"{at}/report.csv", None),
        ("GET", f"{at}/payments", None),
        ("POST", f"{at}/payments", {"amount": "1"}),
        ("GET", f"{at}/payments/{payment}", None),
        ("POST", f"{at}/payments/{payment}/capture", {}),
        ("POST", f"{at}/payments/{payment}/cancel", None),
        ("GET", f"{at}/payments/{payment}/refunds", None),
        ("POST", f"{at}/payments/{payment}/refunds", {}),
        ("GET", f"{at}/webhooks", None),
        ("POST", f"{at}/webhooks", {"url": "https://a.example"}),
        ("GET", f"{at}/webhooks/1", None),
        ("PUT", f"{at}/webhooks/1", {"enabled": False}),
        ("DELETE", f"{at}/webhooks/1", None),
        ("POST", f"{at}/webhooks/1/rotate", None),
        ("GET", f"{at}/webhooks/1/deliveries", None),
        ("POST", f"{at}/webhooks/1/deliveries/1/resend", None),
    ]


def test_nobody_else_reaches_a_shop(bank: Bank) -> None:
    ada, eve = bank.holder("ada"), bank.holder("eve")
    made = shop(ada)
    key = ada.post(f"{SHOPS}/{made}/keys", json={}).json()["id"]
    payment = ada.post(f"{SHOPS}/{made}/payments", json={"amount": "10"}).json()["id"]
    own = shop(eve)
    for method, path, body in _addresses(made, payment, key):
        answer = eve.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_merchant"), (method, path)
        stranger = bank.site.anonymous.request(method, path, json=body)
        assert stranger.status_code == 401, (method, path)
    for method, path, body in _addresses(own, payment, key):
        if payment in path or f"/{key}" in path or "/webhooks/1" in path:
            assert eve.request(method, path, json=body).status_code == 404, (method, path)
    seen = bank.town.read(lambda tx: orders.queries.intent_by_id.first(tx, id=int(payment)))
    assert seen is not None
    assert seen.state == "requires_action"
    narrow = bank.site.as_("ada", scopes={"wallet:read", "wallet:pay"})
    assert narrow.get(SHOPS).status_code == 403


def test_callback_hosts(bank: Bank) -> None:
    ada, bo = bank.holder("ada", tier=2), bank.holder("bo")
    at = f"{SHOPS}/{shop(ada)}/callback-hosts"
    assert ada.get(at).json() == {"hosts": []}
    put = ada.put(at, json={"hosts": ["https://www.tea.example/back", "tea.example:8443"]})
    assert put.json() == ada.get(at).json() == {"hosts": ["tea.example:8443", "www.tea.example"]}
    wrong = ada.put(at, json={"hosts": ["tea.example;x"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_callback_host")
    assert "tea.example;x" in wrong.json()["fields"]["hosts"]
    for refused in (bo.get(at), bo.put(at, json={"hosts": []})):
        assert (refused.status_code, refused.json()["code"]) == (404, "no_such_merchant")
    assert bank.site.as_("ada", {"wallet:pay"}).put(at, json={"hosts": []}).status_code == 403
