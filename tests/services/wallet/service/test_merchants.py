"""Shops: registering, keys, fees, payouts, closing."""

from __future__ import annotations

from typing import Any

import pytest

from dozen.core import accounts, ledger
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet.errors import BalanceCap, InsufficientFunds, NoWallet
from dozen.services.wallet.errors import merchants as errors
from dozen.services.wallet.service import (
    merchant_keys,
    merchants,
    order_refunds,
    orders,
    shop_reports,
    shop_settlements,
    wallets,
)
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import make_holders
from tests.services.wallet.shops import make_shop, new_intent, paid
from tests.support.people import make_people
from tests.support.town import Town


def later(days: float) -> Any:
    """A verb's time moved on."""

    def moved(tx: Tx, verb: Any, *args: Any, **kw: Any) -> Any:
        tx.now += int(days * clock.DAY)
        return verb(tx, *args, **kw)

    return moved


def wallet_balance(town: Town, person: int) -> int:
    return town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person, "INR")).balance)


def test_register_edit_and_find(town: Town) -> None:
    shop = make_shop(town, category="food", website="https://tea.example/shop", about="Tea")
    found = town.read(merchants.mine, shop.person, shop.id).merchant
    assert (found.name, found.category, found.state, found.fee_bps) == ("Tea House", "food", "open", 100)
    after = town.write(merchants.edit, shop.person, shop.id, merchants.Changes(name="  Tea\u00a0Room "))
    assert (after.name, after.website) == ("Tea Room", "https://tea.example/shop")
    assert [each.id for each in town.read(merchants.of, shop.person)] == [shop.id]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 61),
        ("category", "weapons"),
        ("website", "javascript:alert(1)"),
        ("website", "https://user:pass@a.example"),
        ("website", "https://a.example/\nSet-Cookie: x"),
        ("email", "nobody"),
        ("about", "x" * 501),
        ("settle", "hourly"),
    ],
)
def test_bad_words_are_refused(town: Town, field: str, value: str) -> None:
    (me,) = make_people(town, 1)
    with pytest.raises(errors.BadMerchant) as wrong:
        town.write(merchants.register, me, merchants.NewMerchant(**{"name": "Tea", field: value}))
    assert list(wrong.value.fields) == [field]


def test_only_its_owner_acts_for_a_shop(town: Town) -> None:
    shop = make_shop(town)
    (other,) = make_people(town, 1)
    for verb in (
        lambda tx: merchants.mine(tx, other, shop.id),
        lambda tx: merchants.edit(tx, other, shop.id, merchants.Changes(name="Mine")),
        lambda tx: merchants.close(tx, other, shop.id),
    ):
        with pytest.raises(errors.NoSuchMerchant):
            town.write(verb)
    for verb in (merchants.set_fee, merchants.block):
        with pytest.raises(accounts.errors.NotAllowed):
            town.write(verb, shop.person, shop.id, *([0] if verb is merchants.set_fee else []))


def test_fees_go_to_the_house_and_come_back_with_a_refund(town: Town) -> None:
    (admin,) = make_people(town, 1, role="admin")
    (payer,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town)
    town.write(merchants.set_fee, admin, shop.id, 250)
    shop = town.read(merchants.mine, shop.person, shop.id)
    intent = town.write(paid, shop, payer, 9_999)
    assert intent.fee == 250  # 2.5 % of 99.99, to the nearest paisa
    (balance,) = town.read(merchants.balances, shop)
    assert balance.balance == 9_749
    fees = town.read(lambda tx: ledger.find_account(tx, 0, "wallet.fees", "INR"))
    assert fees is not None
    assert town.read(ledger.balance, fees.id).balance == 250
    refund = town.write(order_refunds.create, shop, intent.id, 5_000)
    assert refund.fee == 125
    town.write(order_refunds.create, shop, intent.id)
    assert town.read(ledger.balance, fees.id).balance == 0
    assert wallet_balance(town, payer) == 100_000
    total = town.read(
        lambda tx: shop_reports.report(tx, shop, "INR", tx.now - clock.DAY, tx.now + clock.DAY).total
    )
    assert (total.count, total.gross, total.fees, total.refunds, total.refunded, total.net) == (
        1, 9_999, 0, 2, 9_999, 0,
    )  # fmt: skip


