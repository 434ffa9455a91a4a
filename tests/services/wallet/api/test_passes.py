"""The PIN entered once for several payments."""

from __future__ import annotations

import pytest

from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet import errors
from dozen.services.wallet.service import customers, paying, pins, wallets
from dozen.services.wallet.service.movements import Movement
from dozen.services.wallet.service.moving import move
from dozen.services.wallet.structs import Receipt
from tests.services.wallet.folk import PIN, Bank, make_holders
from tests.services.wallet.shops import make_shop, new_intent
from tests.support.site import Client
from tests.support.town import Town

PAY = {"to": "@bo", "amount": "1"}


def ask(who: Client) -> dict[str, str]:
    made = who.post("/wallet/api/pin/pass", json={"pin": PIN})
    assert made.status_code == 201, made.text
    return {"wallet-pass": made.json()["pass"]}


def test_one_pin_for_several_payments(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    assert ada.post("/wallet/api/pin/pass", json={"pin": "1111"}).json()["code"] == "wrong_pin"
    word = ask(ada)
    for _ in range(3):
        paid = ada.post("/wallet/api/transfers", json=PAY, headers=word)
        assert paid.status_code == 201, paid.text
    assert bo.get("/wallet/api/wallets").json()[0]["balance"] == "3.00"
    assert ada.post("/wallet/api/transfers", json=PAY).json()["code"] == "pin_needed"


@pytest.mark.parametrize("spoil", ["", "x", "A" * 27, "A" * 300, "é"])
def test_what_is_no_pass(bank: Bank, spoil: str) -> None:
    ada = bank.holder("ada", money=10_000)
    bank.holder("bo")
    answer = ada.post("/wallet/api/transfers", json=PAY, headers={"wallet-pass": spoil.encode()})
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_pass" if spoil else "pin_needed")


def test_a_changed_pass_is_none(bank: Bank) -> None:
    ada = bank.holder("ada", money=10_000)
    bank.holder("bo")
    good = ask(ada)["wallet-pass"]
    for place in range(0, len(good), 7):
        bad = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        answer = ada.post("/wallet/api/transfers", json=PAY, headers={"wallet-pass": bad})
        assert answer.json()["code"] == "bad_pass", place


def test_it_is_of_one_token_and_one_person(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo", money=10_000)
    word = ask(ada)
    again = bank.site.as_("ada")
    assert again.id == ada.id
    assert again.post("/wallet/api/transfers", json=PAY, headers=word).json()["code"] == "bad_pass"
    to_ada = {"to": "@ada", "amount": "1"}
    assert bo.post("/wallet/api/transfers", json=to_ada, headers=word).json()["code"] == "bad_pass"


def test_another_pin_ends_it(bank: Bank) -> None:
    ada = bank.holder("ada", money=10_000)
    bank.holder("bo")
    word = ask(ada)
    assert ada.put("/wallet/api/pin", json={"pin": "8264", "old": PIN}).is_success
    assert ada.post("/wallet/api/transfers", json=PAY, headers=word).json()["code"] == "wrong_pin"


def test_it_lapses(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = bank.holder("ada", money=10_000)
    bank.holder("bo")
    word = ask(ada)
    later = clock.now() + pins.PASS_LASTS
    monkeypatch.setattr(pins.clock, "now", lambda: later)
    assert ada.post("/wallet/api/transfers", json=PAY, headers=word).json()["code"] == "bad_pass"


def test_nothing_but_payments(bank: Bank) -> None:
    """Who changes something that lasts, or takes money out of the house, enters the PIN itself."""
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    word = ask(ada)
    mandate = {"payee": "person", "to": "@bo", "cap": "1", "every": "month", "start": "2030-01-01"}
    assert ada.put("/wallet/api/limits", json={"payment": "50"}).is_success
    assert ada.post("/wallet/api/freeze", json={}).is_success
    for method, path, body in (
        ("POST", "/wallet/api/unfreeze", {}),
        ("PUT", "/wallet/api/limits", {"payment": "500"}),
        ("POST", "/wallet/api/mandates", mandate),
    ):
        answer = ada.request(method, path, json=body, headers=word)
        assert (answer.status_code, answer.json()["code"]) == (403, "pin_needed"), (path, answer.text)
    assert bo.get("/wallet/api/mandates").json()["data"] == []


def test_no_withdrawals(town: Town) -> None:
    (ada,) = make_holders(town, 1, money=10_000)

    def withdraw(tx: Tx, proof: pins.Proof) -> Receipt:
        out = wallets.house_party(tx, "wallet.tests", "INR", "expense")
        given = {
            "actor": ada,
            "payer": wallets.party(tx, ada),
            "payee": out,
            "amount": 500,
            "currency": "INR",
        }
        return move(tx, Movement(kind="withdraw", proof=proof, **given))

    word = town.write(lambda tx: pins.make_pass(tx, pins.begin(tx, ada).verify(PIN), ada, 7)).word
    with pytest.raises(errors.PinNeeded):
        town.write(withdraw, pins.use_pass(town.env, word, ada, 7))
    with pytest.raises(errors.PinNeeded):
        town.write(pins.make_pass, pins.use_pass(town.env, word, ada, 7), ada, 7)


def test_it_does_not_take_back_wrong_tries(bank: Bank) -> None:
    """Or a PIN could be guessed at for as long as a pass lasts."""
    ada = bank.holder("ada", money=10_000)
    assert ada.post("/wallet/api/freeze", json={}).is_success
    word = ask(ada)
    for n in range(pins.FREE + 2):
        guessed = ada.post("/wallet/api/unfreeze", json={"pin": "9182"}).json()["code"]
        assert guessed == ("wrong_pin" if n < pins.FREE else "pin_locked"), n
        assert ada.post("/wallet/api/unfreeze", json={}, headers=word).json()["code"] == "pin_needed"


def test_it_allows_no_shop_to_take_more_later(town: Town) -> None:
    (ada,) = make_holders(town, 1, money=10_000)
    shop = make_shop(town)
    word = town.write(lambda tx: pins.make_pass(tx, pins.begin(tx, ada).verify(PIN), ada, 7)).word
    passed = pins.use_pass(town.env, word, ada, 7)
    intent = town.write(lambda tx: new_intent(tx, shop, 1_000, save_method=True))
    with pytest.raises(errors.PinNeeded):
        town.write(lambda tx: paying.approve(tx, ada, intent.id, proof=passed, cap=5_000))
    assert town.read(customers.given_by, ada) == []
    assert town.write(lambda tx: paying.approve(tx, ada, intent.id, proof=passed)).state == "succeeded"
