from __future__ import annotations

import re

from dozen.services.wallet import drawing
from dozen.services.wallet.service import merchants
from tests.services.wallet.folk import PIN, Bank


def test_from_the_shops_code_to_the_receipt(bank: Bank) -> None:
    ada, bo = bank.browser("ada", money=10_000), bank.browser("bo")
    shop = bank.town.write(merchants.register, bo.id, merchants.NewMerchant(name="Tea House"))
    at = f"/wallet/merchants/{shop.id}/codes"
    assert "Tea House" in bo.get(at).text
    assert "<svg" in bo.get(f"{at}/print").text
    picture = bo.get(f"{at}/picture/png")
    assert picture.headers["content-disposition"] == f'attachment; filename="code-{shop.id}.png"'
    assert bo.submit(at, page=at, amount="x").status_code == 422
    made = bo.submit(at, page=at, amount="45", reference="A-17", minutes="5")
    assert made.status_code == 303, made.text
    shown = bo.get(made.headers["location"])
    assert "₹45.00" in shown.text
    assert ada.get(at).status_code == 404

    assert "Take or choose a photo" in ada.get("/wallet/scan").text
    files = {"photo": ("code.png", picture.content, "image/png")}
    led = ada.submit("/wallet/scan", page="/wallet/scan", files=files)
    assert led.status_code == 303, led.text
    form = ada.get(led.headers["location"])
    assert "Pay Tea House" in form.text
    payload = re.search(r'name="payload" value="([^"]+)"', form.text)
    assert payload is not None
    page = led.headers["location"]
    wrong = ada.submit("/wallet/scan/pay", page=page, payload=payload[1], amount="12", pin="9999", key="k1")
    assert wrong.status_code == 403
    assert bank.balance(ada.id) == 10_000
    paid = ada.submit("/wallet/scan/pay", page=page, payload=payload[1], amount="12", pin=PIN, key="k2")
    assert paid.status_code == 303, paid.text
    assert "Tea House" in ada.get(paid.headers["location"]).text
    assert bank.balance(ada.id) == 8_800


def test_photos_without_a_code(bank: Bank) -> None:
    ada = bank.browser("ada")
    for content in (b"no picture", b""):
        files = {"photo": ("x.png", content, "image/png")}
        answer = ada.submit("/wallet/scan", page="/wallet/scan", files=files)
        assert answer.status_code == 422
    answer = ada.submit("/wallet/scan", page="/wallet/scan", payload="hello", files={"x": ("", b"")})
    assert answer.status_code == 422
    assert "cannot be paid here" in answer.text or "can be paid here" in answer.text
    assert "can be paid here" in ada.get("/wallet/scan/pay", params={"payload": "hello"}).text


def test_ones_own_code(bank: Bank) -> None:
    ada = bank.browser("ada", money=10_000)
    shown = ada.get("/wallet/code", params={"amount": "12.50", "note": "tea"})
    assert "<svg" in shown.text
    assert "₹12.50" in shown.text
    assert "am=12.50" in shown.text
    assert "decimals" in ada.get("/wallet/code", params={"amount": "1.001"}).text
    assert 'href="/wallet/scan"' in ada.get("/wallet").text
    assert drawing.svg("x")
