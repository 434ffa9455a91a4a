from __future__ import annotations

from pathlib import Path

from dozen.services.wallet import drawing
from dozen.services.wallet.service import merchants
from tests.services.wallet.folk import PIN, Bank


def test_paying_by_code(bank: Bank, tmp_path: Path) -> None:
    ada, bo, eve = bank.holder("ada", money=10_000), bank.holder("bo"), bank.holder("eve", money=10_000)
    shop = bank.town.write(merchants.register, bo.id, merchants.NewMerchant(name="Tea House"))
    base = f"/wallet/api/merchants/{shop.id}"
    made = bo.post(f"{base}/codes", json={"amount": "45.00", "reference": "A-17"})
    assert made.status_code == 201, made.text
    code = made.json()
    assert (code["state"], code["amount_minor"]) == ("open", 4_500)

    picture = bo.get(f"{base}/code/png", params={"code_id": code["id"]})
    assert picture.headers["content-type"] == "image/png"
    (tmp_path / "code.png").write_bytes(picture.content)
    scanned = drawing.decode(tmp_path / "code.png")
    assert scanned == code["payload"]
    asked = ada.post("/wallet/api/qr/read", json={"payload": scanned})
    assert asked.status_code == 200
    assert asked.json()["name"] == "Tea House"
    assert asked.json()["amount"] == "45.00"

    for body, status, said in (
        ({"amount": "44.00"}, 409, "qr_amount_fixed"),
        ({"payload": scanned.replace("45.00", "44.00")}, 422, "qr_unreadable"),
        ({"payload": code["upi"].replace("45.00", "44.00")}, 403, "qr_changed"),
        ({"pin": "9999"}, 403, "wrong_pin"),
        ({"pin": None}, 403, "pin_needed"),
    ):
        answer = ada.post("/wallet/api/payments/qr", json={"payload": scanned, "pin": PIN} | body)
        assert (answer.status_code, answer.json()["code"]) == (status, said), answer.text
    assert bank.balance(ada.id) == 10_000

    body = {"payload": scanned, "pin": PIN}
    first = ada.post("/wallet/api/payments/qr", json=body, headers={"idempotency-key": "k1"})
    assert first.status_code == 201, first.text
    assert first.json()["kind"] == "merchant"
    assert bank.balance(ada.id) == 5_500
    again = ada.post("/wallet/api/payments/qr", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "qr_used")
    assert bo.get(f"{base}/codes/{code['id']}").json()["state"] == "paid"
    assert bo.get(f"{base}/codes").json()["data"][0]["id"] == code["id"]
    for path in (f"{base}/codes", f"{base}/codes/{code['id']}", f"{base}/code", f"{base}/code/svg"):
        assert eve.get(path).status_code == 404
    assert eve.delete(f"{base}/codes/{code['id']}").status_code == 404
    assert eve.post(f"{base}/codes", json={"amount": "1"}).status_code == 404
    assert bo.get(f"{base}/code").json()["upi"].startswith("upi://pay?pa=m")


def test_the_same_key_gives_the_same_answer(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    shop = bank.town.write(merchants.register, bo.id, merchants.NewMerchant(name="Tea House"))
    text = bo.get(f"/wallet/api/merchants/{shop.id}/code").json()["payload"]
    body = {"payload": text, "amount": "10", "pin": PIN}
    first, second = (
        ada.post("/wallet/api/payments/qr", json=body, headers={"idempotency-key": "k"}) for _ in range(2)
    )
    assert first.json()["id"] == second.json()["id"]
    other = ada.post(
        "/wallet/api/payments/qr", json=body | {"amount": "11"}, headers={"idempotency-key": "k"}
    )
    assert other.status_code == 409
    assert bank.balance(ada.id) == 9_000