def test_a_blocked_shop_takes_and_pays_nothing(town: Town) -> None:
    (admin,) = make_people(town, 1, role="admin")
    (payer,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town)
    town.write(paid, shop, payer)
    waiting = town.write(new_intent, shop)
    town.write(merchants.block, admin, shop.id)
    blocked = town.read(merchants.mine, shop.person, shop.id)
    with pytest.raises(errors.MerchantBlocked):
        town.write(new_intent, blocked)
    with pytest.raises(errors.MerchantBlocked):
        town.write(shop_settlements.settle, blocked, "INR")
    from tests.services.wallet.shops import approve

    with pytest.raises(errors.MerchantBlocked):
        town.write(approve, payer, waiting)
    town.write(merchants.block, admin, shop.id, on=False)
    assert town.write(approve, payer, waiting).state == "succeeded"


def test_a_shop_is_closed_when_it_is_empty(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town)
    held = town.write(paid, shop, payer, capture="manual")
    with pytest.raises(errors.MerchantInUse) as wrong:
        town.write(merchants.close, shop.person, shop.id)
    assert wrong.value.extra["why"] == "payments"
    town.write(orders.capture, shop, held.id)
    with pytest.raises(errors.MerchantInUse) as wrong:
        town.write(merchants.close, shop.person, shop.id)
    assert wrong.value.extra["why"] == "balance"
    key = town.write(merchant_keys.make, shop).text
    town.write(shop_settlements.settle, shop, "INR")
    assert town.write(merchants.close, shop.person, shop.id).state == "closed"
    assert town.read(merchants.of, shop.person) == []
    with pytest.raises(errors.BadMerchantKey):
        town.read(merchant_keys.shop_of, key)
    closed = town.read(merchants.mine, shop.person, shop.id)
    with pytest.raises(errors.MerchantClosed):
        town.write(new_intent, closed)
    assert town.read(orders.get, closed, held.id).received == 10_000


# Keys


def test_keys_are_said_once_and_found_again(town: Town) -> None:
    shop = make_shop(town)
    live = town.write(merchant_keys.make, shop, "secret", "Till")
    test = town.write(merchant_keys.make, Shop(shop.merchant, False, shop.person))
    public = town.write(merchant_keys.make, shop, "publishable")
    assert live.text.startswith("sk_live_")
    assert test.text.startswith("sk_test_")
    assert public.text.startswith("pk_live_")
    found, key = town.read(merchant_keys.shop_of, live.text)
    assert (found.id, found.live, found.person, key.name) == (shop.id, True, shop.person, "Till")
    assert not town.read(merchant_keys.shop_of, test.text)[0].live
    listed = town.read(merchant_keys.keys, shop)
    assert len(listed) == 3
    assert live.text not in str(listed)
    assert public.text in str(listed)
    for wrong in ("", "sk_live_", live.text[:-1], live.text + "x", "sk_live_" + "x" * 40, "é" * 40):
        with pytest.raises(errors.BadMerchantKey):
            town.read(merchant_keys.shop_of, wrong)


def test_a_rotated_key_works_on_for_a_while(town: Town) -> None:
    shop = make_shop(town)
    old = town.write(merchant_keys.make, shop)
    new = town.write(merchant_keys.rotate, shop, old.key.id, overlap=clock.HOUR)
    assert new.text != old.text
    assert town.read(merchant_keys.shop_of, old.text)[0].id == shop.id
    with pytest.raises(errors.BadMerchantKey):
        town.read(later(1), merchant_keys.shop_of, old.text)
    assert town.read(later(1), merchant_keys.shop_of, new.text)[0].id == shop.id
    town.write(merchant_keys.revoke, shop, new.key.id)
    with pytest.raises(errors.BadMerchantKey):
        town.read(merchant_keys.shop_of, new.text)
    with pytest.raises(errors.NoSuchKey):
        town.write(merchant_keys.rotate, make_shop(town), old.key.id)
    with pytest.raises(errors.NoSuchKey):
        town.write(merchant_keys.revoke, make_shop(town), old.key.id)


def test_a_shop_has_no_more_than_so_many_keys(town: Town) -> None:
    shop = make_shop(town)

    def fill(tx: Tx) -> None:
        for _ in range(merchant_keys.MOST):
            merchant_keys.make(tx, shop)

    town.write(fill)
    with pytest.raises(errors.TooManyKeys):
        town.write(merchant_keys.make, shop)


