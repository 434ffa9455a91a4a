from __future__ import annotations

from dozen.services.wallet.service import bills
from dozen.services.wallet.structs.bills import Plan
from tests.services.wallet.folk import PIN, Bank
from tests.services.wallet.service.test_bills import NUMBER, give_back, make


def test_from_the_list_to_the_receipt(bank: Bank) -> None:
    of = make(bank.town, part=True)
    ada, eve = bank.browser("ada", money=100_000), bank.browser("eve")
    assert "Town Power" in ada.get("/wallet/bills").text
    at = f"/wallet/bills/{of.id}"
    wrong = ada.submit(at, page=at, number="12")
    assert wrong.status_code == 422
    assert "Eight digits" in wrong.text
    shown = ada.submit(at, page=at, number="12345678")
    assert shown.status_code == 200
    due = bank.town.read(bills.fetch, of.id, NUMBER).amount
    assert f"₹{due // 100}.{due % 100:02}" in shown.text
    refused = ada.submit(f"{at}/pay", page=at, number="12345678", pin="9999", key="a")
    assert refused.status_code == 403
    paid = ada.submit(f"{at}/pay", page=at, number="12345678", amount="40", pin=PIN, key="b", keep="1")
    assert paid.status_code == 303, paid.text
    receipt = paid.headers["location"]
    assert "₹40.00" in ada.get(receipt).text
    assert eve.get(receipt).status_code == 404
    assert bank.balance(ada.id) == 96_000
    assert "12345678" in ada.get("/wallet/bills").text
    ((kept, _),) = bank.town.read(bills.saved, ada.id)
    assert 'value="12345678"' in ada.get(at, params={"saved": kept.id}).text
    assert 'value="12345678"' not in eve.get(at, params={"saved": kept.id}).text
    ada.submit(f"{at}/pay", page=at, number="12345678", pin=PIN, key="c")
    assert "All paid" in ada.submit(at, page=at, number="12345678").text
    payment_id = int(receipt.rpartition("/")[2])
    bank.town.write(give_back, payment_id, 1_500)
    page = ada.get(receipt).text
    assert "Partly given back" in page
    assert "₹15.00" in page
    assert "open again at Town Power" in page
    bank.town.write(give_back, payment_id)
    assert "Partly" not in ada.get(receipt).text
    assert "Given back" in ada.get("/wallet/bills").text
    assert ada.submit(f"/wallet/bills/saved/{kept.id}/drop", page="/wallet/bills").status_code == 303


def test_a_bill_that_is_paid_whole(bank: Bank) -> None:
    of = make(bank.town)
    ada = bank.browser("ada", money=100)
    at = f"/wallet/bills/{of.id}"
    shown = ada.submit(at, page=at, number="12345678")
    assert shown.status_code == 200, shown.text
    assert "Pay a part" not in shown.text
    assert "are missing in your wallet" in shown.text
    assert "/wallet/add" in shown.text


def test_recharge(bank: Bank) -> None:
    of = make(
        bank.town, name="Mobile", category="mobile", asks="any", plans=(Plan("m", "Month", 29_900, 28),)
    )
    ada = bank.browser("ada", money=100_000)
    at = f"/wallet/bills/{of.id}"
    assert "Month" in ada.submit(at, page=at, number="12345678").text
    paid = ada.submit(f"{at}/pay", page=at, number="12345678", plan="m", pin=PIN, key="a")
    assert paid.status_code == 303, paid.text
    assert bank.balance(ada.id) == 70_100
    assert "Runs until" in ada.submit(at, page=at, number="12345678").text
