from __future__ import annotations

from dozen.services.wallet.service import bills
from tests.services.wallet.folk import PIN, Bank
from tests.services.wallet.service.test_bills import give_back, make


def test_fetch_and_pay(bank: Bank) -> None:
    of = make(bank.town)
    ada, eve = bank.holder("ada", money=100_000), bank.holder("eve")
    listed = ada.get("/wallet/api/billers", params={"category": "electricity"}).json()["data"]
    assert [(each["name"], each["asks"]) for each in listed] == [("Town Power", "bill")]
    which = {"biller_id": str(of.id), "fields": {"number": "12345678"}}
    bill = ada.post("/wallet/api/bills/fetch", json=which)
    assert bill.status_code == 200, bill.text
    body = which | {"pin": PIN}
    for more, status, code in (
        ({"fields": {"number": "1"}}, 422, "bad_customer_number"),
        ({"fields": {"number": "12340000"}}, 404, "no_such_bill_customer"),
        ({"biller_id": "7"}, 404, "no_such_biller"),
        ({"biller_id": "x"}, 422, "invalid"),
        ({"amount": "1"}, 422, "bad_bill_amount"),
        ({"amount": "0"}, 422, "bad_amount"),
        ({"pin": "9999"}, 403, "wrong_pin"),
        ({"pin": None}, 403, "pin_needed"),
    ):
        answer = ada.post("/wallet/api/payments/bills", json=body | more)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert bank.balance(ada.id) == 100_000
    first, again = (
        ada.post("/wallet/api/payments/bills", json=body, headers={"idempotency-key": "k"}) for _ in range(2)
    )
    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    assert first.json()["amount"] == bill.json()["amount"]
    assert first.json()["state"] == "paid"
    assert ada.post("/wallet/api/payments/bills", json=body).json()["code"] == "nothing_due"
    assert ada.get("/wallet/api/bills").json()["data"][0]["reference"] == first.json()["reference"]
    assert eve.get("/wallet/api/bills").json()["data"] == []
    bank.town.write(give_back, int(first.json()["payment_id"]))
    (gone,) = ada.get("/wallet/api/bills").json()["data"]
    assert (gone["state"], gone["refunded"]) == ("refunded", first.json()["amount"])
    assert ada.post("/wallet/api/bills/fetch", json=which).json()["amount"] == gone["amount"]


def test_kept_numbers(bank: Bank) -> None:
    of = make(bank.town)
    ada, eve = bank.holder("ada"), bank.holder("eve")
    body = {"biller_id": str(of.id), "fields": {"number": "12345678"}, "name": "Home"}
    kept = ada.post("/wallet/api/bills/saved", json=body).json()["data"]
    assert [(each["name"], each["number"]) for each in kept] == [("Home", "12345678")]
    path = f"/wallet/api/bills/saved/{kept[0]['id']}"
    assert eve.delete(path).status_code == 404
    assert ada.delete(path).status_code == 204
    assert ada.get("/wallet/api/bills/saved").json()["data"] == []


def test_adding_billers_is_for_administrators(bank: Bank) -> None:
    ada = bank.holder("ada")
    body = {
        "name": "Water", "category": "water", "asks": "bill", "least": "1", "most": "2",
        "fields": [{"name": "number", "label": "Number", "pattern": "[0-9]+"}],
    }  # fmt: skip
    assert ada.post("/wallet/api/billers", json=body).status_code == 403
    assert bank.town.read(bills.billers) == []