def test_the_signing_key_is_sealed_and_comes_back(town: Town) -> None:
    shop = make_shop(town)
    mid, key = town.write(merchant_keys.make_signing_key, shop)
    assert (len(mid), len(key)) == (20, 32)
    found = town.read(merchant_keys.signing_key, mid)
    assert found is not None
    assert (found[0].id, found[0].live, found[1]) == (shop.id, True, key)
    again, other = town.write(merchant_keys.make_signing_key, shop)
    assert again == mid
    assert other != key
    assert town.read(merchant_keys.signing_key, mid)[1] == other  # type: ignore[index]
    assert town.read(merchant_keys.signing_key, "nobody") is None


# Payouts


def test_paying_out_on_demand(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town)
    with pytest.raises(errors.NothingToSettle):
        town.write(shop_settlements.settle, shop, "INR")
    town.write(paid, shop, payer)
    with pytest.raises(InsufficientFunds):
        town.write(shop_settlements.settle, shop, "INR", 9_901)
    with pytest.raises(errors.BadSettlement):
        town.write(shop_settlements.settle, shop, "INR", 0)
    made = town.write(shop_settlements.settle, shop, "INR", 900)
    rest = town.write(shop_settlements.settle, shop, "INR")
    assert (made.state, made.amount, rest.amount) == ("paid", 900, 9_000)
    assert wallet_balance(town, shop.person) == 9_900
    assert [each.id for each in town.read(shop_settlements.page, shop)] == [rest.id, made.id]
    with pytest.raises(errors.NoSuchSettlement):
        town.read(shop_settlements.get, make_shop(town), made.id)


def test_no_more_is_paid_out_than_the_wallet_may_hold(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=20_000_000, tier=3)
    (owner,) = make_holders(town, 1, money=9_995_000, tier=1)
    shop = make_shop(town, owner)
    town.write(paid, shop, payer, 20_000)
    with pytest.raises(BalanceCap):
        town.write(shop_settlements.settle, shop, "INR", 19_000)
    assert town.write(shop_settlements.settle, shop, "INR").amount == 5_000


def test_without_a_wallet_nothing_is_paid_out(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    (owner,) = make_people(town, 1)
    shop = make_shop(town, owner)
    town.write(paid, shop, payer)
    with pytest.raises(NoWallet):
        town.write(shop_settlements.settle, shop, "INR")


def test_paying_out_by_the_calendar_once_a_day(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town, settle="daily")
    town.write(paid, shop, payer)
    town.write(shop_settlements.settle_due)
    assert wallet_balance(town, shop.person) == 0
    for _ in range(2):
        town.write(later(1), shop_settlements.settle_due)
        assert wallet_balance(town, shop.person) == 9_900
    (made,) = town.read(shop_settlements.page, shop)
    assert made.cause == "schedule"


def test_a_payout_that_cannot_be_made_waits_and_stops_no_other(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    stuck = make_shop(town, make_people(town, 1)[0], settle="daily")
    fine = make_shop(town, settle="daily")
    for shop in (stuck, fine):
        town.write(paid, shop, payer)
    assert town.write(later(1), shop_settlements.settle_due) is False
    assert wallet_balance(town, fine.person) == 9_900
    (balance,) = town.read(merchants.balances, stuck)
    assert balance.balance == 9_900


def test_next_settlement_is_midnight_or_monday() -> None:
    thursday = 1_795_046_400_000  # 2026-11-19T00:00:00Z
    assert merchants.next_settlement("manual", thursday) is None
    assert merchants.next_settlement("daily", thursday) == thursday + clock.DAY
    assert merchants.next_settlement("daily", thursday - 1) == thursday
    monday = merchants.next_settlement("weekly", thursday)
    assert monday == thursday + 4 * clock.DAY
    assert clock.to_datetime(monday).weekday() == 0


def test_the_rehearsal_meets_no_money(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town)
    test = Shop(shop.merchant, False, shop.person)
    intent = town.write(paid, test, payer)
    assert (intent.state, intent.fee, wallet_balance(town, payer)) == ("succeeded", 0, 100_000)
    assert town.read(merchants.balances, shop) == []
    assert town.write(shop_settlements.settle, test, "INR").amount == 10_000
    assert wallet_balance(town, shop.person) == 0
    with pytest.raises(errors.NoSuchIntent):
        town.read(orders.get, shop, intent.id)
    assert town.read(ledger.verify).ok
