from __future__ import annotations

from dozen.kit import clock
from dozen.services.wallet.service import bills, mandates
from tests.services.wallet.folk import PIN, Bank
from tests.services.wallet.service.test_bills import NUMBER, make


def test_setting_one_up_and_ending_it(bank: Bank) -> None:
    ada, _, eve = bank.browser("ada", money=10_000), bank.holder("bo"), bank.browser("eve")
    assert "Nothing goes out by itself" in ada.get("/wallet/mandates").text
    form = "/wallet/mandates/new"
    start = clock.rfc3339(clock.now() + 3 * clock.DAY)[:10]
    given = {"to": "@bo", "amount": "5", "every": "month", "start": start, "key": "a"}
    wrong = ada.submit("/wallet/mandates", page=form, **(given | {"start": "x", "pin": PIN}))
    assert wrong.status_code == 422
    assert "Choose a day" in wrong.text
    assert ada.submit("/wallet/mandates", page=form, **given, pin="9999").status_code == 403
    made = ada.submit("/wallet/mandates", page=form, **given, pin=PIN)
    assert made.status_code == 303, made.text
    at = made.headers["location"]
    assert "Every month" in ada.get(at).text
    assert eve.get(at).status_code == 404
    assert ada.submit(f"{at}/pause", page=at).status_code == 303
    assert ada.submit(f"{at}/resume", page=at, pin="9999").status_code == 403
    assert ada.submit(f"{at}/resume", page=at, pin=PIN).status_code == 303
    assert ada.submit(f"{at}/cancel", page=at).status_code == 303
    assert "Cancelled" in ada.get("/wallet/mandates").text


def test_a_bill_by_itself(bank: Bank) -> None:
    of = make(bank.town)
    ada = bank.browser("ada", money=10_000)
    bank.town.write(bills.save, ada.id, of.id, NUMBER)
    ((kept, _),) = bank.town.read(bills.saved, ada.id)
    start = clock.rfc3339(clock.now() + 3 * clock.DAY)[:10]
    made = ada.submit(
        "/wallet/mandates", page="/wallet/mandates/new", saved=kept.id, cap="500", every="month", start=start,
        pin=PIN, key="a",
    )  # fmt: skip
    assert made.status_code == 303, made.text
    (found,) = bank.town.read(mandates.of, ada.id)
    assert (found.payee_kind, found.payee, found.amount, found.cap) == ("biller", of.id, 0, 50_000)
