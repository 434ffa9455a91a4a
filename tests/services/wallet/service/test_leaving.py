"""Leaving: what has to be settled first, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from dozen.core import accounts, ledger, moderation
from dozen.core.accounts import Ties
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet import errors, jobs
from dozen.services.wallet.bill_demo import samples
from dozen.services.wallet.errors.merchants import BadMerchantKey, MerchantClosed
from dozen.services.wallet.service import (
    bills,
    leaving,
    mandates,
    merchant_keys,
    merchants,
    orders,
    paying,
    receivers,
    sending,
    shop_settlements,
    wallets,
)
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import Bank, fund, make_holders, proof
from tests.services.wallet.shops import make_shop, paid
from tests.services.wallet.staff import staff
from tests.support.people import PASSWORD
from tests.support.town import Town

JOB: Any = None


def told(town: Town, person: int) -> str:
    return " ".join(tie.text for tie in town.read(lambda tx: tx.part(Ties).of(tx, person)))


def purged(town: Town, person: int) -> None:
    """As the job does it, 30 days after the account was deleted."""

    def go(tx: Tx) -> None:
        tx.driver.execute(f"UPDATE accounts_people SET deleted_at = 1 WHERE id = {person}")
        accounts.purge(tx, person)

    town.write(go)
    town.write(leaving.forget, person)
    town.write(leaving.forget, person)  # the job looks again for a week


def unclaimed(town: Town, currency: str = "INR") -> int:
    return town.read(
        lambda tx: sum(
            ledger.balance(tx, found.id).balance
            for found in [ledger.find_account(tx, 0, leaving.UNCLAIMED, currency)]
            if found is not None
        )
    )


def test_an_account_with_money_is_not_deleted(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=12_000)
    assert "There is ₹120.00 in your wallet" in told(town, ada)
    verdict = town.write(accounts.password_challenge, ada).verify(PASSWORD)
    with pytest.raises(accounts.errors.AccountInUse) as caught:
        town.write(accounts.delete_account, ada, verdict)
    assert caught.value.status == 409
    assert caught.value.extra["todo"][0]["href"] == "/wallet?currency=INR"
    town.write(lambda tx: sending.send(tx, ada, bo, 12_000, "INR", proof=Standing("import")))
    assert told(town, ada) == ""
    town.write(accounts.delete_account, ada, verdict)
    assert town.read(accounts.cards, [ada]) == {}


def test_what_is_under_way_and_in_shops_counts(town: Town) -> None:
    owner, payer = make_holders(town, 2, money=100_000, tier=2)
    town.write(lambda tx: sending.send(tx, owner, payer, 100_000, "INR", proof=Standing("import")))
    shop = make_shop(town, owner)
    town.write(paid, shop, payer, 10_000)
    assert "There is ₹99.00 in your shop Tea House" in told(town, owner)
    town.write(shop_settlements.settle, shop, "INR")
    assert "in your wallet" in told(town, owner)
    town.write(lambda tx: sending.send(tx, owner, payer, 9_900, "INR", proof=Standing("import")))
    assert told(town, owner) == ""
    town.write(paid, shop, payer, 5_000)  # the house keeps 50
    held = town.write(_reserved, shop, payer)
    assert "A payment to your shop Tea House is still under way" in told(town, owner)
    assert "still under way" in told(town, payer)
    assert held


def _reserved(tx: Tx, shop: Shop, payer: int) -> int:
    new = orders.NewIntent(amount=700, currency="INR", capture="manual")
    made = paying.ask(tx, orders.create(tx, shop, new))
    return paying.approve(tx, payer, made.id, proof=proof(tx, payer)).id


def test_what_is_left_goes_to_the_house_and_stays_on_record(town: Town) -> None:
    """Money that was there when an administrator removed somebody, or that came in the 30 days."""
    ada, bo = make_holders(town, 2, money=80_000, tier=2)
    town.write(wallets.open_wallet, ada, "EUR")
    town.write(fund, ada, 500, "EUR")
    shop = make_shop(town, ada)
    town.write(paid, shop, bo, 10_000)
    key = town.write(merchant_keys.make, shop).text
    town.write(lambda tx: receivers.take_handle(tx, ada, "ada-shop", merchant=shop.id))
    biller = town.write(bills.add_biller, 0, samples(100)[0])
    town.write(bills.save, ada, biller.id, {"number": "41002011"})
    new = mandates.NewMandate(
        payee_kind="person", to=f"@{_name(town, bo)}", amount=100, cap=100, every="week",
        start_at=clock.now() + 2 * clock.DAY,
    )  # fmt: skip
    mandate = town.write(lambda tx: mandates.make(tx, ada, new, proof=proof(tx, ada)))
    town.write(wallets.freeze, ada, "INR")
    before = town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, ada)).account.id)

    purged(town, ada)

    assert unclaimed(town) == 80_000 + 9_900
    assert unclaimed(town, "EUR") == 500
    assert town.read(ledger.verify).ok
    entries = town.read(lambda tx: ledger.statement(tx, before, limit=1)).entries
    assert (entries[0].kind, entries[0].subject, entries[0].amount) == (leaving.KIND, ada, -80_000)
    assert all(each.state == "closed" for each in town.read(wallets.wallets_of, ada))
    assert town.read(mandates.of, ada)[0].state == "canceled"
    assert mandate.state == "active"
    assert town.read(bills.saved, ada) == []
    gone = town.read(merchants.merchant, shop.id)
    assert (gone.state, gone.name, gone.email) == ("closed", "Tea House", "")
    with pytest.raises(BadMerchantKey):
        town.write(merchant_keys.shop_of, key)
    with pytest.raises(MerchantClosed):
        town.write(paid, shop, bo, 100)
    refused: list[Callable[[Tx], object]] = [
        lambda tx: sending.send(tx, bo, ada, 100, "INR", proof=Standing("import")),
        lambda tx: receivers.find(tx, bo, "ada-shop@dozen", "INR"),
    ]
    for verb in refused:
        with pytest.raises((errors.NoWallet, errors.NoSuchReceiver)):
            town.write(verb)
    # Who shows that it is theirs gets it from there.
    town.write(
        lambda tx: ledger.pay(
            tx, ledger.house(tx, leaving.UNCLAIMED, "INR", "liability").id,
            wallets.wallet(tx, bo).account_id, 89_900, kind="wallet.adjustment", memo="An heir",
        )
    )  # fmt: skip
    assert unclaimed(town) == 0


def comes_back(tx: Tx, account: int, amount: int, currency: str = "INR") -> None:
    """As a bank returns a payout, or a shop gives back, long after."""
    outside = ledger.house(tx, "wallet.tests", currency, "expense")
    ledger.pay(tx, outside.id, account, amount, kind="wallet.refund", even_frozen=True)


def test_what_comes_back_long_after_goes_to_the_house_as_well(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bo, eve = make_holders(town, 3, money=1_000)
    shop = make_shop(town, ada)
    town.write(wallets.open_wallet, ada, "EUR")
    for gone in (ada, eve):
        purged(town, gone)
    assert unclaimed(town) == 2_000
    accounts_ = {each.currency: each.account_id for each in town.read(wallets.wallets_of, ada)}
    till = town.write(lambda tx: merchants.account(tx, Shop(shop.merchant, True, ada), "INR"))
    town.write(comes_back, accounts_["INR"], 700)
    town.write(comes_back, accounts_["EUR"], 30, "EUR")
    town.write(comes_back, till, 50)
    town.write(comes_back, town.read(lambda tx: wallets.wallet(tx, bo)).account_id, 9)
    later = clock.now() + 40 * clock.DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    jobs.forget(town.env, JOB)  # it looks back a week
    assert unclaimed(town) == 2_000
    assert town.read(leaving.with_money, [ada, eve]) == [ada]
    for _ in range(2):
        jobs.sweep(town.env, JOB)
        assert (unclaimed(town), unclaimed(town, "EUR")) == (2_750, 30)
    assert town.read(leaving.with_money, [ada, eve]) == []
    assert town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, bo))).balance == 1_009  # is here
    about = town.read(lambda tx: ledger.transfers_about(tx, ada))
    assert sorted(each.memo for each in about if "Came back" in each.memo) == [
        "Came back to a wallet of somebody who is gone",
        "Came back to a wallet of somebody who is gone",
        "Came back to the shop Tea House of somebody who is gone",
    ]
    boss = staff(town)
    lines = town.read(lambda tx: moderation.log(tx, boss, subject=("wallet", ada)))
    assert [each.action for each in lines].count("wallet.unclaimed") == 3
    assert town.read(ledger.verify).ok


def test_a_shop_sells_in_a_currency_of_this_installation_alone(town: Town) -> None:
    """Its own currency need not be one of those that come with the program."""
    town.env.settings = msgspec.structs.replace(town.env.settings, wallet_currency="SEK")
    shop = make_shop(town)
    till = town.write(lambda tx: merchants.account(tx, shop, "SEK"))
    town.write(comes_back, till, 50, "SEK")
    assert [each.balance for each in town.read(merchants.balances, shop)] == [50]


def _name(town: Town, person: int) -> str:
    return town.read(accounts.cards, [person])[person].username


def test_the_doors_say_what_to_do(bank: Bank) -> None:
    ada = bank.holder("ada", money=700)
    answer = ada.request("DELETE", f"/api/users/{ada.id}", json={"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "account_tied")
    assert answer.json()["todo"][0]["href"] == "/wallet?currency=INR"
    browser = bank.site.browser("ada")
    page = browser.submit("/settings/delete", page="/settings/delete", password=PASSWORD)
    assert page.status_code == 409
    assert "There is ₹7.00 in your wallet" in page.text
    assert 'href="/wallet?currency=INR"' in page.text
    assert ada.get("/wallet/api/wallets").status_code == 200
