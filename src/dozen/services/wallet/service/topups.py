"""Money in and out through a gateway: adding it, and withdrawing it to one's bank."""

from __future__ import annotations

from typing import Literal

import msgspec

from dozen.core import ledger
from dozen.core import payments as outside
from dozen.db import Tx
from dozen.kit import money
from dozen.kit.env import Env
from dozen.kit.ids import MAX
from dozen.services.wallet.errors import (
    BalanceCap,
    NoGateway,
    NoSuchTopup,
    NoWallet,
    Unverified,
    WalletBlocked,
    WalletClosed,
)
from dozen.services.wallet.queries import topups
from dozen.services.wallet.queries.topups import Topup
from dozen.services.wallet.service import notes, settling, tiers, wallets
from dozen.services.wallet.service.hooks import Carried, Hooks
from dozen.services.wallet.service.movements import Movement, Party, Standing
from dozen.services.wallet.service.moving import check_amount, move
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs import Payment, Receipt

TOPUP = "wallet.topup"
WITHDRAW = "wallet.withdraw"
"""Purposes of charges and payouts, by which we hear of their results."""
Way = Literal["card", "netbanking"]
Savable = Literal["card", "bank_account"]

__all__ = [
    "Topup",
    "add_method",
    "begin",
    "one",
    "recent",
    "register",
    "withdraw",
]


def begin(
    tx: Tx,
    me: int,
    amount: int,
    currency: str,
    *,
    way: Way = "card",
    method: int | None = None,
    device_id: int | None = None,
) -> tuple[Topup, outside.Charge]:
    """Add money. The caller calls ``payments.advance`` with the charge's id after the commit and sends the
    person to its ``next_action``; the wallet is credited when the gateway says that the money came.

    Raises BadAmount, NoWallet, WalletClosed, WalletBlocked, Unverified, BalanceCap, and what
    ``payments.charge`` raises.
    """
    check_amount(amount)
    wallet = wallets.wallet(tx, me, currency)
    holder = wallets.holder(tx, me)
    if holder is None:
        raise NoWallet
    if wallet.state == "closed":
        raise WalletClosed
    if wallet.state == "blocked":
        raise WalletBlocked
    if not holder.verified:
        raise Unverified
    most = tiers.allowed(tx, holder.tier, currency).balance
    if most is not None and ledger.balance(tx, wallet.account_id).balance + amount > most:
        raise BalanceCap(f"Your wallet may hold {money.text(most, currency)}", most=most)
    must_have_gateway(tx)
    made_id = tx.next_id()
    charge = outside.charge(
        tx,
        me,
        amount,
        currency,
        purpose=TOPUP,
        subject=str(made_id),
        key=f"topup-{made_id}",
        into=wallet.account_id,
        return_url=f"{tx.env.settings.url}/wallet/add/{made_id}",
        method=method,
        kind=way,
    )
    made = Topup(made_id, me, currency, amount, way, charge.id, "open", "", None, device_id, tx.now)
    topups.add(tx, **msgspec.structs.asdict(made))
    return made, charge


def recorded(tx: Tx, me: int, amount: int, currency: str, *, fee: int, payment_id: int) -> outside.Charge:
    """Money that somebody added at ``tx.now``, for sample data: booked as the gateway would have told, and
    nobody is. ``payment_id``: a snowflake of that moment. Raises NoWallet, and what :func:`move` raises."""
    wallet = wallets.wallet(tx, me, currency)
    this = tx.next_id()
    charge = outside.record_charge(
        tx, me, amount, currency, purpose=TOPUP, subject=str(this), key=f"topup-{this}",
        into=wallet.account_id, ref=f"pi_sample_{this}", balance_ref=f"txn_sample_{this}", fee=fee,
    )  # fmt: skip
    row = Topup(this, me, currency, amount, "card", charge.id, "done", "", payment_id, None, tx.now)
    topups.add(tx, **msgspec.structs.asdict(row))
    assert charge.transfer_id is not None
    move(
        tx,
        Movement(
            kind="topup",
            actor=me,
            payer=Party(ledger.house(tx, f"gateway.{charge.gateway}", currency, "asset").id),
            payee=wallets.party(tx, me, currency),
            amount=amount,
            currency=currency,
            subject=this,
            detail={"transfer": str(charge.transfer_id), "name": _way(charge)},
            proof=Standing("import"),
            id=payment_id,
            quiet=True,
        ),
    )
    return charge


def must_have_gateway(tx: Tx) -> None:
    """Raises NoGateway."""
    if not tx.part(outside.Gateways).names():
        raise NoGateway


