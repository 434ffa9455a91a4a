"""Going: what has to be settled before somebody may delete their account, and what becomes of the rest when
the account is purged.

Money that is still there then goes to the house's account :data:`UNCLAIMED` of its currency. The journal's
entry (kind :data:`KIND`, subject: whose it was) is the record: who can show that it is theirs gets it from
the operators by an adjustment out of that account. What comes back later (a payout that a bank returns, a
refund) goes there as well: :func:`sweep`, by the clock, for everybody who was ever purged.
"""

from __future__ import annotations

from collections.abc import Collection

from dozen.core import accounts, ledger
from dozen.core.accounts import Tie
from dozen.db import Tx
from dozen.kit import money
from dozen.kit.env import Env
from dozen.services.wallet.queries import bills as bill_queries
from dozen.services.wallet.queries import leaving as queries
from dozen.services.wallet.queries import mandates as mandate_queries
from dozen.services.wallet.queries import orders as order_queries
from dozen.services.wallet.queries import payments
from dozen.services.wallet.service import customers, desk, merchant_hosts, merchants, wallets, webhooks
from dozen.services.wallet.structs.merchants import Shop

UNCLAIMED = "wallet.unclaimed"
"""Purpose of the house's accounts, and kind of the transfers to them."""
KIND = "wallet.unclaimed"


def ties(tx: Tx, person: int) -> list[Tie]:
    """What somebody has to settle first: money in wallets and shops, payments under way."""
    found = []
    for wallet in wallets.wallets_of(tx, person):
        there = wallets.balance(tx, wallet)
        if there.balance:
            shown = money.text(there.balance, wallet.currency)
            how = (
                "Your wallet is blocked: please ask the people who run the place."
                if wallet.state == "blocked"
                else "Withdraw it to your bank, or send it to somebody."
            )
            found.append(
                Tie(f"There is {shown} in your wallet. {how}", f"/wallet?currency={wallet.currency}")
            )
    under_way = (
        *payments.under_way_of_payer.all(tx, person=person, limit=1),
        *payments.under_way_of_payee.all(tx, person=person, limit=1),
    )
    if under_way:
        text = "A payment of yours is still under way. Wait until it is done, or call it off."
        found.append(Tie(text, f"/wallet/payments/{under_way[0].id}"))
    for merchant in merchants.of(tx, person):
        at = f"/wallet/merchants/{merchant.id}"
        for each in merchants.balances(tx, Shop(merchant, True, person)):
            if each.balance:
                shown = money.text(each.balance, each.account.currency)
                text = f"There is {shown} in your shop {merchant.name}. Pay it out to your wallet."
                found.append(Tie(text, f"{at}/settlements"))
        if order_queries.under_way.first(tx, merchant=merchant.id, live=True) is not None:
            text = f"A payment to your shop {merchant.name} is still under way. Capture it or call it off."
            found.append(Tie(text, f"{at}/payments"))
    return found


def forget(tx: Tx, person: int) -> bool:
    """Forget somebody whose account was purged: shops, mandates, permissions and saved numbers end, what
    money there is goes to :data:`UNCLAIMED`, and the wallets are forgotten (:func:`wallets.forget`)."""
    mandate_queries.end_of_person(tx, who=person, no=False, now=tx.now)
    bill_queries.forget_saved(tx, person=person)
    for method, _ in customers.given_by(tx, person):
        customers.take_back(tx, person, method.id)
    for merchant in merchants.of(tx, person):
        for live in (True, False):
            shop = Shop(merchant, live, person)
            for hook in webhooks.page(tx, shop, limit=webhooks.MOST):
                webhooks.delete(tx, shop, hook.id)
        for balance in merchants.balances(tx, Shop(merchant, True, person)):
            _to_the_house(tx, person, balance, f"Was in the shop {merchant.name}")
        merchant_hosts.drop(tx, merchant.id)
        merchants.abandon(tx, merchant.id)
    for wallet in wallets.wallets_of(tx, person):
        _to_the_house(tx, person, wallets.balance(tx, wallet), "Was in a wallet")
    return wallets.forget(tx, person)


def with_money(tx: Tx, people: Collection[int]) -> list[int]:
    """Which of these people, who are gone, have money in a wallet or a shop again."""
    accounts_ = queries.accounts_of_owners.all(tx, owners=list(people))
    there = ledger.balances_by_id(tx, [account for _, account in accounts_])
    found = {owner for owner, account in accounts_ if (there[account].available or 0) > 0}
    for shop in queries.shops_of_owners.all(tx, owners=list(people)):
        if any((each.available or 0) > 0 for each in merchants.balances(tx, Shop(shop, True, shop.owner))):
            found.add(shop.owner)
    return sorted(found)


def sweep(tx: Tx, person: int) -> int:
    """What came back to somebody who is gone goes to :data:`UNCLAIMED`, with a line in the audit log for each
    account; how many they were."""
    found = [(wallets.balance(tx, each), "a wallet") for each in wallets.wallets_of(tx, person)]
    for shop in queries.shops_of_owners.all(tx, owners=[person]):  # closed ones, too
        balances = merchants.balances(tx, Shop(shop, True, person))
        found += [(each, f"the shop {shop.name}") for each in balances]
    moved = 0
    for there, where in found:
        if (amount := _to_the_house(tx, person, there, f"Came back to {where} of somebody who is gone")) > 0:
            after = {"account": str(there.account.id), "amount": amount, "currency": there.account.currency}
            desk.record(tx, 0, "unclaimed", person, f"Came back to {where}", after=after)
            moved += 1
    return moved


def _to_the_house(tx: Tx, person: int, there: ledger.Balance, memo: str) -> int:
    amount = there.available or 0
    if amount <= 0:
        return 0
    target = ledger.house(tx, UNCLAIMED, there.account.currency, "liability")
    ledger.pay(
        tx, there.account.id, target.id, amount, kind=KIND, subject=person, memo=memo, even_frozen=True
    )
    return amount


def register(env: Env) -> None:
    env.part(accounts.Ties).add(ties)