def add_method(tx: Tx, me: int, kind: Savable, *, key: str = "") -> outside.Method:
    """Begin to save a card or bank account; the caller calls ``payments.advance_method`` after the commit.

    Raises NoGateway and what ``payments.add_method`` raises.
    """
    must_have_gateway(tx)
    back = f"{tx.env.settings.url}/wallet/methods"
    return outside.add_method(tx, me, kind=kind, return_url=back, key=key or f"method-{tx.next_id()}")


def one(tx: Tx, me: int, topup_id: int) -> tuple[Topup, outside.Charge]:
    """Raises NoSuchTopup."""
    found = topups.by_id.first(tx, id=topup_id)
    if found is None or found.owner != me:
        raise NoSuchTopup
    return found, outside.charge_by_id(tx, me, found.charge_id)


def recent(tx: Tx, me: int, *, before: int | None = None, limit: int = 20) -> list[Topup]:
    return topups.of_owner.all(tx, owner=me, before=before or MAX, limit=limit)


def charged(tx: Tx, charge: outside.Charge) -> None:
    """The gateway's answer, told once: the ledger has the money already, here it becomes a payment."""
    found = topups.by_id_for_update.first(tx, id=int(charge.subject))
    if found is None or found.state != "open":
        return
    if not charge.paid:
        topups.finish(
            tx, topup=found.id, new_state="failed", why=charge.failure_code or charge.state, payment=None,
            now=tx.now,
        )  # fmt: skip
        notes.about(
            tx, found.owner, "topup_failed", other=found.owner, amount=found.amount, currency=found.currency,
            subject=found.id,
        )  # fmt: skip
        return
    assert charge.transfer_id is not None
    sides = ledger.one_transfer(tx, charge.transfer_id).postings
    source = min(sides, key=lambda side: side.amount).account_id
    receipt = move(
        tx,
        Movement(
            kind="topup",
            actor=found.owner,
            payer=Party(source),
            payee=wallets.party(tx, found.owner, found.currency),
            amount=charge.captured,
            currency=found.currency,
            subject=found.id,
            detail={"transfer": str(charge.transfer_id), "name": _way(charge)},
            device_id=None,
            proof=Standing("gateway", charge.id),
        ),
    )
    topups.finish(tx, topup=found.id, new_state="done", why="", payment=receipt.payment.id, now=tx.now)


def _way(charge: outside.Charge) -> str:
    return "Net banking" if charge.kind == "netbanking" else "Card"


def _already_there(tx: Tx, payment: Payment) -> Carried:
    return Carried("done", int(payment.detail["transfer"]))


# Out


def withdraw(
    tx: Tx,
    me: int,
    amount: int,
    currency: str,
    method: int,
    *,
    proof: Proof | Standing | None = None,
    device_id: int | None = None,
) -> Receipt:
    """Send money to a bank account that was saved. It leaves the wallet now and is back if the bank refuses.

    Raises NoSuchMethod, MethodNotReady, NoWallet, and what :func:`move` and ``payments.payout`` raise.
    """
    saved = outside.method_by_id(tx, me, method)
    if saved.state != "active" or saved.kind != "bank_account":
        raise outside.errors.MethodNotReady
    return move(
        tx,
        Movement(
            kind="withdraw",
            actor=me,
            payer=wallets.party(tx, me, currency),
            payee=wallets.house_party(tx, "payments.clearing", currency, "liability"),
            amount=amount,
            currency=currency,
            detail={
                "method": str(method),
                "name": f"{saved.brand or 'Bank account'} ·· {saved.last4}".strip(),
            },
            proof=proof,
            device_id=device_id,
        ),
    )


def _pay_out(tx: Tx, payment: Payment) -> Carried:
    made = outside.payout(
        tx,
        payment.payer,
        payment.source,
        payment.amount,
        destination=int(payment.detail["method"]),
        purpose=WITHDRAW,
        key=f"withdraw-{payment.id}",
        subject=str(payment.id),
    )
    return Carried("pending", made.transfer_id)


def paid_out(tx: Tx, payout: outside.Payout) -> None:
    """The bank's answer, told once."""
    payment = settling.locked(tx, int(payout.subject))
    if payment.state != "pending":
        return
    if payout.state == "succeeded":
        settling.arrived(tx, payment.id)
    else:
        settling.came_back(tx, payment.id)


def register(env: Env) -> None:
    hooks = env.part(Hooks)
    hooks.carry("topup", _already_there)
    hooks.carry("withdraw", _pay_out)
    outside.on_result(env, TOPUP, charge=charged)
    outside.on_result(env, WITHDRAW, payout=paid_out)
